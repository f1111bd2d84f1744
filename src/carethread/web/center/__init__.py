"""Screens of the center itself: people, policies, tables, its leadership's figures."""
