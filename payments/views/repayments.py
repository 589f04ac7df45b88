"""Trop-perçu: asking for it, its letter, what came of it."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from association.access import needs
from association.forms.shared import put_errors
from association.machine import TransitionRefused
from association.selectors.history import history_of
from association.upload_formats import PDF
from payments.forms.repayments import ReceiptForm, RepaymentRequestForm, WriteOffForm
from payments.models import Beneficiary
from payments.models.recoveries import MANAGE
from payments.pdf import repayment_pdf
from payments.selectors.recoveries import debt_lines, debtors, left_of, requests_of
from payments.selectors.repayment_steps import letter_of, lines_written, repayment_steps
from payments.services.repayments import move_repayment, request_repayment

VIEW = "payments.view_repayment"
FORMS: dict[str, type[forms.Form]] = {"receive": ReceiptForm, "write_off": WriteOffForm}
DONE = {
    "receive": "Le remboursement est noté : le prochain paiement mensuel l’écrit.",
    "write_off": "L’abandon est noté : le prochain paiement mensuel l’écrit.",
    "offset": "La retenue est constatée : il n’y a plus rien à rembourser.",
    "withdraw": "La demande est annulée ; le trop-perçu reste.",
}


@require_http_methods(["GET", "HEAD", "POST"])
@needs(MANAGE)
def repayment_ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask a beneficiary for the whole of what runs carry forward."""
    owner = get_object_or_404(Beneficiary.objects.select_related("professional", "company"), pk=pk)
    form = RepaymentRequestForm(request.POST if request.method == "POST" else None)
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            made = request_repayment(beneficiary=owner, actor=request.user, **form.cleaned_data)
        except TransitionRefused as refused:
            form.add_error(None, refused.reason)
            status = 409
        except ValidationError as wrong:
            put_errors(form, wrong)
        else:
            messages.success(request, "La demande est enregistrée : imprimez la lettre et envoyez-la.")
            return redirect("payments:repayment", pk=made.pk)
    debt = debtors(request.user).filter(pk=pk).first()
    page = {"owner": owner, "debt": debt, "form": form, "lines": debt_lines(owner)}
    return render(request, "payments/repayment_ask.html", page, status=status)


@require_safe
@needs(VIEW)
def repayment(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a request: what was asked, what came, what is left, what is allowed now."""
    return _page(request, pk)


@require_safe
@needs(VIEW)
def repayment_letter(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand out the letter, as it was on the day of the request."""
    found = get_object_or_404(requests_of(request.user), pk=pk)
    buffer = BytesIO()
    repayment_pdf(letter_of(found, organisation=settings.ORGANISATION_NAME), buffer)
    file = f'attachment; filename="{found.number} demande de remboursement.pdf"'
    headers = {"Content-Disposition": file, "Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}
    return HttpResponse(buffer.getvalue(), content_type=PDF, headers=headers)


@require_POST
@needs(VIEW)
def repayment_step(request: HttpRequest, pk: int) -> HttpResponse:
    """Do one step of a request; a refusal opens the page again with what was typed."""
    found = get_object_or_404(requests_of(request.user), pk=pk)
    step, comment = request.POST.get("step", ""), request.POST.get("comment", "")
    form = FORMS[step](request.POST, prefix=step) if step in FORMS else None
    said = {"step": step, "comment": comment, "error": ""}
    if form is not None and not form.is_valid():
        return _page(request, pk, form=(step, form), refused=said, status=422)
    try:
        move_repayment(
            request=found, step=step, actor=request.user, reason=comment, **(form.cleaned_data if form else {})
        )
    except TransitionRefused as refused:
        said["error"] = refused.reason
        return _page(request, pk, form=(step, form), refused=said, status=409)
    messages.success(request, DONE[step])
    return redirect("payments:repayment", pk=pk)


def _page(
    request: HttpRequest,
    pk: int,
    *,
    form: tuple[str, forms.Form | None] = ("", None),
    refused: dict[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    found = get_object_or_404(requests_of(request.user), pk=pk)
    left = left_of(found)
    today = timezone.localdate()
    initial = {"amount_cents": left, "received_on": today, "decided_on": today}
    asked: dict[str, Any] = {name: made(prefix=name, initial=initial) for name, made in FORMS.items()}
    if form[1] is not None:
        asked[form[0]] = form[1]
    page = {
        "asked": found,
        "left": left if found.state in found.OPEN else 0,
        "recoveries": found.recoveries.select_related("recorded_by"),
        "lines": lines_written(found),
        "steps": repayment_steps(found, left=left, actor=request.user, forms=asked),
        "history": history_of(found),
        "refused": refused,
    }
    return render(request, "payments/repayment.html", page, status=status)
