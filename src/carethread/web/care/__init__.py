"""Screens of those who treat: notes, groups, programs, what payers cover."""
