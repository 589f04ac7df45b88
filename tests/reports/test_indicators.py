"""Each indicator against a second computation, and the totals of every cut against each other and the ledger."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from payments.models import DueLine, Run
from reports.indicators import INDICATORS, Scope, measure
from reports.indicators.model import HIDDEN_BELOW, hide_small
from reports.periods import Period, Rhythm, parse
from tests.factories import DepartmentFactory, MembershipFactory, ProfessionalFactory, TeamFactory
from tests.payments.office import JULY, Office
from tests.reports.naive import Naive
from tests.reports.naive_money import total_of_payments
from tests.reports.region import RandomRegion

pytestmark = pytest.mark.django_db

PERIODS = ("2026-T3", "2026", "2025-S2", "2026-05", "2025-11-15..2026-02-28")


@pytest.mark.parametrize("seed", range(4))
def test_each_indicator_agrees_with_plain_loops_on_a_random_region(seed: int) -> None:
    RandomRegion(seed)
    periods = [parse(text) for text in PERIODS] + [Rhythm.YEAR.period_of(timezone.localdate())]
    for department in ("", "44", "49"):
        for period in periods:
            told = measure(Scope(department), period)
            expected = Naive(department, period).all()
            assert set(expected) == set(INDICATORS)
            for key, (value, cuts) in expected.items():
                where = (seed, department, period.code, key)
                assert told[key].value == value, where
                open_cuts = [cut for cut in told[key].cuts if not cut.hides]
                found = {cut.by: {row.key: row.value for row in cut.rows if row.value} for cut in open_cuts}
                hiding = {cut.by for cut in told[key].cuts if cut.hides}
                wanted = {by: {str(k): n for k, n in counts.items() if n} for by, counts in cuts.items()}
                for by in found.keys() | wanted.keys() - hiding:  # a cut that nobody counted again is a fault too
                    assert found.get(by, {}) == wanted.get(by, {}), (*where, by)


@pytest.mark.parametrize("seed", range(4, 8))
def test_totals_by_every_cut_agree_with_each_other(seed: int) -> None:
    RandomRegion(seed)
    for text in PERIODS:
        whole = measure(Scope(), parse(text))
        parts = [measure(Scope(code), parse(text)) for code in ("44", "49")]
        for key, told in whole.items():
            for cut in told.cuts:
                if cut.sums and not cut.hides:
                    assert sum(row.value or 0 for row in cut.rows) == (told.value or 0), (seed, text, key, cut.by)
            by_department = next((cut for cut in told.cuts if cut.by == "department" and cut.unit is None), None)
            if by_department is None:
                continue
            alone = {code: part[key].value or 0 for code, part in zip(("44", "49"), parts, strict=True)}
            shown = {row.key: row.value for row in by_department.rows}
            assert {code: number for code, number in alone.items() if number} == {
                code: number for code, number in shown.items() if number
            }, (seed, text, key)


def test_money_of_all_time_is_that_of_the_ledger_to_the_cent() -> None:
    RandomRegion(11, teams=10)
    ever = Period(date(2020, 1, 1), date(2030, 12, 31))
    told = measure(Scope(), ever)
    assert told["money.due"].value == sum(line.amount_cents for line in DueLine.objects.all())
    assert told["money.paid"].value == total_of_payments(ever)


def test_money_of_a_real_run_is_what_the_run_froze() -> None:
    office = Office()
    for day in (3, 10, 17):
        office.rcp(date(2026, 7, day))
    run = office.approved()
    told = measure(Scope(), parse("2026-07"))
    assert told["money.due"].value == run.new_cents == 450_00
    settled = {cut.by: cut for cut in told["money.due"].cuts}["settled"]
    assert {row.key: row.value for row in settled.rows} == {"on_the_way": run.paid_cents}
    assert told["ceiling.share"].value == 45  # 450 of 10,000 EUR, in tenths of a per cent
    assert told["money.paid"].value == 0
    assert Run.objects.get(month=JULY).lines_count == told["activity.participations"].value


def test_region_without_anything_measures_nothing_and_fails_nowhere() -> None:
    DepartmentFactory()
    for scope in (Scope(), Scope("44")):
        told = measure(scope, parse("2019"))
        assert {found.value for found in told.values()} <= {0, None}
        assert all(not cut.rows for found in told.values() for cut in found.cuts)


def test_team_without_action_is_counted_and_said_idle() -> None:
    office = Office()
    told = measure(Scope(), parse("2026-T1"))
    assert (told["teams.under_convention"].value, told["teams.inactive"].value) == (1, 1)
    assert told["ceiling.share"].value == 0
    office.rcp(date(2026, 3, 3))
    assert measure(Scope(), parse("2026-T1"))["teams.inactive"].value == 0


def test_queries_are_the_same_for_a_small_and_a_larger_region() -> None:
    RandomRegion(1, teams=2)
    with CaptureQueriesContext(connection) as few:
        measure(Scope(), parse("2026"))
    for number in range(12):
        team = TeamFactory(under_convention=True, code=f"PLUS-{number}")
        MembershipFactory(team=team)
    with CaptureQueriesContext(connection) as many:
        measure(Scope(), parse("2026"))
    assert len(few) == len(many) <= 42


def test_small_groups_of_one_team_are_drawn_together_and_hidden() -> None:
    labels = {"10": "Médecin", "21": "Pharmacien", "60": "Infirmier"}
    rows = hide_small(Counter({"60": 6, "10": 2, "21": 1}), labels, prefix="EQ", name="EQ – Équipe")
    assert [(row.key, row.value) for row in rows] == [("EQ:autres", 9)]  # 3 would come out of 9 less 6
    rows = hide_small(Counter({"60": 6, "10": 3, "21": 3}), labels, prefix="EQ", name="EQ – Équipe")
    assert [(row.key, row.value) for row in rows] == [("EQ:60", 6), ("EQ:autres", 6)]


@pytest.mark.parametrize("seed", range(3))
def test_no_cut_by_profession_of_a_single_team_shows_a_small_group(seed: int) -> None:
    RandomRegion(seed, teams=1)
    team = TeamFactory(under_convention=True, code="UNE")
    for profession in ("10", "21", "60", "60", "60", "60", "60"):
        MembershipFactory(team=team, professional=ProfessionalFactory(profession=profession))
    told = measure(Scope(), parse("2026-T3"))
    within = {cut.by: cut for cut in told["people.memberships"].cuts}["team_profession"]
    assert [row.value for row in within.rows if row.key.startswith("UNE:")] == [7]
    sizes = {row.key: row.value for cut in told["people.memberships"].cuts if cut.by == "team" for row in cut.rows}
    for code in {row.key.split(":")[0] for row in within.rows}:
        shown = [row.value for row in within.rows if row.key.startswith(f"{code}:")]
        assert None not in shown or shown == [None]  # a hidden one beside others would be the size less the others
        assert shown == [None] or sum(shown) == sizes[code]
    for row in within.rows:
        assert row.value is None or row.value >= HIDDEN_BELOW


def test_definitions_are_complete_and_keys_unique() -> None:
    for key, found in INDICATORS.items():
        assert found.key == key
        assert found.name
        assert found.source
        assert found.definition.endswith(".")
        assert "'" not in found.definition + found.name + found.source
