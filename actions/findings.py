"""What declared actions add to the findings on a dossier: work that may be paid twice, education without a programme.

Both count in the database, so that the queries are as many for one team as for a region.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Count, Exists, F, Max, Min, OuterRef, Q, QuerySet

from actions.models import Action, Participation
from association.eligibility import Code, Finding, Gate, Level, typeset
from association.eligibility.finding import REACHED
from association.eligibility.levels import level_of
from association.findings import rule_levels
from association.models import EtpProgramme, StructureLink, Team
from association.money import grouped
from association.nomenclature import ActionType
from association.periods import in_words
from association.registries import WatchedFinding, finding_sources, watched_findings

DOUBLE_FUNDING, ETP_ACTIONS = "DOUBLE_FUNDING", "ETP_ACTIONS"
HOUSE, ETP_LAW = "Règle de l’association", "Article L. 1161-2 du code de la santé publique"
# What may be paid, or has been: drafts and refusals cost nobody anything.
COUNTING = (Action.State.DECLARED, Action.State.VALIDATED)
Counted = tuple[int, int, date, date]  # a link's pk, how many actions fall in it, the first and the last day


def register() -> None:
    """Fill the registries of the ground."""
    finding_sources.add("actions.funded_twice", funded_twice)
    finding_sources.add("actions.etp", education_without_programme)
    watched_findings.add(DOUBLE_FUNDING, WatchedFinding("Doubles financements possibles", always=True))
    watched_findings.add(ETP_ACTIONS, WatchedFinding("Actions d’ETP sans programme déclaré", always=True))


def funded_twice(teams: Iterable[Team], on: date) -> dict[int, list[Finding]]:
    """Return, by team, the links to another funding during which actions took place up to a day.

    Of a team's link: its own actions. Of a member's: the team's actions in which that person took part, under whichever
    of the numbers that were joined.
    """
    pks = [team.pk for team in teams]
    counted = {row[0]: row[1:] for row in [*_of_teams(pks, on), *_of_members(pks, on)]}
    links = StructureLink.objects.filter(pk__in=counted).select_related("structure", "membership__professional")
    found: dict[int, list[Finding]] = defaultdict(list)
    for link in links.order_by("pk"):
        found[link.team_id].append(_twice(link, *counted[link.pk]))
    return found


def education_without_programme(teams: Iterable[Team], on: date) -> dict[int, list[Finding]]:
    """Return, by team, its sessions of patient education on days that no declared programme covers."""
    known = {team.pk: team for team in teams}
    programme = EtpProgramme.objects.filter(team=OuterRef("team"), starts_on__lte=OuterRef("held_on")).filter(
        Q(ends_on=None) | Q(ends_on__gte=OuterRef("held_on"))
    )
    rows = (
        _counting(on)
        .filter(~Exists(programme), team__in=known, type=ActionType.ETP)
        .order_by()
        .values_list("team")
        .annotate(count=Count("pk"), first=Min("held_on"), last=Max("held_on"))
    )
    levels = rule_levels()
    found: dict[int, list[Finding]] = {}
    for team, count, first, last in rows:
        level = level_of(known[team].kind, Code.ETP_PROGRAMME, levels, otherwise=Level.WARNING)
        if level is not Level.OFF:
            paid = REACHED[str(known[team].state)] >= Gate.PAYMENT
            found[team] = [_without_programme(level if paid else Level.WARNING, level, count, first, last)]
    return found


def _counting(on: date) -> QuerySet[Action]:
    return Action.objects.filter(state__in=COUNTING, held_on__lte=on).order_by()


def _of_teams(pks: list[int], on: date) -> QuerySet[Any, Counted]:
    return (
        _counting(on)
        .filter(
            _during("team__structure_links", "held_on"),
            team__in=pks,
            team__structure_links__relation__in=StructureLink.FUNDED,
            team__structure_links__membership=None,
        )
        .values_list("team__structure_links")
        .annotate(count=Count("pk"), first=Min("held_on"), last=Max("held_on"))
    )


def _of_members(pks: list[int], on: date) -> QuerySet[Any, Counted]:
    link = "action__team__structure_links"
    person = f"{link}__membership__professional"
    own = Q(professional=F(person)) | Q(professional__merged_into=F(person))
    joined = Q(professional=F(f"{person}__merged_into")) | Q(professional__merged_into=F(f"{person}__merged_into"))
    return (
        Participation.objects.filter(
            own | joined,
            _during(link, "action__held_on"),
            refused_at=None,
            action__team__in=pks,
            action__state__in=COUNTING,
            action__held_on__lte=on,
            **{f"{link}__relation__in": StructureLink.FUNDED},
        )
        .order_by()
        .values_list(link)
        .annotate(count=Count("action", distinct=True), first=Min("action__held_on"), last=Max("action__held_on"))
    )


def _during(link: str, day: str) -> Q:
    """A day within a link; a side without a date is open."""
    begun = Q(**{f"{link}__starts_on": None}) | Q(**{f"{day}__gte": F(f"{link}__starts_on")})
    not_over = Q(**{f"{link}__ends_on": None}) | Q(**{f"{day}__lte": F(f"{link}__ends_on")})
    return begun & not_over


def _twice(link: StructureLink, count: int, first: date, last: date) -> Finding:
    member = link.membership.person if link.membership else None
    who = f" auxquelles {member.first_name} {member.last_name} a pris part" if member else ""
    took_place = "a eu lieu" if count == 1 else "ont eu lieu"
    if member and count == 1:
        who = who.replace("auxquelles", "à laquelle")
    between = f", {in_words(link.starts_on, link.ends_on)}"
    funding = f"{link.get_relation_display()}, {link.structure}{between}"
    return Finding(
        code=DOUBLE_FUNDING,
        level=Level.WARNING,
        sentence=typeset(
            f"{_actions(count)}{who} {took_place}{_on(first, last)} pendant un autre financement : {funding}. Vérifiez "
            "que ce travail n’est pas payé deux fois ; s’il l’est, annulez les actions concernées, sinon corrigez les "
            "dates de ce lien."
        ),
        source=HOUSE,
        subject=f"{link.structure}{f', {member}' if member else ''}{between}",
    )


def _without_programme(level: Level, severity: Level, count: int, first: date, last: date) -> Finding:
    took_place = "a eu lieu" if count == 1 else "ont eu lieu"
    return Finding(
        code=ETP_ACTIONS,
        level=level,
        sentence=typeset(
            f"{_actions(count)} d’éducation thérapeutique {took_place}{_on(first, last)} sans programme déclaré à "
            "l’ARS à cette date. Enregistrez le programme (référence et dates), ou annulez ce qui n’en relève pas."
        ),
        source=ETP_LAW,
        gate=Gate.PAYMENT,
        severity=severity,
    )


def _actions(count: int) -> str:
    return "Une action" if count == 1 else f"{grouped(count)} actions"


def _on(first: date, last: date) -> str:
    return f" le {first:%d/%m/%Y}" if first == last else f" du {first:%d/%m/%Y} au {last:%d/%m/%Y}"
