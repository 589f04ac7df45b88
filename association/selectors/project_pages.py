"""What the pages of a health project show beside its text: how far it is, and what still keeps it from the ARS."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from association.eligibility import Code, Gate, blocking_for
from association.findings import findings_of
from association.models import ComplementPoint, HealthProject, Team, User
from association.nomenclature import TeamKind
from association.project_content import PEOPLE
from association.project_sections import COUNTED_ELSEWHERE, Completeness
from association.selectors.mending import Place, places_of
from association.selectors.projects import IN_DRAFTING, STARTS_DRAFTING

# Where each finding about the project is mended; the others are mended on the team's page.
SECTION_OF = {
    Code.NO_SHARED_PATIENTS: "shared_patients",
    Code.CORE_MISSIONS: "missions_socle",
    Code.TERRITORIAL_DIAGNOSIS: "diagnostic",
    Code.NO_TERRITORY: "territory",
    Code.NO_THEME: "themes",
    Code.NO_ACTION_TYPE: "actions",
}
# Who takes part is judged by the rules of composition, themes and actions by those of the kind.
MENDED_ELSEWHERE = COUNTED_ELSEWHERE | {PEOPLE}


@dataclass(frozen=True)
class Obstacle:
    """One thing that keeps a draft from being submitted; ``section`` or ``place``: where it is mended (neither: the
    team's page)."""

    sentence: str
    section: str = ""
    place: Place | None = None


@dataclass(frozen=True)
class Progress:
    """How many of the sections that are needed are complete."""

    complete: int
    needed: int

    @property
    def left(self) -> int:
        return self.needed - self.complete


def progress_of(sections: Iterable[Completeness]) -> Progress:
    """Return how far a draft is; sections that may stay empty do not count."""
    needed = [section for section in sections if section.needed]
    return Progress(complete=sum(section.complete for section in needed), needed=len(needed))


def obstacles_to_submission(project: HealthProject, sections: Iterable[Completeness], *, user: User) -> list[Obstacle]:
    """Return all that keeps a draft from being submitted, what belongs to its sections first; none when all is well."""
    found = blocking_for(findings_of(project.team), Gate.SUBMISSION)
    codes = {one.code for one in found}
    at_fault = {SECTION_OF[code] for code in codes if code in SECTION_OF}
    if Code.PROJECT_INCOMPLETE in codes:
        at_fault |= {section.code for section in sections if section.code not in MENDED_ELSEWHERE}
    obstacles = [
        Obstacle(f"{section.heading} : {' '.join(section.missing)}", section.code)
        for section in sections
        if section.code in at_fault and section.missing
    ]
    named, places = {obstacle.section for obstacle in obstacles}, places_of(project.team, found, user=user)
    obstacles += [
        Obstacle(one.sentence, SECTION_OF.get(one.code, ""), places.get(one))
        for one in found
        if one.code is not Code.PROJECT_INCOMPLETE and SECTION_OF.get(one.code) not in named
    ]
    return [*obstacles, *_of_the_team(project.team)]


def may_start(team: Team) -> str:
    """Return why no version can be begun now, in French, or nothing."""
    if team.kind == TeamKind.INFORMAL:
        return "Une équipe informelle n'a pas de projet de santé à déposer."
    if team.state in (*STARTS_DRAFTING, *IN_DRAFTING):
        return ""
    return {
        Team.State.REGISTERED: "Le projet se commence quand l'équipe est accompagnée.",
        Team.State.SUBMITTED: "Le projet est chez l'ARS : une nouvelle version suivra si elle demande des compléments.",
    }.get(team.state, "Aucune version ne se commence à cette étape du dossier.")


def _of_the_team(team: Team) -> list[Obstacle]:
    found = []
    if team.kind == TeamKind.INFORMAL:
        found.append(Obstacle("Une équipe informelle n'est pas reconnue : elle n'a pas de projet à déposer."))
    if team.state not in IN_DRAFTING:
        found.append(Obstacle(f"L'équipe est à l'état « {team.get_state_label()} » : le dépôt n'est pas possible."))
    unanswered = ComplementPoint.objects.filter(request__team=team, answered_at__isnull=True).count()
    if unanswered:
        what = "1 complément demandé attend" if unanswered == 1 else f"{unanswered} compléments demandés attendent"
        found.append(Obstacle(f"{what} une réponse, point par point, dans le dossier de reconnaissance."))
    return found
