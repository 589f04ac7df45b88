"""Evidence: shown in the page beside what it proves, brought, taken back."""

from __future__ import annotations

from io import BytesIO

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST, require_safe

from actions.forms.evidence import EvidenceForm
from actions.models import DECLARE, Evidence
from actions.pdf import AttendanceContent, attendance_pdf
from actions.selectors.one import action_for
from actions.selectors.sessions import sheets_of
from actions.services.evidence import VIEW, add_evidence, withdraw_evidence
from actions.views.action import show_action
from association.access import needs
from association.documents import DocumentDamaged
from association.forms.shared import saved, status_of
from association.machine import TransitionRefused
from association.models import Document
from association.services.handing_out import hand_out
from association.upload_formats import PDF

# A scan in a frame of our own pages and of no other; nothing in it runs, and it fetches nothing.
FRAMED = "default-src 'none'; img-src 'self'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'"


@require_safe
@xframe_options_sameorigin
@needs(VIEW)
def evidence(request: HttpRequest, pk: int) -> HttpResponse | FileResponse:
    """Show a piece of evidence as it was brought; the look is logged. One in quarantine is for nobody."""
    readable = Document.objects.visible_to(request.user).order_by()
    found = get_object_or_404(Evidence.objects.visible_to(request.user).filter(document__in=readable), pk=pk)
    try:
        path = hand_out(document=found.document, actor=request.user)
    except DocumentDamaged as damaged:
        return render(request, "association/document_damaged.html", {"reason": damaged}, status=500)
    document = found.document
    response = FileResponse(path.open("rb"), filename=document.filename, content_type=document.content_type)
    response["Content-Security-Policy"] = FRAMED
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


@require_safe
@needs(DECLARE)
def attendance_sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand out the sheet to sign, with the members of the action's day; one per session of what takes several."""
    action = get_object_or_404(action_for(request.user), pk=pk)
    content = AttendanceContent(
        reference=action.reference,
        organisation=settings.ORGANISATION_NAME,
        team=action.team.name,
        type=str(action.get_type_display()),
        sheets=sheets_of(action),
    )
    buffer = BytesIO()
    attendance_pdf(content, buffer)
    file = f'attachment; filename="{action.reference} feuille de presence.pdf"'
    return HttpResponse(buffer.getvalue(), content_type=PDF, headers={"Content-Disposition": file})


@require_POST
@needs(DECLARE)
def evidence_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Bring a piece of evidence to an action."""
    action = get_object_or_404(action_for(request.user), pk=pk)
    form = EvidenceForm(request.POST, request.FILES, action_type=action.type)
    if form.is_valid():
        given = form.cleaned_data
        made = saved(
            form,
            lambda: add_evidence(
                action=action, kind=given["evidence_kind"], upload=given["evidence_file"], actor=request.user
            ),
        )
        if made is not None:
            messages.success(request, f"Pièce déposée : {made.get_kind_display().lower()}.")
            return redirect("actions:action", pk=pk)
    status = status_of(form)
    return show_action(request, pk, evidence_form=form, status=422 if status == 200 else status)


@require_POST
@needs(DECLARE)
def evidence_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a piece of evidence back."""
    found = get_object_or_404(Evidence.objects.visible_to(request.user).select_related("action"), pk=pk)
    try:
        withdraw_evidence(evidence=found, actor=request.user)
    except TransitionRefused as refused:
        said = {"step": "withdraw_evidence", "comment": "", "error": refused.reason}
        return show_action(request, found.action_id, refused=said, status=409)
    messages.success(request, "La pièce est retirée de l’action ; le fichier reste dans le dossier de l’équipe.")
    return redirect("actions:action", pk=found.action_id)
