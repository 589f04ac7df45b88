"""The grant in a report: its envelope against plain sums, its targets beside the figures."""

from __future__ import annotations

from datetime import date

import pytest

from payments.models import DueLine, Indicator
from reports.indicators import Scope, measure
from reports.indicators.grants import targets_on
from reports.periods import parse
from reports.services.building import build_report
from tests.factories.grants import GrantFactory, GrantInstalmentFactory, GrantTargetFactory
from tests.payments.office import JULY, Office
from tests.reports.making import begun

pytestmark = pytest.mark.django_db


def test_envelope_is_that_of_the_ledger() -> None:
    office = Office()
    grant = GrantFactory(signed=True)
    GrantInstalmentFactory(grant=grant, received_on=date(2026, 2, 1), received_cents=250_000_00)
    office.rcp(date(2026, 7, 6))
    office.approved(JULY)
    told = {key: found.value for key, found in measure(Scope(), parse("2026")).items() if key.startswith("grant.")}
    due = sum(line.amount_cents for line in DueLine.objects.all())
    assert told["grant.granted"] == 500_000_00
    assert told["grant.received"] == 250_000_00
    assert told["grant.due"] == due == 150_00
    assert told["grant.left"] == 500_000_00 - due
    assert told["grant.paid"] == 0
    assert told["grant.share"] == 0  # 150 of 500,000 EUR, in tenths of a per cent


def test_department_and_period_without_a_grant_have_none() -> None:
    office = Office()
    GrantFactory(signed=True)
    for scope, period in ((Scope(office.team.department_id), "2026-07"), (Scope(), "2024")):
        told = measure(scope, parse(period))
        assert {found.value for key, found in told.items() if key.startswith("grant.")} == {None}
        assert targets_on(scope, parse(period)) == {}


def test_target_of_the_grant_stands_beside_the_figure() -> None:
    office = Office()
    GrantTargetFactory(grant=GrantFactory(signed=True), indicator=Indicator.TEAMS, value=150)
    numbers = build_report(report=begun(office, "2026-07"), actor=office.staff).numbers
    told = {one["key"]: one for one in numbers["indicators"]}
    assert (told["teams.under_convention"]["value"], told["teams.under_convention"]["target"]) == (1, 150)
