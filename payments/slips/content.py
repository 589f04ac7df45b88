"""What one slip says, word for word: the same content gives the same paper, and the same page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True, kw_only=True)
class SlipLine:
    """One line that is paid, or left due; amounts in euro cents.

    Attributes:
        person: named where the beneficiary is paid for somebody else (a company, a joined record); else empty.
        note: why the amount is not the price, or which earlier month it comes from, in French; else empty.
    """

    reference: str
    held_on: date
    action_type: str
    team: str
    role: str
    person: str
    kind: str
    price_cents: int
    amount_cents: int
    note: str


@dataclass(frozen=True, kw_only=True)
class SlipExclusion:
    """One participation that earns nothing: the reason, and what can be done, in French."""

    reference: str
    held_on: date
    action_type: str
    team: str
    role: str
    person: str
    label: str
    sentence: str


@dataclass(frozen=True, kw_only=True)
class SlipPayment:
    """The transfer: of the account its end only. ``gone``: it did not reach the beneficiary, and ``said`` says why."""

    reference: str
    cents: int
    holder: str
    account_end: str
    said: str
    gone: bool


@dataclass(frozen=True, kw_only=True)
class SlipContent:
    """All that a slip says; amounts in euro cents, ``left_cents`` below zero is a trop-perçu that is carried."""

    number: str
    organisation: str
    month: date
    run: str
    beneficiary: str
    identifier: str
    approved_on: date
    payment: SlipPayment | None
    lines: tuple[SlipLine, ...]
    left: tuple[SlipLine, ...]
    left_cents: int
    left_label: str
    left_sentence: str
    exclusions: tuple[SlipExclusion, ...]

    @property
    def paid_cents(self) -> int:
        """What reaches the beneficiary by this run."""
        return self.payment.cents if self.payment and not self.payment.gone else 0

    def to_json(self) -> dict[str, Any]:
        """Return a plain dictionary for a JSON column; `from_json` gives the same content back."""
        plain = asdict(self)
        for name in ("month", "approved_on"):
            plain[name] = plain[name].isoformat()
        for name in ("lines", "left", "exclusions"):
            plain[name] = [{**one, "held_on": one["held_on"].isoformat()} for one in plain[name]]
        return plain

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> SlipContent:
        """Read what `to_json` gave."""
        return cls(
            **{
                **plain,
                "month": date.fromisoformat(plain["month"]),
                "approved_on": date.fromisoformat(plain["approved_on"]),
                "payment": SlipPayment(**plain["payment"]) if plain["payment"] else None,
                "lines": tuple(SlipLine(**_dated(one)) for one in plain["lines"]),
                "left": tuple(SlipLine(**_dated(one)) for one in plain["left"]),
                "exclusions": tuple(SlipExclusion(**_dated(one)) for one in plain["exclusions"]),
            }
        )


def _dated(one: Mapping[str, Any]) -> dict[str, Any]:
    return {**one, "held_on": date.fromisoformat(one["held_on"])}
