"""What keeps a team from its next step with the ARS or with a convention."""

from __future__ import annotations

from association.eligibility import Gate, blocking_for
from association.findings import findings_of
from association.models import ComplementPoint, HealthProject, Team
from association.selectors.recognition import recognised_word


def missing_for_submission(team: Team) -> str | None:
    """Return what keeps a team's project from being submitted to the ARS, in French, or nothing."""
    if not team.projects.filter(state=HealthProject.State.DRAFT).exists():
        return "Il n'y a pas de projet de santé en rédaction : commencez une version du projet."
    # A request that was refused is over, whatever was left unanswered: the next one starts anew.
    unanswered = ComplementPoint.objects.filter(
        request__team=team, request__decision="", answered_at__isnull=True
    ).count()
    if unanswered:
        asked = "un complément demandé" if unanswered == 1 else f"{unanswered} compléments demandés"
        return f"Il reste {asked} par l'ARS sans réponse : répondez à chaque point."
    return _first_of(team, Gate.SUBMISSION)


def missing_for_convention(team: Team) -> str | None:
    """Return what keeps a team from having a convention issued, in French, or nothing."""
    if team.state not in (Team.State.RECOGNISED, Team.State.UNDER_CONVENTION):
        return (
            f"L'équipe est à l'état « {team.get_state_label()} » : une convention suppose que "
            f"l'équipe soit {recognised_word(team.kind)}."
        )
    return _first_of(team, Gate.CONVENTION)


def _first_of(team: Team, gate: Gate) -> str | None:
    found = blocking_for(findings_of(team), gate)
    if not found:
        return None
    others = len(found) - 1
    if not others:
        return found[0].sentence
    more = "un autre constat bloque" if others == 1 else f"{others} autres constats bloquent"
    return f"{found[0].sentence} Et {more} cette étape : voyez les constats du dossier."
