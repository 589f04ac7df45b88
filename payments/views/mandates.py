"""The pages of the board: its mandates, and the lines of a run that pay its members."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from association.access import needs
from association.forms.shared import saved, status_of
from payments.forms.mandates import MandateForm
from payments.models import BoardMandate
from payments.selectors.mandates import board_lines, mandate_list
from payments.selectors.run_pages import run_with_people
from payments.services.mandates import MANAGE, change_mandate, give_mandate

get_or_post = require_http_methods(["GET", "HEAD", "POST"])


@get_or_post
@needs(MANAGE)
def mandate_new(request: HttpRequest) -> HttpResponse:
    """Enter a mandate."""
    form = MandateForm(request.POST or None, viewer=request.user)
    if form.is_valid() and saved(form, lambda: give_mandate(values=form.values(), actor=request.user)):
        messages.success(request, "Le mandat est enregistré.")
        return redirect("payments:mandate_list")
    return _form(request, form, "Nouveau mandat")


@get_or_post
@needs(MANAGE)
def mandate_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct a mandate, or put an end to it; who comes second is told what the first changed."""
    found = get_object_or_404(mandate_list(request.user), pk=pk)
    shown = {name: getattr(found, name) for name in BoardMandate.JOURNALED}
    form = MandateForm(request.POST or None, viewer=request.user, initial=shown, version=found.version)

    def save() -> BoardMandate:
        return change_mandate(mandate=found, values=form.values(), version=form.version_seen, actor=request.user)

    if form.is_valid() and saved(form, save, fresh=lambda: BoardMandate.objects.get(pk=pk)):
        messages.success(request, "Le mandat est enregistré.")
        return redirect("payments:mandate_list")
    return _form(request, form, "Mandat du bureau")


@require_safe
@needs("payments.view_run")
def run_board(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the lines of a run that pay members of the board."""
    found = get_object_or_404(run_with_people(request.user), pk=pk)
    rows = board_lines(found)
    page = {"run": found, "rows": rows, "total_cents": sum(row.line.amount_cents for row in rows)}
    return render(request, "payments/run_board.html", page)


def _form(request: HttpRequest, form: MandateForm, title: str) -> HttpResponse:
    status = 200 if not form.errors else status_of(form) if status_of(form) != 200 else 422
    return render(request, "payments/mandate_form.html", {"form": form, "title": title}, status=status)
