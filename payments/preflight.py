"""What stands out in a run before it is submitted. Pure: facts in, findings out.

A check never changes what is paid. It is off, a notice, a warning, or it keeps the run from being submitted; that is a
setting (`payments.models.PreflightSettings`). A missing price always does: it is a rule of the machine itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Check(StrEnum):
    NEW_ACCOUNT = "new_account"
    SHARED_IBAN = "shared_iban"
    UNUSUAL_AMOUNT = "unusual_amount"
    NEW_EXCLUSIONS = "new_exclusions"
    MISSING_PRICE = "missing_price"
    WAITING = "waiting"
    TEAM_DIFFERENCE = "team_difference"
    ENVELOPE = "envelope"
    BOARD = "board"


class Severity(StrEnum):
    OFF = "off"
    NOTICE = "notice"
    WARNING = "warning"
    BLOCKING = "blocking"


ALWAYS_BLOCKING = frozenset({Check.MISSING_PRICE})
# Below these nobody has to look twice, whatever the proportion, in euro cents.
UNUSUAL_FLOOR_CENTS, DIFFERENCE_FLOOR_CENTS = 100_00, 500_00
USUAL_FROM = 2  # payments: one alone is no habit


@dataclass(frozen=True)
class AccountFact:
    """The verified account of somebody who is paid; ``is_used``: the bank has been sent a transfer to it before."""

    beneficiary: int
    iban_hash: str
    is_used: bool


@dataclass(frozen=True)
class Usual:
    """What somebody was paid in the twelve months before: how many payments, and their sum in euro cents."""

    count: int
    cents: int


@dataclass(frozen=True)
class Facts:
    """A run as the checks see it, in euro cents by key; ``iban_owners``: who has each IBAN, paid or not."""

    paid: Mapping[int, int] = field(default_factory=dict)
    waiting: Mapping[int, int] = field(default_factory=dict)
    accounts: Sequence[AccountFact] = ()
    iban_owners: Mapping[str, frozenset[int]] = field(default_factory=dict)
    usual: Mapping[int, Usual] = field(default_factory=dict)
    new_exclusions: int = 0
    missing_prices: int = 0
    teams: Mapping[int, tuple[int, int]] | None = None  # now, the month before; None: no month to compare with
    grants: Mapping[int, tuple[int, int]] = field(default_factory=dict)  # due after this run, what it may cost
    board: Sequence[int] = ()  # beneficiaries who are owed something of a board member's


@dataclass(frozen=True)
class Found:
    """One check that found something: ``cases`` are beneficiaries, or teams; ``count`` of them, or of lines."""

    check: Check
    severity: Severity
    count: int
    cases: tuple[int, ...] = ()


def new_accounts(facts: Facts) -> list[int]:
    """Return who is paid on an account for the first time: a new one, or one that was changed."""
    return [one.beneficiary for one in facts.accounts if not one.is_used]


def shared_ibans(facts: Facts) -> list[int]:
    """Return who is paid on an IBAN that is another beneficiary's too."""
    return [one.beneficiary for one in facts.accounts if len(facts.iban_owners.get(one.iban_hash, ())) > 1]


def unusual_amounts(facts: Facts, *, factor: int) -> list[int]:
    """Return who is paid more than ``factor`` times what they are paid on average."""
    return [
        beneficiary
        for beneficiary, cents in facts.paid.items()
        if (usual := facts.usual.get(beneficiary))
        and usual.count >= USUAL_FROM
        and cents * usual.count > factor * usual.cents
        and cents - usual.cents // usual.count >= UNUSUAL_FLOOR_CENTS
    ]


def different_teams(facts: Facts, *, percent: int) -> list[int]:
    """Return the teams whose total differs from the month before by more than ``percent`` of it."""
    return [
        team
        for team, (now, before) in (facts.teams or {}).items()
        if abs(now - before) >= DIFFERENCE_FLOOR_CENTS and abs(now - before) * 100 > percent * abs(before)
    ]


def exceeded_grants(facts: Facts) -> list[int]:
    """Return the grants whose teams' part would not be enough for what this run makes due."""
    return [grant for grant, (due, granted) in facts.grants.items() if due > granted]


def judge(facts: Facts, severities: Mapping[Check, Severity], *, factor: int, percent: int) -> list[Found]:
    """Return what the checks find that are not off, the most severe first."""
    waiting = [beneficiary for beneficiary, cents in facts.waiting.items() if cents]
    found = [
        Found(Check.MISSING_PRICE, Severity.BLOCKING, facts.missing_prices),
        _of(Check.NEW_ACCOUNT, severities, new_accounts(facts)),
        _of(Check.SHARED_IBAN, severities, shared_ibans(facts)),
        _of(Check.UNUSUAL_AMOUNT, severities, unusual_amounts(facts, factor=factor)),
        _of(Check.WAITING, severities, waiting),
        Found(Check.NEW_EXCLUSIONS, severities[Check.NEW_EXCLUSIONS], facts.new_exclusions),
        _of(Check.TEAM_DIFFERENCE, severities, different_teams(facts, percent=percent)),
        _of(Check.ENVELOPE, severities, exceeded_grants(facts)),
        _of(Check.BOARD, severities, facts.board),
    ]
    order = (Severity.BLOCKING, Severity.WARNING, Severity.NOTICE)
    kept = [one for one in found if one.count and one.severity is not Severity.OFF]
    return sorted(kept, key=lambda one: order.index(one.severity))


def _of(check: Check, severities: Mapping[Check, Severity], cases: Iterable[int]) -> Found:
    cases = tuple(cases)
    return Found(check, severities[check], len(cases), cases)
