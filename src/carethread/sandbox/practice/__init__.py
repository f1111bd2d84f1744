"""Alder Row Counseling: an invented practice center with invented people.

    cast       the center, its places and who works there
    insurers   eight payers: fees, contracts, benefits, what their member ids look like
    clients    the people in care, one line each
    calendar   who comes for a session when, and what is written and signed about it
    programs   who is in a program from when to when, what was authorized, which groups meet
    notes      short texts for the notes
    planted    the one table of what is wrong, and what should come of it
    world      all of that put together for a date and a seed
    truth      the same world as the payers see it: their books
    build      the world, written into the record through `workflow`
    diary      what the people of the center do on each day, through `workflow`
    program_diary  the same for the programs: groups, nights, authorizations, discharges

Everything but `build` and the diaries is plain data without Django. Names, numbers and addresses
are made up; NPIs pass their check digit and come from one range that nobody uses.
"""
