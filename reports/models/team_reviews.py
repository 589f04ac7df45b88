"""The yearly review (bilan annuel) that each team under convention owes to the association."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone

from association.fields import ProseField, WordsField
from association.machine import StateField, Stateful, transition
from association.models import Team

WRITE, VALIDATE = "reports.write_review", "reports.validate_review"
# Of an objective: the team says where it stands, and not that it let it rest.
FOLLOWED = ~models.Q(value="") | models.Q(result__in=["atteint", "partiel", "non_atteint"])


def every_objective_is_answered(review: TeamReview, actor: Any, arguments: Any) -> str | None:
    """Each objective has its value or its result: without them nothing says how the project goes."""
    every = list(review.objectives.all())
    if not every:
        return "Ajoutez au moins un objectif de votre projet de santé, avec sa valeur ou son résultat."
    if blank := [one for one in every if not one.statement.strip()]:
        return f"L'objectif {blank[0].place} n'a pas de texte : écrivez-le, ou retirez-le."
    rows = [one for one in every if not one.is_followed]
    if rows:
        said = "Un objectif est resté" if len(rows) == 1 else f"{len(rows)} objectifs sont restés"
        return f"{said} sans valeur ni résultat : complétez-les, ou dites « non suivi »."
    return None


def says_something(review: TeamReview, actor: Any, arguments: Any) -> str | None:
    if not review.difficulties.strip() and not review.plans.strip():
        return "Écrivez au moins les difficultés rencontrées ou les projets de l'année qui vient."
    return None


class TeamReviewQuerySet(models.QuerySet["TeamReview"]):
    def visible_to(self, user: Any) -> TeamReviewQuerySet:
        """The reviews of the teams that the user sees."""
        if not user.has_perm("reports.view_review"):
            return self.none()
        return self.filter(team__in=Team.objects.visible_to(user))

    def expected(self) -> TeamReviewQuerySet:
        """Those that the association counts on: asked for, and not waived."""
        return self.exclude(state=TeamReview.State.WAIVED)

    def late(self, on: date) -> TeamReviewQuerySet:
        """Those that the team still owes after their day."""
        return self.filter(state__in=TeamReview.OPEN, due_on__lt=on)


class TeamReview(Stateful):
    """What a team under convention says of one civil year: objectives of its project, difficulties, plans, figures.

    While it is open its figures are counted anew each time it is shown; handing it in freezes them in ``figures``.
    """

    lock_parents = ("team",)

    class State(models.TextChoices):
        TO_FILL = "to_fill", "À remplir"
        SUBMITTED = "submitted", "Remis"
        RETURNED = "returned", "À revoir"
        VALIDATED = "validated", "Validé"
        WAIVED = "waived", "Dispensé"

    OPEN = (State.TO_FILL, State.RETURNED)
    RECEIVED = (State.SUBMITTED, State.VALIDATED)

    state = StateField(choices=State, default=State.TO_FILL)
    team = models.ForeignKey(Team, models.PROTECT, related_name="reviews", verbose_name="équipe")
    year = models.PositiveSmallIntegerField("année")
    project = models.ForeignKey(
        "association.HealthProject",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="projet de santé",
    )
    opened_on = models.DateField("demandé le", default=timezone.localdate)
    due_on = models.DateField("attendu le")
    # The reminder that was last done, by the day for which it was planned: the plan hangs on `due_on` and never drifts.
    reminded_for = models.DateField("dernière échéance de relance traitée", null=True, blank=True, editable=False)
    reminded_at = models.DateTimeField("relancé le", null=True, blank=True, editable=False)
    difficulties = ProseField("difficultés rencontrées", blank=True)
    plans = ProseField("projets de l'année qui vient", blank=True)
    stamps = models.JSONField("écritures par rubrique", default=dict, blank=True, editable=False)
    figures = models.JSONField("chiffres remis", null=True, blank=True, editable=False)
    submitted_on = models.DateField("remis le", null=True, blank=True)
    validated_on = models.DateField("validé le", null=True, blank=True)
    created_at = models.DateTimeField("créé le", default=timezone.now)

    TEXTS = ("difficulties", "plans")

    objects = TeamReviewQuerySet.as_manager()

    class Meta:
        verbose_name = "bilan annuel"
        verbose_name_plural = "bilans annuels"
        ordering = ["-year", "team"]
        indexes = [models.Index(fields=["year", "state"], name="team_review_year_state")]
        constraints = [
            models.UniqueConstraint(
                fields=["team", "year"],
                name="team_review_one_per_year",
                violation_error_message="Cette équipe a déjà un bilan pour cette année.",
            ),
            models.CheckConstraint(
                condition=models.Q(year__gte=2000, year__lte=2100),
                name="team_review_likely_year",
                violation_error_message="L'année d'un bilan se place entre 2000 et 2100.",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["submitted", "validated"])
                | (models.Q(submitted_on__isnull=False) & models.Q(figures__isnull=False)),
                name="team_review_submitted_has_figures",
                violation_error_message="Un bilan remis garde sa date et ses chiffres.",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="validated") | models.Q(validated_on__isnull=False),
                name="team_review_validated_has_date",
                violation_error_message="Un bilan validé garde la date de sa validation.",
            ),
        ]

    def __str__(self) -> str:
        return f"Bilan {self.year}"

    @property
    def is_open(self) -> bool:
        """Whether it is still written."""
        return self.state in self.OPEN

    @transition(
        state,
        source=[State.TO_FILL, State.RETURNED],
        target=State.SUBMITTED,
        permission=WRITE,
        label="Remettre le bilan",
        guards=[every_objective_is_answered, says_something],
    )
    def submit(self, *, submitted_on: date, figures: Any) -> None:
        """From here on the database refuses changes of words and figures until it is handed back."""
        self.submitted_on, self.figures = submitted_on, figures

    @transition(state, source=State.SUBMITTED, target=State.VALIDATED, permission=VALIDATE, label="Valider")
    def validate(self, *, validated_on: date) -> None:
        self.validated_on = validated_on

    @transition(
        state,
        source=State.SUBMITTED,
        target=State.RETURNED,
        permission=VALIDATE,
        label="Rendre, à revoir",
        needs_comment=True,
    )
    def hand_back(self, *, due_on: date) -> None:
        self.due_on = due_on

    @transition(
        state,
        source=[State.TO_FILL, State.RETURNED],
        target=State.WAIVED,
        permission=VALIDATE,
        label="Dispenser de bilan",
        needs_comment=True,
    )
    def waive(self) -> None:
        """Nobody is left to write it: the team was dissolved, or became something else."""

    @transition(state, source=State.WAIVED, target=State.TO_FILL, permission=VALIDATE, label="Demander de nouveau")
    def ask_again(self, *, due_on: date) -> None:
        self.due_on = due_on


class ReviewObjective(models.Model):
    """One objective of the project in a review: how it is measured, and where the team stands.

    ``frozen`` follows the review: while it is true the database refuses other words.
    """

    class Audience(models.TextChoices):
        PATIENTS = "patients", "Pour les patients"
        PROFESSIONALS = "professionnels", "Pour les professionnels"

    class Result(models.TextChoices):
        REACHED = "atteint", "Atteint"
        PARTLY = "partiel", "Partiellement atteint"
        NOT_REACHED = "non_atteint", "Non atteint"
        NOT_FOLLOWED = "non_suivi", "Non suivi cette année"

    review = models.ForeignKey(TeamReview, models.PROTECT, related_name="objectives", verbose_name="bilan")
    place = models.PositiveSmallIntegerField("rang")
    audience = models.CharField("pour qui", max_length=16, choices=Audience)
    statement = ProseField("objectif")
    indicator = WordsField("indicateur", max_length=300, blank=True)
    value = WordsField("valeur de l'année", max_length=150, blank=True)
    result = models.CharField("résultat", max_length=12, choices=Result, blank=True)
    comment = ProseField("commentaire", blank=True)
    of_project = models.BooleanField("repris du projet de santé", default=False)
    frozen = models.BooleanField("figé", default=False, editable=False)

    ANSWERS = ("audience", "statement", "indicator", "value", "result", "comment")

    class Meta:
        verbose_name = "objectif d'un bilan"
        verbose_name_plural = "objectifs d'un bilan"
        ordering = ["review", "place"]
        constraints = [
            models.UniqueConstraint(
                fields=["review", "place"],
                name="review_objective_place_unique",
                violation_error_message="Ce rang est déjà pris dans ce bilan.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.review}, objectif {self.place}"

    @property
    def is_followed(self) -> bool:
        """Whether the team said where it stands; « non suivi » is an answer too."""
        return bool(self.value.strip() or self.result)

    @property
    def code(self) -> str:
        """The section of the review in which it is written."""
        return f"objectif-{self.pk}"


class ReviewSettings(models.Model):
    """When reviews are due and when teams are reminded; one row. The days hang on the due date of each review."""

    due_month = models.PositiveSmallIntegerField(
        "mois de l'échéance", default=3, validators=[MinValueValidator(1), MaxValueValidator(6)]
    )
    due_day = models.PositiveSmallIntegerField(
        "jour de l'échéance", default=31, validators=[MinValueValidator(1), MaxValueValidator(31)]
    )
    remind_before_days = models.PositiveSmallIntegerField(
        "première relance, jours avant l'échéance", default=15, validators=[MaxValueValidator(90)]
    )
    remind_every_days = models.PositiveSmallIntegerField(
        "relances ensuite, tous les (jours)", default=15, validators=[MinValueValidator(3), MaxValueValidator(90)]
    )
    remind_times = models.PositiveSmallIntegerField(
        "relances après l'échéance, au plus", default=3, validators=[MaxValueValidator(12)]
    )
    version = models.PositiveIntegerField("version des réglages", default=0, editable=False)

    class Meta:
        verbose_name = "réglages des bilans"
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="review_settings_one_row")]

    def __str__(self) -> str:
        return "Réglages des bilans"

    @classmethod
    def current(cls) -> ReviewSettings:
        """Return the settings in force (the defaults until somebody changes one)."""
        return cls.objects.filter(pk=1).first() or cls(pk=1)
