"""What a dossier gathers: filed documents, exchanges with the team, and the findings of the day."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone

from association.eligibility import CONFIGURABLE_RULES
from association.fields import ProseField, WordsField
from association.models.teams import Team
from association.nomenclature import TeamKind


class DossierDocument(models.Model):
    """A stored file, filed in a team's dossier.

    One that names a patient is put in quarantine (nobody opens it), then erased for good: the row stays, and says
    who, when and why.
    """

    class Kind(models.TextChoices):
        LETTER = "courrier", "Courrier de l’ARS"
        PROJECT = "projet", "Projet de santé"
        CONVENTION = "convention", "Convention ou avenant signé"
        STATUTES = "statuts", "Statuts, récépissé"
        ATTESTATION = "attestation", "Attestation"
        OTHER = "autre", "Autre"

    team = models.ForeignKey(Team, models.PROTECT, related_name="filed_documents", verbose_name="équipe")
    document = models.ForeignKey(
        "association.Document", models.PROTECT, related_name="filings", verbose_name="document"
    )
    kind = models.CharField("nature", max_length=12, choices=Kind)
    title = WordsField("intitulé", max_length=200)
    filed_at = models.DateTimeField("classé le", default=timezone.now)
    filed_by = models.ForeignKey("association.User", models.PROTECT, related_name="+", verbose_name="par")
    quarantined_at = models.DateTimeField("mis en quarantaine le", null=True, blank=True)
    quarantined_by = models.ForeignKey(
        "association.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="quarantaine par"
    )
    erased_at = models.DateTimeField("effacé le", null=True, blank=True)
    erased_by = models.ForeignKey(
        "association.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="effacé par"
    )
    reason = WordsField("motif", max_length=200, blank=True)

    # Said by association.services.filing of the row that it returns: the same bytes were in this dossier before.
    already_there = False

    class Meta:
        verbose_name = "document du dossier"
        ordering = ["-filed_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["team", "document"],
                name="dossier_document_unique",
                violation_error_message="Ce document est déjà dans le dossier.",
            ),
            models.CheckConstraint(
                condition=models.Q(quarantined_at__isnull=True) | ~models.Q(reason=""),
                name="dossier_document_quarantine_has_reason",
                violation_error_message="Une mise en quarantaine a un motif.",
            ),
            models.CheckConstraint(
                condition=models.Q(erased_at__isnull=True) | models.Q(quarantined_at__isnull=False),
                name="dossier_document_erased_after_quarantine",
                violation_error_message="Un document est mis en quarantaine avant d'être effacé.",
            ),
        ]

    def __str__(self) -> str:
        """Without the title: the journal keeps what stands here for ever, and a title may have to be erased."""
        return f"{self.get_kind_display()} classé le {timezone.localtime(self.filed_at):%d/%m/%Y}"


class ExchangeQuerySet(models.QuerySet["Exchange"]):
    def visible_to(self, user: Any) -> ExchangeQuerySet:
        """The office alone: notes are internal."""
        if not user.has_perm("association.view_exchanges"):
            return self.none()
        return self.filter(team__in=Team.objects.visible_to(user))


class Exchange(models.Model):
    """A note, a call, a visit with the time it took, or a message to the team's referent."""

    class Kind(models.TextChoices):
        NOTE = "note", "Note interne"
        CALL = "appel", "Appel"
        VISIT = "visite", "Visite"
        MESSAGE = "message", "Message au référent"

    team = models.ForeignKey(Team, models.PROTECT, related_name="exchanges", verbose_name="équipe")
    kind = models.CharField("nature", max_length=8, choices=Kind)
    held_on = models.DateField("date", default=timezone.localdate)
    minutes = models.PositiveIntegerField("temps passé (min)", null=True, blank=True)
    subject = WordsField("objet", max_length=150, blank=True)
    body = ProseField("texte")
    mail = models.OneToOneField(
        "association.OutgoingMail", models.PROTECT, null=True, blank=True, related_name="exchange"
    )
    follow_up_on = models.DateField("relance le", null=True, blank=True)
    followed_up_at = models.DateTimeField("relance faite le", null=True, blank=True)
    followed_up_by = models.ForeignKey("association.User", models.PROTECT, null=True, blank=True, related_name="+")
    author = models.ForeignKey("association.User", models.PROTECT, related_name="+", verbose_name="par")
    created_at = models.DateTimeField("écrit le", default=timezone.now)

    objects = ExchangeQuerySet.as_manager()

    class Meta:
        verbose_name = "échange"
        ordering = ["-held_on", "-id"]
        indexes = [
            models.Index(
                fields=["follow_up_on"],
                condition=models.Q(follow_up_on__isnull=False, followed_up_at__isnull=True),
                name="exchange_follow_up",
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(minutes__isnull=True) | models.Q(minutes__gt=0, minutes__lte=1440),
                name="exchange_minutes_of_a_day",
                violation_error_message="Le temps passé se compte en minutes, de 1 à 1 440.",
            ),
            models.CheckConstraint(
                condition=~models.Q(kind="visite") | models.Q(minutes__isnull=False),
                name="exchange_visit_has_minutes",
                violation_error_message="Indiquez le temps passé à la visite.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} du {self.held_on:%d/%m/%Y}"


class OutgoingMail(models.Model):
    """A message to send, and what became of it. In the embedded mode it is kept here and not sent.

    ``sending_at``: written, and committed, before the server is spoken to, and taken away once it has answered. While
    no job is at work on the message it says that nobody knows whether the message left: a person decides.
    """

    to = models.EmailField("destinataire")
    subject = WordsField("objet", max_length=150)
    body = ProseField("texte")
    team = models.ForeignKey(Team, models.PROTECT, null=True, blank=True, related_name="mails", verbose_name="équipe")
    created_by = models.ForeignKey("association.User", models.PROTECT, related_name="+", verbose_name="par")
    created_at = models.DateTimeField("écrit le", default=timezone.now)
    sending_at = models.DateTimeField("envoi commencé le", null=True, blank=True)
    sent_at = models.DateTimeField("envoyé le", null=True, blank=True)
    error = models.CharField("échec", max_length=300, blank=True)
    # Where the reader stops messages of this kind, for the button of the mail program (RFC 8058).
    unsubscribe_url = models.URLField("adresse de désabonnement", max_length=300, blank=True)

    class Meta:
        verbose_name = "message"
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return f"{self.subject} ({self.to})"


class TeamFinding(models.Model):
    """What the rules find on a team today, kept for lists and for what waits; a dossier computes its own anew."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="findings", verbose_name="équipe")
    code = models.CharField("code", max_length=40)
    level = models.CharField("niveau", max_length=10)
    subject = models.CharField("à propos de", max_length=200, blank=True)
    sentence = models.TextField("constat")
    source = models.CharField("source", max_length=200, blank=True)
    since = models.DateField("depuis le", default=timezone.localdate)

    class Meta:
        verbose_name = "constat"
        ordering = ["team", "level", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["team", "code", "subject"],
                name="team_finding_unique",
                violation_error_message="Ce constat est déjà noté.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.team} : {self.sentence}"


class EligibilityLevel(models.Model):
    """The level of a rule that the association chooses, for a kind of team (association.eligibility)."""

    kind = models.CharField("nature d'équipe", max_length=12)
    rule = models.CharField("règle", max_length=40)
    level = models.CharField("niveau", max_length=10)
    changed_at = models.DateTimeField("modifié le", auto_now=True)
    changed_by = models.ForeignKey("association.User", models.PROTECT, related_name="+", verbose_name="par")

    class Meta:
        verbose_name = "réglage d'une règle"
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "rule"],
                name="eligibility_level_unique",
                violation_error_message="Cette règle a déjà un réglage pour cette nature d'équipe.",
            )
        ]

    def __str__(self) -> str:
        labels = {str(rule.code): rule.label for rule in CONFIGURABLE_RULES}
        kinds = dict(TeamKind.choices)
        return f"{labels.get(self.rule, self.rule)} : {kinds.get(self.kind, self.kind)}"
