"""One cell at a time: what is taken, what is refused, and how it is said."""
# ruff: noqa: E501 - one case per line

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from association.identifiers import commune_code
from association.models import Commune, Team
from association.workbook import kinds
from association.workbook.cells import ErrorValue, Formula
from association.workbook.kinds import Unexpected, read
from association.workbook.report import french
from tests.importing.conftest import Outcome
from tests.importing.making import GP, Sheets, sound_sheets, write

Load = Callable[..., Outcome]
Count = Callable[[], dict[str, int]]
NBSP, NARROW = "\u00a0", "\u202f"

CODE = kinds.digits(5, validator=commune_code, expected="un code")


@pytest.mark.parametrize(
    ("kind", "raw", "value"),
    [
        (kinds.amount_cents(), 1234.56, 1234_56),
        (kinds.amount_cents(), 35.1, 35_10),
        (kinds.amount_cents(), 0.1 + 0.2, 30),
        (kinds.amount_cents(), 100_000, 100_000_00),
        (kinds.amount_cents(), "1 234,56", 1234_56),
        (kinds.amount_cents(), f"1{NBSP}234,5", 1234_50),
        (kinds.amount_cents(), f"12{NARROW}345", 12345_00),
        (kinds.amount_cents(), "1234,56", 1234_56),
        (kinds.day(), date(2026, 2, 28), date(2026, 2, 28)),
        (kinds.day(), "28/02/2026", date(2026, 2, 28)),
        (kinds.day(), " 1/2/2026 ", date(2026, 2, 1)),
        (CODE, 1001, "01001"),
        (CODE, 44109.0, "44109"),
        (CODE, " 2a004", "2A004"),
        (kinds.text(10), 12, "12"),
        (kinds.text(10), "  Le\n Goff ", "Le Goff"),
        (kinds.text(10), "e\u0301lan", "élan"),
        (kinds.phone(), 240123456, "0240123456"),
        (kinds.integer(most=100), "12", 12),
        (kinds.yes_no(), " OUI ", True),
        (kinds.choice({"rédacteur": "r"}), "REDACTEUR", "r"),
        (kinds.many(CODE), "44109 ; 01001;;44109", ("44109", "01001")),
        (kinds.many(CODE), 1001, ("01001",)),
    ],
)
def test_value_is_taken(kind: kinds.Kind, raw: Any, value: Any) -> None:
    assert read(kind, raw) == value


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        (kinds.amount_cents(), 0),
        (kinds.amount_cents(), -5),
        (kinds.amount_cents(), 100_000.01),
        (kinds.amount_cents(), 1e300),
        (kinds.amount_cents(), 12.345),
        (kinds.amount_cents(), "12,345"),
        (kinds.amount_cents(), "1234.56"),
        (kinds.amount_cents(), "12 34,5"),
        (kinds.amount_cents(), "cent"),
        (kinds.amount_cents(), True),
        (kinds.amount_cents(), date(2026, 1, 1)),
        (kinds.day(), 46000),
        (kinds.day(), "31/02/2026"),
        (kinds.day(), "2026-02-01"),
        (kinds.day(), "hier"),
        (kinds.day(), date(1899, 12, 31)),
        (kinds.day(), date(2101, 1, 1)),
        (kinds.day(), True),
        (CODE, 44109.5),
        (CODE, "4410"),
        (CODE, True),
        (kinds.text(3), "trop long"),
        (kinds.text(30), "sonnerie \x07"),
        (kinds.text(30), date(2026, 1, 1)),
        (kinds.text(30), Formula("=1+1")),
        (kinds.text(30), ErrorValue("#REF!")),
        (kinds.text(60), "patient 1 85 05 78 006 084 91"),
        (kinds.integer(most=100), 12.5),
        (kinds.integer(most=100), 101),
        (kinds.integer(most=100), -1),
        (kinds.integer(most=100), True),
        (kinds.integer(most=100), "9" * 5_000),
        (kinds.yes_no(), True),
        (kinds.yes_no(), "vrai"),
        (kinds.many(CODE), "44109;x"),
    ],
)
def test_value_is_refused(kind: kinds.Kind, raw: Any) -> None:
    with pytest.raises(Unexpected):
        read(kind, raw)


# --- whole lines, as the user reads them ------------------------------------------------------------------------


def with_cell(sheet: str, row: int, header: str, value: Any) -> Sheets:
    sheets = sound_sheets()
    sheets[sheet][row][header] = value
    return sheets


