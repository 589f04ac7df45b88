"""Open data: the page that says what is published, the files, their schemas."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from association.access import needs
from reports.open_data.catalogue import DATASETS
from reports.open_data.tables import Dataset, written_csv, written_schema
from reports.selectors.open_data import ended_quarters, open_rows


@require_safe
@needs("reports.view_open_data")
def open_data(request: HttpRequest) -> HttpResponse:
    """Show what is published, column by column, and lead to the files."""
    quarters = ended_quarters()
    page = {"datasets": DATASETS.values(), "first": quarters[0], "last": quarters[-1]}
    return render(request, "reports/open_data.html", page)


@require_safe
@needs("reports.view_open_data")
def open_data_csv(request: HttpRequest, name: str) -> HttpResponse:
    """Hand out a file."""
    dataset = _dataset(name)
    return _file(written_csv(dataset, open_rows(dataset)), "text/csv; charset=utf-8", f"{name}.csv")


@require_safe
@needs("reports.view_open_data")
def open_data_schema(request: HttpRequest, name: str) -> HttpResponse:
    """Hand out the Table Schema of a file."""
    content = written_schema(_dataset(name), organisation=settings.ORGANISATION_NAME)
    return _file(content, "application/json", f"{name}.schema.json")


def _dataset(name: str) -> Dataset:
    if name not in DATASETS:
        raise Http404
    return DATASETS[name]


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    response: Any = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response  # type: ignore[no-any-return]
