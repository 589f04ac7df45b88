"""The documents of a report: drawn from its snapshot alone, the same each time, and naming nobody."""

from __future__ import annotations

import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import pdfplumber
import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from association.models import Document, LookLog, Membership, Team
from reports.document.content import content_from, content_of, say
from reports.document.pdf import write_report_pdf
from reports.document.workbook import write_report_workbook
from reports.indicators import INDICATORS, Scope, measure
from reports.indicators.model import Unit
from reports.models import Report, ReportVersion
from reports.models.planning import usual_plan
from reports.periods import parse
from reports.selectors.review_texts import review_texts
from reports.services.building import build_report, write_documents
from reports.snapshot import canonical, checksum, numbers_of
from tests.association.pdf_reading import reader, text_of, written
from tests.factories import DepartmentFactory, ProfessionalFactory, TeamFactory
from tests.payments.office import IBANS, PEOPLE, Office
from tests.reports.making import ars, begun, generated, transmitted
from tests.reports.region import RandomRegion

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Office:
    found = Office()
    found.rcp(date(2026, 7, 6))
    return found


def content(period: str = "2026", department: str = "", **changed: Any) -> Any:
    scope, asked = Scope(department), parse(period)
    told, before = measure(scope, asked), measure(scope, asked.year_before)
    numbers = numbers_of(scope, asked, told, before, {"teams.followed": 150}, review_texts(scope, asked))
    plan = changed.pop("plan", usual_plan())
    snapshot = canonical(numbers)
    return content_from(
        numbers,
        plan,
        number=1,
        made_on=date(2026, 11, 30),
        sha256=checksum(snapshot),
        draft=False,
        changes={},
        **changed,
    )


def cells_of(path: Path) -> list[tuple[str, list[tuple[Any, ...]]]]:
    book = load_workbook(path)
    return [(sheet.title, list(sheet.iter_rows(values_only=True))) for sheet in book.worksheets]


def fonts_of(paper: bytes) -> set[str]:
    """Return the fonts that letters are drawn with."""
    with pdfplumber.open(io.BytesIO(paper)) as document:
        return {character["fontname"] for page in document.pages for character in page.chars}


def test_same_snapshot_gives_the_same_bytes_twice(tmp_path: Path) -> None:
    RandomRegion(3)
    told = content()
    assert written(write_report_pdf, told) == written(write_report_pdf, told)
    for name in ("one.xlsx", "two.xlsx"):
        write_report_workbook(told, tmp_path / name)
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()
    assert cells_of(tmp_path / "one.xlsx") == cells_of(tmp_path / "two.xlsx")


def test_paper_has_its_parts_its_bookmarks_and_its_page_numbers() -> None:
    RandomRegion(3)
    paper = written(write_report_pdf, content(plan=[{"code": "teams", "text": "Une année réussie à l’été."}]))
    text = text_of(paper)
    for words in ("Synthèse", "Pays de la Loire", "Une année réussie à l’été.", "Annexe : définitions", "150"):
        assert words in text
    pages = reader(paper)
    assert f"page 1/{len(pages.pages)}" in text
    titles = [one["/Title"] for one in pages.outline if not isinstance(one, list)]
    assert titles[-3:] == ["Synthèse", "Équipes", "Annexe : définitions"]
    assert INDICATORS["teams.followed"].definition.split(".")[0] in text
    assert "BROUILLON" not in text


def test_every_letter_is_of_a_font_that_is_in_the_file() -> None:
    RandomRegion(3)
    paper = written(write_report_pdf, content(plan=usual_plan()[:3]))
    inside = {
        str(font.get_object()["/BaseFont"])[1:]
        for page in reader(paper).pages
        for font in page["/Resources"]["/Font"].values()
        if "/FontFile2" in font.get_object().get("/FontDescriptor", {})
    }
    assert fonts_of(paper) == inside


