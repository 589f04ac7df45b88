"""The members of a team: the section of the dossier, joining, the page of one stay."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from association.access import needs
from association.forms.members import (
    ChangeForm,
    CompanyForm,
    CompletingCompanyForm,
    CorrectingForm,
    LeavingForm,
    NewMemberForms,
    ReferentForm,
)
from association.forms.shared import CONFLICT, saved, status_of
from association.models import Company, Membership, Team
from association.nomenclature import MemberStatus, PracticeMode
from association.selectors.departures import consequences_of_leaving
from association.selectors.members import member_of, members_of, memberships_for, professions_for_ars, professions_of
from association.selectors.named import company_name
from association.services import members as services
from association.services.companies import complete_company, register_company

get_or_post = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@needs("association.view_team")
def team_members(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the members of a team, as a part of its dossier; without names to whoever sees none."""
    team = get_object_or_404(Team.objects.visible_to(request.user), pk=pk)
    if not request.user.has_perm("association.view_professional"):
        counts = {"team": team, "professions": professions_for_ars(team)}
        return render(request, "association/team_professions.html", counts)
    page: dict[str, Any] = {"team": team, "professions": professions_of(team)}
    members = members_of(team)
    page["present"] = sorted((one for one in members if not one.is_past), key=lambda one: one.tone != "good")
    page["past"] = [one for one in members if one.is_past]
    return render(request, "association/team_members.html", page)


@get_or_post
@needs("association.manage_team")
def member_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Let somebody join, known already or new."""
    team = get_object_or_404(Team.objects.visible_to(request.user), pk=pk)
    shown = {"joined_on": timezone.localdate(), "status": MemberStatus.EXPECTED, "mode": PracticeMode.LIBERAL}
    form = NewMemberForms(request.POST or None, user=request.user, initial=shown)
    if form.is_valid():
        made = _joined(request, team, form)
        if made is not None:
            messages.success(request, f"{made.person} est dans l’équipe.")
            return redirect(_members_of(team))
    page = {"team": team, "form": form.joining, "person": form.person, "new": form.makes_a_record}
    return render(request, "association/member_add.html", page, status=status_of(form.joining))


@get_or_post
@needs("association.manage_team")
def member(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the stay of a member, and change what holds of them from a day on."""
    stay = get_object_or_404(memberships_for(request.user), pk=pk)
    if request.method != "POST":
        return _member_page(request, stay)
    form = ChangeForm(request.POST)
    if form.is_valid():

        def save() -> Membership:
            return services.change_member(
                membership=stay,
                starts_on=form.cleaned_data["starts_on"],
                values=form.facts(),
                version=form.version_seen,
                actor=request.user,
            )

        if saved(form, save) is not None:
            messages.success(request, f"Le changement est enregistré pour {stay.person}.")
            return redirect(_members_of(stay.team))
    return _member_page(request, stay, change=form)


@require_POST
@needs("association.manage_team")
def member_leave(request: HttpRequest, pk: int) -> HttpResponse:
    """Record the departure of a member, once its consequences were shown and confirmed."""
    stay = get_object_or_404(memberships_for(request.user), pk=pk)
    form = LeavingForm(request.POST, prefix="sortie")
    if not form.is_valid():
        return _member_page(request, stay, leave=form)
    asked = {"membership": stay, "version": form.version_seen, "left_on": form.cleaned_data["left_on"]}
    if not form.cleaned_data["confirmed"]:
        if saved(form, lambda: services.check_departure(**asked, actor=request.user)) is None:
            return _member_page(request, stay, leave=form)
        return _departure_page(request, stay, form)
    if saved(form, lambda: services.leave_team(**asked, actor=request.user)) is None:
        return _member_page(request, stay, leave=form)
    messages.success(request, f"{stay.person} quitte l’équipe le {asked['left_on']:%d/%m/%Y}.")
    return redirect(_members_of(stay.team))


