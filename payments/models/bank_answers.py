"""What the bank says after a file: its reports and statements as they came, and what each line would change."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone

from association.fields import WordsField
from payments.models.ledger import Payment
from payments.models.runs import Run

VIEW_ANSWER, IMPORT_ANSWER = "payments.view_bank_answer", "payments.import_bank_answer"


class BankAnswerQuerySet(models.QuerySet["BankAnswer"]):
    def visible_to(self, user: Any) -> BankAnswerQuerySet:
        return self if user.has_perm(VIEW_ANSWER) else self.none()


class BankAnswer(models.Model):
    """One file that the bank gave, known by its checksum: the same one is never read twice."""

    class Kind(models.TextChoices):
        STATUS = "pain.002", "Compte rendu de remise (pain.002)"
        STATEMENT = "camt.053", "Relevé de compte (camt.053)"
        NOTICE = "camt.054", "Avis d’opérations (camt.054)"

    kind = models.CharField("nature", max_length=10, choices=Kind)
    sha256 = models.CharField(
        "empreinte SHA-256", max_length=64, unique=True, error_messages={"unique": "Ce fichier est déjà importé."}
    )
    document = models.OneToOneField(
        "association.Document", models.PROTECT, related_name="bank_answer", verbose_name="fichier de la banque"
    )
    message_id = WordsField("identifiant du message", max_length=35, blank=True)
    lines_count = models.PositiveIntegerField("opérations", default=0)
    imported_by = models.ForeignKey("association.User", models.PROTECT, related_name="+", verbose_name="importé par")
    imported_at = models.DateTimeField("importé le", default=timezone.now)

    objects = BankAnswerQuerySet.as_manager()

    class Meta:
        verbose_name = "retour de la banque"
        ordering = ["-imported_at", "-id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.message_id}".strip()


class BankAnswerLine(models.Model):
    """One thing that a file says, what it would change here, and what a person made of it.

    Of what the bank wrote only codes, dates, amounts and references are kept: names, accounts and free words stay in
    the file.
    """

    class Effect(models.TextChoices):
        PAID = "paid", "Payé"
        REJECTED = "rejected", "Rejeté"
        RETURNED = "returned", "Retourné"
        FILE_REFUSED = "file_refused", "Fichier refusé"
        NONE = "none", "Pour information"

    class Outcome(models.TextChoices):
        PROPOSED = "proposed", "À confirmer"
        CONFIRMED = "confirmed", "Confirmé"
        SET_ASIDE = "set_aside", "Écarté"
        KNOWN = "known", "Déjà constaté"
        DIFFERS = "differs", "Montant différent"
        AMBIGUOUS = "ambiguous", "Ambigu"
        UNMATCHED = "unmatched", "Sans correspondance"
        INFORMATION = "information", "Pour information"

    answer = models.ForeignKey(BankAnswer, models.PROTECT, related_name="lines", verbose_name="retour de la banque")
    position = models.PositiveIntegerField("rang dans le fichier")
    effect = models.CharField("effet", max_length=12, choices=Effect)
    outcome = models.CharField("suite", max_length=12, choices=Outcome)
    reference = WordsField("référence", max_length=35, blank=True)
    amount_cents = models.BigIntegerField("montant", null=True, blank=True)
    day = models.DateField("date", null=True, blank=True)
    reason = models.CharField("code motif", max_length=10, blank=True)
    status = models.CharField("code statut", max_length=10, blank=True)
    payment = models.ForeignKey(
        Payment, models.PROTECT, null=True, blank=True, related_name="bank_lines", verbose_name="virement"
    )
    run = models.ForeignKey(
        Run, models.PROTECT, null=True, blank=True, related_name="bank_lines", verbose_name="paiement mensuel"
    )
    sentence = WordsField("explication", max_length=300, blank=True)
    decided_by = models.ForeignKey(
        "association.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="décidé par"
    )
    decided_at = models.DateTimeField("décidé le", null=True, blank=True)

    class Meta:
        verbose_name = "opération de la banque"
        ordering = ["answer", "position"]
        constraints = [
            models.UniqueConstraint(fields=["answer", "position"], name="bank_line_position_unique"),
            models.CheckConstraint(
                condition=~models.Q(outcome__in=["proposed", "confirmed"])
                | models.Q(effect="file_refused", run__isnull=False)
                | models.Q(effect__in=["paid", "rejected", "returned"], payment__isnull=False),
                name="bank_line_proposal_has_its_object",
                violation_error_message="Une proposition porte sur un virement, ou sur un fichier.",
            ),
            models.CheckConstraint(
                condition=~models.Q(effect__in=["paid", "rejected", "returned"])
                | ~models.Q(outcome="proposed")
                | models.Q(day__isnull=False),
                name="bank_line_proposal_has_day",
                violation_error_message="Un paiement, un rejet ou un retour proposé porte sa date.",
            ),
            models.CheckConstraint(
                condition=~models.Q(outcome__in=["confirmed", "set_aside"]) | models.Q(decided_by__isnull=False),
                name="bank_line_decision_has_name",
                violation_error_message="Confirmer ou écarter une opération porte un nom.",
            ),
        ]

    def __str__(self) -> str:
        return self.reference or f"ligne {self.position}"
