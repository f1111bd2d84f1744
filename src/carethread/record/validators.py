"""Checks of single values that every form and every import must pass."""

from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator

from carethread.codes.npi import is_npi, is_taxonomy

zip_code = RegexValidator(r"^\d{5}(\d{4})?$", "A ZIP code has five digits, or nine with its +4.")
zip_plus_4 = RegexValidator(r"^\d{9}$", "The billing address needs the nine-digit ZIP code.")
state_code = RegexValidator(r"^[A-Z]{2}$", "Two capital letters, as in NY.")
phone_number = RegexValidator(r"^\d{10}$", "Ten digits, without dashes.")
tax_id = RegexValidator(r"^\d{9}$", "Nine digits, without dashes.")


def npi(value: str) -> None:
    """Ten digits whose last one is their check digit (Luhn over 80840 + NPI)."""
    if not is_npi(value):
        raise ValidationError("This is not an NPI: its check digit does not fit.")


def taxonomy(value: str) -> None:
    """What kind of provider, in the ten characters of the code set that payers enroll by."""
    if not is_taxonomy(value):
        raise ValidationError("A taxonomy code is ten letters and digits and ends in X.")


def time_zone(value: str) -> None:
    """The zone of a place that this machine knows: every screen of the center tells its hours by
    it. (What has no place, such as EST, keeps no daylight saving.)"""
    try:
        is_a_place = bool(ZoneInfo(value)) and "/" in value
    except (KeyError, ValueError, OSError):
        is_a_place = False
    if not is_a_place:
        raise ValidationError("There is no such time zone; one is America/Chicago.")
