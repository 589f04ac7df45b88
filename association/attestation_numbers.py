"""Numbers of attestations: nobody guesses one, and a person can copy one from paper.

``ATT-2026-7K3M-9QXD-2FH8``: the year, then 60 random bits in Crockford's alphabet (no I, L, O, U).
"""

from __future__ import annotations

import re
import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
RANDOM_LENGTH = 12  # 5 bits each
EXAMPLE = "ATT-2026-7K3M-9QXD-2FH8"

_TYPED = re.compile(r"(?:ATT)?(\d{4})([0-9A-Z]{12})", re.ASCII)
_LOOK_ALIKE = str.maketrans("OIL", "011")


def new_number(year: int) -> str:
    """Return a number for an attestation of a year; the database refuses one that exists."""
    return _written(str(year), "".join(secrets.choice(ALPHABET) for _ in range(RANDOM_LENGTH)))


def read_number(typed: str) -> str | None:
    """Return a number as it is stored, from what somebody typed; None when it is no such number.

    Spaces, hyphens and capitals do not matter, and O, I, L are read as the digits that they look like.
    """
    found = _TYPED.fullmatch(re.sub(r"[^0-9A-Z]", "", typed.upper()))
    if found is None:
        return None
    random = found[2].translate(_LOOK_ALIKE)
    return _written(found[1], random) if set(random) <= set(ALPHABET) else None


def _written(year: str, random: str) -> str:
    return "-".join(("ATT", year, random[:4], random[4:8], random[8:]))
