"""The pages of the "conventions de financement"."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from association.access import needs
from association.forms.shared import VersionedForm, saved, status_of
from association.machine import TransitionRefused
from payments.forms.grants import (
    AmendmentForm,
    DecisionForm,
    DeliverableForm,
    GrantForm,
    InstalmentForm,
    ScanForm,
    SignatureForm,
    TargetForm,
)
from payments.grant_drawing import draw
from payments.models import Grant, GrantDeliverable, GrantInstalment, GrantTarget, PreflightSettings
from payments.models.grants import DECIDE, MANAGE
from payments.selectors import grant_pages
from payments.selectors.grant_watch import reached
from payments.selectors.grants import figures_of, forecast, spent_by_heading, undecided
from payments.services import grants as services

get_or_post = require_http_methods(["GET", "HEAD", "POST"])
VIEW = "payments.view_grant"
DONE = {
    "sign": "La signature est notée : les actions de la période sont financées par cette dotation.",
    "abandon": "Le brouillon est abandonné.",
    "close": "La dotation est close.",
}


@dataclass(frozen=True)
class Sort:
    """One sort of row of a grant that may be changed: its form, its model, and what its pages say."""

    model: Any
    form: type[VersionedForm]
    new: str
    change: str
    done: str


@dataclass(frozen=True)
class Act:
    """Something that is written once on a grant: who may, its form, its service, and what its page says."""

    permission: str
    form: Callable[..., Any]
    save: Callable[..., Any]
    title: str
    done: str


SORTS = {
    "echeances": Sort(
        GrantInstalment, InstalmentForm, "Ajouter une échéance", "Échéance de versement", "L’échéance est enregistrée."
    ),
    "objectifs": Sort(GrantTarget, TargetForm, "Ajouter un objectif", "Objectif chiffré", "L’objectif est enregistré."),
    "livrables": Sort(
        GrantDeliverable, DeliverableForm, "Ajouter un livrable", "Livrable", "Le livrable est enregistré."
    ),
}
ACTS = {
    "avenant": Act(
        DECIDE,
        lambda data, files, grant: AmendmentForm(data),
        services.amend_grant,
        "Noter un avenant",
        "L’avenant est enregistré.",
    ),
    "reliquat": Act(
        DECIDE,
        lambda data, files, grant: DecisionForm(data, grant=grant),
        services.decide_left,
        "Décider d’un reliquat",
        "La décision est enregistrée.",
    ),
    "exemplaire": Act(
        MANAGE,
        lambda data, files, grant: ScanForm(data, files),
        services.attach_scan,
        "Déposer l’exemplaire signé",
        "L’exemplaire signé est déposé.",
    ),
}


@require_safe
@needs(VIEW)
def grant(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a grant: its figures, how they are worked out, its rows, what is allowed now, its history."""
    return _page(request, pk)


@require_POST
@needs(VIEW)
def grant_step(request: HttpRequest, pk: int) -> HttpResponse:
    """Do one step of a grant; a refusal opens the page again with what was typed."""
    found = get_object_or_404(grant_pages.grant_for(request.user), pk=pk)
    step = request.POST.get("step", "")
    form = SignatureForm(request.POST, prefix="sign") if step == "sign" else None
    said = {"step": step, "comment": "", "error": ""}
    if form is not None and not form.is_valid():
        return _page(request, pk, form=form, refused=said, status=422)
    try:
        if form is not None:
            services.sign_grant(grant=found, signed_on=form.cleaned_data["signed_on"], actor=request.user)
        elif step == "abandon":
            services.abandon_grant(grant=found, actor=request.user)
        elif step == "close":
            services.close_grant(grant=found, actor=request.user)
        else:
            raise TransitionRefused("Cette étape n’existe pas : la page a été mise à jour.")
    except TransitionRefused as refused:
        said["error"] = refused.reason
        return _page(request, pk, form=form, refused=said, status=409)
    messages.success(request, DONE[step])
    return redirect("payments:grant", pk=pk)


@get_or_post
@needs(MANAGE)
def grant_new(request: HttpRequest) -> HttpResponse:
    """Enter a grant as a draft."""
    form = GrantForm(request.POST or None)
    if form.is_valid() and (
        made := saved(form, lambda: services.draft_grant(values=form.values(), actor=request.user))
    ):
        messages.success(request, "Le brouillon est enregistré. Ajoutez ses échéances, ses objectifs et ses livrables.")
        return redirect("payments:grant", pk=made.pk)
    page = {"form": form, "title": "Nouvelle dotation"}
    return render(request, "payments/grant_form.html", page, status=_status(form))


