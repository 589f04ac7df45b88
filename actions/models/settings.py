"""What the association sets for declaring and validating, and the numbering of the actions."""

from __future__ import annotations

from typing import Any

from django.db import models

from actions.models.evidence import EvidenceKind
from association.nomenclature import ActionType


class ActionSettings(models.Model):
    """The settings of declaring and validating, one row.

    ``required_evidence``: by type of action, the kinds without which it is not declared. Nothing here decides what is
    paid: the deadline that does is in the settings of the payments (FORCLOS).
    """

    late_months = models.PositiveSmallIntegerField(
        "signaler une déclaration après (mois)",
        default=3,
        help_text="Un signalement à la saisie, qui ne bloque pas.",
    )
    validated_by_another = models.BooleanField("personne ne valide ce qu'il a déclaré", default=False)
    required_evidence = models.JSONField("pièces exigées", default=dict, blank=True)
    version = models.PositiveIntegerField("version des réglages", default=0, editable=False)

    class Meta:
        verbose_name = "réglages des actions"
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="action_settings_one_row")]

    def __str__(self) -> str:
        return "Réglages des actions"

    @classmethod
    def current(cls) -> ActionSettings:
        """Return the settings in force (the defaults until somebody changes one)."""
        return cls.objects.filter(pk=1).first() or cls(pk=1)

    def required_of(self, action_type: str) -> list[EvidenceKind]:
        """Return the kinds of evidence that an action of a type has to have when it is declared."""
        stored: Any = self.required_evidence or {}
        asked = stored.get(ActionType(action_type).value, ()) if action_type in ActionType.values else ()
        return [kind for kind in EvidenceKind if kind.value in asked]


class ActionSequence(models.Model):
    """The last number given to an action of a year."""

    year = models.PositiveSmallIntegerField("année", primary_key=True)
    last = models.PositiveIntegerField("dernier numéro", default=0)

    class Meta:
        verbose_name = "numérotation des actions"

    def __str__(self) -> str:
        return f"{self.year} : {self.last}"
