"""Professionals of the teams: counted, never named. Two joined records are one person."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Coalesce

from association.models import Membership, MembershipPeriod
from association.models.members import PERSON
from association.nomenclature import MemberStatus, Profession
from reports.indicators.model import (
    HIDDEN_BELOW,
    Cut,
    Indicator,
    Measure,
    Row,
    Section,
    Unit,
    cut,
    hide_small,
    mean,
    small_together,
)
from reports.indicators.teams import by_department, by_team

if TYPE_CHECKING:
    from reports.indicators.facts import Facts

PROFESSION = Coalesce("professional__merged_into__profession", "professional__profession")
MEMBERS = "Membres des équipes, avec leurs dates d’entrée et de sortie"
PROFESSIONS = {str(code): str(label) for code, label in Profession.choices}


class Member(NamedTuple):
    """One person in one team."""

    team: int
    person: int
    profession: str


class PeopleFacts:
    """The members of a scope on the last day, and those who came and went, in three queries."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts

    @cached_property
    def members(self) -> set[Member]:
        """The confirmed members, on the last day, of the teams that are followed."""
        day = self._facts.period.last
        confirmed = MembershipPeriod.objects.filter(
            Q(starts_on=None) | Q(starts_on__lte=day),
            Q(ends_on=None) | Q(ends_on__gte=day),
            membership=OuterRef("pk"),
            status=MemberStatus.CONFIRMED,
        )
        rows = (
            Membership.objects.current(day)
            .filter(Exists(confirmed), self._facts.scope.teams("team__"))
            .order_by()
            .annotate(whose=PERSON, trade=PROFESSION)
            .values_list("team_id", "whose", "trade")
            .distinct()
        )
        followed = {team.pk for team in self._facts.teams.followed}
        return {Member(*row) for row in rows if row[0] in followed}

    def moved(self, field: str) -> list[tuple[int, str]]:
        """Return (team, profession) of the stays whose ``joined_on`` or ``left_on`` lies in the period.

        One a person, team and day, however many records they were entered under.
        """
        period = self._facts.period
        rows = (
            Membership.objects.filter(
                self._facts.scope.teams("team__"), **{f"{field}__range": (period.first, period.last)}
            )
            .order_by()
            .annotate(whose=PERSON, trade=PROFESSION, day=F(field))
            .values_list("team_id", "trade", "whose", "day")
            .distinct()
        )
        return [(team, trade) for team, trade, _, _ in rows]


def by_profession(counts: Counter[str], *, one_team: bool, sums: bool = True) -> Cut:
    """Return a cut by profession; where there is one team only, small groups are hidden in it."""
    if not one_team:
        return cut("profession", "Par profession", counts, PROFESSIONS, order=PROFESSIONS, sums=sums)
    large, small = small_together(counts)
    rows = [Row(code, PROFESSIONS[code], large[code]) for code in PROFESSIONS if code in large]
    if small:
        rows.append(Row("autres", "Autres professions", small if small >= HIDDEN_BELOW else None))
    return Cut("profession", "Par profession", tuple(rows), sums=sums, hides=True)


def _people(facts: Facts) -> Measure:
    """A person with two teams in two departments counts in both; of a person's records the profession is one."""
    people = {member.person: member.profession for member in facts.people.members}
    departments: dict[str, set[int]] = defaultdict(set)
    for member in facts.people.members:
        departments[facts.teams.all[member.team].department].add(member.person)
    counts = Counter({code: len(found) for code, found in departments.items()})
    return Measure(
        len(people),
        (
            by_profession(Counter(people.values()), one_team=len(facts.teams.followed) < 2),
            by_department(facts, counts, sums=False),
        ),
    )


def _memberships(facts: Facts) -> Measure:
    members = facts.people.members
    teams = Counter(member.team for member in members)
    departments = Counter(facts.teams.all[member.team].department for member in members)
    trades: dict[int, Counter[str]] = defaultdict(Counter)
    for member in members:
        trades[member.team][member.profession] += 1
    hidden = [
        row
        for pk, team in facts.teams.all.items()
        if pk in trades
        for row in hide_small(trades[pk], PROFESSIONS, prefix=team.code, name=team.label)
    ]
    within = Cut("team_profession", "Par équipe et profession", tuple(hidden), hides=True)
    return Measure(len(members), (by_department(facts, departments), by_team(facts, teams), within))


