"""The pages of the professionals, and of those who may be one person known twice."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from association.access import needs
from association.forms.people import (
    JoiningForm,
    NewProfessionalForm,
    OtherRecordForm,
    ProfessionalForm,
    ReasonForm,
)
from association.journal import StaleEdit
from association.machine import TransitionRefused
from association.models import Professional, User
from association.selectors import people
from association.services import people as services

PAIRS_PER_PAGE = 10
get_or_post = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@needs("association.view_professional")
def professional(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a professional; a record joined with another leads to the one that stays."""
    person = get_object_or_404(people.person_dossier(request.user), pk=pk)
    if person.merged_into_id:
        messages.info(request, f"La fiche du RPPS {person.rpps} est réunie avec celle-ci.")
        return redirect("association:professional", pk=person.merged_into_id)
    return _person_page(request, person)


@get_or_post
@needs("association.manage_professional")
def professional_create(request: HttpRequest) -> HttpResponse:
    """Create a professional's record."""
    form = NewProfessionalForm(request.POST or None)
    if form.is_valid():
        try:
            created = services.create_professional(values=form.values(), actor=request.user)
        except ValidationError as wrong:
            form.add_error(None, wrong)
        else:
            messages.success(request, f"La fiche de {created} est créée.")
            return redirect("association:professional", pk=created.pk)
    return render(request, "association/professional_form.html", {"form": form}, status=422 if form.errors else 200)


@get_or_post
@needs("association.manage_professional")
def professional_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a professional's record; who comes second is told what the first changed."""
    person = _standing(request, pk)
    form = ProfessionalForm(request.POST or None, initial=_shown(person))
    status = 422 if form.errors else 200
    if form.is_valid():
        try:
            services.change_professional(
                professional=person,
                values=form.values(),
                version=form.version_seen,
                actor=request.user,
            )
        except StaleEdit as moved:
            person.refresh_from_db()
            form.tell(moved, person)
            status = 409
        except ValidationError as wrong:
            form.add_error(None, wrong)
            status = 422
        else:
            messages.success(request, "La fiche est enregistrée.")
            return redirect("association:professional", pk=pk)
    return render(request, "association/professional_form.html", {"form": form, "person": person}, status=status)


# --- one person known twice -----------------------------------------------------------------------------------


@require_safe
@needs("association.join_professionals")
def possible_duplicates(request: HttpRequest) -> HttpResponse:
    """Show the records that may be one person, side by side, with the reasons."""
    page = Paginator(people.possible_duplicates(), PAIRS_PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request, "association/duplicates.html", {"page": page, "pairs": people.side_by_side(page.object_list)}
    )


@require_POST
@needs("association.join_professionals")
def professional_apart(request: HttpRequest, pk: int) -> HttpResponse:
    """Remember that this record and ``other`` are two persons."""
    person = _standing(request, pk)
    other = _standing(request, request.POST.get("other", ""))
    try:
        services.tell_apart(one=person, other=other, actor=request.user)
    except TransitionRefused as refused:
        messages.error(request, refused.reason)
    else:
        messages.success(request, f"{person} et {other} sont deux personnes : elles ne seront plus proposées.")
    return redirect("association:possible_duplicates")


@require_safe
@needs("association.join_professionals")
def professional_other(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask which other record is of the same person."""
    person = _standing(request, pk)
    known = Professional.objects.visible_to(request.user)
    form = OtherRecordForm(request.GET if "other" in request.GET else None, person=person, known=known)
    if form.is_valid():
        return redirect("association:professional_join", pk=pk, other=form.cleaned_data["other"].pk)
    return render(
        request, "association/people_other.html", {"form": form, "person": person}, status=422 if form.errors else 200
    )


@get_or_post
@needs("association.join_professionals")
def professional_join(request: HttpRequest, pk: int, other: int) -> HttpResponse:
    """Show two records side by side, and join them once it is said who stays."""
    person, second = _standing(request, pk), _standing(request, other)
    form, refused = JoiningForm(request.POST or None, people=(person, second)), ""
    if form.is_valid():
        kept, goes = form.chosen()
        try:
            services.join_professionals(kept=kept, other=goes, actor=request.user, comment=form.cleaned_data["comment"])
        except TransitionRefused as no:
            refused = no.reason
        else:
            messages.success(request, f"Les deux fiches sont réunies : {kept}, RPPS {kept.rpps}, est gardée.")
            return redirect("association:professional", pk=kept.pk)
    else:
        refused = services.joining_refusal(kept=person, other=second) or ""
    page = {"form": form, "refused": refused, "pair": people.compared(person, second), "person": person}
    status = 409 if refused and form.is_bound else 422 if form.errors else 200
    return render(request, "association/people_join.html", page, status=status)


@require_POST
@needs("association.join_professionals")
def professional_separate(request: HttpRequest, pk: int) -> HttpResponse:
    """Undo a joining, as long as no run was frozen since."""
    other = get_object_or_404(people.person_dossier(request.user), pk=pk)
    kept = get_object_or_404(people.person_dossier(request.user), pk=other.merged_into_id or pk)
    form, comment = ReasonForm(request.POST), request.POST.get("comment", "")
    try:
        if not form.is_valid():
            raise TransitionRefused(" ".join(error for errors in form.errors.values() for error in errors))
        services.separate_professionals(other=other, actor=request.user, comment=form.cleaned_data["comment"])
    except TransitionRefused as refused:
        return _person_page(request, kept, refused={"step": str(pk), "comment": comment, "error": refused.reason})
    messages.success(request, f"La fiche du RPPS {other.rpps} est de nouveau à part.")
    return redirect("association:professional", pk=kept.pk)


# --- pieces ---------------------------------------------------------------------------------------------------


def _standing(request: HttpRequest, pk: Any) -> Professional:
    """Return a record of one's scope that was not joined with another, or answer 404."""
    number = int(pk) if str(pk).isdecimal() else 0
    return get_object_or_404(people.person_dossier(request.user), pk=number, merged_into__isnull=True)


def _shown(person: Professional) -> dict[str, Any]:
    return {"version": person.version, **{name: getattr(person, name) for name in Professional.JOURNALED}}


def _person_page(request: HttpRequest, person: Professional, refused: dict[str, str] | None = None) -> HttpResponse:
    user: User = request.user  # type: ignore[assignment]
    page = {
        "person": person,
        "stays": people.stays_of(person, user=user),
        "joined": [(other, services.separating_refusal(other=other)) for other in person.duplicates.all()],
        "changes": people.changes_of(person) if user.has_perm("association.view_journal") else None,
        "owes": people.sees_money_of(person, user=user),
        "year": timezone.localdate().year,
        "refused": refused,
    }
    return render(request, "association/professional.html", page, status=409 if refused else 200)
