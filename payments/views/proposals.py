"""A bank account on its way: typed from a RIB by one person, compared with it by another."""

from __future__ import annotations

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from association.access import needs
from association.documents import DocumentDamaged
from association.forms.shared import saved, status_of
from association.identifiers import grouped_iban
from association.models import Company, Professional
from association.services.handing_out import hand_out
from payments.forms.accounts import AccountForm, OwnerForm
from payments.holders import is_another_name
from payments.models.accounts import LOOK, OPEN_SCAN
from payments.selectors.accounts import account_list, last_account_of, sharing_iban, standing_of
from payments.selectors.money_steps import account_steps
from payments.services.accounts import look_at_iban, propose_for

PROPOSE = "payments.propose_account"
get_or_post = require_http_methods(["GET", "HEAD", "POST"])


@get_or_post
@needs(PROPOSE)
def account_propose(request: HttpRequest) -> HttpResponse:
    """Ask whose account it is, and go to its form."""
    form = OwnerForm(request.POST if request.method == "POST" else None, user=request.user)
    if form.is_valid():
        owner = form.owner
        name = "account_of_company" if isinstance(owner, Company) else "account_of_professional"
        return redirect(f"payments:{name}", pk=owner.pk)
    return render(request, "payments/account_owner.html", {"form": form}, status=422 if form.errors else 200)


@never_cache
@get_or_post
@needs(PROPOSE)
def account_of_professional(request: HttpRequest, pk: int) -> HttpResponse:
    """Propose an account of a professional; a record that was joined with another sends on to the one that stays."""
    person = get_object_or_404(Professional.objects.visible_to(request.user), pk=pk)
    if person.merged_into_id:
        return redirect("payments:account_of_professional", pk=person.merged_into_id)
    return _propose(request, person)


@never_cache
@get_or_post
@needs(PROPOSE)
def account_of_company(request: HttpRequest, pk: int) -> HttpResponse:
    """Propose an account of a company that is paid in somebody's place."""
    return _propose(request, get_object_or_404(Company, pk=pk))


def _propose(request: HttpRequest, owner: Professional | Company) -> HttpResponse:
    data, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = AccountForm(data, files, owner=owner, seen=last_account_of(owner))
    if form.is_valid():
        account = saved(form, lambda: propose_for(owner=owner, actor=request.user, **form.values()))
        if account is not None:
            messages.success(
                request, f"Le compte •••• {account.iban_last4} est proposé : une autre personne le vérifie."
            )
            if request.user.has_perm("payments.view_account"):
                return redirect("payments:account", pk=account.pk)
            if isinstance(owner, Professional):
                return redirect("association:professional", pk=owner.pk)
            return redirect("payments:account_propose")
        form.show_latest(last_account_of(owner))
    page = {"form": form, "owner": owner, "standing": standing_of(owner), "is_company": isinstance(owner, Company)}
    status = 200 if not form.errors else status_of(form) if status_of(form) != 200 else 422
    return render(request, "payments/account_propose.html", page, status=status)


@never_cache
@require_POST
@needs(LOOK)
def account_compare(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the scan beside what was typed, for who verifies; the look is logged, and no browser keeps the page."""
    found = get_object_or_404(account_list(request.user).select_related("scan"), pk=pk)
    page = {
        "account": found,
        "iban": grouped_iban(look_at_iban(account=found, actor=request.user, reason="comparaison au RIB")),
        "steps": [step for step in account_steps(found, actor=request.user) if step.name in ("verify", "reject")],
        "sharing": sharing_iban(found, request.user),
        "is_another_name": is_another_name(found),
        "is_picture": bool(found.scan) and found.scan.content_type.startswith("image/"),
    }
    return render(request, "payments/account_compare.html", page)


@never_cache
@require_safe
@needs(OPEN_SCAN)
def account_scan(request: HttpRequest, pk: int) -> HttpResponse | FileResponse:
    """Show the scan of a RIB inside the page that compares it; the look is logged."""
    found = get_object_or_404(account_list(request.user).filter(scan__isnull=False).select_related("scan"), pk=pk)
    try:
        path = hand_out(document=found.scan, actor=request.user)
    except DocumentDamaged as damaged:
        return render(request, "association/document_damaged.html", {"reason": damaged}, status=500)
    response = FileResponse(path.open("rb"), filename=found.scan.filename, content_type=found.scan.content_type)
    # Nothing in it may run or ask for anything; only a page of ours shows it in a frame.
    response["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'self'"
    response["X-Frame-Options"] = "SAMEORIGIN"
    response["X-Content-Type-Options"] = "nosniff"
    return response
