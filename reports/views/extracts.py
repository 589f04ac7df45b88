"""Extracts for a contrôle: the requests, asking, deciding, the files, the setting."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from association.access import needs
from association.documents import XLSX
from association.forms.shared import saved, status_of
from association.machine import TransitionRefused
from association.selectors.history import history_of
from association.workflow import offers
from reports.forms.extracts import AskForm, ExtractSettingsForm
from reports.models import ExtractRequest, ExtractSettings
from reports.selectors.extracts import LATEST, looks_of, preview_of, requests_for
from reports.services import extracts as services

DONE = {
    "grant": "L’extrait est accordé : la personne qui l’a demandé en est prévenue sur son accueil.",
    "refuse": "La demande est refusée : la personne qui l’a faite en lit le motif.",
    "withdraw": "La demande est retirée.",
    "close": "L’accès est fermé : l’extrait ne se télécharge plus.",
}
TYPES = {services.PDF: "application/pdf", services.XLSX: XLSX}
get_or_post = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@needs("reports.view_extract")
def extract_list(request: HttpRequest) -> HttpResponse:
    """Show the requests of one's scope, the newest first."""
    page = {"requests": requests_for(request.user)[:LATEST], "days": ExtractSettings.current().days_open}
    return render(request, "reports/extract_list.html", page)


@get_or_post
@needs("reports.ask_extract")
def extract_ask(request: HttpRequest) -> HttpResponse:
    """Ask for an extract; a refusal comes back with what was typed."""
    shown = {"team": request.GET.get("equipe", ""), "about": "equipe"}
    form = AskForm(request.POST if request.method == "POST" else None, user=request.user, initial=shown)
    if form.is_valid():
        made = saved(form, lambda: services.ask_extract(actor=request.user, **form.asked()))
        if made is not None:
            messages.success(request, "La demande est envoyée : l’association la décidera.")
            return redirect("reports:extract", pk=made.pk)
    status = 422 if form.errors else 200
    return render(request, "reports/extract_ask.html", {"form": form}, status=status)


@require_safe
@needs("reports.view_extract")
def extract(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one request: what is asked, what was decided, who downloaded it."""
    return _page(request, pk)


@require_POST
@needs("reports.view_extract")
def extract_step(request: HttpRequest, pk: int) -> HttpResponse:
    """Do one step of a request; a refusal opens the page again with what was typed."""
    found = get_object_or_404(requests_for(request.user), pk=pk)
    step, comment = request.POST.get("step", ""), request.POST.get("comment", "")
    try:
        services.move_extract(request=found, step=step, actor=request.user, comment=comment)
    except TransitionRefused as refused:
        said = {"step": step, "comment": comment, "error": refused.reason}
        return _page(request, pk, refused=said, status=409)
    messages.success(request, DONE[step])
    return redirect("reports:extract", pk=pk)


@never_cache
@require_safe
@needs("reports.ask_extract")
def extract_file(request: HttpRequest, pk: int, form: str) -> HttpResponse:
    """Hand a granted extract to who asked for it; each download is logged."""
    if form not in TYPES:
        raise Http404
    found = get_object_or_404(requests_for(request.user), pk=pk)
    content = services.hand_out_extract(request=found, form=form, actor=request.user)
    response = HttpResponse(content, content_type=TYPES[form])
    response["Content-Disposition"] = f'attachment; filename="{found.number}.{form}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


@get_or_post
@needs("reports.change_extract_settings")
def extract_settings(request: HttpRequest) -> HttpResponse:
    """Show for how many days an extract is open, and change it."""
    form = ExtractSettingsForm(request.POST if request.method == "POST" else None, settings=ExtractSettings.current())
    if form.is_valid():
        done = saved(
            form,
            lambda: services.change_extract_settings(
                values=form.values(), version=form.version_seen, actor=request.user
            ),
            fresh=ExtractSettings.current,
        )
        if done is not None:
            messages.success(request, "Le réglage vaut pour les extraits accordés à partir de maintenant.")
            return redirect("reports:extract_settings")
    status = 200 if not form.errors else status_of(form) if status_of(form) != 200 else 422
    return render(request, "reports/extract_settings.html", {"form": form}, status=status)


def _page(request: HttpRequest, pk: int, *, refused: dict[str, Any] | None = None, status: int = 200) -> HttpResponse:
    user: Any = request.user
    found = get_object_or_404(requests_for(user), pk=pk)
    decides = user.has_perm("reports.decide_extract")
    is_asked = found.state == ExtractRequest.State.ASKED
    page = {
        "found": found,
        "preview": preview_of(found, actor=user) if decides and is_asked else None,
        "may_download": found.is_open and found.asked_by_id == user.pk,
        "steps": offers(found, actor=user),
        "history": history_of(found, reader=user),
        "looks": looks_of(found),
        "refused": refused,
    }
    return render(request, "reports/extract.html", page, status=status)
