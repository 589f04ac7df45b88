"""The days of runs that bound those of their transfers (`payments.bank_days`), read for many at once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Q
from django.utils import timezone

from payments.bank_days import BankDays
from payments.models import Run, RunExport


def days_of_runs(runs: Iterable[Run]) -> dict[int, BankDays]:
    """Return the days of runs by their key, in one query; of the file that counts, not of those taken back."""
    wanted = {run.pk: run for run in runs}
    files = RunExport.objects.filter(run__in=wanted, not_transmitted_at__isnull=True)
    live = {run: (made_at, asked) for run, made_at, asked in files.values_list("run", "made_at", "execution_on")}
    found = {}
    for pk, run in wanted.items():
        if run.kind == Run.Kind.OPENING:
            found[pk] = BankDays()
            continue
        made_at, asked = live.get(pk, (None, None))
        found[pk] = BankDays(
            approved_on=timezone.localdate(run.approved_at) if run.approved_at else None,
            left_on=timezone.localdate(made_at) if made_at else None,
            execution_on=asked,
        )
    return found


def days_of(run: Run) -> BankDays:
    """Return the days of one run."""
    return days_of_runs([run])[run.pk]


def still_live(day: date, *, instant: object) -> Q:
    """Return which allocations held at the end of a day: what came back counts from the day that the bank gave.

    Args:
        instant: the first one that is no longer of that day; what was void has no day of the bank.
    """
    back = Q(payment__back_on__isnull=True, released_at__gte=instant) | Q(payment__back_on__gt=day)
    return Q(released_at__isnull=True) | back


def released_by(day: date, *, instant: object) -> Q:
    """Return which allocations no longer held at the end of a day: the others of `still_live`."""
    back = Q(payment__back_on__isnull=True, released_at__lt=instant) | Q(payment__back_on__lte=day)
    return Q(released_at__isnull=False) & back
