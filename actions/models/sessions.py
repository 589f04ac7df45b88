"""What takes several evenings: the sessions before the one date that is priced, the delivery of the document."""

from __future__ import annotations

from django.db import models

from association.fields import ProseField
from association.nomenclature import ActionType

# A document that a team writes over several evenings. All else is one meeting, and one action each time.
TAKES_SESSIONS = (ActionType.PROTOCOLE, ActionType.PROJET)
MINUTES_LENGTH = 1_000  # characters


class ActionSession(models.Model):
    """One evening of an action: its day, how long, who was there and what was decided.

    It is never priced: price, civil year and every rule of payment stay on ``Action.held_on``, and on the action's
    participations (docs/payment-rules.md).
    """

    action = models.ForeignKey("actions.Action", models.PROTECT, related_name="sessions", verbose_name="action")
    held_on = models.DateField("date de la séance", db_index=True)
    duration_minutes = models.PositiveIntegerField("durée (min)", null=True, blank=True)
    minutes = ProseField("compte rendu", max_length=MINUTES_LENGTH, blank=True)
    attendees: models.ManyToManyField[models.Model, models.Model] = models.ManyToManyField(
        "association.Professional", related_name="+", verbose_name="présents"
    )

    class Meta:
        verbose_name = "séance"
        ordering = ["held_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["action", "held_on"],
                name="action_session_unique",
                violation_error_message="Cette action a déjà une séance à cette date.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action}, séance du {self.held_on:%d/%m/%Y}"
