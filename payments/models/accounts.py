"""Who is owed the money, and the bank accounts it goes to."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone

from association.fields import EncryptedField, WordsField
from association.machine import StateField, Stateful, transition

MANAGE = "payments.manage_account"
LOOK = "payments.look_at_iban"
OPEN_SCAN = "payments.open_rib"


def is_somebody_else(account: Account, actor: Any, arguments: Any) -> str | None:
    """Four eyes: whoever entered or changed an account cannot verify it."""
    if account.entered_by_id == actor.pk:
        return "Vous avez saisi ce compte : une autre personne doit le vérifier."
    return None


def no_change_is_proposed(account: Account, actor: Any, arguments: Any) -> str | None:
    """A proposed change keeps the account before it suspended until it is decided."""
    if account.beneficiary.accounts.filter(state=Account.State.PROPOSED).exists():
        return "Un changement de compte est proposé : décidez-en d'abord."
    return None


class Beneficiary(models.Model):
    """The professional, or the company recorded on the membership; exactly one of the two."""

    professional = models.OneToOneField(
        "association.Professional", models.PROTECT, null=True, blank=True, related_name="beneficiary"
    )
    company = models.OneToOneField(
        "association.Company", models.PROTECT, null=True, blank=True, related_name="beneficiary"
    )

    class Meta:
        verbose_name = "bénéficiaire"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(professional__isnull=False, company__isnull=True)
                | models.Q(professional__isnull=True, company__isnull=False),
                name="beneficiary_person_or_company",
                violation_error_message="Un bénéficiaire est un professionnel ou une société, pas les deux.",
            )
        ]

    def __str__(self) -> str:
        return str(self.professional or self.company)


class AccountQuerySet(models.QuerySet["Account"]):
    def visible_to(self, user: Any) -> AccountQuerySet:
        return self if user.has_perm("payments.view_account") else self.none()


class Account(Stateful):
    """A bank account, never changed: another IBAN or holder is another account, verified anew.

    ``holder`` is the exact name at the bank (compared by banks since October 2025), which need not be the person's.
    """

    lock_parents = ("beneficiary",)

    class State(models.TextChoices):
        PROPOSED = "proposed", "Proposé"
        VERIFIED = "verified", "Vérifié"
        SUSPENDED = "suspended", "Suspendu"
        REJECTED = "rejected", "Refusé"
        WITHDRAWN = "withdrawn", "Retiré"
        ARCHIVED = "archived", "Archivé"

    state = StateField(choices=State, default=State.PROPOSED)
    beneficiary = models.ForeignKey(Beneficiary, models.PROTECT, related_name="accounts", verbose_name="bénéficiaire")
    iban = EncryptedField("IBAN")
    iban_hash = models.CharField("empreinte de l'IBAN", max_length=64, db_index=True)
    iban_last4 = models.CharField("fin de l'IBAN", max_length=4)
    bic = models.CharField("BIC", max_length=11, blank=True)
    holder = WordsField("titulaire du compte", max_length=140)
    replaces = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="remplace"
    )
    scan = models.ForeignKey(
        "association.Document", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="RIB numérisé"
    )
    comment = WordsField("remarque", max_length=300, blank=True)
    origin = models.CharField("origine", max_length=20, blank=True)
    entered_by = models.ForeignKey("association.User", models.PROTECT, related_name="+", verbose_name="saisi par")
    entered_at = models.DateTimeField("saisi le", default=timezone.now)
    verified_by = models.ForeignKey(
        "association.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="vérifié par"
    )
    verified_at = models.DateTimeField("vérifié le", null=True, blank=True)

    objects = AccountQuerySet.as_manager()

    class Meta:
        verbose_name = "compte bancaire"
        ordering = ["beneficiary", "-entered_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["beneficiary"],
                condition=models.Q(state="verified"),
                name="account_one_verified",
                violation_error_message="Ce bénéficiaire a déjà un compte vérifié.",
            ),
            models.CheckConstraint(
                condition=models.Q(verified_by__isnull=True) | ~models.Q(verified_by=models.F("entered_by")),
                name="account_four_eyes",
                violation_error_message="Qui a saisi un compte ne peut pas le vérifier.",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="verified")
                | models.Q(verified_by__isnull=False)
                | models.Q(origin="reprise"),
                name="account_verified_has_name",
                violation_error_message="Un compte vérifié porte le nom de qui l'a vérifié.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.holder} •••• {self.iban_last4}"

    @transition(
        state,
        source=State.PROPOSED,
        target=State.VERIFIED,
        permission=MANAGE,
        label="Vérifier",
        guards=[is_somebody_else],
    )
    def verify(self, *, by: Any) -> None:
        self.verified_by, self.verified_at = by, timezone.now()

    @transition(
        state, source=State.PROPOSED, target=State.REJECTED, permission=MANAGE, label="Refuser", needs_comment=True
    )
    def reject(self) -> None: ...

    @transition(
        state,
        source=State.PROPOSED,
        target=State.WITHDRAWN,
        permission="payments.propose_account",
        label="Retirer",
    )
    def withdraw(self) -> None: ...

    @transition(
        state,
        source=State.VERIFIED,
        target=State.SUSPENDED,
        permission="payments.propose_account",
        label="Suspendre",
        needs_comment=True,
    )
    def suspend(self) -> None: ...

    @transition(
        state,
        source=State.SUSPENDED,
        target=State.VERIFIED,
        permission="payments.propose_account",
        label="Lever la suspension",
        needs_comment=True,
        guards=[no_change_is_proposed],
    )
    def resume(self) -> None:
        """It had been verified before; the check made then still holds."""

    @transition(
        state,
        source=[State.VERIFIED, State.SUSPENDED],
        target=State.ARCHIVED,
        permission=MANAGE,
        label="Archiver",
        needs_comment=True,
        danger=True,
    )
    def archive(self) -> None: ...
