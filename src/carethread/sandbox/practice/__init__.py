"""Alder Row Counseling: an invented practice center with invented people.

    cast       the center, its places and who works there
    insurers   five payers: fees, contracts, benefits, what their member ids look like
    clients    forty people in care, one line each
    calendar   who comes when, and what is written and signed about it
    notes      short texts for the notes
    planted    the one table of what is wrong, and what should come of it
    world      all of that put together for a date and a seed
    truth      the same world as the payers see it: their books
    build      the world, written into the record through `workflow`
    diary      what the people of the center do on each day, through `workflow`

Everything but `build` and `diary` is plain data without Django. Names, numbers and addresses are
made up; NPIs pass their check digit and come from one range that nobody uses.
"""
