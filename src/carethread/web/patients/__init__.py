"""Screens of clients' own money."""
