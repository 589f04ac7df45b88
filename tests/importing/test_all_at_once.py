"""One pass says every fault: a cell that cannot be read hides no other, and makes no fault elsewhere."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from association.models import User
from association.registries import sheets as declared
from association.workbook import Report
from association.workbook.reading import tables_of
from config.importing import check_workbook
from tests.importing.making import sound_sheets, write
from tests.importing.test_sheets import Load

# Changes of one row each, and the columns that are at fault: those that cannot be read, and what only a check finds.
PLANTED: list[tuple[str, int, dict[str, Any], set[str]]] = [
    ("Barème", 0, {"Montant": "cher", "Nombre maximal par an": 0}, {"Montant", "Nombre maximal par an"}),
    (
        "Équipes", 0,
        {"Nature": "Tribu", "Communes": 99999, "Chargé de mission": "personne@exemple.fr"},
        {"Nature", "Communes", "Chargé de mission"},
    ),
    (
        "Équipes", 1,
        {"Nom": None, "Patients communs": "beaucoup", "Reconnue le": date(2025, 1, 1)},
        {"Nom", "Patients communs", "Reconnue le"},
    ),
    ("Bénéficiaires", 0, {"SIRET": "12", "IBAN": None}, {"SIRET", "Compte vérifié"}),
    (
        "Professionnels", 0,
        {"Téléphone": "?", "Commune": 99998, "Biologiste": "oui", "Profession": 60},
        {"Téléphone", "Commune", "Biologiste", "Médecin généraliste"},
    ),
    ("Professionnels", 2, {"Profession": "99", "IBAN": "FR00", "Nom": None}, {"Profession", "IBAN", "Nom"}),
    (
        "Membres", 0,
        {
            "Statut": "membre", "Code équipe": "XX", "Sortie le": date(2024, 1, 1), "Lieu d'exercice": 99997,
            "Bénéficiaire": "SEL-X",
        },
        {"Statut", "Code équipe", "Sortie le", "Lieu d'exercice", "Bénéficiaire"},
    ),
    (
        "Membres", 1,
        {"Entrée le": "hier", "RPPS": "10000000041", "Code équipe": "YY"},
        {"Entrée le", "RPPS", "Code équipe"},
    ),
    (
        "Conventions", 0,
        {"Types d'action": "RCP; ?", "Plafond annuel": 0, "Fin": date(2025, 1, 1), "Code équipe": "01-02",
         "Effet le": date(2020, 1, 1), "Signée le": None},
        {"Types d'action", "Plafond annuel", "Fin", "Effet le"},
    ),
    ("Actions", 1, {"Type": "?", "Date": None, "Code équipe": "ZZ"}, {"Type", "Date", "Code équipe"}),
    ("Participations", 0, {"Rôle": "?", "Payé le": None, "RPPS": "10000000041"}, {"Rôle", "Payé le", "RPPS"}),
    ("Participations", 2, {"Rôle": None, "Payé le": date(2026, 1, 1)}, {"Rôle", "Payé le"}),
    (
        "Participations", 3,
        {"RPPS": "12", "Déjà payé": 10, "Payé le": date(2026, 1, 1), "Référence virement": "x" * 141},
        {"RPPS", "Déjà payé", "Référence virement"},
    ),
]  # fmt: skip


def found(report: Report) -> list[tuple[str, int, str]]:
    return sorted((fault.sheet, fault.row, fault.column) for fault in report.faults)


def test_one_pass_finds_all_faults_of_all_rows(admin: User, tmp_path: Path) -> None:
    sheets = sound_sheets()
    for sheet, row, changes, _ in PLANTED:
        sheets[sheet][row] |= changes

    report = check_workbook(write(tmp_path / "a.xlsx", sheets))

    expected = [(sheet, row + 2, column) for sheet, row, _, columns in PLANTED for column in columns]
    assert found(report) == sorted(expected), "\n".join(report.fault_lines())


UNREADABLE = "\u202eillisible"  # no kind of column takes it
COLUMNS = [(name, column.header) for name, table in tables_of(declared).items() for column in table.columns]
# The keys that other rows name: without them these rows do not know whom they name.
NAMED = {
    ("Équipes", "Code équipe"), ("Bénéficiaires", "Code"), ("Professionnels", "RPPS"), ("Actions", "Référence"),
}  # fmt: skip


@pytest.mark.parametrize("stored", [False, True], ids=["new", "stored"])
def test_one_cell_at_fault_is_one_fault(load: Load, tmp_path: Path, stored: bool) -> None:
    """Whichever it is, in every row of its sheet, in a first workbook or in one that was loaded."""
    if stored:
        assert load(write(tmp_path / "sound.xlsx", sound_sheets())).code == 0
    for sheet, header in COLUMNS:
        for place in range(len(sound_sheets()[sheet])):
            if (sheet, header) in NAMED and not stored:
                continue
            sheets = sound_sheets()
            sheets[sheet][place][header] = UNREADABLE
            report = check_workbook(write(tmp_path / "a.xlsx", sheets))
            assert found(report) == [(sheet, place + 2, header)], "\n".join(report.fault_lines())


def test_rows_at_fault_are_there_for_those_that_name_them(admin: User, tmp_path: Path) -> None:
    sheets = sound_sheets()
    sheets["Équipes"][0] |= {"Nature": "Tribu", "Reconnue le": "?"}
    sheets["Bénéficiaires"][0]["Raison sociale"] = None
    for person in sheets["Professionnels"]:
        person |= {"Nom": None, "Médecin généraliste": "?"}
    sheets["Actions"][0] |= {"Type": "?", "Validée": "?"}

    report = check_workbook(write(tmp_path / "a.xlsx", sheets))

    assert found(report) == sorted(
        [("Équipes", 2, "Nature"), ("Équipes", 2, "Reconnue le"), ("Bénéficiaires", 2, "Raison sociale")]
        + [("Professionnels", row, header) for row in (2, 3, 4) for header in ("Nom", "Médecin généraliste")]
        + [("Actions", 2, "Type"), ("Actions", 2, "Validée")]
    )
    assert [(warning.row, warning.column) for warning in report.warnings] == [(3, "Communes")]  # the region


def test_rows_at_fault_count_for_repeated_keys(admin: User, tmp_path: Path) -> None:
    sheets = sound_sheets()
    sheets["Équipes"].append({**sheets["Équipes"][0], "Nature": "Tribu", "Communes": 99999})
    sheets["Membres"].append({**sheets["Membres"][0], "Statut": "?", "Sortie le": date(2024, 1, 1)})
    sheets["Barème"].append({**sheets["Barème"][0], "Profession": "?"})  # which key this is, is not known

    report = check_workbook(write(tmp_path / "a.xlsx", sheets))

    assert found(report) == sorted(
        [("Équipes", 4, header) for header in ("Nature", "Communes", "Code équipe")]
        + [("Membres", 5, header) for header in ("Statut", "Sortie le", "Entrée le")]
        + [("Barème", 4, "Profession")]
    )


def test_required_cell_of_separators_is_a_fault(load: Load, tmp_path: Path) -> None:
    sheets = sound_sheets()
    sheets["Équipes"][1]["Communes"] = " ; "

    outcome = load(write(tmp_path / "a.xlsx", sheets))

    assert outcome.code == 1
    assert "Feuille « Équipes », ligne 3, colonne « Communes »" in outcome.text
