"""Charges and the claims that they go out on."""
