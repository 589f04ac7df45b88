"""The documents of a dossier: listed, filed, put in quarantine, erased."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from association.access import needs
from association.forms.documents import FileDocumentForm
from association.forms.shared import put_errors as refuse_in
from association.machine import TransitionRefused
from association.models import DossierDocument, Team
from association.selectors.documents import documents_of, filings_for
from association.services import filing as services


@require_safe
@needs("association.open_document")
def team_documents(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer the section « documents » of a dossier; asked for as a page, the page that holds it."""
    team = get_object_or_404(Team.objects.visible_to(request.user), pk=pk)
    return _documents(request, team)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("association.file_document")
def document_file(request: HttpRequest, pk: int) -> HttpResponse:
    """File a document; one that is there already is said to be."""
    team = get_object_or_404(Team.objects.visible_to(request.user), pk=pk)
    sent = request.method == "POST"
    form = FileDocumentForm(request.POST, request.FILES) if sent else FileDocumentForm()
    if sent and form.is_valid():
        given = form.cleaned_data
        try:
            filed = services.file_document(
                team=team, upload=given["file"], kind=given["kind"], title=given["title"], actor=request.user
            )
        except ValidationError as error:
            refuse_in(form, error)
        else:
            _say_filed(request, filed)
            return redirect("association:team_documents", pk=pk)
    page = {"team": team, "form": form}
    return render(request, "association/document_file.html", page, status=422 if form.errors else 200)


@require_POST
@needs("association.quarantine_document")
def document_quarantine(request: HttpRequest, pk: int) -> HttpResponse:
    """Close a document to everybody; the reason that was typed comes back with a refusal."""
    return _step(
        request,
        pk,
        "quarantine",
        lambda filing: services.quarantine_document(
            filing=filing, reason=request.POST.get("comment", ""), actor=request.user
        ),
        "Document mis en quarantaine : personne ne peut plus l’ouvrir.",
    )


@require_POST
@needs("association.quarantine_document")
def document_release(request: HttpRequest, pk: int) -> HttpResponse:
    """Open again a document that was closed by mistake."""
    return _step(
        request,
        pk,
        "release",
        lambda filing: services.release_document(filing=filing, actor=request.user),
        "Quarantaine levée : le document s’ouvre de nouveau.",
    )


@require_POST
@needs("association.quarantine_document")
def document_erase(request: HttpRequest, pk: int) -> HttpResponse:
    """Erase a document for good."""
    return _step(
        request,
        pk,
        "erase",
        lambda filing: services.erase_document(filing=filing, actor=request.user),
        "Document effacé pour de bon : il ne reste que qui, quand et pourquoi.",
    )


def _step(request: HttpRequest, pk: int, step: str, do: Callable[[DossierDocument], object], done: str) -> HttpResponse:
    filing = get_object_or_404(filings_for(request.user), pk=pk)
    try:
        do(filing)
    except TransitionRefused as refused:
        said = {
            "step": step,
            "filing": filing.pk,
            "comment": request.POST.get("comment", ""),
            "error": refused.reason,
        }
        return _documents(request, filing.team, refused=said)
    messages.success(request, done)
    return redirect("association:team_documents", pk=filing.team_id)


def _say_filed(request: HttpRequest, filed: DossierDocument) -> None:
    if filed.already_there:
        messages.warning(
            request,
            f"Ce fichier est déjà dans le dossier : « {filed.title} », {filed}, par {filed.filed_by}. "
            "Rien n’a été ajouté.",
        )
    else:
        messages.success(request, f"« {filed.title} » est classé dans le dossier.")


def _documents(request: HttpRequest, team: Team, refused: dict[str, Any] | None = None) -> HttpResponse:
    page = {"team": team, "documents": documents_of(team, request.user), "refused": refused}
    template = "document_section.html" if request.htmx else "document_page.html"
    return render(request, f"association/{template}", page, status=409 if refused else 200)
