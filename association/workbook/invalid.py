"""What stands for a cell that could not be read, so that the other cells of its row are checked all the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final


class InvalidCell(Exception):
    """Somebody asked for the value of a cell that is at fault: what they wanted to know cannot be judged."""


class _Invalid:
    __slots__ = ()

    def __repr__(self) -> str:
        return "INVALID"


INVALID: Final[Any] = _Invalid()


class Facts:
    """What a row says to other rows; asking for what it does not say, as the cell is at fault, raises InvalidCell."""

    __slots__ = ()

    if not TYPE_CHECKING:

        def __getattribute__(self, name: str) -> Any:
            value = object.__getattribute__(self, name)
            if value is INVALID:
                raise InvalidCell
            return value
