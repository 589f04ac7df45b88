"""Entries to import, in the 18 columns of the « fichier des écritures comptables ».

Names and order of the columns, tabs between them, dates as AAAAMMJJ, a comma before the cents, ISO 8859-15: article
A. 47 A-1, VII of the livre des procédures fiscales. The entity's own FEC is its accountant's: the date of validation,
the lettering and foreign currencies are left to them, so these columns are empty.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

from payments.accounting.entries import Entry

COLUMNS = (
    "JournalCode", "JournalLib", "EcritureNum", "EcritureDate", "CompteNum", "CompteLib", "CompAuxNum", "CompAuxLib",
    "PieceRef", "PieceDate", "EcritureLib", "Debit", "Credit", "EcritureLet", "DateLet", "ValidDate", "Montantdevise",
    "Idevise",
)  # fmt: skip
ENCODING = "iso8859-15"
END = "\r\n"
# A spreadsheet that opens the file would take a field that begins so for a formula.
FORMULA = "=+-@"
DEBIT, CREDIT = COLUMNS.index("Debit"), COLUMNS.index("Credit")


def rows_of(entry: Entry) -> Iterator[tuple[str, ...]]:
    """Yield one row of texts per posting."""
    for posting in entry.postings:
        yield (
            words(entry.journal),
            words(entry.journal_label),
            words(entry.number),
            day(entry.day),
            words(posting.account),
            words(posting.label),
            words(posting.auxiliary),
            words(posting.auxiliary_label),
            words(entry.piece),
            day(entry.piece_on),
            words(entry.label),
            amount(posting.debit_cents),
            amount(posting.credit_cents),
            "",
            "",
            "",
            "",
            "",
        )


def write_entries(entries: Iterable[Entry], path: Path) -> None:
    """Write the file; the same entries give the same bytes."""
    with path.open("w", encoding=ENCODING, errors="replace", newline="") as file:
        file.write("\t".join(COLUMNS) + END)
        for entry in entries:
            for row in rows_of(entry.check()):
                file.write("\t".join(row) + END)


def day(value: date) -> str:
    """Write a day as AAAAMMJJ."""
    return f"{value:%Y%m%d}"


def amount(cents: int) -> str:
    """Write euro cents with a comma and without a separator of thousands: ``123456`` is ``1234,56``."""
    return f"{cents // 100},{cents % 100:02d}"


def words(text: str) -> str:
    """Return a text that stays in its field: one line without tab or control character, and no formula."""
    known = "".join(
        " " if letter.isspace() or unicodedata.category(letter) == "Cc" else letter
        for letter in unicodedata.normalize("NFC", text).replace("’", "'").replace("|", " ")
    )
    return " ".join(known.split()).lstrip(FORMULA + " ")


def read_back(path: Path) -> tuple[int, int, int]:
    """Return the number of postings and the cents debited and credited that a written file holds."""
    count = debit_cents = credit_cents = 0
    with path.open(encoding=ENCODING, newline="") as file:
        for line in list(file)[1:]:
            row = line.removesuffix(END).split("\t")
            count += 1
            debit_cents += int(row[DEBIT].replace(",", ""))
            credit_cents += int(row[CREDIT].replace(",", ""))
    return count, debit_cents, credit_cents
