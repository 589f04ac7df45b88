"""The attestation of membership: a professional shows that they belong to a coordinated structure (docs/sources.md)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import IO, Any

from reportlab.platypus import Flowable, KeepTogether, Table

from association.money import euros
from association.pdf.pieces import gap, lead, line, panel, qr_code, small, title
from association.pdf.sheet import write_pdf
from association.pdf.styles import AMPLE, AMPLE_STRONG, BODY, CELL_STRONG, LINE, TEXT_WIDTH
from association.pdf.text import long_date, shortened

DATES = ("recognised_on", "period_from", "period_to", "issued_on")
QR_SIDE, VERIFIED = 96, 280  # points
SIGNING = 62  # points left for a hand
NAMED = 160  # characters of a name in the foot, which no page may cut


@dataclass(frozen=True)
class Company:
    """Where the professional practises, as registered: an officine, a practice. ``finess``: None when there is none."""

    name: str
    siret: str
    finess: str | None = None


@dataclass(frozen=True, kw_only=True)
class AttestationContent:
    """What one attestation says, word for word.

    ``recognition_label``: « Enregistrement par l’ARS » for an ESP CLAP. ``amount_cents``: public yearly figure in euro
    cents, None when it is not known. ``verify_url``: absolute address of the page that verifies the number.
    """

    number: str
    verify_url: str
    year: int
    professional: str
    rpps: str
    profession: str
    company: Company | None
    team_code: str
    team_name: str
    team_kind: str
    recognised_on: date | None
    recognition_reference: str
    period_from: date
    period_to: date
    amount_cents: int | None
    issued_on: date
    issued_by: str
    organisation: str
    recognition_label: str = "Reconnaissance par l’ARS"

    def to_json(self) -> dict[str, Any]:
        """Return a plain dictionary for a JSON column; `from_json` gives the same content back."""
        plain = asdict(self)
        for name in DATES:
            plain[name] = plain[name].isoformat() if plain[name] else None
        return plain

    @classmethod
    def from_json(cls, plain: dict[str, Any]) -> AttestationContent:
        """Read what `to_json` gave."""
        dates = {name: date.fromisoformat(plain[name]) if plain[name] else None for name in DATES}
        company = Company(**plain["company"]) if plain["company"] else None
        return cls(**{**plain, **dates, "company": company})


def attestation_pdf(content: AttestationContent, buffer: str | Path | IO[bytes]) -> None:
    """Write the attestation, on one page for names of ordinary length."""
    write_pdf(
        buffer,
        list(_story(content)),
        title=f"Attestation d’appartenance {content.year} – {content.professional}",
        reference=content.number,
        organisation=content.organisation,
    )


def _story(content: AttestationContent) -> Iterator[Flowable]:
    yield gap(10)
    yield title("Attestation d’appartenance")
    yield lead(f"à une équipe de soins coordonnée – année {content.year}")
    yield gap(14)
    yield line(f"{content.organisation} atteste que :", AMPLE)
    yield gap(6)
    yield panel(content.professional, _person(content))
    yield gap(16)
    yield line("est membre de l’équipe :", AMPLE)
    yield gap(6)
    yield panel(content.team_name, _team(content))
    yield gap(16)
    yield line(f"du {long_date(content.period_from)} au {long_date(content.period_to)}.", AMPLE_STRONG)
    yield gap(6)
    if content.amount_cents is not None:
        yield line(
            f"Montant prévu pour cette profession au titre de l’année {content.year}, à titre d’information : "
            f"{euros(content.amount_cents)}.",
            AMPLE,
        )
    yield line(
        "La validité de cette attestation prend fin à la date du départ du professionnel de l’équipe, "
        "s’il a lieu avant le terme de la période.",
        AMPLE,
    )
    yield gap(28)
    yield KeepTogether([_foot(content)])


def _person(content: AttestationContent) -> list[tuple[str, str]]:
    found = [("Profession", content.profession), ("N° RPPS", content.rpps)]
    if content.company:
        found += [
            ("Raison sociale", content.company.name),
            ("SIRET", content.company.siret),
            ("FINESS", content.company.finess or "Sans numéro FINESS"),
        ]
    return found


def _team(content: AttestationContent) -> list[tuple[str, str]]:
    day = long_date(content.recognised_on) if content.recognised_on else ""
    reference = f"référence {content.recognition_reference}" if content.recognition_reference else ""
    return [
        ("Équipe", f"{content.team_code} – {content.team_kind}"),
        (content.recognition_label, ", ".join(part for part in (day, reference) if part)),
    ]


def _foot(content: AttestationContent) -> Table:
    """Who issued it at the left, how it is verified at the right."""
    named = [line(shortened(name, NAMED), BODY) for name in (content.issued_by, content.organisation)]
    issued = [line(f"Fait le {long_date(content.issued_on)}", BODY), *named, gap(SIGNING)]
    how = [
        line(f"N° {shortened(content.number, NAMED)}", CELL_STRONG),
        small("Ce numéro peut être vérifié par tous, sans se connecter, avec le code ci-contre ou à l’adresse :"),
        small(shortened(content.verify_url, 2 * NAMED)),
    ]
    verified = Table(
        [[qr_code(content.verify_url, QR_SIDE), how]],
        colWidths=[QR_SIDE + 8, VERIFIED - QR_SIDE - 8],
        hAlign="RIGHT",
        style=[
            ("BOX", (0, 0), (-1, -1), 0.6, LINE),
            ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
            ("LEFTPADDING", (0, 0), (-1, -1), 4),
            ("RIGHTPADDING", (0, 0), (-1, -1), 10),
            ("RIGHTPADDING", (0, 0), (0, 0), 4),
            ("TOPPADDING", (0, 0), (-1, -1), 4),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
        ],
    )
    sides = [("LEFTPADDING", (0, 0), (-1, -1), 0), ("RIGHTPADDING", (1, 0), (1, 0), 0)]
    style = [("VALIGN", (0, 0), (-1, -1), "TOP"), ("RIGHTPADDING", (0, 0), (0, 0), 14), *sides]
    return Table([[issued, verified]], colWidths=[TEXT_WIDTH - VERIFIED, VERIFIED], hAlign="LEFT", style=style)
