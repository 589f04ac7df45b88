"""The statement of what a beneficiary was paid in a civil year."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import IO

from reportlab.platypus import Flowable

from association.money import euros
from association.nomenclature import short_type
from association.pdf.pieces import gap, heading, lead, line, panel, small, table, title
from association.pdf.sheet import write_pdf
from association.pdf.styles import CELL, CELL_STRONG
from association.pdf.text import long_date


@dataclass(frozen=True)
class PaidLine:
    """What one participation gave within a transfer, in euro cents; ``kind``: indemnité, régularisation, correction."""

    held_on: date
    action: str
    type: str
    team: str
    person: str
    kind: str
    cents: int


@dataclass(frozen=True)
class Paid:
    """One transfer, in euro cents; ``label``: the reference of one from before the start."""

    reference: str
    paid_on: date
    run: str
    label: str
    cents: int
    lines: tuple[PaidLine, ...]


@dataclass(frozen=True)
class CameBack:
    """A transfer that came back: it was not paid, and is not in the total."""

    reference: str
    paid_on: date
    cents: int
    reason: str


@dataclass(frozen=True)
class Repaid:
    """What the beneficiary paid back on a day of what had been paid too much, in euro cents."""

    request: str
    day: date
    cents: int


@dataclass(frozen=True)
class StatementContent:
    """All that one statement says. No IBAN."""

    organisation: str
    year: int
    name: str
    identity: tuple[tuple[str, str], ...]
    transfers: tuple[Paid, ...]
    came_back: tuple[CameBack, ...]
    repaid: tuple[Repaid, ...] = ()

    @property
    def total_cents(self) -> int:
        """What was paid in the year."""
        return sum(paid.cents for paid in self.transfers)

    @property
    def repaid_cents(self) -> int:
        """What the beneficiary paid back in the year."""
        return sum(one.cents for one in self.repaid)


def statement_pdf(content: StatementContent, buffer: str | Path | IO[bytes]) -> None:
    """Write the statement; the same content gives the same bytes."""
    write_pdf(
        buffer,
        list(_story(content)),
        title=f"Relevé {content.year} – {content.name}",
        reference=f"Relevé {content.year}",
        organisation=content.organisation,
    )


def _story(content: StatementContent) -> Iterator[Flowable]:
    yield title(f"Relevé des indemnités {content.year}")
    yield lead("Ce qui a été versé dans l’année civile, à la date du versement")
    yield panel(content.name, list(content.identity))
    yield gap(10)
    yield panel(
        f"Total versé en {content.year} : {euros(content.total_cents)}",
        [("Virements", str(len(content.transfers))), *_net(content)],
    )
    if content.transfers:
        yield from heading("Virements")
        rows = [(long_date(one.paid_on), _named(one), one.run, euros(one.cents)) for one in content.transfers]
        rows.append(("", "Total", "", euros(content.total_cents)))
        yield from table(
            ("Versé le", "Référence", "Paiement mensuel", "Montant"),
            rows,
            shares=(22, 34, 26, 18),
            styles=[*[CELL] * len(content.transfers), CELL_STRONG],
            amounts=(3,),
        )
    for paid in content.transfers:
        yield from _detail(paid, content.name)
    if content.came_back:
        yield from heading("Virements revenus")
        yield line("Ces virements sont revenus de la banque : ils ne comptent pas dans le total.")
        yield from table(
            ("Émis le", "Référence", "Motif", "Montant"),
            [(long_date(one.paid_on), one.reference, one.reason, euros(one.cents)) for one in content.came_back],
            shares=(22, 34, 26, 18),
            amounts=(3,),
        )
    if content.repaid:
        yield from heading("Remboursements de trop-perçu")
        yield from table(
            ("Reçu le", "Demande", "Montant"),
            [(long_date(one.day), one.request, euros(-one.cents)) for one in content.repaid],
            shares=(22, 60, 18),
            amounts=(2,),
        )
    yield gap(10)
    yield small(
        "Un virement revenu puis refait compte une fois, l’année où il a abouti. Une régularisation reprend ce qui "
        "avait été versé pour une action annulée depuis. Ce relevé ne remplace pas une déclaration."
    )


def _net(content: StatementContent) -> list[tuple[str, str]]:
    if not content.repaid:
        return []
    net = content.total_cents - content.repaid_cents
    return [("Remboursé", euros(content.repaid_cents)), ("Net de l’année", euros(net))]


def _detail(paid: Paid, name: str) -> Iterator[Flowable]:
    yield from heading(f"{paid.reference}, versé le {long_date(paid.paid_on)}")
    rows = [(long_date(one.held_on), _action(one), _team(one, name), euros(one.cents)) for one in paid.lines]
    yield from table(("Action du", "Action", "Équipe", "Montant"), rows, shares=(22, 30, 32, 16), amounts=(3,))


def _named(paid: Paid) -> str:
    return f"{paid.reference}\n{paid.label}" if paid.label else paid.reference


def _action(one: PaidLine) -> str:
    kind = "" if one.cents > 0 and one.kind == "Indemnité" else f"\n{one.kind}"
    return f"{one.action}\n{short_type(one.type)}{kind}"


def _team(one: PaidLine, name: str) -> str:
    """A company is told for whom it was paid."""
    return one.team if one.person == name else f"{one.team}\n{one.person}"
