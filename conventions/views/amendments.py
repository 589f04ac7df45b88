"""The pages of amendments: those of a convention, a proposal, one amendment with its steps and its paper."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from association.access import needs
from association.machine import TransitionRefused
from association.models import Membership
from conventions.forms.amendments import TermsForm
from conventions.models import Amendment, Convention
from conventions.selectors import amendments, pages
from conventions.selectors.members import quality_of
from conventions.selectors.terms import terms_on
from conventions.services.amending import move_amendment
from conventions.services.amendment_drafting import invite_member, propose_terms, to_invite
from conventions.services.amendment_text import change_to_read, pdf_of
from conventions.views.refusals import saved

DONE = {
    "issue": "L’avenant est émis et en signature ; son PDF est classé dans le dossier.",
    "abandon": "L’avenant est abandonné.",
}


@require_safe
@needs("conventions.view_convention")
def amendments_of(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the amendments of a convention, as a part of its page."""
    convention = get_object_or_404(pages.convention_dossiers(request.user), pk=pk)
    page = {
        "convention": convention,
        "rows": amendments.amendments_of(convention, user=request.user),
        "may_propose": convention.state in Convention.RUNNING,
    }
    return render(request, "conventions/amendments_of.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("conventions.manage_convention")
def amendment_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Propose an amendment of the terms, or invite a member whom the convention does not name."""
    convention = get_object_or_404(pages.convention_dossiers(request.user), pk=pk)
    data = request.POST if request.method == "POST" else None
    form = TermsForm(data, convention=convention, initial=_terms_of_today(convention))
    if form.is_bound and form.is_valid():
        draft = saved(form, lambda: propose_terms(convention=convention, actor=request.user, **form.values()))
        if draft:
            messages.success(request, f"L’avenant n° {draft.number} est préparé : relisez-le, puis émettez-le.")
            return redirect("conventions:amendment", pk=draft.pk)
    people = [(one, quality_of(one.person)) for one in to_invite(convention)]
    page = {"convention": convention, "form": form, "people": people}
    return render(request, "conventions/amendment_new.html", page, status=409 if form.errors else 200)


@require_POST
@needs("conventions.manage_convention")
def amendment_invite(request: HttpRequest, pk: int) -> HttpResponse:
    """Draft the amendment by which a member enters a convention."""
    convention = get_object_or_404(Convention.objects.visible_to(request.user), pk=pk)
    given = request.POST.get("membership", "")
    chosen = Membership.objects.filter(team=convention.team_id, pk=given if given.isdecimal() else None)
    membership = get_object_or_404(chosen.select_related("professional__merged_into"))
    try:
        draft = invite_member(convention=convention, membership=membership, actor=request.user)
    except TransitionRefused as refused:
        messages.error(request, refused.reason)
        return redirect("conventions:amendment_new", pk=pk)
    messages.success(request, f"L’avenant n° {draft.number} est préparé : relisez-le, puis émettez-le.")
    return redirect("conventions:amendment", pk=draft.pk)


@require_safe
@needs("conventions.view_text")
def amendment(request: HttpRequest, pk: int) -> HttpResponse:
    """Show an amendment: what it changes, its text, who signs it."""
    return amendment_page(request, pk)


@require_POST
@needs("conventions.manage_convention")
def amendment_step(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an amendment through a step; what was typed comes back with a refusal."""
    found = get_object_or_404(Amendment.objects.visible_to(request.user), pk=pk)
    step, comment = request.POST.get("step", ""), request.POST.get("comment", "")
    try:
        move_amendment(amendment=found, step=step, comment=comment, actor=request.user)
    except TransitionRefused as refused:
        said = {"step": step, "comment": comment, "error": refused.reason}
        return amendment_page(request, pk, refused=said, status=409)
    messages.success(request, DONE[step])
    return redirect("conventions:amendment", pk=pk)


@require_safe
@needs("conventions.view_text")
def amendment_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand out an amendment on paper: as it was filed, or the draft, which says so on each page."""
    found = get_object_or_404(amendments.amendment_dossiers(request.user), pk=pk)
    if found.document_id:
        return redirect("association:document", pk=found.document_id)
    file = f'attachment; filename="{found.convention.number}-avenant-{found.number} brouillon.pdf"'
    return HttpResponse(pdf_of(found), content_type="application/pdf", headers={"Content-Disposition": file})


def amendment_page(
    request: HttpRequest, pk: int, *, refused: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    """Render the page of an amendment, with what was refused."""
    found = get_object_or_404(amendments.amendment_dossiers(request.user), pk=pk)
    rows = amendments.signature_rows(found, actor=request.user)
    page = {
        "amendment": found,
        "convention": found.convention,
        "change": change_to_read(found),
        "rows": rows,
        "own": any(row.is_own for row in rows),
        "missing": [row for row in rows if row.signature.signed_on is None],
        "steps": amendments.amendment_steps(found, actor=request.user),
        "refused": refused,
        "history": amendments.amendment_history(found),
    }
    return render(request, "conventions/amendment.html", page, status=status)


def _terms_of_today(convention: Convention) -> dict[str, Any]:
    """Start a proposal from what holds now."""
    first = convention.effective_on or convention.starts_on
    day = min(max(timezone.localdate(), first), convention.ends_on)
    if not convention.terms.all():
        return {"effective_on": day}
    terms = terms_on(convention, day)
    return {"effective_on": day, "action_types": terms.action_types, "ceiling_cents": terms.ceiling_cents}
