"""A strict reader of entries in the 18 columns, written from article A. 47 A-1 (III and VII), not from the writer."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

NAMES = [
    "JournalCode",
    "JournalLib",
    "EcritureNum",
    "EcritureDate",
    "CompteNum",
    "CompteLib",
    "CompAuxNum",
    "CompAuxLib",
    "PieceRef",
    "PieceDate",
    "EcritureLib",
    "Debit",
    "Credit",
    "EcritureLet",
    "DateLet",
    "ValidDate",
    "Montantdevise",
    "Idevise",
]
NEVER_EMPTY = NAMES[:6] + NAMES[8:13]
LEFT_TO_THE_ACCOUNTANT = NAMES[13:]
AMOUNT = re.compile(r"\d+,\d{2}")
DAY = re.compile(r"\d{8}")


@dataclass(frozen=True)
class Read:
    """One line of the file, understood; amounts in euro cents."""

    journal: str
    number: str
    day: date
    account: str
    auxiliary: str
    piece_day: date
    label: str
    debit: int
    credit: int


def read_fec(content: bytes) -> list[Read]:
    """Return the lines of a file; an AssertionError says which rule one of them breaks."""
    text = content.decode("iso8859-15")
    assert text.endswith("\r\n")
    head, *lines = text.removesuffix("\r\n").split("\r\n")
    assert head.split("\t") == NAMES
    found = [_read(line) for line in lines]
    _whole_entries(found)
    return found


def _read(line: str) -> Read:
    assert "\n" not in line
    fields = line.split("\t")
    assert len(fields) == len(NAMES), line
    row = dict(zip(NAMES, fields, strict=True))
    for name in NEVER_EMPTY:
        assert row[name], (name, line)
    for name in LEFT_TO_THE_ACCOUNTANT:
        assert row[name] == "", (name, line)
    for value in fields:
        assert value == value.strip()
        assert not value.startswith(("=", "+", "-", "@")), value
        assert not re.search(r"[\x00-\x1f\x7f]", value), value
    assert re.match(r"[1-7]\d\d", row["CompteNum"])
    assert bool(row["CompAuxNum"]) == bool(row["CompAuxLib"])
    for name in ("Debit", "Credit"):
        assert AMOUNT.fullmatch(row[name]), row[name]
    debit, credit = (int(row[name].replace(",", "")) for name in ("Debit", "Credit"))
    assert min(debit, credit) == 0 < max(debit, credit)
    return Read(
        journal=row["JournalCode"],
        number=row["EcritureNum"],
        day=_day(row["EcritureDate"]),
        account=row["CompteNum"],
        auxiliary=row["CompAuxNum"],
        piece_day=_day(row["PieceDate"]),
        label=row["EcritureLib"],
        debit=debit,
        credit=credit,
    )


def _day(text: str) -> date:
    assert DAY.fullmatch(text), text
    return date(int(text[:4]), int(text[4:6]), int(text[6:]))


def _whole_entries(rows: list[Read]) -> None:
    """One entry: one number, journal and day, balanced; numbers follow each other, and days never go back."""
    numbers = list(dict.fromkeys(row.number for row in rows))
    for number in numbers:
        entry = [row for row in rows if row.number == number]
        assert len({(row.journal, row.day, row.piece_day, row.label) for row in entry}) == 1, number
        assert sum(row.debit for row in entry) == sum(row.credit for row in entry), number
    assert numbers == [row.number for i, row in enumerate(rows) if i == 0 or rows[i - 1].number != row.number]
    steps = [int(number.rsplit("-", 1)[1]) for number in numbers]
    assert steps == list(range(steps[0], steps[0] + len(steps))) if steps else True
    days = [row.day for row in rows]
    assert days == sorted(days)
