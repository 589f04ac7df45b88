"""Amendments (avenants): what changes in a signed convention, signed by those concerned only."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import models
from django.utils import timezone

from association.fields import WordsField
from association.machine import StateField, Stateful, transition
from association.models import Membership
from conventions.models.adhesions import MANAGE, SIGN, STOP, SignedHow, without_doubles
from conventions.models.conventions import Convention, minimum_composition


def those_concerned_have_signed(amendment: Amendment, actor: Any, arguments: Any) -> str | None:
    """Who joins signs; a departure is stated by the association; terms are agreed as the convention was.

    See docs/decisions/0011-who-signs-an-amendment.md.
    """
    if amendment.association_signed_on is None:
        return "Il manque la signature de l'association."
    rows = list(amendment.signatures.one_each().select_related("membership__professional__merged_into").order_by("pk"))
    if amendment.kind in Amendment.OF_TERMS:
        return minimum_composition(
            amendment.convention, {row.membership.person for row in rows if row.signed_on is not None}
        )
    missing = [str(row.membership.person) for row in rows if row.signed_on is None]
    return f"Il manque la signature de : {', '.join(missing)}." if missing else None


def its_convention_is_signed(amendment: Amendment, actor: Any, arguments: Any) -> str | None:
    if amendment.convention.state not in Convention.RUNNING:
        return f"La convention est à l'état « {amendment.convention.get_state_label()} » : elle ne se modifie pas."
    return None


class AmendmentQuerySet(models.QuerySet["Amendment"]):
    def visible_to(self, user: Any) -> AmendmentQuerySet:
        """The amendments of the conventions in the user's scope."""
        return self.filter(convention__in=Convention.objects.visible_to(user))


class Amendment(Stateful):
    """One amendment. ``changes`` says what it changes, in codes; `conventions.services` applies it at the signature:

    ``{"joined": membership, "left": membership, "left_on": date, "action_types": [...], "ceiling_cents": cents}``.
    """

    lock_parents = ("convention",)

    class State(models.TextChoices):
        DRAFT = "draft", "Brouillon"
        ISSUED = "issued", "Émis"
        SIGNING = "signing", "En signature"
        SIGNED = "signed", "Signé"
        ABANDONED = "abandoned", "Abandonné"

    class Kind(models.TextChoices):
        JOINED = "entree", "Entrée d’un membre"
        LEFT = "sortie", "Sortie d’un membre"
        TYPES = "types", "Types d’action"
        CEILING = "plafond", "Plafond annuel"

    OPEN = (State.DRAFT, State.ISSUED, State.SIGNING)
    OF_TERMS = (Kind.TYPES, Kind.CEILING)

    state = StateField(choices=State, default=State.DRAFT)
    convention = models.ForeignKey(Convention, models.PROTECT, related_name="amendments", verbose_name="convention")
    number = models.PositiveIntegerField("numéro")
    kind = models.CharField("objet", max_length=8, choices=Kind)
    effective_on = models.DateField("à partir du")
    changes = models.JSONField("changements")
    agreed = models.JSONField("texte et données convenus", null=True, blank=True, editable=False)
    agreed_sha256 = models.CharField("empreinte du texte convenu", max_length=64, blank=True, editable=False)
    document = models.ForeignKey(
        "association.Document", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="avenant (PDF)"
    )
    scan = models.ForeignKey(
        "association.Document", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="exemplaire signé"
    )
    issued_on = models.DateField("émis le", null=True, blank=True)
    association_signed_on = models.DateField("signé par l'association le", null=True, blank=True)
    association_signatory = WordsField("signataire de l'association", max_length=150, blank=True)
    signed_on = models.DateField("signé le", null=True, blank=True)
    created_at = models.DateTimeField("créé le", default=timezone.now)

    objects = AmendmentQuerySet.as_manager()

    class Meta:
        verbose_name = "avenant"
        ordering = ["convention", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["convention", "number"],
                name="amendment_number_unique",
                violation_error_message="Cette convention a déjà un avenant de ce numéro.",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="signed") | models.Q(signed_on__isnull=False),
                name="amendment_signed_has_date",
                violation_error_message="Un avenant signé a une date de signature.",
            ),
        ]

    def __str__(self) -> str:
        return f"Avenant n° {self.number} à la convention {self.convention}"

    @transition(
        state,
        source=State.DRAFT,
        target=State.ISSUED,
        permission=MANAGE,
        label="Émettre",
        guards=[its_convention_is_signed],
    )
    def issue(self, *, issued_on: date, agreed: dict[str, Any], agreed_sha256: str, document: Any) -> None:
        self.issued_on, self.agreed, self.agreed_sha256, self.document = issued_on, agreed, agreed_sha256, document

    @transition(state, source=State.ISSUED, target=State.SIGNING, permission=MANAGE, label="Mettre en signature")
    def open_signing(self) -> None: ...

    @transition(
        state,
        source=State.SIGNING,
        target=State.SIGNED,
        permission=SIGN,
        label="Signer",
        guards=[its_convention_is_signed, those_concerned_have_signed],
    )
    def sign(self, *, signed_on: date) -> None:
        self.signed_on = signed_on

    @transition(
        state,
        source=[State.DRAFT, State.ISSUED, State.SIGNING],
        target=State.ABANDONED,
        permission=STOP,
        label="Abandonner",
        needs_comment=True,
        danger=True,
    )
    def abandon(self) -> None: ...


class AmendmentSignatureQuerySet(models.QuerySet["AmendmentSignature"]):
    def one_each(self) -> AmendmentSignatureQuerySet:
        """Leave out the doubles of a person's signature of one amendment; a given one counts before one that is not."""
        return without_doubles(self, "amendment", models.Case(models.When(signed_on=None, then=1), default=0))


class AmendmentSignature(models.Model):
    """A member whom an amendment concerns, and their signature of it."""

    amendment = models.ForeignKey(Amendment, models.CASCADE, related_name="signatures", verbose_name="avenant")
    membership = models.ForeignKey(Membership, models.PROTECT, related_name="+", verbose_name="membre")
    signed_on = models.DateField("signé le", null=True, blank=True)
    how = models.CharField("recueillie", max_length=8, choices=SignedHow, blank=True)
    scan = models.ForeignKey(
        "association.Document", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="scan"
    )
    reminded_at = models.DateTimeField("relancé le", null=True, blank=True)

    objects = AmendmentSignatureQuerySet.as_manager()

    class Meta:
        verbose_name = "signature d'un avenant"
        ordering = ["amendment", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["amendment", "membership"],
                name="amendment_signature_unique",
                violation_error_message="Ce membre signe déjà cet avenant.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.membership.person} : {self.amendment}"
