"""The forms of the association's running costs; their list is in `payments.lists`."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from association.access import needs
from association.forms.shared import saved, status_of
from association.machine import TransitionRefused
from payments.forms.grants import RunningCostForm
from payments.models import RunningCost
from payments.models.grants import MANAGE
from payments.selectors.grant_pages import cost_list
from payments.services.running_costs import change_cost, enter_cost, remove_cost

get_or_post = require_http_methods(["GET", "HEAD", "POST"])


@get_or_post
@needs(MANAGE)
def cost_new(request: HttpRequest) -> HttpResponse:
    """Enter a cost."""
    form = RunningCostForm(request.POST or None)
    if form.is_valid() and saved(form, lambda: enter_cost(values=form.values(), actor=request.user)):
        messages.success(request, "La dépense est enregistrée.")
        return redirect("payments:cost_list")
    return _form(request, form)


@get_or_post
@needs(MANAGE)
def cost_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct a cost; who comes second is told what the first changed."""
    found = get_object_or_404(cost_list(request.user), pk=pk)
    shown = {name: getattr(found, name) for name in RunningCost.JOURNALED}
    form = RunningCostForm(request.POST or None, initial=shown, version=found.version)

    def save() -> RunningCost:
        return change_cost(cost=found, values=form.values(), version=form.version_seen, actor=request.user)

    if form.is_valid() and saved(form, save, fresh=lambda: RunningCost.objects.get(pk=pk)):
        messages.success(request, "La dépense est enregistrée.")
        return redirect("payments:cost_list")
    return _form(request, form, found)


@require_POST
@needs(MANAGE)
def cost_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take away a cost that was entered by mistake."""
    found = get_object_or_404(cost_list(request.user), pk=pk)
    try:
        remove_cost(cost=found, actor=request.user)
    except TransitionRefused as refused:
        messages.error(request, refused.reason)
        return redirect("payments:cost_edit", pk=pk)
    messages.success(request, "La dépense est retirée. L’historique garde ce qu’elle disait.")
    return redirect("payments:cost_list")


def _form(request: HttpRequest, form: RunningCostForm, cost: RunningCost | None = None) -> HttpResponse:
    page = {
        "form": form,
        "title": "Dépense de fonctionnement",
        "remove_url": reverse("payments:cost_remove", args=[cost.pk]) if cost else "",
    }
    status = 200 if not form.errors else status_of(form) if status_of(form) != 200 else 422
    return render(request, "payments/cost_form.html", page, status=status)