def _several(facts: Facts) -> Measure:
    teams = Counter(member.person for member in facts.people.members)
    sizes = Counter(min(count, MOST_TEAMS) for count in teams.values())
    rows = cut("teams", "Personnes par nombre d’équipes", sizes, TEAMS_EACH, order=TEAMS_EACH, sums=False)
    return Measure(sum(count > 1 for count in teams.values()), (rows,))


def _teams_each(facts: Facts) -> Measure:
    people = {member.person for member in facts.people.members}
    return Measure(mean(len({(member.person, member.team) for member in facts.people.members}), len(people)))


def _per_team(facts: Facts) -> Measure:
    teams = Counter(member.team for member in facts.people.members)
    sizes = Counter(_size(teams[team.pk]) for team in facts.teams.followed)
    return Measure(
        mean(len(facts.people.members), len(facts.teams.followed)),
        (cut("size", "Équipes par nombre de membres", sizes, SIZES, order=SIZES, sums=False, unit=Unit.TEAMS),),
    )


SIZES = {"0-2": "2 membres ou moins", "3-5": "3 à 5 membres", "6-9": "6 à 9 membres", "10+": "10 membres ou plus"}


MOST_TEAMS = 3
TEAMS_EACH = {1: "Une équipe", 2: "Deux équipes", MOST_TEAMS: "Trois équipes ou plus"}


def _size(members: int) -> str:
    return "0-2" if members <= 2 else "3-5" if members <= 5 else "6-9" if members <= 9 else "10+"


def _moves(facts: Facts, rows: Iterable[tuple[int, str]]) -> Measure:
    found = list(rows)
    teams = {team for team, _ in found}
    departments = Counter(facts.teams.all[team].department for team, _ in found)
    trades = Counter(trade for _, trade in found)
    return Measure(len(found), (by_profession(trades, one_team=len(teams) < 2), by_department(facts, departments)))


INDICATORS = (
    Indicator(
        "people.members",
        Section.PEOPLE,
        "Professionnels membres",
        "Personnes qui sont membres confirmés d’au moins une équipe suivie, le dernier jour de la période. Une "
        "personne compte une fois dans la région, et une fois dans chaque département où elle a une équipe.",
        Unit.PEOPLE,
        MEMBERS,
        _people,
    ),
    Indicator(
        "people.memberships",
        Section.PEOPLE,
        "Appartenances",
        "Membres confirmés, comptés dans chacune de leurs équipes suivies, le dernier jour de la période. Dans une "
        "équipe, les professions de moins de 5 personnes sont regroupées, et leur nombre est masqué s’il est inférieur "
        "à 5.",
        Unit.COUNT,
        MEMBERS,
        _memberships,
    ),
    Indicator(
        "people.several_teams",
        Section.PEOPLE,
        "Professionnels de plusieurs équipes",
        "Personnes membres confirmées de deux équipes suivies ou plus, le dernier jour de la période.",
        Unit.PEOPLE,
        MEMBERS,
        _several,
    ),
    Indicator(
        "people.teams_each",
        Section.PEOPLE,
        "Équipes par professionnel",
        "Équipes suivies par personne membre confirmée d’au moins une, en moyenne, le dernier jour de la période.",
        Unit.MEAN,
        MEMBERS,
        _teams_each,
    ),
    Indicator(
        "people.per_team",
        Section.PEOPLE,
        "Membres par équipe",
        "Appartenances rapportées aux équipes suivies, le dernier jour de la période.",
        Unit.MEAN,
        MEMBERS,
        _per_team,
    ),
    Indicator(
        "people.joined",
        Section.PEOPLE,
        "Entrées dans une équipe",
        "Entrées dont la date est dans la période, membres pressentis compris.",
        Unit.COUNT,
        MEMBERS,
        lambda facts: _moves(facts, facts.people.moved("joined_on")),
    ),
    Indicator(
        "people.left",
        Section.PEOPLE,
        "Sorties d’une équipe",
        "Sorties dont la date est dans la période.",
        Unit.COUNT,
        MEMBERS,
        lambda facts: _moves(facts, facts.people.moved("left_on")),
    ),
)
