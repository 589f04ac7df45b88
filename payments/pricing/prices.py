"""Rule 2: the price of a participation."""

import datetime as dt
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

ANY_PROFESSION = ""

_Words = tuple[str, str, str, str]
_Timeline = tuple[list[dt.date], list["PriceEntry | None"]]


@dataclass(frozen=True, slots=True)
class PriceEntry:
    """The flat amount of (kind of team, action type, role, profession) from `starts_on` on.

    `version` rises each time the price of the same day is published anew. `yearly_cap`: at most that many
    paid participations of the type per professional and civil year (rule 3); None: no number cap.
    """

    id: int
    kind: str
    action_type: str
    role: str
    profession: str
    amount_cents: int
    starts_on: dt.date
    version: int = 1
    yearly_cap: int | None = None


class PriceList:
    """All prices ever published, looked up by date.

    A price ends only where a later one for the same words begins. Raises ValueError for an amount of zero
    or less: nothing is priced at zero.
    """

    def __init__(self, entries: Iterable[PriceEntry]) -> None:
        self._published: defaultdict[_Words, list[PriceEntry]] = defaultdict(list)
        for entry in sorted(entries, key=lambda entry: (entry.starts_on, entry.version)):
            if entry.amount_cents <= 0:
                raise ValueError(f"price {entry.id}: {entry.amount_cents} cents, a price is above zero")
            self._published[entry.kind, entry.action_type, entry.role, entry.profession].append(entry)
        self._timelines: dict[_Words, _Timeline] = {}

    def find(self, kind: str, action_type: str, role: str, profession: str, on_date: dt.date) -> PriceEntry | None:
        """The price in force on the date for that profession, else for any profession, else None.

        The latest start wins; of the same start, the highest version. A price of the profession that starts
        after the date is not in force: that for any profession applies. Once one of the profession is in
        force, no later one for any profession replaces it.
        """
        words = (kind, action_type, role, profession)
        starts, prices = self._timelines.get(words) or self._timeline(words)
        return prices[bisect_right(starts, on_date)]

    def _timeline(self, words: _Words) -> _Timeline:
        """Worked out once per words asked for: no price, those for any profession, then those of its own."""
        own = self._published.get(words, [])
        of_any = self._published.get((*words[:3], ANY_PROFESSION), [])
        before = [entry for entry in of_any if not own or entry.starts_on < own[0].starts_on]
        timeline = [*before, *own]
        self._timelines[words] = [entry.starts_on for entry in timeline], [None, *timeline]
        return self._timelines[words]