LINES = [
    ("Équipes", "Nature", "CPTS", "Feuille « Équipes », ligne 2, colonne « Nature » : trouvé « CPTS » ; attendu : informelle, ESP, ESP CLAP ou ESS."),
    ("Équipes", "Communes", "99999", "« 99999 » : Commune 99999 inconnue : le code INSEE est attendu, pas le code postal."),
    ("Équipes", "RNA", "W44", "« W44 » : Un numéro RNA s'écrit W suivi de 9 chiffres, par exemple W442001234."),
    ("Équipes", "SIRET", "12345678901234", "« 12345678901234 » : Numéro SIRET erroné : le chiffre de contrôle ne correspond pas."),
    ("Équipes", "Patients communs", "beaucoup", "trouvé « beaucoup » ; attendu : un nombre entier de 0 à 1 000 000."),
    ("Équipes", "Reconnue le", "30/02/2026", "trouvé « 30/02/2026 » ; attendu : une date (JJ/MM/AAAA)."),
    ("Équipes", "Chargé de mission", "personne@exemple.fr", "attendu : l'adresse électronique d'un compte actif de chargé·e de mission."),
    ("Équipes", "Nom", "dossier 185057800608491", "(masqué) : Ce texte semble contenir un numéro de sécurité sociale (NIR)"),
    ("Équipes", "Nom", None, "ligne 2, colonne « Nom » : attendu : du texte."),
    ("Bénéficiaires", "IBAN", "FR7630006000011234567890188", "« •••• 0188 » : IBAN refusé : la clé de contrôle ne correspond pas"),
    ("Bénéficiaires", "IBAN", None, "ligne 2, colonne « Compte vérifié » : « oui » : Un compte vérifié demande un IBAN"),
    ("Professionnels", "RPPS", "1000", "« 1000 » : Un numéro RPPS compte 11 chiffres, sans espace."),
    ("Professionnels", "Profession", 99, "trouvé « 99 » ; attendu : le code d'une profession (10 médecin, 21 pharmacien"),
    ("Professionnels", "Biologiste", "oui", None),
    ("Professionnels", "Courriel", "élise", "colonne « Courriel »"),
    ("Membres", "Code équipe", "44-99", "trouvé « 44-99 » ; attendu : le code d'une équipe du classeur ou déjà enregistrée."),
    ("Membres", "RPPS", "10999999999", "attendu : le RPPS d'un professionnel du classeur ou déjà enregistré."),
    ("Membres", "Sortie le", date(2024, 1, 1), "attendu : une date à partir de l'entrée (01/01/2025)."),
    ("Membres", "Bénéficiaire", "SEL-9", "trouvé « SEL-9 » ; attendu : le code d'une ligne de la feuille « Bénéficiaires »"),
    ("Membres", "Statut", "futur", "trouvé « futur » ; attendu : confirmé ou pressenti."),
    ("Conventions", "Fin", date(2020, 1, 1), "attendu : une date à partir du début (01/01/2026)."),
    ("Conventions", "Types d'action", "RCP;XYZ", "attendu : RCP, RCPP, PPS, PROTOCOLE, PREVENTION, ETP ou PROJET"),
    ("Conventions", "Plafond annuel", 0, "« 0 » : Un montant supérieur à 0 et au plus égal à 100 000 est attendu."),
    ("Conventions", "Effet le", date(2025, 12, 31), "réglage CONVENTION_EARLY_EFFECT_DAYS"),
    ("Actions", "Code équipe", "x", "attendu : le code d'une équipe du classeur"),
    ("Actions", "Modalité", "fax", "trouvé « fax » ; attendu : présentiel, visio ou domicile."),
    ("Actions", "Validée", "non", "Cette action n’est pas validée : rien ne peut en avoir été payé."),
    ("Participations", "Référence action", "A-9", "attendu : la référence d'une action du classeur ou déjà enregistrée."),
    ("Participations", "Payé le", None, "ligne 2, colonne « Payé le » : Un montant « Déjà payé » demande la date du paiement."),
    ("Participations", "Déjà payé", None, "Une ligne sans montant « Déjà payé » ne porte ni date ni virement."),
    ("Barème", "Montant", "12,345", "« 12,345 » : Un montant avec au plus deux décimales est attendu."),
    ("Barème", "Profession", "00", "attendu : le code d'une profession"),
]  # fmt: skip


@pytest.mark.parametrize(("sheet", "header", "value", "sentence"), LINES)
def test_fault_is_said_in_french_and_nothing_is_loaded(
    sheet: str, header: str, value: Any, sentence: str | None, load: Load, everything: Count, tmp_path: Path
) -> None:
    before = everything()

    outcome = load(write(tmp_path / "a.xlsx", with_cell(sheet, 0, header, value)))

    if sentence is None:  # the first professional is a doctor: allowed
        assert outcome.code == 0
        return
    assert outcome.code == 1
    assert sentence in outcome.text
    assert everything() == before


