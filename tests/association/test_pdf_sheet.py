"""The sheet that all papers share: what is typed is what is printed, and the same content gives the same bytes."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pdfplumber
import pytest
from django.conf import settings
from reportlab.platypus import Flowable, PageBreak
from reportlab.platypus import Table as Grid

from association.pdf.pieces import facts, heading, line, panel, prose, qr_code, table, title
from association.pdf.sheet import ContentsLine, write_pdf
from association.pdf.styles import DRAWN
from association.pdf.text import long_date, paragraphs, printable
from tests.association.pdf_reading import fonts_missing, qr_of, qr_squares, reader, text_of

HOSTILE = "<img src='file:///etc/passwd'/> & <b>gras <script>alert(1)</script> </para> &lt;"


def paper(*story: Flowable, draft: bool = False, organisation: str = "Association d’essai") -> bytes:
    buffer = io.BytesIO()
    write_pdf(
        buffer, list(story), title="Un titre à l’essai", reference="REF-1", organisation=organisation, draft=draft
    )
    return buffer.getvalue()


def pages_of(story: list[Flowable]) -> list[str]:
    return [page.extract_text() for page in reader(paper(*story)).pages]


def test_sheet_names_its_language_title_author_and_reference() -> None:
    read = reader(paper(line("Bonjour")))
    assert read.trailer["/Root"]["/Lang"] == "fr-FR"
    assert read.trailer["/Root"]["/ViewerPreferences"]["/DisplayDocTitle"]
    assert read.metadata
    assert (read.metadata.title, read.metadata.author, read.metadata.subject) == (
        "Un titre à l’essai",
        "Association d’essai",
        "REF-1",
    )
    assert read.pages[0].mediabox.width == pytest.approx(595.28, abs=0.01)


def test_every_page_has_the_organisation_the_reference_and_its_number() -> None:
    pages = pages_of([line("Une ligne.") for _ in range(120)])
    assert len(pages) > 2
    for number, text in enumerate(pages, 1):
        assert "Association d’essai" in text
        assert f"REF-1 · page {number}/{len(pages)}" in text


def test_draft_says_so_on_each_page_and_the_final_paper_does_not() -> None:
    story = [line("Une ligne.") for _ in range(60)]
    assert all("BROUILLON" in page.extract_text() for page in reader(paper(*story, draft=True)).pages)
    assert "BROUILLON" not in text_of(paper(line("Une ligne.")))


@pytest.mark.parametrize(
    "story",
    [
        lambda: [title(HOSTILE)],
        lambda: heading(HOSTILE),
        lambda: prose(HOSTILE),
        lambda: [facts([(HOSTILE, HOSTILE)])],
        lambda: [panel(HOSTILE, [("Nom", HOSTILE)])],
        lambda: table([HOSTILE], [[HOSTILE]], shares=[1]),
    ],
    ids=["title", "heading", "prose", "facts", "panel", "table"],
)
def test_markup_in_a_text_is_printed_as_it_was_typed(story: Callable[[], list[Flowable]]) -> None:
    printed = paper(*story(), organisation=HOSTILE)
    assert HOSTILE.replace(" ", "") in text_of(printed).replace(" ", "")
    assert b"root:" not in printed


def test_french_accents_ligatures_and_signs_are_printed() -> None:
    text = "Œuvre « à Noël » : l’été, ÇÀÉÈÊËÎÏÔÖÙÛÜŸ – 1 234,56 € · n° 3… chargé·e"
    assert text in text_of(paper(line(text)))


def test_control_and_invisible_characters_are_left_out() -> None:
    assert printable("a\x00b\x1b[31m\u202ec\u200bd\te\r\nf\u2028g", DRAWN) == "ab[31mcd e\nf\ng"
    assert "ab" in text_of(paper(line("a\x00\x07b")))


def test_character_that_the_font_lacks_leaves_a_mark() -> None:
    assert printable("é 中 😀 \ud800", DRAWN) == "é \ufffd \ufffd \ufffd"
    assert "\ufffd" in text_of(paper(line("中")))


def test_decomposed_accents_are_composed_and_thousands_stay_together() -> None:
    assert printable("e\u0301", DRAWN) == "é"
    assert printable("1\u202f234", DRAWN) == "1\u00a0234"


def test_words_longer_than_a_line_go_on_below_within_the_margins() -> None:
    with pdfplumber.open(io.BytesIO(paper(*prose("m" * 10_000)))) as document:
        characters = [item for page in document.pages for item in page.chars if item["text"] == "m"]
        assert len(characters) == 10_000
        assert max(item["x1"] for item in characters) <= document.pages[0].width - 60


@pytest.mark.parametrize(
    "text",
    ["m" * 10_000, "mot " * 2_500, "\n".join(["mot"] * 1_000)],
    ids=["one word", "words", "lines"],
)
def test_ten_thousand_characters_in_a_cell_go_on_over_the_pages(text: str) -> None:
    for story in (table(["Un", "Deux"], [[text, "b"], ["fin", "fin"]], shares=[1, 4]), [facts([(text, text)])]):
        assert text_of(paper(*story)).count("m") >= text.count("m")


def test_table_repeats_its_head_on_each_page() -> None:
    rows = [[str(number), "texte"] for number in range(120)]
    pages = pages_of(table(["Numéro", "Colonne"], rows, shares=[1, 3]))
    assert len(pages) > 2
    assert all("Numéro" in page and "Colonne" in page for page in pages)


def test_long_table_in_chunks_keeps_every_row() -> None:
    rows = [[f"rang{number:05d}"] for number in range(2_100)]
    printed = "".join(pages_of(table(["Rang"], rows, shares=[1])))
    assert [row[0] for row in rows if row[0] not in printed] == []


def test_blank_text_says_that_nothing_was_answered() -> None:
    assert "Non renseigné." in text_of(paper(*prose(" \n ")))
    assert "Non renseigné." in text_of(paper(facts([("SIRET", "")])))


def test_items_of_a_list_go_on_under_their_first_word() -> None:
    text = "Chacun s’engage à :\n– " + "participer " * 20 + "\n– échanger.\nEnsuite."
    with pdfplumber.open(io.BytesIO(paper(*prose(text)))) as document:
        words = document.pages[0].extract_words()
    left = [word["x0"] for word in words if word["text"] == "participer"]
    dash = next(word["x0"] for word in words if word["text"] == "–")
    assert min(left) == pytest.approx(left[0], abs=0.5)
    assert left[0] > dash
    assert "échanger. Ensuite." in text_of(paper(*prose(text)))


def test_headings_make_the_outline() -> None:
    read = reader(paper(title("Un projet"), *heading("Première partie"), *prose("texte")))
    flat = [entry for entry in read.outline if not isinstance(entry, list)]
    nested = [entry for entry in read.outline if isinstance(entry, list)]
    assert [entry.title for entry in flat] == ["Un projet"]
    assert [entry.title for entry in nested[0]] == ["Première partie"]


def test_qr_code_holds_the_text() -> None:
    value = "https://clap.example.org/attestations/ABC/"
    squares = qr_squares(paper(qr_code(value, 100)))
    assert squares == qr_of(value)
    assert squares != qr_of(value + "x")


def everything() -> bytes:
    rows = [["Élodie", "é" * 900], ["中", "x"]]
    return paper(
        title("Titre"), *heading("Partie"), *prose("Du texte.\n\nEncore."), *table(["A", "B"], rows, shares=[1, 2]),
        qr_code("abc", 80), draft=True,
    )  # fmt: skip


def test_same_content_gives_the_same_bytes() -> None:
    assert everything() == everything()


def test_same_content_gives_the_same_bytes_in_another_process() -> None:
    program = (
        "import sys, hashlib; from tests.association.test_pdf_sheet import everything;"
        "sys.stdout.write(hashlib.sha256(everything()).hexdigest())"
    )
    found = set()
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "DJANGO_SETTINGS_MODULE": "tests.settings"}
        done = subprocess.run(
            [sys.executable, "-c", program], cwd=settings.BASE_DIR, env=environment, capture_output=True, check=True
        )
        found.add(done.stdout)
    assert len(found) == 1


@pytest.fixture
def restless_threads() -> Iterator[None]:
    """Let the threads take turns at every step, so that a race is lost now and not in production."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


