"""What happens: the money's path, one file a step, one transaction a call.

`admit document bill submit receive acknowledge post follow_up`. Only this package writes the
record. Every step is idempotent and can say what is due; `work.run_due` does all that is due,
which is also how a crash is healed.
"""
