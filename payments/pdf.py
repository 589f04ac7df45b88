"""The letter that asks for what was paid too much."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import IO

from reportlab.platypus import Flowable

from association.money import euros
from association.nomenclature import ActionType
from association.pdf.pieces import facts, gap, heading, lead, line, prose, small, table, title
from association.pdf.sheet import write_pdf
from association.pdf.styles import CELL, CELL_STRONG
from association.pdf.text import long_date

KINDS = {
    "initial": "Indemnité due",
    "reversal": "Indemnité reprise",
    "correction": "Indemnité corrigée",
    "repaid": "Remboursement reçu",
    "waived": "Trop-perçu abandonné",
}
WORDS = (
    "Les indemnités ci-dessous vous ont été versées, puis reprises par une régularisation. Elles dépassent ce qui vous "
    "est dû : le solde est un trop-perçu, que nous vous prions de rembourser par virement à l’association en "
    "rappelant le numéro de cette lettre."
)
OTHERWISE = (
    "Tant que ce montant n’est pas remboursé, il est retenu sur vos prochaines indemnités. Si vous contestez ce "
    "décompte, ou si un remboursement en plusieurs fois vous est nécessaire, répondez à l’association."
)


@dataclass(frozen=True, kw_only=True)
class RepaymentLetter:
    """What the letter says. ``lines``: (reference, date, type, kind of line, euro cents); below zero is owed back."""

    number: str
    organisation: str
    recipient: str
    rpps: str
    amount_cents: int
    requested_on: date
    due_on: date | None
    reason: str
    lines: tuple[tuple[str, date, str, str, int], ...]


def repayment_pdf(letter: RepaymentLetter, buffer: str | Path | IO[bytes]) -> None:
    """Write the letter. The same content gives the same bytes."""
    write_pdf(
        buffer,
        list(_story(letter)),
        title="Demande de remboursement",
        reference=letter.number,
        organisation=letter.organisation,
    )


def _story(letter: RepaymentLetter) -> Iterator[Flowable]:
    yield title("Demande de remboursement")
    yield lead(f"N° {letter.number}, le {long_date(letter.requested_on)}")
    pairs = [("À", letter.recipient)]
    if letter.rpps:
        pairs.append(("RPPS", letter.rpps))
    pairs += [("Montant à rembourser", euros(letter.amount_cents)), ("Motif", letter.reason)]
    if letter.due_on:
        pairs.append(("Avant le", long_date(letter.due_on)))
    yield facts(pairs)
    yield gap(12)
    yield from prose(WORDS)
    yield from heading("Décompte")
    rows = [
        (reference, f"{held_on:%d/%m/%Y}", str(ActionType(kind).label), KINDS[nature], euros(cents))
        for reference, held_on, kind, nature, cents in letter.lines
    ]
    total = sum(cents for *_, cents in letter.lines)
    rows.append(("Solde", "", "", "", euros(total)))
    styles = [*[CELL] * (len(rows) - 1), CELL_STRONG]
    yield from table(("Action", "Date", "Type", "Nature", "Montant"), rows, shares=(18, 14, 34, 20, 14), styles=styles)
    yield gap(12)
    yield from prose(OTHERWISE)
    yield gap(18)
    yield line(letter.organisation)
    yield small("Un montant négatif est à rembourser.")
