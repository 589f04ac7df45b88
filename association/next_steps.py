"""What comes next for a team, and whose turn it is. Pure: the standing of a dossier in, one sentence out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from association.eligibility import NOTICE, ConventionFacts
from association.nomenclature import TeamKind

RUNNING, UNSIGNED = frozenset({"signed", "suspended"}), frozenset({"issued", "signing"})


class Whose(StrEnum):
    """Whose turn it is."""

    OFFICE = "office"
    TEAM = "team"
    ARS = "ars"
    NOBODY = "nobody"


@dataclass(frozen=True)
class Standing:
    """What decides the next step of a dossier, on a day.

    Attributes:
        blocking: what keeps the team from the gate that it is before, one French sentence each.
        unanswered: complements asked for and not answered.
        opinion_due_on: when the délégation's opinion is awaited; None once it is given, or without a request.
        conventions: the team's, whatever their state.
    """

    kind: str
    state: str
    on: date
    blocking: tuple[str, ...] = ()
    has_draft: bool = False
    unanswered: int = 0
    has_request: bool = False
    opinion: str = ""
    opinion_due_on: date | None = None
    conventions: tuple[ConventionFacts, ...] = ()


@dataclass(frozen=True)
class NextStep:
    """A sentence, whose turn it is, and where it is done.

    Attributes:
        section: the part of the dossier's page, by its anchor; nothing when there is no place for it.
        step: a step of the team's own machine, pressed on the page itself.
        action: the words on the button.
        detail: what is in the way, in French.
    """

    sentence: str
    whose: Whose
    section: str = ""
    step: str = ""
    action: str = ""
    detail: str = ""


def next_step(standing: Standing) -> NextStep:
    """Return what comes next.

    Raises:
        KeyError: for a state that a team does not have.
    """
    return BY_STATE[standing.state](standing)


def _registered(standing: Standing) -> NextStep:
    said = "Prendre contact avec l'équipe, puis commencer à l'accompagner."
    return NextStep(said, Whose.OFFICE, step="accompany", action="Accompagner l'équipe")


def _accompanied(standing: Standing) -> NextStep:
    if standing.kind == TeamKind.INFORMAL:
        said = "Suivre et conseiller l'équipe. Elle n'a pas de projet à déposer, ni de convention à passer."
        return NextStep(said, Whose.OFFICE, "echanges", action="Voir les échanges")
    return NextStep("Commencer le projet de santé avec l'équipe.", Whose.TEAM, "projet", action="Aller au projet")


def _drafting(standing: Standing) -> NextStep:
    if not standing.has_draft:
        return NextStep("Commencer une version du projet de santé.", Whose.TEAM, "projet", action="Aller au projet")
    if standing.blocking:
        return _blocked("Compléter le dossier avant le dépôt.", standing)
    return NextStep("Déposer le projet de santé à l'ARS.", Whose.OFFICE, "projet", action="Aller au projet")


def _submitted(standing: Standing) -> NextStep:
    section, action = "reconnaissance", "Voir la demande"
    if not standing.has_request:
        said = "Ouvrir la demande déposée avant ce registre, pour la suivre ici."
        return NextStep(said, Whose.OFFICE, section, action=action)
    if standing.opinion:
        what = "l'enregistrement" if standing.kind == TeamKind.ESP_CLAP else "la reconnaissance"
        return NextStep(f"Décider de {what} : l'avis est rendu.", Whose.ARS, section, action=action)
    due = standing.opinion_due_on
    if due is not None and due < standing.on:
        said = f"Rendre l'avis de la délégation : il était attendu pour le {due:%d/%m/%Y}."
    elif due is not None:
        said = f"Rendre l'avis de la délégation, attendu pour le {due:%d/%m/%Y}."
    else:
        said = "Instruire la demande."
    return NextStep(said, Whose.ARS, section, action=action)


def _to_complete(standing: Standing) -> NextStep:
    if standing.unanswered:
        what = (
            "au complément demandé" if standing.unanswered == 1 else f"aux {standing.unanswered} compléments demandés"
        )
        return NextStep(f"Répondre {what} par l'ARS.", Whose.TEAM, "reconnaissance", action="Voir les demandes")
    if not standing.has_draft:
        said = "Commencer la version suivante du projet, corrigée des compléments demandés."
        return NextStep(said, Whose.TEAM, "projet", action="Aller au projet")
    if standing.blocking:
        return _blocked("Compléter le dossier avant le nouveau dépôt.", standing)
    return NextStep("Déposer de nouveau le projet à l'ARS.", Whose.OFFICE, "projet", action="Aller au projet")


def _recognised(standing: Standing) -> NextStep:
    if standing.kind in (TeamKind.ESP, TeamKind.INFORMAL):
        said = "L'équipe est reconnue. Une ESP ne passe pas de convention : rien d'autre n'est attendu."
        return NextStep(said, Whose.NOBODY)
    section, action = "conventions", "Aller aux conventions"
    waiting = next((one for one in standing.conventions if one.state in UNSIGNED), None)
    if waiting is not None:
        said = f"Recueillir les signatures de la convention {waiting.number}."
        return NextStep(said, Whose.TEAM, section, action=action)
    draft = next((one for one in standing.conventions if one.state == "draft"), None)
    if standing.blocking:
        return _blocked("Compléter le dossier avant la convention.", standing)
    if draft is not None:
        said = (
            f"Relire la convention {draft.number}, puis l'émettre."
            if draft.number
            else "Relire et émettre la convention."
        )
        return NextStep(said, Whose.OFFICE, section, action=action)
    return NextStep("Préparer la convention de l'équipe.", Whose.OFFICE, section, action=action)


def _under_convention(standing: Standing) -> NextStep:
    section, action = "conventions", "Aller aux conventions"
    running = [one for one in standing.conventions if one.state in RUNNING]
    waiting = next((one for one in standing.conventions if one.state in UNSIGNED), None)
    if waiting is not None:
        said = f"Recueillir les signatures de la convention {waiting.number}."
        return NextStep(said, Whose.TEAM, section, action=action)
    amended = next((one for one in running if one.amendments_to_issue or one.amendments_to_sign), None)
    if amended is not None:
        what = "Relire et émettre" if amended.amendments_to_issue else "Recueillir les signatures de"
        return NextStep(f"{what} l'avenant de la convention {amended.number}.", Whose.OFFICE, section, action=action)
    last = max(running, key=lambda one: one.ends_on, default=None)
    if last is not None and last.ends_on <= standing.on + NOTICE:
        said = f"Préparer le renouvellement : la convention {last.number} s'achève le {last.ends_on:%d/%m/%Y}."
        return NextStep(said, Whose.OFFICE, section, action=action)
    if standing.blocking:
        return _blocked("Rétablir ce qui manque au dossier.", standing)
    return NextStep(
        "Déclarer les actions à mesure qu'elles ont lieu.", Whose.TEAM, "actions", action="Voir les actions"
    )


def _refused(standing: Standing) -> NextStep:
    said = "Reprendre le projet avec l'équipe, ou clore le dossier."
    return NextStep(said, Whose.OFFICE, "projet", action="Aller au projet")


def _suspended(standing: Standing) -> NextStep:
    return NextStep("Lever la suspension quand sa cause a disparu, ou clore le dossier.", Whose.OFFICE, "etapes")


def _closed(standing: Standing) -> NextStep:
    return NextStep("Le dossier est clos : il reste lisible, rien n'est attendu.", Whose.NOBODY)


def _blocked(said: str, standing: Standing) -> NextStep:
    first, *others = standing.blocking
    plural = "s" if len(others) > 1 else ""
    more = f" Et {len(others)} autre{plural} constat{plural}." if others else ""
    return NextStep(said, Whose.TEAM, "constats", action="Voir ce qui manque", detail=f"{first}{more}")


BY_STATE: Mapping[str, Callable[[Standing], NextStep]] = {
    "registered": _registered,
    "accompanied": _accompanied,
    "drafting": _drafting,
    "submitted": _submitted,
    "to_complete": _to_complete,
    "recognised": _recognised,
    "refused": _refused,
    "under_convention": _under_convention,
    "suspended": _suspended,
    "withdrawn": _refused,
    "closed": _closed,
}
