"""The tenant. Its own file, because every scoped row refers to it."""

from django.db import models

from carethread.record import validators


class Organization(models.Model):
    """A treatment center: the billing provider of its claims (loop 2010AA)."""

    name = models.CharField(max_length=120)
    legal_name = models.CharField(max_length=120)
    tin = models.CharField("tax id (EIN)", max_length=9, validators=[validators.tax_id])
    npi = models.CharField(
        "billing NPI",
        max_length=10,
        unique=True,
        validators=[validators.npi],
        error_messages={"unique": "A center with this NPI is on record already."},
    )
    taxonomy = models.CharField(max_length=10, validators=[validators.taxonomy])
    line1 = models.CharField("street", max_length=55)
    line2 = models.CharField("suite", max_length=55, blank=True)
    city = models.CharField(max_length=30)
    state = models.CharField(max_length=2, validators=[validators.state_code])
    postal_code = models.CharField("ZIP+4", max_length=9, validators=[validators.zip_plus_4])
    contact_name = models.CharField(max_length=60)
    phone = models.CharField(max_length=10, validators=[validators.phone_number])
    time_zone = models.CharField(
        max_length=40, default="America/New_York", validators=[validators.time_zone]
    )

    def __str__(self) -> str:
        return self.name
