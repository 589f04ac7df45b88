"""What every page knows: the organisation's name and the rooms that the signed-in person may enter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse


@dataclass(frozen=True)
class Entry:
    """One line of the navigation; an entry without permission is for everybody who is signed in.

    ``inside``: other ways to look at the same things, one step further in. ``also``: how the addresses of pages begin
    that belong here and do not lie under the entry's own.
    """

    label: str
    view: str
    icon: str
    permission: str = ""
    inside: tuple[Entry, ...] = ()
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Group:
    """Entries that belong together, under a name; the first group has none."""

    label: str
    entries: tuple[Entry, ...]


NAVIGATION = (
    Group(
        "",
        (
            Entry("Accueil", "home", "home"),
            Entry("Pilotage", "reports:dashboard", "board", "reports.view_dashboard"),
            Entry("Calendrier", "association:calendar", "calendar", "association.view_calendar"),
        ),
    ),
    Group(
        "Équipes",
        (
            Entry(
                "Équipes",
                "association:team_list",
                "teams",
                "association.view_team",
                (
                    Entry("Tableau", "association:team_board", "board", "association.view_overview"),
                    Entry("Carte", "association:team_map", "map", "association.view_overview"),
                ),
                also=("/membres/", "/echanges/"),
            ),
            Entry("Dossiers à l’ARS", "association:recognition_list", "file", "association.view_recognition"),
            Entry("Projets de santé", "association:project_list", "list", "association.view_project"),
            Entry("Documents", "association:document_list", "file", "association.open_document"),
            Entry(
                "Professionnels",
                "association:professional_list",
                "user",
                "association.view_professional",
                also=("/societes/",),
            ),
            Entry("Structures", "association:structure_list", "structures", "association.view_structure"),
        ),
    ),
    Group(
        "Activité",
        (
            Entry(
                "Conventions",
                "conventions:convention_list",
                "file",
                "conventions.view_convention",
                also=("/avenants/",),
            ),
            Entry(
                "Actions",
                "actions:action_list",
                "actions",
                "actions.view_action",
                (
                    Entry("À valider", "actions:queue", "check", "actions.validate_action"),
                    Entry("Saisie rapide", "actions:rapid", "list", "actions.declare_action"),
                    Entry("Feuilles numérisées", "actions:scans", "file", "actions.declare_action"),
                ),
            ),
            Entry("Bilans annuels", "reports:review_list", "list", "reports.view_review"),
            Entry(
                "Paiements",
                "payments:run_list",
                "payments",
                "payments.view_run",
                (
                    Entry("Indemnités", "payments:ledger", "list", "payments.view_run", also=("/non-indemnisees/",)),
                    Entry("Virements", "payments:payment_list", "list", "payments.view_payment"),
                    Entry("Comptes bancaires", "payments:account_list", "shield", "payments.view_account"),
                    Entry("Retours de la banque", "payments:bank_answers", "import", "payments.view_bank_answer"),
                    Entry("Banque", "payments:bank_details", "settings", "payments.manage_bank"),
                    Entry("L’année", "payments:year", "calendar", "payments.view_year"),
                    Entry("Suivi d’un paiement", "payments:whereabouts_search", "search", "payments.view_whereabouts"),
                    Entry("Dotations", "payments:grant_list", "payments", "payments.view_grant"),
                    Entry("Dépenses de fonctionnement", "payments:cost_list", "list", "payments.view_grant"),
                    Entry("Trop-perçus", "payments:debt_list", "list", "payments.view_repayment"),
                ),
            ),
            Entry(
                "Barème",
                "payments:price_grid",
                "list",
                "payments.view_price",
                (
                    Entry("Historique du barème", "payments:price_history", "file", "payments.view_price"),
                    Entry("Simulations", "payments:scenario_list", "board", "payments.simulate_prices"),
                ),
            ),
            Entry("Rapports à l’ARS", "reports:report_list", "file", "reports.view_report"),
        ),
    ),
    Group(
        "Pour l’ARS",
        (
            Entry("Espace ARS", "reports:ars_space", "board", "reports.view_ars_space"),
            Entry("Extraits pour un contrôle", "reports:extract_list", "file", "reports.view_extract"),
            Entry("Données ouvertes", "reports:open_data", "list", "reports.view_open_data"),
        ),
    ),
    Group(
        "Association",
        (
            Entry("Boîte d’envoi", "association:outbox", "mail", "association.view_outbox"),
            Entry("Mandats du bureau", "payments:mandate_list", "user", "payments.view_mandate"),
            Entry("Contrôle", "payments:sample_list", "shield", "payments.draw_control"),
            Entry("Modèles de convention", "conventions:template_list", "file", "conventions.manage_template"),
            Entry(
                "Réglages",
                "association:rule_settings",
                "settings",
                "association.manage_rules",
                (
                    Entry("Réglages des actions", "actions:settings", "settings", "actions.change_settings"),
                    Entry("Consultations", "association:look_list", "shield", "association.view_looks"),
                    Entry("Règles d’indemnisation", "payments:rule_settings", "settings", "payments.change_settings"),
                    Entry(
                        "Contrôles de paiement", "payments:preflight_settings", "settings", "payments.change_settings"
                    ),
                    Entry(
                        "Réglages des bilans", "reports:review_settings", "settings", "reports.change_review_settings"
                    ),
                    Entry(
                        "Réglage des extraits",
                        "reports:extract_settings",
                        "settings",
                        "reports.change_extract_settings",
                    ),
                ),
            ),
            Entry("Import", "import_workbook", "import", "association.import_workbook"),
        ),
    ),
)


def site(request: HttpRequest) -> dict[str, Any]:
    """Return ``organisation_name`` and ``navigation`` for the base layout, error pages included."""
    user = getattr(request, "user", None)
    signed_in = user is not None and user.is_authenticated
    return {
        "organisation_name": settings.ORGANISATION_NAME,
        "navigation": navigation(user, request.path) if signed_in else [],
    }


def navigation(user: Any, path: str) -> list[dict[str, Any]]:
    """Return the groups with the entries open to ``user``, the one that ``path`` lies under marked as current."""
    groups = [{"label": group.label, "entries": _open(group.entries, user, path)} for group in NAVIGATION]
    return [group for group in groups if group["entries"]]


def _open(entries: tuple[Entry, ...], user: Any, path: str) -> list[dict[str, Any]]:
    rooms = []
    for entry in entries:
        try:
            url = reverse(entry.view)
        except NoReverseMatch:  # the room is not built yet
            continue
        if entry.permission and not user.has_perm(entry.permission):
            continue
        current = path == url if entry.view == "home" else path.startswith((url, *entry.also))
        inside = _open(entry.inside, user, path)
        rooms.append({"label": entry.label, "url": url, "icon": entry.icon, "current": current, "inside": inside})
    return rooms
