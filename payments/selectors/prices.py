"""What the price list says: to its pages, to the floors below, and what publishing a price would do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, F, IntegerField, Max, OuterRef, QuerySet, Subquery

from association.models import User
from payments.models import DueLine, Price, Run
from payments.price_grid import Change, Words, in_force, price_label
from payments.pricing import ANY_PROFESSION, PriceEntry
from payments.selectors.candidates import live_lines, price_entries


def kinds_with_prices() -> frozenset[str]:
    """Return the kinds of team that have a published price, whatever the date from which it holds."""
    return frozenset(Price.objects.order_by().values_list("kind", flat=True).distinct())


def last_published() -> int:
    """Return the key of the price published last: what a page had seen of the list; 0 for an empty one."""
    return int(Price.objects.aggregate(last=Max("pk"))["last"] or 0)


@dataclass(frozen=True)
class Effect:
    """What publishing one price does.

    Attributes:
        before: the price that holds on that day now, if any.
        is_new_version: the price of that very day is published anew; else another price begins.
        corrected: lines that the next run reverses and prices anew; of a new version only.
        kept: lines of actions from that day on that were priced before, and stay as they are.
    """

    change: Change
    before: PriceEntry | None
    is_new_version: bool
    corrected: int
    kept: int

    @property
    def label(self) -> str:
        return price_label(*self.change.words)


def effects_of(changes: Iterable[Change], *, kind: str, starts_on: dt.date) -> list[Effect]:
    """Return what each price would do if it were published from that day on; in three queries."""
    before = in_force(price_entries(), kind=kind, on=starts_on)
    of_kind = live_lines().filter(price__kind=kind)
    corrected = _counts(of_kind.filter(price__starts_on=starts_on), "price__profession")
    later = of_kind.filter(held_on__gte=starts_on).exclude(price__starts_on__gte=starts_on)
    kept_own = _counts(later, "price__profession")
    kept_any = _counts(later.filter(price__profession=ANY_PROFESSION), "professional__profession")
    found = []
    for change in changes:
        old = before.get(change.words)
        same_day = bool(old and old.starts_on == starts_on)
        kept = kept_own if old or not change.profession else kept_any
        found.append(
            Effect(
                change,
                old,
                same_day,
                corrected.get(change.words, 0) if same_day else 0,
                0 if same_day else kept.get(change.words, 0),
            )
        )
    return found


def _counts(lines: QuerySet[DueLine], profession: str) -> dict[Words, int]:
    rows = lines.order_by().values_list("price__action_type", "price__role", profession).annotate(Count("pk"))
    return {(action_type, role, code): count for action_type, role, code, count in rows}


def submitted_run() -> Run | None:
    """Return the run that waits for its approval: what is published now differs from what was submitted."""
    return Run.objects.filter(state=Run.State.SUBMITTED).first()


def price_history(user: User) -> QuerySet[Price]:
    """Return every price ever published, with the amount and cap that held on its first day until then."""
    before = Price.objects.filter(
        **{name: OuterRef(name) for name in ("kind", "action_type", "role", "profession")},
        starts_on__lte=OuterRef("starts_on"),
        pk__lt=OuterRef("pk"),
    ).order_by("-starts_on", "-version")
    return (
        Price.objects.visible_to(user)
        .select_related("published_by")
        .annotate(
            before_cents=Subquery(before.values("amount_cents")[:1], output_field=IntegerField()),
            before_cap=Subquery(before.values("yearly_cap")[:1], output_field=IntegerField()),
        )
        .order_by(F("published_at").desc(), "-pk")
    )
