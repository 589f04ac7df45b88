"""Small builders for the facts that pricing reads: each takes only what the test is about."""

import datetime as dt
from collections.abc import Iterable
from itertools import count

from payments.pricing import (
    ActionFacts,
    Balances,
    Candidate,
    ConventionFacts,
    Decision,
    MembershipFacts,
    Period,
    Practice,
    PriceEntry,
    PriceList,
    Rules,
    Suspension,
    TeamFacts,
    Terms,
    price,
)

ALL_TYPES = frozenset({"RCP", "RCPP", "PPS", "PROTOCOLE", "PREVENTION", "ETP", "PROJET"})
BEGINNING, END = dt.date(2020, 1, 1), dt.date(2035, 12, 31)

_ids = count(1)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def convention(
    effective_on: dt.date | None = BEGINNING,
    *,
    id: int = 1,
    ends_on: dt.date = END,
    terminated_on: dt.date | None = None,
    suspensions: Iterable[Suspension] = (),
    ceiling: int = 10_000_00,
    types: Iterable[str] = ALL_TYPES,
    amendments: Iterable[Terms] = (),
) -> ConventionFacts:
    return ConventionFacts(
        id=id,
        effective_on=effective_on,
        ends_on=ends_on,
        terminated_on=terminated_on,
        suspensions=tuple(suspensions),
        terms=(Terms(None, ceiling, frozenset(types)), *amendments),
    )


def team(
    *conventions: ConventionFacts,
    id: int = 1,
    kind: str = "ESP_CLAP",
    association: Iterable[Period] = (Period(None, None),),
) -> TeamFacts:
    return TeamFacts(id, kind, conventions or (convention(),), tuple(association))


def practice(
    start: dt.date | None = None,
    end: dt.date | None = None,
    *,
    confirmed: bool = True,
    salaried: bool = False,
    company: int | None = None,
) -> Practice:
    return Practice(Period(start, end), confirmed, salaried, company)


def member(
    *practices: Practice,
    id: int = 1,
    joined_on: dt.date = BEGINNING,
    left_on: dt.date | None = None,
    signed: dict[int, dt.date] | None = None,
) -> MembershipFacts:
    """A confirmed, liberal member who signed convention 1 at the beginning, unless told otherwise."""
    signatures = {1: BEGINNING} if signed is None else signed
    return MembershipFacts(id, joined_on, left_on, practices or (practice(),), signatures)


def action(
    type: str = "RCP",
    on: dt.date = dt.date(2026, 3, 10),
    *,
    reference: str = "A1",
    of: TeamFacts | None = None,
    people: int = 2,
    professions: int = 2,
    declared_on: dt.date | None = None,
    deadline_lifted: bool = False,
) -> ActionFacts:
    return ActionFacts(
        id=next(_ids),
        date=on,
        reference=reference,
        type=type,
        team=of or team(),
        people=people,
        professions=professions,
        declared_on=declared_on or on,
        deadline_lifted=deadline_lifted,
    )


def candidate(
    of: ActionFacts,
    person: int = 1,
    *,
    role: str = "participant",
    profession: str = "60",
    memberships: Iterable[MembershipFacts] | None = None,
) -> Candidate:
    return Candidate(
        participation_id=next(_ids),
        action=of,
        professional_id=person,
        rpps=f"{10_000_000_000 + person}",
        role=role,
        profession=profession,
        memberships=(member(),) if memberships is None else tuple(memberships),
    )


def tarif(
    type: str = "RCP",
    cents: int = 50_00,
    *,
    role: str = "participant",
    profession: str = "",
    kind: str = "ESP_CLAP",
    starts_on: dt.date = BEGINNING,
    version: int = 1,
    cap: int | None = None,
) -> PriceEntry:
    return PriceEntry(next(_ids), kind, type, role, profession, cents, starts_on, version, cap)


def decide(
    *candidates: Candidate,
    prices: Iterable[PriceEntry] | None = None,
    balances: Balances | None = None,
    rules: Rules | None = None,
    until: dt.date = END,
) -> list[Decision]:
    """All decisions; without `prices`, every type and role is worth 50.00."""
    if prices is None:
        prices = [tarif(type, role=role) for type in ALL_TYPES for role in ("participant", "redacteur")]
    return list(price(candidates, PriceList(prices), balances or Balances(), rules=rules or Rules(), until=until))


def outcome(decision: Decision) -> int | str:
    """What is due in cents, else why not: the reason's code, or MISSING."""
    amount = getattr(decision, "amount_cents", None)
    return amount if amount is not None else str(getattr(decision, "reason", "MISSING"))


def outcomes(decisions: Iterable[Decision]) -> list[int | str]:
    return [outcome(decision) for decision in decisions]
