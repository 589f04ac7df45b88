"""What makes a long list quick to write."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from types import FunctionType, MethodType
from typing import Any

from django_tables2 import utils

Arguments = tuple[tuple[str, ...], str | None]
_read: Callable[[Any], Arguments] = utils.signature


def remember_signatures() -> None:
    """Have django-tables2 read the arguments of a function once, and not again in each cell: a fifth of a list."""
    utils.signature = signature


def signature(function: Callable[..., Any]) -> Arguments:
    """Return the names of the arguments of a function, without ``self``, and that of its ``**`` argument."""
    if isinstance(function, MethodType) and isinstance(function.__func__, FunctionType):
        names, keywords = _known(function.__func__)
        return names[1:], keywords
    return _known(function) if isinstance(function, FunctionType) else _read(function)


@lru_cache(maxsize=1_000)
def _known(function: FunctionType) -> Arguments:
    return _read(function)
