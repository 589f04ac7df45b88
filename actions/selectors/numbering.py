"""The references of actions: how they are written, and which one comes next."""

from __future__ import annotations

from actions.models import Action, ActionSequence


def reference_of(year: int, place: int) -> str:
    """Return the reference of an action of a year: of one length, so that the order of text is that of numbers."""
    return f"A{year % 100:02d}-{place:05d}"


def first_free(year: int, after: int) -> int:
    """Return the first number after one that no workbook has brought already."""
    place = after + 1
    while Action.objects.filter(reference=reference_of(year, place)).exists():
        place += 1
    return place


def next_reference(year: int) -> str:
    """Return the reference that the next action of a year would have; nobody is promised it."""
    sequence = ActionSequence.objects.filter(year=year).first()
    return reference_of(year, first_free(year, sequence.last if sequence else 0))
