"""The 278: a request goes out through the clearinghouse, the payer's answer comes back.

The request is a file like any other: written in the transaction that marks it as submitted, and
carried by `submit.carry`. The answer is found by the trace number that it gives back.
"""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from carethread.codes.levels import Basis, basis
from carethread.record.models import Authorization, Connection, EdiFile, Episode
from carethread.rules import review as rules
from carethread.workflow import authorize, gather, submit
from carethread.workflow.authorize import Told
from carethread.workflow.center.connections import mailboxes
from carethread.workflow.common import numbers
from carethread.workflow.common.errors import refuse
from carethread.workflow.remittances.quarantine import Quarantined
from carethread.x12.review import Review
from carethread.x12.writer import write

Handler = Callable[[EdiFile, int, datetime], None]


@transaction.atomic
def send(row: Authorization, told: Told, *, now: datetime) -> Authorization:
    """Ask the payer by 278: the request is on record as submitted, and its file waits to leave."""
    connection = mailboxes().first()
    if connection is None:
        raise refuse("There is no clearinghouse to send it through.", "channel")
    asked_for = row.state
    if asked_for not in ("draft", "submitted", "retro_requested"):
        raise refuse("Only a request goes out electronically.", "channel")
    row.state = "draft"
    row = authorize.request(row, Told("278", user=told.user), now=now)
    file = _file(row, connection, now)
    row.state = "submitted"
    words = f"Sent as {file.name}. {told.words}".strip()
    return authorize.request(row, Told("278", words=words, user=told.user, file=file), now=now)


def _file(row: Authorization, connection: Connection, now: datetime) -> EdiFile:
    organization = row.organization
    control = numbers.take(organization, f"interchange:{connection.sender_id}").start
    local = gather.local(organization, now)
    review = _request(row, connection, control, local)
    raw = write(
        [review],
        sender=connection.sender_id,
        receiver=connection.receiver_id,
        interchange_control=control,
        group_control=control,
        created=local,
    )
    return submit.store(connection, raw, control, now, kind="278")


def _request(row: Authorization, connection: Connection, control: int, local: datetime) -> Review:
    on = row.effective_from
    coverages = row.client.coverages.filter(payer=row.payer).select_related("payer")
    coverage = coverages.order_by("rank", "-pk").first()
    if coverage is None:
        raise refuse(f"{row.client} has no policy with {row.payer}.", "payer")
    episode = Episode.objects.filter(client=row.client).order_by("-admitted_on").first()
    open_ = episode.diagnoses.filter(resolved_on__isnull=True) if episode else None
    diagnoses = tuple(open_.order_by("rank").values_list("code", flat=True)) if open_ else ()
    if not diagnoses:
        raise refuse("The client has no diagnosis yet; a payer wants one.", "channel")
    asked = rules.Asked(
        id=row.pk,
        starts=on,
        ends=row.effective_to,
        units=row.requested_units or 0,
        unit=row.unit,
        diagnoses=diagnoses,
        codes=tuple(row.codes),
        number=row.extends.number if row.extends else "",
        is_admission=basis(row.level_of_care) is Basis.CENSUS,
        rendering=gather.provider(row.rendering) if row.rendering else None,
        tables=gather.tables(on, episode.program if episode else None, payer_id=row.payer_id),
    )
    return rules.ask(
        asked,
        gather.client_facts(row.client),
        gather.coverage_facts(coverage),
        gather.billing_provider(row.organization),
        envelope=submit.envelope_of(connection, control, rules.GUIDE),
        created=local,
    )


def handler(review: Review) -> Handler:
    """How `receive` has one 278 of a file read. A request, or an answer to nothing that we asked,
    quarantines the file."""

    def handle(file: EdiFile, _position: int, now: datetime) -> None:
        if not review.is_response:
            raise Quarantined("This 278 asks us to authorize something; we are no payer.")
        row = Authorization.objects.filter(pk=rules.request_id(review) or 0).first()
        if row is None:
            raise Quarantined("This 278 answers no request that we have sent.")
        authorize.decide(row, rules.decided(review), file, now=now)

    return handle
