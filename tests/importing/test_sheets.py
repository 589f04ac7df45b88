"""Rows against each other and against the database; what is only warned of; the commented copy."""
# ruff: noqa: E501 - one case per line

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from config.importing import check_workbook
from tests.importing.conftest import Outcome
from tests.importing.making import GP, NURSE, Sheets, by_hand, inline, sheet_xml, sound_sheets, write
from tests.importing.test_files import zip_bomb

Load = Callable[..., Outcome]
Count = Callable[[], dict[str, int]]

REPEATED = [
    ("Barème", {"Montant": 70}, "En vigueur le"),
    ("Équipes", {"Nom": "Autre"}, "Code équipe"),
    ("Bénéficiaires", {}, "Code"),
    ("Professionnels", {}, "RPPS"),
    ("Membres", {}, "Entrée le"),
    ("Conventions", {}, "Numéro"),
    ("Actions", {}, "Référence"),
    ("Participations", {"Rôle": "rédacteur"}, "RPPS"),
]


@pytest.mark.parametrize(("sheet", "changes", "header"), REPEATED)
def test_duplicate_key_is_a_fault(
    sheet: str, changes: dict[str, Any], header: str, load: Load, tmp_path: Path, everything: Count
) -> None:
    sheets = sound_sheets()
    sheets[sheet].append({**sheets[sheet][0], **changes})
    before = everything()

    outcome = load(write(tmp_path / "a.xlsx", sheets))

    assert outcome.code == 1
    assert f"Feuille « {sheet} », ligne {len(sheets[sheet]) + 1}, colonne « {header} »" in outcome.text
    assert "que la ligne 2" in outcome.text
    assert everything() == before


CHANGED = [
    ("Barème", 0, "Montant", 51, "attendu : la valeur déjà enregistrée sous cette clé : « 50,00 »"),
    ("Barème", 0, "Nombre maximal par an", None, "« 12 »"),
    ("Équipes", 0, "Nom", "Autre nom", "« Équipe du Clos »"),
    ("Équipes", 0, "Communes", "44109", "« 44109 ; 44184 »"),
    ("Équipes", 0, "Thématiques", None, "« Diabète ; Plaies »"),
    ("Équipes", 0, "RNA", "W442009999", "« W442001234 »"),
    ("Équipes", 0, "Reconnue le", date(2025, 6, 2), "« 01/06/2025 »"),
    ("Équipes", 1, "Chargé de mission", "gestion@exemple.fr", "vide"),
    ("Bénéficiaires", 0, "Raison sociale", "SELAS", "« SELARL du Clos »"),
    ("Bénéficiaires", 0, "IBAN", "FR1420041010050500013M02606", "un autre compte (•••• 0189) est déjà enregistré"),
    ("Bénéficiaires", 0, "Titulaire du compte", "Autre", "« SELARL DU CLOS »"),
    ("Bénéficiaires", 0, "Compte vérifié", "non", "« oui »"),
    ("Professionnels", 0, "Nom", "Guerin", "« Guérin »"),
    ("Professionnels", 0, "Commune", None, "« 44109 »"),
    ("Professionnels", 0, "Compte vérifié", "oui", "« non »"),
    ("Membres", 0, "Sortie le", date(2026, 5, 1), "vide"),
    ("Membres", 0, "Statut", "pressenti", "« confirmé »"),
    ("Membres", 0, "Mode d'exercice", "mixte", "« libéral »"),
    ("Membres", 0, "Bénéficiaire", "SEL-1", "vide"),
    ("Membres", 0, "Signature le", date(2025, 12, 16), "la signature déjà enregistrée pour la convention C-1 est : 15/12/2025"),
    ("Membres", 0, "Signature le", None, "est : 15/12/2025"),
    ("Conventions", 0, "Plafond annuel", None, "« 8 000,00 »"),
    ("Conventions", 0, "Types d'action", "RCP", "« PPS ; RCP »"),
    ("Conventions", 0, "Effet le", date(2026, 1, 2), "« 01/01/2026 »"),
    ("Conventions", 0, "Signée le", None, "« 20/12/2025 »"),
    ("Actions", 0, "Date", date(2026, 2, 4), "« 03/02/2026 »"),
    ("Actions", 1, "Validée", "oui", "« non »"),
    ("Actions", 0, "Modalité", None, "« visio »"),
    ("Participations", 0, "Rôle", "rédacteur", "« participant »"),
    ("Participations", 0, "Déjà payé", 51, "« 50,00 »"),
    ("Participations", 0, "Payé le", date(2026, 3, 16), "« 15/03/2026 »"),
    ("Participations", 0, "Référence virement", "VIR-04", "« VIR-03 »"),
    ("Participations", 2, "Déjà payé", 50, "vide"),
]  # fmt: skip


