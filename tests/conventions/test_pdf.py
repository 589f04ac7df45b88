"""Conventions and amendments on paper: the text, the boxes to sign in, the checksum of what was agreed."""

from __future__ import annotations

import dataclasses
import io
from datetime import date

import pdfplumber
import pytest

from conventions.pdf import AmendmentContent, ConventionContent, Signatory, amendment_pdf, convention_pdf
from tests.association.pdf_reading import qr_of, qr_squares, reader, text_of, written

CHECKSUM = "0123456789abcdef" * 4
BOX_HEIGHT = 70  # points: higher than the cells of a table


@pytest.fixture
def content() -> ConventionContent:
    return ConventionContent(
        number="CLAP-2026-044-0012",
        title="Convention d’équipe",
        organisation="Association d’essai",
        articles=(
            ("Préambule", "Les parties conviennent."),
            ("Objet", "Premier alinéa.\n\nSecond alinéa."),
            ("Durée", ""),
        ),
        signatories=(
            Signatory("LEFÈVRE Élodie", "Infirmière", date(2026, 3, 1)),
            Signatory("GUÉGUEN Maëlle", "Médecin généraliste"),
        ),
        association_signatory="Mme Œuvrard, présidente",
        checksum=CHECKSUM,
    )


@pytest.fixture
def amendment(content: ConventionContent) -> AmendmentContent:
    fields = {field.name: getattr(content, field.name) for field in dataclasses.fields(content)}
    return AmendmentContent(
        **{**fields, "number": "CLAP-2026-044-0012-A1", "signatories": content.signatories[:1]},
        convention_number="CLAP-2026-044-0012",
        changes=(("Plafond annuel", "10 000,00 €", "12 500,00 €"), ("Membre", "", "LEFÈVRE Élodie")),
    )


def test_convention_prints_its_articles_numbered_but_for_the_preamble(content: ConventionContent) -> None:
    text = text_of(written(convention_pdf, content))
    for wanted in (
        "Convention d’équipe", "Convention n° CLAP-2026-044-0012", "Préambule Les parties conviennent.",
        "Article 1 – Objet", "Premier alinéa. Second alinéa.", "Article 2 – Durée Non renseigné.",
    ):  # fmt: skip
        assert wanted in text


def test_signatures_are_on_a_page_of_their_own_with_one_box_for_each(content: ConventionContent) -> None:
    paper = written(convention_pdf, content)
    last = reader(paper).pages[-1].extract_text()
    assert len(reader(paper).pages) == 2
    for wanted in ("Association d’essai, représentée par", "Mme Œuvrard, présidente", "LEFÈVRE Élodie", "Infirmière"):
        assert wanted in last
    assert "Signé le 1er mars 2026" in " ".join(last.split())
    assert last.count("Signature :") == 3


def test_qr_code_holds_the_number_and_the_checksum(content: ConventionContent) -> None:
    paper = written(convention_pdf, content)
    assert qr_squares(paper) == qr_of(f"CLAP-2026-044-0012 sha256:{CHECKSUM}")
    assert CHECKSUM in text_of(paper)


def test_thirty_members_have_a_box_each_and_no_page_cuts_one(content: ConventionContent) -> None:
    many = dataclasses.replace(
        content, signatories=tuple(Signatory(f"NOM{n:02d} Jean", "Infirmier", None) for n in range(30))
    )
    paper = written(convention_pdf, many)
    pages = [page.extract_text() for page in reader(paper).pages[1:]]
    assert len(pages) > 2
    for number in range(30):
        assert sum(f"NOM{number:02d}" in page for page in pages) == 1
    assert sum(page.count("Signature :") for page in pages) == 31
    with pdfplumber.open(io.BytesIO(paper)) as document:
        for page, text in zip(document.pages[1:], pages, strict=True):
            frames = [edge for edge in page.edges if edge["orientation"] == "v" and edge["height"] > BOX_HEIGHT]
            assert len(frames) == 2 * text.count("Signature :")
            assert len({round(edge["height"], 1) for edge in frames}) <= 2
            assert max(edge["bottom"] for edge in frames) < page.height - 60


def test_last_boxes_leave_no_empty_page_behind(content: ConventionContent) -> None:
    for count in range(1, 14):
        some = dataclasses.replace(content, signatories=content.signatories[:1] * count)
        assert "Signature :" in reader(written(convention_pdf, some)).pages[-1].extract_text()


def test_draft_without_checksum_says_that_it_is_not_to_be_signed(content: ConventionContent) -> None:
    paper = written(convention_pdf, dataclasses.replace(content, draft=True, checksum=""))
    text = text_of(paper)
    assert "BROUILLON" in text
    assert "il ne se signe pas" in text
    assert qr_squares(paper) == []


@pytest.mark.parametrize("checksum", ["", "abc", "G" * 64])
def test_convention_with_a_wrong_checksum_is_refused(content: ConventionContent, checksum: str) -> None:
    with pytest.raises(ValueError, match="SHA-256"):
        dataclasses.replace(content, checksum=checksum)


def test_amendment_prints_what_changes_and_who_is_concerned_only(amendment: AmendmentContent) -> None:
    text = text_of(written(amendment_pdf, amendment))
    assert "Avenant n° CLAP-2026-044-0012-A1 à la convention n° CLAP-2026-044-0012" in text
    assert "Plafond annuel 10 000,00 € 12 500,00 €" in text
    assert "Membre – LEFÈVRE Élodie" in text
    assert "GUÉGUEN" not in text
    assert qr_squares(written(amendment_pdf, amendment)) == qr_of(f"CLAP-2026-044-0012-A1 sha256:{CHECKSUM}")


def test_same_content_gives_the_same_bytes(content: ConventionContent, amendment: AmendmentContent) -> None:
    assert written(convention_pdf, content) == written(convention_pdf, content)
    assert written(amendment_pdf, amendment) == written(amendment_pdf, amendment)


def test_markup_and_long_names_are_printed_and_no_file_is_opened(content: ConventionContent) -> None:
    hostile = "<img src='file:///etc/passwd'/>"
    paper = written(
        convention_pdf,
        dataclasses.replace(
            content,
            title=hostile,
            articles=((hostile, hostile + "x" * 10_000),),
            signatories=(Signatory(hostile + "y" * 10_000, hostile), Signatory("z" * 400, "")),
            association_signatory=hostile,
            organisation=hostile,
        ),
    )
    text = text_of(paper)
    assert text.count("x") >= 10_000
    assert text.replace(" ", "").count("<imgsrc='file:///etc/passwd'/>") >= 6
    assert b"root:" not in paper


def test_convention_without_articles_or_members_is_still_a_paper(content: ConventionContent) -> None:
    assert len(reader(written(convention_pdf, dataclasses.replace(content, articles=(), signatories=()))).pages) == 2
