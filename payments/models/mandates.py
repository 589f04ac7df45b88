"""Who sits on the association's board, and when: what the board is paid is told to the general assembly each year."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import models
from django.db.models import Q

from association.fields import WordsField


class BoardFunction(models.TextChoices):
    PRESIDENT = "president", "Présidence"
    VICE_PRESIDENT = "vice_president", "Vice-présidence"
    TREASURER = "treasurer", "Trésorerie"
    DEPUTY_TREASURER = "deputy_treasurer", "Trésorerie adjointe"
    SECRETARY = "secretary", "Secrétariat"
    DEPUTY_SECRETARY = "deputy_secretary", "Secrétariat adjoint"
    MEMBER = "member", "Membre du bureau"


class BoardMandateQuerySet(models.QuerySet["BoardMandate"]):
    def visible_to(self, user: Any) -> BoardMandateQuerySet:
        return self if user.has_perm("payments.view_mandate") else self.none()

    def between(self, first: date, last: date) -> BoardMandateQuerySet:
        """Those that hold on a day between two, both included."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=first), starts_on__lte=last)


class BoardMandate(models.Model):
    """A "mandat du bureau" of one person, under whichever of the two the house knows: a professional, an account here.

    Both days count; no end means that it still runs.
    """

    professional = models.ForeignKey(
        "association.Professional", models.PROTECT, null=True, blank=True, related_name="mandates",
        verbose_name="professionnel",
    )  # fmt: skip
    user = models.ForeignKey(
        "association.User", models.PROTECT, null=True, blank=True, related_name="mandates",
        verbose_name="compte d'accès",
    )  # fmt: skip
    function = models.CharField("fonction", max_length=20, choices=BoardFunction)
    starts_on = models.DateField("du")
    ends_on = models.DateField("au", null=True, blank=True)
    reason = WordsField("décision", max_length=200, blank=True)
    version = models.PositiveIntegerField("version", default=0)

    JOURNALED = ("professional", "user", "function", "starts_on", "ends_on", "reason")

    objects = BoardMandateQuerySet.as_manager()

    class Meta:
        verbose_name = "mandat du bureau"
        ordering = ["-starts_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(professional__isnull=False) | Q(user__isnull=False),
                name="board_mandate_is_of_somebody",
                violation_error_message="Un mandat est celui d'un professionnel, ou de qui a un compte d'accès.",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=models.F("starts_on")),
                name="board_mandate_dates_in_order",
                violation_error_message="La fin du mandat précède son début.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}, {self.get_function_display()}"

    @property
    def person(self) -> Any:
        """Who it is, as they are called."""
        return self.professional or self.user
