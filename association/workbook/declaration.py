"""What a floor declares of the workbook: its sheets, and what it adds to a lower floor's sheet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from association.workbook.kinds import Kind

if TYPE_CHECKING:
    from association.models import User
    from association.workbook.book import Book


@dataclass
class Loading:
    """The loading of a checked workbook: who, on which day, and what came along (for the summary)."""

    actor: User
    today: date
    origin: str = "reprise"


@dataclass(frozen=True)
class Column:
    """A column: its French header, how its cells are read, and what an empty cell means.

    ``secret``: a value is not repeated in a message but for its end (IBAN).
    """

    header: str
    kind: Kind
    required: bool = False
    default: Any = None
    secret: bool = False


Check = Callable[["Book"], None]
Load = Callable[["Book", Loading], None]


@dataclass(frozen=True)
class Sheet:
    """A sheet of the workbook.

    Attributes:
        key: headers of the required columns that identify a row, also in the database.
        order: place in checking and loading; what a row refers to comes before it.
        check: looks at all rows with the database beside; sets apart those that are new (``Table.new``).
        load: writes the new rows, and leaves the primary key of each in ``row.pk``.
    """

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    order: int
    check: Check
    load: Load


@dataclass(frozen=True)
class Supplement:
    """What an upper floor adds to a lower floor's sheet: columns, and its own check and load after the sheet's."""

    sheet: str
    columns: tuple[Column, ...]
    order: int
    check: Check
    load: Load
    label: str = field(default="")
