"""What the record holds around refused services, as `rules.explain` asks for it. A dozen questions,
however many services are explained at once."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, Max, Min, Q, Sum

from carethread.record.clock import service_date
from carethread.record.models import (
    Acknowledgment,
    Authorization,
    Charge,
    Claim,
    ClaimLine,
    ClaimVersion,
    Coverage,
    EligibilityAnswer,
    License,
    NoteVersion,
    Organization,
    PayerEnrollment,
    Signature,
    Transfer,
    TreatmentPlan,
)
from carethread.rules.explain import evidence as facts
from carethread.workflow.common.wire_format import benefits_from_json, claim_from_json
from carethread.workflow.gather.parties import filing_limit
from carethread.x12.benefits import Coverage as Benefits

_SPOKEN = ("active", "inactive", "unknown")
_PLAN_BEGINS = ("346", "356")


# Which root causes look into what (see `rules.explain.EXPLAINERS`); the payer's answer about
# eligibility is read for all of them.
_ROSTER = frozenset({"credential", "network"})
_NOTE = frozenset({"timely", "med_nec", "documentation"})
_ACKS = frozenset({"timely", "duplicate", "not_found", "silence", "remittance"})
_POLICIES = frozenset({"eligibility", "cob", "routing", "non_covered"})
_AUTHORIZATIONS = frozenset({
    "auth_missing", "auth_invalid", "auth_expired", "auth_exceeded", "auth_scope", "auth_late",
    "auth_denied", "data",
})  # fmt: skip
_BILLED = frozenset({"bundling", "duplicate", "med_nec", "benefit"})
_REFUSALS = frozenset({"appeal"})
_PLANS = frozenset({"med_nec"})


@dataclass(frozen=True, slots=True)
class Subject:
    """One refused service: the version of the claim that was answered, the charge on it, and what
    the payer gave as its reason. `charge` None: the claim's first."""

    version: ClaimVersion
    category: str
    reason: str = ""
    remarks: tuple[str, ...] = ()
    charge: Charge | None = None


def evidence(subjects: Sequence[Subject]) -> list[facts.Evidence | None]:
    """The evidence of each, in order; None for a claim that no charge is left on."""
    if not subjects:
        return []
    around = _Around(subjects)
    return [around.of(one) for one in subjects]


