"""One person under two numbers: nobody takes part twice in one action."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from django.db.models import F

from actions.models import Action, Participation
from association.models import Professional
from association.selectors.people import kept_ids, same_person
from association.workbook import Book, Row

# They came to nothing and stay so: who took part in them is told, and counts for nothing.
CAME_TO_NOTHING = (
    Action.State.NOT_RETAINED,
    Action.State.WITHDRAWN,
    Action.State.CANCELLED,
    Action.State.DISCARDED,
)
NAMED = 10


def takes_part_twice(kept: Professional, other: Professional) -> str | None:
    """Return the actions in which both records take part, as the reason why they cannot be joined."""
    counted = Participation.objects.filter(refused_at__isnull=True).exclude(action__state__in=CAME_TO_NOTHING)
    actions = Action.objects.filter(
        pk__in=counted.filter(professional__in=same_person([kept.pk])).values("action"),
        participations__in=counted.filter(professional__in=same_person([other.pk])),
    ).order_by("held_on", "reference")
    found = [f"{reference} du {held_on:%d/%m/%Y}" for reference, held_on in actions.values_list("reference", "held_on")]
    if not found:
        return None
    more = f" et {len(found) - NAMED} de plus" if len(found) > NAMED else ""
    return (
        f"Les deux fiches participent à la même action : {', '.join(found[:NAMED])}{more}. Une personne n'y participe "
        "qu'une fois : refusez l'une des deux participations, ou annulez l'action et déclarez-la de nouveau."
    )


def check_same_person(book: Book, row: Row) -> None:
    """Note that a new row's person is in its action already under another number (of a record joined on screen)."""
    others = _other_numbers(book).get(row["RPPS"], frozenset())
    if not others:
        return
    reference = row["Référence action"]
    stored = _stored_people(book)
    table = book["Participations"]
    for rpps in sorted(others):
        if (reference, rpps) in stored or (reference, rpps) in table.by_key:
            says = f"cette personne figure déjà dans l'action {reference} sous le RPPS {rpps}, réuni avec celui-ci"
            book.fault(row, "RPPS", says=says)
            return


def _other_numbers(book: Book) -> Mapping[str, frozenset[str]]:
    """Return the other numbers of each person who has several; empty as long as nobody was joined."""

    def find() -> dict[str, frozenset[str]]:
        people: dict[int, set[str]] = defaultdict(set)
        joined = Professional.objects.filter(merged_into__isnull=False).order_by()
        for kept, rpps, kept_rpps in joined.values_list("merged_into_id", "rpps", "merged_into__rpps"):
            people[kept] |= {rpps, kept_rpps}
        return {rpps: frozenset(numbers - {rpps}) for numbers in people.values() for rpps in numbers}

    return book.memo("other numbers of people", find)


def _stored_people(book: Book) -> set[tuple[str, str]]:
    """Return (reference, RPPS) of the stored participations of those who have several numbers."""

    def find() -> set[tuple[str, str]]:
        kept = kept_ids()
        rows = Participation.objects.filter(
            refused_at__isnull=True, professional__in=set(kept) | set(kept.values())
        ).values_list(F("action__reference"), F("professional__rpps"))
        return set(rows)

    return book.memo("participations of people with several numbers", find)
