"""The "compte rendu financier" on the house's paper."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import IO

from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Flowable

from association.money import SPACE, euros
from association.pdf.pieces import heading, lead, line, panel, small, table, title
from association.pdf.sheet import write_pdf
from association.pdf.styles import CELL, CELL_STRONG
from association.pdf.text import long_date
from reports.financial.statement import Block, Statement

HEAD = ("Rubrique", "Prévu", "Réalisé", "Écart", "%")
SHARES = (37, 21, 21, 19, 12)


def statement_pdf(statement: Statement, target: str | Path | IO[bytes]) -> None:
    """Write the sheet; the same sheet gives the same bytes."""
    write_pdf(
        target,
        list(_story(statement)),
        title=f"Compte rendu financier – {statement.reference}",
        reference=f"{statement.reference}, au {statement.as_at:%d/%m/%Y}",
        organisation=statement.organisation,
    )


def percent(rate: int | None) -> str:
    """Write a rate in tenths of a per cent: « 98,5 % »; a dash where nothing was planned."""
    return "–" if rate is None else f"{rate / 10:.1f}{SPACE}%".replace(".", ",")


def _story(statement: Statement) -> Iterator[Flowable]:
    yield title("Compte rendu financier de subvention")
    yield lead("Dans l’ordre du formulaire Cerfa n° 15059.")
    yield panel(
        f"Dotation {statement.reference}",
        [
            ("Financeur", statement.funder),
            ("Période", f"du {long_date(statement.first_on)} au {long_date(statement.last_on)}"),
            ("Arrêté au", long_date(statement.as_at)),
            ("Indemnités des équipes", f"{euros(statement.teams_due_cents)}, dont payées "
             f"{euros(statement.teams_paid_cents)}"),
            ("Produits moins charges", euros(statement.result_cents)),
        ],
    )  # fmt: skip
    for block in statement.blocks:
        yield from heading(block.side.label)
        yield from _table(block)
    yield from heading("Explication des écarts")
    yield small(f"Sont expliqués les écarts de plus de {statement.threshold_percent} % du montant prévu.")
    explained = statement.explained
    for one in explained:
        yield line(f"{one.heading.label} ({euros(one.difference_cents)})", CELL_STRONG)
        yield line(one.explanation)
    if not explained:
        yield line("Aucune explication n’est écrite.")
    if missing := statement.unexplained:
        yield small(f"Sans explication : {', '.join(one.heading.label for one in missing)}.")


def _table(block: Block) -> Iterator[Flowable]:
    rows: list[tuple[str, ...]] = []
    styles: list[ParagraphStyle] = []
    for group in block.groups:
        rows.append((group.label, euros(group.planned_cents), euros(group.real_cents), "", ""))
        styles.append(CELL_STRONG)
        if len(group.lines) > 1:
            for one in group.lines:
                rows.append(
                    (
                        one.heading.label,
                        euros(one.planned_cents),
                        euros(one.real_cents),
                        euros(one.difference_cents),
                        percent(one.rate),
                    )
                )
                styles.append(CELL)
        else:
            one = group.lines[0]
            rows[-1] = (*rows[-1][:3], euros(one.difference_cents), percent(one.rate))
    rows.append(
        (
            f"Total : {block.side.label.lower()}",
            euros(block.planned_cents),
            euros(block.real_cents),
            euros(block.difference_cents),
            percent(block.rate),
        )
    )
    styles.append(CELL_STRONG)
    yield from table(HEAD, rows, shares=SHARES, styles=styles)
