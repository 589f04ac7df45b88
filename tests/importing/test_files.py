"""Files that are no bounded, plain .xlsx workbook: one clear French line each, exit status 1, nothing written."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from association.models import Team
from association.registries import sheets
from association.workbook import caps
from association.workbook.caps import Clock
from association.workbook.reading import read_book
from tests.importing.conftest import Outcome
from tests.importing.making import (
    MAIN,
    STRICT,
    TEAM_HEADERS,
    by_hand,
    inline,
    sheet_xml,
    sound_sheets,
    write,
)

Load = Callable[..., Outcome]
Count = Callable[[], dict[str, int]]
LINE = inline(2, "44-01", "Clos", "ESP", "44109")


def text_file(content: bytes) -> Callable[[Path], None]:
    return lambda path: path.write_bytes(content) and None  # type: ignore[func-returns-value]


def truncated(path: Path) -> None:
    write(path, sound_sheets())
    path.write_bytes(path.read_bytes()[:-2_000])


def enciphered(path: Path) -> None:
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le"))


def damaged_inside(path: Path) -> None:
    by_hand(path, sheet_xml(TEAM_HEADERS, LINE * 50))
    content = bytearray(path.read_bytes())
    at = content.rindex(b"sheet1.xml", 0, len(content) - 100)
    content[at + 30 : at + 60] = bytes(30)
    path.write_bytes(bytes(content))


def without_styles(path: Path) -> None:
    whole = path.with_suffix(".whole")
    write(whole, sound_sheets())
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(path, "w") as archive:
        for entry in source.infolist():
            if entry.filename != "xl/styles.xml":
                archive.writestr(entry, source.read(entry))


def plain_zip(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("bonjour.txt", "bonjour")


def open_document(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", "<x/>")


def too_many_entries(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(caps.MAX_ENTRIES + 1):
            archive.writestr(f"x{number}", "")


def zip_bomb(path: Path) -> None:
    """300 MB of zeros in 300 KB."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("_rels/.rels", "<x/>")
        with archive.open("xl/worksheets/sheet1.xml", "w") as out:
            for _ in range(300):
                out.write(bytes(1_000_000))


def billion_laughs(path: Path) -> None:
    entities = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))
    by_hand(path, f'<!DOCTYPE x [<!ENTITY l0 "ha">{entities}]>' + sheet_xml(inline(1, "&l9;")))


