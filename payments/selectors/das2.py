"""The DAS2 list: who was paid more than the threshold in a civil year, and what is missing to declare them.

Article 240 of the code général des impôts. Per legal beneficiary: the person, or the company that is paid in a
person's place. What counts is what was paid in the year (`payments.selectors.statements`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from association.models import User
from payments.models import Beneficiary, Das2Threshold
from payments.selectors.statements import statement_rows

# What the law has said: sums paid from 2024 on, and before (euro cents).
LEGAL_THRESHOLDS = {2000: 1_200_00, 2024: 2_400_00}
INCOMPLETE = "incomplet"


@dataclass(frozen=True)
class Threshold:
    """A threshold in euro cents, from a year on; ``set_by``: who fixed it, nobody for what the law said."""

    from_year: int
    cents: int
    set_by: User | None = None


def thresholds() -> list[Threshold]:
    """Return the thresholds, the latest first; what somebody fixed takes the place of what the law said."""
    found = {year: Threshold(year, cents) for year, cents in LEGAL_THRESHOLDS.items()}
    for row in Das2Threshold.objects.select_related("set_by"):
        found[row.from_year] = Threshold(row.from_year, row.amount_cents, row.set_by)
    return [found[year] for year in sorted(found, reverse=True)]


def threshold_of(year: int) -> int:
    """Return the threshold of a civil year, in euro cents; who was paid more is declared."""
    return next((one.cents for one in thresholds() if one.from_year <= year), min(LEGAL_THRESHOLDS.values()))


def das2_rows(user: User, year: int) -> QuerySet[Beneficiary]:
    """Return who is to be declared for a year: who was paid more than its threshold, what was repaid taken off."""
    above = Q(net_cents__gt=threshold_of(year))
    return statement_rows(user, year).filter(above)


def incomplete(rows: QuerySet[Beneficiary]) -> QuerySet[Beneficiary]:
    """Return those of whom something is missing."""
    address = Q(tax_identity__isnull=True) | Q(tax_identity__address="")
    address |= Q(tax_identity__postcode="") | Q(tax_identity__town="")
    no_siret = Q(company__siret="") | Q(company__isnull=True)
    return rows.filter(address | (no_siret & (Q(tax_identity__isnull=True) | Q(tax_identity__siret=""))))


def siret_of(row: Beneficiary) -> str:
    """Return the SIRET of a company, or the one that a person's identity holds."""
    own = row.company.siret if row.company else ""
    identity = getattr(row, "tax_identity", None)
    return own or (identity.siret if identity else "")


def missing_of(row: Beneficiary) -> list[str]:
    """Return what is missing to declare a beneficiary, in French."""
    return list(_missing(row))


def _missing(row: Beneficiary) -> Iterator[str]:
    identity = getattr(row, "tax_identity", None)
    if not siret_of(row):
        yield "SIRET"
    if not (identity and identity.address):
        yield "adresse"
    if not (identity and identity.postcode):
        yield "code postal"
    if not (identity and identity.town):
        yield "commune"
