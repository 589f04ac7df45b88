"""The yearly reviews in a report: their counts, their objectives, their words without the name of anybody."""

from __future__ import annotations

import importlib
import io
import json
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pdfplumber
import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from reports.comparison import differences
from reports.document.content import content_of
from reports.document.pdf import write_report_pdf
from reports.document.workbook import write_report_workbook
from reports.indicators import Scope
from reports.models import Report, ReportTemplate
from reports.periods import parse
from reports.selectors.review_texts import review_texts
from reports.unnamed import REMOVED, without_names
from tests.factories import MembershipFactory, ProfessionalFactory, TeamFactory, TeamReviewFactory
from tests.factories.reports import ReportFactory, ReportTemplateFactory
from tests.factories.reviews import ReviewObjectiveFactory
from tests.payments.office import Office
from tests.reports.making import generated

pytestmark = pytest.mark.django_db


def reviewed(office: Office, **words: str) -> None:
    """A validated review of 2025 of the office's team, with an objective."""
    words = {"difficulties": "Peu de temps pour se réunir.", "plans": "Accueillir une sage-femme.", **words}
    review = TeamReviewFactory(team=office.team, validated=True, **words)
    ReviewObjectiveFactory(
        review=review, statement="Dépister le diabète", value="42 sur 60", result="partiel", frozen=True
    )


def test_page_paper_and_workbook_say_the_same_of_a_validated_review(tmp_path: Path) -> None:
    office = Office()
    reviewed(office)
    TeamReviewFactory(submitted=True, difficulties="Pas encore validé.")
    version = generated(office).versions.get()
    content = content_of(version, draft=False)
    (chapter,) = [one for one in content.chapters if one.code == "reviews"]
    assert chapter.said is not None
    assert chapter.said.year == 2025
    (team,) = chapter.said.teams
    assert (team.code, team.difficulties, team.objectives[0].value) == (
        office.team.code, "Peu de temps pour se réunir.", "42 sur 60",
    )  # fmt: skip
    assert team.objectives[0].result == "Partiellement atteint"
    paper = io.BytesIO()
    write_report_pdf(content, paper)
    with pdfplumber.open(paper) as document:
        text = " ".join(page.extract_text() for page in document.pages)
    assert "Peu de temps pour se réunir" in text
    assert "Pas encore validé" not in text
    write_report_workbook(content, tmp_path / "r.xlsx")
    book = load_workbook(tmp_path / "r.xlsx")
    rows = list(book["Objectifs 2025"].iter_rows(min_row=2, values_only=True))
    assert [(row[2], row[4], row[5]) for row in rows] == [("Dépister le diabète", "42 sur 60", "Partiellement atteint")]
    said = [row[2] for row in book["Difficultés et projets 2025"].iter_rows(min_row=2, values_only=True)]
    assert said == ["Peu de temps pour se réunir.", "Accueillir une sage-femme."]


def test_no_member_of_a_team_is_named_by_its_review() -> None:
    office = Office()
    person = ProfessionalFactory(last_name="Le Goff-Évrard", first_name="Maëlys", email="m.legoff@exemple.fr")
    kept = ProfessionalFactory(last_name="Kervella", first_name="Yann")
    person.merged_into = kept
    person.save()
    MembershipFactory(team=office.team, professional=person, joined_on=date(2024, 1, 1), left_on=date(2024, 6, 1))
    reviewed(
        office,
        difficulties="Départ du Dr LE GOFF EVRARD (m.legoff@exemple.fr, RPPS 10003456789) ; Maëlys manque à tous.",
        plans="Yann Kervella reprend le dépistage.",
    )
    snapshot = generated(office).versions.get().snapshot
    for named in ("GOFF", "legoff", "10003456789", "Maëlys", "Kervella", "Yann"):
        assert named not in snapshot
    (told,) = review_texts(Scope(), parse("2025"))["teams"]
    assert told["difficulties"] == f"Départ du Dr {REMOVED} ({REMOVED}, RPPS {REMOVED}) ; {REMOVED} manque à tous."
    assert told["plans"] == f"{REMOVED} reprend le dépistage."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("un petit groupe avec le Dr Petit", f"un petit groupe avec le Dr {REMOVED}"),
        ("dupont est parti, DUPONT aussi", f"{REMOVED} est parti, {REMOVED} aussi"),
        ("la rose et Rose", f"la rose et {REMOVED}"),
        ("Dupontel et Petits restent", "Dupontel et Petits restent"),
        ("12 patients sur 60, 3 000 € engagés", "12 patients sur 60, 3 000 € engagés"),
        ("", ""),
    ],
)
def test_names_go_and_words_stay(text: str, expected: str) -> None:
    assert without_names(text, [("Petit", "Rose"), ("Dupont", ""), ("", "")]) == expected


def test_texts_are_read_in_as_many_queries_for_one_team_as_for_many() -> None:
    office = Office()
    reviewed(office)
    with CaptureQueriesContext(connection) as few:
        review_texts(Scope(), parse("2025"))
    for _ in range(4):
        TeamReviewFactory(team=TeamFactory(under_convention=True), validated=True)
    with CaptureQueriesContext(connection) as many:
        assert len(review_texts(Scope(), parse("2025"))["teams"]) == 5
    assert len(few) == len(many) == 3


def test_snapshot_of_before_the_reviews_is_still_a_report() -> None:
    office = Office()
    reviewed(office)
    version = generated(office).versions.get()
    old = version.numbers
    old["format"] = 1
    del old["reviews"]
    old["indicators"] = [one for one in old["indicators"] if one["section"] != "reviews"]
    assert differences(old, version.numbers)["said"] == []
    version.snapshot = json.dumps(old)  # the database keeps the row as it is
    content = content_of(version, draft=False)
    assert "reviews" not in {chapter.code for chapter in content.chapters}
    write_report_pdf(content, io.BytesIO())


def test_review_validated_since_is_told_among_the_changes() -> None:
    office = Office()
    before = generated(office).versions.get().numbers
    reviewed(office)
    now = {**before, "reviews": review_texts(Scope(), parse("2025"))}
    assert differences(before, now)["said"] == [{"key": office.team.code, "what": "new"}]


def test_chapter_of_the_reviews_joins_the_plans_that_had_every_chapter() -> None:
    """The plans of rows that are there already: whole ones get it, chosen ones and approved ones stay."""
    migration = importlib.import_module("reports.migrations.0004_chapter_of_reviews")
    old = [{"code": code, "text": code} for code in sorted(migration.BEFORE)]
    whole, chosen = ReportTemplateFactory(plan=old), ReportTemplateFactory(plan=old[:3])
    draft, sealed = ReportFactory(draft=True, plan=old), ReportFactory(approved=True, plan=old)
    migration.add_chapter(apps, SimpleNamespace(connection=connection))
    found = ReportTemplate.objects.get(pk=whole.pk).plan
    assert [part["code"] for part in found].index("reviews") == [part["code"] for part in old].index("concertation") + 1
    assert [part for part in found if part["code"] != "reviews"] == old
    assert ReportTemplate.objects.get(pk=chosen.pk).plan == old[:3]
    assert {part["code"] for part in Report.objects.get(pk=draft.pk).plan} > migration.BEFORE
    assert Report.objects.get(pk=sealed.pk).plan == old
