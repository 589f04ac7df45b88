"""For which days a membership can be attested: pure dates, no database.

An attestation covers one unbroken period of one civil year: a stay in the team, as a confirmed member, while the team
is recognised. The day of a departure is its last day; the day of a withdrawal is the first without recognition.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

DAY = timedelta(days=1)


@dataclass(frozen=True, order=True)
class Days:
    """From one day to another, both inclusive."""

    first: date
    last: date

    def contains(self, other: Days) -> bool:
        """Whether every day of ``other`` is among these."""
        return self.first <= other.first and other.last <= self.last


@dataclass(frozen=True)
class MembershipFacts:
    """What is known of a stay.

    Attributes:
        joined_on, left_on: of the stay, both inclusive; None: it goes on.
        confirmed: the periods in which the member is confirmed, each limit inclusive or None for none.
        recognised_on: first day of the team's recognition, None when there is none.
        recognised_until: last day of it, None when it goes on.
    """

    joined_on: date
    left_on: date | None
    confirmed: tuple[tuple[date | None, date | None], ...]
    recognised_on: date | None
    recognised_until: date | None


class NotAttestable(Exception):
    """Nothing can be attested; ``reason`` is a French sentence."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def attested_days(facts: MembershipFacts, year: int) -> Days:
    """Return the days of a civil year that can be attested; of several periods the last one.

    Raises:
        NotAttestable: with the reason in French.
    """
    whole = Days(date(year, 1, 1), date(year, 12, 31))
    if facts.recognised_on is None:
        raise NotAttestable("L'équipe n'a pas été reconnue par l'ARS : une appartenance ne peut pas être attestée.")
    recognised = _common(whole, facts.recognised_on, facts.recognised_until)
    if recognised is None:
        until = f" jusqu'au {facts.recognised_until:%d/%m/%Y}" if facts.recognised_until else ""
        raise NotAttestable(
            f"L'équipe n'était pas reconnue en {year} : sa reconnaissance court à partir du "
            f"{facts.recognised_on:%d/%m/%Y}{until}."
        )
    stay = _common(recognised, facts.joined_on, facts.left_on)
    if stay is None:
        until = f" au {facts.left_on:%d/%m/%Y}" if facts.left_on else ""
        raise NotAttestable(
            f"Aucun jour à attester en {year} : cette personne est membre du {facts.joined_on:%d/%m/%Y}{until}, "
            f"l'équipe est reconnue cette année-là du {recognised.first:%d/%m/%Y} au {recognised.last:%d/%m/%Y}."
        )
    confirmed = [days for first, last in facts.confirmed if (days := _common(stay, first, last))]
    if not confirmed:
        raise NotAttestable(
            f"Cette personne n'a pas été membre confirmé en {year} pendant la reconnaissance de l'équipe : "
            "un membre pressenti ne reçoit pas d'attestation."
        )
    return list(_unbroken(confirmed))[-1]


def _common(days: Days, first: date | None, last: date | None) -> Days | None:
    begin, end = max(days.first, first or days.first), min(days.last, last or days.last)
    return Days(begin, end) if begin <= end else None


def _unbroken(periods: Iterable[Days]) -> Iterator[Days]:
    """Yield the periods in order, those that touch or overlap made one."""
    current: Days | None = None
    for days in sorted(periods):
        if current is None:
            current = days
        elif days.first <= current.last + DAY:
            current = Days(current.first, max(current.last, days.last))
        else:
            yield current
            current = days
    if current is not None:
        yield current
