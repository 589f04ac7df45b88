"""What was frozen on a departure: then its day is no longer corrected."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from association.models import Membership, Professional
from payments.models import DueLine, Exclusion, Run
from payments.models.runs import EARNED, LineKind
from payments.pricing import Reason


def frozen_on_departure(membership: Membership, recorded: date, left_on: date | None) -> str | None:
    """Return why a recorded departure may no longer be corrected: a frozen run has judged actions by it.

    Args:
        recorded: the last day that is written.
        left_on: the right one; None when the person has not left.
    """
    is_earlier = left_on is not None and left_on < recorded
    first = (left_on if is_earlier and left_on else recorded) + timedelta(days=1)
    last = recorded if is_earlier else left_on
    run = _paid(membership, first, last) if is_earlier else _refused(membership, first, last)
    if run is None:
        return None
    what = "a payé des actions d’après la nouvelle date" if is_earlier else "a été figé avec ce départ"
    return (
        f"Le paiement mensuel {run.name} {what} : ce départ ne se corrige plus. Si la personne est revenue, "
        "ajoutez-la de nouveau à l’équipe, à partir du jour de son retour."
    )


def _paid(membership: Membership, first: date, last: date | None) -> Run | None:
    """The first frozen run that pays the person for days of the team."""
    lines = DueLine.objects.filter(_between("held_on", first, last), team=membership.team_id, run__in=_standing())
    lines = lines.filter(professional__in=_records(membership)).filter(kind__in=EARNED)
    return _first(lines.values("run"))


def _refused(membership: Membership, first: date, last: date | None) -> Run | None:
    """The first frozen run that paid nothing for days of the team because the person had left, or took it back."""
    excluded = Exclusion.objects.filter(
        _between("participation__action__held_on", first, last),
        run__in=_standing(),
        reason=Reason.MEMBER,
        participation__action__team=membership.team_id,
        participation__professional__in=_records(membership),
    )
    taken_back = DueLine.objects.filter(
        _between("held_on", first, last),
        run__in=_standing(),
        kind=LineKind.REVERSAL,
        team=membership.team_id,
        professional__in=_records(membership),
    )
    return _first(excluded.values("run")) or _first(taken_back.values("run"))


def _standing() -> QuerySet[Run]:
    return Run.objects.frozen().exclude(state=Run.State.VOIDED)


def _records(membership: Membership) -> QuerySet[Professional]:
    return Professional.objects.same_person(membership.professional_id)


def _between(name: str, first: date, last: date | None) -> Q:
    until = Q(**{f"{name}__lte": last}) if last is not None else Q()
    return Q(**{f"{name}__gte": first}) & until


def _first(runs: QuerySet[Any, Any]) -> Run | None:
    return Run.objects.filter(pk__in=runs).order_by("month", "pk").first()
