"""What is known of a team on one day. Codes are those of association/nomenclature.py and of the state machines.

Every date is a civil date, and every period includes its two days; None is open.
"""

import datetime as dt
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Protocol

INFORMAL, ESP, ESP_CLAP, ESS = "informelle", "esp", "esp_clap", "ess"
KINDS = (INFORMAL, ESP, ESP_CLAP, ESS)
PRIMARY_CARE = (ESP, ESP_CLAP)
CONFIRMED, EXPECTED = "confirme", "pressenti"
SALARIED = "salarie"
DOCTOR = "10"
ASSOCIATION, NO_STRUCTURE = "association", "aucune"
LIVE = frozenset({"signed", "suspended"})  # states of a convention between its signature and its end
NOTICE = dt.timedelta(days=90)  # how long before an end it is told


class Dated(Protocol):
    """What holds from ``starts_on`` to ``ends_on``."""

    @property
    def starts_on(self) -> dt.date | None: ...

    @property
    def ends_on(self) -> dt.date | None: ...


@dataclass(frozen=True, slots=True)
class MemberFacts:
    """One stay in the team. ``status``, ``mode``, ``has_company``: those of the day (for a past stay: of its last day).

    ``name`` is what sentences call the person. ``person`` tells two stays of one person from two people of one name
    (a key of the person, duplicates that were joined counting as one); None: this stay is a person of its own.
    ``has_company``: a company or an employer is paid in the person's place.
    """

    name: str
    profession: str
    joined_on: dt.date
    left_on: dt.date | None = None
    status: str = CONFIRMED
    mode: str = "liberal"
    is_gp: bool = False
    is_biologist: bool = False
    specialty: str = ""
    mssante: str = ""
    has_company: bool = False
    person: Hashable | None = None

    @property
    def is_specialist(self) -> bool:
        """A doctor of another specialty than general practice."""
        return self.profession == DOCTOR and not self.is_gp

    def is_present(self, day: dt.date) -> bool:
        return self.joined_on <= day and (self.left_on is None or day <= self.left_on)


@dataclass(frozen=True, slots=True)
class SectionFacts:
    """One section of the health project, and whether it answers its question."""

    code: str
    title: str
    complete: bool


@dataclass(frozen=True, slots=True)
class StructureFacts:
    """What carries the team: ``form`` is aucune, association or sisa."""

    form: str
    rna: str = ""
    siret: str = ""
    starts_on: dt.date | None = None
    ends_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class ConventionFacts:
    """A convention: ``starts_on`` is its prise d'effet (its start while it has none), ``ends_on`` its effective end.

    ``amendments_to_issue`` and ``amendments_to_sign``: how many wait for either.
    """

    number: str
    state: str
    starts_on: dt.date
    ends_on: dt.date
    signed_on: dt.date | None = None
    amendments_to_issue: int = 0
    amendments_to_sign: int = 0


@dataclass(frozen=True, slots=True)
class EtpProgrammeFacts:
    """A programme of patient education that the team declared to the ARS."""

    reference: str
    starts_on: dt.date
    ends_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class TeamFacts:
    """A team as it is on the day ``on``.

    ``sections``, ``themes_count``, ``action_types`` (planned) and ``shared_patients`` are those of the version of the
    health project that counts: the one being written or examined; once the team is recognised, the accepted one.
    ``sections`` holds all its sections; none at all: there is no project.
    ``members`` are all stays, past ones too. ``own_price_list``: of an ESS, whether prices were set for its kind.
    """

    kind: str
    state: str
    on: dt.date
    members: tuple[MemberFacts, ...] = ()
    shared_patients: int | None = None
    themes_count: int = 0
    action_types: tuple[str, ...] = ()
    sections: tuple[SectionFacts, ...] = ()
    structures: tuple[StructureFacts, ...] = ()
    conventions: tuple[ConventionFacts, ...] = ()
    programmes: tuple[EtpProgrammeFacts, ...] = ()
    communes_count: int = 0
    own_price_list: bool = False
    recognised_on: dt.date | None = None
    recognition_withdrawn_on: dt.date | None = None

    @property
    def present(self) -> tuple[MemberFacts, ...]:
        """Members of the day by name, expected ones too. A person counts once, as confirmed if any stay is."""
        return _one_each([member for member in self.members if member.is_present(self.on)])

    @property
    def confirmed(self) -> tuple[MemberFacts, ...]:
        """Confirmed members of the day, by name."""
        return tuple(member for member in self.present if member.status == CONFIRMED)

    @property
    def departed(self) -> tuple[MemberFacts, ...]:
        """Who took part, left before the day and did not come back; by name, with the last stay."""
        here = {_identity(member) for member in self.present}
        gone = [m for m in self.members if m.left_on is not None and m.left_on < self.on and m.status != EXPECTED]
        return _one_each([member for member in gone if _identity(member) not in here])

    def confirmed_count(self, day: dt.date) -> int:
        """How many people took part on an earlier day, as far as today's facts tell."""
        return len({_identity(m) for m in self.members if m.is_present(day) and m.status != EXPECTED})


def covered_until(day: dt.date, periods: Iterable[Dated]) -> dt.date | None:
    """Return the last day up to which periods follow each other from ``day`` on, without a hole.

    The day before ``day`` when none holds on it; None: without limit.
    """
    reached = day - dt.timedelta(1)
    for period in sorted(periods, key=lambda found: found.starts_on or dt.date.min):
        if period.starts_on is not None and period.starts_on - reached > dt.timedelta(1):
            break
        if period.ends_on is None:
            return None
        reached = max(reached, period.ends_on)
    return reached


def _identity(member: MemberFacts) -> Hashable:
    return member if member.person is None else ("person", member.person)


def _one_each(stays: list[MemberFacts]) -> tuple[MemberFacts, ...]:
    """Keep one stay of each person: a confirmed one before the others, then the last; two equal rows are two people."""
    kept: dict[Hashable, MemberFacts] = {}
    alone = [stay for stay in stays if stay.person is None]
    for stay in sorted(stays, key=_weight):
        if stay.person is not None:
            kept[stay.person] = stay
    return tuple(sorted([*alone, *kept.values()], key=_by_name))


def _weight(stay: MemberFacts) -> tuple[object, ...]:
    return (stay.status == CONFIRMED, stay.joined_on, stay.left_on or dt.date.max, *_by_name(stay))


def _by_name(stay: MemberFacts) -> tuple[str, ...]:
    """Total: two stays that compare equal are equal in all that a sentence could show."""
    return (stay.name.casefold(), *(str(value) for value in (
        stay.name, stay.profession, stay.joined_on, stay.left_on, stay.status, stay.mode, stay.is_gp,
        stay.is_biologist, stay.specialty, stay.mssante, stay.has_company,
    )))  # fmt: skip
