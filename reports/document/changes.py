"""What changed since the version before, as it is read: grouped by indicator, the largest difference first. Pure.

It reads what any version keeps (`reports.selectors.changes`): the first form had values and causes alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from association.money import euros, grouped
from reports.comparison import BESIDE
from reports.document.content import HIDDEN, say, say_change
from reports.indicators.model import Unit

# A cause within a row: shorter than its sentence; one, several.
SHORT = {
    "validated": ("action validée", "actions validées"),
    "cancelled": ("action annulée", "actions annulées"),
    "declared": ("action déclarée", "actions déclarées"),
    "due": ("indemnité figée", "indemnités figées"),
    "paid": ("indemnité payée", "indemnités payées"),
    "settled": ("indemnité payée", "indemnités payées"),
    "returned": ("indemnité revenue", "indemnités revenues"),
    "excluded": ("participation non indemnisée", "participations non indemnisées"),
    "teams": ("dossier", "dossiers"),
    "conventions": ("convention", "conventions"),
    "amendments": ("avenant", "avenants"),
    "members": ("fiche de membre", "fiches de membre"),
    "reviews": ("bilan", "bilans"),
}
WHOLE = "Total"
SAID = {
    "new": "Bilans validés depuis, dont les textes sont repris",
    "other": "Bilans dont les textes repris ont changé",
    "gone": "Bilans dont les textes ne sont plus repris",
}


@dataclass(frozen=True)
class ChangedRow:
    """One row that differs; ``cut``: what it is a row of, empty for the value itself; ``why``: what happened there."""

    cut: str
    label: str
    before: str
    now: str
    difference: str
    why: str


@dataclass(frozen=True)
class ChangedGroup:
    """An indicator that differs: its value, then the rows of its cuts, cut by cut."""

    key: str
    name: str
    rows: tuple[ChangedRow, ...]

    @property
    def by_cut(self) -> list[tuple[str, list[ChangedRow]]]:
        """The rows parted by cut, in their order; the value itself stands under the empty text."""
        found: dict[str, list[ChangedRow]] = {}
        for row in self.rows:
            found.setdefault(row.cut, []).append(row)
        return list(found.items())


@dataclass(frozen=True)
class CauseSaid:
    """Something that happened since: how often, of how much, and the references of the first ones."""

    label: str
    count: str
    amount: str
    references: tuple[str, ...]


@dataclass(frozen=True)
class Changes:
    """Everything that a version says of the one before. ``notes``: words of the report that differ."""

    number: int
    groups: tuple[ChangedGroup, ...]
    causes: tuple[CauseSaid, ...]
    notes: tuple[str, ...]

    @property
    def rows_count(self) -> int:
        return sum(len(group.rows) for group in self.groups)


def changes_said(told: Mapping[str, Any]) -> Changes | None:
    """Return what a version keeps of its changes in words, or None for a first version."""
    if not told:
        return None
    return Changes(
        told["number"],
        tuple(_groups(told)),
        tuple(map(_cause, told.get("causes", ()))),
        tuple(_notes(told)),
    )


def _cause(cause: Mapping[str, Any]) -> CauseSaid:
    amount = "" if cause["cents"] is None else euros(cause["cents"])
    return CauseSaid(cause["label"], grouped(cause["count"]), amount, tuple(cause["references"]))


def _groups(told: Mapping[str, Any]) -> Iterator[ChangedGroup]:
    names: dict[str, str] = {}
    rows: dict[str, list[ChangedRow]] = {}
    for value in told["values"]:
        names[value["key"]] = value["name"]
        label = "Nouvel indicateur" if value.get("is_new") else WHOLE
        rows.setdefault(value["key"], []).append(_row("", label, value, Unit(value["unit"])))
    for one in told.get("beside", ()):
        names[one["key"]] = one["name"]
        rows.setdefault(one["key"], []).append(_row("", BESIDE[one["what"]], one, Unit(one["unit"])))
    for cut in told.get("cuts", ()):
        names[cut["key"]] = cut["name"]
        unit = Unit(cut["unit"])
        rows.setdefault(cut["key"], []).extend(
            _row(cut["label"], row["label"], row, unit, hides=cut["hides"]) for row in cut["rows"]
        )
    for key, found in rows.items():
        yield ChangedGroup(key, names[key], tuple(found))


def _row(cut: str, label: str, told: Mapping[str, Any], unit: Unit, *, hides: bool = False) -> ChangedRow:
    before, now = told["before"], told["now"]
    shown = [HIDDEN if amount is None and hides else say(amount, unit) for amount in (before, now)]
    difference = "" if before is None or now is None else say_change(now - before, unit)
    return ChangedRow(cut, label, shown[0], shown[1], difference, _why(told.get("why", ())))


def _why(causes: Sequence[Mapping[str, Any]]) -> str:
    """« 3 actions validées, 1 action annulée ; 2 indemnités figées (40,00 €) »."""
    return ", ".join(
        f"{grouped(cause['count'])} {SHORT[cause['code']][cause['count'] > 1]}"
        + ("" if cause["cents"] is None else f" ({euros(cause['cents'])})")
        for cause in causes
    )


def _notes(told: Mapping[str, Any]) -> Iterator[str]:
    for one in told.get("defined", ()):
        if one["is_gone"]:
            yield f"«\u00a0{one['name']}\u00a0» n’est plus dans le rapport."
        else:
            yield f"«\u00a0{one['name']}\u00a0»\u00a0: la définition, la source ou l’unité a changé."
    for what, words in SAID.items():
        if teams := [one["key"] for one in told.get("said", ()) if one["what"] == what]:
            yield f"{words}\u00a0: {', '.join(teams)}."