@require_POST
@needs("association.manage_team")
def member_leave_correct(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct a departure that was recorded by mistake."""
    stay = get_object_or_404(memberships_for(request.user), pk=pk)
    form = CorrectingForm(request.POST, prefix="correction")
    if form.is_valid():

        def save() -> Membership:
            return services.correct_departure(
                membership=stay, left_on=form.last_day, version=form.version_seen, actor=request.user
            )

        if (corrected := saved(form, save)) is not None:
            until = f"est daté du {corrected.left_on:%d/%m/%Y}" if corrected.left_on else "est retiré"
            messages.success(request, f"Le départ de {stay.person} {until}.")
            return redirect("association:member", pk=pk)
    return _member_page(request, stay, correct=form)


@require_POST
@needs("association.manage_team")
def member_referent(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a member the team's referent, or no longer."""
    stay = get_object_or_404(memberships_for(request.user), pk=pk)
    form = ReferentForm(request.POST)
    if form.is_valid():

        def save() -> Membership:
            return services.name_referent(
                membership=stay,
                is_referent=form.cleaned_data["is_referent"],
                version=form.version_seen,
                actor=request.user,
            )

        if saved(form, save) is not None:
            messages.success(request, "Le rôle de référent est enregistré.")
            return redirect("association:member", pk=pk)
    return _member_page(request, stay, referent=form)


@get_or_post
@needs("association.manage_team")
def company_new(request: HttpRequest) -> HttpResponse:
    """Register a company that is paid in somebody's place."""
    form = CompanyForm(request.POST or None)
    made = None
    if form.is_valid():
        made = saved(form, lambda: register_company(**form.cleaned_data, actor=request.user))
    page = {"form": form, "made": company_name(made) if made else ""}
    return render(request, "association/member_company.html", page, status=status_of(form))


@get_or_post
@needs("association.manage_team")
def company_complete(request: HttpRequest, pk: int) -> HttpResponse:
    """Write the SIRET and the FINESS that a company lacks, and go back to where they were asked for."""
    company = get_object_or_404(Company, pk=pk)
    back = request.GET.get("retour", "")
    back = back if url_has_allowed_host_and_scheme(back, None) else reverse("association:team_list")
    form = CompletingCompanyForm(request.POST or None, company=company)
    if form.is_valid() and saved(form, lambda: complete_company(company=company, actor=request.user, **form.numbers())):
        messages.success(request, f"« {company} » est complétée.")
        return redirect(back)
    page = {"form": form, "company": company, "back": back}
    return render(request, "association/member_company_complete.html", page, status=status_of(form))


def _joined(request: HttpRequest, team: Team, form: NewMemberForms) -> Membership | None:
    """Save what was typed; what is refused stands beside its field, in the part where it was typed."""
    stay: dict[str, Any] = form.joining.stay()
    if form.makes_a_record:
        person = form.person.values()
        return saved(
            form.joining,
            lambda: services.add_new_member(team=team, person=person, actor=request.user, **stay),
        )
    known = form.joining.cleaned_data["professional"]
    return saved(form.joining, lambda: services.add_member(team=team, professional=known, actor=request.user, **stay))


def _member_page(request: HttpRequest, stay: Membership, **typed: forms.Form) -> HttpResponse:
    """Show a stay with its forms; the one that was sent shows what was typed."""
    fresh = memberships_for(request.user).get(pk=stay.pk)
    shown = member_of(fresh)
    facts = {name: getattr(shown.facts, name) for name in services.DATED} if shown.facts else {}
    if request.GET.get("statut") == MemberStatus.CONFIRMED:
        facts["status"] = MemberStatus.CONFIRMED
    today = max(timezone.localdate(), fresh.joined_on)
    page = {
        "member": shown,
        "team": fresh.team,
        "change": typed.get("change") or ChangeForm(initial={**facts, "starts_on": today}, version=fresh.version),
        "leave": typed.get("leave") or LeavingForm(initial={"left_on": today}, version=fresh.version, prefix="sortie"),
        "correct": typed.get("correct") or CorrectingForm(version=fresh.version, prefix="correction"),
        "referent": typed.get("referent"),
    }
    conflict = any(status_of(form) == CONFLICT for form in typed.values())
    return render(request, "association/member.html", page, status=CONFLICT if conflict else 200)


def _departure_page(request: HttpRequest, stay: Membership, form: LeavingForm) -> HttpResponse:
    """Ask once more before a departure: who, when, and what follows from it."""
    left_on = form.cleaned_data["left_on"]
    page = {
        "member": member_of(stay),
        "team": stay.team,
        "left_on": left_on,
        "version": form.version_seen,
        "consequences": consequences_of_leaving(stay, left_on),
    }
    return render(request, "association/member_departure.html", page)


def _members_of(team: Team) -> str:
    return f"{reverse('association:team', args=[team.pk])}#membres"
