"""The page of a bank account: its facts, its steps, and its whole IBAN for who asks to see it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from association.access import needs
from association.identifiers import grouped_iban
from association.machine import TransitionRefused
from payments.holders import is_another_name
from payments.models import Account
from payments.models.accounts import LOOK
from payments.selectors.accounts import account_list, history_of_account, other_accounts, sharing_iban
from payments.selectors.money_steps import account_steps
from payments.services.accounts import look_at_iban
from payments.services.steps import move_account

DONE = {
    "verify": "Le compte est vérifié : les prochains virements y iront.",
    "reject": "Le compte est refusé.",
    "withdraw": "Le compte est retiré.",
    "suspend": "Le compte est suspendu : plus rien n’y est viré.",
    "resume": "La suspension est levée.",
    "archive": "Le compte est archivé : plus rien n’y est viré.",
}


@require_safe
@needs("payments.view_account")
def account(request: HttpRequest, pk: int) -> HttpResponse:
    """Show an account: whose it is, who entered and verified it, what is allowed now. Of its IBAN the end only."""
    return _page(request, pk)


@require_POST
@needs("payments.view_account")
def account_step(request: HttpRequest, pk: int) -> HttpResponse:
    """Do one step of an account; a refusal opens the page again with what was typed."""
    found = get_object_or_404(account_list(request.user), pk=pk)
    step, comment = request.POST.get("step", ""), request.POST.get("comment", "")
    try:
        move_account(account=found, step=step, actor=request.user, reason=comment)
    except TransitionRefused as refused:
        return _page(request, pk, refused={"step": step, "comment": comment, "error": refused.reason}, status=409)
    messages.success(request, DONE[step])
    return redirect("payments:account", pk=pk)


@never_cache
@require_POST
@needs(LOOK)
def account_iban(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the whole IBAN, once; the look is logged, and no browser keeps the page."""
    found = get_object_or_404(Account.objects.visible_to(request.user), pk=pk)
    iban = look_at_iban(account=found, actor=request.user)
    return _page(request, pk, iban=grouped_iban(iban))


def _page(request: HttpRequest, pk: int, *, status: int = 200, **said: Any) -> HttpResponse:
    found = get_object_or_404(account_list(request.user).select_related("replaces"), pk=pk)
    page = {
        "account": found,
        "steps": account_steps(found, actor=request.user),
        "history": history_of_account(found),
        "others": other_accounts(found, request.user),
        "sharing": sharing_iban(found, request.user),
        "is_another_name": is_another_name(found),
        **said,
    }
    return render(request, "payments/account.html", page, status=status)
