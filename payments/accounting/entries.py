"""An entry: postings to accounts, balanced to the cent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date


class EntryUnbalanced(AssertionError):
    """Debits are not credits: a fault of the program, and nothing is handed over."""


@dataclass(frozen=True)
class Posting:
    """One line of an entry: an account with its auxiliary (a beneficiary), and cents on one side only."""

    account: str
    label: str
    debit_cents: int = 0
    credit_cents: int = 0
    auxiliary: str = ""
    auxiliary_label: str = ""


@dataclass(frozen=True)
class Entry:
    """What one event gives.

    Attributes:
        event: names what happened (``run:12``, ``paid:345``); exported once.
        number: of the entry, never used twice.
        day: the date of the entry, within its period.
        piece, piece_on: the document that it rests on, and its own day.
    """

    event: str
    journal: str
    journal_label: str
    number: str
    day: date
    piece: str
    piece_on: date
    label: str
    postings: tuple[Posting, ...]

    @property
    def amount_cents(self) -> int:
        """What is debited, and as much credited."""
        return sum(one.debit_cents for one in self.postings)

    def check(self) -> Entry:
        """Return the entry itself.

        Raises:
            EntryUnbalanced: when it is empty, does not balance, or a posting is on both sides, on none or negative.
        """
        credit = sum(one.credit_cents for one in self.postings)
        sides = all(
            min(one.debit_cents, one.credit_cents) == 0 and max(one.debit_cents, one.credit_cents) > 0
            for one in self.postings
        )
        if not self.postings or not sides or self.amount_cents != credit:
            raise EntryUnbalanced(f"{self.event}: {self.amount_cents} debited, {credit} credited")
        return self


def debit(account: str, label: str, cents: int, *, auxiliary: str = "", auxiliary_label: str = "") -> list[Posting]:
    """Return the posting that debits ``cents``; a negative amount is a credit, zero is no posting."""
    if cents == 0:
        return []
    sides = (cents, 0) if cents > 0 else (0, -cents)
    return [Posting(account, label, *sides, auxiliary, auxiliary_label)]


def credit(account: str, label: str, cents: int, *, auxiliary: str = "", auxiliary_label: str = "") -> list[Posting]:
    """Return the posting that credits ``cents``; a negative amount is a debit, zero is no posting."""
    return debit(account, label, -cents, auxiliary=auxiliary, auxiliary_label=auxiliary_label)


def debited(entries: Sequence[Entry]) -> int:
    """Return the cents debited by all entries."""
    return sum(entry.amount_cents for entry in entries)
