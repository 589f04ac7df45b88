"""The .xlsx file as a zip of parts: what is refused before anything is unpacked, and where the sheets lie."""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format
from openpyxl.utils.escape import unescape

from association.workbook import caps
from association.workbook.caps import Clock, Unreadable
from association.workbook.report import grouped
from association.workbook.safe_xml import Source, local, stream, walk

_SAVE_AGAIN = "Ouvrez-le dans Excel ou LibreOffice et enregistrez-le au format « Classeur Excel (.xlsx) »."
_BUILTIN_DATES = frozenset(
    number for number, code in BUILTIN_FORMATS.items() if is_date_format(code) and not is_timedelta_format(code)
)
# Formats whose code is left to the reader's language (ECMA-376, 18.8.30): dates in the East Asian ones.
_LOCAL_DATES = frozenset({*range(27, 32), *range(34, 37), *range(50, 59)})
_OTHER_FILES = (
    (b"%PDF", "c'est un fichier PDF, renommé"),
    (b"{\\rtf", "c'est un document RTF, renommé"),
    (b"<", "c'est une page web ou un fichier XML, renommé"),
    (b"\x89PNG", "c'est une image, renommée"),
    (b"\xff\xd8\xff", "c'est une image, renommée"),
)


@dataclass(frozen=True)
class SheetPart:
    """A sheet as the workbook lists it, and the part of the zip that holds its cells."""

    name: str
    part: str
    hidden: bool


@dataclass
class Container:
    """An opened workbook: its sheets, and what is needed to read their cells."""

    archive: zipfile.ZipFile
    clock: Clock
    sheets: list[SheetPart] = field(default_factory=list)
    strings: list[str] = field(default_factory=list)
    date_styles: frozenset[int] = frozenset()
    dates_from_1904: bool = False

    @contextmanager
    def part(self, name: str) -> Iterator[Source]:
        """Open a part; Unreadable when it is missing, damaged, enciphered or packed in a way no spreadsheet uses."""
        with _readable():
            source = self.archive.open(name)
        with source:
            yield _Part(source)


class _Part:
    """An opened part: what goes wrong while it is unpacked is said in French."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source

    def read(self, size: int) -> bytes:
        with _readable():
            return self._source.read(size)


@contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, OSError) as error:
        raise Unreadable(f"le fichier est abîmé ou incomplet : {_SAVE_AGAIN}") from error
    except (NotImplementedError, RuntimeError) as error:
        raise Unreadable(f"le fichier est protégé, ou compressé d'une façon inconnue : {_SAVE_AGAIN}") from error


@contextmanager
def opened(path: Path, clock: Clock | None = None) -> Iterator[Container]:
    """Open a workbook for reading.

    Raises:
        Unreadable: with a French sentence, for everything that is not a bounded, plain .xlsx file.
    """
    _check_outside(path)
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise Unreadable(f"le fichier est tronqué ou abîmé : {_SAVE_AGAIN}") from error
    with archive:
        _check_entries(archive)
        container = Container(archive, clock or Clock())
        _read_workbook(container)
        yield container


def _check_outside(path: Path) -> None:
    """Look at the size and the first bytes: most of what is no .xlsx says so there."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(4096)
            rest = file.read(2_000_000)
    except OSError as error:
        raise Unreadable("fichier introuvable ou illisible.") from error
    if size == 0:
        raise Unreadable("le fichier est vide.")
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        enciphered = "EncryptedPackage".encode("utf-16-le") in head + rest
        raise Unreadable(
            "le classeur est protégé par un mot de passe : enregistrez-le sans mot de passe."
            if enciphered
            else "le fichier est protégé par un mot de passe, ou d'un ancien format (.xls) : "
            "enregistrez-le sans mot de passe au format « Classeur Excel (.xlsx) »."
        )
    for start, what in _OTHER_FILES:
        if head.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(start):
            raise Unreadable(f"ce n'est pas un classeur .xlsx : {what}.")
    if not head.startswith(b"PK"):
        raise Unreadable(f"ce n'est pas un classeur .xlsx. {_SAVE_AGAIN}")
    if size > caps.MAX_FILE_BYTES:
        raise Unreadable(f"le fichier dépasse {caps.MAX_FILE_BYTES // 1_000_000} Mo.")


def _check_entries(archive: zipfile.ZipFile) -> None:
    """Sizes as the zip declares them; reading stops at a declared size, so that a lie only truncates."""
    entries = archive.infolist()
    names = {entry.filename for entry in entries}
    if len(entries) > caps.MAX_ENTRIES:
        raise Unreadable(f"le fichier contient plus de {grouped(caps.MAX_ENTRIES)} éléments : il est refusé.")
    if sum(entry.file_size for entry in entries) > caps.MAX_UNPACKED_BYTES:
        raise Unreadable(f"décompressé, le fichier dépasse {caps.MAX_UNPACKED_BYTES // 1_000_000} Mo : il est refusé.")
    if any(entry.flag_bits & 1 for entry in entries):
        raise Unreadable("le fichier est protégé par un mot de passe : enregistrez-le sans mot de passe.")
    if "xl/workbook.bin" in names:
        raise Unreadable(f"c'est un classeur binaire (.xlsb). {_SAVE_AGAIN}")
    if "content.xml" in names:
        raise Unreadable(f"c'est un document OpenDocument (.ods). {_SAVE_AGAIN}")
    if "_rels/.rels" not in names:
        raise Unreadable(f"c'est une archive zip, pas un classeur .xlsx. {_SAVE_AGAIN}")


