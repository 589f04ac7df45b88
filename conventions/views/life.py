"""What happens to a convention after its signature: suspension, resumption, termination, renewal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from association.access import needs
from conventions.forms.life import RenewForm, ResumeForm, SuspendForm, TerminateForm
from conventions.models import Convention
from conventions.selectors import life, pages
from conventions.services.ending import terminate_convention
from conventions.services.renewing import missing_for_renewal, renew_convention
from conventions.services.suspending import resume_convention, suspend_convention
from conventions.views.refusals import saved

FORM_METHODS = require_http_methods(["GET", "HEAD", "POST"])
FORMS: dict[str, type[forms.Form]] = {
    "suspend": SuspendForm,
    "resume": ResumeForm,
    "terminate": TerminateForm,
    "renew": RenewForm,
}
FIRST_DAY = {"suspend": "starts_on", "resume": "resumed_on", "terminate": "terminated_on"}


@require_safe
@needs("conventions.view_convention")
def life_of(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the life of a convention, as a part of its page."""
    convention = get_object_or_404(pages.convention_dossiers(request.user).prefetch_related("suspensions"), pk=pk)
    page = {
        "convention": convention,
        "standing": life.standing(convention),
        "renewal": life.renewal_of(convention),
        "gestures": [replace(one, form=_form(one.name)) for one in _gestures(request, convention)],
    }
    return render(request, "conventions/life_of.html", page)


@FORM_METHODS
@needs("conventions.manage_convention")
def suspend(request: HttpRequest, pk: int) -> HttpResponse:
    """Suspend a convention from a day on."""
    return _gesture(request, pk, "suspend", suspend_convention, "La convention est suspendue.")


@FORM_METHODS
@needs("conventions.manage_convention")
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    """Lift a suspension from a day on."""
    return _gesture(request, pk, "resume", resume_convention, "La suspension est levée.")


@FORM_METHODS
@needs("conventions.stop_convention")
def terminate(request: HttpRequest, pk: int) -> HttpResponse:
    """Terminate a convention from a day on."""
    return _gesture(request, pk, "terminate", terminate_convention, "La résiliation est enregistrée.")


@FORM_METHODS
@needs("conventions.manage_convention")
def renew(request: HttpRequest, pk: int) -> HttpResponse:
    """Prepare the renewal of a convention, and show it."""
    said = "Le renouvellement est préparé : relisez-le, puis émettez-le."
    return _gesture(request, pk, "renew", renew_convention, said)


def _gesture(request: HttpRequest, pk: int, name: str, service: Callable[..., Convention], said: str) -> HttpResponse:
    """Do what a dialog of the page asks for; a refusal is told on a page of its own, with what was typed."""
    convention = get_object_or_404(pages.convention_dossiers(request.user), pk=pk)
    form = _form(name, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        done = saved(form, lambda: service(convention=convention, actor=request.user, **form.cleaned_data))
        if done:
            messages.success(request, said)
            return redirect("conventions:convention", pk=done.pk)
    gesture = next((one for one in _gestures(request, convention) if one.name == name), None)
    page = {"convention": convention, "form": form, "gesture": gesture, "label": life.LABELS[name]}
    return render(request, "conventions/life_gesture.html", page, status=409 if form.errors else 200)


def _gestures(request: HttpRequest, convention: Convention) -> list[life.Gesture]:
    return life.gestures(
        convention,
        actor=request.user,  # type: ignore[arg-type]
        missing_for_renewal=missing_for_renewal(convention),
    )


def _form(name: str, data: Any = None) -> Any:
    """Return the form of a gesture, at today; its prefix parts it from the other dialogs of the page."""
    initial = {FIRST_DAY[name]: timezone.localdate()} if name in FIRST_DAY else {}
    return FORMS[name](data, prefix=name, initial=initial)
