"""Short texts for the notes: plausible, varied, about nobody."""

import random

from carethread.sandbox.practice.clients import Client

_ARRIVED = (
    "{name} arrived on time, neatly dressed, oriented, in a subdued mood.",
    "{name} spoke freely from the start; affect was brighter than last week.",
    "{name} reported a hard week with little sleep and much worry.",
    "{name} was tense at first and settled within the first ten minutes.",
    "{name} came straight from work, tired, attentive and cooperative.",
    "{name} described two good days and one that was very difficult.",
)
_WORKED_ON = {
    "F4": (
        "Went through the worry diary; tested two predictions against what really happened.",
        "Graded exposure: planned the next two steps and rehearsed the first in session.",
        "Paced breathing and grounding practised; linked body signs to the thoughts before them.",
        "Told the hard event once more in order, with pauses; distress fell from 7 to 4.",
        "Sorted what can be changed from what cannot; chose one thing to act on.",
    ),
    "F3": (
        "Reviewed the activity schedule; added one walk and one call to a friend.",
        "Looked at the thought 'nothing I do matters' and gathered evidence for and against it.",
        "Mapped early signs of a low spell and what helped the last time.",
        "Worked on sleep: fixed rising time, screen off an hour before bed.",
    ),
    "F1": (
        "Reviewed cravings and the situations before them; rehearsed saying no twice.",
        "Weighed what use gives and takes; motivation to stay abstinent 8 of 10.",
        "Updated the relapse prevention plan with three people to call.",
    ),
    "": (
        "Practised naming feelings before acting on them, with examples from the week.",
        "Problem solving for a conflict at home: options, costs, one to try.",
        "Reviewed goals of the plan; two of four are under way.",
    ),
}  # fmt: skip
_RESPONDED = (
    "Engaged well; could say in own words what to try.",
    "Sceptical at first, then curious; agreed to test it.",
    "Tearful for a while; recovered without help.",
    "Insight is growing; links mood and situation unprompted.",
    "Needed prompting, took part throughout.",
)
_NEXT = (
    "Continue weekly; homework as agreed. No risk to self or others reported.",
    "Continue; PHQ-9 next time. Denied thoughts of self-harm.",
    "Next session as planned; call the clinic if sleep worsens. No safety concerns.",
    "Keep the diary; review the plan at the end of the month. No acute risk.",
)
_FAMILY = "Family session: turn-taking practised; agreed on one house rule and one shared hour."
_EVALUATION = {
    "concern": "Comes on the family doctor's advice: 'I cannot go on like this.'",
    "history": "First troubles two years ago, no treatment so far, no substances.",
    "mental_status": "Alert, oriented, tense; speech and thought in order; no signs of psychosis.",
    "risk": "No plan or intent to harm self or others. Family and work protect.",
    "impression": "Onset, course and findings support the diagnosis named above.",
    "plan": "Outpatient therapy every week for twelve weeks; review then.",
}  # fmt: skip


def content(service: str, client: Client, chance: random.Random) -> dict[str, str]:
    """The parts of one note, by the keys of the editor's form."""
    if service == "evaluation":
        return dict(_EVALUATION)
    return {
        "presentation": chance.choice(_ARRIVED).format(name=client.first_name),
        "intervention": _intervention(service, client, chance),
        "response": chance.choice(_RESPONDED),
        "plan": chance.choice(_NEXT),
    }


def _intervention(service: str, client: Client, chance: random.Random) -> str:
    if service.startswith("family"):
        return _FAMILY
    return chance.choice(_WORKED_ON.get(client.diagnoses[0][:2], _WORKED_ON[""]))


# ------------------------------------------------------------------------------- programs

_SESSIONS = (
    ("Triggers", "Drew the chain from a trigger to use; each link was given a way out.",
     "Carry the chain and add one trigger a day."),
    ("Refusing", "Role play in pairs: saying no to an offer, first softly, then plainly.",
     "Say no once this week and tell about it."),
    ("Sleep", "Compared evenings; chose one habit each to change before bed.",
     "Keep the evening diary until the next meeting."),
    ("Asking for help", "Listed who can be called at which hour; made one call from here.",
     "Each calls one person of the list."),
    ("Anger", "Body signs before anger; practised stepping back and returning.",
     "Notice the first sign and write it down."),
    ("Cravings", "Watched a craving rise and fall for eight minutes without acting on it.",
     "Time the next craving."),
    ("Work and home", "Planned a day hour by hour, with a weak hour in view.",
     "Fill the weak hour with company."),
)  # fmt: skip
_SAID = (
    "Named a trigger that had been hidden so far.",
    "Listened at first; spoke of the weekend in the second half.",
    "Disagreed openly and stayed in the room.",
    "Offered an example that others took up.",
    "Was restless, took one break, came back and went on.",
    "Told of eleven days without use, with some pride.",
    "Said that the evenings are the hardest part.",
    "Practised twice and wanted a third time.",
    "Spoke little; wrote the whole exercise down.",
    "Spoke of a lapse on Saturday and what came before it.",
    "Asked how to tell the family.",
    "Reported better sleep and fewer cravings.",
)
_PART = ("Took an active part", "Took part when asked", "Took part with growing ease")
_DOSE = (
    "Observed dose taken without difficulty. No sedation, no withdrawal. Take-home doses given.",
    "Dose taken under observation; slept well, no cravings this week. Take-home doses given.",
    "Observed dose; reports mild sweating at night, no use. Take-home doses given and explained.",
)
_NIGHT = (
    "Withdrawal scale 9 in the morning, 6 now; tremor less. Ate half a meal, drinks well.",
    "Slept four hours. Pulse and pressure stable; anxious, reachable. Taper as ordered.",
    "Nausea gone, walks the corridor. Talked of the residential program and agreed to it.",
    "Oriented, steady; scale 3. Last day of the taper. Belongings packed for the house.",
)


def shared(chance: random.Random) -> dict[str, str]:
    """What a group did, written once for all."""
    topic, intervention, plan = chance.choice(_SESSIONS)
    return {"topic": topic, "intervention": intervention, "plan": plan}


def parts(count: int, chance: random.Random) -> list[dict[str, str]]:
    """What is said of each of so many, of none the same."""
    return [
        {"participation": chance.choice(_PART), "response": said}
        for said in chance.sample(_SAID, count)
    ]


def singly(service: str, chance: random.Random) -> dict[str, str]:
    """A nurse's note of a dose or a day."""
    words = _DOSE if service.startswith("dosing") else _NIGHT
    return {"intervention": chance.choice(words), "plan": "As ordered; seen again as planned."}
