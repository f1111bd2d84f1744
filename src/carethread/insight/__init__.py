"""What we learn: read-only questions to the record, each with a bounded number of queries.

Callers name the organization (`django_scopes.scope`) and the time; nothing here reads the clock.
"""
