"""What a file is by its content: a sound PDF, PNG or JPEG, or a French sentence that says why not.

Nothing here decodes an image or runs a page: the structure is walked, which is enough to tell a whole file from a
cut one and an image from what only bears its name.
"""

from __future__ import annotations

import io
import logging
import re
import struct
import time
import zlib
from typing import Any

from django.core.exceptions import ValidationError
from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

from association.workbook.report import french

PDF, PNG, JPEG = "application/pdf", "image/png", "image/jpeg"
SUFFIXES = {PDF: ".pdf", PNG: ".png", JPEG: ".jpg"}

WANTED = "Enregistrez-le en PDF, en PNG ou en JPEG, puis déposez-le de nouveau."
PRINT_IT = "Imprimez-le en PDF (« Imprimer », puis « Enregistrer au format PDF ») et déposez la copie."
CUT = "Ce fichier est incomplet ou abîmé : il s’arrête avant sa fin. Ouvrez l’original, puis déposez-le de nouveau."
# A PDF made to be slow must not hold the site; a scan of a hundred pages takes a fraction of a second.
PDF_SECONDS, PDF_OBJECTS = 6.0, 300_000
TAIL = 2048  # where the end of a PDF is looked for: some writers leave a few bytes after it

# Beginnings of what people try instead, and the sentence that helps each of them.
_PROGRAM = "Ce fichier est un programme, quel que soit son nom : il n’est pas accepté."
_OFFICE = f"Ce fichier est un document de bureautique ou une archive (Word, Excel, zip…). {WANTED}"
_OTHER_IMAGE = f"Ce format d’image n’est pas accepté. {WANTED}"
_BEGINNINGS: tuple[tuple[bytes, str], ...] = (
    (b"MZ", _PROGRAM),
    (b"\x7fELF", _PROGRAM),
    (b"#!", _PROGRAM),
    (b"\xfe\xed\xfa", _PROGRAM),
    (b"\xcf\xfa\xed\xfe", _PROGRAM),
    (b"\xca\xfe\xba\xbe", _PROGRAM),
    (b"PK\x03\x04", _OFFICE),
    (b"PK\x05\x06", _OFFICE),
    (b"\xd0\xcf\x11\xe0", _OFFICE),
    (b"Rar!", _OFFICE),
    (b"7z\xbc\xaf", _OFFICE),
    (b"{\\rtf", _OFFICE),
    (b"GIF8", _OTHER_IMAGE),
    (b"II*\x00", _OTHER_IMAGE),
    (b"MM\x00*", _OTHER_IMAGE),
    (b"BM", _OTHER_IMAGE),
    (b"RIFF", _OTHER_IMAGE),
)
# In a scan, FF before 0 is a byte of its own and FF before D0 to D7 a restart: neither ends it.
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_ACTIVE_ACTIONS = frozenset({"/JavaScript", "/Launch", "/ImportData", "/SubmitForm"})


def content_type_of(content: bytes) -> str:
    """Return `PDF`, `PNG` or `JPEG` for a whole and harmless file.

    Raises:
        ValidationError: in French, with what it is instead or what is wrong, and what to do.
    """
    if not content:
        raise refused("Ce fichier est vide. Choisissez-en un autre.", "empty")
    if content.startswith(b"%PDF-"):
        _check_pdf(content)
        return PDF
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        _check_png(content)
        return PNG
    if content.startswith(b"\xff\xd8\xff"):
        _check_jpeg(content)
        return JPEG
    raise refused(_sentence_for(content), "format")


def refused(sentence: str, code: str) -> ValidationError:
    """Return the refusal of a file, in French typography."""
    return ValidationError(french(sentence), code=code)


def _sentence_for(content: bytes) -> str:
    if content[4:8] == b"ftyp" and content[8:11] in (b"hei", b"mif", b"avi", b"hev"):
        return (
            "Ce fichier est une photo HEIC ou AVIF (téléphone). Enregistrez-la en JPEG, ou numérisez la page en PDF, "
            "puis déposez-la de nouveau."
        )
    for beginning, sentence in _BEGINNINGS:
        if content.startswith(beginning):
            return sentence
    return f"Ce fichier n’est ni un PDF, ni une image PNG ou JPEG, quel que soit son nom. {WANTED}"


# --- images --------------------------------------------------------------------------------------------------


