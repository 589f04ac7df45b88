"""The page of a transfer: whom it pays, for what, and what happened to it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from association.access import needs
from association.machine import TransitionRefused
from association.selectors.history import history_of
from payments.bank_reasons import reason_in_words
from payments.forms.runs import BankReasonForm, SettlementForm
from payments.selectors.bank_days import days_of
from payments.selectors.money_steps import payment_steps
from payments.selectors.transfers import allocations_of, payment_with_facts
from payments.services.steps import move_payment

DONE = {
    "hold": "Le virement est en suspens : il ne part pas avec le prochain fichier.",
    "release": "La suspension est levée : le virement part avec le prochain fichier.",
    "void": "Le virement est annulé ; ses indemnités sont de nouveau dues.",
    "pay": "Le virement est constaté payé.",
    "reject": "Le rejet est noté ; les indemnités sont de nouveau dues.",
    "give_back": "Le retour est noté ; les indemnités sont de nouveau dues.",
}
FORMS: dict[str, type[forms.Form]] = {"pay": SettlementForm, "reject": BankReasonForm, "give_back": BankReasonForm}


@require_safe
@needs("payments.view_payment")
def payment(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a transfer: facts, lines, history, what is allowed now. Of its IBAN the end only."""
    return _page(request, pk)


@require_POST
@needs("payments.view_payment")
def payment_step(request: HttpRequest, pk: int) -> HttpResponse:
    """Do one step of a transfer; a refusal opens the page again with what was typed."""
    found = get_object_or_404(payment_with_facts(request.user), pk=pk)
    step, comment = request.POST.get("step", ""), request.POST.get("comment", "")
    form = FORMS[step](request.POST, prefix=step) if step in FORMS else None
    said = {"step": step, "comment": comment, "error": ""}
    if form is not None and not form.is_valid():
        return _page(request, pk, form=(step, form), refused=said, status=422)
    try:
        move_payment(
            payment=found, step=step, actor=request.user, reason=comment, **(form.cleaned_data if form else {})
        )
    except TransitionRefused as refused:
        said["error"] = refused.reason
        return _page(request, pk, form=(step, form), refused=said, status=409)
    messages.success(request, DONE[step])
    return redirect("payments:payment", pk=pk)


def _page(
    request: HttpRequest,
    pk: int,
    *,
    form: tuple[str, forms.Form | None] = ("", None),
    refused: dict[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    found = get_object_or_404(payment_with_facts(request.user), pk=pk)
    days, today = days_of(found.run), timezone.localdate()
    asked: dict[str, Any] = {name: made(prefix=name) for name, made in FORMS.items()}
    asked["pay"].initial["paid_on"] = days.likely_payment(today)
    if form[1] is not None:
        asked[form[0]] = form[1]
    allocations = allocations_of(found)
    page = {
        "payment": found,
        "steps": payment_steps(found, actor=request.user, forms=asked, awaited=days.awaited(today)),
        "allocations": allocations,
        "bank_words": reason_in_words(found.bank_reason) if found.bank_reason else "",
        "history": history_of(found),
        "refused": refused,
    }
    return render(request, "payments/payment.html", page, status=status)