class _Around:
    """Each table read once, looked up by whose row it is."""

    def __init__(self, subjects: Sequence[Subject]) -> None:
        self.organization: Organization = subjects[0].version.organization
        versions = [one.version for one in subjects]
        claims = Claim.objects.filter(pk__in={v.claim_id for v in versions})
        self.claims = {
            row.pk: row for row in claims.select_related("payer", "coverage__payer", "client")
        }
        self.lines = _by(_lines(versions), "version_id")
        charges = {line.charge_version.charge_id for rows in self.lines.values() for line in rows}
        charges |= {one.charge.pk for one in subjects if one.charge is not None}
        self.charges = {row.pk: row for row in _charges(charges)}
        self.about = {one.category for one in subjects}
        rendered = {row.practitioner_id for row in self.charges.values()}
        clients = {row.client_id for row in self.claims.values()}
        people = self._for(_ROSTER, rendered)
        notes = self._for(_NOTE, self.charges.values())
        self.first = dict(
            ClaimVersion.objects.filter(claim__in=self.claims)
            .order_by()
            .values_list("claim_id")
            .annotate(first=Min("made_at"))
        )
        self.acks = _by(_acks(self._for(_ACKS, self.claims)), "claim_id")
        self.coverages = _by(
            Coverage.objects.filter(client__in=self._for(_POLICIES, clients))
            .select_related("payer")
            .order_by("rank"),
            "client_id",
        )
        self.answers = _by(_answers(self.claims.values()), "coverage_id")
        self.approvals = _by(
            Authorization.objects.filter(
                client__in=self._for(_AUTHORIZATIONS, clients)
            ).select_related("rendering"),
            "client_id",
        )
        self.rosters = _by(
            PayerEnrollment.objects.filter(practitioner__in=people), "practitioner_id"
        )
        self.licenses = _by(License.objects.filter(practitioner__in=people), "practitioner_id")
        self.signed = _signed(notes)
        self.cosigned = _cosigned(notes)
        self.billed = _by_client(_billed(self._for(_BILLED, clients)))
        self.refusals = _by(_refusals(self._for(_REFUSALS, self.charges)), "charge_id")
        stays = {row.attendance.episode_id for row in self.charges.values()}
        planned = TreatmentPlan.objects.filter(episode__in=self._for(_PLANS, stays))
        self.plans = _by(planned, "episode_id")

    def _for(self, categories: frozenset[str], whose: Iterable[Any]) -> list[Any]:
        """Whose rows to read, where one of these root causes asks for them; nobody's otherwise,
        which costs no question."""
        return list(whose) if self.about & categories else []

    # ---------------------------------------------------------------- one subject

    def of(self, one: Subject) -> facts.Evidence | None:
        claim = self.claims[one.version.claim_id]
        row = self._line(one)
        charge = self.charges.get(row.charge_version.charge_id) if row else None
        if row is None or charge is None or charge.current is None:
            return None
        sent = claim_from_json(one.version.content)
        line = next(
            (x for x in sent.lines if x.control_number == row.control_number), sent.lines[0]
        )
        return facts.Evidence(
            category=one.category,
            reason=one.reason,
            remarks=one.remarks,
            payer=claim.payer.name,
            sent=sent,
            line=line,
            first_sent_on=self._day(self.first[claim.pk]),
            filing_limit=filing_limit(claim.payer, line.service_from),
            client=facts.Client(
                claim.client.last_name, claim.client.first_name, claim.client.birth_date
            ),
            policy=_policy(claim.coverage),
            renderer=self._renderer(charge, claim),
            note=self._note(charge),
            policies=tuple(_policy(c) for c in self.coverages[claim.client_id]),
            answer=self._answer(claim, line.service_from),
            approvals=tuple(
                self._approval(a)
                for a in self.approvals[claim.client_id]
                if a.payer_id == claim.payer_id
            ),
            acks=tuple(self._ack(a) for a in self.acks[claim.pk]),
            billed=self._others(claim, line.service_from),
            refusals=tuple(
                facts.Refusal(t.code, self._day(t.made_at))
                for t in self.refusals[charge.pk]
                if t.remitted_claim.match.version_id != one.version.pk
            ),
            promised=row.expected_cents,
            plans=tuple(
                facts.Plan(
                    facts.Days(p.effective_from, p.effective_to),
                    self._day(p.signed_at) if p.signed_at else None,
                )
                for p in self.plans[charge.attendance.episode_id]
            ),
            wants_authorization=tuple(claim.payer.authorization_codes),
            supervised_by=charge.current.supervising.name if charge.current.supervising else "",
        )

    def _line(self, one: Subject) -> ClaimLine | None:
        rows = self.lines[one.version.pk]
        wanted = one.charge.pk if one.charge is not None else None
        return next(
            (r for r in rows if r.charge_version.charge_id == wanted), next(iter(rows), None)
        )

    def _day(self, moment: Any) -> date:
        return service_date(self.organization, moment)

    def _renderer(self, charge: Charge, claim: Claim) -> facts.Renderer:
        who = charge.practitioner
        return facts.Renderer(
            name=who.name,
            npi=who.npi,
            taxonomy=who.taxonomy,
            credential=who.credential,
            roster=tuple(
                facts.Days(row.effective_from, row.effective_to)
                for row in self.rosters[who.pk]
                if row.payer_id == claim.payer_id
            ),
            licenses=tuple(
                facts.Days(row.effective_from, row.effective_to) for row in self.licenses[who.pk]
            ),
        )

    def _note(self, charge: Charge) -> facts.NoteFacts:
        assert charge.current is not None
        note = charge.current.note_version.note
        says = note.current or charge.current.note_version
        amended = says.kind == "addendum"
        return facts.NoteFacts(
            diagnoses=tuple(says.diagnoses),
            minutes=says.minutes,
            telehealth=says.telehealth,
            place=says.place_of_service,
            signed_on=self._day(self.signed.get(note.pk, says.signed_at)),
            amended_on=self._day(says.signed_at) if amended else None,
            cosigned=says.supervising_id is None or says.pk in self.cosigned,
        )

    def _answer(self, claim: Claim, day: date) -> facts.Answer | None:
        """The payer's last word on the policy, as far as it bears on the day."""
        said = next(iter(self.answers[claim.coverage_id]), None)
        if said is None:
            return None
        benefits = benefits_from_json(said.benefits) if said.benefits else None
        later = said.asked.about > day
        active = None if later and said.is_active is False else said.is_active
        return facts.Answer(
            on=self._day(said.asked.asked_at),
            is_active=active,
            starts=_begins(benefits),
            ends=said.ends,
            member_id=said.member_id,
            last_name=said.last_name,
            first_name=said.first_name,
            birth_date=said.birth_date,
            carve_out=said.carve_out_name or said.carve_out_id,
            other_payer=said.other_payer,
            in_network=_in_network(benefits),
            visits_left=_visits_left(benefits),
        )

    def _approval(self, row: Authorization) -> facts.Approval:
        return facts.Approval(
            number=row.number,
            state=row.state,
            days=facts.Days(row.effective_from, row.effective_to),
            approved=row.approved_units,
            used=row.used_units,
            unit=row.unit,
            codes=tuple(row.codes),
            rendering=row.rendering.name if row.rendering else "",
            asked_on=self._day(row.recorded_at),
        )

    def _ack(self, row: Any) -> facts.Ack:
        number = row.number if row.kind == "277CA" and row.accepted else ""
        return facts.Ack(row.kind, self._day(row.made_at), row.accepted, row.claim_number, number)

    def _others(self, claim: Claim, day: date) -> tuple[facts.Billed, ...]:
        return tuple(
            facts.Billed(
                claim_number=row["version__claim_number"],
                code=row["code"],
                day=row["service_date"],
                clinician=f"{row['first']} {row['last']}",
                state=row["state"],
                paid=row["paid"] or 0,
                paid_on=row["paid_on"],
                trace=row["trace"] or "",
            )
            for row in self.billed[claim.client_id]
            if row["claim"] != claim.pk and row["service_date"].year == day.year
        )


