"""An extract on the house's paper."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import IO

from reportlab.platypus import Flowable

from association.money import euros
from association.pdf.pieces import gap, heading, lead, panel, small, table, title
from association.pdf.sheet import write_pdf
from association.pdf.styles import CELL, CELL_STRONG
from association.pdf.text import long_date
from reports.extracts.content import ExtractContent, ExtractRow

HEAD = ("Date", "Équipe, action", "Professionnel", "Dû", "Payé")
SHARES = (16, 30, 30, 14, 17)


def extract_pdf(content: ExtractContent, target: str | Path | IO[bytes]) -> None:
    """Write the extract; the same content gives the same bytes."""
    write_pdf(
        target,
        list(_story(content)),
        title=f"Extrait individuel – {content.subject}",
        reference=content.number,
        organisation=content.organisation,
    )


def _story(content: ExtractContent) -> Iterator[Flowable]:
    yield title("Extrait individuel")
    yield lead("Actions, montants et dates, établis pour un contrôle.")
    yield panel(
        content.subject,
        [
            ("Période", f"du {long_date(content.first_on)} au {long_date(content.last_on)}"),
            ("Équipes concernées", content.scope),
            ("Demandé par", content.asked_by),
            ("Motif", content.reason),
            ("Accordé par", f"{content.granted_by}, le {long_date(content.granted_on)}"),
            ("Participations", f"{len(content.rows)}, dans {content.actions_count} actions"),
            ("Indemnités dues", euros(content.due_cents)),
            ("dont payées", euros(content.paid_cents)),
        ],
    )
    yield gap(6)
    yield small(
        "Les chiffres sont ceux du jour de l’accord et ne changent plus. Ce document nomme des personnes : il sert au "
        "contrôle pour lequel il a été demandé, et chaque téléchargement est noté."
    )
    yield from heading("Participations")
    if not content.rows:
        yield small("Aucune participation sur cette période.")
        return
    total = ("Total", "", "", euros(content.due_cents), euros(content.paid_cents))
    rows = [*(_cells(row) for row in content.rows), total]
    yield from table(HEAD, rows, shares=SHARES, styles=[CELL] * len(content.rows) + [CELL_STRONG])


def _cells(row: ExtractRow) -> tuple[str, ...]:
    note = f"\n{row.note}" if row.note else ""
    paid = f"{euros(row.paid_cents)}\nle {row.paid_on:%d/%m/%Y}" if row.paid_on else euros(row.paid_cents)
    return (
        f"{row.held_on:%d/%m/%Y}",
        f"{row.team}\n{row.reference} – {row.action}",
        f"{row.person}\n{row.profession}, {row.role.lower()}\nRPPS {row.rpps}{note}",
        euros(row.due_cents),
        paid,
    )
