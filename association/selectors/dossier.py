"""A team's dossier: its head, what comes next, its stages, the steps of its machine, the sections of its page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.contrib.contenttypes.models import ContentType
from django.db.models import Count, Prefetch, Q, QuerySet
from django.urls import NoReverseMatch, resolve, reverse
from django.utils import timezone

from association.eligibility import ConventionFacts, Finding, Gate, Level, blocking_for
from association.models import Commune, HealthProject, RecognitionRequest, StructureLink, Team, TransitionLog, User
from association.models.teams import suspended_out_of
from association.next_steps import NextStep, Standing, Whose, next_step
from association.registries import convention_facts
from association.selectors.recognition import recognition_word
from association.team_stages import Stage, stages
from association.workflow import Offer, offers

# Done where more is written than a state: in the sections of the project, of the recognition, of the conventions.
DONE_ELSEWHERE = frozenset(
    {
        "draft",
        "submit",
        "ask_complements",
        "recognise",
        "refuse",
        "enter_convention",
        "leave_convention",
        "withdraw_recognition",
    }
)
Decision = RecognitionRequest.Decision
RESUMING = {"resume", "resume_under_convention"}
NOT_FROM_HERE = "Cette étape n'est pas possible maintenant : la page a été mise à jour."
UNTOLD = "Des constats restent à lever."


@dataclass(frozen=True)
class Section:
    """A part of the page that loads by itself: its anchor, its title, and the address of its content."""

    anchor: str
    title: str
    url: str


@dataclass(frozen=True)
class Subject:
    """What a team works on: its themes by name, and how many patients its members share (None: not said)."""

    themes: tuple[str, ...]
    shared_patients: int | None


@dataclass(frozen=True)
class Next:
    """What comes next, as the page shows it to somebody.

    Attributes:
        who: the person or the people whose turn it is; empty when nothing is awaited.
        section: the section of the page where it is done, when the reader sees it.
        step: the step of the team's machine to press, when the reader may.
        is_mine: it is the reader's turn.
    """

    sentence: str
    who: str
    action: str
    detail: str = ""
    section: str = ""
    step: str = ""
    is_mine: bool = False


@dataclass(frozen=True)
class FindingsSummary:
    """How many findings there are of each level."""

    blocking: int
    warnings: int


# In the order of the page. The owner of each section builds its address; until then it is not shown.
SECTIONS = (
    ("constats", "Constats", "association:team_findings"),
    ("membres", "Membres", "association:team_members"),
    ("projet", "Projet", "association:team_project"),
    ("reconnaissance", "Reconnaissance", "association:team_recognition"),
    ("conventions", "Conventions", "conventions:of_team"),
    ("actions", "Actions", "actions:of_team"),
    ("indemnites", "Indemnités", "payments:of_team"),
    ("bilans", "Bilans annuels", "reports:of_team"),
    ("structures", "Structures", "association:team_structures"),
    ("documents", "Documents", "association:team_documents"),
    ("echanges", "Échanges", "association:team_exchanges"),
    ("historique", "Historique", "association:team_journal"),
)


def team_dossier(user: User) -> QuerySet[Team]:
    """Return the teams of the user's scope with all that the head of their page shows."""
    return (
        Team.objects.visible_to(user)
        .select_related("department", "officer", "ars_correspondent")
        .prefetch_related(
            "themes",
            Prefetch("communes", Commune.objects.select_related("epci").order_by("epci__name", "search_name")),
            Prefetch(
                "structure_links",
                StructureLink.objects.filter(relation=StructureLink.Relation.EVOLVED).select_related("structure"),
                to_attr="evolutions",
            ),
        )
    )


def subject_of(team: Team) -> Subject:
    """Return what a team works on: as its latest submitted version says it, or its draft, or else its own page."""
    versions = team.projects.defer("content").prefetch_related("themes").order_by("number")
    known = list(versions)
    submitted = [one for one in known if one.state != HealthProject.State.DRAFT]
    said = (submitted or known or [team])[-1]
    return Subject(tuple(str(theme) for theme in said.themes.all()), said.shared_patients)


def sections_of(team: Team, *, user: User) -> list[Section]:
    """Return the sections of a team's page that the role may open."""
    found = []
    for anchor, title, name in SECTIONS:
        try:
            url = reverse(name, args=[team.pk])
        except NoReverseMatch:  # not built
            continue
        if user.has_perm(str(getattr(resolve(url).func, "permission", ""))):
            shown = recognition_word(team.kind) if anchor == "reconnaissance" else title
            found.append(Section(anchor, shown, url))
    return found


def steps_of_team(team: Team, *, actor: User) -> list[Offer]:
    """Return the steps that the page itself offers; of the two ways out of a suspension the one that fits."""
    found = offers(team, actor=actor, leave_out=DONE_ELSEWHERE)
    if team.state == Team.State.SUSPENDED and suspended_out_of(team) == Team.State.UNDER_CONVENTION:
        fits = "resume_under_convention"
    else:
        fits = "resume"
    shown = [
        Offer("resume", "Lever la suspension", one.reason, one.needs_comment, one.danger) if one.name == fits else one
        for one in found
        if one.name not in RESUMING or one.name == fits
    ]
    return sorted(shown, key=lambda one: one.danger)


def refusal_of(team: Team, step: str, *, actor: User) -> str:
    """Return why the page does not offer a step to somebody now, in French, or nothing."""
    offer = next((one for one in steps_of_team(team, actor=actor) if one.name == step), None)
    return NOT_FROM_HERE if offer is None else offer.reason


