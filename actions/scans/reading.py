"""The codes on the pages of a scan. Nothing here knows an action: a code is a text."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pypdfium2 as pdfium
import zxingcpp
from PIL import Image
from pypdf import PdfReader, PdfWriter

from association.upload_formats import PDF

MAX_PAGES = 60
DOTS_PER_INCH, POINTS_PER_INCH = 200, 72
LONGEST_SIDE = 3_500  # pixels: A4 at 300 dots per inch; a bigger picture is read smaller
_PDFIUM = threading.Lock()  # the library serves one thread at a time


class Unreadable(Exception):
    """A scan cannot be opened, or has too many pages; the French sentence says what to do."""


@dataclass(frozen=True)
class Part:
    """Pages that belong together, and the reference that their first one bears (empty: none does)."""

    pages: tuple[int, ...]
    reference: str


def codes_by_page(content: bytes, content_type: str) -> list[list[str]]:
    """Return the texts of the QR codes on each page, in order.

    Raises:
        Unreadable: in French.
    """
    try:
        return [_codes(picture) for picture in _pictures(content, content_type)]
    except Unreadable:
        raise
    except Exception as error:  # whatever a damaged file makes the two libraries raise
        raise Unreadable("Ce fichier n'a pas pu être lu : classez-le à la main, ou numérisez-le de nouveau.") from error


def parts_of(codes: list[list[str]], is_reference: Callable[[str], bool]) -> list[Part]:
    """Return which pages belong together: each page with a reference begins a part, those without one follow it.

    Pages before the first reference are a part of their own, and so is the same reference again in a row part of one.
    """
    parts: list[Part] = []
    for page, texts in enumerate(codes):
        found = next((text for text in texts if is_reference(text)), "")
        if parts and (not found or found == parts[-1].reference):
            parts[-1] = Part((*parts[-1].pages, page), parts[-1].reference)
        else:
            parts.append(Part((page,), found))
    return parts


def pages_cut_out(content: bytes, pages: tuple[int, ...]) -> bytes:
    """Return some pages of a PDF as a PDF of their own."""
    reader, writer = PdfReader(BytesIO(content)), PdfWriter()
    for page in pages:
        writer.add_page(reader.pages[page])
    buffer = BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def _pictures(content: bytes, content_type: str) -> Iterator[Any]:
    if content_type != PDF:
        with Image.open(BytesIO(content)) as picture:
            picture.draft("L", (LONGEST_SIDE, LONGEST_SIDE))
            picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            yield picture.convert("L")
        return
    with _PDFIUM:
        document = pdfium.PdfDocument(content)
        try:
            if len(document) > MAX_PAGES:
                raise Unreadable(
                    f"Ce fichier compte {len(document)} pages, la limite est de {MAX_PAGES} : déposez-le en plusieurs "
                    "fois."
                )
            for page in document:
                scale = min(DOTS_PER_INCH / POINTS_PER_INCH, LONGEST_SIDE / max(*page.get_size(), 1))
                yield page.render(scale=scale, grayscale=True).to_pil()
        finally:
            document.close()


def _codes(picture: Any) -> list[str]:
    found = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)
    return [one.text.strip() for one in found if one.valid]
