"""What the ARS does with a submitted project: an opinion, complements asked for, a decision."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone

from association.fields import ProseField, WordsField
from association.models.projects import HealthProject
from association.models.teams import Team, state_label


class RecognitionRequestQuerySet(models.QuerySet["RecognitionRequest"]):
    def visible_to(self, user: Any) -> RecognitionRequestQuerySet:
        """The requests of the teams in the user's scope."""
        if not user.has_perm("association.view_recognition"):
            return self.none()
        return self.filter(team__in=Team.objects.visible_to(user))


class RecognitionRequest(models.Model):
    """One submission to the ARS (of an ESP CLAP: its enregistrement). What is open follows from the team's state."""

    class Opinion(models.TextChoices):
        FAVOURABLE = "favorable", "Favorable"
        RESERVED = "reserve", "Favorable avec réserves"
        UNFAVOURABLE = "defavorable", "Défavorable"

    class Decision(models.TextChoices):
        ACCEPTED = "reconnue", "Reconnue"
        REFUSED = "refusee", "Refusée"

    team = models.ForeignKey(Team, models.PROTECT, related_name="recognition_requests", verbose_name="équipe")
    # None for a dossier that was submitted before this register: its project is on paper, at the ARS.
    project = models.OneToOneField(
        HealthProject,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="recognition_request",
        verbose_name="projet de santé",
    )
    submitted_on = models.DateField("déposée le")
    submitted_by = models.ForeignKey("association.User", models.PROTECT, related_name="+", verbose_name="par")
    opinion_due_on = models.DateField("avis attendu pour le")
    opinion = models.CharField("avis de la délégation", max_length=12, choices=Opinion, blank=True)
    opinion_text = ProseField("motif de l'avis", blank=True)
    opinion_on = models.DateField("avis rendu le", null=True, blank=True)
    opinion_by = models.ForeignKey(
        "association.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="avis de"
    )
    decision = models.CharField("décision", max_length=12, choices=Decision, blank=True)
    decided_on = models.DateField("décision du", null=True, blank=True)
    letter_reference = WordsField("référence du courrier", max_length=80, blank=True)
    letter = models.ForeignKey(
        "association.Document", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="courrier"
    )
    reason = ProseField("motif", blank=True)
    decided_by = models.ForeignKey(
        "association.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="enregistrée par"
    )

    # Handed back for complements: the next submission is a request of its own.
    closed_at = models.DateTimeField("rendue le", null=True, blank=True)
    version = models.PositiveIntegerField("version de la fiche", default=0, editable=False)

    objects = RecognitionRequestQuerySet.as_manager()

    class Meta:
        verbose_name = "demande de reconnaissance"
        ordering = ["team", "-submitted_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["team"],
                condition=models.Q(decision="") & models.Q(closed_at__isnull=True),
                name="recognition_one_open",
                violation_error_message="Une demande est déjà en cours d'instruction pour cette équipe.",
            ),
            models.CheckConstraint(
                condition=models.Q(decision="") | (models.Q(decided_on__isnull=False) & ~models.Q(letter_reference="")),
                name="recognition_decision_has_letter",
                violation_error_message="Une décision a une date et la référence de son courrier.",
            ),
            models.CheckConstraint(
                condition=~models.Q(decision="refusee") | ~models.Q(reason=""),
                name="recognition_refusal_has_reason",
                violation_error_message="Un refus a un motif.",
            ),
            models.CheckConstraint(
                condition=models.Q(opinion="") | models.Q(opinion_on__isnull=False),
                name="recognition_opinion_has_date",
                violation_error_message="Un avis a une date.",
            ),
        ]

    def __str__(self) -> str:
        return f"Demande du {self.submitted_on:%d/%m/%Y}"

    @staticmethod
    def opinion_expected(submitted_on: date) -> date:
        """Return the day by which the délégation gives its opinion (setting OPINION_DAYS)."""
        return submitted_on + timedelta(days=settings.OPINION_DAYS)

    @property
    def decision_label(self) -> str:
        """What the ARS decided, in the words of the team's kind; nothing before it has."""
        accepted = self.decision == self.Decision.ACCEPTED
        return state_label(self.team.kind, Team.State.RECOGNISED) if accepted else self.get_decision_display()

    @property
    def is_open(self) -> bool:
        """Whether the ARS still has it in hand: neither decided nor handed back."""
        return not self.decision and self.closed_at is None


class ComplementPoint(models.Model):
    """One thing that is missing, asked for by the ARS, and its answer."""

    class Kind(models.TextChoices):
        DOCUMENT = "piece", "Pièce manquante"
        PEOPLE = "personnes", "Composition de l’équipe"
        SECTION = "rubrique", "Rubrique du projet à compléter"
        STRUCTURE = "structure", "Structure juridique"
        MESSAGING = "messagerie", "Messagerie sécurisée"
        OTHER = "autre", "Autre"

    request = models.ForeignKey(
        RecognitionRequest, models.CASCADE, related_name="points", verbose_name="demande de reconnaissance"
    )
    kind = models.CharField("nature", max_length=12, choices=Kind)
    text = ProseField("ce qui manque")
    due_on = models.DateField("attendu pour le")
    asked_at = models.DateTimeField("demandé le", default=timezone.now)
    asked_by = models.ForeignKey("association.User", models.PROTECT, related_name="+", verbose_name="par")
    answer = ProseField("réponse", blank=True)
    answered_at = models.DateTimeField("répondu le", null=True, blank=True)
    answered_by = models.ForeignKey(
        "association.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="réponse de"
    )
    version = models.PositiveIntegerField("version de la fiche", default=0, editable=False)

    class Meta:
        verbose_name = "complément demandé"
        ordering = ["request", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(answered_at__isnull=True) | ~models.Q(answer=""),
                name="complement_answered_has_text",
                violation_error_message="Écrivez la réponse à ce point.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} : {self.text}"
