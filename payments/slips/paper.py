"""The paper of a slip, on the house's sheet: the same content gives the same bytes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

from reportlab.platypus import Flowable

from association.money import euros
from association.nomenclature import short_type
from association.pdf.pieces import gap, heading, lead, line, panel, small, table, title
from association.pdf.sheet import write_pdf
from association.pdf.styles import STRONG
from association.pdf.text import MONTHS, NO_BREAK_SPACE, long_date
from payments.slips.content import SlipContent, SlipExclusion, SlipLine

LINE_SHARES = (15, 31, 20, 17, 17)
EXCLUSION_SHARES = (15, 28, 57)


def slip_pdf(content: SlipContent, target: str | Path | IO[bytes]) -> None:
    """Write the slip."""
    write_pdf(
        target,
        list(_story(content)),
        title=f"Relevé d’indemnités {of_month(content)} – {content.beneficiary}",
        reference=content.number,
        organisation=content.organisation,
    )


def of_month(content: SlipContent) -> str:
    """Return ``de juillet 2026``, ``d’août 2026``."""
    month = f"{MONTHS[content.month.month - 1]}{NO_BREAK_SPACE}{content.month.year}"
    return f"d’{month}" if month[0] in "ao" else f"de {month}"


def _story(content: SlipContent) -> Iterator[Flowable]:
    yield title(f"Relevé d’indemnités {of_month(content)}")
    yield lead(f"Paiement mensuel {content.run}, bon à payer du {long_date(content.approved_on)}")
    yield panel(content.beneficiary, _facts(content))
    if content.payment and content.payment.gone:
        yield gap(8)
        yield line(content.payment.said, STRONG)
    if content.lines:
        yield from heading("Ce que règle ce paiement")
        yield from _lines(content.lines)
    if content.left:
        yield from heading(content.left_label)
        yield line(content.left_sentence)
        yield from _lines(content.left)
    if content.exclusions:
        yield from heading("Non indemnisé ce mois-ci")
        yield from _exclusions(content.exclusions)
    yield gap(12)
    yield small(
        "Une indemnité réduite ou écartée l’est par une règle de votre convention ; chaque motif est écrit à côté. "
        "Pour toute question, répondez au message qui accompagne ce relevé ou écrivez à l’association."
    )


def _facts(content: SlipContent) -> list[tuple[str, str]]:
    found = [("Identifiant", content.identifier)] if content.identifier else []
    payment = content.payment
    if payment is None:
        found.append(("Viré", euros(0)))
    else:
        found.append(("Montant", euros(payment.cents)))
        if payment.account_end:
            found.append(("Compte", f"terminé par {payment.account_end}, au nom de {payment.holder}"))
        found += [("Virement", payment.said), ("Référence", payment.reference)]
    if content.left_cents:
        found.append((content.left_label, euros(content.left_cents)))
    return found


def _lines(lines: Sequence[SlipLine]) -> list[Flowable]:
    rows = [
        (
            f"{one.held_on:%d/%m/%Y}\n{one.reference}",
            "\n".join(filter(None, (short_type(one.action_type), one.team, one.person))),
            one.role if one.kind == "Indemnité" else f"{one.role}\n{one.kind}",
            euros(one.price_cents),
            "\n".join(filter(None, (euros(one.amount_cents), one.note))),
        )
        for one in lines
    ]
    total = sum(one.amount_cents for one in lines)
    rows.append(("Total", "", "", "", euros(total)))
    return table(("Action", "Type et équipe", "Rôle", "Tarif", "Indemnité"), rows, shares=LINE_SHARES)


def _exclusions(exclusions: Sequence[SlipExclusion]) -> list[Flowable]:
    rows = [
        (
            f"{one.held_on:%d/%m/%Y}\n{one.reference}",
            "\n".join(filter(None, (short_type(one.action_type), one.team, one.role, one.person))),
            f"{one.label}. {one.sentence}",
        )
        for one in exclusions
    ]
    return table(("Action", "Type, équipe et rôle", "Motif"), rows, shares=EXCLUSION_SHARES)