def test_workbook_holds_the_numbers_of_the_snapshot_typed(tmp_path: Path) -> None:
    RandomRegion(3)
    told = content()
    write_report_workbook(told, tmp_path / "rapport.xlsx")
    sheets = dict(cells_of(tmp_path / "rapport.xlsx"))
    assert next(iter(sheets)) == "Synthèse"
    assert list(sheets)[-1] == "Définitions"
    divisors = {Unit.CENTS: 100, Unit.MEAN: 100, Unit.DAYS: 10, Unit.PERCENT: 1000}
    for chapter in told.chapters:
        rows = sheets[chapter.heading[:31]]
        for figure in chapter.figures:
            expected = None if figure.amount is None else figure.amount / divisors.get(figure.unit, 1)
            assert expected in [row[1] for row in rows if row[0] == figure.name], figure.key
    assert len(load_workbook(tmp_path / "rapport.xlsx")["Équipes"]._charts) > 0


def test_team_named_like_a_formula_stays_a_text(tmp_path: Path) -> None:
    office = Office()
    Team.objects.filter(pk=office.team.pk).update(name="=1+1", code="=A1")
    office.rcp(date(2026, 7, 6))
    write_report_workbook(content("2026-07"), tmp_path / "rapport.xlsx")
    book = load_workbook(tmp_path / "rapport.xlsx")
    assert [cell.value for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"] == []


@pytest.mark.parametrize("department", ["", "53"])
def test_period_or_department_without_anything_says_so(department: str, tmp_path: Path) -> None:
    DepartmentFactory(code="53", name="Mayenne")
    told = content("2019-T1", department)
    assert told.is_empty
    paper = text_of(written(write_report_pdf, told))
    assert "Aucune donnée pour cette période." in paper
    write_report_workbook(told, tmp_path / "vide.xlsx")
    assert "Aucune donnée pour cette période." in {row[0] for row in dict(cells_of(tmp_path / "vide.xlsx"))["Synthèse"]}


def test_very_long_names_are_drawn_whole() -> None:
    name = "Équipe de soins primaires coordonnée localement autour du patient " * 3
    office = Office()
    Team.objects.filter(pk=office.team.pk).update(name=name[:200].strip())
    office.rcp(date(2026, 7, 6))
    assert " ".join(name[:180].split()) in text_of(written(write_report_pdf, content("2026-07"))).replace("- ", "-")


def test_documents_are_made_from_the_snapshot_alone(office: Office, django_assert_num_queries: Any) -> None:
    version = ReportVersion.objects.select_related("report__department").get(report=generated(office))
    with django_assert_num_queries(0):
        written(write_report_pdf, content_of(version, draft=True))


def test_draft_says_so_and_the_final_one_does_not(office: Office) -> None:
    report = transmitted(office)
    version = report.versions.get()
    assert version.pdf is not None
    assert "BROUILLON" not in text_of(version.pdf.path.read_bytes())
    draft = generated(office, "2026-06").versions.get()
    assert draft.pdf is not None
    assert "BROUILLON" in text_of(draft.pdf.path.read_bytes())


def test_sealed_documents_are_never_made_again(office: Office) -> None:
    version = transmitted(office).versions.get()
    again = write_documents(version=version, actor=office.staff, final=True)
    assert (again.pdf_id, again.workbook_id) == (version.pdf_id, version.workbook_id)


def test_ars_opens_what_was_transmitted_to_it_and_the_look_is_logged(office: Office) -> None:
    report, other = transmitted(office, department=office.team.department), generated(office, "2026-06")
    client = Client()
    client.force_login(ars(office.team.department))
    answer = client.get(reverse("reports:report_file", args=[report.pk, 1, "pdf"]))
    assert answer.status_code == 200
    assert answer.getvalue().startswith(b"%PDF")
    assert LookLog.objects.filter(what="téléchargement").count() == 1
    for address in ("report_version", "report_file"):
        more = ["pdf"] if address == "report_file" else []
        assert client.get(reverse(f"reports:{address}", args=[other.pk, 1, *more])).status_code == 404
    document = Document.objects.get(filename__startswith="rapport-2026-06", content_type="application/pdf")
    assert client.get(reverse("association:document", args=[document.pk])).status_code == 404


def test_page_tells_the_charts_in_words_and_gives_their_tables(office: Office) -> None:
    for profession in ("60", "60", "21", "10", "10", "70"):
        Membership.objects.create(
            team=office.team, professional=ProfessionalFactory(profession=profession), joined_on=date(2026, 1, 1)
        )
    TeamFactory(kind="esp", created_at="2026-01-01T10:00:00Z")
    report = generated(office)
    client = Client()
    client.force_login(office.staff)
    page = client.get(reverse("reports:report_version", args=[report.pk, 1])).content.decode()
    assert 'role="img" aria-label="Équipes suivies – par nature. 2 valeurs' in page
    assert page.count('<svg class="report-chart"') <= page.count("<table")


def searched(client: Client, report: Report) -> Any:
    """Yield every page and file of a report as text, for a search."""
    for name in ("report_list", "report_new"):
        yield name, client.get(reverse(f"reports:{name}")).content.decode()
    for name in ("report", "report_plan"):
        yield name, client.get(reverse(f"reports:{name}", args=[report.pk])).content.decode()
    for version in report.versions.all():
        yield "snapshot", version.snapshot
        yield "changes", json.dumps(version.changes, ensure_ascii=False)
        address = reverse("reports:report_version", args=[report.pk, version.number])
        yield "version", client.get(address).content.decode()
        for kind in ("pdf", "classeur"):
            answer = client.get(reverse("reports:report_file", args=[report.pk, version.number, kind]))
            body = answer.getvalue()
            if kind == "pdf":
                yield kind, text_of(body)
            else:
                book = load_workbook(io.BytesIO(body))
                yield (
                    kind,
                    "\n".join(
                        str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row if cell
                    ),
                )


def test_no_page_or_file_names_a_professional_or_an_iban(office: Office) -> None:
    for person in office.people:
        person.email = f"{person.rpps}@cabinet.example"
        person.save()
    office.approved()
    report = generated(office)
    office.rcp(date(2026, 7, 20))
    build_report(report=report, actor=office.staff)
    client = Client()
    client.force_login(office.staff)
    hidden = [word for rpps, last_name, first_name, _ in PEOPLE for word in (rpps, last_name.strip("="), first_name)]
    hidden += [person.email for person in office.people] + list(IBANS) + [iban[-11:] for iban in IBANS]
    seen = 0
    for where, text in searched(client, report):
        seen += 1
        plain = "".join(text.split())
        assert [word for word in hidden if word.replace(" ", "") in plain] == [], where
    assert seen == 4 + 2 * 5


def test_command_makes_the_report_of_a_department(office: Office, tmp_path: Path, capsys: Any) -> None:
    call_command("activity_report", "2026-07", "--department", "44", "--out", str(tmp_path), "--json")
    told = json.loads(capsys.readouterr().out)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "rapport-2026-07-44-v1.pdf",
        "rapport-2026-07-44-v1.xlsx",
    ]
    assert told["version"] == 1
    assert told["numbers"]["scope"]["department"] == "44"
    call_command("activity_report", "2026-07", "--department", "44", "--json")
    assert json.loads(capsys.readouterr().out)["sha256"] == told["sha256"]


@pytest.mark.parametrize("asked", [["2026-T9"], ["2026-13"], ["2026-07", "--department", "99"], ["demain"]])
def test_command_says_what_is_wrong(asked: list[str]) -> None:
    with pytest.raises(CommandError):
        call_command("activity_report", *asked)


def test_begun_twice_is_one_report(office: Office) -> None:
    assert begun(office) == begun(office)


@pytest.mark.parametrize(
    ("amount", "unit", "said"),
    [
        (None, Unit.COUNT, "–"),
        (1234, Unit.TEAMS, "1\u202f234"),
        (123456, Unit.CENTS, "1\u202f234,56\xa0€"),
        (125, Unit.PERCENT, "12,5\xa0%"),
        (290, Unit.DAYS, "29\xa0j"),
        (295, Unit.DAYS, "29,5\xa0j"),
        (-5, Unit.MEAN, "\u22120,05"),
    ],
)
def test_amounts_are_written_in_french(amount: int | None, unit: Unit, said: str) -> None:
    assert say(amount, unit) == said
