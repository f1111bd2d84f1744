"""Clients' own money."""