@pytest.mark.usefixtures("restless_threads")
def test_papers_written_by_several_threads_are_those_of_one() -> None:
    accented = "".join(map(chr, [*range(0xC0, 0x24F), *range(0x1E00, 0x1EF9)]))
    alone = paper(line(accented))
    with ThreadPoolExecutor(4) as threads:
        assert set(threads.map(lambda _: paper(line(accented)), range(12))) == {alone}


def test_file_can_be_named_by_its_path(tmp_path: Path) -> None:
    write_pdf(tmp_path / "été.pdf", [line("Bonjour")], title="T", reference="R", organisation="O")
    assert "Bonjour" in text_of((tmp_path / "été.pdf").read_bytes())


def test_paragraphs_are_parted_by_blank_lines() -> None:
    assert paragraphs("un\r\ndeux\r\n \r\ntrois\n\n\n") == ["un\ndeux", "trois"]
    assert paragraphs(" \n ") == []


def test_long_date_is_written_in_french() -> None:
    assert long_date(date(2026, 3, 1)) == "1er\u00a0mars\u00a02026"
    assert long_date(date(2026, 12, 31)) == "31\u00a0décembre\u00a02026"


def test_every_font_that_the_file_names_is_in_it_even_of_an_empty_cell_and_a_drawing() -> None:
    found = paper(panel("Un cadre", [("Nom", "")]), Grid([["", "Un mot"]]), qr_code("essai", 80), line("Un texte"))
    assert fonts_missing(found) == set()


def test_contents_say_the_page_of_a_title_that_comes_later() -> None:
    story = [ContentsLine("Le chapitre", "chapitre"), PageBreak(), PageBreak(), line("Rien"), PageBreak()]
    document = reader(paper(*story, title("Le chapitre", place="chapitre")))
    first = " ".join(document.pages[0].extract_text().split())
    page = next(n for n, one in enumerate(document.pages, 1) if n > 1 and "Le chapitre" in one.extract_text())
    assert f"Le chapitre {page}" in first
    link = document.pages[0]["/Annots"][0].get_object()
    assert link["/Dest"][0].get_object() == document.pages[page - 1].get_object()