def _read_workbook(container: Container) -> None:
    package = _relations(container, "")
    book = next((target for kind, target in package.values() if kind == "officeDocument"), "")
    if not book or book not in container.archive.namelist() or not book.startswith("xl/"):
        raise Unreadable(f"ce n'est pas un classeur .xlsx. {_SAVE_AGAIN}")
    relations = _relations(container, book)
    sheets: list[tuple[str, str, bool]] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        tag = local(name)
        if tag == "workbookPr":
            container.dates_from_1904 = attributes.get("date1904") in ("1", "true")
        elif tag == "sheet":
            link = next((value for key, value in attributes.items() if local(key) == "id" and " " in key), "")
            sheets.append((attributes.get("name", ""), link, attributes.get("state", "visible") != "visible"))

    _walk_part(container, book, start)
    container.sheets = [
        SheetPart(name, relations[link][1], hidden)
        for name, link, hidden in sheets
        if link in relations and relations[link][0] == "worksheet"
    ]
    by_kind = dict(relations.values())
    if "styles" in by_kind:
        container.date_styles = _date_styles(container, by_kind["styles"])
    if "sharedStrings" in by_kind:
        container.strings = _shared_strings(container, by_kind["sharedStrings"])


def _walk_part(container: Container, part: str, start: object) -> None:
    with _readable():
        size = container.archive.getinfo(part).file_size
    if size > caps.MAX_PART_BYTES:
        raise Unreadable(f"la partie « {part} » du fichier est démesurée : {_SAVE_AGAIN}")
    with container.part(part) as source:
        walk(source, container.clock, start)  # type: ignore[arg-type]


def _relations(container: Container, part: str) -> dict[str, tuple[str, str]]:
    """Return the relations of a part: id to (kind, part that it leads to)."""
    folder, name = posixpath.split(part)
    source = posixpath.join(folder, "_rels", f"{name}.rels")
    found: dict[str, tuple[str, str]] = {}

    def start(tag: str, attributes: dict[str, str]) -> None:
        if local(tag) == "Relationship" and attributes.get("TargetMode") != "External":
            target = attributes.get("Target", "")
            whole = target if target.startswith("/") else posixpath.join("/", folder, target)
            kind = attributes.get("Type", "").rpartition("/")[2]
            found[attributes.get("Id", "")] = (kind, posixpath.normpath(whole).lstrip("/"))

    if source in container.archive.namelist():
        _walk_part(container, source, start)
    return found


def _date_styles(container: Container, part: str) -> frozenset[int]:
    """Return the numbers of the cell styles that show a date."""
    own: dict[int, bool] = {}
    styles: list[int] = []
    inside = {"cellXfs": False}

    def start(name: str, attributes: dict[str, str]) -> None:
        tag = local(name)
        if tag == "numFmt":
            code = attributes.get("formatCode", "")
            own[_number(attributes.get("numFmtId"))] = is_date_format(code) and not is_timedelta_format(code)
        elif tag in ("cellXfs", "cellStyles", "cellStyleXfs", "dxfs"):
            inside["cellXfs"] = tag == "cellXfs"
        elif tag == "xf" and inside["cellXfs"]:
            styles.append(_number(attributes.get("numFmtId")))

    _walk_part(container, part, start)
    return frozenset(
        place
        for place, number in enumerate(styles)
        if own.get(number, number in _BUILTIN_DATES or number in _LOCAL_DATES)
    )


def _number(text: str | None) -> int:
    return int(text) if text and re.fullmatch(r"\d{1,9}", text) else 0


def _shared_strings(container: Container, part: str) -> list[str]:
    """Return the shared strings."""
    found = _Strings()
    if part in container.archive.namelist():
        with container.part(part) as source:
            for _ in stream(source, container.clock, found.start, found.end, found.text):
                pass
    return found.strings


class _Strings:
    """Collects shared strings; rich text becomes plain, pronunciation (rPh) is left out."""

    def __init__(self) -> None:
        self.strings: list[str] = []
        self._pieces: list[str] = []
        self._inside = self._phonetic = False
        self._size = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        tag = local(name)
        if tag == "si":
            self._pieces = []
        elif tag == "rPh":
            self._phonetic = True
        self._inside = tag == "t" and not self._phonetic

    def text(self, data: str) -> None:
        if self._inside:
            self._pieces.append(data)
            self._size += len(data)
            if self._size > caps.MAX_STRINGS_TEXT:
                raise Unreadable("le classeur contient trop de texte : il est refusé.")

    def end(self, name: str) -> None:
        tag = local(name)
        self._inside = False
        if tag == "rPh":
            self._phonetic = False
        elif tag == "si":
            self.strings.append(unescape("".join(self._pieces)))
            if len(self.strings) > caps.MAX_STRINGS:
                raise Unreadable(f"le classeur contient plus de {grouped(caps.MAX_STRINGS)} textes : il est refusé.")