def external_entity(path: Path) -> None:
    by_hand(path, '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + sheet_xml(inline(1, "&e;")))


def million_rows() -> Iterator[bytes]:
    yield f'<worksheet xmlns="{MAIN}"><sheetData>{TEAM_HEADERS}'.encode()
    for start in range(2, 1_000_002, 1_000):
        yield "".join(f'<row r="{n}"><c r="A{n}"><v>1</v></c></row>' for n in range(start, start + 1_000)).encode()
    yield b"</sheetData></worksheet>"


def rows_of_a_million(path: Path) -> None:
    by_hand(path, million_rows())


def far_corner(path: Path) -> None:
    by_hand(path, sheet_xml(TEAM_HEADERS, LINE, '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'))


def far_column(path: Path) -> None:
    by_hand(path, sheet_xml(TEAM_HEADERS, '<row r="2"><c r="XFD2"><v>1</v></c></row>'))


def far_row(path: Path) -> None:
    by_hand(path, sheet_xml(TEAM_HEADERS, LINE, '<row r="1048576"><c r="A1048576"><v>1</v></c></row>'))


def endless_text(path: Path) -> None:
    by_hand(path, sheet_xml(TEAM_HEADERS, inline(2, "x" * 40_000)))


def endless_depth(path: Path) -> None:
    by_hand(path, f'<worksheet xmlns="{MAIN}">{"<a>" * 200_000}')


def endless_attribute(path: Path) -> None:
    by_hand(path, f'<worksheet xmlns="{MAIN}"><sheetData a="{"x" * 5_000_000}"/></worksheet>')


def endless_names(path: Path) -> None:
    by_hand(path, sheet_xml(TEAM_HEADERS, "".join(f"<n{n}/>" for n in range(20_000))))


def endless_strings(path: Path) -> None:
    strings = f'<sst xmlns="{MAIN}">{"<si><t>x</t></si>" * (caps.MAX_STRINGS + 1)}</sst>'
    by_hand(path, sheet_xml(TEAM_HEADERS), parts={"xl/sharedStrings.xml": strings})


def endless_row(path: Path) -> None:
    """32 KB that a reader with a tree per row turns into gigabytes."""
    pieces = [f'<worksheet xmlns="{MAIN}"><sheetData><row r="1">'.encode(), *[b"<c/>" * 1_000_000] * 8]
    by_hand(path, [*pieces, b"</row></sheetData></worksheet>"])


def cut_xml(path: Path) -> None:
    by_hand(path, sheet_xml(TEAM_HEADERS, LINE)[:-20])


def no_known_sheet(path: Path) -> None:
    write(path, {"Feuil1": [{"a": 1}]})


HOSTILE = [
    (text_file(b""), "Fichier : le fichier est vide."),
    (text_file(b"%PDF-1.7 ..."), "ce n'est pas un classeur .xlsx : c'est un fichier PDF, renommé."),
    (text_file(b"<html><table>"), "c'est une page web ou un fichier XML, renommé."),
    (text_file(b"code;nom\n44;x"), "ce n'est pas un classeur .xlsx."),
    (text_file(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)), "protégé par un mot de passe, ou d'un ancien format"),
    (enciphered, "Fichier : le classeur est protégé par un mot de passe : enregistrez-le sans mot de passe."),
    (truncated, "Fichier : le fichier est tronqué ou abîmé"),
    (damaged_inside, "abîmé"),
    (without_styles, "le fichier est abîmé ou incomplet"),
    (plain_zip, "c'est une archive zip, pas un classeur .xlsx."),
    (open_document, "c'est un document OpenDocument (.ods)."),
    (too_many_entries, "le fichier contient plus de 2 000 éléments : il est refusé."),
    (zip_bomb, "Fichier : décompressé, le fichier dépasse 200 Mo : il est refusé."),
    (billion_laughs, "le contenu XML déclare un DOCTYPE"),
    (external_entity, "le contenu XML déclare un DOCTYPE"),
    (rows_of_a_million, "la cellule A200002 est remplie : une feuille compte au plus 200 000 lignes."),
    (far_corner, "la cellule XFD1048576 est remplie, loin du tableau : une feuille compte au plus 100 colonnes."),
    (far_column, "la cellule XFD2 est remplie, loin du tableau"),
    (far_row, "la cellule A1048576 est remplie : une feuille compte au plus 200 000 lignes."),
    (endless_text, "une cellule dépasse 32 767 caractères."),
    (endless_depth, "le contenu XML est imbriqué sans fin"),
    (endless_attribute, "le contenu XML n'est pas celui d'un tableur"),
    (endless_names, "le contenu XML n'est pas celui d'un tableur"),
    (endless_strings, "le classeur contient plus de 400 000 textes"),
    (endless_row, "le contenu de la feuille est abîmé"),
    (cut_xml, "le contenu XML est abîmé ou incomplet"),
    (no_known_sheet, "Fichier : aucune feuille connue dans ce classeur"),
]


@pytest.mark.parametrize(("make", "sentence"), HOSTILE, ids=lambda value: getattr(value, "__name__", None))
def test_hostile_file_is_one_line_and_status_one(
    make: Callable[[Path], None], sentence: str, load: Load, everything: Count, tmp_path: Path
) -> None:
    path = tmp_path / "region.xlsx"
    make(path)
    before = everything()

    outcome = load(path)

    assert outcome.code == 1
    faults = [line for line in outcome.text.splitlines() if line.startswith("Faute.")]
    assert len(faults) == 1, outcome.text
    assert sentence.lower() in faults[0].lower()
    assert "1 faute : rien n'a été chargé." in outcome.text
    assert everything() == before


