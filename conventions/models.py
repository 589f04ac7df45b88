"""Conventions between a team's professionals and the association, and each member's signature."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

from association.fields import WordsField
from association.machine import StateField, Stateful, transition
from association.models import Membership, Team
from association.nomenclature import ActionType, TeamKind

MANAGE = "conventions.manage_convention"
SIGN = "conventions.sign_convention"
DEFAULT_CEILING_CENTS = 10_000_00  # per team and civil year (docs/payment-rules.md; a public figure)
MINIMUM_SIGNATURES = 2  # with a GP among them (docs/sources.md, 3)


def validate_action_types(codes: list[str]) -> None:
    """Refuse an empty list and unknown codes."""
    unknown = [code for code in codes if code not in ActionType.values]
    if unknown or not codes:
        raise ValidationError(
            f"Types d'action inconnus : {', '.join(unknown)}." if unknown else "Indiquez au moins un type d'action."
        )


def minimum_composition_has_signed(convention: Convention, actor: Any, arguments: Any) -> str | None:
    """ESP CLAP: two professionals with a GP (docs/sources.md, 3); everybody else joins by an adhesion of their own."""
    signed = list(convention.adhesions.filter(state=Adhesion.State.SIGNED).select_related("membership__professional"))
    people = {adhesion.membership.professional for adhesion in signed}
    if len(people) < MINIMUM_SIGNATURES:
        return f"Il manque des signatures : {len(people)} sur {MINIMUM_SIGNATURES} au moins."
    if convention.team.kind == TeamKind.ESP_CLAP and not any(p.is_general_practitioner for p in people):
        return "Il manque la signature d'un médecin généraliste."
    return None


def effect_is_allowed(convention: Convention, actor: Any, arguments: Any) -> str | None:
    """`effective_on` is the later of start and signature, or earlier by decision, within the setting."""
    signed_on, effective_on = arguments.get("signed_on"), arguments.get("effective_on")
    if signed_on is None:
        return "Indiquez la date de signature." if arguments else None
    usual = max(convention.starts_on, signed_on)
    days = settings.CONVENTION_EARLY_EFFECT_DAYS
    if effective_on and effective_on < usual - timedelta(days=days):
        return (
            f"La prise d'effet ne peut précéder le {usual:%d/%m/%Y} de plus de {days} jour(s) "
            "(réglage CONVENTION_EARLY_EFFECT_DAYS)."
        )
    if effective_on and effective_on < usual and not arguments.get("early_effect_reason", "").strip():
        return "Une prise d'effet anticipée demande un motif."
    return None


class ConventionQuerySet(models.QuerySet["Convention"]):
    def visible_to(self, user: Any) -> ConventionQuerySet:
        """The conventions of the teams that the user sees."""
        if not user.has_perm("conventions.view_convention"):
            return self.none()
        return self.filter(team__in=Team.objects.visible_to(user))


class Convention(Stateful):
    """A team's convention. Being in force is a matter of dates only (docs/payment-rules.md, CONVENTION)."""

    lock_parents = ("team",)

    class State(models.TextChoices):
        DRAFT = "draft", "Brouillon"
        ISSUED = "issued", "Émise"
        SIGNING = "signing", "En signature"
        SIGNED = "signed", "Signée"
        SUSPENDED = "suspended", "Suspendue"
        ENDED = "ended", "Arrivée à terme"
        TERMINATED = "terminated", "Résiliée"
        ABANDONED = "abandoned", "Abandonnée"

    PAYING = (State.SIGNED, State.SUSPENDED, State.ENDED, State.TERMINATED)

    state = StateField(choices=State, default=State.DRAFT)
    number = models.CharField("numéro", max_length=40, unique=True)
    team = models.ForeignKey(Team, models.PROTECT, related_name="conventions", verbose_name="équipe")
    starts_on = models.DateField("début")
    ends_on = models.DateField("fin")
    signed_on = models.DateField("signée le", null=True, blank=True)
    effective_on = models.DateField("prise d'effet", null=True, blank=True)
    early_effect_reason = WordsField("motif de l'effet anticipé", max_length=200, blank=True)
    terminated_on = models.DateField("résiliée au", null=True, blank=True)
    created_at = models.DateTimeField("créée le", default=timezone.now)

    objects = ConventionQuerySet.as_manager()

    class Meta:
        verbose_name = "convention"
        ordering = ["-starts_on", "number"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on__gte=models.F("starts_on")),
                name="convention_dates_in_order",
                violation_error_message="La fin précède le début.",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["signed", "suspended", "ended", "terminated"])
                | (models.Q(signed_on__isnull=False) & models.Q(effective_on__isnull=False)),
                name="convention_signed_has_dates",
                violation_error_message="Une convention signée a une date de signature et une prise d'effet.",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="terminated") | models.Q(terminated_on__isnull=False),
                name="convention_terminated_has_date",
                violation_error_message="Une convention résiliée a une date de résiliation.",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @transition(state, source=State.DRAFT, target=State.ISSUED, permission=MANAGE, label="Émettre")
    def issue(self) -> None: ...

    @transition(state, source=State.ISSUED, target=State.SIGNING, permission=MANAGE, label="Mettre en signature")
    def open_signing(self) -> None: ...

    @transition(
        state,
        source=State.SIGNING,
        target=State.SIGNED,
        permission=SIGN,
        label="Signer",
        guards=[minimum_composition_has_signed, effect_is_allowed],
    )
    def sign(self, *, signed_on: date, effective_on: date | None = None, early_effect_reason: str = "") -> None:
        """Pays from `effective_on` on (docs/sources.md, 3: funding needs a signed convention)."""
        self.signed_on = signed_on
        self.effective_on = effective_on or max(self.starts_on, signed_on)
        self.early_effect_reason = early_effect_reason

    @transition(
        state,
        source=State.SIGNED,
        target=State.SUSPENDED,
        permission=MANAGE,
        label="Suspendre",
        needs_comment=True,
        danger=True,
    )
    def suspend(self) -> None: ...

    @transition(state, source=State.SUSPENDED, target=State.SIGNED, permission=MANAGE, label="Lever la suspension")
    def resume(self) -> None: ...

    @transition(
        state,
        source=[State.SIGNED, State.SUSPENDED],
        target=State.ENDED,
        permission="conventions.end_convention",
        label="Constater le terme",
    )
    def end(self) -> None: ...

    @transition(
        state,
        source=[State.SIGNED, State.SUSPENDED],
        target=State.TERMINATED,
        permission=MANAGE,
        label="Résilier",
        needs_comment=True,
        danger=True,
    )
    def terminate(self, *, terminated_on: date) -> None:
        self.terminated_on = terminated_on

    @transition(
        state,
        source=[State.DRAFT, State.ISSUED, State.SIGNING],
        target=State.ABANDONED,
        permission=MANAGE,
        label="Abandonner",
        needs_comment=True,
        danger=True,
    )
    def abandon(self) -> None: ...


