"""The papers of a civil year: the treasurer's page of them, statements, DAS2, reconciliation."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from association.access import needs
from association.documents import XLSX
from association.forms.shared import saved, status_of
from association.machine import TransitionRefused
from payments.forms.year import DayForm, TaxIdentityForm, ThresholdForm
from payments.models import Beneficiary, TaxIdentity
from payments.models.statements import SEND_STATEMENT
from payments.selectors.das2 import siret_of, thresholds
from payments.selectors.reconciliation import reconcile
from payments.selectors.slips import SENDINGS, TONES, sending_of
from payments.selectors.statement_mails import sendings_of_statement, statements_with_sending
from payments.selectors.statements import statement_rows
from payments.selectors.year import papers_of, years
from payments.selectors.year import year_figures as figures_of_year
from payments.selectors.year_days import end_of, known_year, last_day, of_year
from payments.services.das2 import complete_identity, das2_workbook, set_threshold
from payments.services.reconciliation import reconciliation_workbook
from payments.services.statement_mails import request_statement_sending, send_statement
from payments.services.statements import request_statements, statement_name, statement_of

VIEW, CLOSE, MANAGE = "payments.view_year", "payments.close_year", "payments.manage_accounting"
PDF = "application/pdf"


@require_safe
@needs(VIEW)
def year(request: HttpRequest) -> HttpResponse:
    """Show the papers of a year, the present one by default, and what each still waits for."""
    known = years()
    asked = request.GET.get("annee", "")
    chosen = int(asked) if asked.isdecimal() and int(asked) in known else known[0]
    page = {**of_year(chosen), "years": known, "tab": "year", "papers": papers_of(chosen, user=request.user)}
    return render(request, "payments/year/landing.html", page)


@require_safe
@needs(VIEW)
def year_figures(request: HttpRequest, year: int) -> HttpResponse:
    """Show the figures of a year, as a part of its page: they are summed from the whole ledger."""
    return render(request, "payments/year/figures.html", {"figures": figures_of_year(known_year(year))})


@require_safe
@needs(VIEW)
def statement(request: HttpRequest, year: int, pk: int) -> HttpResponse:
    """Hand out the statement of one beneficiary; the look is logged."""
    found = get_object_or_404(statement_rows(request.user, known_year(year)), pk=pk)
    content = statement_of(beneficiary=found, year=year, actor=request.user)
    return attached(content, PDF, statement_name(found, year))


@require_safe
@needs(VIEW)
def statement_page(request: HttpRequest, year: int, pk: int) -> HttpResponse:
    """Show what a beneficiary was paid in a year, and the messages that carried the statement."""
    return _statement_page(request, year, pk)


@require_POST
@needs(SEND_STATEMENT)
def statement_send(request: HttpRequest, year: int, pk: int) -> HttpResponse:
    """Send one statement; once more, only with a reason. A refusal opens the page again with what was typed."""
    found = get_object_or_404(statement_rows(request.user, known_year(year)), pk=pk)
    comment = request.POST.get("comment", "")
    again = bool(comment.strip())
    try:
        carried = send_statement(beneficiary=found, year=year, actor=request.user, again=again, reason=comment)
    except TransitionRefused as refused:
        return _statement_page(request, year, pk, {"step": "send", "comment": comment, "error": refused.reason})
    messages.success(request, f"Le relevé est confié à la messagerie pour {carried.mail.to}.")
    return redirect("payments:statement_page", year=year, pk=pk)


def _statement_page(request: HttpRequest, year: int, pk: int, refused: dict[str, str] | None = None) -> HttpResponse:
    found = get_object_or_404(statements_with_sending(request.user, known_year(year)), pk=pk)
    code = sending_of(found)
    page = {
        **of_year(year),
        "tab": "statement_list",
        "beneficiary": found,
        "sending": (dict(SENDINGS)[code], TONES[code]),
        "sendings": sendings_of_statement(found, year),
        "is_over": timezone.localdate() > last_day(year),
        "refused": refused,
    }
    return render(request, "payments/year/statement.html", page, status=409 if refused else 200)


@require_POST
@needs(SEND_STATEMENT)
def statements_send(request: HttpRequest, year: int) -> HttpResponse:
    """Ask that the statements of a year that never left be sent."""
    try:
        request_statement_sending(year=known_year(year), actor=request.user)
    except TransitionRefused as refused:
        messages.error(request, refused.reason)
    return redirect("payments:statement_list", year=year)


@require_POST
@needs(CLOSE)
def statements_request(request: HttpRequest, year: int) -> HttpResponse:
    """Ask for all statements of a year in a zip."""
    job = request_statements(year=known_year(year), actor=request.user)
    return redirect("association:job", pk=job.pk)


@require_safe
@needs(VIEW)
def reconciliation(request: HttpRequest, year: int) -> HttpResponse:
    """Show the reconciliation sheet of a year, or from its first day to another."""
    form = _day_form(request, year)
    until = form.cleaned_data["date"] if form.is_valid() else form.last
    page = {**of_year(year), "tab": "reconciliation", "form": form, "sheet": reconcile(year, until=until)}
    return render(request, "payments/year/reconciliation.html", page, status=422 if form.errors else 200)


@require_safe
@needs(VIEW)
def reconciliation_file(request: HttpRequest, year: int) -> HttpResponse:
    """Hand out the reconciliation sheet as a workbook."""
    form = _day_form(request, year)
    if not form.is_valid():
        raise Http404
    until = form.cleaned_data["date"]
    content = reconciliation_workbook(sheet=reconcile(year, until=until), actor=request.user)
    return attached(content, XLSX, f"rapprochement-{until:%Y-%m-%d}.xlsx")


def _day_form(request: HttpRequest, year: int) -> DayForm:
    last = end_of(known_year(year))
    return DayForm(request.GET if "date" in request.GET else {"date": ""}, first=date(year, 1, 1), last=last)


@require_safe
@needs(VIEW)
def das2_file(request: HttpRequest, year: int) -> HttpResponse:
    """Hand out what is to be declared, with every column that the declaration asks for."""
    content = das2_workbook(year=known_year(year), actor=request.user)
    return attached(content, XLSX, f"das2-{year}.xlsx")


@require_http_methods(["GET", "HEAD", "POST"])
@needs(CLOSE)
def tax_identity(request: HttpRequest, year: int, pk: int) -> HttpResponse:
    """Show and complete what the DAS2 asks of a beneficiary."""
    found = get_object_or_404(statement_rows(request.user, known_year(year)), pk=pk)
    form = TaxIdentityForm(
        request.POST if request.method == "POST" else None,
        identity=_identity(found),
        has_own_siret=bool(found.company and found.company.siret),
    )
    if form.is_valid():
        done = saved(
            form,
            lambda: complete_identity(
                beneficiary=found, values=form.values(), version=form.version_seen, actor=request.user
            ),
            fresh=lambda: _identity(found),
        )
        if done is not None:
            messages.success(request, f"Enregistré pour {found}.")
            return redirect("payments:das2_list", year=year)
    page = {**of_year(year), "tab": "das2_list", "form": form, "beneficiary": found, "siret": siret_of(found)}
    status = 200 if not form.errors else status_of(form) if status_of(form) != 200 else 422
    return render(request, "payments/year/tax_identity.html", page, status=status)


def _identity(beneficiary: Beneficiary) -> TaxIdentity:
    return TaxIdentity.objects.filter(beneficiary=beneficiary).first() or TaxIdentity(beneficiary=beneficiary)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(MANAGE)
def das2_settings(request: HttpRequest) -> HttpResponse:
    """Show the thresholds of the DAS2 by year, and fix one."""
    form = ThresholdForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        from_year = form.cleaned_data["from_year"]
        done = saved(form, lambda: set_threshold(from_year=from_year, cents=form.cents, actor=request.user))
        if done is not None:
            messages.success(request, f"Le seuil vaut à partir de {from_year}.")
            return redirect("payments:das2_settings")
    page = {"form": form, "thresholds": thresholds()}
    return render(request, "payments/year/das2_settings.html", page, status=422 if form.errors else 200)


def attached(content: bytes, content_type: str, filename: str) -> HttpResponse:
    """Return a file that was made for this answer; no browser keeps it."""
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
