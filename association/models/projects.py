"""The health project of a team, one row per version: nine questions, and what an ESS answers besides."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

from association.fields import ProseField
from association.machine import StateField, Stateful, transition
from association.models.teams import DECIDE, MANAGE, Team
from association.nomenclature import ActionType


def validate_planned_types(codes: list[str]) -> None:
    """Refuse unknown codes; none yet is a draft like another."""
    unknown = [code for code in codes if code not in ActionType.values]
    if unknown:
        raise ValidationError(f"Types d'action inconnus : {', '.join(unknown)}.")


class HealthProjectQuerySet(models.QuerySet["HealthProject"]):
    def visible_to(self, user: Any) -> HealthProjectQuerySet:
        """The versions of the teams in the user's scope; the ARS sees what was submitted to it."""
        if not user.has_perm("association.view_project"):
            return self.none()
        found = self.filter(team__in=Team.objects.visible_to(user))
        return found.exclude(state=HealthProject.State.DRAFT) if user.role == "ars" else found


class HealthProject(Stateful):
    """One version. Answers are free while it is a draft, and frozen by the database from the submission on.

    ``content``: what was submitted, in words (people, communes, themes as they were), written at the submission;
    the PDF and the comparison of a frozen version read nothing else (association.project_content).
    ``stamps``: who last wrote each section, when, and how often: ``{code: {"version", "by", "at"}}``.
    """

    lock_parents = ("team",)

    class State(models.TextChoices):
        DRAFT = "draft", "Brouillon"
        SUBMITTED = "submitted", "Déposé"
        ACCEPTED = "accepted", "Accepté"
        RETURNED = "returned", "À revoir"

    state = StateField(choices=State, default=State.DRAFT)
    team = models.ForeignKey(Team, models.PROTECT, related_name="projects", verbose_name="équipe")
    number = models.PositiveIntegerField("version")
    people_notes = ProseField("précisions sur les personnes", blank=True)
    problem = ProseField("problématique de santé", blank=True)
    problem_indicators = ProseField("indicateurs de l'existant", blank=True)
    present_ways = ProseField("modalités de travail actuelles", blank=True)
    means = ProseField("moyens d'action envisagés", blank=True)
    goals_patients = ProseField("objectifs pour les patients", blank=True)
    goals_professionals = ProseField("objectifs pour les professionnels", blank=True)
    shared_patients = models.PositiveIntegerField("patients communs", null=True, blank=True)
    covers_all_patients = models.BooleanField("toute la patientèle commune", null=True, blank=True)
    patients_concerned = models.PositiveIntegerField("patients concernés", null=True, blank=True)
    communes = models.ManyToManyField("association.Commune", blank=True, related_name="+", verbose_name="communes")
    epcis = models.ManyToManyField("association.Epci", blank=True, related_name="+", verbose_name="EPCI")
    cantons = ProseField("cantons", blank=True)
    building_from = models.DateField("construction à partir du", null=True, blank=True)
    submission_planned_on = models.DateField("dépôt prévu le", null=True, blank=True)
    starting_on = models.DateField("mise en œuvre à partir du", null=True, blank=True)
    calendar_notes = ProseField("précisions sur le calendrier", blank=True)
    themes = models.ManyToManyField("association.Theme", blank=True, related_name="+", verbose_name="thématiques")
    action_types = models.JSONField("actions prévues", default=list, blank=True, validators=[validate_planned_types])
    core_missions = ProseField("missions socle (ESS)", blank=True)
    territorial_diagnosis = ProseField("diagnostic territorial de santé (ESS)", blank=True)
    stamps = models.JSONField("écritures par rubrique", default=dict, blank=True, editable=False)
    content = models.JSONField("contenu déposé", null=True, blank=True, editable=False)
    submitted_on = models.DateField("déposé le", null=True, blank=True)
    created_at = models.DateTimeField("créé le", default=timezone.now)
    created_by = models.ForeignKey("association.User", models.PROTECT, related_name="+", verbose_name="par")

    ANSWERS = (
        "people_notes", "problem", "problem_indicators", "present_ways", "means", "goals_patients",
        "goals_professionals", "shared_patients", "covers_all_patients", "patients_concerned", "cantons",
        "building_from", "submission_planned_on", "starting_on", "calendar_notes", "action_types", "core_missions",
        "territorial_diagnosis",
    )  # fmt: skip

    objects = HealthProjectQuerySet.as_manager()

    class Meta:
        verbose_name = "projet de santé"
        ordering = ["team", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["team", "number"],
                name="health_project_number_unique",
                violation_error_message="Cette version du projet existe déjà.",
            ),
            models.UniqueConstraint(
                fields=["team"],
                condition=models.Q(state="draft"),
                name="health_project_one_draft",
                violation_error_message="Cette équipe a déjà une version en brouillon.",
            ),
            models.CheckConstraint(
                condition=models.Q(state="draft")
                | (models.Q(submitted_on__isnull=False) & models.Q(content__isnull=False)),
                name="health_project_submitted_is_frozen",
                violation_error_message="Une version déposée garde sa date et son contenu.",
            ),
        ]

    def __str__(self) -> str:
        return f"Projet de santé, version {self.number}"

    @transition(state, source=State.DRAFT, target=State.SUBMITTED, permission=MANAGE, label="Déposer")
    def submit(self, *, submitted_on: Any, content: Any) -> None:
        self.submitted_on, self.content = submitted_on, content

    @transition(state, source=State.SUBMITTED, target=State.ACCEPTED, permission=DECIDE, label="Accepter")
    def accept(self) -> None: ...

    @transition(
        state,
        source=State.SUBMITTED,
        target=State.RETURNED,
        permission=DECIDE,
        label="Rendre, à revoir",
        needs_comment=True,
    )
    def hand_back(self) -> None: ...
