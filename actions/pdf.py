"""The attendance sheet on paper: who is expected to sign, and the action's reference as a QR code."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import IO

from reportlab.platypus import Table

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
class AttendanceContent:
    """What the sheet prints. ``people``: (name, profession) of those who may take part, by name."""

    reference: str
    organisation: str
    team: str
    type: str
    held_on: date
    people: tuple[tuple[str, str], ...]


def attendance_pdf(content: AttendanceContent, buffer: str | Path | IO[bytes]) -> None:
    """Write the sheet. The same content gives the same bytes; the QR code holds the reference and nothing else."""
    said = [line(text, CELL_STRONG) for text in (content.team, long_date(content.held_on), content.reference)]
    head = Table([[said, qr_code(content.reference, QR_SIDE)]], colWidths=[TEXT_WIDTH - QR_SIDE, QR_SIDE])
    rows = [(name, profession, TO_SIGN) for name, profession in content.people]
    rows += [("", "", TO_SIGN)] * BLANK_LINES
    story = [
        title("Feuille de présence"),
        lead(content.type),
        head,
        gap(10),
        *table(("Nom", "Profession", "Signature"), rows, shares=(4, 3, 4)),
        gap(10),
        small(REMINDER),
    ]
    write_pdf(
        buffer,
        story,
        title=f"Feuille de présence, {content.team}",
        reference=content.reference,
        organisation=content.organisation,
    )
