"""What is handed to the accountant: the accounts chosen with them, the entries by period, the charges à payer."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from association.access import needs
from association.documents import XLSX
from association.forms.shared import saved, status_of
from association.machine import TransitionRefused
from association.pdf.text import long_date
from payments.forms.year import AccountingForm, PeriodForm
from payments.models import AccountingSettings, YearClosing
from payments.selectors.accruals import accruals
from payments.selectors.dedicated import dedicated_funds
from payments.selectors.year import accounting_of
from payments.selectors.year_days import known_exercise, of_exercise
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
    form = PeriodForm(request.POST, ends=accounting_of(known_exercise(year), user=request.user).ends)
    if not form.is_valid():
        return _accounting(request, year, form, status=422)
    try:
        job = request_accounting_export(ends_on=form.cleaned_data["ends_on"], actor=request.user)
    except TransitionRefused as refused:
        form.add_error(None, refused.reason)
        return _accounting(request, year, form, status=409)
    return redirect("association:job", pk=job.pk)


def _accounting(request: HttpRequest, year: int, form: PeriodForm | None = None, *, status: int = 200) -> HttpResponse:
    exercise = known_exercise(year)
    found = accounting_of(exercise, user=request.user)
    page = {
        **of_exercise(exercise),
        "tab": "accounting",
        "found": found,
        "missing": AccountingSettings.current().missing,
        "form": form or PeriodForm(ends=found.ends),
    }
    return render(request, "payments/year/accounting.html", page, status=status)


@require_http_methods(["GET", "HEAD"])
@needs(VIEW)
def year_closing(request: HttpRequest, year: int) -> HttpResponse:
    """Show the charges à payer of a fiscal year: as they were stated, or as they would be now."""
    return _closing(request, year)


@require_http_methods(["POST"])
@needs(CLOSE)
def year_closing_step(request: HttpRequest, year: int) -> HttpResponse:
    """State the charges à payer of a fiscal year; a refusal is said on the page."""
    exercise = known_exercise(year)
    try:
        close_year(exercise=exercise, actor=request.user)
    except TransitionRefused as refused:
        return _closing(request, year, refused.reason)
    reversed_on = long_date(exercise.next_day)
    messages.success(
        request, f"Les charges à payer de {exercise.name} sont arrêtées, avec leur extourne au {reversed_on}."
    )
    return redirect("payments:year_closing", year=year)


@require_http_methods(["GET", "HEAD"])
@needs(VIEW)
def dedicated(request: HttpRequest, year: int) -> HttpResponse:
    """Show what each grant leaves to be carried to fonds dédiés at the end of a fiscal year."""
    exercise = known_exercise(year)
    rows = dedicated_funds(exercise, user=request.user)
    until = min(exercise.ends_on, timezone.localdate())
    page = {**of_exercise(exercise), "tab": "dedicated", "rows": rows, "until": until}
    return render(request, "payments/year/dedicated.html", page)


@require_http_methods(["GET", "HEAD"])
@needs(VIEW)
def dedicated_file(request: HttpRequest, year: int) -> HttpResponse:
    """Hand out the same as a workbook."""
    exercise = known_exercise(year)
    content = dedicated_workbook(exercise=exercise, actor=request.user)
    return attached(content, XLSX, f"fonds-dedies-{exercise.name}.xlsx")


def _closing(request: HttpRequest, year: int, refused: str = "") -> HttpResponse:
    exercise = known_exercise(year)
    done = YearClosing.objects.filter(ends_on=exercise.ends_on)
    closing = done.select_related("decided_by", "workbook").first()
    page = {
        **of_exercise(exercise),
        "tab": "year_closing",
        "closing": closing,
        "found": None if closing else accruals(exercise.ends_on),
        "why_not": closing_refusal(exercise),
        "refused": refused,
    }
    return render(request, "payments/year/closing.html", page, status=409 if refused else 200)
