"""What one extract says, frozen when it is granted: made again years later, its files are the same.

No account number is part of it: the ARS checks what was done and what it gave, never where money went.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True)
class ExtractRow:
    """One participation: who took part in what, and what it gave, in euro cents.

    Attributes:
        due_cents: all its lines, reversals included; ``paid_cents``: those that a payment made has settled.
        paid_on: the last of these payments.
        note: what was cut and why, or why nothing is due.
    """

    held_on: date
    team: str
    reference: str
    action: str
    person: str
    rpps: str
    profession: str
    role: str
    due_cents: int
    paid_cents: int
    paid_on: date | None
    note: str = ""


@dataclass(frozen=True)
class ExtractContent:
    """An extract: of whom, of which days, on whose request and decision, and its rows by date."""

    number: str
    subject: str
    scope: str
    first_on: date
    last_on: date
    reason: str
    asked_by: str
    granted_by: str
    granted_on: date
    organisation: str
    rows: tuple[ExtractRow, ...]

    @property
    def due_cents(self) -> int:
        """What all rows gave."""
        return sum(row.due_cents for row in self.rows)

    @property
    def paid_cents(self) -> int:
        """What of it was paid."""
        return sum(row.paid_cents for row in self.rows)

    @property
    def actions_count(self) -> int:
        """How many different actions the rows are of."""
        return len({(row.team, row.reference, row.held_on) for row in self.rows})

    def to_json(self) -> dict[str, Any]:
        """Return a plain dictionary for a JSON column; `from_json` gives the same content back."""
        plain = asdict(self)
        for name in ("first_on", "last_on", "granted_on"):
            plain[name] = plain[name].isoformat()
        plain["rows"] = [
            {**row, "held_on": row["held_on"].isoformat(), "paid_on": row["paid_on"] and row["paid_on"].isoformat()}
            for row in plain["rows"]
        ]
        return plain

    @classmethod
    def from_json(cls, plain: dict[str, Any]) -> ExtractContent:
        """Read what `to_json` gave."""
        days = {name: date.fromisoformat(plain[name]) for name in ("first_on", "last_on", "granted_on")}
        rows = tuple(
            ExtractRow(
                **{
                    **row,
                    "held_on": date.fromisoformat(row["held_on"]),
                    "paid_on": date.fromisoformat(row["paid_on"]) if row["paid_on"] else None,
                }
            )
            for row in plain["rows"]
        )
        return cls(**{**plain, **days, "rows": rows})
