"""The pages on which a convention is signed: on paper, by the association, on screen."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from association.access import needs
from association.machine import TransitionRefused
from conventions.forms.signing import OwnSignatureForm, SignaturesForm, today_as_initial
from conventions.models import Adhesion, Convention
from conventions.selectors import pages
from conventions.services.issuing import articles_to_read
from conventions.services.reminding import remind
from conventions.services.signing import (
    complete_on,
    decline_signature,
    record_signatures,
    sign_for_association,
    sign_on_screen,
)
from conventions.views.conventions import association_form, convention_page
from conventions.views.refusals import saved

FORM_METHODS = require_http_methods(["GET", "HEAD", "POST"])
READY = "Toutes les signatures nécessaires sont là : constatez la signature de la convention."


@FORM_METHODS
@needs("conventions.sign_convention")
def signatures(request: HttpRequest, pk: int) -> HttpResponse:
    """Record the signatures that members gave on paper, one or several at once."""
    convention = get_object_or_404(pages.convention_dossiers(request.user), pk=pk)
    adhesions = pages.to_sign(convention)
    data, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = SignaturesForm(data, files, adhesions=adhesions, initial=today_as_initial())
    if form.is_bound and form.is_valid():
        asked = form.cleaned_data
        given = {"signatures": asked["signatures"], "upload": asked["scan"]}
        signed = saved(form, lambda: record_signatures(convention=convention, actor=request.user, **given))
        if signed:
            return _recorded(request, convention, _counted(len(signed)))
    return _signatures_page(request, convention, form=form)


@require_POST
@needs("conventions.sign_convention")
def association_signature(request: HttpRequest, pk: int) -> HttpResponse:
    """Record the signature of the association."""
    convention = get_object_or_404(pages.convention_dossiers(request.user), pk=pk)
    form = association_form(convention, request.POST, request.FILES)
    if form.is_valid() and saved(
        form, lambda: sign_for_association(convention=convention, actor=request.user, **form.values())
    ):
        return _recorded(request, convention, "La signature de l’association est enregistrée.")
    return _signatures_page(request, convention, association=form)


@require_POST
@needs("conventions.sign_convention")
def decline(request: HttpRequest, pk: int) -> HttpResponse:
    """Note that a member does not sign, with the reason."""
    visible = Convention.objects.visible_to(request.user)
    adhesion = get_object_or_404(Adhesion.objects.select_related("convention"), pk=pk, convention__in=visible)
    comment = request.POST.get("comment", "")
    try:
        decline_signature(adhesion=adhesion, reason=comment, actor=request.user)
    except TransitionRefused as refused:
        said = {"step": f"decline-{pk}", "comment": comment, "error": refused.reason}
        return convention_page(request, adhesion.convention_id, refused=said, status=409)
    messages.success(request, "Le refus est noté. Ce membre pourra encore signer plus tard.")
    return redirect("conventions:convention", pk=adhesion.convention_id)


@require_POST
@needs("conventions.sign_convention")
def reminders(request: HttpRequest, pk: int) -> HttpResponse:
    """Write to those who have not signed yet."""
    convention = get_object_or_404(Convention.objects.visible_to(request.user), pk=pk)
    try:
        reminded = remind(convention=convention, actor=request.user)
    except TransitionRefused as refused:
        said = {"step": "remind", "comment": "", "error": refused.reason}
        return convention_page(request, pk, refused=said, status=409)
    if reminded.written_to:
        messages.success(request, f"Relance écrite à : {', '.join(reminded.written_to)}.")
    if reminded.already_today:
        messages.info(request, f"Déjà relancés aujourd’hui : {', '.join(reminded.already_today)}.")
    if reminded.without_address:
        names = ", ".join(reminded.without_address)
        messages.warning(request, f"Sans courriel, à joindre autrement : {names}.")
    return redirect("conventions:convention", pk=pk)


@FORM_METHODS
@needs("conventions.sign_own")
def own_signature(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the member who is signed in read the text and sign it."""
    convention = get_object_or_404(pages.convention_dossiers(request.user), pk=pk)
    adhesion = pages.own_adhesion(convention, actor=request.user)
    if adhesion is None:
        raise Http404
    form = OwnSignatureForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid() and saved(form, lambda: sign_on_screen(adhesion=adhesion, actor=request.user)):
        messages.success(request, "Votre signature est enregistrée.")
        return redirect("conventions:convention", pk=pk)
    page = {
        "convention": convention,
        "adhesion": adhesion,
        "articles": articles_to_read(convention),
        "form": form,
        "today": timezone.localdate(),
    }
    return render(request, "conventions/sign_own.html", page, status=409 if form.errors else 200)


def _signatures_page(request: HttpRequest, convention: Convention, form: Any = None, association: Any = None) -> Any:
    """Render both forms of the page of signatures; the one that was not sent starts anew."""
    form = form or SignaturesForm(adhesions=pages.to_sign(convention), initial=today_as_initial())
    in_signing = convention.state == Convention.State.SIGNING
    page = {
        "convention": convention,
        "form": form,
        "association": association or (association_form(convention) if in_signing else None),
    }
    refused = form.errors or (association and association.errors)
    return render(request, "conventions/signatures.html", page, status=409 if refused else 200)


def _counted(count: int) -> str:
    return "La signature est enregistrée." if count == 1 else f"{count} signatures sont enregistrées."


def _recorded(request: HttpRequest, convention: Convention, said: str) -> HttpResponse:
    messages.success(request, said)
    fresh = Convention.objects.get(pk=convention.pk)
    if fresh.state == Convention.State.SIGNING and complete_on(fresh):
        messages.info(request, READY)
    return redirect("conventions:convention", pk=convention.pk)