# ------------------------------------------------------------------------------- the questions


def _by(rows: Iterable[Any], key: str) -> dict[Any, list[Any]]:
    found: dict[Any, list[Any]] = defaultdict(list)
    for row in rows:
        found[getattr(row, key)].append(row)
    return found


def _by_client(rows: Iterable[Any]) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        found[row["client"]].append(row)
    return found


def _lines(versions: Iterable[ClaimVersion]) -> Iterable[ClaimLine]:
    rows = ClaimLine.objects.filter(version__in={v.pk for v in versions})
    return rows.select_related("charge_version").order_by("version", "number")


def _charges(ids: Iterable[int]) -> Iterable[Charge]:
    return Charge.objects.filter(pk__in=set(ids)).select_related(
        "practitioner", "attendance", "current__supervising", "current__note_version__note__current"
    )


def _acks(claims: Iterable[int]) -> Iterable[Any]:
    """What was said of the claims themselves, and of the files that carried them."""
    own = Acknowledgment.objects.filter(claim_version__claim__in=claims).annotate(
        claim_id=F("claim_version__claim"),
        claim_number=F("claim_version__claim_number"),
        number=F("claim_version__claim__payer_control_number"),
    )
    files = Acknowledgment.objects.filter(
        claim_version=None, about__claim_versions__claim__in=claims
    ).annotate(
        claim_id=F("about__claim_versions__claim"),
        claim_number=F("about__claim_versions__claim_number"),
        number=F("about__claim_versions__claim__payer_control_number"),
    )
    return [*own.order_by("made_at"), *files.order_by("made_at")]


