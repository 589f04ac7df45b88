"""What the rules find on teams: the facts of eligibility read in bulk, and what each floor adds.

A dossier computes its own findings each time it is shown. Lists and what waits read `TeamFinding`, which is written
after each write on a team and every morning (a day that passes changes findings too).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import F, Model, Prefetch
from django.utils import timezone

from association.eligibility import (
    DEFAULT_LEVELS,
    EtpProgrammeFacts,
    Finding,
    Level,
    MemberFacts,
    StructureFacts,
    TeamFacts,
    findings,
)
from association.models import (
    EligibilityLevel,
    EtpProgramme,
    HealthProject,
    Membership,
    MembershipPeriod,
    Team,
    TeamFinding,
    TeamStructure,
)
from association.nomenclature import MemberStatus, PracticeMode
from association.registries import Progress, convention_facts, finding_sources, priced_kinds
from association.selectors.projects import section_facts

CHUNK = 100  # teams that one transaction of the daily round holds
# Teams that the ARS recognised: their accepted project counts, whatever is written since.
RECOGNISED = (Team.State.RECOGNISED, Team.State.UNDER_CONVENTION, Team.State.SUSPENDED)
SUBJECT_LENGTH = 200


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
        for pk, found in source([team for team in known if team.state != Team.State.CLOSED], day).items():
            added[pk].extend(found)
    return {
        team.pk: tuple(sorted([*findings(facts[team.pk], levels), *added[team.pk]], key=lambda finding: finding.rank))
        for team in known
    }


def rule_levels() -> dict[tuple[str, str], Level]:
    """Return the level of each rule that is a setting: what the association chose, else the default."""
    chosen = EligibilityLevel.objects.order_by().values_list("kind", "rule", "level")
    return {**DEFAULT_LEVELS, **{(kind, rule): Level(level) for kind, rule, level in chosen}}


def facts_by_team(teams: list[Team], *, on: date) -> dict[int, TeamFacts]:
    """Return the facts that the rules of eligibility judge, by team."""
    pks = [team.pk for team in teams]
    members, structures, programmes = _members(pks, on), _structures(pks), _programmes(pks)
    projects = _projects(teams)
    conventions = _from_registry(convention_facts, teams, on)
    kinds_with_prices: frozenset[str] = frozenset().union(*(source() for source in priced_kinds))
    themes, communes = _count(Team.themes.through, pks), _count(Team.communes.through, pks)
    return {
        team.pk: TeamFacts(
            kind=team.kind,
            state=str(team.state),
            on=on,
            members=tuple(members[team.pk]),
            structures=tuple(structures[team.pk]),
            programmes=tuple(programmes[team.pk]),
            conventions=tuple(conventions[team.pk]),
            own_price_list=team.kind in kinds_with_prices,
            recognised_on=team.recognised_on,
            recognition_withdrawn_on=team.recognition_withdrawn_on,
            **(
                _of_project(projects[team.pk])
                if team.pk in projects
                else {
                    "shared_patients": team.shared_patients,
                    "themes_count": themes[team.pk],
                    "communes_count": communes[team.pk],
                }
            ),
        )
        for team in teams
    }


def refresh_findings(*, teams: Iterable[Team] | None = None, progress: Progress | None = None) -> int:
    """Write what is found today where lists read it, and return how many findings stand.

    Args:
        teams: those that changed; all that are not closed by default. A finding that still holds keeps its ``since``.
        progress: is told how many of all the teams are done.
    """
    if teams is not None:
        return _refresh([team.pk for team in teams])
    TeamFinding.objects.filter(team__state=Team.State.CLOSED).delete()
    pks = list(Team.objects.exclude(state=Team.State.CLOSED).order_by("pk").values_list("pk", flat=True))
    if progress is not None:
        progress.total(len(pks))
    standing = 0
    for first in range(0, len(pks), CHUNK):
        several = pks[first : first + CHUNK]
        standing += _refresh(several)
        if progress is not None:
            progress.advance(len(several))
    return standing


@transaction.atomic
def _refresh(pks: list[int]) -> int:
    """Under the lock of the teams, read again: what is written is what was true when the lock was given back."""
    teams = list(Team.objects.select_for_update(of=("self",)).filter(pk__in=pks).order_by("pk"))
    found: dict[tuple[int, str, str], Finding] = {}
    for pk, several in findings_by_team(teams).items():
        for one in several:  # what blocks comes first, and stays where two are about the same subject
            found.setdefault((pk, one.code, one.subject[:SUBJECT_LENGTH]), one)
    stored = {(row.team_id, row.code, row.subject): row for row in TeamFinding.objects.filter(team__in=pks)}
    TeamFinding.objects.filter(pk__in=[row.pk for key, row in stored.items() if key not in found]).delete()
    changed = [row for key, row in stored.items() if key in found and _takes(row, found[key])]
    TeamFinding.objects.bulk_update(changed, ["level", "sentence", "source"])
    TeamFinding.objects.bulk_create(_takes_new(key, one) for key, one in found.items() if key not in stored)
    return len(found)


def _takes(row: TeamFinding, one: Finding) -> bool:
    """Give a row what is said today, and tell whether that changes it."""
    said = (one.level.value, one.sentence, one.source)
    differs = (row.level, row.sentence, row.source) != said
    row.level, row.sentence, row.source = said
    return differs


def _takes_new(key: tuple[int, str, str], one: Finding) -> TeamFinding:
    team, code, subject = key
    row = TeamFinding(team_id=team, code=code, subject=subject)
    _takes(row, one)
    return row


def _members(pks: list[int], on: date) -> dict[int, list[MemberFacts]]:
    periods = MembershipPeriod.objects.order_by(F("starts_on").asc(nulls_first=True), "pk")
    rows = (
        Membership.objects.filter(team__in=pks)
        .select_related("professional__merged_into")
        .prefetch_related(Prefetch("periods", periods))
        .order_by("joined_on", "pk")
    )
    found: dict[int, list[MemberFacts]] = defaultdict(list)
    for stay in rows:
        moment = min(on, stay.left_on) if stay.left_on else on
        period = _on(list(stay.periods.all()), max(moment, stay.joined_on))
        person = stay.professional.merged_into or stay.professional
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
                person=person.pk,
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


def _programmes(pks: list[int]) -> dict[int, list[EtpProgrammeFacts]]:
    found: dict[int, list[EtpProgrammeFacts]] = defaultdict(list)
    for team, reference, starts_on, ends_on in EtpProgramme.objects.filter(team__in=pks).values_list(
        "team_id", "reference", "starts_on", "ends_on"
    ):
        found[team].append(EtpProgrammeFacts(reference=reference, starts_on=starts_on, ends_on=ends_on))
    return found


def _projects(teams: list[Team]) -> dict[int, HealthProject]:
    """The version that counts: the one being written or examined; once the team is recognised, the accepted one.

    A recognised team without an accepted version (taken over from elsewhere) is judged by the latest it has.
    """
    recognised = {team.pk for team in teams if team.state in RECOGNISED}
    counts: dict[int, int] = {}
    accepted: dict[int, int] = {}
    versions = HealthProject.objects.filter(team__in=[team.pk for team in teams]).order_by("team_id", "number")
    for pk, team, state in versions.values_list("pk", "team_id", "state"):
        counts[team] = pk
        if team in recognised and state == HealthProject.State.ACCEPTED:
            accepted[team] = pk
    rows = (
        HealthProject.objects.filter(pk__in={**counts, **accepted}.values())
        .select_related("team")
        .prefetch_related("communes", "epcis", "themes")
    )
    return {project.team_id: project for project in rows}


def _of_project(project: HealthProject) -> dict[str, Any]:
    return {
        "shared_patients": project.shared_patients,
        "themes_count": len(project.themes.all()),
        "communes_count": len(project.communes.all()),
        "action_types": tuple(project.action_types),
        "sections": tuple(section_facts(project)),
    }


def _count(through: type[Model], pks: list[int]) -> Counter[int]:
    return Counter(through._base_manager.filter(team_id__in=pks).values_list("team_id", flat=True))


def _from_registry(registry: Any, teams: list[Team], on: date) -> Mapping[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for source in registry:
        for pk, facts in source(teams, on).items():
            found[pk].extend(facts)
    return found
