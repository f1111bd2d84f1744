"""Care as it is given: the schedule, sessions and groups, days and nights of a program."""
