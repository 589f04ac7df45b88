"""The health project on paper, as the ARS's annex asks for it."""

from __future__ import annotations

import dataclasses
import json
from datetime import date

import pytest

from association.nomenclature import Profession
from association.pdf.project import project_pdf
from association.project_content import Person, ProjectContent, Section
from tests.association.pdf_reading import reader, text_in_colour, text_of, written

ORANGE = (0xC2 / 255, 0x51 / 255, 0)


@pytest.fixture
def content() -> ProjectContent:
    return ProjectContent(
        team_code="044-0012",
        team_name="Équipe du Sillon",
        kind_label="ESP CLAP",
        department="Loire-Atlantique (44)",
        version=2,
        state_label="Déposé",
        submitted_on=date(2026, 3, 1),
        organisation="Association d’essai",
        people=(
            Person("LEFÈVRE Élodie", "Infirmière", "Cordemais", "Libéral", expected=False),
            Person("GUÉGUEN Maëlle", "Pharmacien", "Savenay", "Libéral", expected=True),
        ),
        sections=(
            Section("people", 1, "Personnes impliquées", (), complete=True),
            Section("problem", 2, "Problématique", (("Constat", "Trop de ruptures."), ("Indicateurs", "")), True),
            Section("calendar", 9, "Calendrier", (), complete=False),
            Section("themes", None, "Thématiques", (("", "Personnes âgées"),), complete=True),
        ),
    )


def test_project_prints_the_team_the_version_and_every_section(content: ProjectContent) -> None:
    text = text_of(written(project_pdf, content))
    for wanted in (
        "Équipe du Sillon", "044-0012 – ESP CLAP", "Loire-Atlantique (44)", "2 – Déposé", "1er mars 2026",
        "1. Personnes impliquées", "2. Problématique", "Constat", "Trop de ruptures.", "9. Calendrier",
        "044-0012 · projet v2 · page 1/1",
    ):  # fmt: skip
        assert wanted in text
    assert "BROUILLON" not in text


def test_people_are_listed_with_the_columns_of_the_annex(content: ProjectContent) -> None:
    text = text_of(written(project_pdf, content))
    for wanted in ("Nom Prénom", "Qualité", "Lieu d’exercice", "LEFÈVRE Élodie", "Infirmière", "Cordemais"):
        assert wanted in text


@pytest.mark.parametrize("quality", [*Profession.labels, "Médecin généraliste"])
def test_no_profession_is_cut_in_its_column(content: ProjectContent, quality: str) -> None:
    people = (Person("LEFÈVRE Élodie", quality, "Saint-Philbert-de-Grand-Lieu", "Libéral", expected=False),)
    text = text_of(written(project_pdf, dataclasses.replace(content, people=people)))
    assert quality in text
    assert "Mode d’exercice" in text


def test_expected_member_is_in_orange_and_called_pressenti(content: ProjectContent) -> None:
    orange = text_in_colour(written(project_pdf, content), ORANGE)
    assert "GUÉGUEN Maëlle" in orange
    assert "(pressenti)" in orange
    assert "LEFÈVRE" not in orange


def test_members_who_are_certain_leave_no_legend(content: ProjectContent) -> None:
    certain = dataclasses.replace(content, people=content.people[:1])
    assert "pressenti" not in text_of(written(project_pdf, certain))


def test_empty_answer_says_not_answered(content: ProjectContent) -> None:
    text = text_of(written(project_pdf, content))
    assert "Indicateurs Non renseigné." in text
    assert "9. Calendrier Rubrique à compléter. Non renseigné." in text


def test_project_without_a_section_of_people_still_lists_them(content: ProjectContent) -> None:
    text = text_of(written(project_pdf, dataclasses.replace(content, sections=content.sections[1:])))
    assert "Personnes impliquées dans le projet" in text
    assert "LEFÈVRE Élodie" in text


def test_draft_version_is_marked(content: ProjectContent) -> None:
    draft = dataclasses.replace(content, submitted_on=None, state_label="Brouillon")
    text = text_of(written(project_pdf, draft))
    assert "BROUILLON" in text
    assert "Pas encore déposée" in text


def test_forty_members_go_on_over_the_pages_under_the_same_head(content: ProjectContent) -> None:
    many = dataclasses.replace(
        content, people=tuple(Person(f"NOM{n:02d} Jean", "Médecin", "Nantes", "Libéral", n % 2 == 1) for n in range(40))
    )
    pages = [page.extract_text() for page in reader(written(project_pdf, many)).pages]
    assert [n for n in range(40) if f"NOM{n:02d}" not in " ".join(pages)] == []
    assert "NOM00" in pages[0]  # the table starts under the head of the dossier, not on the next page
    assert "Qualité" in pages[1]


def test_ten_thousand_characters_are_all_printed(content: ProjectContent) -> None:
    long = Section("means", 4, "Moyens", (("Q" * 300, "x" * 10_000),), complete=True)
    people = (Person("y" * 10_000, "é" * 300, "", "", expected=True),)
    text = text_of(written(project_pdf, dataclasses.replace(content, sections=(long,), people=people)))
    assert text.count("x") >= 10_000
    assert text.count("y") >= 10_000


def test_empty_project_is_one_page() -> None:
    empty = ProjectContent("", "", "", "", 1, "", None, "", (), ())
    assert len(reader(written(project_pdf, empty)).pages) == 1


def test_content_survives_its_frozen_form(content: ProjectContent) -> None:
    for one in (content, dataclasses.replace(content, submitted_on=None, people=(), sections=())):
        assert ProjectContent.from_json(json.loads(json.dumps(one.to_json()))) == one


def test_frozen_form_of_another_format_is_refused(content: ProjectContent) -> None:
    with pytest.raises(ValueError, match="format inconnu"):
        ProjectContent.from_json({**content.to_json(), "format": 99})
