"""What may be printed of a text that somebody typed. Pure: no Django, no database."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container
from datetime import date

NO_BREAK_SPACE, UNPRINTABLE = "\u00a0", "\ufffd"
# reportlab breaks lines at the narrow no-break space, and would part "1 234" in two.
NO_BREAK = str.maketrans(dict.fromkeys("\u202f\u2007", NO_BREAK_SPACE))
LINE_ENDS = re.compile(r"\r\n|[\r\u0085\u2028\u2029\v\f]")
LAST_CODE = 0xFFFF  # beyond it reportlab writes a character that cannot be copied or searched
MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip


def printable(text: str, drawn: Container[int]) -> str:
    """Return the text as it can be printed: composed accents, ``\\n`` as only control character.

    ``drawn``: the code points that the font draws; another character becomes ``\\ufffd``, so that its place shows.
    Invisible characters (controls, direction overrides, zero widths) are left out.
    """
    text = LINE_ENDS.sub("\n", unicodedata.normalize("NFC", text)).replace("\t", " ").translate(NO_BREAK)
    return "".join(_printed(character, drawn) for character in text)


def _printed(character: str, drawn: Container[int]) -> str:
    if character == "\n":
        return character
    if unicodedata.category(character) in ("Cc", "Cf"):
        return ""
    return character if ord(character) <= LAST_CODE and ord(character) in drawn else UNPRINTABLE


def paragraphs(text: str) -> list[str]:
    """Return the paragraphs of a text, parted by blank lines; none for a blank text."""
    unified = LINE_ENDS.sub("\n", text)
    return [stripped for part in re.split(r"\n[^\S\n]*\n", unified) if (stripped := part.strip())]


def shortened(text: str, size: int) -> str:
    """Return the text on one line, of ``size`` characters at most; an ellipsis shows that it goes on."""
    line = " ".join(text.split())
    return line if len(line) <= size else f"{line[: size - 1].rstrip()}…"


def long_date(day: date) -> str:
    """Write a date in French.

    >>> long_date(date(2026, 3, 1))
    '1er\\xa0mars\\xa02026'
    """
    number = "1er" if day.day == 1 else str(day.day)
    return NO_BREAK_SPACE.join((number, MONTHS[day.month - 1], str(day.year)))
