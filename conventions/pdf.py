"""Conventions and their amendments on paper, with the boxes to sign in and the checksum of what was agreed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import IO, Any

from reportlab.platypus import Flowable, PageBreak, Table

from association.pdf.pieces import gap, heading, lead, line, prose, qr_code, small, table, title
from association.pdf.sheet import write_pdf
from association.pdf.styles import CELL, CELL_LABEL, CELL_STRONG, LINE, TEXT_WIDTH
from association.pdf.text import long_date, shortened

# A title that already says what it is keeps its own number, or none.
SELF_NUMBERED = re.compile(r"(article|annexe|préambule)\b", re.IGNORECASE)
CHECKSUM = re.compile(r"[0-9a-f]{64}")
NAMED = 160  # characters of a name in a box, which no page may cut
SIGNING, GUTTER, QR_SIDE = 58, 12, 96  # points: left for a hand, between two boxes, the code
BOX_PADDING = 8


@dataclass(frozen=True)
class Signatory:
    """Who signs, in what quality, and when; ``signed_on``: None until then."""

    name: str
    quality: str
    signed_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class ConventionContent:
    """What the parties sign. ``articles``: (title, text), the text's paragraphs parted by blank lines.

    ``checksum``: SHA-256 of the text and data agreed, 64 hexadecimal digits; only a draft may have none ("").
    Raises ValueError for another checksum.
    """

    number: str
    title: str
    organisation: str
    articles: tuple[tuple[str, str], ...]
    signatories: tuple[Signatory, ...]
    association_signatory: str
    association_signed_on: date | None = None
    checksum: str = ""
    draft: bool = False

    def __post_init__(self) -> None:
        if not CHECKSUM.fullmatch(self.checksum) and not (self.draft and self.checksum == ""):
            raise ValueError("L’empreinte attendue est un SHA-256 : 64 chiffres hexadécimaux.")

    @property
    def sealed(self) -> str:
        """What the QR code holds."""
        return f"{self.number} sha256:{self.checksum}"


@dataclass(frozen=True, kw_only=True)
class AmendmentContent(ConventionContent):
    """What the parties concerned sign: only what changes. ``changes``: (what, before, after)."""

    convention_number: str
    changes: tuple[tuple[str, str, str], ...] = ()


def convention_pdf(content: ConventionContent, buffer: str | Path | IO[bytes]) -> None:
    """Write the convention, its signatures from a page of their own. The same content gives the same bytes."""
    _write(content, buffer, [lead(f"Convention n° {content.number}"), *_articles(content)])


def amendment_pdf(content: AmendmentContent, buffer: str | Path | IO[bytes]) -> None:
    """Write the amendment: what changes, its articles, its signatures. The same content gives the same bytes."""
    head = lead(f"Avenant n° {content.number} à la convention n° {content.convention_number}")
    _write(content, buffer, [head, *_changes(content), *_articles(content)])


def _write(content: ConventionContent, buffer: str | Path | IO[bytes], body: list[Flowable]) -> None:
    write_pdf(
        buffer,
        [title(content.title), *body, PageBreak(), *_signatures(content)],
        title=content.title,
        reference=content.number,
        organisation=content.organisation,
        draft=content.draft,
    )


def _changes(content: AmendmentContent) -> Iterator[Flowable]:
    if content.changes:
        yield from heading("Ce qui change")
        rows = [tuple(text.strip() or "–" for text in change) for change in content.changes]
        yield from table(("Objet", "Avant", "Après"), rows, shares=(26, 37, 37))


def _articles(content: ConventionContent) -> Iterator[Flowable]:
    number = 0
    for name, text in content.articles:
        if SELF_NUMBERED.match(name.strip()):
            yield from heading(name)
        else:
            number += 1
            yield from heading(f"Article {number} – {name}")
        yield from prose(text)


def _signatures(content: ConventionContent) -> Iterator[Flowable]:
    yield from heading("Signatures")
    yield from _seal(content)
    association = Signatory(content.association_signatory, "", content.association_signed_on)
    boxes = [_box(f"{content.organisation}, représentée par", association)]
    boxes += [_box("", signatory) for signatory in content.signatories]
    yield from _grid(boxes)


def _seal(content: ConventionContent) -> Iterator[Flowable]:
    """Say what is signed: the code and the checksum tie this page to the text and data before it."""
    if not content.checksum:
        yield small("Projet de texte, sans empreinte : il ne se signe pas.")
        return
    said = [
        line(f"{shortened(content.title, NAMED)}, n° {shortened(content.number, NAMED)}", CELL_STRONG),
        line("Les signatures portent sur le texte et les données dont voici l’empreinte (SHA-256) :", CELL),
        line(content.checksum, CELL),
        line("Le code ci-contre contient ce numéro et cette empreinte.", CELL_LABEL),
    ]
    style = [
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("LEFTPADDING", (0, 0), (0, 0), 0),
        ("RIGHTPADDING", (-1, 0), (-1, 0), 0),
    ]
    widths = [QR_SIDE + 6, TEXT_WIDTH - QR_SIDE - 6]
    yield Table([[qr_code(content.sealed, QR_SIDE), said]], colWidths=widths, style=style, hAlign="LEFT")


def _box(party: str, signatory: Signatory) -> list[Flowable]:
    """Return what one box holds; it is as high as its names, and has room for a hand."""
    found = [line(shortened(party, NAMED), CELL)] if party else []
    found.append(line(shortened(signatory.name, NAMED), CELL_STRONG))
    if signatory.quality.strip():
        found.append(line(shortened(signatory.quality, NAMED), CELL))
    day = f"Signé le {long_date(signatory.signed_on)}" if signatory.signed_on else "Date :"
    return [*found, gap(3), line(day, CELL_LABEL), line("Signature :", CELL_LABEL), gap(SIGNING)]


def _grid(boxes: list[list[Flowable]]) -> Iterator[Table]:
    """Set the boxes two by two, each pair a table of one row: a page ends between two pairs, never in a box."""
    width = (TEXT_WIDTH - GUTTER) / 2
    for start in range(0, len(boxes), 2):
        pair = boxes[start : start + 2]
        style: list[tuple[Any, ...]] = [
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LEFTPADDING", (0, 0), (-1, -1), BOX_PADDING),
            ("RIGHTPADDING", (0, 0), (-1, -1), BOX_PADDING),
            ("TOPPADDING", (0, 0), (-1, -1), BOX_PADDING),
            ("BOTTOMPADDING", (0, 0), (-1, -1), BOX_PADDING),
            *(("BOX", (column, 0), (column, 0), 0.7, LINE) for column in (0, 2)[: len(pair)]),
        ]
        cells = [[pair[0], "", pair[1] if len(pair) > 1 else ""]]
        widths = [width, GUTTER, width]
        yield Table(cells, colWidths=widths, style=style, hAlign="LEFT", spaceBefore=GUTTER)
