"""The sheet ``Équipes``."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from association.identifiers import commune_code, rna, siret
from association.models import Role, Team, TeamStructure, Theme, User
from association.nomenclature import LegalForm, TeamKind
from association.sheets.known import (
    REPRISE,
    check_commune,
    entered_states,
    stays,
    stored_communes,
    stored_teams,
    teams_under_convention,
)
from association.workbook import Book, Column, Loading, Row, Sheet, kinds
from association.workbook.book import stored_by
from association.workflow import enter_at

NAME = "Équipes"
KINDS = {
    "informelle": TeamKind.INFORMAL.value,
    "ESP": TeamKind.ESP.value,
    "ESP CLAP": TeamKind.ESP_CLAP.value,
    "ESS": TeamKind.ESS.value,
}
FORMS = {
    "aucune": LegalForm.NONE.value,
    "association": LegalForm.ASSOCIATION.value,
    "SISA": LegalForm.SISA.value,
}
COMMUNE = kinds.digits(5, validator=commune_code, expected="un code INSEE de commune à 5 caractères, par exemple 44109")
MAX_PATIENTS = 1_000_000


def check(book: Book) -> None:
    """Codes known, dates and kinds that fit; then what eligibility finds, as warnings."""
    stored = stored_teams(book)
    entered = entered_states(Team, [team.pk for team in stored.values()])
    structures = {s.team_id: s for s in TeamStructure.objects.filter(team__in=[t.pk for t in stored.values()])}
    book.sort_out(
        NAME,
        lambda row: stored.get(row["Code équipe"]),
        lambda _, team: _as_written(team, structures.get(team.pk), entered.get(team.pk)),
    )
    book.check_rows(NAME, _check_places, _check_recognised, _check_officer, _check_association, _check_gp)


def _check_recognised(book: Book, row: Row) -> None:
    if row["Reconnue le"] and row["Nature"] == TeamKind.INFORMAL:
        book.fault(row, "Reconnue le", says="une équipe informelle n'est pas reconnue : laissez vide")


def _check_officer(book: Book, row: Row) -> None:
    if row["Chargé de mission"] and row["Chargé de mission"] not in _officers(book):
        book.fault(row, "Chargé de mission", "l'adresse électronique d'un compte actif de chargé·e de mission")


def _check_association(book: Book, row: Row) -> None:
    if row["Structure juridique"] == LegalForm.ASSOCIATION and not row["RNA"]:
        book.warn(row, "RNA", "cette équipe est portée par une association dont le numéro RNA manque")


def _check_gp(book: Book, row: Row) -> None:
    if row["Nature"] == TeamKind.ESP_CLAP and row["Code équipe"] not in _teams_with_gp(book):
        book.warn(row, "Code équipe", "cette ESP CLAP n'a pas de médecin généraliste parmi ses membres confirmés")


def _check_places(book: Book, row: Row) -> None:
    for code in row["Communes"]:
        commune = check_commune(book, row, "Communes", code)
        if commune and commune.department.region_id != settings.REGION:
            book.warn(row, "Communes", f"la commune {code} ({commune.name}) n'est pas dans la région")


def _officers(book: Book) -> dict[str, User]:
    return book.memo(
        "officers",
        lambda: stored_by(
            User.objects.filter(role=Role.STAFF, is_active=True), "email", book.mentioned("Chargé de mission")
        ),
    )


def _teams_with_gp(book: Book) -> set[str]:
    def find() -> set[str]:
        members = stays(book, book[NAME].each(lambda row: str(row["Code équipe"])))
        return {team for (team, _), found in members.items() if any(stay.confirmed and stay.is_gp for stay in found)}

    return book.memo("teams with a GP", find)


def _as_written(team: Team, structure: TeamStructure | None, entered: str | None) -> dict[str, Any]:
    """Return what the sheet would say of a stored team (recognised since, on screen: as it was loaded)."""
    recognised = None if entered == Team.State.ACCOMPANIED else team.recognised_on
    return {
        "Nom": team.name,
        "Nature": team.kind,
        "Communes": tuple(commune.code for commune in team.communes.all()),
        "Structure juridique": structure.form if structure else LegalForm.NONE.value,
        "RNA": structure.rna if structure else "",
        "SIRET": structure.siret if structure else "",
        "Thématiques": tuple(theme.name for theme in team.themes.all()),
        "Patients communs": team.shared_patients,
        "Reconnue le": recognised,
        "Chargé de mission": team.officer.email if team.officer else None,
    }


# --- loading ------------------------------------------------------------------------------------------------


def load(book: Book, loading: Loading) -> None:
    """Teams enter recognised (under convention when the workbook brings one), or accompanied."""
    rows = book[NAME].new
    officers, places = _officers(book), stored_communes(book)
    under = teams_under_convention(book)
    teams = enter_at(
        (
            (
                Team(
                    code=row["Code équipe"],
                    name=row["Nom"],
                    kind=row["Nature"],
                    department_id=places[row["Communes"][0]].department_id,
                    shared_patients=row["Patients communs"],
                    recognised_on=row["Reconnue le"],
                    officer=officers.get(row["Chargé de mission"]),
                ),
                _state(row, under),
            )
            for row in rows
        ),
        actor=loading.actor,
        origin=REPRISE,
    )
    for row, team in zip(rows, teams, strict=True):
        row.pk = team.pk
    _load_places(rows)
    _load_themes(rows)
    TeamStructure.objects.bulk_create(
        TeamStructure(team_id=row.pk, form=row["Structure juridique"], rna=row["RNA"] or "", siret=row["SIRET"] or "")
        for row in rows
        if row["Structure juridique"] != LegalForm.NONE or row["RNA"] or row["SIRET"]
    )


def _state(row: Row, under: set[str]) -> str:
    if not row["Reconnue le"]:
        return Team.State.ACCOMPANIED
    return Team.State.UNDER_CONVENTION if row["Code équipe"] in under else Team.State.RECOGNISED


def _load_places(rows: list[Row]) -> None:
    link = Team.communes.through
    link.objects.bulk_create(
        [link(team_id=row.pk, commune_id=code) for row in rows for code in row["Communes"]], batch_size=2_000
    )


def _load_themes(rows: list[Row]) -> None:
    names = sorted({name for row in rows for name in row["Thématiques"]})
    Theme.objects.bulk_create([Theme(name=name) for name in names], ignore_conflicts=True)
    themes = stored_by(Theme.objects.all(), "name", names)
    link = Team.themes.through
    link.objects.bulk_create(
        [link(team_id=row.pk, theme_id=themes[name].pk) for row in rows for name in row["Thématiques"]],
        batch_size=2_000,
    )


TEAMS = Sheet(
    name=NAME,
    columns=(
        Column("Code équipe", kinds.text(40), required=True),
        Column("Nom", kinds.text(200), required=True),
        Column("Nature", kinds.choice(KINDS), required=True),
        Column("Communes", kinds.many(COMMUNE), required=True),
        Column("Structure juridique", kinds.choice(FORMS), default=LegalForm.NONE.value),
        Column("RNA", kinds.checked(10, rna, expected="un numéro RNA, par exemple W442001234")),
        Column("SIRET", kinds.digits(14, validator=siret, expected="un numéro SIRET de 14 chiffres")),
        Column("Thématiques", kinds.many(kinds.text(120)), default=()),
        Column("Patients communs", kinds.integer(most=MAX_PATIENTS)),
        Column("Reconnue le", kinds.day()),
        Column("Chargé de mission", kinds.email()),
    ),
    key=("Code équipe",),
    order=20,
    check=check,
    load=load,
)
