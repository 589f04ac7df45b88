"""Attestations of a member, their verification without sign-in, and the public figures that they show."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from association.access import needs
from association.forms.attestations import AllowanceForm, NewAllowanceForm, NumberForm, YearForm
from association.forms.shared import saved, status_of
from association.machine import TransitionRefused
from association.models import CoordinationAllowance, Membership, Team
from association.pace import asks_too_often
from association.selectors.attestations import (
    allowances,
    attestation_numbered,
    attestations_of,
    years_to_attest,
)
from association.services.attestations import (
    OfficineMissing,
    change_allowance,
    enter_allowance,
    issue_attestation,
)

LOOKS_PER_MINUTE = 30  # for one address: far more than a person needs, far too few to guess a number of 60 bits
MINUTE = 60

get_or_post = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@needs("association.view_attestation")
def attestations(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the attestations of a member, year by year."""
    return _attestations_page(request, _membership(request, pk))


@require_POST
@needs("association.issue_attestation")
def attestation_issue(request: HttpRequest, pk: int) -> HttpResponse:
    """Issue the attestation of a year; the one before it is replaced."""
    membership, form = _membership(request, pk), YearForm(request.POST)
    if not form.is_valid():
        said = " ".join(error for errors in form.errors.values() for error in errors)
        return _attestations_page(request, membership, refused={"error": said}, status=400)
    # A button elsewhere shows no attestation: it may replace whatever is there.
    shown = {"replaces": form.cleaned_data["replaces"]} if "replaces" in request.POST else {}
    try:
        issued = issue_attestation(membership=membership, year=form.cleaned_data["year"], actor=request.user, **shown)
    except OfficineMissing as missing:
        return _attestations_page(request, membership, refused=_mended_at(membership, missing), status=409)
    except TransitionRefused as refusal:
        return _attestations_page(request, membership, refused={"error": refusal.reason}, status=409)
    messages.success(request, f"L’attestation {issued.year} est délivrée sous le numéro {issued.number}.")
    return redirect("association:attestations", pk=pk)


def gently(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Answer an address that asks all the time with a sentence (429), for the rest of the minute."""

    @wraps(view)
    def counted(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        who = f"attestation:{get_adapter(request).get_client_ip(request)}"
        if not asks_too_often(who, most=LOOKS_PER_MINUTE, seconds=MINUTE):
            return view(request, *args, **kwargs)
        answer = render(
            request, "association/attestation_verify.html", {"form": NumberForm(), "busy": True}, status=429
        )
        answer["Retry-After"] = str(MINUTE)
        return answer

    return counted


@login_not_required
@never_cache
@require_safe
@gently
def attestation_verify(request: HttpRequest, number: str = "") -> HttpResponse:
    """Say to anybody who has its number what an attestation is worth today."""
    if not number and "number" in request.GET:
        form = NumberForm(request.GET)
        if form.is_valid():
            return redirect("association:attestation_verify", number=form.cleaned_data["number"])
        return _verify_page(request, {"form": form})
    if not number:
        return _verify_page(request, {"form": NumberForm()})
    form = NumberForm({"number": number})
    found = attestation_numbered(form.cleaned_data["number"]) if form.is_valid() else None
    page = {"form": NumberForm(initial={"number": number}), "number": number, "found": found}
    return _verify_page(request, page)


@get_or_post
@needs("association.manage_rules")
def allowance_list(request: HttpRequest) -> HttpResponse:
    """Show the figures of the years, and enter a new one."""
    form = NewAllowanceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        entered = saved(form, lambda: enter_allowance(actor=request.user, **form.values()))
        if entered:
            messages.success(request, f"Le montant est enregistré : {entered}.")
            return redirect("association:allowances")
    return render(request, "association/attestation_allowances.html", {"allowances": allowances(), "form": form})


@get_or_post
@needs("association.manage_rules")
def allowance(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct a figure."""
    found = get_object_or_404(CoordinationAllowance, pk=pk)
    shown = {"amount_cents": found.amount_cents, "source": found.source}
    form = AllowanceForm(request.POST or None, initial=shown, version=found.version)

    def save() -> CoordinationAllowance:
        return change_allowance(allowance=found, version=form.version_seen, actor=request.user, **form.values())

    fresh = CoordinationAllowance.objects.filter(pk=pk).get
    if request.method == "POST" and form.is_valid() and saved(form, save, fresh=fresh):
        messages.success(request, f"Le montant est corrigé : {found}.")
        return redirect("association:allowances")
    page = {"allowance": found, "form": form}
    return render(request, "association/attestation_allowance.html", page, status=status_of(form))


def _membership(request: HttpRequest, pk: int) -> Membership:
    visible = Membership.objects.filter(team__in=Team.objects.visible_to(request.user))
    return get_object_or_404(visible.select_related("team__department", "professional"), pk=pk)


def _mended_at(membership: Membership, missing: OfficineMissing) -> dict[str, str]:
    """What is said of a missing officine, with the page on which it is written."""
    if missing.company is None:
        url = reverse("association:member", args=[membership.pk])
        return {"error": missing.reason, "url": url, "action": "Ouvrir la fiche du membre"}
    back = urlencode({"retour": reverse("association:attestations", args=[membership.pk])})
    url = reverse("association:company_complete", args=[missing.company.pk])
    return {"error": missing.reason, "url": f"{url}?{back}", "action": "Compléter l’officine"}


def _attestations_page(
    request: HttpRequest, membership: Membership, refused: dict[str, str] | None = None, status: int = 200
) -> HttpResponse:
    issued = attestations_of(membership, request.user)
    valid = {
        one.attestation.year: one.attestation.number for one in reversed(issued) if not one.attestation.replaced_at
    }
    page = {
        "membership": membership,
        "team": membership.team,
        "issued": issued,
        "years": [(year, valid.get(year, "")) for year in years_to_attest(membership)],
        "refused": refused,
    }
    return render(request, "association/attestations.html", page, status=status)


def _verify_page(request: HttpRequest, page: dict[str, Any]) -> HttpResponse:
    answer = render(request, "association/attestation_verify.html", page)
    answer["X-Robots-Tag"] = "noindex, nofollow"  # it names a person to whoever holds the number, not to search engines
    return answer
