"""The pages on which an amendment is signed: on paper, several at once; on screen; and reminders."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from association.access import needs
from association.machine import TransitionRefused
from conventions.forms.amendments import AmendmentSignaturesForm, OwnAmendmentForm
from conventions.models import Amendment
from conventions.selectors import amendments
from conventions.services.amending import sign_amendment, sign_amendment_on_screen
from conventions.services.amendment_reminding import remind_of_amendment
from conventions.services.amendment_text import change_to_read
from conventions.views.amendments import amendment_page
from conventions.views.refusals import saved

FORM_METHODS = require_http_methods(["GET", "HEAD", "POST"])
APPLIED = "L’avenant est signé et appliqué."


@FORM_METHODS
@needs("conventions.sign_convention")
def amendment_signatures(request: HttpRequest, pk: int) -> HttpResponse:
    """Record the signatures given on paper, of members and of the association, one or several at once."""
    found = get_object_or_404(amendments.amendment_dossiers(request.user), pk=pk)
    data, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    by_association = found.association_signed_on is None and found.state == Amendment.State.SIGNING
    form = AmendmentSignaturesForm(data, files, rows=amendments.unsigned(found), by_association=by_association)
    if form.is_bound and form.is_valid():
        done = saved(form, lambda: sign_amendment(amendment=found, actor=request.user, **form.values()))
        if done:
            messages.success(request, _said(found, done))
            return redirect("conventions:amendment", pk=pk)
    page = {"amendment": found, "convention": found.convention, "form": form}
    return render(request, "conventions/amendment_signatures.html", page, status=409 if form.errors else 200)


@FORM_METHODS
@needs("conventions.sign_own")
def amendment_own(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the member who is signed in read an amendment and sign it."""
    found = get_object_or_404(amendments.amendment_dossiers(request.user), pk=pk)
    own = amendments.own_signature(found, actor=request.user)
    if own is None:
        raise Http404
    form = OwnAmendmentForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        done = saved(form, lambda: sign_amendment_on_screen(signature=own, actor=request.user))
        if done:
            applied = f" {APPLIED}" if done.state != found.state else ""
            messages.success(request, f"Votre signature est enregistrée.{applied}")
            return redirect("conventions:amendment", pk=pk)
    page = {
        "amendment": found,
        "convention": found.convention,
        "own": own,
        "change": change_to_read(found),
        "form": form,
        "today": timezone.localdate(),
    }
    return render(request, "conventions/amendment_own.html", page, status=409 if form.errors else 200)


@require_POST
@needs("conventions.sign_convention")
def amendment_reminders(request: HttpRequest, pk: int) -> HttpResponse:
    """Write to those who have not signed yet."""
    found = get_object_or_404(Amendment.objects.visible_to(request.user), pk=pk)
    try:
        reminded = remind_of_amendment(amendment=found, actor=request.user)
    except TransitionRefused as refused:
        said = {"step": "remind", "comment": "", "error": refused.reason}
        return amendment_page(request, pk, refused=said, status=409)
    if reminded.written_to:
        messages.success(request, f"Relance écrite à : {', '.join(reminded.written_to)}.")
    if reminded.already_today:
        messages.info(request, f"Déjà relancés aujourd’hui : {', '.join(reminded.already_today)}.")
    if reminded.without_address:
        messages.warning(request, f"Sans courriel, à joindre autrement : {', '.join(reminded.without_address)}.")
    return redirect("conventions:amendment", pk=pk)


def _said(before: Amendment, after: Amendment) -> str:
    if after.state != before.state:
        return APPLIED
    return "Les signatures sont enregistrées."
