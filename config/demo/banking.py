"""Accounts whose keys are right and that nobody has: real bank codes, branch numbers that no bank uses."""

from __future__ import annotations

import random
from functools import lru_cache
from typing import Any

from django.conf import settings

from association.identifiers import bic_of
from association.models import Company, Professional
from payments.models.bank import MESSAGE

BANKS = (
    "30002",  # Crédit Lyonnais
    "30003",  # Société Générale
    "30004",  # BNP Paribas
    "10278",  # Crédit Mutuel
    "14445",  # Caisse d'Épargne
    "17906",  # Crédit Agricole Anjou Maine
    "14706",  # Crédit Agricole Atlantique Vendée
    "13807",  # Banque Populaire
    "20041",  # La Banque Postale
)
UNUSED_BRANCHES = (99_000, 99_999)


def draw_iban(rng: random.Random) -> str:
    """Return the IBAN of an account at a real bank, in a branch that does not exist."""
    branch, account = rng.randint(*UNUSED_BRANCHES), rng.randrange(10**11)
    return iban_of(rng.choice(BANKS), f"{branch:05d}", f"{account:011d}")


def association_details() -> dict[str, Any]:
    """Return the bank details of the association: a real bank, a branch that does not exist."""
    account = iban_of("14706", "99000", "00000000001")
    return {
        "name": settings.ORGANISATION_NAME[:70],
        "iban": account,
        "bic": bic_of_bank("14706"),
        "organisation_id": "",
        "batch_booking": True,
        "message": MESSAGE,
    }


def iban_of(bank: str, branch: str, account: str) -> str:
    """Return the IBAN of a French account, with its RIB key and its check digits (ISO 7064, mod 97-10)."""
    key = 97 - (89 * int(bank) + 15 * int(branch) + 3 * int(account)) % 97
    bban = f"{bank}{branch}{account}{key:02d}"
    check = 98 - int(f"{bban}152700") % 97  # F is 15, R is 27
    return f"FR{check:02d}{bban}"


@lru_cache(maxsize=len(BANKS))
def bic_of_bank(bank: str) -> str:
    """Return the BIC of a French bank, looked up once."""
    return bic_of(iban_of(bank, "99000", "00000000000"))


def holder_of(person: Professional, rng: random.Random) -> str:
    """Return the name at the bank: mostly the person's, not always written that way."""
    name = f"{person.last_name} {person.first_name}".upper()
    style = rng.random()
    if style < 0.06:
        return f"M OU MME {person.last_name.upper()}"
    if style < 0.13:
        return f"EI {name}"
    if style < 0.16:
        return f"CABINET {person.last_name.upper()}"
    return f"{person.last_name} {person.first_name}"


def holder_of_company(company: Company) -> str:
    """Return the name at the bank of a company."""
    return company.name[:140]
