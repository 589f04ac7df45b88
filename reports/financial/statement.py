"""The sheet: planned and real amounts by heading, what differs and how it is explained. Pure, in euro cents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from reports.financial.headings import ACCOUNTS, HEADINGS, Heading, Side


@dataclass(frozen=True)
class Written:
    """What was typed for a heading, in euro cents: planned, and real beside what the house knows by itself."""

    planned_cents: int = 0
    typed_cents: int = 0
    explanation: str = ""


@dataclass(frozen=True)
class Line:
    """One heading.

    Attributes:
        known_cents: of ``real_cents`` what payments, instalments and running costs say; the rest was typed.
        to_explain: it differs by more than the threshold.
    """

    heading: Heading
    planned_cents: int
    known_cents: int
    typed_cents: int
    explanation: str
    to_explain: bool

    @property
    def real_cents(self) -> int:
        return self.known_cents + self.typed_cents

    @property
    def difference_cents(self) -> int:
        return self.real_cents - self.planned_cents

    @property
    def rate(self) -> int | None:
        """Real over planned, in tenths of a per cent, halves rounded up; None where nothing was planned."""
        return rate_of(self.planned_cents, self.real_cents)

    @property
    def is_unexplained(self) -> bool:
        return self.to_explain and not self.explanation


@dataclass(frozen=True)
class Group:
    """The lines of one account; ``label``: of the account, empty where the only line says it all."""

    account: str
    label: str
    lines: tuple[Line, ...]

    @property
    def planned_cents(self) -> int:
        return sum(line.planned_cents for line in self.lines)

    @property
    def real_cents(self) -> int:
        return sum(line.real_cents for line in self.lines)


@dataclass(frozen=True)
class Block:
    """One block of the form, with its total."""

    side: Side
    groups: tuple[Group, ...]

    @property
    def lines(self) -> tuple[Line, ...]:
        return tuple(line for group in self.groups for line in group.lines)

    @property
    def planned_cents(self) -> int:
        return sum(group.planned_cents for group in self.groups)

    @property
    def real_cents(self) -> int:
        return sum(group.real_cents for group in self.groups)

    @property
    def difference_cents(self) -> int:
        return self.real_cents - self.planned_cents

    @property
    def rate(self) -> int | None:
        return rate_of(self.planned_cents, self.real_cents)


@dataclass(frozen=True)
class Statement:
    """The whole sheet of one grant.

    ``teams_due_cents``: the indemnities of the teams among the charges; ``teams_paid_cents``: what of them is paid.
    """

    reference: str
    funder: str
    organisation: str
    first_on: date
    last_on: date
    as_at: date
    threshold_percent: int
    teams_due_cents: int
    teams_paid_cents: int
    blocks: tuple[Block, ...]

    def block(self, side: Side) -> Block:
        """Return one block."""
        return next(block for block in self.blocks if block.side is side)

    @property
    def result_cents(self) -> int:
        """Real products less real charges."""
        return self.block(Side.PRODUCTS).real_cents - self.block(Side.CHARGES).real_cents

    @property
    def planned_result_cents(self) -> int:
        """A budget is balanced: zero when what was planned is complete."""
        return self.block(Side.PRODUCTS).planned_cents - self.block(Side.CHARGES).planned_cents

    @property
    def unexplained(self) -> tuple[Line, ...]:
        """The lines that differ by more than the threshold and have no explanation yet."""
        return tuple(line for block in self.blocks for line in block.lines if line.is_unexplained)

    @property
    def explained(self) -> tuple[Line, ...]:
        return tuple(line for block in self.blocks for line in block.lines if line.explanation)


def rate_of(planned: int, real: int) -> int | None:
    """Return real over planned in tenths of a per cent, halves rounded up; None where nothing was planned."""
    return (2 * 1000 * real + planned) // (2 * planned) if planned else None


def differs(planned: int, real: int, *, percent: int) -> bool:
    """Whether real differs from planned by more than ``percent`` of it; anything does where nothing was planned."""
    return abs(real - planned) * 100 > percent * abs(planned)


def blocks_of(*, known: Mapping[str, int], written: Mapping[str, Written], threshold_percent: int) -> tuple[Block, ...]:
    """Return the blocks in the order of the form.

    Args:
        known: heading -> cents that the house knows by itself; written: heading -> what was typed.

    Raises:
        LookupError: for a heading that the form does not have: its amount would be lost.
    """
    codes = {heading.code for heading in HEADINGS}
    if lost := sorted((known.keys() | written.keys()) - codes):
        raise LookupError(f"the form has no heading {', '.join(lost)}")
    lines = [_line(heading, known, written, threshold_percent) for heading in HEADINGS]
    return tuple(Block(side, tuple(_groups(line for line in lines if line.heading.side is side))) for side in Side)


def _line(heading: Heading, known: Mapping[str, int], written: Mapping[str, Written], percent: int) -> Line:
    typed, cents = written.get(heading.code, Written()), known.get(heading.code, 0)
    real = cents + typed.typed_cents
    return Line(
        heading=heading,
        planned_cents=typed.planned_cents,
        known_cents=cents,
        typed_cents=typed.typed_cents,
        explanation=typed.explanation,
        to_explain=differs(typed.planned_cents, real, percent=percent),
    )


def _groups(lines: Iterable[Line]) -> Iterable[Group]:
    by_account: dict[str, list[Line]] = {}
    for line in lines:
        by_account.setdefault(line.heading.account, []).append(line)
    for account, found in by_account.items():
        yield Group(account, ACCOUNTS[account], tuple(found))
