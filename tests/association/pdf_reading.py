"""Reading a produced paper back: its text, its colours, the squares of its QR code."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pdfplumber
from pypdf import PdfReader
from reportlab.graphics.barcode.qr import QrCodeWidget

INK = (0x1A / 255, 0x2A / 255, 0x2E / 255)


def written(write: Callable[..., None], *content: Any) -> bytes:
    """Return the bytes that a paper's function writes."""
    buffer = io.BytesIO()
    write(*content, buffer)
    return buffer.getvalue()


def reader(paper: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(paper))


def fonts_missing(paper: bytes) -> set[str]:
    """Return the fonts that the file names and does not hold, whether a letter is drawn with them or not."""
    found = set()
    document = reader(paper)
    for number in range(1, len(document.xref[0]) + 1 if document.xref else 0):
        one = document.get_object(number)
        if isinstance(one, dict) and one.get("/Type") == "/Font" and one.get("/Subtype") != "/CIDFontType2":
            about = one.get("/FontDescriptor")
            if about is None or "/FontFile2" not in about.get_object():
                found.add(str(one["/BaseFont"])[1:])
    return found


def text_of(paper: bytes) -> str:
    """Return all the text, its white space made simple."""
    return " ".join(" ".join(page.extract_text() for page in reader(paper).pages).split())


def same_colour(found: Any, wanted: tuple[float, ...]) -> bool:
    return (
        isinstance(found, tuple | list)
        and len(found) == len(wanted)
        and all(abs(one - two) < 0.01 for one, two in zip(found, wanted, strict=True))
    )


def text_in_colour(paper: bytes, colour: tuple[float, float, float]) -> str:
    """Return the characters that are drawn in one colour (red, green, blue from 0 to 1)."""
    with pdfplumber.open(io.BytesIO(paper)) as document:
        characters = [character for page in document.pages for character in page.chars]
        return "".join(item["text"] for item in characters if same_colour(item["non_stroking_color"], colour))


def qr_squares(paper: bytes) -> list[list[bool]]:
    """Return the modules of the QR code on the paper, from its drawn rectangles; none without a code."""
    with pdfplumber.open(io.BytesIO(paper)) as document:
        found = [r for page in document.pages for r in page.rects if same_colour(r["non_stroking_color"], INK)]
    if not found:
        return []
    side = min(rectangle["height"] for rectangle in found)
    left, top = min(r["x0"] for r in found), min(r["top"] for r in found)
    count = round((max(r["bottom"] for r in found) - top) / side)
    grid = [[False] * count for _ in range(count)]
    for rectangle in found:
        start, end = (round((rectangle[edge] - left) / side) for edge in ("x0", "x1"))
        for column in range(start, end):
            grid[round((rectangle["top"] - top) / side)][column] = True
    return grid


def qr_of(value: str) -> list[list[bool]]:
    """Return the modules of the QR code that holds a text."""
    code = QrCodeWidget(value, barLevel="M").qr
    code.make()
    return [[bool(module) for module in row] for row in code.modules]
