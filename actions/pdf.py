"""The attendance sheet on paper: who is expected to sign, and the action's reference as a QR code."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import IO

from reportlab.platypus import Flowable, PageBreak, Table

from association.pdf.pieces import gap, lead, line, qr_code, small, table, title
from association.pdf.sheet import write_pdf
from association.pdf.styles import CELL_STRONG, TEXT_WIDTH
from association.pdf.text import long_date

QR_SIDE = 90  # points
TO_SIGN = "\n \n "  # the height that a hand needs
BLANK_LINES = 3
REMINDER = (
    "Cette feuille ne nomme aucun patient et ne porte aucune donnée de santé. Signez en face de votre nom, "
    "numérisez-la, puis déposez-la comme pièce de l’action."
)


@dataclass(frozen=True)
class Sheet:
    """One evening to sign for.

    Attributes:
        people: (name, profession) of those who may take part, by name.
        number: of a session, from 1 on; 0 for the day of the action itself.
    """

    held_on: date
    people: tuple[tuple[str, str], ...]
    number: int = 0


@dataclass(frozen=True)
class AttendanceContent:
    """What the paper prints: one sheet per session, or the one of the action's day."""

    reference: str
    organisation: str
    team: str
    type: str
    sheets: tuple[Sheet, ...]


def attendance_pdf(content: AttendanceContent, buffer: str | Path | IO[bytes]) -> None:
    """Write the sheets. The same content gives the same bytes; the QR code holds the reference and nothing else."""
    story: list[Flowable] = []
    for sheet in content.sheets:
        story += [*([PageBreak()] if story else []), *_sheet(content, sheet)]
    write_pdf(
        buffer,
        story,
        title=f"Feuille de présence, {content.team}",
        reference=content.reference,
        organisation=content.organisation,
    )


def _sheet(content: AttendanceContent, sheet: Sheet) -> list[Flowable]:
    day = long_date(sheet.held_on)
    when = f"Séance {sheet.number}, {day}" if sheet.number else day
    said = [line(text, CELL_STRONG) for text in (content.team, when, content.reference)]
    head = Table([[said, qr_code(content.reference, QR_SIDE)]], colWidths=[TEXT_WIDTH - QR_SIDE, QR_SIDE])
    rows = [(name, profession, TO_SIGN) for name, profession in sheet.people]
    rows += [("", "", TO_SIGN)] * BLANK_LINES
    return [
        title("Feuille de présence"),
        lead(content.type),
        head,
        gap(10),
        *table(("Nom", "Profession", "Signature"), rows, shares=(4, 3, 4)),
        gap(10),
        small(REMINDER),
    ]
