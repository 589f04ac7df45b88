"""What the rules find on teams: the facts of eligibility read in bulk, and what each floor adds.

A dossier computes its own findings each time it is shown. Lists and what waits read `TeamFinding`, which is written
after each write on a team and every morning (a day that passes changes findings too).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import F, Prefetch, prefetch_related_objects
from django.utils import timezone

from association.eligibility import DEFAULT_LEVELS, Finding, Level, MemberFacts, StructureFacts, TeamFacts, findings
from association.models import (
    EligibilityLevel,
    HealthProject,
    Membership,
    MembershipPeriod,
    Team,
    TeamFinding,
    TeamStructure,
)
from association.nomenclature import MemberStatus, PracticeMode
from association.registries import convention_facts, finding_sources, priced_kinds
from association.selectors.projects import section_facts

CHUNK = 500


def findings_of(team: Team, *, on: date | None = None) -> tuple[Finding, ...]:
    """Return what the rules find on one team, what blocks first.

    Args:
        on: the civil day of the facts (today by default).
    """
    return findings_by_team([team], on=on)[team.pk]


def findings_by_team(teams: Iterable[Team], *, on: date | None = None) -> dict[int, tuple[Finding, ...]]:
    """Return the findings of several teams by pk, in a number of queries that does not grow with them."""
    day = on or timezone.localdate()
    known = list(teams)
    levels = rule_levels()
    facts = facts_by_team(known, on=day)
    added: dict[int, list[Finding]] = defaultdict(list)
    for source in finding_sources:
        for pk, found in source(known, day).items():
            added[pk].extend(found)
    return {
        team.pk: tuple(sorted([*findings(facts[team.pk], levels), *added[team.pk]], key=_blocking_first))
        for team in known
    }


def rule_levels() -> dict[tuple[str, str], Level]:
    """Return the level of each rule that is a setting: what the association chose, else the default."""
    chosen = EligibilityLevel.objects.order_by().values_list("kind", "rule", "level")
    return {**DEFAULT_LEVELS, **{(kind, rule): Level(level) for kind, rule, level in chosen}}


def facts_by_team(teams: list[Team], *, on: date) -> dict[int, TeamFacts]:
    """Return the facts that the rules of eligibility judge, by team."""
    pks = [team.pk for team in teams]
    prefetch_related_objects(teams, "themes", "communes")
    members = _members(pks, on)
    structures = _structures(pks)
    projects = _projects(pks)
    conventions = _from_registry(convention_facts, teams, on)
    kinds_with_prices: frozenset[str] = frozenset().union(*(source() for source in priced_kinds))
    return {
        team.pk: TeamFacts(
            kind=team.kind,
            state=str(team.state),
            on=on,
            members=tuple(members[team.pk]),
            structures=tuple(structures[team.pk]),
            conventions=tuple(conventions[team.pk]),
            own_price_list=team.kind in kinds_with_prices,
            recognised_on=team.recognised_on,
            recognition_withdrawn_on=team.recognition_withdrawn_on,
            **_of_project(team, projects.get(team.pk)),
        )
        for team in teams
    }


def refresh_findings(*, teams: Iterable[Team] | None = None) -> int:
    """Write what is found today where lists read it, and return how many findings stand.

    Args:
        teams: those that changed; all that are not closed by default. A finding that still holds keeps its ``since``.
    """
    if teams is not None:
        return _refresh(list(teams))
    pks = list(Team.objects.exclude(state=Team.State.CLOSED).order_by("pk").values_list("pk", flat=True))
    TeamFinding.objects.filter(team__state=Team.State.CLOSED).delete()
    chunks = (pks[first : first + CHUNK] for first in range(0, len(pks), CHUNK))
    return sum(_refresh(list(Team.objects.filter(pk__in=chunk).order_by("pk"))) for chunk in chunks)


@transaction.atomic
def _refresh(teams: list[Team]) -> int:
    found = {
        (pk, one.code, one.subject): one
        for pk, several in findings_by_team([t for t in teams if t.state != Team.State.CLOSED]).items()
        for one in several
    }
    stored = {(row.team_id, row.code, row.subject): row for row in TeamFinding.objects.filter(team__in=teams)}
    TeamFinding.objects.filter(pk__in=[row.pk for key, row in stored.items() if key not in found]).delete()
    changed = []
    for key, row in stored.items():
        one = found.get(key)
        if one and (row.level, row.sentence, row.source) != (one.level.value, one.sentence, one.source):
            row.level, row.sentence, row.source = one.level.value, one.sentence, one.source
            changed.append(row)
    TeamFinding.objects.bulk_update(changed, ["level", "sentence", "source"])
    TeamFinding.objects.bulk_create(
        TeamFinding(
            team_id=pk, code=code, subject=subject, level=one.level.value, sentence=one.sentence, source=one.source
        )
        for (pk, code, subject), one in found.items()
        if (pk, code, subject) not in stored
    )
    return len(found)


def _blocking_first(finding: Finding) -> tuple[bool, str, str]:
    return finding.level is not Level.BLOCKING, finding.code, finding.subject


def _members(pks: list[int], on: date) -> dict[int, list[MemberFacts]]:
    periods = MembershipPeriod.objects.order_by(F("starts_on").asc(nulls_first=True), "pk")
    rows = (
        Membership.objects.filter(team__in=pks)
        .select_related("professional")
        .prefetch_related(Prefetch("periods", periods))
        .order_by("joined_on", "pk")
    )
    found: dict[int, list[MemberFacts]] = defaultdict(list)
    for stay in rows:
        moment = min(on, stay.left_on) if stay.left_on else on
        period = _on(list(stay.periods.all()), max(moment, stay.joined_on))
        person = stay.professional
        found[stay.team_id].append(
            MemberFacts(
                name=f"{person.first_name} {person.last_name}",
                profession=person.profession,
                is_gp=person.is_general_practitioner,
                is_biologist=person.is_biologist,
                specialty=person.specialty,
                status=period.status if period else MemberStatus.EXPECTED.value,
                mode=period.mode if period else PracticeMode.LIBERAL.value,
                mssante=person.mssante,
                joined_on=stay.joined_on,
                left_on=stay.left_on,
                has_company=bool(period and period.company_id),
            )
        )
    return found


def _on(periods: list[MembershipPeriod], day: date) -> MembershipPeriod | None:
    return next(
        (
            period
            for period in periods
            if (period.starts_on is None or period.starts_on <= day)
            and (period.ends_on is None or day <= period.ends_on)
        ),
        None,
    )


def _structures(pks: list[int]) -> dict[int, list[StructureFacts]]:
    found: dict[int, list[StructureFacts]] = defaultdict(list)
    for team, form, rna, siret, starts_on, ends_on in TeamStructure.objects.filter(team__in=pks).values_list(
        "team_id", "form", "rna", "siret", "starts_on", "ends_on"
    ):
        found[team].append(StructureFacts(form=form, rna=rna, siret=siret, starts_on=starts_on, ends_on=ends_on))
    return found


def _projects(pks: list[int]) -> dict[int, HealthProject]:
    """The latest version of each team: the draft where one is being written."""
    rows = (
        HealthProject.objects.filter(team__in=pks)
        .select_related("team")
        .prefetch_related("communes", "epcis", "themes")
        .order_by("team_id", "number")
    )
    return {project.team_id: project for project in rows}


def _of_project(team: Team, project: HealthProject | None) -> dict[str, Any]:
    if project is None:
        return {
            "shared_patients": team.shared_patients,
            "themes_count": len(team.themes.all()),
            "communes_count": len(team.communes.all()),
            "action_types": (),
            "sections": (),
        }
    return {
        "shared_patients": project.shared_patients or team.shared_patients,
        "themes_count": len(project.themes.all()) or len(team.themes.all()),
        "communes_count": len(project.communes.all()) or len(team.communes.all()),
        "action_types": tuple(project.action_types),
        "sections": tuple(section_facts(project)),
    }


def _from_registry(registry: Any, teams: list[Team], on: date) -> Mapping[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for source in registry:
        for pk, facts in source(teams, on).items():
            found[pk].extend(facts)
    return found
