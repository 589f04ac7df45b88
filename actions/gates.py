"""What keeps an action from being declared or validated: guards of its machine, in the words of the page."""

from __future__ import annotations

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.utils import timezone

from association.models import TransitionLog
from association.nomenclature import ActionType
from conventions.models import Convention


def has_participants(action: Any, actor: Any, arguments: Any) -> str | None:
    """At least one participation that was not refused."""
    if not action.participations.exists():
        return "Cette action n'a aucun participant : ajoutez-les d'abord."
    if not action.participations.filter(refused_at__isnull=True).exists():
        return "Toutes les participations de cette action sont refusées : il n'y a rien à retenir."
    return None


def has_taken_place(action: Any, actor: Any, arguments: Any) -> str | None:
    """Nobody attests what has not happened yet."""
    if action.held_on > timezone.localdate():
        return f"Cette action est datée du {action.held_on:%d/%m/%Y} : déclarez-la une fois qu'elle a eu lieu."
    return None


def is_paid_by_nobody_else(action: Any, actor: Any, arguments: Any) -> str | None:
    """The declarant's own statement, kept with the action."""
    if not action.not_funded_elsewhere:
        return "Cochez « non financée par ailleurs » : l'association n'indemnise que ce que rien d'autre ne finance."
    return None


def of_team_with_convention(action: Any, actor: Any, arguments: Any) -> str | None:
    """A team that never signed a convention has nothing to declare under."""
    if not Convention.objects.filter(team=action.team_id, state__in=Convention.PAYING).exists():
        return (
            f"L'équipe {action.team} n'a pas de convention signée : ses actions se déclarent une fois la convention "
            "signée."
        )
    return None


def by_members_of_the_day(action: Any, actor: Any, arguments: Any) -> str | None:
    """Everybody who takes part was a confirmed member on the day."""
    from actions.selectors.attendance import strangers

    names = strangers(action)
    if names:
        day = f"{action.held_on:%d/%m/%Y}"
        return f"Pas membre confirmé de l'équipe le {day} : {', '.join(names)}. Retirez-les, ou vérifiez la date."
    return None


def has_required_evidence(action: Any, actor: Any, arguments: Any) -> str | None:
    """The kinds that the association asks for, by type of action."""
    from actions.selectors.evidence import missing_evidence

    missing = missing_evidence(action)
    if missing:
        kinds = ", ".join(str(kind.label).lower() for kind in missing)
        of_type = ActionType(action.type).label
        return f"Il manque une pièce exigée ({of_type}) : {kinds}. Déposez-la, puis déclarez."
    return None


def not_by_the_declarant(action: Any, actor: Any, arguments: Any) -> str | None:
    """Nobody validates what they declared, when the association sets it so."""
    from actions.models.settings import ActionSettings

    if action.declared_by_id and action.declared_by_id == actor.pk and ActionSettings.current().validated_by_another:
        return "Vous avez déclaré cette action : une autre personne la valide."
    return None


def by_its_author_or_the_office(action: Any, actor: Any, arguments: Any) -> str | None:
    """A referent discards the drafts that he or she typed; whoever validates, any."""
    if actor.has_perm("actions.validate_action"):
        return None
    written = TransitionLog.objects.filter(
        content_type=ContentType.objects.get_for_model(action), object_id=action.pk, to_state="draft"
    ).order_by("pk")
    first = written.select_related("actor").first()
    if first is not None and first.actor_id != actor.pk:
        return f"Ce brouillon est de {first.actor} : cette personne l'abandonne, ou l'association."
    return None