def _answers(claims: Iterable[Claim]) -> Iterable[Any]:
    """Answers of the claims' own payers about their coverages, the last first."""
    rows = EligibilityAnswer.objects.filter(
        asked__coverage__in={claim.coverage_id for claim in claims},
        asked__follows__isnull=True,
        outcome__in=_SPOKEN,
    )
    return (
        rows.select_related("asked")
        .annotate(coverage_id=F("asked__coverage"))
        .order_by("-asked__asked_at", "-pk")
    )


def _signed(charges: Iterable[Charge]) -> dict[int, Any]:
    """When each note was first signed."""
    notes = {c.current.note_version.note_id for c in charges if c.current}
    rows = NoteVersion.objects.filter(note__in=notes).order_by()
    return dict(rows.values_list("note_id").annotate(first=Min("signed_at")))


def _cosigned(charges: Iterable[Charge]) -> set[int]:
    notes = {c.current.note_version.note_id for c in charges if c.current}
    rows = Signature.objects.filter(note_version__note__in=notes, role="supervisor")
    return set(rows.values_list("note_version_id", flat=True))


def _billed(clients: Iterable[int]) -> Iterable[Any]:
    """Every line that stands billed for these clients, with what was paid on it."""
    rows = ClaimLine.objects.filter(
        Q(version__claim__current=F("version")), version__claim__client__in=clients
    ).order_by()
    answered = "line_matches__remitted_line"
    standing = Q(
        **{f"{answered}__claim__match__state": "matched"},
        **{f"{answered}__claim__match__version": F("version")},
    )
    return rows.values(
        "version__claim_number",
        "code",
        "service_date",
        claim=F("version__claim"),
        client=F("version__claim__client"),
        state=F("version__claim__state"),
        first=F("version__claim__practitioner__first_name"),
        last=F("version__claim__practitioner__last_name"),
    ).annotate(
        paid=Sum(f"{answered}__paid_cents", filter=standing),
        paid_on=Max(f"{answered}__claim__remittance__paid_on", filter=standing),
        trace=Max(f"{answered}__claim__remittance__trace", filter=standing),
    )


def _refusals(charges: Iterable[int]) -> Iterable[Transfer]:
    return (
        Transfer.objects.filter(
            charge__in=charges, debit="denied", source="post", remitted_claim__isnull=False
        )
        .select_related("remitted_claim__match")
        .order_by("pk")
    )


# ------------------------------------------------------------------------------- what it means


def _policy(row: Coverage) -> facts.Policy:
    days = facts.Days(row.effective_from, row.effective_to)
    return facts.Policy(row.payer.name, row.member_id, row.rank, days)


def _begins(benefits: Benefits | None) -> date | None:
    plans = benefits.plans if benefits else ()
    dates = (d for plan in plans for d in plan.dates)
    return max((d.first for d in dates if d.qualifier in _PLAN_BEGINS), default=None)


def _in_network(benefits: Benefits | None) -> bool | None:
    """Whether the payer calls us in its network; None where no line says so."""
    if benefits is None:
        return None
    scopes = [
        *(p.scope for p in benefits.plans),
        *(a.scope for a in benefits.authorizations),
    ]
    said = {scope.network for scope in scopes}
    return True if "Y" in said else False if "N" in said else None


def _visits_left(benefits: Benefits | None) -> int | None:
    limits = benefits.limits if benefits else ()
    left = [row.remaining for row in limits if row.unit == "visits" and row.remaining is not None]
    return int(min(left)) if left else None