def test_non_breaking_spaces_stand_before_double_punctuation(load: Load, tmp_path: Path) -> None:
    outcome = load(write(tmp_path / "a.xlsx", with_cell("Équipes", 0, "Nature", "CPTS")))

    assert f"trouvé «{NBSP}CPTS{NBSP}»{NBSP}; attendu{NBSP}: informelle" in outcome.err
    assert french("vu : « a » ; b ?") == f"vu{NBSP}: «{NBSP}a{NBSP}»{NBSP}; b{NBSP}?"


def test_every_fault_is_reported_at_once(load: Load, tmp_path: Path) -> None:
    sheets = sound_sheets()
    sheets["Équipes"][0]["Nature"] = "?"
    sheets["Professionnels"][1]["Profession"] = "?"
    sheets["Membres"][2]["RPPS"] = "10999999999"
    sheets["Participations"][3]["Rôle"] = "spectateur"

    outcome = load(write(tmp_path / "a.xlsx", sheets))

    assert outcome.code == 1
    assert outcome.text.count("Faute.") == 4
    assert "4 fautes : rien n'a été chargé." in outcome.text


def test_formula_in_place_of_a_value_is_a_fault(load: Load, tmp_path: Path) -> None:
    def formula(book: Workbook) -> None:
        book["Participations"]["D2"] = "=25*2"

    outcome = load(write(tmp_path / "a.xlsx", sound_sheets(), finish=formula))

    assert outcome.code == 1
    assert "colonne « Déjà payé » : « =25*2 » : Une valeur est attendue, pas une formule" in outcome.text


def test_error_value_is_a_fault(load: Load, tmp_path: Path) -> None:
    def error(book: Workbook) -> None:
        book["Équipes"]["B2"].value = "#REF!"
        book["Équipes"]["B2"].data_type = "e"

    outcome = load(write(tmp_path / "a.xlsx", sound_sheets(), finish=error))

    assert "« #REF! » : La cellule est en erreur, corrigez-la." in outcome.text


def test_merged_cells_in_the_table_are_a_fault(load: Load, tmp_path: Path) -> None:
    def merge(book: Workbook) -> None:
        book["Actions"].merge_cells("C2:C3")

    outcome = load(write(tmp_path / "a.xlsx", sound_sheets(), finish=merge))

    assert outcome.code == 1
    assert "cellules fusionnées C2:C3 ; attendu : une valeur par cellule." in outcome.text


def test_merged_cells_beside_the_table_do_not_matter(load: Load, tmp_path: Path) -> None:
    def merge(book: Workbook) -> None:
        book["Actions"].merge_cells("P20:Q30")

    assert load(write(tmp_path / "a.xlsx", sound_sheets(), finish=merge)).code == 0


@pytest.mark.parametrize("serial", [-1, 3_000_000, 1e12])
def test_date_out_of_range_is_a_fault(serial: float, load: Load, tmp_path: Path) -> None:
    def number(book: Workbook) -> None:
        book["Actions"]["D2"].value = serial
        book["Actions"]["D2"].number_format = "dd/mm/yyyy"

    outcome = load(write(tmp_path / "a.xlsx", sound_sheets(), finish=number))

    assert outcome.code == 1
    assert "Feuille « Actions », ligne 2, colonne « Date »" in outcome.text


def test_time_of_day_is_left_out(load: Load, tmp_path: Path) -> None:
    def moment(book: Workbook) -> None:
        book["Actions"]["D2"].value = datetime(2026, 2, 3, 23, 59)  # noqa: DTZ001 - a spreadsheet has no zone

    assert load(write(tmp_path / "a.xlsx", sound_sheets(), finish=moment)).code == 0


def test_name_with_equals_sign_stays_text(load: Load, tmp_path: Path) -> None:
    assert load(write(tmp_path / "a.xlsx", sound_sheets())).code == 0
    assert Team.objects.filter(name="=Équipe du Lac").exists()


def test_commune_that_is_no_longer_warns(load: Load, tmp_path: Path) -> None:
    Commune.objects.filter(code="44184").update(is_current=False)

    outcome = load(write(tmp_path / "a.xlsx", sound_sheets()))

    assert outcome.code == 0
    assert "la commune 44184 (Commune 44184) n'existe plus sous ce code" in outcome.text.replace("La", "la")


def test_rpps_key_only_warns(load: Load, tmp_path: Path) -> None:
    wrong = GP[:-1] + str((int(GP[-1]) + 1) % 10)
    sheets = sound_sheets()
    for rows in sheets.values():
        for row in rows:
            row.update({header: wrong for header, value in row.items() if value == GP})

    outcome = load(write(tmp_path / "a.xlsx", sheets))

    assert outcome.code == 0
    assert "La clé de contrôle de ce RPPS ne correspond pas" in outcome.text
