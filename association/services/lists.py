"""Views of a list: kept under a name, shared, changed by their owner alone."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from association.models import SavedView, User
from association.models.lists import NAME_LENGTH, QUERY_LENGTH, team_of

MOST_VIEWS = 50  # of one person, for one list


@transaction.atomic
def save_view(
    *, listing: str, name: str, query: str, actor: User, shared: bool = False, columns_only: bool = False
) -> SavedView:
    """Keep a view under a name; a view of one's own with that name now says this.

    Args:
        listing: the key of the list.
        query: canonical, as `Asked.query` gives it; its columns alone with ``columns_only``.

    Raises:
        ValidationError: in French.
    """
    named = _name(name)
    if len(query) > QUERY_LENGTH:
        raise ValidationError("Cette vue a trop de filtres pour être enregistrée. Retirez-en.")
    if shared:
        _check_sharing(actor)
    known = SavedView.objects.filter(owner=actor, listing=listing)
    view = known.filter(name=named).first()
    if view is None:
        if known.count() >= MOST_VIEWS:
            raise ValidationError(f"Vous avez déjà {MOST_VIEWS} vues pour cette liste. Supprimez-en une.")
        view = SavedView(owner=actor, listing=listing, name=named)
    view.query, view.shared, view.columns_only = query, shared, columns_only
    view.is_usual = view.is_usual and not columns_only
    view.full_clean()
    view.save()
    return view


@transaction.atomic
def rename_view(*, view: SavedView, name: str, actor: User) -> SavedView:
    """Give a view of one's own another name.

    Raises:
        ValidationError: when it has none, or another view has it.
        PermissionDenied: to whoever is not its owner.
    """
    own = _own(view, actor)
    own.name = _name(name)
    own.full_clean()
    own.save(update_fields=["name"])
    return own


@transaction.atomic
def share_view(*, view: SavedView, shared: bool, actor: User) -> SavedView:
    """Share a view of one's own with one's team, or keep it for oneself again.

    Raises:
        PermissionDenied: to whoever is not its owner.
        ValidationError: to whoever has no team to share it with.
    """
    own = _own(view, actor)
    if shared:
        _check_sharing(actor)
    own.shared = shared
    own.save(update_fields=["shared"])
    return own


@transaction.atomic
def make_usual(*, view: SavedView, usual: bool, actor: User) -> SavedView:
    """Find a view of one's own whenever one opens the list, instead of the one before.

    Raises:
        PermissionDenied: to whoever is not its owner.
        ValidationError: for a model of columns.
    """
    own = _own(view, actor)
    if usual and own.columns_only:
        raise ValidationError("Un modèle de colonnes ne peut pas être la vue par défaut.")
    SavedView.objects.filter(owner=actor, listing=own.listing, is_usual=True).update(is_usual=False)
    own.is_usual = usual
    own.save(update_fields=["is_usual"])
    return own


@transaction.atomic
def delete_view(*, view: SavedView, actor: User) -> None:
    """Delete a view of one's own.

    Raises:
        PermissionDenied: to whoever is not its owner.
    """
    _own(view, actor).delete()


def _own(view: SavedView, actor: User) -> SavedView:
    own = SavedView.objects.select_for_update().get(pk=view.pk)
    if own.owner_id != actor.pk:
        raise PermissionDenied("Cette vue est à quelqu’un d’autre : enregistrez-la sous un nom à vous.")
    return own


def _check_sharing(actor: User) -> None:
    if not team_of(actor):
        raise ValidationError("Vos vues restent les vôtres : votre rôle n’a pas d’équipe avec qui les partager.")


def _name(name: str) -> str:
    named = " ".join(name.split())
    if not named:
        raise ValidationError("Donnez un nom à cette vue.")
    if len(named) > NAME_LENGTH:
        raise ValidationError(f"Ce nom est trop long : {NAME_LENGTH} caractères au plus.")
    if not named.isprintable():
        raise ValidationError("Ce nom contient des caractères qui ne s’impriment pas.")
    return named
