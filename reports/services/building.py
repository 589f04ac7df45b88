"""Producing a report: numbers taken and frozen, then its documents, as a job that may be done twice."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from association.documents import XLSX, draft_folder, store_file
from association.jobs import JobFailed, request_job
from association.machine import TransitionRefused
from association.models import Department, Document, Job, User
from association.permissions import require
from association.registries import Progress
from association.workflow import enter_at, fire, lock
from reports.document.content import Content, content_of
from reports.document.pdf import write_report_pdf
from reports.document.workbook import write_report_workbook
from reports.indicators import Scope, measure
from reports.indicators.grants import targets_on
from reports.models import Report, ReportTemplate, ReportVersion
from reports.periods import Period
from reports.selectors.changes import changes
from reports.selectors.review_texts import review_texts
from reports.snapshot import canonical, checksum, numbers_of

BUILD_JOB, SEAL_JOB = "reports.build_report", "reports.seal_report"
PDF = "application/pdf"
OPEN_FILE = "reports.open_file"
STEPS = 4  # of a production: the period, the year before, the PDF, the workbook


def usual_template() -> ReportTemplate:
    """Return the first template in service; before anybody made one, that of all chapters is made."""
    found = ReportTemplate.objects.offered().order_by("pk").first()
    return found or ReportTemplate.objects.create(name="Rapport d’activité")


def start_report(
    *,
    period: Period,
    department: Department | None,
    template: ReportTemplate,
    actor: User,
    due_on: Any = None,
) -> Report:
    """Return the report of a period, made as a draft with the template's plan if there is none yet."""
    require(actor, "reports.build_report")
    same = Report.objects.filter(first_on=period.first, last_on=period.last, department=department, template=template)
    with transaction.atomic():
        if found := same.first():
            return found
        report = Report(
            first_on=period.first,
            last_on=period.last,
            department=department,
            template=template,
            plan=template.plan,
            due_on=due_on,
            created_by=actor,
        )
        return enter_at([(report, Report.State.DRAFT)], actor=actor, origin="")[0]


def build_key(report: Report) -> str:
    """Return the key of the jobs that produce a report."""
    return f"{BUILD_JOB}:{report.pk}"


def seal_key(report: Report) -> str:
    """Return the key of the jobs that make a report's final documents."""
    return f"{SEAL_JOB}:{report.pk}"


def request_build(*, report: Report, actor: User) -> Job:
    """Ask for the production of a report; a second press gets the same job.

    Raises:
        TransitionRefused: when it is approved already.
    """
    require(actor, "reports.build_report")
    if report.state not in (Report.State.DRAFT, Report.State.GENERATED):
        raise TransitionRefused(
            f"Ce rapport est « {report.get_state_label()} » : reprenez-le en brouillon pour le produire de nouveau."
        )
    return request_job(
        kind=BUILD_JOB,
        title=str(report),
        key=build_key(report),
        params={"report": report.pk},
        actor=actor,
    )


def build_job(job: Job, progress: Progress) -> dict[str, Any]:
    """Do a production asked for."""
    report = Report.objects.get(pk=job.params["report"])
    try:
        version = build_report(report=report, actor=job.created_by, progress=progress)
    except TransitionRefused as refused:
        raise JobFailed(refused.reason) from refused
    return {"report_id": report.pk, "version": version.number}


def build_report(*, report: Report, actor: User, progress: Progress | None = None) -> ReportVersion:
    """Take the numbers of a report, freeze them as its next version, and make its draft documents.

    When no number and no definition differs from the last version, that one stays: nothing is written twice.

    Raises:
        TransitionRefused: with the reason in French.
    """
    _say(progress, total=STEPS)
    scope, period = Scope(report.department_id or ""), report.period
    with one_view_of_the_data():
        told = measure(scope, period)
        _say(progress)
        before = measure(scope, period.year_before)
        targets = targets_on(scope, period)
        reviews = review_texts(scope, period)
    _say(progress)
    numbers = numbers_of(scope, period, told, before, targets, reviews)
    snapshot = canonical(numbers)
    with transaction.atomic():
        fresh = fire(report, "generate", actor=actor, by=actor)
        last = fresh.versions.first()
        if last is None or last.sealed_at is not None or last.snapshot != snapshot:
            last = ReportVersion.objects.create(
                report=fresh,
                number=last.number + 1 if last else 1,
                snapshot=snapshot,
                sha256=checksum(snapshot),
                changes=changes(last.numbers, numbers, number=last.number, since=last.made_at) if last else {},
                made_by=actor,
            )
    return write_documents(version=last, actor=actor, progress=progress)


@contextmanager
def one_view_of_the_data() -> Iterator[None]:
    """Read as at one instant: what somebody writes meanwhile is in all numbers or in none.

    On SQLite a transaction holds the only write lock, for a second or two; on PostgreSQL it holds nobody up.
    """
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost and connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


def seal_job(job: Job, progress: Progress) -> dict[str, Any]:
    """Make the final documents of an approved report; done already, it says so."""
    report = Report.objects.get(pk=job.params["report"])
    version = report.versions.first()
    if report.state not in Report.SEALED or version is None:
        raise JobFailed("Ce rapport n'est plus approuvé : ses documents définitifs ne se font pas.")
    _say(progress, total=2)
    if version.sealed_at is None:
        version = write_documents(version=version, actor=job.created_by, progress=progress, final=True)
    return {"report_id": report.pk, "version": version.number, "document": version.pdf}


def write_documents(
    *, version: ReportVersion, actor: User, progress: Progress | None = None, final: bool = False
) -> ReportVersion:
    """Make the PDF and the workbook of a version from its snapshot, and keep them.

    Args:
        final: without « BROUILLON », with the words that were approved; they are never made again.
    """
    content = content_of(version, draft=not final)
    with draft_folder(f"rapport-{version.pk}") as folder:
        pdf, workbook = folder / f"{file_stem(content)}.pdf", folder / f"{file_stem(content)}.xlsx"
        write_report_pdf(content, pdf)
        _say(progress)
        write_report_workbook(content, workbook)
        made = {"pdf": _kept(pdf, PDF, actor), "workbook": _kept(workbook, XLSX, actor)}
    _say(progress)
    with transaction.atomic():
        fresh = lock(version)
        if fresh.sealed_at is not None:
            return fresh
        for name, document in made.items():
            setattr(fresh, name, document)
        if final:
            fresh.sealed_at = timezone.now()
        fresh.save(update_fields=[*made, "sealed_at"])
    return fresh


def file_stem(content: Content) -> str:
    """Return how the files of a report are called: ``rapport-2026-T3-region-v1``."""
    scope = content.department or "region"
    return f"rapport-{content.period_code.replace('..', '-')}-{scope}-v{content.number}"


def _kept(path: Any, content_type: str, actor: User) -> Document:
    return store_file(source=path, filename=path.name, content_type=content_type, permission=OPEN_FILE, actor=actor)


def _say(progress: Progress | None, *, total: int = 0) -> None:
    if progress is None:
        return
    if total:
        progress.total(total)
    else:
        progress.advance()
