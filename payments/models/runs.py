"""The monthly settlement: its states, and what each step needs."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.formats import date_format

from association.machine import StateField, Stateful, transition
from payments.models.run_guards import (
    every_payment_has_left,
    has_never_been_exported,
    has_no_errors,
    is_countersigned,
    is_not_the_submitter,
    is_prepared,
    nothing_of_its_file_was_paid,
    passes_preflight,
)


class RunQuerySet(models.QuerySet["Run"]):
    def visible_to(self, user: Any) -> RunQuerySet:
        return self if user.has_perm("payments.view_run") else self.none()

    def frozen(self) -> RunQuerySet:
        """Runs whose lines are for ever (a voided run's too: its lines are due again)."""
        return self.filter(state__in=Run.FROZEN)

    def regular_of(self, month: date) -> RunQuerySet:
        """The regular run of a month, once it is frozen and unless it was voided."""
        return self.frozen().exclude(state=Run.State.VOIDED).filter(kind=Run.Kind.REGULAR, month=month)

    def open(self) -> RunQuerySet:
        return self.filter(state__in=Run.OPEN)


class Run(Stateful):
    """A "paiement mensuel": prices, freezes and pays one month (docs/payment-rules.md, "Life of a run").

    ``month`` is its first day; ``sequence`` 1 is the regular run, 2 and more are extra runs; an opening run
    (``reprise``) holds what was paid before the start. ``build`` numbers the provisional lines that are valid, and is
    empty while they are being computed.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "Brouillon"
        SUBMITTED = "submitted", "Soumis"
        APPROVED = "approved", "Bon à payer"
        EXPORTED = "exported", "Exporté"
        SETTLED = "settled", "Soldé"
        CANCELLED = "cancelled", "Annulé"
        VOIDED = "voided", "Bon à payer retiré"

    class Kind(models.TextChoices):
        REGULAR = "regular", "Mensuel"
        EXTRA = "extra", "Complémentaire"
        OPENING = "opening", "Reprise"

    OPEN = (State.DRAFT, State.SUBMITTED)
    FROZEN = (State.APPROVED, State.EXPORTED, State.SETTLED, State.VOIDED)

    state = StateField(choices=State, default=State.DRAFT)
    month = models.DateField("mois")
    sequence = models.PositiveSmallIntegerField("numéro dans le mois", default=1)
    kind = models.CharField("nature", max_length=8, choices=Kind, default=Kind.REGULAR)
    build = models.PositiveIntegerField("calcul valide", null=True, blank=True)
    last_build = models.PositiveIntegerField("dernier calcul", default=0)
    checksum = models.CharField("empreinte du calcul", max_length=64, blank=True)
    # What was submitted: the computation, and who is paid on which account (compared at approval).
    seal = models.CharField("empreinte de ce qui est soumis", max_length=64, blank=True)
    prepared_by = models.ForeignKey(
        "association.User", models.PROTECT, null=True, related_name="+", verbose_name="préparé par"
    )
    prepared_at = models.DateTimeField("préparé le", null=True, blank=True)
    submitted_by = models.ForeignKey(
        "association.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="soumis par"
    )
    submitted_at = models.DateTimeField("soumis le", null=True, blank=True)
    countersigned_by = models.ForeignKey(
        "association.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="contresigné par"
    )
    countersigned_at = models.DateTimeField("contresigné le", null=True, blank=True)
    approved_by = models.ForeignKey(
        "association.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="bon à payer de"
    )
    approved_at = models.DateTimeField("bon à payer le", null=True, blank=True)
    # Frozen at approval: opening + new = paid + closing, and they are checked again whenever they are shown.
    lines_count = models.PositiveIntegerField("nombre d'indemnités", default=0)
    opening_cents = models.BigIntegerField("dû à l'ouverture", default=0)
    new_cents = models.BigIntegerField("nouvelles indemnités", default=0)
    paid_cents = models.BigIntegerField("payé", default=0)
    closing_cents = models.BigIntegerField("dû à la clôture", default=0)
    # The part of the closing that waits for an account; the rest, below zero, was paid too much.
    waiting_cents = models.BigIntegerField("en attente de RIB à la clôture", null=True, blank=True)
    created_at = models.DateTimeField("créé le", default=timezone.now)

    # What the checks found, on an object that a page has read them for (`payments.selectors.preflight`).
    findings: list[Any] | None = None

    objects = RunQuerySet.as_manager()

    class Meta:
        verbose_name = "paiement mensuel"
        ordering = ["-month", "-sequence", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["month", "kind", "sequence"],
                condition=~models.Q(state__in=["cancelled", "voided"]),
                name="run_one_per_month",
                violation_error_message="Ce mois a déjà son paiement mensuel.",
            ),
            models.UniqueConstraint(
                models.Case(models.When(state__in=["draft", "submitted"], then=models.Value(1))),
                name="run_one_open",
                violation_error_message="Un paiement mensuel est déjà ouvert : terminez-le ou annulez-le d'abord.",
            ),
            models.CheckConstraint(
                condition=models.Q(month__day=1),
                name="run_month_is_first_day",
                violation_error_message="Le mois est donné par son premier jour.",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["approved", "exported", "settled", "voided"])
                | models.Q(kind="opening")
                | models.Q(submitted_by__isnull=False, approved_by__isnull=False),
                name="run_frozen_has_names",
                violation_error_message="Un bon à payer porte le nom de qui a soumis et de qui a approuvé.",
            ),
            models.CheckConstraint(
                condition=models.Q(approved_by__isnull=True) | ~models.Q(approved_by=models.F("submitted_by")),
                name="run_four_eyes",
                violation_error_message="Qui soumet un paiement mensuel ne peut pas l'approuver.",
            ),
            models.CheckConstraint(
                condition=models.Q(countersigned_by__isnull=True)
                | (
                    ~models.Q(countersigned_by=models.F("submitted_by"))
                    & (models.Q(approved_by__isnull=True) | ~models.Q(countersigned_by=models.F("approved_by")))
                ),
                name="run_countersigned_by_third",
                violation_error_message="Le contreseing vient d'une troisième personne.",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["approved", "exported", "settled", "voided"])
                | models.Q(opening_cents=models.F("paid_cents") + models.F("closing_cents") - models.F("new_cents")),
                name="run_proves_itself",
                violation_error_message="Ouverture + nouvelles indemnités ≠ payé + clôture.",
            ),
        ]

    def __str__(self) -> str:
        return f"Paiement {self.name}"

    @property
    def name(self) -> str:
        """``2026-10``, ``2026-10/2`` for an extra run, ``reprise 2026-10`` for an opening run."""
        month = f"{self.month:%Y-%m}"
        if self.kind == self.Kind.OPENING:
            return f"reprise {month}"
        return month if self.sequence == 1 else f"{month}/{self.sequence}"

    @property
    def in_words(self) -> str:
        """``octobre 2026``, ``octobre 2026, complémentaire 2``, ``reprise d’octobre 2026``."""
        month = date_format(self.month, "F Y")
        if self.kind == self.Kind.OPENING:
            return f"reprise d’{month}" if month[0] in "ao" else f"reprise de {month}"
        return month if self.sequence == 1 else f"{month}, complémentaire {self.sequence}"

    @property
    def last_day(self) -> date:
        """The last day of the month: actions dated after it wait for the next run."""
        from calendar import monthrange

        return self.month.replace(day=monthrange(self.month.year, self.month.month)[1])

    @property
    def is_frozen(self) -> bool:
        return self.state in self.FROZEN

    def concerns(self, professional_ids: set[int]) -> bool:
        """Whether a line of this open run, or one that it takes over from earlier runs, is of one of these people."""
        from association.selectors.people import same_person
        from payments.models.ledger import Allocation, DueLine

        if not professional_ids:
            return False
        professional_ids = same_person(professional_ids)
        new = self.provisional_lines.filter(build=self.build, professional__in=professional_ids)
        settled = Allocation.objects.filter(line=models.OuterRef("pk"), released_at__isnull=True)
        left_over = DueLine.objects.filter(~models.Exists(settled), professional__in=professional_ids)
        return new.exists() or left_over.exists()

    @transition(
        state,
        source=State.DRAFT,
        target=State.SUBMITTED,
        permission="payments.submit_run",
        label="Soumettre",
        guards=[is_prepared, has_no_errors, passes_preflight],
    )
    def submit(self, *, by: Any, seal: str) -> None:
        self.submitted_by, self.submitted_at, self.seal = by, timezone.now(), seal

    @transition(
        state,
        source=State.SUBMITTED,
        target=State.DRAFT,
        permission="payments.send_back_run",
        label="Renvoyer",
        needs_comment=True,
    )
    def send_back(self) -> None:
        self.submitted_by = self.submitted_at = self.countersigned_by = self.countersigned_at = None

    @transition(
        state,
        source=[State.DRAFT, State.SUBMITTED],
        target=State.CANCELLED,
        permission="payments.cancel_run",
        label="Annuler ce paiement mensuel",
        danger=True,
    )
    def cancel(self) -> None:
        self.build = None

    @transition(
        state,
        source=State.SUBMITTED,
        target=State.APPROVED,
        permission="payments.approve_run",
        label="Donner le bon à payer",
        guards=[is_not_the_submitter, is_countersigned],
    )
    def approve(self, *, by: Any, totals: dict[str, int]) -> None:
        self.approved_by, self.approved_at = by, timezone.now()
        for name, value in totals.items():
            setattr(self, name, value)

    @transition(
        state,
        source=State.APPROVED,
        target=State.VOIDED,
        permission="payments.void_run",
        label="Retirer le bon à payer",
        needs_comment=True,
        danger=True,
        guards=[has_never_been_exported],
    )
    def void(self) -> None:
        """Its payments are void and its lines due again; they stay written."""

    @transition(
        state,
        source=State.APPROVED,
        target=State.EXPORTED,
        permission="payments.export_run",
        label="Exporter",
    )
    def export(self) -> None: ...

    @transition(
        state,
        source=State.EXPORTED,
        target=State.APPROVED,
        permission="payments.export_run",
        label="Déclarer le fichier non transmis",
        needs_comment=True,
        danger=True,
        guards=[nothing_of_its_file_was_paid],
    )
    def take_back_export(self) -> None:
        """The bank refused the whole file, or it was never sent: its payments wait again."""

    @transition(
        state,
        source=State.EXPORTED,
        target=State.SETTLED,
        permission="payments.settle_run",
        label="Solder",
        guards=[every_payment_has_left],
    )
    def settle(self) -> None: ...


class LineKind(models.TextChoices):
    INITIAL = "initial", "Indemnité"
    REVERSAL = "reversal", "Régularisation"
    CORRECTION = "correction", "Correction"
    REPAID = "repaid", "Remboursement reçu"
    WAIVED = "waived", "Trop-perçu abandonné"


# What a participation earned; the others give it back, or settle what was given back.
EARNED = (LineKind.INITIAL, LineKind.CORRECTION)
# What settles a trop-perçu: it counts in what is due, in no ceiling and no number cap.
RECOVERED = (LineKind.REPAID, LineKind.WAIVED)
