"""Calls at the same time, each in a thread with a connection of its own, and a place where they meet."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django.db import connection

MEETING_SECONDS = 1.5


class Meeting:
    """The place where ``number`` calls wait for each other, not for ever: what keeps one away breaks the meeting up."""

    def __init__(self, number: int) -> None:
        self._barrier = threading.Barrier(number)

    def wait(self) -> None:
        with suppress(threading.BrokenBarrierError):
            self._barrier.wait(MEETING_SECONDS)


def at_the_same_time(*calls: Callable[[], Any]) -> list[Any]:
    """Return what each call gave, or the exception that it raised."""
    outcomes: list[Any] = [None] * len(calls)

    def run(place: int) -> None:
        try:
            outcomes[place] = calls[place]()
        except Exception as error:  # the outcome of the race, looked at by the test
            outcomes[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return outcomes
