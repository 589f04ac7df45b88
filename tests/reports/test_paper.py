"""The report on paper and its twins: contents, maps, annexes, long names, and what changed since the last version."""

from __future__ import annotations

import io
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pdfplumber
import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from association.models import Commune, Epci, Team
from association.pdf.styles import MARGIN, WIDTH
from association.workflow import fire
from reports.document.composing import content_from, content_of
from reports.document.content import LONG, Content
from reports.document.maps import rings
from reports.document.pdf import write_report_pdf
from reports.document.workbook import write_report_workbook
from reports.ground import ground_of
from reports.indicators import Scope, measure
from reports.models.planning import usual_plan
from reports.periods import parse
from reports.services.building import build_report
from reports.snapshot import canonical, checksum, numbers_of
from tests.association.pdf_reading import fonts_missing, reader, text_of, written
from tests.factories import CommuneFactory
from tests.payments.office import Office
from tests.reports.making import generated
from tests.reports.region import RandomRegion

pytestmark = pytest.mark.django_db
LONG_NAME = "Équipe de soins primaires coordonnée du Pays de Châteaubriant"  # 61 characters, of long words


def content(period: str = "2026", department: str = "", **changed: Any) -> Content:
    scope, asked = Scope(department), parse(period)
    told, before = measure(scope, asked), measure(scope, asked.year_before)
    numbers = numbers_of(scope, asked, told, before, {}, ground_of(scope, asked))
    given = {"plan": usual_plan(), "changes": {}, **changed}
    return content_from(
        numbers, number=1, made_on=date(2026, 11, 30), sha256=checksum(canonical(numbers)), draft=False, **given
    )


def together(text: str) -> str:
    """Return the text without its spaces, as lines and columns part it elsewhere."""
    return "".join(text.split())


def settled() -> Office:
    """The office, its team at work in Nantes."""
    found = Office()
    place = CommuneFactory(code="44109", department=found.team.department, population=300_000)
    found.team.communes.add(place)
    found.rcp(date(2026, 7, 6))
    return found


@pytest.fixture
def wide() -> RandomRegion:
    """A region of more teams than a chapter shows, each with a long name."""
    region = RandomRegion(5, teams=LONG + 6)
    for team in region.teams:
        Team.objects.filter(pk=team.pk).update(name=f"{LONG_NAME} {team.pk}")
    for epci in Epci.objects.all():
        Epci.objects.filter(pk=epci.pk).update(
            name=f"Communauté d’agglomération de la Presqu’île et de l’Estuaire {epci.siren}"
        )
    return region


def test_contents_name_the_page_on_which_each_chapter_and_annex_begins(wide: RandomRegion) -> None:
    told = content()
    paper = written(write_report_pdf, told)
    pages = [" ".join(page.extract_text().split()) for page in reader(paper).pages]
    for chapter in told.chapters:
        begun = (f" {chapter.heading} Indicateur", f" {chapter.heading} Aucune donnée")
        page = next(n for n, text in enumerate(pages, 1) if n > 2 and any(words in text for words in begun))
        assert f"{chapter.heading} {page} " in f"{pages[1]} ", chapter.heading
    assert fonts_missing(paper) == set()


def test_long_cuts_stand_in_an_annex_and_nothing_is_lost(wide: RandomRegion, tmp_path: Path) -> None:
    told = content()
    assert {annex.by for annex in told.annexes} >= {"team"}
    paper = together(text_of(written(write_report_pdf, told)))
    write_report_workbook(told, tmp_path / "rapport.xlsx")
    book = load_workbook(tmp_path / "rapport.xlsx")
    cells = {str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row if cell}
    for chapter in told.chapters:
        for table in chapter.tables:
            for label, texts in table.texts:
                assert label in cells
                if table.by != "team_profession":
                    assert together(label) in paper, (chapter.code, table.title)
                for text in texts:
                    assert together(text).removesuffix("€") in paper


