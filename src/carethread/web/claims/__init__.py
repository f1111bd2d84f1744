"""Screens of claims on their way, and of the rules that hold them."""
