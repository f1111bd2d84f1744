"""Screens of the front desk and intake: a client's way into care."""
