"""What leads from a number of a dashboard to its rows: the list, and the part of its address that finds exactly them.

Actions and money are found by the filters that their lists have. Teams, people and conventions were counted as they
stood on a day, which no filter of today finds again: the address names the number itself (`Counted`), and the rows are
those that it was counted from.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from actions.models import Action
from payments.models import LineKind
from reports.indicators import Scope
from reports.periods import Period, parse

MARK = "~"  # between the parts of a number in an address
Asked = dict[str, str | list[str]]


@dataclass(frozen=True)
class Counted:
    """One number: of an indicator, or of one row (``by``, ``key``) of one of its cuts.

    ``department``: its code; empty for the whole region.
    """

    indicator: str
    period: Period
    department: str = ""
    by: str = ""
    key: str = ""

    @property
    def code(self) -> str:
        """How an address names it: ``teams.followed~2026-T2~44~stage~recognised``."""
        return MARK.join((self.indicator, self.period.code, self.department, self.by, self.key)).rstrip(MARK)

    @classmethod
    def read(cls, text: str) -> Counted:
        """Return the number that an address names.

        Raises:
            ValueError: when it names none; with a French sentence.
        """
        parts = [*text.split(MARK), "", "", "", ""]
        if len(text.split(MARK)) > 5 or len(text) > 200 or not text.isprintable():
            raise ValueError("Ouvrez la liste depuis le pilotage.")
        return cls(parts[0], parse(parts[1]), parts[2], parts[3], parts[4])

    @property
    def scope(self) -> Scope:
        return Scope(self.department)


@dataclass(frozen=True)
class Behind:
    """The list behind an indicator.

    Attributes:
        view, permission: the name of its address, and who may open it.
        query: what finds the rows of a number; None where the list cannot tell them apart.
        of_teams: the rows are teams, of which the ARS sees those that came to their submission.
    """

    view: str
    permission: str
    query: Callable[[Counted], Asked | None]
    of_teams: bool = False

    def asked(self, counted: Counted) -> str | None:
        """Return the part of the address behind ``?``."""
        found = self.query(counted)
        if found is None:
            return None
        return urlencode({name: value for name, value in found.items() if value}, doseq=True)


def _counted(counted: Counted) -> Asked:
    return {"compte": counted.code}


def _people(counted: Counted) -> Asked | None:
    """Small groups drawn together are no group of their own."""
    known = counted.by in ("", "profession") and counted.key != "autres"
    return _counted(counted) if known else None


def _on_map(counted: Counted) -> Asked | None:
    """Of the population of a department: the map of that department."""
    if counted.by not in ("", "department"):
        return None
    place = counted.key or counted.department
    followed = Counted("teams.followed", counted.period, counted.department)
    return {"compte": followed.code, "department": place}


def _month(code: str) -> tuple[date, date]:
    year, number = map(int, code.split("-"))
    return date(year, number, 1), date(year, number, monthrange(year, number)[1])


def _days(name: str, counted: Counted) -> Asked:
    """The period; of a row by month, what of the period lies in it."""
    first, last = counted.period.first, counted.period.last
    if counted.by == "month":
        begin, end = _month(counted.key)
        first, last = max(first, begin), min(last, end)
    return {f"{name}_du": first.isoformat(), f"{name}_au": last.isoformat(), "department": _place(counted)}


def _place(counted: Counted) -> str:
    return counted.key if counted.by == "department" else counted.department


def _actions(*states: Action.State) -> Callable[[Counted], Asked | None]:
    def query(counted: Counted) -> Asked | None:
        if counted.by not in ("", "month", "type", "state", "department"):
            return None
        found: Asked = {"state": [str(state) for state in states], **_days("held_on", counted)}
        if counted.by in ("type", "state"):
            found[counted.by] = counted.key
        return found

    return query


def _due(counted: Counted) -> Asked | None:
    """By kind: a line that settles a trop-perçu is not due for an action."""
    names = {"": "", "month": "", "department": "", "type": "action_type", "settled": "situation", "kind": "kind"}
    if counted.by not in names:
        return None
    kinds = [str(kind) for kind in (LineKind.INITIAL, LineKind.REVERSAL, LineKind.CORRECTION)]
    found: Asked = {"kind": kinds, **_days("held_on", counted)}
    if names[counted.by]:
        found[names[counted.by]] = counted.key
    return found


def _paid(counted: Counted) -> Asked | None:
    if counted.by not in ("", "month", "type", "department"):
        return None
    found = _days("paid_on", counted)
    return found | {"action_type": counted.key} if counted.by == "type" else found


def _first_paid(counted: Counted) -> Asked | None:
    return {"kind": str(LineKind.INITIAL), **_days("paid_on", counted)} if not counted.by else None


def _returned(counted: Counted) -> Asked | None:
    """A transfer without a reason of the bank has no filter."""
    if counted.by not in ("", "reason") or (counted.by and not counted.key):
        return None
    return _days("returned_on", counted) | {"bank_reason": counted.key}


def _excluded(counted: Counted) -> Asked | None:
    if counted.by not in ("", "reason", "department"):
        return None
    found = _days("held_on", counted)
    return found | {"reason": counted.key} if counted.by == "reason" else found


TEAMS = Behind("association:team_list", "association.view_team", _counted, of_teams=True)
ON_MAP = Behind("association:team_map", "association.view_overview", _on_map, of_teams=True)
LEDGER, VIEW_RUN = "payments:ledger", "payments.view_run"
BEHIND: Mapping[str, Behind] = {
    "teams.followed": TEAMS,
    "teams.under_convention": TEAMS,
    "teams.inactive": TEAMS,
    "path.waiting": TEAMS,
    "path.late": TEAMS,
    "ceiling.share": TEAMS,
    "territory.population": ON_MAP,
    "territory.share": ON_MAP,
    "conventions.ending": Behind("conventions:convention_list", "conventions.view_convention", _counted),
    "people.members": Behind("association:professional_list", "association.view_professional", _people),
    "activity.validated": Behind("actions:action_list", "actions.view_action", _actions(Action.State.VALIDATED)),
    "activity.pending": Behind(
        "actions:action_list",
        "actions.view_action",
        _actions(Action.State.DECLARED, Action.State.TO_COMPLETE),
    ),
    "money.due": Behind(LEDGER, VIEW_RUN, _due),
    "money.paid": Behind(LEDGER, VIEW_RUN, _paid),
    "money.delay": Behind(LEDGER, VIEW_RUN, _first_paid),
    "money.returned": Behind(LEDGER, VIEW_RUN, _returned),
    "money.excluded": Behind("payments:excluded", VIEW_RUN, _excluded),
}