@get_or_post
@needs(MANAGE)
def grant_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a draft; who comes second is told what the first changed."""
    found = get_object_or_404(grant_pages.grant_for(request.user), pk=pk)
    shown = {name: getattr(found, name) for name in Grant.JOURNALED}
    form = GrantForm(request.POST or None, initial=shown, version=found.version)

    def save() -> Grant:
        return services.change_grant(grant=found, values=form.values(), version=form.version_seen, actor=request.user)

    if form.is_valid() and saved(form, save, fresh=lambda: Grant.objects.get(pk=pk)):
        messages.success(request, "Le brouillon est enregistré.")
        return redirect("payments:grant", pk=pk)
    page = {"form": form, "grant": found, "title": "Modifier le brouillon"}
    return render(request, "payments/grant_form.html", page, status=_status(form))


@get_or_post
@needs(MANAGE)
def grant_row_add(request: HttpRequest, pk: int, sort: str) -> HttpResponse:
    """Add an instalment, a target or a deliverable."""
    found, kind = get_object_or_404(grant_pages.grant_for(request.user), pk=pk), _sort(sort)
    form = kind.form(request.POST or None)
    if form.is_valid() and saved(
        form, lambda: services.add_row(model=kind.model, grant=found, values=form.values(), actor=request.user)
    ):
        return _back(request, pk, kind.done)
    page = {"form": form, "grant": found, "title": kind.new}
    return render(request, "payments/grant_form.html", page, status=_status(form))


@get_or_post
@needs(MANAGE)
def grant_row(request: HttpRequest, pk: int, sort: str, row: int) -> HttpResponse:
    """Change a row: what was received, what was handed over."""
    found, kind = get_object_or_404(grant_pages.grant_for(request.user), pk=pk), _sort(sort)
    old = get_object_or_404(kind.model.objects.select_related("grant"), pk=row, grant=found)
    shown = {name: getattr(old, name) for name in kind.model.JOURNALED}
    form = kind.form(request.POST or None, initial=shown, version=old.version)

    def save() -> Any:
        return services.change_row(row=old, values=form.values(), version=form.version_seen, actor=request.user)

    if form.is_valid() and saved(form, save, fresh=lambda: kind.model.objects.get(pk=row)):
        return _back(request, pk, kind.done)
    page = {
        "form": form,
        "grant": found,
        "title": kind.change,
        "remove_url": reverse("payments:grant_row_remove", args=[pk, sort, row]),
    }
    return render(request, "payments/grant_form.html", page, status=_status(form))


@require_POST
@needs(MANAGE)
def grant_row_remove(request: HttpRequest, pk: int, sort: str, row: int) -> HttpResponse:
    """Take away a row that was entered by mistake."""
    found, kind = get_object_or_404(grant_pages.grant_for(request.user), pk=pk), _sort(sort)
    old = get_object_or_404(kind.model.objects.select_related("grant"), pk=row, grant=found)
    try:
        services.remove_row(row=old, actor=request.user)
    except TransitionRefused as refused:
        said = {"step": "", "comment": "", "error": refused.reason}
        return _page(request, pk, refused=said, status=409)
    return _back(request, pk, "La ligne est retirée. L’historique garde ce qu’elle disait.")


@get_or_post
@needs(MANAGE)
def grant_act(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """Write an amendment or a decision, or keep the signed paper."""
    found = get_object_or_404(grant_pages.grant_for(request.user), pk=pk)
    if act not in ACTS:
        raise Http404
    kind = ACTS[act]
    if not request.user.has_perm(kind.permission):
        raise PermissionDenied("Un avenant et un reliquat se notent par la trésorerie.")
    data, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = kind.form(data, files, found)
    if form.is_valid() and saved(form, lambda: kind.save(grant=found, actor=request.user, **form.values())):
        return _back(request, pk, kind.done)
    page = {
        "form": form,
        "grant": found,
        "title": kind.title,
        "left": undecided(found) if act == "reliquat" else None,
    }
    return render(request, "payments/grant_form.html", page, status=_status(form))


def _page(
    request: HttpRequest,
    pk: int,
    *,
    form: SignatureForm | None = None,
    refused: dict[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    found = get_object_or_404(grant_pages.grant_for(request.user), pk=pk)
    figures, foreseen, settings = figures_of(found), forecast(found), PreflightSettings.current()
    page = {
        "grant": found,
        "figures": figures,
        "forecast": foreseen,
        "drawing": draw(figures, foreseen),
        "first_percent": settings.grant_first_percent,
        "second_percent": settings.grant_second_percent,
        "instalments": found.instalments.all(),
        "reached": reached(found),
        "deliverables": found.deliverables.all(),
        "amendments": found.amendments.select_related("entered_by"),
        "decisions": found.decisions.select_related("to_grant", "entered_by"),
        "carried_in": found.carried_in.select_related("grant"),
        "headings": grant_pages.headings(spent_by_heading(found)),
        "steps": grant_pages.grant_steps(
            found, actor=request.user, forms={"sign": form or SignatureForm(prefix="sign")}
        ),
        "history": grant_pages.whole_history(found),
        "refused": refused,
        "may_change": found.state in ("draft", "signed") and request.user.has_perm(MANAGE),
    }
    return render(request, "payments/grant.html", page, status=status)


def _sort(name: str) -> Sort:
    if name not in SORTS:
        raise Http404
    return SORTS[name]


def _back(request: HttpRequest, pk: int, said: str) -> HttpResponse:
    messages.success(request, said)
    return redirect("payments:grant", pk=pk)


def _status(form: Any) -> int:
    return 200 if not form.errors else status_of(form) if status_of(form) != 200 else 422
