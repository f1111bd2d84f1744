"""Screens of cases and of what is done about them."""
