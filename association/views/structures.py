"""The pages of the structures, and of what binds a team to them: legal structure, links, ETP programmes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from association.access import needs
from association.forms.shared import VersionedForm, saved, status_of
from association.forms.structures import CarryingForm, LinkForm, ProgrammeForm, StructureForm
from association.models import EtpProgramme, ExternalStructure, StructureLink, Team, TeamStructure
from association.selectors import structures as selectors
from association.services import structures as services

get_or_post = require_http_methods(["GET", "HEAD", "POST"])
MANAGE = "association.manage_structure"


@dataclass(frozen=True)
class Sort:
    """One sort of dated row of a team: its form, its service, and what its pages say."""

    model: Any
    form: type[VersionedForm]
    fields: tuple[str, ...]
    save: Callable[..., Any]
    keyword: str  # under which the service takes the row that is changed
    new: str
    change: str
    done: str
    remove: str  # name of the address


SORTS = {
    "carrying": Sort(
        TeamStructure, CarryingForm, services.CARRYING, services.carry_team, "carried",
        "Ajouter une structure juridique", "Structure juridique", "La structure juridique est enregistrée.",
        "association:carrying_remove",
    ),
    "link": Sort(
        StructureLink, LinkForm, services.LINK, services.link_team, "link",
        "Ajouter un lien avec une structure", "Lien avec une structure", "Le lien est enregistré.",
        "association:link_remove",
    ),
    "programme": Sort(
        EtpProgramme, ProgrammeForm, services.PROGRAMME, services.declare_programme, "programme",
        "Ajouter un programme d’ETP", "Programme d’ETP", "Le programme est enregistré.",
        "association:programme_remove",
    ),
}  # fmt: skip


@require_safe
@needs("association.view_structure")
def structure(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a structure with the teams of one's scope that are, or were, linked to it."""
    found = get_object_or_404(selectors.structure_list(request.user), pk=pk)
    page = {
        "structure": found,
        "links": selectors.links_of_structure(found, request.user),
        "changes": selectors.changes_of(found) if request.user.has_perm("association.view_journal") else None,
    }
    return render(request, "association/structure.html", page)


@get_or_post
@needs(MANAGE)
def structure_create(request: HttpRequest) -> HttpResponse:
    """Create a structure."""
    form = StructureForm(request.POST or None)
    if form.is_valid() and (
        made := saved(form, lambda: services.create_structure(values=form.values(), actor=request.user))
    ):
        messages.success(request, f"« {made} » est enregistrée.")
        return redirect("association:structure", pk=made.pk)
    return render(request, "association/structure_form.html", {"form": form}, status=status_of(form))


@get_or_post
@needs(MANAGE)
def structure_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a structure; who comes second is told what the first changed."""
    found = get_object_or_404(selectors.structure_list(request.user), pk=pk)
    form = StructureForm(
        request.POST or None, initial=_shown(found, ExternalStructure.JOURNALED), version=found.version
    )

    def save() -> ExternalStructure:
        return services.change_structure(
            structure=found, values=form.values(), version=form.version_seen, actor=request.user
        )

    if form.is_valid() and saved(form, save, fresh=lambda: ExternalStructure.objects.get(pk=pk)):
        messages.success(request, "La fiche est enregistrée.")
        return redirect("association:structure", pk=pk)
    page = {"form": form, "structure": found}
    return render(request, "association/structure_form.html", page, status=status_of(form))


@require_safe
@needs("association.view_structure")
def team_structures(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer the section « structures » of a dossier."""
    team = get_object_or_404(Team.objects.visible_to(request.user), pk=pk)
    page = {
        "team": team,
        "carried": selectors.carried_by(team, request.user),
        "links": selectors.links_of_team(team, request.user),
        "programmes": selectors.programmes_of(team, request.user),
    }
    return render(request, "association/structure_of_team.html", page)


@get_or_post
@needs(MANAGE)
def team_add(request: HttpRequest, pk: int, sort: str) -> HttpResponse:
    """Add a dated row to a team."""
    team = get_object_or_404(Team.objects.visible_to(request.user), pk=pk)
    kind = SORTS[sort]
    form: Any = kind.form(request.POST or None, team=team)  # type: ignore[call-arg]
    if form.is_valid() and saved(form, lambda: kind.save(team=team, values=form.values(), actor=request.user)):
        return _back(request, team, kind.done)
    page = {"team": team, "form": form, "title": kind.new, "action": "Enregistrer", "sort": sort}
    return render(request, "association/structure_row.html", page, status=status_of(form))


@get_or_post
@needs(MANAGE)
def team_change(request: HttpRequest, pk: int, sort: str) -> HttpResponse:
    """Change a dated row of a team, or put an end to it."""
    kind = SORTS[sort]
    row = _row(request, pk, kind)
    form: Any = kind.form(
        request.POST or None,
        team=row.team,
        initial=_shown(row, kind.fields),
        version=row.version,  # type: ignore[call-arg]
    )

    def save() -> Any:
        known = {kind.keyword: row, "version": form.version_seen}
        return kind.save(team=row.team, values=form.values(), actor=request.user, **known)

    if form.is_valid() and saved(form, save, fresh=lambda: kind.model.objects.get(pk=pk)):
        return _back(request, row.team, kind.done)
    page = {"team": row.team, "form": form, "title": kind.change, "action": "Enregistrer", "sort": sort}
    page["remove_url"] = reverse(kind.remove, args=[pk])
    return render(request, "association/structure_row.html", page, status=status_of(form))


@require_POST
@needs(MANAGE)
def team_remove(request: HttpRequest, pk: int, sort: str) -> HttpResponse:
    """Take away a row that was entered by mistake."""
    row = _row(request, pk, SORTS[sort])
    services.remove_from_team(row=row, actor=request.user)
    return _back(request, row.team, "La ligne est retirée. L’historique garde ce qu’elle disait.")


def _row(request: HttpRequest, pk: int, kind: Sort) -> Any:
    teams = Team.objects.visible_to(request.user)
    return get_object_or_404(kind.model.objects.select_related("team"), pk=pk, team__in=teams)


def _back(request: HttpRequest, team: Team, said: str) -> HttpResponse:
    messages.success(request, said)
    return redirect(f"{reverse('association:team', args=[team.pk])}#structures")


def _shown(row: Any, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}
