"""Pure decisions: what a service is charged as, what a claim says, what is wrong with it, which
claim a payment speaks of, where the money goes, why it did not come.

Frozen values in, values out: no database, no clock, nothing that differs between two calls.
"""
