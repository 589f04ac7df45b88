"""A report to the ARS, its frozen versions, and who handed them over."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from django.db import models
from django.utils import timezone

from association.fields import WordsField
from association.machine import StateField, Stateful, transition
from reports.models.planning import ReportTemplate, usual_plan, validate_plan
from reports.periods import Period

BUILD = "reports.build_report"
RECEIVE = "reports.receive_report"


def its_period_has_begun(report: Report, actor: Any, arguments: Any) -> str | None:
    if report.first_on > timezone.localdate():
        return "Cette période n'a pas commencé : il n'y a rien à compter."
    return None


def is_not_who_built_it(report: Report, actor: Any, arguments: Any) -> str | None:
    """Four eyes, as for a payment run."""
    if report.generated_by_id == actor.pk:
        return "Vous avez produit ce rapport : une autre personne doit l'approuver."
    return None


def its_period_has_ended(report: Report, actor: Any, arguments: Any) -> str | None:
    if report.last_on >= timezone.localdate():
        return f"La période se termine le {report.last_on:%d/%m/%Y} : le rapport ne s'approuve qu'ensuite."
    return None


def its_documents_are_made(report: Report, actor: Any, arguments: Any) -> str | None:
    version = report.versions.order_by("-number").first()
    if version is None or version.sealed_at is None:
        return "Le PDF et le classeur ne sont pas encore faits : attendez la fin de la tâche."
    return None


def is_of_whom_it_was_sent_to(report: Report, actor: Any, arguments: Any) -> str | None:
    """A délégation reads the region's reports; the région answers them."""
    if actor.role == "ars" and actor.department_id and report.department_id != actor.department_id:
        return "Ce rapport est celui de la région : c'est la région qui y répond."
    return None


class ReportQuerySet(models.QuerySet["Report"]):
    def visible_to(self, user: Any) -> ReportQuerySet:
        """The office sees all; the ARS what was transmitted; a délégation, of its department or of the region.

        The region's names teams and adds people up: it is what the région itself reads (docs/decisions/0031).
        """
        if not user.has_perm("reports.view_report"):
            return self.none()
        if user.role != "ars":
            return self
        sent = ReportTransmission.objects.filter(version__report=models.OuterRef("pk"))
        seen = self.filter(models.Exists(sent))
        if not user.department_id:
            return seen
        return seen.filter(models.Q(department=user.department_id) | models.Q(department__isnull=True))


