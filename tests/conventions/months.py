"""Days and money: the clock of a test, concertation meetings, and what a prepared run says of each who took part."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.utils import timezone

from actions.models import Action
from association.models import Team, User
from payments.models import Price, ProvisionalExclusion, ProvisionalLine
from payments.services.runs import prepare_run
from tests import factories


def travel(monkeypatch: pytest.MonkeyPatch, day: date) -> None:
    """Make it noon of a day."""
    monkeypatch.setattr(timezone, "now", lambda: datetime(day.year, day.month, day.day, 12, tzinfo=UTC))


def meeting(team: Team, held_on: date) -> Action:
    """Record a validated concertation meeting of everybody who is or was a member; a meeting is paid 50 EUR each."""
    if not Price.objects.exists():
        factories.PriceFactory()
    action: Action = factories.ActionFactory(validated=True, team=team, held_on=held_on)
    for membership in team.memberships.all():
        factories.ParticipationFactory(action=action, professional=membership.professional)
    return action


def settled(month: date, staff: User) -> dict[tuple[date, str], int | str]:
    """Prepare a month and return, by day and last name, the cents that are due or the reason why nothing is."""
    run = prepare_run(month=month, actor=staff)
    of_this = {"run": run, "build": run.build}
    lines = ProvisionalLine.objects.filter(**of_this).values_list("held_on", "professional__last_name", "amount_cents")
    excluded = ProvisionalExclusion.objects.filter(**of_this).values_list(
        "participation__action__held_on", "participation__professional__last_name", "reason"
    )
    return {(day, name): said for day, name, said in [*lines, *excluded]}