@pytest.mark.parametrize(("sheet", "row", "header", "value", "sentence"), CHANGED)
def test_same_key_with_another_value_is_a_fault(
    sheet: str, row: int, header: str, value: Any, sentence: str, load: Load, tmp_path: Path, everything: Count
) -> None:
    assert load(write(tmp_path / "a.xlsx", sound_sheets())).code == 0
    before = everything()
    sheets = sound_sheets()
    sheets[sheet][row][header] = value

    outcome = load(write(tmp_path / "b.xlsx", sheets))

    assert outcome.code == 1
    assert f"Feuille « {sheet} », ligne {row + 2}, colonne « {header} »" in outcome.text
    assert sentence.lower() in outcome.text.lower()
    assert everything() == before


def test_column_left_out_is_not_compared(load: Load, tmp_path: Path) -> None:
    load(write(tmp_path / "a.xlsx", sound_sheets()))
    sheets = sound_sheets()
    for row in sheets["Équipes"]:
        del row["Thématiques"], row["Reconnue le"]

    assert "rien n'a changé" in load(write(tmp_path / "b.xlsx", {"Équipes": sheets["Équipes"]})).text


# --- warnings ---------------------------------------------------------------------------------------------------


def no_gp(sheets: Sheets) -> None:
    sheets["Professionnels"][0]["Médecin généraliste"] = "non"


def no_rna(sheets: Sheets) -> None:
    sheets["Équipes"][0]["RNA"] = None


def stranger(sheets: Sheets) -> None:
    sheets["Membres"][1]["Sortie le"] = date(2026, 1, 31)


def expected_member(sheets: Sheets) -> None:
    sheets["Membres"][1]["Statut"] = "pressenti"


def one_profession(sheets: Sheets) -> None:
    sheets["Participations"] = [sheets["Participations"][0]]


def overlap(sheets: Sheets) -> None:
    other = {"Numéro": "C-2", "Début": date(2027, 1, 1), "Fin": date(2029, 1, 1), "Signée le": date(2027, 1, 1)}
    sheets["Conventions"].append({**sheets["Conventions"][0], **other})


def salaried(sheets: Sheets) -> None:
    sheets["Membres"][0]["Mode d'exercice"] = "salarié"


def no_holder(sheets: Sheets) -> None:
    sheets["Bénéficiaires"][0]["Titulaire du compte"] = None


def shared_account(sheets: Sheets) -> None:
    sheets["Professionnels"][2]["IBAN"] = sheets["Professionnels"][0]["IBAN"]


def two_stays(sheets: Sheets) -> None:
    again = {"Entrée le": date(2024, 1, 1), "Sortie le": date(2025, 2, 1)}
    sheets["Membres"].append({**sheets["Membres"][1], **again})


def unknown_sheet(sheets: Sheets) -> None:
    sheets["Notes"] = [{"a": 1}]


WARNED = [
    (no_gp, "Équipes", "n'a pas de médecin généraliste"),
    (no_rna, "Équipes", "dont le numéro RNA manque"),
    (stranger, "Participations", f"« {NURSE} » : N'est pas membre confirmé de l'équipe 44-01 le 03/02/2026."),
    (expected_member, "Participations", "N'est pas membre confirmé"),
    (one_profession, "Actions", "une concertation réunit au moins deux professions"),
    (overlap, "Conventions", "cette convention et C-1 sont en vigueur en même temps"),
    (salaried, "Membres", "un salarié sans employeur bénéficiaire n'est pas indemnisé"),
    (no_holder, "Bénéficiaires", "« SELARL du Clos » est repris"),
    (shared_account, "Professionnels", "même IBAN qu’à la ligne 2"),
    (two_stays, "Membres", "se chevauchent"),
    (unknown_sheet, "Notes", "feuille inconnue, elle n'est pas lue"),
]


@pytest.mark.parametrize(("change", "sheet", "sentence"), WARNED, ids=lambda value: getattr(value, "__name__", None))
def test_what_does_not_keep_from_loading_is_warned_of(
    change: Callable[[Sheets], None], sheet: str, sentence: str, load: Load, tmp_path: Path
) -> None:
    sheets = sound_sheets()
    change(sheets)

    outcome = load(write(tmp_path / "a.xlsx", sheets))

    assert outcome.code == 0, outcome.text
    lines = [line for line in outcome.text.splitlines() if line.startswith(f"Avertissement. Feuille « {sheet} »")]
    assert any(sentence.lower() in line.lower() for line in lines), outcome.text


