"""What is handed to the accountant: the accounts chosen with them, the entries by period, the charges à payer."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from association.access import needs
from association.documents import XLSX
from association.forms.shared import saved, status_of
from association.machine import TransitionRefused
from payments.forms.year import AccountingForm, PeriodForm
from payments.models import AccountingSettings, YearClosing
from payments.selectors.accruals import accruals
from payments.selectors.dedicated import dedicated_funds
from payments.selectors.year import accounting_of
from payments.selectors.year_days import end_of, known_year
from payments.services.accounting import (
    CLOSE,
    MANAGE,
    VIEW,
    choose_accounts,
    close_year,
    closing_refusal,
    request_accounting_export,
)
from payments.services.dedicated import dedicated_workbook
from payments.views.year import attached

get_or_post = require_http_methods(["GET", "HEAD", "POST"])


@get_or_post
@needs(MANAGE)
def accounting_settings(request: HttpRequest) -> HttpResponse:
    """Show the accounts and journals chosen with the accountant, and change them."""
    chosen = AccountingSettings.current()
    form = AccountingForm(request.POST if request.method == "POST" else None, chosen=chosen)
    if form.is_valid():
        done = saved(
            form,
            lambda: choose_accounts(values=form.values(), version=form.version_seen, actor=request.user),
            fresh=AccountingSettings.current,
        )
        if done is not None:
            messages.success(request, "Ces comptes valent pour les prochaines écritures ; les exports faits restent.")
            return redirect("payments:accounting_settings")
    status = 200 if not form.errors else status_of(form) if status_of(form) != 200 else 422
    page = {"form": form, "chosen": chosen}
    return render(request, "payments/year/accounting_settings.html", page, status=status)


@require_http_methods(["GET", "HEAD"])
@needs(VIEW)
def accounting(request: HttpRequest, year: int) -> HttpResponse:
    """Show the periods of a year that were exported, and what waits."""
    return _accounting(request, year)


@require_http_methods(["POST"])
@needs(CLOSE)
def accounting_export(request: HttpRequest, year: int) -> HttpResponse:
    """Ask for the entries of a period; a refusal is said on the page."""
    form = PeriodForm(request.POST, ends=accounting_of(known_year(year), user=request.user).ends)
    if not form.is_valid():
        return _accounting(request, year, form, status=422)
    try:
        job = request_accounting_export(ends_on=form.cleaned_data["ends_on"], actor=request.user)
    except TransitionRefused as refused:
        form.add_error(None, refused.reason)
        return _accounting(request, year, form, status=409)
    return redirect("association:job", pk=job.pk)


def _accounting(request: HttpRequest, year: int, form: PeriodForm | None = None, *, status: int = 200) -> HttpResponse:
    found = accounting_of(known_year(year), user=request.user)
    page = {
        "year": year,
        "tab": "accounting",
        "found": found,
        "missing": AccountingSettings.current().missing,
        "form": form or PeriodForm(ends=found.ends),
    }
    return render(request, "payments/year/accounting.html", page, status=status)


@require_http_methods(["GET", "HEAD"])
@needs(VIEW)
def year_closing(request: HttpRequest, year: int) -> HttpResponse:
    """Show the charges à payer of a year: as they were stated, or as they would be now."""
    return _closing(request, year)


@require_http_methods(["POST"])
@needs(CLOSE)
def year_closing_step(request: HttpRequest, year: int) -> HttpResponse:
    """State the charges à payer of a year; a refusal is said on the page."""
    try:
        close_year(year=known_year(year), actor=request.user)
    except TransitionRefused as refused:
        return _closing(request, year, refused.reason)
    messages.success(request, f"Les charges à payer de {year} sont arrêtées, avec leur extourne au 1er janvier.")
    return redirect("payments:year_closing", year=year)


@require_http_methods(["GET", "HEAD"])
@needs(VIEW)
def dedicated(request: HttpRequest, year: int) -> HttpResponse:
    """Show what each grant leaves to be carried to fonds dédiés at the end of a year."""
    rows = dedicated_funds(known_year(year), user=request.user)
    page = {"year": year, "tab": "dedicated", "rows": rows, "until": end_of(year)}
    return render(request, "payments/year/dedicated.html", page)


@require_http_methods(["GET", "HEAD"])
@needs(VIEW)
def dedicated_file(request: HttpRequest, year: int) -> HttpResponse:
    """Hand out the same as a workbook."""
    content = dedicated_workbook(year=known_year(year), actor=request.user)
    return attached(content, XLSX, f"fonds-dedies-{year}.xlsx")


def _closing(request: HttpRequest, year: int, refused: str = "") -> HttpResponse:
    closing = YearClosing.objects.filter(year=known_year(year)).select_related("decided_by", "workbook").first()
    page = {
        "year": year,
        "tab": "year_closing",
        "closing": closing,
        "found": None if closing else accruals(year),
        "why_not": closing_refusal(year),
        "refused": refused,
    }
    return render(request, "payments/year/closing.html", page, status=409 if refused else 200)