class Report(Stateful):
    """What the ARS receives of a period, for the region or for a department.

    ``plan``: the chapters in their order, each with the commentary that somebody typed: ``[{"code", "text"}]``.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "Brouillon"
        GENERATED = "generated", "Produit"
        APPROVED = "approved", "Approuvé"
        TRANSMITTED = "transmitted", "Transmis"
        ACKNOWLEDGED = "acknowledged", "Accusé réception"

    SEALED = (State.APPROVED, State.TRANSMITTED, State.ACKNOWLEDGED)

    state = StateField(choices=State, default=State.DRAFT)
    first_on = models.DateField("du")
    last_on = models.DateField("au")
    department = models.ForeignKey(
        "association.Department", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="département"
    )
    template = models.ForeignKey(ReportTemplate, models.PROTECT, related_name="reports", verbose_name="modèle")
    plan = models.JSONField("plan et commentaires", default=usual_plan, validators=[validate_plan])
    due_on = models.DateField("attendu le", null=True, blank=True)
    generated_by = models.ForeignKey(
        "association.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="produit par"
    )
    approved_by = models.ForeignKey(
        "association.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="approuvé par"
    )
    approved_at = models.DateTimeField("approuvé le", null=True, blank=True)
    created_by = models.ForeignKey("association.User", models.PROTECT, related_name="+", verbose_name="par")
    created_at = models.DateTimeField("créé le", default=timezone.now)
    version = models.PositiveIntegerField("version de la fiche", default=0, editable=False)

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = "rapport d’activité"
        verbose_name_plural = "rapports d’activité"
        ordering = ["-last_on", "-first_on", "department", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(last_on__gte=models.F("first_on")),
                name="report_dates_in_order",
                violation_error_message="La fin de la période précède son début.",
            ),
            models.UniqueConstraint(
                fields=["first_on", "last_on", "template"],
                condition=models.Q(department__isnull=True),
                name="report_one_of_region",
                violation_error_message="Ce rapport existe déjà.",
            ),
            models.UniqueConstraint(
                fields=["first_on", "last_on", "template", "department"],
                condition=models.Q(department__isnull=False),
                name="report_one_of_department",
                violation_error_message="Ce rapport existe déjà.",
            ),
            models.CheckConstraint(
                condition=models.Q(approved_by__isnull=True) | ~models.Q(approved_by=models.F("generated_by")),
                name="report_four_eyes",
                violation_error_message="Qui produit un rapport ne l'approuve pas.",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["approved", "transmitted", "acknowledged"])
                | models.Q(approved_by__isnull=False, approved_at__isnull=False),
                name="report_approved_has_name",
                violation_error_message="Un rapport approuvé porte un nom et une date.",
            ),
        ]

    def __str__(self) -> str:
        return f"Rapport d’activité, {self.period.in_words}, {self.scope_name}"

    @property
    def period(self) -> Period:
        """From its first to its last day."""
        return Period(self.first_on, self.last_on)

    @property
    def scope_name(self) -> str:
        """The department, or « région »."""
        return str(self.department) if self.department else "région"

    @transition(
        state,
        source=[State.DRAFT, State.GENERATED],
        target=State.GENERATED,
        permission=BUILD,
        label="Produire",
        guards=[its_period_has_begun],
    )
    def generate(self, *, by: Any) -> None:
        self.generated_by = by

    @transition(
        state,
        source=State.GENERATED,
        target=State.APPROVED,
        permission="reports.approve_report",
        label="Approuver",
        guards=[is_not_who_built_it, its_period_has_ended],
    )
    def approve(self, *, by: Any) -> None:
        """From here on the plan is frozen by the database, as the numbers have been since they were taken."""
        self.approved_by, self.approved_at = by, timezone.now()

    @transition(
        state,
        source=[State.GENERATED, State.APPROVED],
        target=State.DRAFT,
        permission=BUILD,
        label="Reprendre en brouillon",
        needs_comment=True,
    )
    def take_back(self) -> None:
        self.approved_by = self.approved_at = None

    @transition(
        state,
        source=State.APPROVED,
        target=State.TRANSMITTED,
        permission="reports.transmit_report",
        label="Transmettre à l’ARS",
        guards=[its_documents_are_made],
    )
    def transmit(self) -> None: ...

    @transition(
        state,
        source=State.TRANSMITTED,
        target=State.ACKNOWLEDGED,
        permission=RECEIVE,
        label="Accuser réception",
        guards=[is_of_whom_it_was_sent_to],
    )
    def acknowledge(self) -> None: ...

    @transition(
        state,
        source=State.TRANSMITTED,
        target=State.DRAFT,
        permission=RECEIVE,
        label="Rendre, à revoir",
        guards=[is_of_whom_it_was_sent_to],
        needs_comment=True,
        danger=True,
    )
    def hand_back(self) -> None:
        """What was transmitted stays; a next version follows."""
        self.approved_by = self.approved_at = None


class ReportVersion(models.Model):
    """The numbers of a report as they were taken at a moment, with their definitions; written once.

    ``snapshot``: canonical JSON (reports.snapshot); ``sha256`` is over exactly these characters.
    ``changes``: what differs from the version before, and why. ``words``: the plan as it was approved.
    ``pdf`` and ``workbook`` are drafts, made again at will, until the version is sealed.
    """

    report = models.ForeignKey(Report, models.PROTECT, related_name="versions", verbose_name="rapport")
    number = models.PositiveIntegerField("version")
    snapshot = models.TextField("chiffres figés", editable=False)
    sha256 = models.CharField("empreinte SHA-256", max_length=64, editable=False)
    changes = models.JSONField("changements depuis la version précédente", default=dict, editable=False)
    words = models.JSONField("plan approuvé", null=True, blank=True, editable=False)
    made_by = models.ForeignKey("association.User", models.PROTECT, related_name="+", verbose_name="par")
    made_at = models.DateTimeField("faite le", default=timezone.now)
    pdf = models.ForeignKey(
        "association.Document", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="PDF"
    )
    workbook = models.ForeignKey(
        "association.Document", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="classeur"
    )
    sealed_at = models.DateTimeField("documents définitifs le", null=True, blank=True)

    class Meta:
        verbose_name = "version d’un rapport"
        verbose_name_plural = "versions des rapports"
        ordering = ["report", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["report", "number"],
                name="report_version_number_unique",
                violation_error_message="Cette version du rapport existe déjà.",
            ),
            models.CheckConstraint(
                condition=models.Q(sealed_at__isnull=True)
                | models.Q(words__isnull=False, pdf__isnull=False, workbook__isnull=False),
                name="report_version_sealed_is_whole",
                violation_error_message="Une version définitive a son plan, son PDF et son classeur.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.report}, version {self.number}"

    @property
    def numbers(self) -> dict[str, Any]:
        """The frozen numbers, read back."""
        found: dict[str, Any] = json.loads(self.snapshot)
        return found

    @property
    def made_on(self) -> date:
        """The day on which the numbers were taken, in Paris."""
        return timezone.localdate(self.made_at)


class ReportTransmission(models.Model):
    """Who handed which version to whom, and when. Append-only."""

    version = models.OneToOneField(ReportVersion, models.PROTECT, related_name="transmission", verbose_name="version")
    recipient = WordsField("destinataire", max_length=200)
    note = WordsField("message", max_length=500, blank=True)
    sent_by = models.ForeignKey("association.User", models.PROTECT, related_name="+", verbose_name="par")
    sent_at = models.DateTimeField("transmise le", default=timezone.now)

    class Meta:
        verbose_name = "transmission d’un rapport"
        verbose_name_plural = "transmissions des rapports"
        ordering = ["-sent_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(recipient=""),
                name="report_transmission_has_recipient",
                violation_error_message="Indiquez à qui le rapport est transmis.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.version} à {self.recipient}"
