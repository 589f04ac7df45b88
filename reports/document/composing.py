"""Making the content of a report from a frozen version alone: figures, tables, maps, annexes. No database is read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from reports.document.content import LONG, Annex, Chapter, Content, Figure, Table, drawn, say
from reports.document.maps import Map, coverage, shaded
from reports.indicators.model import Section, Unit

if TYPE_CHECKING:
    from reports.models import ReportVersion

COLUMNS = 4  # of numbers, beside each other on a page
ANNEX_COLUMNS = 6
# The cuts that stand last in a chapter, in this order.
LAST = {"department": 1, "team": 2}
# Indicators that are shown on a map, by what.
MAPPED = {
    "teams.followed": "epci",
    "people.members": "department",
    "activity.validated": "department",
    "money.due": "department",
}
COVERED = "territory.communes"

Told = Mapping[str, Any]  # an indicator of the snapshot
Pair = tuple[Told, Told]  # an indicator and one of its cuts


def content_of(version: ReportVersion, *, draft: bool) -> Content:
    """Return the content of a version, with the words that were approved (those of today for a draft)."""
    return content_from(
        version.numbers,
        version.report.plan if version.words is None else version.words,
        number=version.number,
        made_on=version.made_on,
        sha256=version.sha256,
        draft=draft,
        changes=version.changes,
    )


def content_from(
    numbers: Mapping[str, Any],
    plan: Sequence[Mapping[str, str]],
    *,
    number: int,
    made_on: date,
    sha256: str,
    draft: bool,
    changes: Mapping[str, Any],
) -> Content:
    """Return the content of a snapshot under a plan. No database is read here."""
    scope, period = numbers["scope"], numbers["period"]
    by_section: dict[str, list[Told]] = {}
    for told in numbers["indicators"]:
        by_section.setdefault(told["section"], []).append(told)
    department, ground = scope["department"], numbers.get("ground")
    planned = [(part, by_section.get(part["code"], [])) for part in plan]
    return Content(
        title=f"Rapport d’activité – {period['words']}",
        organisation=numbers["organisation"],
        scope=scope["name"],
        department=department,
        period=period["words"],
        period_code=period["code"],
        before=period["before"],
        number=number,
        made_on=made_on,
        sha256=sha256,
        draft=draft,
        chapters=tuple(_chapter(part, told, department, ground) for part, told in planned),
        figures=tuple(map(_figure, numbers["indicators"])),
        annexes=tuple(_annexes([one for _, told in planned for one in told])),
        changes=changes,
    )


def _figure(told: Told) -> Figure:
    return Figure(
        told["key"],
        told["name"],
        told["definition"],
        told["source"],
        Unit(told["unit"]),
        told["value"],
        told["before"],
        told["target"],
    )


def _chapter(part: Mapping[str, str], told: Sequence[Told], department: str, ground: Told | None) -> Chapter:
    return Chapter(
        part["code"],
        Section(part["code"]).heading,
        part.get("text", "").strip(),
        tuple(map(_figure, told)),
        tuple(_tables(told, department)),
        tuple(_maps(told, department, ground)) if ground else (),
    )


def _tables(told: Sequence[Told], department: str) -> Iterator[Table]:
    """The cuts of a chapter; those by the same thing stand beside each other as the columns of one table."""
    groups: dict[tuple[Any, ...], list[Pair]] = {}
    for one in told:
        for cut in one["cuts"]:
            if cut["rows"] and not (department and cut["by"] == "department"):
                groups.setdefault((cut["by"], cut["label"], cut["hides"]), []).append((one, cut))
    for _, pairs in sorted(groups.items(), key=lambda group: LAST.get(group[0][0], 0)):
        for part in _evenly(pairs, COLUMNS):
            yield _table(part, alone=len(pairs) == 1)


def _table(pairs: Sequence[Pair], *, alone: bool = False) -> Table:
    """Return cuts by the same thing as one table; what is not in a cut is zero there, if its rows add up."""
    label, by = pairs[0][1]["label"], pairs[0][1]["by"]
    labels = {key: name for _, cut in pairs for key, name, _ in cut["rows"]}
    known = [{key: value for key, _, value in cut["rows"]} for _, cut in pairs]
    none = [0 if cut["sums"] else None for _, cut in pairs]
    rows = tuple(
        (labels[key], tuple(values.get(key, zero) for values, zero in zip(known, none, strict=True)))
        for key in (sorted(labels) if by in LAST else _order(pairs))
    )
    units = tuple(Unit(cut["unit"]) for _, cut in pairs)
    heads = [one["name"] for one, _ in pairs]
    if alone and pairs[0][1]["unit"] != pairs[0][0]["unit"]:
        heads = [_capital(units[0].label)]
    named = f"{pairs[0][0]['name']} – {label[:1].lower()}{label[1:]}"
    return Table(
        named if alone and by not in LAST else label,
        _capital(label.removeprefix("Par ")),
        tuple(heads),
        units,
        rows,
        any(cut["hides"] for _, cut in pairs),
        drawn(named, by, rows, units[0]),
        by,
    )


def _order(pairs: Sequence[Pair]) -> list[str]:
    """Return the keys of several cuts in one order that keeps that of each, as far as they agree."""
    order: list[str] = []
    for _, cut in pairs:
        place = 0
        for key, _, _ in cut["rows"]:
            if key in order:
                place = order.index(key) + 1
            else:
                order.insert(place, key)
                place += 1
    return order


def _maps(told: Sequence[Told], department: str, ground: Told) -> Iterator[Map]:
    for one in told:
        if one["key"] == COVERED:
            yield coverage(
                ground,
                title="Territoire des équipes suivies",
                said=f"Communes couvertes : {say(one['value'], Unit(one['unit']))}. Le tableau par EPCI les compte.",
            )
        by = MAPPED.get(one["key"])
        cut = next((cut for cut in one["cuts"] if cut["by"] == by and cut["rows"]), None)
        if cut is None or (department and by == "department"):
            continue
        unit = Unit(cut["unit"])
        rows = [(label, value, say(value, unit)) for _, label, value in cut["rows"] if value is not None]
        if all(amount >= 0 for _, amount, _ in rows):
            yield shaded(
                ground,
                by=cut["by"],
                title=f"{one['name']} – {cut['label'][:1].lower()}{cut['label'][1:]}",
                rows=rows,
                nothing=say(0, unit),
            )


def _annexes(told: Sequence[Told]) -> Iterator[Annex]:
    """The cuts of all chapters that are long together, those by the same thing beside each other."""
    groups: dict[tuple[str, str], list[Pair]] = {}
    for one in told:
        for cut in one["cuts"]:
            if cut["rows"]:
                groups.setdefault((cut["by"], cut["label"]), []).append((one, cut))
    for (by, label), pairs in groups.items():
        if len({key for _, cut in pairs for key, _, _ in cut["rows"]}) > LONG:
            yield Annex(by, label, tuple(_table(part) for part in _evenly(pairs, ANNEX_COLUMNS)))


def _evenly(pairs: Sequence[Pair], most: int) -> list[Sequence[Pair]]:
    """Part cuts into tables of about as many columns each, at most ``most``."""
    count = -(-len(pairs) // most)
    size = -(-len(pairs) // count)
    return [pairs[start : start + size] for start in range(0, len(pairs), size)]


def _capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"
