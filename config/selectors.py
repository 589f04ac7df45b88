"""What the pages that span all floors read: the import."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from association.models import Job, User
from association.registries import sheets
from association.workbook import Column, Sheet
from config.import_jobs import CHECK_JOB, LOAD_JOB


@dataclass(frozen=True)
class ExpectedSheet:
    """A sheet of the import workbook with all its columns, those of the floors above too."""

    name: str
    columns: tuple[Column, ...]


def expected_sheets() -> list[ExpectedSheet]:
    """Return the sheets that an import may hold, in the order of loading."""
    entries = list(sheets)
    own = sorted((entry for entry in entries if isinstance(entry, Sheet)), key=lambda entry: entry.order)
    more = [entry for entry in entries if not isinstance(entry, Sheet)]
    return [
        ExpectedSheet(
            sheet.name, sheet.columns + tuple(c for entry in more if entry.sheet == sheet.name for c in entry.columns)
        )
        for sheet in own
    ]


def imports(user: User) -> QuerySet[Job]:
    """Return the checks and loadings of workbooks, the latest first."""
    return Job.objects.visible_to(user).filter(kind__in=[CHECK_JOB, LOAD_JOB]).select_related("created_by", "result")
