"""What the reading of a workbook found: faults that refuse it, warnings that do not, and what it holds."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any

NBSP = "\u00a0"
MAX_KEPT = 1_000  # of faults, and of warnings; the rest is counted
MAX_SHOWN = 80  # characters of a found value

_BEFORE = re.compile(r" (?=[:;?!»])")


def french(sentence: str) -> str:
    """Put the non-breaking spaces of French typography in place of plain ones."""
    return _BEFORE.sub(NBSP, sentence).replace("« ", f"«{NBSP}")


def grouped(number: int) -> str:
    """Write a number as ``1 000 000``, with narrow no-break spaces."""
    return f"{number:,}".replace(",", "\u202f")


def quoted(text: str) -> str:
    """Return a found value between French quotes, cut when it is long."""
    shown = text if len(text) <= MAX_SHOWN else f"{text[: MAX_SHOWN - 1]}…"
    return f"« {shown} »"


@dataclass(frozen=True)
class Fault:
    """One thing found, about a cell, a row, a sheet or (all of them empty) the file.

    ``row`` is the number in the spreadsheet (0: the whole sheet); ``column`` the header; ``coordinate`` the cell
    (``C12``) when there is one; ``sentence`` says it all in French.
    """

    sheet: str
    row: int
    column: str
    found: str
    expected: str
    severity: str  # fault | warning
    sentence: str
    coordinate: str = ""

    @property
    def place(self) -> str:
        """Where it is, in words."""
        if not self.sheet:
            return "Fichier"
        parts = [f"Feuille « {self.sheet} »"]
        if self.row:
            parts.append(f"ligne {self.row}")
        if self.column:
            parts.append(f"colonne « {self.column} »")
        return french(", ".join(parts))

    @property
    def line(self) -> str:
        """The whole as one line."""
        return french(f"{self.place} : {self.sentence}")


@dataclass
class Count:
    """Rows of one sheet: those that are new, and those that are already stored as they are."""

    new: int = 0
    unchanged: int = 0


@dataclass
class Report:
    """What checking (and loading) a workbook gave. ``to_dict`` and ``from_dict`` carry it through a job row.

    Attributes:
        faults, warnings: the first `MAX_KEPT` of each, in the order of the workbook.
        faults_count, warnings_count: all of them.
        counts: rows by sheet, in the order of loading.
        details: what the rows brought along (comptes, adhésions…): how many were created, or would be.
        loaded: whether the database was written to.
    """

    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)
    faults_count: int = 0
    warnings_count: int = 0
    counts: dict[str, Count] = field(default_factory=dict)
    details: Counter[str] = field(default_factory=Counter)
    loaded: bool = False

    @property
    def is_sound(self) -> bool:
        return self.faults_count == 0

    @property
    def changes_nothing(self) -> bool:
        """Every row is stored already, and so is what the rows bring along."""
        return not any(count.new for count in self.counts.values()) and not any(self.details.values())

    def add(self, found: Fault) -> None:
        """Keep a finding, or only count it when there are too many."""
        kept = self.faults if found.severity == "fault" else self.warnings
        if found.severity == "fault":
            self.faults_count += 1
        else:
            self.warnings_count += 1
        if len(kept) < MAX_KEPT:
            kept.append(found)

    def mark(self) -> tuple[int, int]:
        """Return where the report stands, for `rewind`."""
        return self.faults_count, self.warnings_count

    def rewind(self, mark: tuple[int, int]) -> None:
        """Forget what was added since ``mark``."""
        self.faults_count, self.warnings_count = mark
        del self.faults[self.faults_count :]
        del self.warnings[self.warnings_count :]

    def sort(self, sheets: list[str]) -> None:
        """Put the findings in the order of the workbook: file, sheet, row."""
        rank = {name: place for place, name in enumerate(sheets, start=1)}
        for kept in (self.faults, self.warnings):
            kept.sort(key=lambda f: (rank.get(f.sheet, 0 if not f.sheet else len(rank) + 1), f.row))

    def fault_lines(self) -> list[str]:
        """The faults as lines, the last one saying how many more there are."""
        return _lines(self.faults, self.faults_count, "faute")

    def warning_lines(self) -> list[str]:
        return _lines(self.warnings, self.warnings_count, "avertissement")

    def to_dict(self) -> dict[str, Any]:
        return asdict(self) | {"details": dict(self.details)}

    @classmethod
    def from_dict(cls, stored: dict[str, Any]) -> Report:
        return cls(
            faults=[Fault(**fault) for fault in stored["faults"]],
            warnings=[Fault(**fault) for fault in stored["warnings"]],
            faults_count=stored["faults_count"],
            warnings_count=stored["warnings_count"],
            counts={name: Count(**count) for name, count in stored["counts"].items()},
            details=Counter(stored["details"]),
            loaded=stored["loaded"],
        )


def _lines(kept: list[Fault], count: int, word: str) -> list[str]:
    lines = [found.line for found in kept]
    if (more := count - len(kept)) > 0:
        lines.append(f"… et {grouped(more)} autre{'s' if more > 1 else ''} {word}{'s' if more > 1 else ''} de plus.")
    return lines
