"""Invented professionals: names, identifiers and addresses that can belong to nobody.

RPPS numbers begin with 109, SIREN with 0 and RNA with a prefecture number 9: none of these was ever given out. Mobile
numbers are in the range that ARCEP keeps for fiction (06 39 98), addresses in domains reserved for examples (RFC 2606).
"""

from __future__ import annotations

import random
import unicodedata
from collections import Counter

from stdnum import luhn

from association.models import Commune, Professional
from association.nomenclature import Profession
from config.demo.names import LAST_NAMES, MEN, WOMEN

# Share of women by profession; elsewhere six out of ten.
WOMEN_SHARE = {"50": 0.97, "60": 0.84, "91": 0.96, "94": 0.86, "95": 0.93, "70": 0.5, "10": 0.52, "40": 0.48}
SPECIALTIES = (
    "Cardiologie",
    "Dermatologie",
    "Endocrinologie",
    "Gériatrie",
    "Pneumologie",
    "Psychiatrie",
    "Rhumatologie",
)
_STEP, _TURN = 6_180_339, 10_000_000  # no common factor: the numbers look drawn and never come twice


def plain(text: str) -> str:
    """Reduce a name to what stands in an address: ASCII, lower case, hyphens."""
    text = text.replace("œ", "oe").replace("Œ", "Oe")
    folded = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return "".join(char if char.isalnum() else "-" for char in folded).strip("-")


def numbered(prefix: str, number: int, width: int) -> str:
    """Return a number of ``width`` digits: the prefix, a scattered serial number, the Luhn key."""
    room = width - len(prefix) - 1
    body = f"{number * _STEP % _TURN:07d}".zfill(room)[-room:]
    digits = prefix + body
    return digits + luhn.calc_check_digit(digits)


class People:
    """Draws people one after the other; nobody gets the number or the address of somebody else."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._count = 0
        self._addresses: Counter[str] = Counter()
        self._legal_entities = 0

    def draw(self, profession: str, commune: Commune, *, specialty: str = "") -> Professional:
        """Return an unsaved professional; a doctor without a specialty is a GP."""
        rng = self._rng
        self._count += 1
        woman = rng.random() < WOMEN_SHARE.get(profession, 0.6)
        first, last = rng.choice(WOMEN if woman else MEN), self._last_name()
        address = self._address(first, last)
        doctor = profession == Profession.MEDECIN
        return Professional(
            rpps=numbered("109", self._count, 11),
            last_name=last,
            first_name=first,
            profession=profession,
            is_general_practitioner=doctor and not specialty,
            specialty=specialty if doctor else "",
            is_biologist=profession == Profession.PHARMACIEN and rng.random() < 0.06,
            email=f"{address}@demo.example" if rng.random() < 0.97 else "",
            phone=f"06 39 98 {rng.randrange(100):02d} {rng.randrange(100):02d}",
            mssante=f"{address}@demo.mssante.example" if rng.random() < 0.985 else "",
            commune=commune,
        )

    def siret(self) -> str:
        """Return an invented SIRET: SIREN and SIRET both have their Luhn key."""
        self._legal_entities += 1
        siren = numbered("0", self._legal_entities, 9)
        return numbered_siret(siren)

    def rna(self, department: str) -> str:
        """Return an invented RNA number (``W``, department, prefecture 9, six digits)."""
        self._legal_entities += 1
        return f"W{department[:2]}9{self._legal_entities % 1_000_000:06d}"

    def _last_name(self) -> str:
        rng = self._rng
        name = rng.choice(LAST_NAMES)
        if rng.random() < 0.05:
            second = rng.choice(LAST_NAMES)
            if " " not in name + second and "-" not in name + second and name != second:
                return f"{name}-{second}"
        return name

    def _address(self, first: str, last: str) -> str:
        address = f"{plain(first)}.{plain(last)}"
        self._addresses[address] += 1
        number = self._addresses[address]
        return address if number == 1 else f"{address}{number}"


def numbered_siret(siren: str) -> str:
    """Return the SIRET of the first establishment of a SIREN."""
    digits = f"{siren}0001"
    return digits + luhn.calc_check_digit(digits)
