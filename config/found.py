"""The pages of the site in the search everywhere (association.registries.search_sources)."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse

from association.models import User
from association.registries import Hit, SearchSource, Typed, search_sources
from association.searching import near_all
from config.context_processors import NAVIGATION, Entry

# What the navigation does not name: the pages behind its pages that people look for.
MORE = (
    ("Équipes", Entry("Inscrire une équipe", "association:team_new", "", "association.manage_team")),
    (
        "Professionnels",
        Entry(
            "Créer une fiche de professionnel", "association:professional_create", "", "association.manage_professional"
        ),
    ),
    (
        "Professionnels",
        Entry("Doublons possibles", "association:possible_duplicates", "", "association.join_professionals"),
    ),
    ("Structures", Entry("Créer une structure", "association:structure_create", "", "association.manage_structure")),
    ("Paiements", Entry("Préparer un paiement mensuel", "payments:run_prepare", "", "payments.prepare_run")),
    (
        "Calendrier",
        Entry("Abonnements au calendrier", "association:calendar_keys", "", "association.subscribe_calendar"),
    ),
    ("Réglages", Entry("Montants d’appartenance", "association:allowances", "", "association.manage_rules")),
    ("Compte", Entry("Mot de passe", "account_change_password", "")),
    ("Compte", Entry("Sécurité du compte, double authentification", "mfa_index", "")),
    ("Compte", Entry("Se déconnecter", "account_logout", "")),
)


def pages(user: User, typed: Typed, limit: int) -> Iterator[Hit]:
    """Pages that are open to the user, by what the navigation calls them."""
    known = ((near_all(typed.words, entry.label), where, entry) for where, entry in _open_to(user))
    found = sorted((one for one in known if one[0]), key=lambda one: -one[0])
    for nearness, where, entry in found[:limit]:
        yield Hit(entry.label, where or "Page du site", reverse(entry.view), nearness)


def _open_to(user: User) -> Iterator[tuple[str, Entry]]:
    named = [(group.label, entry) for group in NAVIGATION for entry in group.entries]
    inside = [(entry.label, one) for _, entry in named for one in entry.inside]
    for where, entry in (*named, *inside, *MORE):
        if not entry.permission or user.has_perm(entry.permission):
            yield where, entry


def register() -> None:
    """Fill the registry of the ground."""
    search_sources.add("pages", SearchSource("Pages", "association.search", pages, 80))
