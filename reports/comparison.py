"""What differs between two snapshots of a report: values, every row of every cut, and what stands beside them. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Told = Mapping[str, Any]
# What stands beside a value in a snapshot, and how a list of changes calls it.
BESIDE = {"before": "Un an avant", "target": "Cible de l’année"}
WORDS = ("name", "definition", "unit", "source")


def differences(before: Told, now: Told) -> dict[str, list[dict[str, Any]]]:
    """Return everything that differs between the numbers of two versions, in the order of the report.

    Two snapshots that are not the same characters give at least one entry, unless only the plan's words differ.

    Returns:
        values: indicators whose value differs; ``is_new``: the version before did not have the indicator.
        cuts: by indicator and cut, the rows that differ, the largest difference first; a row that one version lacks is
            0 where the rows add up, else None; None: hidden or not known.
        beside: the year before, or the target, that differs.
        defined: indicators whose words were changed, or that are no longer there.
        said: teams whose review says something else, something new, or is no longer there.
    """
    known = {told["key"]: told for told in before["indicators"]}
    told_now = {told["key"] for told in now["indicators"]}
    values: list[dict[str, Any]] = []
    cuts: list[dict[str, Any]] = []
    beside: list[dict[str, Any]] = []
    defined: list[dict[str, Any]] = []
    for told in now["indicators"]:
        old = known.get(told["key"])
        named = {"key": told["key"], "name": told["name"], "unit": told["unit"]}
        if old is None:
            values.append({**named, "before": None, "now": told["value"], "is_new": True})
            continue
        if old["value"] != told["value"]:
            values.append({**named, "before": old["value"], "now": told["value"], "is_new": False})
        if old["definition"] == told["definition"]:  # else the rows may be others by name alone
            cuts += _cuts(old, told)
        beside += [
            {**named, "what": what, "before": old[what], "now": told[what]}
            for what in BESIDE
            if old[what] != told[what]
        ]
        if any(old[word] != told[word] for word in WORDS):
            defined.append({**named, "is_gone": False})
    defined += [
        {"key": key, "name": old["name"], "unit": old["unit"], "is_gone": True}
        for key, old in known.items()
        if key not in told_now
    ]
    return {"values": values, "cuts": cuts, "beside": beside, "defined": defined, "said": _said(before, now)}


def _said(before: Told, now: Told) -> list[dict[str, Any]]:
    """By team, what became of the words of its review: new, other, gone. A first form had none to compare."""
    if "reviews" not in before:
        return []
    old, new = ({team["code"]: team for team in one["reviews"]["teams"]} for one in (before, now))
    return [
        {"key": code, "what": "gone" if code not in new else "new" if code not in old else "other"}
        for code in sorted(old.keys() | new.keys())
        if old.get(code) != new.get(code)
    ]


def _cuts(old: Told, told: Told) -> Iterator[dict[str, Any]]:
    """The cuts of one indicator that both versions have."""
    known = {cut["by"]: cut for cut in old["cuts"]}
    for cut in told["cuts"]:
        if cut["by"] in known and (rows := _rows(known[cut["by"]], cut)):
            yield {
                "key": told["key"],
                "name": told["name"],
                "by": cut["by"],
                "label": cut["label"],
                "unit": cut["unit"],
                "hides": cut["hides"],
                "rows": rows,
            }


def _rows(old: Told, cut: Told) -> list[dict[str, Any]]:
    absent = 0 if cut["sums"] else None
    labels = {key: label for key, label, _ in (*old["rows"], *cut["rows"])}
    before, now = ({key: value for key, _, value in one["rows"]} for one in (old, cut))
    rows = [
        {"key": key, "label": label, "before": before.get(key, absent), "now": now.get(key, absent)}
        for key, label in labels.items()
        if before.get(key, absent) != now.get(key, absent)
    ]
    return sorted(rows, key=_largest_first)


def _largest_first(row: Told) -> tuple[int, str]:
    """What is hidden on one side comes last: nobody knows how large it is."""
    if row["before"] is None or row["now"] is None:
        return 1, row["label"]
    return -abs(row["now"] - row["before"]), row["label"]


def explained(found: dict[str, list[dict[str, Any]]], causes: Sequence[Told]) -> None:
    """Put beside each value and row that differs what happened since (``why``), where one knows of which row it was.

    Args:
        causes: each with ``explains`` (beginnings of the keys of indicators), and ``by``: cut -> key of the row ->
            [count, cents]; ``only_rows``: it leaves the values alone.
    """
    for value in found["values"]:
        value["why"] = [
            {"code": cause["code"], "count": cause["count"], "cents": cause["cents"]}
            for cause in causes
            if not value["is_new"] and not cause["only_rows"] and _is_about(cause, value["key"])
        ]
    for cut in found["cuts"]:
        about = [cause for cause in causes if _is_about(cause, cut["key"])]
        for row in cut["rows"]:
            row["why"] = [
                {"code": cause["code"], "count": known[0], "cents": known[1]}
                for cause in about
                if (known := cause["by"].get(cut["by"], {}).get(row["key"]))
            ]


def _is_about(cause: Told, key: str) -> bool:
    return key.startswith(tuple(cause["explains"]))
