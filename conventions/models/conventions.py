"""Conventions between a team's professionals and the association."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone

from association.fields import WordsField
from association.machine import StateField, Stateful, transition
from association.models import Professional, Team
from association.nomenclature import TeamKind
from conventions.models.adhesions import MANAGE, SIGN, STOP, Adhesion
from conventions.models.templates import ConventionTemplate

MINIMUM_SIGNATURES = 2  # with a GP among them (docs/sources.md, 3)


def minimum_composition_has_signed(convention: Convention, actor: Any, arguments: Any) -> str | None:
    """ESP CLAP: two professionals with a GP (docs/sources.md, 3); everybody else joins by an adhesion of their own."""
    signed = convention.adhesions.filter(state=Adhesion.State.SIGNED)
    signed = signed.select_related("membership__professional__merged_into")
    return minimum_composition(convention, {adhesion.membership.person for adhesion in signed})


def minimum_composition(convention: Convention, people: set[Professional]) -> str | None:
    """Return what is missing among those who signed, in French, or nothing. Two joined records are one person."""
    count = len({person.person.pk for person in people})
    if count < MINIMUM_SIGNATURES:
        return f"Il manque des signatures : {count} sur {MINIMUM_SIGNATURES} au moins."
    if convention.team.kind == TeamKind.ESP_CLAP and not any(p.person.is_general_practitioner for p in people):
        return "Il manque la signature d'un médecin généraliste."
    return None


def association_has_signed(convention: Convention, actor: Any, arguments: Any) -> str | None:
    if convention.association_signed_on is None:
        return "Il manque la signature de l'association."
    return None


def nobody_has_signed(convention: Convention, actor: Any, arguments: Any) -> str | None:
    if convention.association_signed_on or convention.adhesions.filter(state=Adhesion.State.SIGNED).exists():
        return "Des signatures sont déjà recueillies : abandonnez cette convention, puis émettez-en une autre."
    return None


def may_be_issued(convention: Convention, actor: Any, arguments: Any) -> str | None:
    from conventions.gates import missing_for_issue

    return missing_for_issue(convention)


def has_a_text(convention: Convention, actor: Any, arguments: Any) -> str | None:
    if arguments and not (arguments.get("agreed") and arguments.get("document")):
        return "Le texte de la convention manque."
    return None


def effect_is_allowed(convention: Convention, actor: Any, arguments: Any) -> str | None:
    """`effective_on` is the later of start and signature, or earlier by decision, within the setting.

    A renewal has a bound of its own: signed late, it takes effect where the one before ended, so that no day is lost.
    """
    signed_on, effective_on = arguments.get("signed_on"), arguments.get("effective_on")
    if signed_on is None:
        return "Indiquez la date de signature." if arguments else None
    usual = max(convention.starts_on, signed_on)
    if (effective_on or usual) > convention.ends_on:
        return (
            f"La prise d'effet suivrait la fin de la convention ({convention.ends_on:%d/%m/%Y}) : vérifiez les dates."
        )
    if convention.renews_id and effective_on and effective_on < convention.starts_on:
        return (
            f"Un renouvellement prend effet le {convention.starts_on:%d/%m/%Y} au plus tôt : jusque-là, la convention "
            "précédente est en vigueur."
        )
    setting = "CONVENTION_RENEWAL_EFFECT_DAYS" if convention.renews_id else "CONVENTION_EARLY_EFFECT_DAYS"
    days = getattr(settings, setting)
    if effective_on and effective_on < usual - timedelta(days=days):
        return f"La prise d'effet ne peut précéder le {usual:%d/%m/%Y} de plus de {days} jour(s) (réglage {setting})."
    if effective_on and effective_on < usual and not arguments.get("early_effect_reason", "").strip():
        return "Une prise d'effet anticipée demande un motif."
    return None


def ends_within_its_time(convention: Convention, actor: Any, arguments: Any) -> str | None:
    day = arguments.get("terminated_on")
    if day is None:
        return "Indiquez la date de résiliation." if arguments else None
    if not convention.effective_on <= day <= convention.ends_on:
        return (
            f"La résiliation se place entre la prise d'effet ({convention.effective_on:%d/%m/%Y}) "
            f"et la fin de la convention ({convention.ends_on:%d/%m/%Y})."
        )
    return None


def ends_earlier(convention: Convention, actor: Any, arguments: Any) -> str | None:
    if reason := ends_within_its_time(convention, actor, arguments):
        return reason
    day, known = arguments.get("terminated_on"), convention.terminated_on
    if day and known and day >= known:
        return f"La convention {convention.number} est déjà résiliée au {known:%d/%m/%Y}."
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
    RUNNING = (State.SIGNED, State.SUSPENDED)
    IN_PREPARATION = (State.DRAFT, State.ISSUED, State.SIGNING)

    state = StateField(choices=State, default=State.DRAFT)
    number = models.CharField("numéro", max_length=40, unique=True)
    team = models.ForeignKey(Team, models.PROTECT, related_name="conventions", verbose_name="équipe")
    starts_on = models.DateField("début")
    ends_on = models.DateField("fin")
    signed_on = models.DateField("signée le", null=True, blank=True)
    effective_on = models.DateField("prise d'effet", null=True, blank=True)
    early_effect_reason = WordsField("motif de l'effet anticipé", max_length=200, blank=True)
    terminated_on = models.DateField("résiliée au", null=True, blank=True)
    renews = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="renewals", verbose_name="renouvelle"
    )
    template = models.ForeignKey(
        ConventionTemplate, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="modèle de texte"
    )
    # What was agreed: the articles in words and the data behind them; the checksum is over exactly this.
    agreed = models.JSONField("texte et données convenus", null=True, blank=True, editable=False)
    agreed_sha256 = models.CharField("empreinte du texte convenu", max_length=64, blank=True, editable=False)
    document = models.ForeignKey(
        "association.Document", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="convention (PDF)"
    )
    scan = models.ForeignKey(
        "association.Document", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="exemplaire signé"
    )
    issued_on = models.DateField("émise le", null=True, blank=True)
    association_signed_on = models.DateField("signée par l'association le", null=True, blank=True)
    association_signatory = WordsField("signataire de l'association", max_length=150, blank=True)
    version = models.PositiveIntegerField("version de la fiche", default=0, editable=False)
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
            models.UniqueConstraint(
                fields=["renews"],
                condition=~models.Q(state="abandoned"),
                name="convention_one_renewal",
                violation_error_message="Cette convention a déjà son renouvellement.",
            ),
            models.CheckConstraint(
                condition=models.Q(terminated_on__isnull=True) | models.Q(terminated_on__gte=models.F("effective_on")),
                name="convention_terminated_after_effect",
                violation_error_message="La résiliation précède la prise d'effet.",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @transition(
        state,
        source=State.DRAFT,
        target=State.ISSUED,
        permission=MANAGE,
        label="Émettre",
        guards=[may_be_issued, has_a_text],
    )
    def issue(
        self, *, issued_on: date, agreed: dict[str, Any], agreed_sha256: str, document: Any, template: Any = None
    ) -> None:
        """From here on the text is frozen by the database; a change is an amendment."""
        self.issued_on, self.agreed, self.agreed_sha256, self.document = issued_on, agreed, agreed_sha256, document
        self.template = template

    @transition(state, source=State.ISSUED, target=State.SIGNING, permission=MANAGE, label="Mettre en signature")
    def open_signing(self) -> None: ...

    @transition(
        state,
        source=State.SIGNING,
        target=State.ISSUED,
        permission=MANAGE,
        label="Ne plus recueillir les signatures",
        needs_comment=True,
        guards=[nobody_has_signed],
    )
    def withdraw_from_signing(self) -> None: ...

    @transition(
        state,
        source=State.SIGNING,
        target=State.SIGNED,
        permission=SIGN,
        label="Signer",
        guards=[association_has_signed, minimum_composition_has_signed, effect_is_allowed],
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
        permission=STOP,
        label="Résilier",
        needs_comment=True,
        danger=True,
        guards=[ends_within_its_time],
    )
    def terminate(self, *, terminated_on: date) -> None:
        self.terminated_on = terminated_on

    @transition(
        state,
        source=[State.ENDED, State.TERMINATED],
        target=State.TERMINATED,
        permission="conventions.end_convention",
        label="Avancer la fin",
        needs_comment=True,
        guards=[ends_earlier],
    )
    def cut_short(self, *, terminated_on: date) -> None:
        """A recognition withdrawn from a day before the end that was stated or decided."""
        self.terminated_on = terminated_on

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