def test_no_letter_leaves_its_margins_and_no_cell_runs_into_the_next(wide: RandomRegion) -> None:
    with pdfplumber.open(io.BytesIO(written(write_report_pdf, content()))) as paper:
        for page in paper.pages:
            for word in page.extract_words(keep_blank_chars=True, x_tolerance=1.5):
                assert word["x0"] >= MARGIN - 1, (page.page_number, word["text"])
                assert word["x1"] <= WIDTH - MARGIN + 1, (page.page_number, word["text"])
            if page.images or page.curves:
                continue  # numbers lie on a map where its areas are
            letters = [one for one in page.chars if one["text"].strip()]
            lines: dict[float, list[Any]] = {}
            for one in letters:
                lines.setdefault(round(one["top"], 1), []).append(one)
            for top, found in lines.items():
                ordered = sorted(found, key=lambda one: one["x0"])
                for left, right in pairwise(ordered):
                    assert right["x0"] >= left["x1"] - 1, (page.page_number, top, left["text"], right["text"])


def test_ground_is_kept_in_the_snapshot_and_draws_the_same_map_for_ever() -> None:
    version = generated(settled()).versions.get()
    before = written(write_report_pdf, content_of(version, draft=True))
    assert version.numbers["ground"]["departments"]
    Commune.objects.update(epci=None, population=1)
    assert written(write_report_pdf, content_of(version, draft=True)) == before


def test_region_without_outlines_and_snapshot_of_before_have_no_map(settings: Any) -> None:
    RandomRegion(3)
    settings.REGION = "01"
    assert ground_of(Scope(), parse("2026")) is None
    assert all(not chapter.maps for chapter in content().chapters)


def test_maps_tell_the_numbers_of_their_tables() -> None:
    RandomRegion(3)
    told = content()
    maps = {drawn.title: drawn for chapter in told.chapters for drawn in chapter.maps}
    departments = next(
        table
        for chapter in told.chapters
        if chapter.code == "people"
        for table in chapter.tables
        if table.by == "department"
    )
    drawn = maps["Professionnels membres – par département"]
    on_map = {area.name: area.words for area in drawn.areas}
    for label, texts in departments.texts:
        assert on_map[label] == texts[0]
    shown = {word.text for word in drawn.words}
    assert shown >= {texts[0] for _, texts in departments.texts}
    assert all(rings(area.path) for area in drawn.areas)
    darkest = max(drawn.areas, key=lambda area: area.shade)
    assert darkest.name in drawn.said
    assert "Territoire des équipes suivies" in maps


def test_department_has_its_own_map_and_none_of_departments() -> None:
    RandomRegion(3)
    told = content(department="44")
    titles = [drawn.title for chapter in told.chapters for drawn in chapter.maps]
    assert "Territoire des équipes suivies" in titles
    assert not [title for title in titles if title.endswith("par département")]
    assert "Loire-Atlantique" in text_of(written(write_report_pdf, told))


def test_changes_stand_in_the_three_forms_of_a_later_version(client: Client) -> None:
    office = Office()
    office.rcp(date(2026, 7, 6))
    wrong = office.rcp(date(2026, 7, 7), reference="FAUX-1")
    report = generated(office)
    fire(wrong, "cancel", actor=office.staff, comment="Saisie deux fois.")
    version = build_report(report=report, actor=office.staff)
    assert version.number == 2
    assert version.pdf is not None
    assert version.workbook is not None
    client.force_login(office.staff)
    page = client.get(reverse("reports:report_version", args=[report.pk, 2])).content.decode()
    paper = text_of(version.pdf.path.read_bytes())
    book = load_workbook(version.workbook.path)
    rows = list(book["Changements"].iter_rows(values_only=True))
    for text in (page, paper):
        assert "Actions annulées depuis" in text
        assert "FAUX-1" in text
    assert "changements depuis la version 1" in paper
    assert ("Actions validées", 2, 1) in [(row[0], row[3], row[4]) for row in rows]
    assert any("FAUX-1" in str(row[5]) for row in rows)


def test_page_shows_its_maps_with_their_words(client: Client) -> None:
    office = settled()
    report = generated(office)
    client.force_login(office.staff)
    page = client.get(reverse("reports:report_version", args=[report.pk, 1])).content.decode()
    assert page.count('<svg class="report-map') >= 2
    assert 'role="img" aria-label="Communes couvertes' in page
    assert "ADMIN EXPRESS" in page
