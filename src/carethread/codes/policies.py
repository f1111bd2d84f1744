"""Policies that an organization sets, with the value that holds until it does.

A setting of the record (organization, then program, then payer, by date) overrides these.
"""

from dataclasses import dataclass

PROGRAM, PAYER = "program", "payer"


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy: its default, its unit, and what it decides in plain words. One that is chosen and
    not counted names its `choices`, each with its words. `by` says for what it can be set apart
    from the whole center (PROGRAM, PAYER): whoever follows it asks for no more than that. `most` is
    the largest value that means something."""

    key: str
    default: int
    unit: str
    words: str
    choices: tuple[tuple[int, str], ...] = ()
    by: tuple[str, ...] = ()
    most: int | None = None


POLICIES: dict[str, Policy] = {
    policy.key: policy
    for policy in (
        Policy(
            "grace_minutes",
            120,
            "minutes",
            "How long a clean claim waits before it leaves, so that it can be called back.",
            by=(PAYER,),
        ),
        Policy(
            "late_entry_hours",
            48,
            "hours",
            "A note signed later than this after the session is labelled a late entry.",
        ),
        Policy(
            "underpayment_cents",
            100,
            "cents",
            "A line paid short of the contract by more than this is followed up.",
            by=(PAYER,),
        ),
        Policy(
            "underpayment_percent",
            0,
            "percent",
            "Where this share of what the contract promises is more, it is borne instead.",
            by=(PAYER,),
            most=100,
        ),
        Policy(
            "eft_window_days",
            3,
            "business days",
            "How far apart a remittance and its money at the bank may be (CORE rule 370: 3).",
        ),
        Policy(
            "money_wait_days",
            7,
            "days",
            "How long a deposit without a remittance, a remittance without its money, or money "
            "taken back without a reversal may wait before somebody has to ask the payer.",
        ),
        Policy(
            "closed_again_days",
            30,
            "days",
            "How long a case that somebody closed rests while its cause still stands: then it is "
            "open again, or as soon as the payer has answered again.",
        ),
        Policy(
            "write_off_alone_cents",
            25_000,
            "cents",
            "Up to how much one person writes off; beyond it a second person has to agree.",
            by=(PAYER,),
        ),
        Policy(
            "payment_ask_cents",
            200_000,
            "cents",
            "A client's payment, or money given back, of more than this is asked about first.",
        ),
        Policy(
            "claims_per_file",
            500,
            "claims",
            "The most claims that one file to the clearinghouse carries.",
        ),
        Policy(
            "iop_week_minutes",
            540,
            "minutes",
            "The least that an adult attends in a week of intensive outpatient (axisirg.com: 9 h).",
            by=(PROGRAM, PAYER),
        ),
        Policy(
            "iop_week_minutes_adolescent",
            360,
            "minutes",
            "The least that somebody under 18 attends in a week of intensive outpatient.",
            by=(PROGRAM, PAYER),
        ),
        Policy(
            "php_week_minutes",
            1200,
            "minutes",
            "The least in a week of partial hospitalization (codapedia.com article 2073: 20 h).",
            by=(PROGRAM, PAYER),
        ),
        Policy(
            "group_most",
            12,
            "clients",
            "The most clients in a group (Conn. Regs 17b-262-822; Los Angeles County).",
            by=(PROGRAM, PAYER),
        ),
        Policy(
            "group_least",
            2,
            "clients",
            "The fewest clients that make a group.",
            by=(PROGRAM, PAYER),
        ),
        Policy(
            "eligibility_days",
            30,
            "days",
            "How long before a service the payer may have been asked about the coverage.",
            by=(PAYER,),
        ),
        Policy(
            "status_after_days",
            30,
            "days",
            "How long a claim may stay silent before its payer is asked about it (0: never).",
            by=(PAYER,),
        ),
        Policy(
            "status_again_days",
            14,
            "days",
            "How long after an answer (or none) the payer is asked about the claim again.",
            by=(PAYER,),
        ),
        Policy(
            "appeal_answer_days",
            60,
            "days",
            "How long a payer may take to answer an appeal before it is asked about.",
            by=(PAYER,),
        ),
        Policy(
            "records_days",
            30,
            "days",
            "How long a payer waits for records that it has asked for.",
            by=(PAYER,),
        ),
        Policy(
            "cloned_percent",
            70,
            "percent",
            "From which share of a section its text is called a copy of an earlier note.",
        ),
        Policy(
            "cloned_days",
            60,
            "days",
            "How far back an author's notes are looked through for copied text.",
        ),
        Policy(
            "eligibility_ahead_days",
            7,
            "days",
            "How long before a visit the payer is asked about the coverage in the nightly file.",
        ),
        Policy(
            "eligibility_hour",
            19,
            "o'clock",
            "From which hour of the day (0 to 23) on the nightly file about coverage leaves.",
            most=23,
        ),
        Policy(
            "certification",
            0,
            "",
            "For whom a physician certifies intensive outpatient and partial hospitalization.",
            ((0, "for Medicare's clients, as the law wants"), (1, "for these clients as well")),
            by=(PROGRAM, PAYER),
        ),
        Policy(
            "skip_needs_approval",
            1,
            "persons",
            "Whether a second person (1) or nobody (0) approves that a claim skips a rule.",
            by=(PAYER,),
        ),
        Policy(
            "discharge_summary_days",
            14,
            "days",
            "How long after a discharge its summary may take.",
            by=(PROGRAM,),
        ),
        Policy(
            "discharge_hold",
            1,
            "",
            "Whether claims that touch the last days of a stay wait for its discharge summary.",
            ((1, "they wait"), (0, "they leave")),
            by=(PROGRAM, PAYER),
        ),
        Policy(
            "statement_days",
            7,
            "days",
            "How much time one institutional claim covers.",
            ((7, "a week"), (31, "a calendar month")),
            by=(PROGRAM, PAYER),
        ),
        Policy(
            "crossover_days",
            30,
            "days",
            "How long the next payer's answer is awaited where the earlier payer has forwarded the "
            "claim, before the center sends it itself.",
            by=(PAYER,),
        ),
        Policy(
            "statement_every_days",
            30,
            "days",
            "How long after a client's statement the next one may leave.",
        ),
        Policy(
            "statement_least_cents",
            500,
            "cents",
            "The least that a client owes for a statement to be worth its stamp.",
        ),
        Policy(
            "statement_due_days",
            21,
            "days",
            "How long after a statement its amount is due.",
        ),
        Policy(
            "copay_wait_days",
            30,
            "days",
            "How long a copay is kept for its visit where the visit has made no charge.",
        ),
        Policy(
            "plan_grace_days",
            5,
            "days",
            "How late an installment of a payment plan may come before it counts as missed.",
        ),
        Policy(
            "authorization_low_units",
            3,
            "units",
            "At this many units left, or fewer, an authorization is shown as running low.",
        ),
        Policy(
            "authorization_expiry_days",
            14,
            "days",
            "How long before its last day an authorization is shown as ending.",
        ),
        Policy(
            "authorization_review_days",
            7,
            "days",
            "How long before a concurrent review it is announced.",
        ),
    )
}
