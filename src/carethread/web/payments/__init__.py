"""Screens of what payers pay and have promised."""
