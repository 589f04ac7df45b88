"""What is written for ever: due lines, exclusions, payments and the allocations between them.

The database refuses any change of them (payments.immutability): states of payments move, allocations are released.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import models

from association.fields import EncryptedField, WordsField
from association.machine import StateField, Stateful, transition
from payments.models.runs import LineKind, Run

MOVE = "payments.move_payment"


class DueLine(models.Model):
    """What one participation earns, or gives back, or what was repaid of it; written once.

    ``price_cents`` is the price, ``amount_cents`` what is due of it in cents (negative for a reversal); ``cut_by``
    names the ceiling (or both, joined by ``+``) that made them differ. The civil year that it counts in is that of
    ``held_on``.
    """

    run = models.ForeignKey(Run, models.PROTECT, related_name="lines", db_index=False, verbose_name="paiement mensuel")
    kind = models.CharField("nature", max_length=10, choices=LineKind)
    participation = models.ForeignKey(
        "actions.Participation", models.PROTECT, related_name="lines", verbose_name="participation"
    )
    reverses = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="reversal",
        db_index=False,
        verbose_name="régularise",
    )
    corrects = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="correction",
        db_index=False,
        verbose_name="corrige",
    )
    beneficiary = models.ForeignKey(
        "payments.Beneficiary", models.PROTECT, related_name="lines", db_index=False, verbose_name="bénéficiaire"
    )
    team = models.ForeignKey(
        "association.Team", models.PROTECT, related_name="due_lines", db_index=False, verbose_name="équipe"
    )
    professional = models.ForeignKey(
        "association.Professional",
        models.PROTECT,
        related_name="due_lines",
        db_index=False,
        verbose_name="professionnel",
    )
    convention = models.ForeignKey(
        "conventions.Convention",
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name="convention",
    )
    recovery = models.ForeignKey(
        "payments.Recovery",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="lines",
        verbose_name="remboursement",
    )
    price = models.ForeignKey(
        "payments.Price",
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name="tarif appliqué",
    )
    action_type = models.CharField("type d'action", max_length=12)
    held_on = models.DateField("date de l'action")
    price_cents = models.IntegerField("tarif")
    amount_cents = models.IntegerField("montant")
    cut_by = models.CharField("écrêté par", max_length=24, blank=True)

    class Meta:
        verbose_name = "indemnité due"
        ordering = ["id"]
        indexes = [
            # With the amount: the sums over years of lines are read from the index alone.
            models.Index(fields=["run", "team", "beneficiary", "amount_cents"], name="due_line_run_team_payee"),
            models.Index(fields=["beneficiary", "run", "amount_cents"], name="due_line_beneficiary_run"),
            models.Index(fields=["team", "held_on"], name="due_line_team_held_on"),
            models.Index(fields=["professional", "held_on"], name="due_line_person_held_on"),
            # What a period of days cost, and what a civil year has used: grants, ceilings and reports go by the date
            # of the action.
            models.Index(
                fields=["held_on", "run", "team", "professional", "action_type", "kind", "amount_cents"],
                name="due_line_held_on_sums",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["participation"], condition=models.Q(kind="initial"), name="due_line_one_initial"
            ),
            models.UniqueConstraint(
                fields=["reverses"], condition=models.Q(reverses__isnull=False), name="due_line_one_reversal"
            ),
            models.UniqueConstraint(
                fields=["corrects"], condition=models.Q(corrects__isnull=False), name="due_line_one_correction"
            ),
            models.CheckConstraint(
                condition=models.Q(kind="initial", reverses__isnull=True, corrects__isnull=True, amount_cents__gt=0)
                | models.Q(kind="reversal", reverses__isnull=False, corrects__isnull=True, amount_cents__lt=0)
                | models.Q(kind="correction", reverses__isnull=True, corrects__isnull=False, amount_cents__gt=0)
                | models.Q(
                    kind__in=["repaid", "waived"],
                    reverses__isnull=True,
                    corrects__isnull=True,
                    price__isnull=True,
                    amount_cents__gt=0,
                ),
                name="due_line_kind_fits",
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=["repaid", "waived"], recovery__isnull=False)
                | (~models.Q(kind__in=["repaid", "waived"]) & models.Q(recovery__isnull=True)),
                name="due_line_recovery_fits",
            ),
            models.UniqueConstraint(
                fields=["recovery", "participation", "beneficiary"],
                condition=models.Q(recovery__isnull=False),
                name="due_line_one_per_recovery",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.participation} : {self.amount_cents} c"


class Exclusion(models.Model):
    """Why a frozen run did not pay a participation. ``CAP_*`` are final until the year is reopened."""

    run = models.ForeignKey(Run, models.PROTECT, related_name="exclusions", verbose_name="paiement mensuel")
    participation = models.ForeignKey(
        "actions.Participation", models.PROTECT, related_name="exclusions", verbose_name="participation"
    )
    reason = models.CharField("motif", max_length=12)
    since = models.DateField("depuis")

    class Meta:
        verbose_name = "non indemnisé"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["run", "participation"], name="exclusion_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.participation} : {self.reason}"


class PaymentQuerySet(models.QuerySet["Payment"]):
    def visible_to(self, user: Any) -> PaymentQuerySet:
        return self if user.has_perm("payments.view_payment") else self.none()


class Payment(Stateful):
    """One transfer to one beneficiary in one run, with the account as it was at approval.

    ``reference`` is the end-to-end reference at the bank (at most 35 characters, never used twice).
    """

    lock_parents = ("run",)

    class State(models.TextChoices):
        PENDING = "pending", "À exporter"
        HELD = "held", "En suspens"
        SENT = "sent", "Envoyé"
        PAID = "paid", "Payé"
        CLEARED = "cleared", "Compensation"
        VOID = "void", "Sans effet"
        REJECTED = "rejected", "Rejeté"
        RETURNED = "returned", "Retourné"

    GONE = (State.VOID, State.REJECTED, State.RETURNED)

    state = StateField(choices=State, default=State.PENDING)
    run = models.ForeignKey(Run, models.PROTECT, related_name="payments", verbose_name="paiement mensuel")
    beneficiary = models.ForeignKey(
        "payments.Beneficiary", models.PROTECT, related_name="payments", db_index=False, verbose_name="bénéficiaire"
    )
    amount_cents = models.PositiveBigIntegerField("montant")
    reference = models.CharField("référence", max_length=35, unique=True)
    label = WordsField("libellé", max_length=140)
    account = models.ForeignKey(
        "payments.Account", models.PROTECT, null=True, blank=True, related_name="payments", verbose_name="compte"
    )
    iban = EncryptedField("IBAN", blank=True)
    iban_hash = models.CharField("empreinte de l'IBAN", max_length=64, blank=True)
    iban_last4 = models.CharField("fin de l'IBAN", max_length=4, blank=True)
    bic = models.CharField("BIC", max_length=11, blank=True)
    holder = WordsField("titulaire du compte", max_length=140, blank=True)
    paid_on = models.DateField("payé le", null=True, blank=True)
    bank_reason = WordsField("code motif de la banque", max_length=10, blank=True)

    objects = PaymentQuerySet.as_manager()

    class Meta:
        verbose_name = "virement"
        ordering = ["run", "reference"]
        indexes = [
            models.Index(fields=["beneficiary", "run", "amount_cents"], name="payment_beneficiary_run"),
            # What each was paid in a year.
            models.Index(fields=["beneficiary", "state", "paid_on", "amount_cents"], name="payment_beneficiary_paid"),
            # What was paid in a year, on the home page.
            models.Index(fields=["state", "paid_on", "amount_cents"], name="payment_state_paid_on"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="cleared", amount_cents=0)
                | (~models.Q(state="cleared") & models.Q(amount_cents__gt=0)),
                name="payment_amount_fits_state",
                violation_error_message="Un virement est positif ; une compensation est nulle.",
            ),
            models.CheckConstraint(
                condition=models.Q(state="cleared") | models.Q(account__isnull=False) | models.Q(paid_on__isnull=False),
                name="payment_has_account",
                violation_error_message="Un virement à faire a un compte vérifié.",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @transition(state, source=State.PENDING, target=State.SENT, permission=MOVE, label="Envoyer")
    def send(self) -> None: ...

    @transition(state, source=State.SENT, target=State.PENDING, permission=MOVE, label="Reprendre", needs_comment=True)
    def take_back(self) -> None:
        """Its file was not transmitted."""

    @transition(state, source=State.PENDING, target=State.HELD, permission=MOVE, label="Suspendre", needs_comment=True)
    def hold(self) -> None: ...

    @transition(state, source=State.HELD, target=State.PENDING, permission=MOVE, label="Lever la suspension")
    def release(self) -> None: ...

    @transition(
        state,
        source=[State.PENDING, State.HELD],
        target=State.VOID,
        permission=MOVE,
        label="Annuler",
        needs_comment=True,
        danger=True,
    )
    def void(self) -> None: ...

    @transition(state, source=State.SENT, target=State.PAID, permission=MOVE, label="Constater le paiement")
    def pay(self, *, paid_on: date) -> None:
        self.paid_on = paid_on

    @transition(state, source=State.SENT, target=State.REJECTED, permission=MOVE, label="Rejeté", needs_comment=True)
    def reject(self, *, bank_reason: str) -> None:
        self.bank_reason = bank_reason

    @transition(
        state,
        source=[State.SENT, State.PAID],
        target=State.RETURNED,
        permission=MOVE,
        label="Retourné",
        needs_comment=True,
    )
    def give_back(self, *, bank_reason: str) -> None:
        self.bank_reason = bank_reason


class Allocation(models.Model):
    """Joins a due line to the payment that settles it. At most one is live per line; one can only be released."""

    line = models.ForeignKey(
        DueLine, models.PROTECT, related_name="allocations", db_index=False, verbose_name="indemnité"
    )
    payment = models.ForeignKey(Payment, models.PROTECT, related_name="allocations", verbose_name="virement")
    released_at = models.DateTimeField("libérée le", null=True, blank=True)
    released_reason = WordsField("motif", max_length=200, blank=True)

    class Meta:
        verbose_name = "affectation"
        ordering = ["id"]
        indexes = [
            models.Index(
                fields=["line"], condition=models.Q(released_at__isnull=False), name="allocation_released_line"
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["line"],
                condition=models.Q(released_at__isnull=True),
                name="allocation_one_live_per_line",
                violation_error_message="Cette indemnité est déjà payée.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.line_id} → {self.payment_id}"
