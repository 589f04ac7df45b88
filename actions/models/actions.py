"""Declared actions and who took part in them. Counts and themes only: nothing about a patient."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone

from actions.gates import (
    by_its_author_or_the_office,
    by_members_of_the_day,
    has_participants,
    has_required_evidence,
    has_taken_place,
    is_paid_by_nobody_else,
    not_by_the_declarant,
    of_team_with_convention,
)
from association.fields import WordsField
from association.machine import StateField, Stateful, transition
from association.models import Team
from association.nomenclature import ActionType, Modality, ParticipationRole

DECLARE = "actions.declare_action"
VALIDATE = "actions.validate_action"


class ActionQuerySet(models.QuerySet["Action"]):
    def visible_to(self, user: Any) -> ActionQuerySet:
        """The actions of the teams that the user sees; who sees all teams sees all actions, without asking for each."""
        if not user.has_perm("actions.view_action"):
            return self.none()
        teams = Team.objects.visible_to(user)
        return self.filter(team__in=teams) if teams.query.has_filters() else self


class Action(Stateful):
    """One RCP, RCPP, PPS, protocol, prevention or ETP session, or the writing of the health project.

    ``held_on`` is the day of the meeting, or of the delivery of the document; it decides price and civil year.
    """

    lock_parents = ("team",)

    class State(models.TextChoices):
        DRAFT = "draft", "Brouillon"
        DECLARED = "declared", "Déclarée"
        TO_COMPLETE = "to_complete", "À compléter"
        VALIDATED = "validated", "Validée"
        NOT_RETAINED = "not_retained", "Non retenue"
        WITHDRAWN = "withdrawn", "Retirée"
        CANCELLED = "cancelled", "Annulée"
        DISCARDED = "discarded", "Abandonnée"

    state = StateField(choices=State, default=State.DRAFT)
    reference = models.CharField("référence", max_length=40, unique=True)
    team = models.ForeignKey(Team, models.PROTECT, related_name="actions", verbose_name="équipe")
    type = models.CharField("type", max_length=12, choices=ActionType)
    held_on = models.DateField("date")
    declared_on = models.DateField("déclarée le", null=True, blank=True)
    duration_minutes = models.PositiveIntegerField("durée (min)", null=True, blank=True)
    modality = models.CharField("modalité", max_length=12, choices=Modality, blank=True)
    theme = WordsField("thématique", max_length=120, blank=True)
    patients_count = models.PositiveIntegerField("patients concernés", null=True, blank=True)
    not_funded_elsewhere = models.BooleanField("non financée par ailleurs", default=False)
    # Of a PPS: the opaque number under which its attestation is kept here, never the plan itself.
    attestation_number = models.CharField("numéro d'attestation", max_length=24, blank=True, editable=False)
    # Who declared it last; nobody for what was imported.
    declared_by = models.ForeignKey(
        "association.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="déclarée par"
    )
    # A named decision lifts the deadline of declaration (docs/payment-rules.md, FORCLOS).
    deadline_lifted_by = models.ForeignKey(
        "association.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="délai levé par"
    )
    deadline_lifted_reason = WordsField("motif de la levée du délai", max_length=200, blank=True)
    # Of what was typed in a grid or brought by a spreadsheet: sent twice, it is written once.
    entry_key = models.CharField("clé de saisie", max_length=120, blank=True, db_default="", editable=False)
    created_at = models.DateTimeField("créée le", default=timezone.now)
    version = models.PositiveIntegerField("version de la fiche", default=0, editable=False)

    # What the journal follows, in the order of the form (association.journal).
    JOURNALED = (
        "team", "held_on", "type", "modality", "duration_minutes", "theme", "patients_count", "not_funded_elsewhere",
    )  # fmt: skip

    objects = ActionQuerySet.as_manager()

    class Meta:
        verbose_name = "action"
        ordering = ["-held_on", "reference"]
        indexes = [
            models.Index(fields=["held_on", "id"], name="action_held_on"),
            models.Index(fields=["state", "held_on"], name="action_state_held_on"),
            models.Index(fields=["team", "state", "held_on"], name="action_team_state_held_on"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["draft", "discarded"]) | models.Q(declared_on__isnull=False),
                name="action_declared_has_date",
                violation_error_message="Une action déclarée a une date de déclaration.",
            ),
            models.CheckConstraint(
                condition=models.Q(deadline_lifted_by__isnull=True) | ~models.Q(deadline_lifted_reason=""),
                name="action_deadline_lifted_has_reason",
                violation_error_message="La levée du délai demande un motif.",
            ),
            models.UniqueConstraint(
                fields=["attestation_number"],
                condition=~models.Q(attestation_number=""),
                name="action_attestation_number_unique",
                violation_error_message="Ce numéro d'attestation est déjà donné.",
            ),
            models.UniqueConstraint(
                fields=["entry_key"],
                condition=~models.Q(entry_key="") & ~models.Q(state="discarded"),
                name="action_entry_key_unique",
                violation_error_message="Cette ligne a déjà été enregistrée.",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @transition(
        state,
        source=[State.DRAFT, State.TO_COMPLETE],
        target=State.DECLARED,
        permission=DECLARE,
        label="Déclarer",
        guards=[
            has_participants,
            of_team_with_convention,
            has_taken_place,
            by_members_of_the_day,
            is_paid_by_nobody_else,
            has_required_evidence,
        ],
    )
    def declare(self, *, declared_by: Any) -> None:
        """The day of the first declaration is the one that the deadline counts (docs/payment-rules.md, FORCLOS)."""
        self.declared_on, self.declared_by = self.declared_on or timezone.localdate(), declared_by

    @transition(
        state,
        source=State.DECLARED,
        target=State.VALIDATED,
        permission=VALIDATE,
        label="Valider",
        guards=[has_participants, not_by_the_declarant],
    )
    def validate(self) -> None: ...

    @transition(
        state,
        source=State.DECLARED,
        target=State.TO_COMPLETE,
        permission=VALIDATE,
        label="Demander de compléter",
        needs_comment=True,
    )
    def return_to_declarant(self) -> None: ...

    @transition(
        state,
        source=State.DECLARED,
        target=State.NOT_RETAINED,
        permission=VALIDATE,
        label="Ne pas retenir",
        needs_comment=True,
        danger=True,
    )
    def turn_down(self) -> None: ...

    @transition(state, source=State.DECLARED, target=State.WITHDRAWN, permission=DECLARE, label="Retirer")
    def withdraw(self) -> None: ...

    @transition(
        state,
        source=State.DRAFT,
        target=State.DISCARDED,
        permission=DECLARE,
        label="Abandonner ce brouillon",
        guards=[by_its_author_or_the_office],
    )
    def discard(self) -> None:
        """What was never declared goes out of the way; its row and its journal stay."""

    @transition(
        state,
        source=State.VALIDATED,
        target=State.CANCELLED,
        permission=VALIDATE,
        label="Annuler",
        needs_comment=True,
        danger=True,
    )
    def cancel(self) -> None:
        """A validated action is never edited: it is cancelled with a reason and declared anew."""


class Participation(models.Model):
    """One professional's part in one action, in one role.

    A participation that staff refused neither counts nor earns; what it had earned is reversed by the next run.
    """

    action = models.ForeignKey(
        Action, models.PROTECT, related_name="participations", db_index=False, verbose_name="action"
    )
    professional = models.ForeignKey(
        "association.Professional", models.PROTECT, related_name="participations", verbose_name="professionnel"
    )
    role = models.CharField("rôle", max_length=12, choices=ParticipationRole)
    refused_at = models.DateTimeField("refusée le", null=True, blank=True)
    refused_by = models.ForeignKey(
        "association.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="refusée par"
    )
    refused_reason = WordsField("motif du refus", max_length=200, blank=True)

    class Meta:
        verbose_name = "participation"
        ordering = ["action", "professional"]
        indexes = [
            # How many took part is counted for each action of a list.
            models.Index(
                fields=["action"], condition=models.Q(refused_at__isnull=True), name="participation_not_refused"
            ),
            # The few refused ones: each run and the meter look for those that had earned something.
            models.Index(
                fields=["refused_at"], condition=models.Q(refused_at__isnull=False), name="participation_refused"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["action", "professional"],
                name="participation_unique",
                violation_error_message="Ce professionnel figure déjà dans cette action.",
            ),
            models.CheckConstraint(
                condition=models.Q(refused_at__isnull=True)
                | (models.Q(refused_by__isnull=False) & ~models.Q(refused_reason="")),
                name="participation_refused_has_reason",
                violation_error_message="Un refus porte un nom et un motif.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.professional} : {self.action}"