def _check_png(content: bytes) -> None:
    """Walk the chunks to the end, each with its checksum; nothing may follow."""
    at, kinds = 8, []
    while at < len(content):
        if at + 12 > len(content):
            raise refused(CUT, "truncated")
        (length,) = struct.unpack(">I", content[at : at + 4])
        kind, end = content[at + 4 : at + 8], at + 12 + length
        if end > len(content):
            raise refused(CUT, "truncated")
        if zlib.crc32(content[at + 4 : end - 4]) != struct.unpack(">I", content[end - 4 : end])[0]:
            raise refused(CUT, "truncated")
        kinds.append(kind)
        at = end
        if kind == b"IEND":
            break
    if not kinds or kinds[0] != b"IHDR" or kinds[-1] != b"IEND" or b"IDAT" not in kinds or at != len(content):
        raise refused(CUT, "truncated")


def _check_jpeg(content: bytes) -> None:
    """Walk the segments to the end of the image; telephones leave data of their own after it."""
    at, has_frame, has_scan = 2, False, False
    while at + 4 <= len(content):
        if content[at] != 0xFF:
            break
        marker = content[at + 1]
        if marker == 0xFF:  # a filling byte
            at += 1
            continue
        if marker == 0xD9:
            break
        at += 2 + int.from_bytes(content[at + 2 : at + 4], "big")
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            has_frame = True
        if marker == 0xDA:
            has_scan = True
            at = _after_the_scan(content, at)
    if not (has_frame and has_scan and content[at : at + 2] == b"\xff\xd9"):
        raise refused(CUT, "truncated")


def _after_the_scan(content: bytes, at: int) -> int:
    """Return where the next marker is; the end, when there is none."""
    found = _MARKER.search(content, at)
    return found.end() - 2 if found else len(content)


# --- PDF -----------------------------------------------------------------------------------------------------


def _check_pdf(content: bytes) -> None:
    if b"%%EOF" not in content[-TAIL:]:
        raise refused(CUT, "truncated")
    silent = logging.getLogger("pypdf")
    level = silent.level
    silent.setLevel(logging.CRITICAL)  # its remarks on other people's PDFs are no news
    try:
        _read_pdf(content)
    except ValidationError:
        raise
    except Exception:  # a broken PDF makes the reader raise anything, from KeyError to RecursionError
        raise refused(CUT, "truncated") from None
    finally:
        silent.setLevel(level)


def _read_pdf(content: bytes) -> None:
    reader = PdfReader(io.BytesIO(content), strict=False)
    # A PDF that only restricts printing opens with the empty password, for everybody.
    if reader.is_encrypted and not reader.decrypt(""):
        raise refused(
            "Ce PDF est protégé par un mot de passe : personne ne pourrait l’ouvrir ici. Enregistrez-le sans mot de "
            "passe (« Imprimer en PDF »), puis déposez-le de nouveau.",
            "encrypted",
        )
    if not len(reader.pages):
        raise refused("Ce PDF n’a aucune page. Ouvrez l’original, puis déposez-le de nouveau.", "empty")
    if fault := _fault_of(reader):
        raise fault


def _fault_of(reader: PdfReader) -> ValidationError | None:
    """Return the refusal of a PDF of which anything that the catalogue leads to acts, or is another file.

    What acts: a script, a launch, a sending. A file inside the file would be kept without anybody having seen it.

    Raises:
        ValidationError: when there is too much to look at.
    """
    deadline = time.monotonic() + PDF_SECONDS
    waiting: list[Any] = [reader.trailer.get("/Root")]
    seen: set[int] = set()
    while waiting:
        node = waiting.pop()
        if isinstance(node, IndirectObject):
            if node.idnum in seen:
                continue
            seen.add(node.idnum)
            if len(seen) > PDF_OBJECTS or time.monotonic() > deadline:
                raise refused(
                    "Ce PDF est trop compliqué pour être contrôlé. Imprimez-le en PDF et déposez la copie.", "heavy"
                )
            node = node.get_object()
        if isinstance(node, DictionaryObject):
            if "/JS" in node or _name(node, "/S") in _ACTIVE_ACTIONS:
                return refused(
                    "Ce PDF contient un programme (JavaScript, ouverture ou envoi automatique) : il n’est pas accepté. "
                    f"{PRINT_IT}",
                    "active",
                )
            if "/EF" in node:
                return refused(
                    "Ce PDF contient d’autres fichiers en pièces jointes, que personne ne verrait ici : il n’est pas "
                    f"accepté. Déposez ces fichiers à part. {PRINT_IT}",
                    "attached",
                )
            waiting.extend(node.values())
        elif isinstance(node, ArrayObject):
            waiting.extend(node)
    return None


def _name(node: DictionaryObject, key: str) -> str:
    value = node.raw_get(key) if key in node else ""
    return str(value.get_object() if isinstance(value, IndirectObject) else value)
