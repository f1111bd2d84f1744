"""What happens: the money's path, one file a step, one transaction a call.

`admit authorize document discharge bill submit receive acknowledge post follow_up`. What a step is
made of stands in the folder of its subject: `care coverage authorizations claims remittances
patients casework center`; `gather` reads the record into the plain values that rules take, `common`
is what every step uses. Only this package writes the record. Every step is idempotent and can say
what is due; `work.run_due` does all that is due, which is also how a crash is healed.
"""
