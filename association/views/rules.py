"""The page of the rules that the association sets."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from association.access import needs
from association.findings import rule_levels
from association.forms.rules import KINDS, RulesForm
from association.forms.shared import saved, status_of
from association.selectors.rules import latest_changes, refreshing
from association.services.rules import rules_version, set_levels, setting_name


@require_http_methods(["GET", "HEAD", "POST"])
@needs("association.manage_rules")
def rule_settings(request: HttpRequest) -> HttpResponse:
    """Show the level of each rule by kind of team, and change it for all dossiers at once."""
    form = RulesForm(request.POST or None, levels=rule_levels(), version=rules_version())

    def save() -> bool:
        changes = set_levels(levels=form.levels(), version=form.version_seen, actor=request.user)
        said = (
            "Les réglages sont enregistrés, et valent dès maintenant pour tous les dossiers. "
            "Les constats des listes et de l’accueil sont en cours de mise à jour."
        )
        messages.success(request, said if changes else "Rien n’a changé : ces réglages étaient déjà en vigueur.")
        return True

    if form.is_valid() and saved(form, save, fresh=_now):
        return redirect("association:rule_settings")
    page = {"form": form, "kinds": [kind.label for kind in KINDS], "changes": latest_changes()}
    page["refreshing"] = refreshing(request.user)
    return render(request, "association/rules.html", page, status=status_of(form))


def _now() -> Any:
    """The levels in force under the names of the form, for the choices that only somebody else touched."""
    return SimpleNamespace(**{setting_name(kind, rule): level.value for (kind, rule), level in rule_levels().items()})
