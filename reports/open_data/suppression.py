"""Which cells of a table of sums are hidden, so that nobody can work a small group out. Pure: no Django, no database.

The table is a tree: the region, its departments, their EPCI, and the types within each; what a cell counts is the sum
of the cells below it. Of a tree the published sums say everything, so that it can be told exactly what they give away
(docs/decisions/0024-open-data.md).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

HIDDEN_BELOW = 5  # people
Path = tuple[str, ...]


@dataclass(frozen=True)
class Cell:
    """One cell: how many different people it is of, and what it counts (each the sum of the cells below)."""

    people: int
    counts: tuple[int, ...]


def hidden_cells(cells: Mapping[Path, Cell]) -> frozenset[Path]:
    """Return the paths of the cells to hide.

    First those of fewer than `HIDDEN_BELOW` people; then, the smallest first, as many more as it takes until of every
    hidden cell at least two values fit all that is published and that a cell which is there counts one at least.

    Args:
        cells: by path from the region (the empty path); a cell that is not there counts nothing. Every cell but the
            region's has its parent.
    """
    below = _below(cells)
    hidden = {path for path, cell in cells.items() if 0 < cell.people < HIDDEN_BELOW}
    while (more := _given_away(cells, below, hidden)) is not None:
        hidden.add(more)
    return frozenset(hidden)


def _given_away(cells: Mapping[Path, Cell], below: Mapping[Path, list[Path]], hidden: set[Path]) -> Path | None:
    """Return one more cell to hide because a sum gives a hidden one away; None when no sum does."""
    for parent in sorted(below, key=lambda path: (-len(path), path)):
        children = below[parent]
        closed = [path for path in children if path in hidden]
        is_hidden = parent in hidden
        if is_hidden and not closed:
            return _smallest(cells, children, hidden)
        if not is_hidden and closed and (len(closed) == 1 or _is_settled(cells, below, hidden, parent)):
            return _smallest(cells, children, hidden) or parent
    return None


def _smallest(cells: Mapping[Path, Cell], children: Iterable[Path], hidden: set[Path]) -> Path | None:
    """The smallest of the open cells that hold somebody: one that holds nobody protects nobody."""
    open_ones = [path for path in children if path not in hidden and cells[path].people]
    return min(open_ones, key=lambda path: (cells[path].people, path), default=None)


def _is_settled(cells: Mapping[Path, Cell], below: Mapping[Path, list[Path]], hidden: set[Path], parent: Path) -> bool:
    """Whether what is left for the hidden cells is the least that they can count together: then each is known."""
    for number in range(len(cells[parent].counts)):
        rest, least = cells[parent].counts[number], 0
        for path in below[parent]:
            if path in hidden:
                least += _least(cells, below, hidden, path, number)
            else:
                rest -= cells[path].counts[number]
        if rest <= least:
            return True
    return False


def _least(
    cells: Mapping[Path, Cell], below: Mapping[Path, list[Path]], hidden: set[Path], path: Path, number: int
) -> int:
    """What a cell counts at least, for who reads what is published."""
    if path not in hidden:
        return cells[path].counts[number]
    return max(1, sum(_least(cells, below, hidden, child, number) for child in below.get(path, ())))


def _below(cells: Mapping[Path, Cell]) -> dict[Path, list[Path]]:
    found: dict[Path, list[Path]] = defaultdict(list)
    for path in sorted(cells):
        if path:
            found[path[:-1]].append(path)
    return found
