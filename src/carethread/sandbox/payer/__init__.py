"""A payer that answers: `python -m carethread.sandbox.payer FOLDER`.

It takes 837 files from FOLDER/to_payer and puts TA1, 999, 277CA and 835 into
FOLDER/from_payer. What it believes (members, rosters, authorizations, rates) stands in its own
`books`, which may well differ from ours: that is where denials come from. It never meets
Django or our record.

    front_door    a file came in: envelope, groups, claims -> TA1, 999, 277CA
    eligibility   a question about coverage (270) -> 271
    endpoint      the same at once, over HTTP
    admission     whether a claim gets as far as adjudication
    refuse        one small function for each reason not to pay a line
    price         what a line that is not refused is worth, and who owes which part of it
    adjudicate    a claim, the books and the past -> what is decided line by line
    checks        decisions -> 835s with reversals and provider-level adjustments
    run           one check run of one payer
    pace          when answers are due: by the calendar, or within seconds
    store         what must survive a kill: files taken, claims, decisions, answers under way
    desk          one look at the clock: take files, do what is due, put answers out
"""
