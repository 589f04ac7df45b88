"""Where a lower floor asks all floors: each floor fills these in its ``AppConfig.ready``.

`inbox`: what waits for a user. `figures`: the few numbers of a role. `job_kinds`: the work behind a job row.
`sheets`: the sheets of the import workbook.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from association.models import Job, User

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
    """One line of what waits: a sentence, how many, and where to go."""

    title: str
    count: int
    url: str
    detail: str = ""


@dataclass(frozen=True)
class Figure:
    """One number of the home page, as it is shown, with a note and where it leads."""

    label: str
    value: str
    note: str = ""
    url: str = ""


class Progress:
    """What a job's function reports to; raises `JobStopped` when the job was cancelled meanwhile."""

    def total(self, count: int) -> None:
        """Say how much there is to do."""
        raise NotImplementedError

    def advance(self, count: int = 1) -> None:
        """Say that ``count`` more are done."""
        raise NotImplementedError


InboxSource = Callable[["User"], Iterable[InboxItem]]
FigureSource = Callable[["User"], Iterable[Figure]]
JobFunction = Callable[["Job", Progress], dict[str, Any]]

inbox: Registry[InboxSource] = Registry("inbox")
figures: Registry[FigureSource] = Registry("figures")
job_kinds: Registry[JobFunction] = Registry("job kinds")
sheets: Registry[Any] = Registry("sheets of the import workbook")
