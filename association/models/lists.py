"""Views of a list that somebody keeps under a name, for themselves or for the team."""

from __future__ import annotations

from django.db import models
from django.db.models import Q, QuerySet

from association.fields import ProseField, WordsField
from association.models.users import Role, User

NAME_LENGTH, QUERY_LENGTH = 80, 2_000
# Who works at one desk: a view that one of them shares is for all. Auditors and referents are on their own.
TEAMS = ({Role.STAFF, Role.TREASURER, Role.ADMIN}, {Role.ARS})


def team_of(user: User) -> set[str]:
    """Return the roles of those with whom a user shares views; nobody for some."""
    return next(({str(role) for role in team} for team in TEAMS if user.role in team), set())


class SavedViewQuerySet(QuerySet["SavedView"]):
    def visible_to(self, user: User) -> SavedViewQuerySet:
        """Return one's own, and those that one's team shares."""
        return self.filter(Q(owner=user) | Q(shared=True, owner__role__in=team_of(user)))


class SavedView(models.Model):
    """Filters, order and columns of one list, as the query of its address; or its columns alone.

    ``is_usual``: what its owner finds when they open the list from the menu.
    """

    owner = models.ForeignKey(User, models.CASCADE, related_name="saved_views", verbose_name="propriétaire")
    listing = models.CharField("liste", max_length=60)
    name = WordsField("nom", max_length=NAME_LENGTH)
    query = ProseField("adresse", blank=True, max_length=QUERY_LENGTH)
    shared = models.BooleanField("partagée", default=False)
    columns_only = models.BooleanField("modèle de colonnes", default=False)
    is_usual = models.BooleanField("vue par défaut", default=False)
    created_at = models.DateTimeField("créée le", auto_now_add=True)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        verbose_name = "vue enregistrée"
        verbose_name_plural = "vues enregistrées"
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "listing", "name"],
                name="saved_view_name_unique",
                violation_error_message="Vous avez déjà une vue de ce nom pour cette liste.",
            ),
            models.UniqueConstraint(
                fields=["owner", "listing"],
                condition=Q(is_usual=True),
                name="saved_view_one_usual",
                violation_error_message="Une liste n'a qu'une vue par défaut.",
            ),
            models.CheckConstraint(
                condition=Q(is_usual=False) | Q(columns_only=False),
                name="saved_view_usual_is_whole",
                violation_error_message="Un modèle de colonnes n'est pas une vue par défaut.",
            ),
        ]

    def __str__(self) -> str:
        return self.name
