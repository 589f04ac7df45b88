"""The rows behind a number of a dashboard: read again as they were counted, by the same facts; and the way to them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.core.cache import cache
from django.urls import reverse

from association.models import Department, Team, User
from association.nomenclature import TeamKind
from association.registries import CountedRows
from association.selectors.named import Unknown
from reports.behind import BEHIND, Counted
from reports.indicators import Facts, indicator
from reports.indicators.ceilings import USED, class_of
from reports.indicators.conventions import ending_soon, month_label
from reports.indicators.people import PROFESSIONS
from reports.indicators.teams import STAGES, Stage
from reports.selectors.measured import KEPT_SECONDS, name_kept

NOT_THESE = "Ouvrez la liste depuis le pilotage."
Keys = Callable[[Facts], Mapping[int, Mapping[str, str]]]


def teams_behind(user: User, text: str) -> CountedRows:
    """Return the teams that a number counts."""
    return _found(user, text, TEAMS)


def people_behind(user: User, text: str) -> CountedRows:
    """Return the professionals that a number counts: the record that stays, of two that were joined."""
    return _found(user, text, PEOPLE)


def conventions_behind(user: User, text: str) -> CountedRows:
    """Return the conventions that a number counts."""
    return _found(user, text, CONVENTIONS)


class Links:
    """The way from each number of a page to the rows behind it, for one user.

    A number leads nowhere where the user may not open the list, or would find fewer rows in it than were counted: the
    ARS is told how many teams are accompanied, and sees those that came to their submission.

    Args:
        stamp: `stamp_of_the_data`, of the numbers of the page.
    """

    def __init__(self, user: User, *, stamp: str) -> None:
        self.user, self.stamp = user, stamp

    def to(self, counted: Counted) -> str:
        """Return the address of the list of a number; nothing where there is none."""
        behind = BEHIND.get(counted.indicator)
        if behind is None or not self.user.has_perm(behind.permission):
            return ""
        asked = behind.asked(counted)
        if asked is None or (behind.of_teams and self.user.role == "ars" and not self._sees_all(counted)):
            return ""
        return f"{reverse(behind.view)}?{asked}"

    def _sees_all(self, counted: Counted) -> bool:
        if counted.indicator not in TEAMS:  # what the followed teams cover, from whatever department they are
            return not self._unseen("teams.followed", counted)
        unseen = self._unseen(counted.indicator, counted)
        return not any(row.get(counted.by) == counted.key for row in unseen) if counted.by else not unseen

    def _unseen(self, key: str, counted: Counted) -> list[Mapping[str, str]]:
        """Return the rows, by their cuts, of the teams that are counted and that the user does not see."""
        of_whom = f"{self.user.role}/{self.user.department_id or ''}"
        name = name_kept("unseen", self.stamp, of_whom, counted.department, counted.period.code, key)
        found: list[Mapping[str, str]] | None = cache.get(name)
        if found is None:
            rows = TEAMS[key](Facts(counted.scope, counted.period))
            seen = set(Team.objects.visible_to(self.user).values_list("pk", flat=True))
            found = [row for pk, row in rows.items() if pk not in seen]
            cache.set(name, found, KEPT_SECONDS)
        return found


def _found(user: User, text: str, known: Mapping[str, Keys]) -> CountedRows:
    """Raise `Unknown` for what names no number of this list, or is not for this role."""
    if not user.has_perm("reports.view_dashboard"):
        raise Unknown("Ce filtre n’est pas ouvert à votre rôle.")
    try:
        counted = Counted.read(text)
    except ValueError as error:
        raise Unknown(str(error)) from None
    if counted.indicator not in known or (counted.by and counted.by not in LABELS):
        raise Unknown(NOT_THESE)
    if counted.department and not Department.objects.filter(pk=counted.department).exists():
        raise Unknown(NOT_THESE)

    def keys() -> set[int]:
        rows = known[counted.indicator](Facts(counted.scope, counted.period))
        return {pk for pk, row in rows.items() if not counted.by or row.get(counted.by) == counted.key}

    return CountedRows(_words(counted), keys)


def _words(counted: Counted) -> str:
    named = LABELS[counted.by](counted.key) if counted.by else ""
    parts = (indicator(counted.indicator).name, counted.period.in_words, counted.scope.name, named)
    return ", ".join(part for part in parts if part).replace("'", "’")


def _department(code: str) -> str:
    return str(Department.objects.filter(pk=code).first() or code)


LABELS: Mapping[str, Callable[[str], str]] = {
    "stage": lambda key: STAGES[Stage(key)] if key in list(Stage) else key,
    "kind": lambda key: str(dict(TeamKind.choices).get(key, key)),
    "department": _department,
    "class": lambda key: USED.get(key, key),
    "team": lambda key: key,
    "month": lambda key: month_label(key) if key.count("-") == 1 else key,
    "profession": lambda key: PROFESSIONS.get(key, key),
}


# --- which rows ----------------------------------------------------------------------------------------------------


def _rows_of(facts: Facts, pks: Iterable[int], **cuts: Mapping[int, str]) -> dict[int, dict[str, str]]:
    found = {}
    for pk in pks:
        team = facts.teams.all[pk]
        row = {"kind": team.kind, "department": team.department, "team": team.code}
        found[pk] = row | {by: of_team[pk] for by, of_team in cuts.items()}
    return found


def _followed(facts: Facts) -> Mapping[int, Mapping[str, str]]:
    stages = {pk: str(stage) for pk, stage in facts.teams.stages.items()}
    return _rows_of(facts, (team.pk for team in facts.teams.followed), stage=stages)


def _under_convention(facts: Facts) -> Mapping[int, Mapping[str, str]]:
    return _rows_of(facts, (team.pk for team in facts.teams.under_convention))


def _waiting(facts: Facts) -> Mapping[int, Mapping[str, str]]:
    waiting = (team.pk for team in facts.teams.followed if facts.teams.stages[team.pk] is Stage.SUBMITTED)
    return _rows_of(facts, waiting)


def _named_by(key: str) -> Keys:
    """Those that an indicator names itself, in its cut by team."""

    def rows(facts: Facts) -> Mapping[int, Mapping[str, str]]:
        return _rows_of(facts, _values(facts, key))

    return rows


def _values(facts: Facts, key: str) -> dict[int, int]:
    """Return the value of each team in the cut by team of an indicator."""
    pks = {team.code: pk for pk, team in facts.teams.all.items()}
    cuts = indicator(key).compute(facts).cuts
    return {pks[row.key]: row.value or 0 for cut in cuts if cut.by == "team" for row in cut.rows}


def _by_class(facts: Facts) -> Mapping[int, Mapping[str, str]]:
    shares = _values(facts, "ceiling.share")
    return _rows_of(facts, shares, **{"class": {pk: class_of(share) for pk, share in shares.items()}})


def _members(facts: Facts) -> Mapping[int, Mapping[str, str]]:
    """A person of two departments has one record: no row of the cut by department is told here."""
    return {member.person: {"profession": member.profession} for member in facts.people.members}


def _ending(facts: Facts) -> Mapping[int, Mapping[str, str]]:
    return {
        one.pk: {"month": f"{one.ended_on:%Y-%m}", "department": facts.teams.all[one.team].department}
        for one in ending_soon(facts)
    }


TEAMS: Mapping[str, Keys] = {
    "teams.followed": _followed,
    "teams.under_convention": _under_convention,
    "teams.inactive": _named_by("teams.inactive"),
    "path.waiting": _waiting,
    "path.late": _named_by("path.late"),
    "ceiling.share": _by_class,
}
PEOPLE: Mapping[str, Keys] = {"people.members": _members}
CONVENTIONS: Mapping[str, Keys] = {"conventions.ending": _ending}


def register() -> None:
    """Let the lists of the floors below find the rows behind a number."""
    from association.registries import counted_rows

    sources: dict[str, Any] = {
        "equipes": teams_behind,
        "professionnels": people_behind,
        "conventions": conventions_behind,
    }
    for name, source in sources.items():
        counted_rows.add(name, source)
