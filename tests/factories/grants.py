"""Grants with their rows, running costs, and mandates of the board."""

from __future__ import annotations

from datetime import date

import factory
from factory.django import DjangoModelFactory

from payments.models import (
    BoardFunction,
    BoardMandate,
    CostHeading,
    Grant,
    GrantDeliverable,
    GrantInstalment,
    GrantTarget,
    Indicator,
    RunningCost,
)
from tests.factories.base import StatefulFactory, at
from tests.factories.ground import ProfessionalFactory, UserFactory

SIGNED_ON = date(2026, 1, 15)


class GrantFactory(StatefulFactory):
    """The year 2026: 500 000 EUR for the teams, 80 000 EUR to run the association."""

    class Meta:
        model = Grant

    class Params:
        draft = at(Grant.State.DRAFT)
        signed = at(Grant.State.SIGNED, signed_on=SIGNED_ON)
        closed = at(Grant.State.CLOSED, signed_on=SIGNED_ON)
        abandoned = at(Grant.State.ABANDONED)

    reference = factory.Sequence(lambda number: f"FIR-{number}")
    starts_on = date(2026, 1, 1)
    ends_on = date(2026, 12, 31)
    team_cents = 500_000_00
    running_cents = 80_000_00
    created_by = factory.SubFactory(UserFactory, staff=True)


class GrantInstalmentFactory(DjangoModelFactory):
    """Half of it, at the signature."""

    class Meta:
        model = GrantInstalment

    grant = factory.SubFactory(GrantFactory)
    condition = "À la signature"
    expected_on = date(2026, 2, 1)
    expected_cents = 290_000_00


class GrantTargetFactory(DjangoModelFactory):
    """Forty teams."""

    class Meta:
        model = GrantTarget

    grant = factory.SubFactory(GrantFactory)
    indicator = Indicator.TEAMS
    value = 40


class GrantDeliverableFactory(DjangoModelFactory):
    """The report of the half-year."""

    class Meta:
        model = GrantDeliverable

    grant = factory.SubFactory(GrantFactory)
    label = "Bilan intermédiaire"
    due_on = date(2026, 7, 15)


class RunningCostFactory(DjangoModelFactory):
    """A journey."""

    class Meta:
        model = RunningCost

    spent_on = date(2026, 3, 2)
    heading = CostHeading.TRAVEL
    label = "Déplacement à Nantes"
    amount_cents = 45_20
    entered_by = factory.SubFactory(UserFactory, staff=True)


class BoardMandateFactory(DjangoModelFactory):
    """A treasurer since 2026."""

    class Meta:
        model = BoardMandate

    professional = factory.SubFactory(ProfessionalFactory)
    function = BoardFunction.TREASURER
    starts_on = date(2026, 1, 1)
