"""The computation of a run: reversals first, then the candidates in the fixed order.

Reads the database and writes nothing: preparing writes what it yields, approving computes it again and compares.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import tee
from typing import NamedTuple

from association.nomenclature import ActionType, ParticipationRole, Profession
from association.selectors.people import kept_ids
from payments.models import Beneficiary, LineKind, PaymentSettings, Run
from payments.pricing import Balances, Excluded, MissingPrice, Priced, Rules, price
from payments.selectors import candidates as reading
from payments.selectors.ledger import balances as read_balances
from payments.selectors.recoveries import pending_parts


class Line(NamedTuple):
    """A line as the run would write it; the names are those of `ProvisionalLine`."""

    kind: str
    participation_id: int
    reverses_id: int | None
    beneficiary_id: int
    team_id: int
    professional_id: int
    convention_id: int | None
    price_id: int | None
    action_type: str
    held_on: date
    price_cents: int
    amount_cents: int
    cut_by: str
    recovery_id: int | None = None


class Exclusion(NamedTuple):
    participation_id: int
    reason: str
    since: date


class Error(NamedTuple):
    participation_id: int
    sentence: str


Entry = Line | Exclusion | Error


class Checksum:
    """One number for a whole computation: two runs with the same one give the same lines, to the cent."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()

    def add(self, entry: Entry) -> None:
        self._digest.update(repr(tuple(entry)).encode())

    def __str__(self) -> str:
        return self._digest.hexdigest()


def compute(run: Run) -> Iterator[Entry]:
    """Yield what the run of that month gives now: reversals, what was repaid, then one entry per candidate, in the
    fixed order.
    """
    balances = read_balances()
    yield from _reversals(balances, kept_ids())
    yield from _recoveries()
    yield from _decisions(run, balances)


def _reversals(balances: Balances, kept: Mapping[int, int]) -> Iterator[Line]:
    """Give back, in amount and in count, what is no longer owed or is priced anew (same team, same civil year).

    The opposite of a line is of the same record and beneficiary; what it gives back is the person's.
    """
    for line in list(reading.lines_to_reverse()):
        reading.give_back(balances, line, kept)
        yield Line(
            LineKind.REVERSAL.value,
            line.participation_id,
            line.pk,
            line.beneficiary_id,
            line.team_id,
            line.professional_id,
            line.convention_id,
            line.price_id,
            line.action_type,
            line.held_on,
            line.price_cents,
            -line.amount_cents,
            "",
        )


def _recoveries() -> Iterator[Line]:
    """Settle what was repaid or written off since the last frozen run; it is in no ceiling and no number cap."""
    for part in pending_parts():
        yield Line(
            (LineKind.REPAID if part.is_received else LineKind.WAIVED).value,
            part.participation_id,
            None,
            part.beneficiary_id,
            part.team_id,
            part.professional_id,
            None,
            None,
            part.action_type,
            part.held_on,
            0,
            part.amount_cents,
            "",
            part.recovery_id,
        )


def _decisions(run: Run, balances: Balances) -> Iterator[Entry]:
    settings = PaymentSettings.current()
    rules = Rules(settings.deadline_months, settings.personal_ceiling_cents, settings.project_lookahead_months)
    since = reading.exclusions_since()
    beneficiaries = Beneficiaries.read()
    given, priced = tee(reading.candidates(until=run.last_day))
    decisions = price(
        (one.candidate for one in priced),
        reading.price_list(),
        balances,
        rules=rules,
        until=run.last_day,
    )
    for one, decision in zip(given, decisions, strict=True):
        match decision:
            case Priced():
                yield _line(decision, beneficiaries, correction=one.has_line)
            case Excluded(candidate, reason):
                pk = candidate.participation_id
                yield Exclusion(pk, reason.value, since.get(pk, run.month))
            case MissingPrice(candidate):
                yield Error(candidate.participation_id, _missing_price(decision))


def _line(decision: Priced, beneficiaries: Beneficiaries, *, correction: bool) -> Line:
    candidate, found = decision.candidate, decision.price
    action = candidate.action
    return Line(
        (LineKind.CORRECTION if correction else LineKind.INITIAL).value,
        candidate.participation_id,
        None,
        beneficiaries.of(candidate.professional_id, decision.company_id),
        action.team.id,
        candidate.professional_id,
        decision.convention_id,
        found.id,
        action.type,
        action.date,
        found.amount_cents,
        decision.amount_cents,
        "+".join(decision.cut_by),
    )


def _missing_price(decision: MissingPrice) -> str:
    candidate = decision.candidate
    action = candidate.action
    return (
        f"Action {action.reference} du {action.date:%d/%m/%Y}, RPPS {candidate.rpps} : aucun tarif "
        f"« {ActionType(action.type).label}, {ParticipationRole(candidate.role).label.lower()}, "
        f"{Profession(candidate.profession).label.lower()} » à cette date. Publiez-le, puis préparez de nouveau."
    )


@dataclass
class Beneficiaries:
    """Who is owed: ids of `Beneficiary` by person and by company, made when a run meets them first."""

    people: dict[int, int]
    companies: dict[int, int]

    @classmethod
    def read(cls) -> Beneficiaries:
        rows = list(Beneficiary.objects.values_list("id", "professional_id", "company_id"))
        return cls(
            people={person: pk for pk, person, _ in rows if person},
            companies={company: pk for pk, _, company in rows if company},
        )

    def of(self, professional_id: int, company_id: int | None) -> int:
        """Return the beneficiary: the company recorded on the membership, else the professional."""
        if company_id is not None:
            if company_id not in self.companies:
                self.companies[company_id] = Beneficiary.objects.get_or_create(company_id=company_id)[0].pk
            return self.companies[company_id]
        if professional_id not in self.people:
            made, _ = Beneficiary.objects.get_or_create(professional_id=professional_id)
            self.people[professional_id] = made.pk
        return self.people[professional_id]


def checksum_of(entries: Iterable[Entry]) -> str:
    """Return the checksum of a computation, without keeping it."""
    checksum = Checksum()
    for entry in entries:
        checksum.add(entry)
    return str(checksum)
