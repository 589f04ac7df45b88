"""The page of a convention, its text, and the steps that lead to its signature."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from association.access import needs
from association.machine import TransitionRefused
from conventions.forms.signing import AssociationSignatureForm, EffectForm
from conventions.models import Convention
from conventions.selectors import pages
from conventions.services.issuing import articles_to_read, draft_pdf
from conventions.services.renewing import renewal_effect
from conventions.services.signing import complete_on, missing_signatures
from conventions.services.steps import move_convention

DONE = {
    "issue": "La convention est émise : son texte est figé et son PDF classé dans le dossier.",
    "open_signing": "La convention est en signature : enregistrez les signatures à mesure qu’elles arrivent.",
    "withdraw_from_signing": "La convention est retirée de la signature.",
    "abandon": "La convention est abandonnée.",
    "sign": "La convention est signée ; l’équipe est sous convention.",
}


@require_safe
@needs("conventions.view_convention")
def convention(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a convention; what comes after the signature shows itself in it as fragments."""
    return convention_page(request, pk)


@require_POST
@needs("conventions.view_convention")
def convention_step(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a convention through a step; what was typed comes back with a refusal."""
    found = get_object_or_404(Convention.objects.visible_to(request.user), pk=pk)
    step, comment = request.POST.get("step", ""), request.POST.get("comment", "")
    effect = EffectForm(request.POST, prefix="sign") if step == "sign" else None
    if effect is not None and not effect.is_valid():
        return convention_page(request, pk, effect=effect, status=409)
    asked = effect.cleaned_data if effect else {}
    try:
        move_convention(convention=found, step=step, actor=request.user, comment=comment, **asked)
    except TransitionRefused as refused:
        said = {"step": step, "comment": comment, "error": refused.reason}
        return convention_page(request, pk, effect=effect, refused=said, status=409)
    messages.success(request, DONE[step])
    return redirect("conventions:convention", pk=pk)


@require_safe
@needs("conventions.view_text")
def convention_text(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the text of a convention: as agreed, or as it would be issued now."""
    found = get_object_or_404(pages.convention_dossiers(request.user), pk=pk)
    page = {"convention": found, "articles": articles_to_read(found), "is_draft": found.state == Convention.State.DRAFT}
    return render(request, "conventions/text.html", page)


@require_safe
@needs("conventions.view_text")
def convention_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand out the text on paper: as it was filed, or the draft, which says so on each page."""
    found = get_object_or_404(pages.convention_dossiers(request.user), pk=pk)
    if found.document_id:
        return redirect("association:document", pk=found.document_id)
    if found.state != Convention.State.DRAFT:  # loaded from a workbook: its paper is elsewhere
        raise Http404
    try:
        content = draft_pdf(found)
    except TransitionRefused as refused:
        messages.error(request, refused.reason)
        return redirect("conventions:convention_text", pk=pk)
    file = f'attachment; filename="{found.number} brouillon.pdf"'
    return HttpResponse(content, content_type="application/pdf", headers={"Content-Disposition": file})


def convention_page(
    request: HttpRequest,
    pk: int,
    *,
    effect: EffectForm | None = None,
    refused: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    """Render the page of a convention, with what was refused and the forms that hold what was typed."""
    found = get_object_or_404(pages.convention_dossiers(request.user), pk=pk)
    names = request.user.has_perm("association.view_professional")
    rows = pages.signature_rows(found, actor=request.user)
    page = {
        "convention": found,
        "terms": found.terms.all()[0] if found.terms.all() else None,
        "steps": pages.convention_steps(found, actor=request.user, effect=effect or effect_form(found)),
        "refused": refused,
        "show_names": names,
        "show_money": request.user.role != "ars",
        "rows": rows if names else None,
        "missing": len(missing_signatures(found)) if rows else 0,
        "may_be_signed": pages.may_be_signed(found),
        "own": pages.own_among(rows),
        "history": pages.convention_history(found, actor=request.user),
    }
    return render(request, "conventions/convention.html", page, status=status)


def effect_form(convention: Convention) -> EffectForm | None:
    """Return the form of the signature with the days that are usual; none while signatures are missing."""
    day = complete_on(convention) if convention.state == Convention.State.SIGNING else None
    if day is None:
        return None
    effect, reason = renewal_effect(convention, day)
    initial = {"signed_on": day, "effective_on": effect, "early_effect_reason": reason}
    return EffectForm(prefix="sign", initial=initial)


def association_form(convention: Convention, data: Any = None, files: Any = None) -> AssociationSignatureForm:
    """Return the form of the association's signature."""
    initial = {"signed_on": convention.association_signed_on, "signatory": convention.association_signatory}
    return AssociationSignatureForm(data, files, prefix="association", initial=initial, version=convention.version)