def test_signed_convention_needs_a_recognised_team(load: Load, tmp_path: Path) -> None:
    sheets = sound_sheets()
    sheets["Équipes"][0]["Reconnue le"] = None

    outcome = load(write(tmp_path / "a.xlsx", sheets))

    assert outcome.code == 1
    assert "Une convention signée demande que l'équipe ait une date « Reconnue le »." in outcome.text


def test_second_open_stay_is_a_fault(load: Load, tmp_path: Path) -> None:
    sheets = sound_sheets()
    sheets["Membres"].append({**sheets["Membres"][0], "Entrée le": date(2025, 6, 1)})

    outcome = load(write(tmp_path / "a.xlsx", sheets))

    assert outcome.code == 1
    assert "Une autre entrée, le 01/01/2025, n'a pas de sortie." in outcome.text


# --- headers ----------------------------------------------------------------------------------------------------


def test_missing_and_repeated_headers_are_faults(load: Load, tmp_path: Path) -> None:
    xml = sheet_xml(inline(1, "Code équipe", "Nom", "NOM", "Nature"), inline(2, "a", "b", "c", "ESP"))

    outcome = load(by_hand(tmp_path / "a.xlsx", xml))

    assert outcome.code == 1
    assert "La colonne obligatoire « Communes » manque." in outcome.text
    assert "« NOM » : Cet en-tête figure deux fois." in outcome.text


def test_blank_first_row_is_a_fault(load: Load, tmp_path: Path) -> None:
    outcome = load(by_hand(tmp_path / "a.xlsx", sheet_xml(inline(3, "Code équipe", "Nom", "Nature", "Communes"))))

    assert outcome.code == 1
    assert "La première ligne est vide : elle doit porter les en-têtes." in outcome.text


def test_values_without_header_are_reported(load: Load, tmp_path: Path) -> None:
    def note(book: Workbook) -> None:
        book["Équipes"]["N2"] = "à voir"

    outcome = load(write(tmp_path / "a.xlsx", sound_sheets(), finish=note))

    assert outcome.code == 0
    assert "La colonne N n'a pas d'en-tête, elle n'est pas lue." in outcome.text


def test_faults_beyond_a_thousand_are_counted(load: Load, tmp_path: Path) -> None:
    sheets = sound_sheets()
    sheets["Actions"] = [{**sheets["Actions"][0], "Référence": f"A-{n}", "Type": "?"} for n in range(1_200)]

    outcome = load(write(tmp_path / "a.xlsx", sheets))

    assert outcome.text.count("Faute. Feuille") == 1_000
    assert "… et 200 autres fautes de plus." in outcome.text
    assert "1 200 fautes : rien n'a été chargé." in outcome.text


# --- the commented copy -----------------------------------------------------------------------------------------


def test_annotated_copy_comments_the_faulty_cells(load: Load, tmp_path: Path) -> None:
    sheets = sound_sheets()
    sheets["Équipes"][0]["Nature"] = "CPTS"
    sheets["Équipes"][0]["Nom"] = None
    sheets["Équipes"][1]["Thématiques"] = "dossier 185057800608491"
    out = tmp_path / "copie.xlsx"

    outcome = load(write(tmp_path / "a.xlsx", sheets), "--annotated", str(out))

    assert outcome.code == 1
    copy = load_workbook(out)
    teams = copy["Équipes"]
    assert "attendu" in teams["C2"].comment.text
    assert teams["C2"].value == "CPTS"
    assert teams["B2"].comment is not None
    assert (teams["B3"].value, teams["B3"].data_type) == ("=Équipe du Lac", "s")
    assert teams["H3"].value == "(masqué)"
    assert teams["J2"].value.date() == date(2025, 6, 1)
    assert teams["A2"].comment is None
    assert copy.sheetnames == ["Fautes", *sheets]
    assert copy["Fautes"].max_row == 4 + check_workbook(tmp_path / "a.xlsx").warnings_count


def test_annotated_copy_of_an_unreadable_file_lists_why(load: Load, tmp_path: Path) -> None:
    path, out = tmp_path / "a.xlsx", tmp_path / "copie.xlsx"
    zip_bomb(path)

    load(path, "--annotated", str(out))

    assert "dépasse" in load_workbook(out)["Fautes"]["F2"].value


def test_annotated_copy_can_be_loaded_once_corrected(load: Load, tmp_path: Path) -> None:
    out = tmp_path / "copie.xlsx"
    load(write(tmp_path / "a.xlsx", sound_sheets()), "--dry-run", "--annotated", str(out))

    outcome = load(out)

    assert outcome.code == 0, outcome.text
    assert f"{GP}" not in outcome.err
