"""What the reports are made from besides numbers: templates, due dates, targets."""

from __future__ import annotations

import re
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import models

from association.fields import WordsField
from association.identifiers import refuse_nir
from reports.indicators.model import Section
from reports.periods import Period, Rhythm

MOST_TEXT = 4_000  # characters of a commentary


# A mail address, the eleven digits of an RPPS, or an IBAN in any grouping: the ARS receives none of them.
NAMES_SOMEBODY = re.compile(
    r"[\w.+-]+@[\w-]+\.\w+|(?<!\d)1\d{10}(?!\d)|\b[A-Z]{2}\d{2}(?:[ \u00a0\u202f]?[A-Z0-9]){11,30}\b"
)


def validate_plan(plan: object) -> None:
    """Refuse a plan that is not a list of different chapters with a text each, and a text that holds a NIR."""
    if not isinstance(plan, list) or not plan:
        raise ValidationError("Gardez au moins un chapitre.")
    codes = [part.get("code") for part in plan if isinstance(part, dict)]
    if len(codes) != len(plan) or len(set(codes)) != len(codes) or not set(codes) <= set(Section):
        raise ValidationError("Le plan nomme un chapitre inconnu, ou deux fois le même.")
    for part in plan:
        text = part.get("text", "")
        if not isinstance(text, str) or len(text) > MOST_TEXT:
            raise ValidationError(f"Un commentaire compte au plus {MOST_TEXT} caractères.")
        refuse_nir(text)
        if found := NAMES_SOMEBODY.search(text):
            raise ValidationError(
                f"Un commentaire ne désigne personne : retirez « {found[0].strip()[:40]} », qui ressemble à un "
                "courriel, à un RPPS ou à un IBAN."
            )


def usual_plan() -> list[dict[str, str]]:
    """Return all chapters in their usual order, without a text."""
    return [{"code": section.value, "text": ""} for section in Section]


class ReportTemplateQuerySet(models.QuerySet["ReportTemplate"]):
    def offered(self) -> ReportTemplateQuerySet:
        """Those that a new report or a new schedule may take."""
        return self.filter(retired_at__isnull=True)


class ReportTemplate(models.Model):
    """A plan to begin with: the chapters in their order, each with the text that always stands in it.

    ``retired_at``: since when no new report takes it; those that did keep it.
    """

    name = WordsField("nom", max_length=100, unique=True, error_messages={"unique": "Un modèle porte déjà ce nom."})
    plan = models.JSONField("plan", default=usual_plan, validators=[validate_plan])
    retired_at = models.DateTimeField("retiré le", null=True, blank=True)
    version = models.PositiveIntegerField("version de la fiche", default=0, editable=False)

    objects = ReportTemplateQuerySet.as_manager()

    class Meta:
        verbose_name = "modèle de rapport"
        verbose_name_plural = "modèles de rapport"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class ReportSchedule(models.Model):
    """A report that is owed again and again: of each period of a rhythm, so many days after its end.

    The day follows from the calendar alone, so that a report handed over late moves none of the next ones.
    """

    class Every(models.IntegerChoices):
        MONTH = 1, "Chaque mois"
        QUARTER = 3, "Chaque trimestre"
        HALF = 6, "Chaque semestre"
        YEAR = 12, "Chaque année"

    template = models.ForeignKey(ReportTemplate, models.PROTECT, related_name="schedules", verbose_name="modèle")
    department = models.ForeignKey(
        "association.Department", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="département"
    )
    every = models.PositiveSmallIntegerField("rythme", choices=Every, default=Every.QUARTER)
    days_after = models.PositiveSmallIntegerField("jours après la fin de la période", default=30)
    starts_on = models.DateField("à partir du")
    is_active = models.BooleanField("en cours", default=True)

    class Meta:
        verbose_name = "échéance de rapport"
        verbose_name_plural = "échéances de rapport"
        ordering = ["every", "department", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(every__in=[1, 3, 6, 12]),
                name="report_schedule_rhythm_known",
                violation_error_message="Le rythme est le mois, le trimestre, le semestre ou l’année.",
            ),
            models.CheckConstraint(
                condition=models.Q(days_after__lte=366),
                name="report_schedule_days_in_range",
                violation_error_message="Une échéance tombe au plus 366 jours après la fin de la période.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_every_display()}, {self.department or 'région'}"

    def due_on(self, period: Period) -> date:
        """Return the day on which the report of a period is owed."""
        return period.last + timedelta(days=self.days_after)

    def periods(self, *, until: date) -> list[Period]:
        """Return the periods that are owed and end by a day, the first one first."""
        rhythm = Rhythm(self.every)
        period, found = rhythm.period_of(self.starts_on), []
        while period.last <= until:
            found.append(period)
            period = rhythm.after(period)
        return found
