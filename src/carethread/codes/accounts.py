"""The chart of accounts: every kind of place that money can be.

An account is a kind and the thing that it is kept for (see `Keeper`): the payer's receivable
*of charge 12*, the deposit *of remittance 7*. A transfer takes cents from its credit account
into its debit account, so receivables and cash grow by debits, revenue by credits.
"""

from enum import StrEnum


class Keeper(StrEnum):
    """For what an account of a kind is kept."""

    CHARGE = "charge"
    REMITTANCE = "remittance"
    PATIENT_PAYMENT = "patient_payment"
    REFUND = "refund"


class Account(StrEnum):
    """An account's kind."""

    BILLED = "billed"  # revenue: what the signed service was charged at
    PAYER_RECEIVABLE = "payer_receivable"  # what a payer still owes
    PATIENT_RECEIVABLE = "patient_receivable"  # what the patient owes after the payer spoke
    CONTRACTUAL = "contractual"  # given up by contract (CO-45 and its kin)
    DENIED = "denied"  # refused, and still owed until a person decides
    WRITE_OFF = "write_off"  # given up by a person, with a reason
    CASH = "cash"  # what the bank received, by remittance
    PAYER_DEPOSIT = "payer_deposit"  # a check's money on its way to charges; zero when it is closed
    UNAPPLIED = "unapplied"  # paid for a claim that we could not match yet
    RECOUPMENT = "recoupment"  # taken back or owed through provider-level adjustments
    INTEREST = "interest"  # paid for lateness
    CAPITATION = "capitation"  # paid by the member, whatever the services
    PATIENT_CASH = "patient_cash"  # what a client gave, by payment
    PATIENT_UNAPPLIED = "patient_unapplied"  # given by a client, and for no charge yet
    REFUNDED = "refunded"  # given back to a payer or a client


KEPT_FOR: dict[Account, Keeper] = {
    Account.BILLED: Keeper.CHARGE,
    Account.PAYER_RECEIVABLE: Keeper.CHARGE,
    Account.PATIENT_RECEIVABLE: Keeper.CHARGE,
    Account.CONTRACTUAL: Keeper.CHARGE,
    Account.DENIED: Keeper.CHARGE,
    Account.WRITE_OFF: Keeper.CHARGE,
    Account.CASH: Keeper.REMITTANCE,
    Account.PAYER_DEPOSIT: Keeper.REMITTANCE,
    Account.UNAPPLIED: Keeper.REMITTANCE,
    Account.RECOUPMENT: Keeper.REMITTANCE,
    Account.INTEREST: Keeper.REMITTANCE,
    Account.CAPITATION: Keeper.REMITTANCE,
    Account.PATIENT_CASH: Keeper.PATIENT_PAYMENT,
    Account.PATIENT_UNAPPLIED: Keeper.PATIENT_PAYMENT,
    Account.REFUNDED: Keeper.REFUND,
}
