"""Steps for many rows of a list: what fits a selection, the confirmation, and what became of each row."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from association.access import View, needs
from association.bulk_table import BulkItemTable
from association.forms.shared import put_errors
from association.jobs import broker_answers
from association.listing.bulk import Selection, offers_for, selection_of, step_named
from association.listing.declaration import Listing, listings
from association.machine import TransitionRefused
from association.models import BulkOperation, Job
from association.selectors import bulk as selectors
from association.services.bulk import draw_up_operation, resume_operation, start_operation
from association.services.steps import move_job
from association.tables import on_page

NO_STEP = "Votre rôle ne permet pas cette étape, ou elle n’existe plus."


def bulk_of(listing: Listing) -> View:
    """Return the view of a selection: which steps fit it, or, once one is pressed, the way to its confirmation."""

    @require_POST
    @needs(listing.permission)
    def listing_bulk(request: HttpRequest, **route: Any) -> HttpResponse:
        try:
            selection = selection_of(listing, request.user, request.POST, **route)
            if "step" in request.POST:
                return _drawn_up(request, listing, selection, route)
            page = {"offers": offers_for(listing, request.user, selection), "total": selection.count()}
        except ValidationError as stale:
            page = {"error": " ".join(stale.messages)}
        except TransitionRefused as refused:
            page = {"error": refused.reason}
        page |= {"listing": listing, "posted": request.POST, "back": listing.url(**route)}
        if request.htmx:
            return render(request, "association/bulk_offers.html", page)
        status = 409 if "error" in page else 200
        return render(request, "association/bulk_selection.html", page, status=status)

    return listing_bulk


def _drawn_up(request: HttpRequest, listing: Listing, selection: Selection, route: dict[str, Any]) -> HttpResponse:
    step = step_named(listing, request.POST["step"], request.user)
    if step is None:
        raise PermissionDenied(NO_STEP)
    operation = draw_up_operation(listing=listing, step=step, selection=selection, route=route, actor=request.user)
    return redirect("association:bulk_confirm", pk=operation.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("association.run_job")
def bulk_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what a step will do and leave aside, ask what it has to know, and start it; once started, show it."""
    operation = get_object_or_404(selectors.operations_of(request.user), pk=pk, created_by=request.user)
    if operation.started_at:
        return redirect("association:bulk", pk=pk)
    listing = listings[operation.listing]
    step = step_named(listing, operation.step, request.user)
    if step is None:
        raise PermissionDenied(NO_STEP)
    answers = dict(request.POST.lists())
    form = step.filled(answers if request.method == "POST" else None)
    if form.is_valid() and _started(operation, answers, form, request):
        return redirect(f"{reverse('association:bulk', args=[pk])}#lancee")
    page = {
        "operation": operation,
        "step": step,
        "listing": listing,
        "form": form,
        "count": operation.items.count(),
        "skipped_count": sum(number for _, number in operation.skipped),
        "back": listing.url(**operation.route),
    }
    return render(request, "association/bulk_confirm.html", page)


@require_safe
@needs("association.run_job")
def bulk(request: HttpRequest, pk: int) -> HttpResponse:
    """Show an operation: its progress, what became of each row, and the refused ones apart."""
    return _page(request, get_object_or_404(selectors.operations_of(request.user), pk=pk))


@require_POST
@needs("association.run_job")
def bulk_step(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop one's operation at work, or go on with one that was stopped."""
    own = selectors.operations_of(request.user).filter(created_by=request.user).exclude(job=None)
    operation = get_object_or_404(own, pk=pk)
    try:
        if request.POST.get("step") == "stop":
            move_job(job=operation.job, step="cancel", actor=request.user)
        else:
            resume_operation(operation=operation, actor=request.user)
    except TransitionRefused as refused:
        fresh = get_object_or_404(selectors.operations_of(request.user), pk=pk)
        return _page(request, fresh, refused={"error": refused.reason})
    return redirect("association:bulk", pk=pk)


def _started(operation: BulkOperation, answers: dict[str, Any], form: forms.Form, request: HttpRequest) -> bool:
    """Start an operation; when the service refuses what was answered, say why on the form."""
    try:
        start_operation(operation=operation, answers=answers, actor=request.user)
    except ValidationError as refused:
        put_errors(form, refused)
        return False
    return True


def _page(request: HttpRequest, operation: BulkOperation, refused: dict[str, str] | None = None) -> HttpResponse:
    if operation.job is None:
        return redirect("association:bulk_confirm", pk=operation.pk)
    listing = listings[operation.listing]
    outcome = request.GET.get("issue", "")
    items = selectors.items_of(operation, outcome)
    back = listing.url(**operation.route)
    page = {
        "operation": operation,
        "view": selectors.view_of(operation, user=request.user),
        "job": operation.job,
        "is_live": operation.job.state in (Job.State.WAITING, Job.State.RUNNING),
        "broker_is_silent": operation.job.state == Job.State.WAITING and not broker_answers(),
        "progress_url": reverse("association:job_progress", args=[operation.job_id]),
        "outcome": outcome,
        "table": on_page(BulkItemTable(items, listing=listing), request),
        "listing": listing,
        "back": back,
        "refused_url": f"{back}?lot={operation.pk}#tout-selectionner",
        "refused": refused,
    }
    return render(request, "association/bulk.html", page, status=409 if refused else 200)
