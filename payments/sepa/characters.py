"""What a bank takes of a text: the basic Latin characters of SEPA (European Payments Council, EPC217-08).

Letters lose their accents and ligatures are written out; a sign that has no place becomes the one that reads most like
it, so that a name stays readable. What was typed is never changed: only what is written into the file.
"""

from __future__ import annotations

import re
import unicodedata

NAME_LENGTH, MESSAGE_LENGTH, REFERENCE_LENGTH = 70, 140, 35
NOT_BASIC = re.compile(r"[^A-Za-z0-9/\-?:().,'+ ]")
_LETTERS = {"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "ß": "ss", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d",
            "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th", "ı": "i", "€": "EUR", "…": "..."}  # fmt: skip
_SIGNS = {"&": "+", "’": "'", "‘": "'", "`": "'", "´": "'", "ʼ": "'", "′": "'", "–": "-", "—": "-", "‐": "-", "‑": "-",
          "_": "-", "[": "(", "]": ")", "{": "(", "}": ")", "\\": "/", "|": "/", "·": ".", ";": ",", "@": "(at)",
          "°": "."}  # fmt: skip
_WRITTEN = str.maketrans(_LETTERS | _SIGNS)


def bank_safe(text: str, *, longest: int) -> str:
    """Return a text as a bank takes it, at most ``longest`` characters, cut between two words where that is possible.

    >>> bank_safe("Zoë d’Œuvre & Fils", longest=70)
    "Zoe d'OEuvre + Fils"
    """
    plain = unicodedata.normalize("NFKD", text.translate(_WRITTEN)).translate(_WRITTEN)
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    plain = re.sub(r" {2,}", " ", NOT_BASIC.sub(" ", plain)).strip()
    # A field may neither begin nor end with a slash, nor hold two: some banks read them as marks of their own.
    plain = re.sub(r"/{2,}", "/", plain).strip("/ ")
    return _cut(plain, longest)


def is_bank_safe(text: str, *, longest: int) -> bool:
    """Tell whether a text goes into the file as it is."""
    return bool(text) and bank_safe(text, longest=longest) == text


def _cut(text: str, longest: int) -> str:
    if len(text) <= longest:
        return text
    head = text[: longest + 1].rpartition(" ")[0]
    # A word alone that is longer than all there is room for.
    return (head if len(head) > longest // 2 else text[:longest]).rstrip(" /")
