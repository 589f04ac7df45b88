"""Where a lower floor asks all floors: each floor fills these in its ``AppConfig.ready``.

`inbox`: what waits for a user. `change_sources`: what changed since the last visit. `figures`: the few numbers of a
role. `due_dates`: the calendar. `search_sources`: what the search everywhere finds. `job_kinds`: the work behind a job
row. `sheets`: the sheets of the import workbook. The others are named beside their declaration.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from django.db.models import Q

from association.identifiers import compact

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from association.eligibility import Finding
    from association.models import Document, Job, Membership, OutgoingMail, Team, User

EntryT = TypeVar("EntryT")


class Registry(Generic[EntryT]):
    """Entries by name, in the order in which they were added."""

    def __init__(self, subject: str) -> None:
        self.subject = subject
        self._entries: dict[str, EntryT] = {}

    def add(self, name: str, entry: EntryT) -> None:
        """Add an entry.

        Raises:
            ValueError: when the name is taken by another entry.
        """
        if self._entries.get(name, entry) is not entry:
            raise ValueError(f"{self.subject}: {name!r} is registered twice")
        self._entries[name] = entry

    def __getitem__(self, name: str) -> EntryT:
        try:
            return self._entries[name]
        except KeyError:
            raise LookupError(f"{self.subject}: nothing is registered as {name!r}") from None

    def __contains__(self, name: object) -> bool:
        return name in self._entries

    def __iter__(self) -> Iterator[EntryT]:
        return iter(self._entries.values())

    def names(self) -> list[str]:
        """Return the names in order."""
        return list(self._entries)


@dataclass(frozen=True)
class InboxItem:
    """One line of what waits: a sentence, how many, and where to go.

    ``counted``: the line stands for several things of a kind, and says how many; else its title names the only one.
    """

    title: str
    count: int
    url: str
    detail: str = ""
    counted: bool = True


@dataclass(frozen=True)
class Figure:
    """One number of the home page, as it is shown, with a note and where it leads."""

    label: str
    value: str
    note: str = ""
    url: str = ""


@dataclass(frozen=True)
class ChangeSource:
    """One kind of object whose changes of state people are told of: on the home page, and by e-mail.

    Nothing of it names a person or an amount: it may be read wherever the object is.

    Attributes:
        model: a machine.
        one, many: what one and several are called (« Convention », « conventions »).
        scope: (user, the teams that the user follows) -> those of the objects that the user is told of.
        told: pks -> (pk, pk of the team or None, name after ``one``, may be empty) of each, in one query.
        page: name of the address of one.
        several: name of the address of the list, for objects that belong to no team; their ``heading`` too.
        only: user -> which changes of state matter.
        apart: each has its line; else those that one person brought to one state share a line, with their number.
    """

    model: Any
    one: str
    many: str
    scope: Callable[[User, QuerySet[Team]], QuerySet[Any]]
    told: Callable[[Iterable[int]], Iterable[tuple[int, int | None, str]]]
    page: str = ""
    several: str = ""
    heading: str = ""
    only: Callable[[User], Q] = lambda user: Q()
    apart: bool = False


@dataclass(frozen=True)
class DueDate:
    """Something that ends or falls due on a day.

    Attributes:
        uid: names the thing for ever, also when its day changes: calendars outside the site know it by this.
        title, subject: what happens, and of whom (a team, a month): all that a calendar outside the site is told.
        detail: what the page says besides.
        people: pks of those whose turn it is.
        awaited: somebody has to do something; past its day it is late. Otherwise it just ends.
    """

    uid: str
    day: date
    title: str
    subject: str
    url: str
    detail: str = ""
    people: frozenset[int] = frozenset()
    awaited: bool = True


@dataclass(frozen=True)
class DueSource:
    """One kind of due date: its name on screen, who sees it at all, and what of it falls on some days.

    ``find``: (user, first, last) -> those of the user's scope, in a number of queries that the rows do not change.
    """

    label: str
    permission: str
    find: Callable[[User, date, date], Iterable[DueDate]]


@dataclass(frozen=True)
class Typed:
    """What somebody searches: the text, its words as they are compared, and the text as a code is stored."""

    text: str
    words: tuple[str, ...]
    code: str

    def names(self, *codes: str) -> bool:
        """Whether the text is one of these codes, however it is written."""
        return self.code in {compact(code) for code in codes if code}


@dataclass(frozen=True)
class Hit:
    """One thing found: what it is called, what tells it from the others, where it is, and how near it is (0 to 1)."""

    title: str
    note: str
    url: str
    nearness: float = 1.0
    is_exact: bool = False  # what was typed is its code


@dataclass(frozen=True)
class SearchSource:
    """One kind of thing that the search everywhere finds.

    ``find``: (user, typed, limit) -> those of the user's scope, the nearest first, in a number of queries that the rows
    do not change. ``place``: where its kind stands on the page. ``address``: the name of the list that shows them all
    with ``?q=``, if there is one.
    """

    label: str
    permission: str
    find: Callable[[User, Typed, int], Iterable[Hit]]
    place: int
    address: str = ""


@dataclass(frozen=True)
class Attachment:
    """A kept file that a message carries, under its own name."""

    document: Document


class Progress:
    """What a job's function reports to; raises `JobStopped` when the job was cancelled meanwhile."""

    def total(self, count: int) -> None:
        """Say how much there is to do."""
        raise NotImplementedError

    def advance(self, count: int = 1) -> None:
        """Say that ``count`` more are done."""
        raise NotImplementedError