def test_missing_file_is_one_line(load: Load, tmp_path: Path) -> None:
    outcome = load(tmp_path / "absent.xlsx")

    assert outcome.code == 1
    assert "fichier introuvable ou illisible" in outcome.text


def test_time_cap_stops_the_reading(region: object, tmp_path: Path) -> None:
    path = by_hand(tmp_path / "region.xlsx", million_rows())

    book, whole = read_book(path, sheets, today=date(2026, 11, 1), clock=Clock(0.0))

    assert not whole
    assert "la lecture prend plus de" in french_plain(book.report.faults[0].sentence)


def french_plain(text: str) -> str:
    return text.replace("\u00a0", " ")


# --- what other producers write, and has to be read ------------------------------------------------------------


@pytest.mark.parametrize("namespace", [MAIN, STRICT])
def test_inline_texts_and_strict_namespace_are_read(load: Load, tmp_path: Path, namespace: str) -> None:
    path = by_hand(tmp_path / "a.xlsx", sheet_xml(TEAM_HEADERS, LINE, namespace=namespace))

    assert load(path).code == 0


def test_prefixed_xml_rich_text_and_cells_without_reference_are_read(load: Load, tmp_path: Path) -> None:
    rich = "<x:is><x:r><x:t>44</x:t></x:r><x:r><x:t>109</x:t></x:r><x:rPh><x:t>non</x:t></x:rPh></x:is>"
    cells = "".join(f'<x:c t="str"><x:v>{text}</x:v></x:c>' for text in ("44-01", "Clos", "ESP"))
    headers = TEAM_HEADERS
    for tag in ("row", "c", "is", "t"):
        headers = (
            headers.replace(f"<{tag}>", f"<x:{tag}>")
            .replace(f"<{tag} ", f"<x:{tag} ")
            .replace(f"</{tag}>", f"</x:{tag}>")
        )
    xml = (
        f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData>{headers}<x:row>{cells}<x:c t="inlineStr">{rich}</x:c></x:row>'
        "</x:sheetData></x:worksheet>"
    )

    outcome = load(by_hand(tmp_path / "a.xlsx", xml))

    assert outcome.code == 0, outcome.text


def test_empty_formatted_rows_do_not_count(load: Load, tmp_path: Path) -> None:
    empty = "".join(f'<row r="{n}" s="1" customFormat="1"><c r="A{n}" s="1"/></row>' for n in range(3, 250_000))

    assert load(by_hand(tmp_path / "a.xlsx", sheet_xml(TEAM_HEADERS, LINE, empty))).code == 0


def test_headers_in_any_order_case_and_blanks_are_known(load: Load, tmp_path: Path) -> None:
    xml = sheet_xml(
        inline(1, "  COMMUNES", "nature ", "Nom", "code  equipe", "Remarque"),
        inline(2, "44109", "esp", "Clos", "44-01", "rien"),
    )

    outcome = load(by_hand(tmp_path / "a.xlsx", xml, name="EQUIPES "))

    assert outcome.code == 0, outcome.text
    assert "Avertissement. Feuille « Équipes », ligne 1, colonne « Remarque »" in outcome.text


def test_dates_of_the_1904_calendar_are_read(load: Load, tmp_path: Path) -> None:
    def calendar(book: Workbook) -> None:
        book.epoch = CALENDAR_MAC_1904

    teams = {"Équipes": sound_sheets()["Équipes"]}

    assert load(write(tmp_path / "a.xlsx", teams, finish=calendar)).code == 0
    assert Team.objects.get(code="44-01").recognised_on == date(2025, 6, 1)


def test_workbook_made_by_libreoffice_loads(load: Load) -> None:
    outcome = load(Path(__file__).parent / "workbooks" / "libreoffice.xlsx")

    assert outcome.code == 0, outcome.text
    assert "Participations : 4 lignes nouvelles" in outcome.text