def summary_of(found: Iterable[Finding], *, user: User) -> FindingsSummary | None:
    """Count findings by level, for a role that sees them."""
    if not user.has_perm("association.view_findings"):
        return None
    levels = [one.level for one in found]
    return FindingsSummary(levels.count(Level.BLOCKING), levels.count(Level.WARNING))


def next_of(
    team: Team, *, found: Sequence[Finding], sections: Iterable[Section], steps: Iterable[Offer], user: User
) -> Next:
    """Return what comes next for a team, as somebody's page shows it."""
    standing = standing_of(team, found)
    if standing.blocking and not user.has_perm("association.view_findings"):
        standing = replace(standing, blocking=(UNTOLD,))  # a finding names people
    step = next_step(standing)
    anchors = {section.anchor for section in sections} | {"etapes"}
    offered = {offer.name for offer in steps if not offer.reason}
    return Next(
        sentence=step.sentence,
        who=_who(step, team),
        action=step.action,
        detail=step.detail,
        section=step.section if step.section in anchors else "",
        step=step.step if step.step in offered else "",
        is_mine=_is_mine(step, team, user),
    )


def standing_of(team: Team, found: Sequence[Finding], *, on: date | None = None) -> Standing:
    """Return what decides the next step of a team, in a fixed number of queries."""
    day = on or timezone.localdate()
    request = (
        RecognitionRequest.objects.filter(team=team)
        .annotate(unanswered=Count("points", filter=Q(points__answered_at__isnull=True)))
        .order_by("-submitted_on", "-pk")
        .first()
    )
    gate = Gate.CONVENTION if team.state in (Team.State.RECOGNISED, Team.State.UNDER_CONVENTION) else Gate.SUBMISSION
    facts: list[ConventionFacts] = []
    for source in convention_facts:
        facts.extend(source([team], day).get(team.pk, ()))
    return Standing(
        kind=team.kind,
        state=str(team.state),
        on=day,
        blocking=tuple(one.sentence for one in blocking_for(found, gate)),
        has_draft=team.projects.filter(state=HealthProject.State.DRAFT).exists(),
        unanswered=request.unanswered if request else 0,
        has_request=request is not None and not request.decision,
        opinion=request.opinion if request else "",
        opinion_due_on=request.opinion_due_on if request and not request.opinion else None,
        conventions=tuple(facts),
    )


def stages_of(team: Team) -> list[Stage]:
    """Return the way of a team with the day of each stage, from the changes of its state.

    Where these do not know it (a team taken over from elsewhere entered late), the dossier may: the day on which the
    team was recognised, a version submitted, a convention signed.
    """
    log = TransitionLog.objects.filter(content_type=ContentType.objects.get_for_model(Team), object_id=team.pk)
    rows = list(log.order_by("at", "pk").values_list("to_state", "at", "origin"))
    reached: dict[str, date | None] = {}
    for to_state, at, origin in rows:
        # What was taken over from elsewhere entered there on a day that says nothing of the team.
        reached[to_state] = None if origin else _day(at)
    known = {
        "recognised": team.recognised_on,
        "suspended": team.suspended_on,
        "withdrawn": team.recognition_withdrawn_on,
        "closed": team.closed_on,
    }
    reached |= {code: day for code, day in known.items() if day}
    entered = _day(rows[0][1]) if rows else timezone.localdate()
    found = _days_in_the_dossier(team, entered)
    reached |= {code: day for code, day in found.items() if day and reached.get(code) is None}
    return stages(
        kind=team.kind,
        state=str(team.state),
        reached=reached,
        came_from=suspended_out_of(team) if team.state == Team.State.SUSPENDED else "",
        outcome=team.get_outcome_display(),
    )


def _days_in_the_dossier(team: Team, entered: date) -> dict[str, date | None]:
    """Return the day of each stage that something else than a change of state tells, by state.

    Args:
        entered: the day of the first change. What was written on it, at a taking over, says nothing of the team.
    """
    versions = [(_day(made), sent) for made, sent in team.projects.values_list("created_at", "submitted_on")]
    requests = list(team.recognition_requests.values_list("submitted_on", "decision", "decided_on"))
    decided = {kind: [day for _, decision, day in requests if decision == kind and day] for kind in Decision}
    recognised = team.recognised_on or max(decided[Decision.ACCEPTED], default=None)
    sent = [day for _, day in versions if day] + [day for day, *_ in requests]
    facts = [one for source in convention_facts for one in source([team], entered).get(team.pk, ())]
    return {
        "registered": _day(team.created_at) if _day(team.created_at) < entered else None,
        "drafting": min((day for day, _ in versions if day < entered), default=None),
        "submitted": max((day for day in sent if recognised is None or day <= recognised), default=None),
        "refused": max(decided[Decision.REFUSED], default=None),
        "recognised": recognised,
        "under_convention": min((one.signed_on for one in facts if one.signed_on), default=None),
    }


def _day(at: datetime) -> date:
    return timezone.localtime(at).date()


def _who(step: NextStep, team: Team) -> str:
    match step.whose:
        case Whose.NOBODY:
            return ""
        case Whose.ARS:
            return f"{team.ars_correspondent}, ARS" if team.ars_correspondent else "ARS"
        case Whose.OFFICE:
            return str(team.officer) if team.officer else "Association (personne n’est désigné)"
    helper = f", avec {team.officer}" if team.officer else ""
    return f"L’équipe{helper}"


def _is_mine(step: NextStep, team: Team, user: User) -> bool:
    if step.whose is Whose.ARS:
        return user.role == "ars"
    if step.whose is Whose.TEAM and user.role == "referent":
        return True
    return step.whose in (Whose.OFFICE, Whose.TEAM) and team.officer_id == user.pk