@dataclass(frozen=True)
class HistorySource:
    """Objects of a team whose history is part of its dossier: their changes of state, and how to name them."""

    model: Any
    of_team: Callable[[Team], Iterable[tuple[int, str]]]  # (pk, name on screen)


@dataclass(frozen=True)
class WatchedFinding:
    """A finding that the staff is told of, as lists name it.

    ``always``: it matters whatever the team's state; the others are told once the dossier is with the ARS, since before
    they only say what is left to do.
    """

    label: str
    always: bool = False


@dataclass(frozen=True)
class CountedRows:
    """The rows behind a number of a dashboard: what was counted, in words; their keys, read when they are needed."""

    words: str
    keys: Callable[[], Collection[int]]


InboxSource = Callable[["User"], Iterable[InboxItem]]
FigureSource = Callable[["User"], Iterable[Figure]]
JobFunction = Callable[["Job", Progress], dict[str, Any]]

inbox: Registry[InboxSource] = Registry("inbox")
figures: Registry[FigureSource] = Registry("figures")
change_sources: Registry[ChangeSource] = Registry("changes that people are told of")
# The names stand in addresses.
due_dates: Registry[DueSource] = Registry("what ends or falls due")
# The names stand in addresses.
search_sources: Registry[SearchSource] = Registry("what the search everywhere finds")
# By kind of row: (user, what an address says) -> the rows behind a number; raises `selectors.named.Unknown`.
counted_rows: Registry[Callable[[User, str], CountedRows]] = Registry("rows behind a number")
job_kinds: Registry[JobFunction] = Registry("job kinds")
# message -> the file that it carries, or nothing.
mail_attachments: Registry[Callable[[OutgoingMail], Attachment | None]] = Registry("files that messages carry")
sheets: Registry[Any] = Registry("sheets of the import workbook")
# team, day of the closing -> why it may not be closed on that day, in French, or nothing.
closing_obstacles: Registry[Callable[[Team, date], str | None]] = Registry("obstacles to closing a team")
# By keyword (team, withdrawn_on, reason, actor): what ends with a recognition, in the same transaction.
after_withdrawal: Registry[Callable[..., None]] = Registry("after a recognition was withdrawn")
# team -> what would end with its recognition today, one French sentence each; said before it is withdrawn.
withdrawal_effects: Registry[Callable[[Team], Iterable[str]]] = Registry("what ends with a recognition")
# team, day -> what one should know before its convention is renewed, one French sentence each; it blocks nothing.
renewal_warnings: Registry[Callable[[Team, date], Iterable[str]]] = Registry("warnings before a renewal")
# By keyword (membership, day, actor): what follows from a member who joined, or whose stay has an end now.
after_joining: Registry[Callable[..., None]] = Registry("after a member joined")
after_leaving: Registry[Callable[..., None]] = Registry("after a member left")
# membership, last day -> what would end with the stay, one French sentence each; said before the departure is recorded.
leaving_effects: Registry[Callable[[Membership, date], Iterable[str]]] = Registry("what ends with a stay")
# membership, recorded last day, right last day (None: still there) -> why the departure may no longer be corrected.
departure_obstacles: Registry[Callable[[Membership, date, date | None], str | None]] = Registry(
    "obstacles to correcting a departure"
)
# By keyword (membership, day: the last day that was recorded, actor): what follows from a departure that was a mistake.
after_staying: Registry[Callable[..., None]] = Registry("after a departure was taken back")
# teams, day -> findings by team's pk, in a number of queries that does not grow with the teams.
finding_sources: Registry[Callable[..., Mapping[int, Sequence[Finding]]]] = Registry("findings on a dossier")
# code of a finding -> how it is watched; in the order of lists.
watched_findings: Registry[WatchedFinding] = Registry("findings that are watched")
# (teams, day) -> facts of the conventions by team's pk, for the rules of eligibility.
convention_facts: Registry[Callable[..., Mapping[int, Sequence[Any]]]] = Registry("conventions, as facts")
# teams' kinds that have a price list of their own, for the rules of eligibility.
priced_kinds: Registry[Callable[[], frozenset[str]]] = Registry("kinds of team with prices")
# (kept, other): why two persons may not be joined, in French, or nothing.
joining_obstacles: Registry[Callable[..., str | None]] = Registry("obstacles to joining two persons")
# other (a record that was joined): why that can no longer be undone, in French, or nothing.
separating_obstacles: Registry[Callable[..., str | None]] = Registry("obstacles to separating two persons")
# state of a team -> makes the expression of the day from which a team taken over in it was there (OuterRef: the team).
state_dates: Registry[Callable[[], Any]] = Registry("days from which a team is in a state")
history_sources: Registry[HistorySource] = Registry("history of a dossier")
