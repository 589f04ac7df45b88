"""Trop-perçu: what a beneficiary is asked to pay back, and what came of it (docs/payment-rules.md).

A debt is a net below zero that runs carry forward. A request asks for it; each recovery, received or written off by the
bureau, becomes lines of the next run, so that opening + new = paid + closing goes on holding.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import models
from django.utils import timezone

from association.fields import WordsField
from association.machine import StateField, Stateful, transition
from payments.models.accounts import Beneficiary

MANAGE = "payments.manage_repayment"


def nothing_is_left(request: RepaymentRequest, actor: Any, arguments: Any) -> str | None:
    from payments.selectors.recoveries import left_of

    if left_of(request):
        return "Il reste un trop-perçu : notez un remboursement, ou attendez qu’il soit retenu sur des indemnités."
    return None


def nothing_came(request: RepaymentRequest, actor: Any, arguments: Any) -> str | None:
    if request.recoveries.exists():
        return "Un remboursement est déjà noté : cette demande ne s’annule plus."
    return None


class RepaymentQuerySet(models.QuerySet["RepaymentRequest"]):
    def visible_to(self, user: Any) -> RepaymentQuerySet:
        return self if user.has_perm("payments.view_repayment") else self.none()

    def open(self) -> RepaymentQuerySet:
        return self.filter(state__in=RepaymentRequest.OPEN)


class RepaymentRequest(Stateful):
    """A request to a beneficiary to pay back what was paid too much; at most one is open per beneficiary.

    ``amount_cents``: the debt on the day of the request. ``detail``: what makes it, as the letter tells it
    (reference, date, type and cents of each line), kept as it was.
    """

    lock_parents = ("beneficiary",)

    class State(models.TextChoices):
        REQUESTED = "requested", "Demandé"
        PARTLY = "partly", "Remboursé en partie"
        RECEIVED = "received", "Remboursé"
        WRITTEN_OFF = "written_off", "Abandonné"
        OFFSET = "offset", "Retenu sur indemnités"
        WITHDRAWN = "withdrawn", "Annulé"

    OPEN = (State.REQUESTED, State.PARTLY)

    state = StateField(choices=State, default=State.REQUESTED)
    number = models.CharField("numéro", max_length=20, unique=True)
    beneficiary = models.ForeignKey(
        Beneficiary, models.PROTECT, related_name="repayment_requests", verbose_name="bénéficiaire"
    )
    amount_cents = models.PositiveIntegerField("montant demandé")
    requested_on = models.DateField("demandé le")
    due_on = models.DateField("à rembourser avant le", null=True, blank=True)
    reason = WordsField("motif", max_length=300)
    detail = models.JSONField("détail", default=list)
    requested_by = models.ForeignKey("association.User", models.PROTECT, related_name="+", verbose_name="demandé par")

    objects = RepaymentQuerySet.as_manager()

    class Meta:
        verbose_name = "demande de remboursement"
        ordering = ["-requested_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["beneficiary"],
                condition=models.Q(state__in=["requested", "partly"]),
                name="repayment_one_open",
                violation_error_message="Une demande de remboursement est déjà en cours pour ce bénéficiaire.",
            ),
            models.CheckConstraint(
                condition=models.Q(amount_cents__gt=0),
                name="repayment_amount_above_zero",
                violation_error_message="Une demande de remboursement porte sur un montant supérieur à zéro.",
            ),
            models.CheckConstraint(
                condition=models.Q(due_on__isnull=True) | models.Q(due_on__gte=models.F("requested_on")),
                name="repayment_due_after_request",
                violation_error_message="L’échéance ne précède pas la demande.",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @transition(state, source=OPEN, target=State.PARTLY, permission=MANAGE, label="Noter un remboursement partiel")
    def receive_part(self) -> None: ...

    @transition(state, source=OPEN, target=State.RECEIVED, permission=MANAGE, label="Noter le remboursement")
    def receive_rest(self) -> None: ...

    @transition(state, source=OPEN, target=State.WRITTEN_OFF, permission=MANAGE, label="Abandonner", danger=True)
    def write_off(self) -> None:
        """By the bureau: its decision is kept with the recovery."""

    @transition(
        state,
        source=OPEN,
        target=State.OFFSET,
        permission=MANAGE,
        label="Constater la retenue",
        guards=[nothing_is_left],
    )
    def offset(self) -> None:
        """Later earnings made up for it."""

    @transition(
        state,
        source=State.REQUESTED,
        target=State.WITHDRAWN,
        permission=MANAGE,
        label="Annuler la demande",
        needs_comment=True,
        danger=True,
        guards=[nothing_came],
    )
    def withdraw(self) -> None: ...


class Recovery(models.Model):
    """Money that came back, or that the bureau gave up; append-only. The next run writes its lines.

    ``reference``: the line of the bank statement, or the bureau's decision.
    """

    class Kind(models.TextChoices):
        RECEIVED = "received", "Remboursement reçu"
        WRITTEN_OFF = "written_off", "Abandon par le bureau"

    request = models.ForeignKey(RepaymentRequest, models.PROTECT, related_name="recoveries", verbose_name="demande")
    kind = models.CharField("nature", max_length=12, choices=Kind)
    amount_cents = models.PositiveIntegerField("montant")
    happened_on = models.DateField("le")
    reference = WordsField("référence", max_length=120, blank=True)
    recorded_by = models.ForeignKey("association.User", models.PROTECT, related_name="+", verbose_name="noté par")
    recorded_at = models.DateTimeField("noté le", default=timezone.now)

    class Meta:
        verbose_name = "remboursement"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(amount_cents__gt=0),
                name="recovery_amount_above_zero",
                violation_error_message="Un remboursement est supérieur à zéro.",
            ),
            models.CheckConstraint(
                condition=models.Q(kind="received") | ~models.Q(reference=""),
                name="recovery_written_off_by_a_decision",
                violation_error_message="Un abandon cite la décision du bureau.",
            ),
            models.UniqueConstraint(
                fields=["request"],
                condition=models.Q(kind="written_off"),
                name="recovery_one_write_off",
                violation_error_message="Ce trop-perçu est déjà abandonné.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.request} : {self.amount_cents} c le {self.happened_on:%d/%m/%Y}"


def request_number(on: date, sequence: int) -> str:
    """Return ``TP-2026-003``."""
    return f"TP-{on.year}-{sequence:03d}"