class ConventionTerms(models.Model):
    """What a convention allows from a date on: the first row has no date, an amendment adds a dated one."""

    convention = models.ForeignKey(Convention, models.CASCADE, related_name="terms", verbose_name="convention")
    effective_on = models.DateField("à partir du", null=True, blank=True)
    ceiling_cents = models.PositiveIntegerField("plafond annuel", default=DEFAULT_CEILING_CENTS)
    action_types = models.JSONField("types d'action", validators=[validate_action_types])

    class Meta:
        verbose_name = "termes de la convention"
        ordering = ["convention", models.F("effective_on").asc(nulls_first=True)]
        constraints = [
            models.UniqueConstraint(
                fields=["convention"],
                condition=models.Q(effective_on__isnull=True),
                name="convention_terms_one_initial",
                violation_error_message="Cette convention a déjà ses termes initiaux.",
            ),
            models.UniqueConstraint(
                fields=["convention", "effective_on"],
                name="convention_terms_one_per_date",
                violation_error_message="Des termes existent déjà à cette date.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.convention} : {', '.join(self.action_types)}"


class Suspension(models.Model):
    """A suspension of a convention, from ``starts_on`` included to ``ends_on`` excluded (none: still open)."""

    convention = models.ForeignKey(Convention, models.CASCADE, related_name="suspensions", verbose_name="convention")
    starts_on = models.DateField("du")
    ends_on = models.DateField("jusqu'au (exclu)", null=True, blank=True)
    reason = WordsField("motif", max_length=200, blank=True)

    class Meta:
        verbose_name = "suspension"
        ordering = ["convention", "starts_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["convention"],
                condition=models.Q(ends_on__isnull=True),
                name="suspension_one_open",
                violation_error_message="Cette convention est déjà suspendue.",
            ),
            models.CheckConstraint(
                condition=models.Q(ends_on__isnull=True) | models.Q(ends_on__gt=models.F("starts_on")),
                name="suspension_dates_in_order",
                violation_error_message="La fin de la suspension précède son début.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.convention} suspendue du {self.starts_on:%d/%m/%Y}"


class Adhesion(Stateful):
    """A member's own signature of a convention, at its signing or later (rule SIGNATURE)."""

    lock_parents = ("convention",)

    class State(models.TextChoices):
        INVITED = "invited", "Invité"
        SIGNED = "signed", "Signée"
        DECLINED = "declined", "Refusée"
        ENDED = "ended", "Terminée"

    state = StateField(choices=State, default=State.INVITED)
    convention = models.ForeignKey(Convention, models.PROTECT, related_name="adhesions", verbose_name="convention")
    membership = models.ForeignKey(Membership, models.PROTECT, related_name="adhesions", verbose_name="membre")
    signed_on = models.DateField("signée le", null=True, blank=True)
    ended_on = models.DateField("terminée le", null=True, blank=True)

    class Meta:
        verbose_name = "adhésion"
        ordering = ["convention", "membership"]
        constraints = [
            models.UniqueConstraint(
                fields=["convention", "membership"],
                name="adhesion_unique",
                violation_error_message="Ce membre a déjà une adhésion à cette convention.",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["signed", "ended"]) | models.Q(signed_on__isnull=False),
                name="adhesion_signed_has_date",
                violation_error_message="Une adhésion signée a une date de signature.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.membership.professional} : {self.convention}"

    @transition(state, source=[State.INVITED, State.DECLINED], target=State.SIGNED, permission=SIGN, label="Signer")
    def sign(self, *, signed_on: date) -> None:
        self.signed_on = signed_on

    @transition(
        state, source=State.INVITED, target=State.DECLINED, permission=SIGN, label="Refuser", needs_comment=True
    )
    def decline(self) -> None: ...

    @transition(
        state,
        source=State.SIGNED,
        target=State.ENDED,
        permission="conventions.end_adhesion",
        label="Mettre fin",
    )
    def end(self, *, ended_on: date) -> None:
        """Ends with the membership; the signature still counts for the dates before (rule MEMBER says the rest)."""
        self.ended_on = ended_on
