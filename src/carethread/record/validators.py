"""Checks of single values that every form and every import must pass."""

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator

from carethread.codes.npi import is_npi

zip_code = RegexValidator(r"^\d{5}(\d{4})?$", "A ZIP code has five digits, or nine with its +4.")
zip_plus_4 = RegexValidator(r"^\d{9}$", "The billing address needs the nine-digit ZIP code.")
state_code = RegexValidator(r"^[A-Z]{2}$", "Two capital letters, as in NY.")
phone_number = RegexValidator(r"^\d{10}$", "Ten digits, without dashes.")
tax_id = RegexValidator(r"^\d{9}$", "Nine digits, without dashes.")


def npi(value: str) -> None:
    """Ten digits whose last one is their check digit (Luhn over 80840 + NPI)."""
    if not is_npi(value):
        raise ValidationError("This is not an NPI: its check digit does not fit.")
