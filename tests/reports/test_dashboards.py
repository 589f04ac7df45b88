"""The dashboards: the numbers of the reports, for a period and a department of the address, by role and scope."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from actions.services import cancel_action
from association.models import Role, Team, User
from reports.dashboards import DASHBOARDS, trend_of, until_today
from reports.document.content import say
from reports.indicators import Facts, Scope, indicator
from reports.periods import Period, parse
from reports.selectors.dashboards import board, dashboards_of
from tests.factories import UserFactory
from tests.reports.region import RandomRegion

pytestmark = pytest.mark.django_db
ADDRESS, ASKED = "/pilotage/", {"periode": "2026-T2", "departement": "44"}


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    """Numbers are kept by the last keys of the ledger, which begin again with each test."""
    cache.clear()


def page_of(user: User, address: str = ADDRESS, **asked: str) -> str:
    client = Client()
    client.force_login(user)
    answer = client.get(address, asked)
    assert answer.status_code == 200, address
    return answer.content.decode()


@pytest.mark.parametrize("department", ["", "44"])
@pytest.mark.parametrize("code", DASHBOARDS)
def test_dashboard_shows_what_the_indicators_of_the_reports_give(code: str, department: str) -> None:
    RandomRegion(3)
    scope, period = Scope(department), parse("2026-S1")
    shown = board(DASHBOARDS[code], scope, period, user=UserFactory(role=Role.TREASURER))
    now, trend, before = Facts(scope, period), Facts(scope, trend_of(period)), Facts(scope, period.year_before)
    for key, figure in zip(DASHBOARDS[code].figures, shown.figures, strict=True):
        unit = indicator(key).unit
        assert figure.value == say(indicator(key).compute(now).value, unit)
        assert figure.note.endswith(say(indicator(key).compute(before).value, unit))
    panels = {panel.title: panel for panel in shown.panels}
    for plan in DASHBOARDS[code].panels:
        if not hasattr(plan, "by"):
            continue
        measure = indicator(plan.indicator).compute(trend if plan.trend else now)
        rows = {row.label.replace("'", "’"): row.value for cut in measure.cuts if cut.by == plan.by for row in cut.rows}
        assert {label: amount for label, (amount,) in panels[plan.title].table.rows} == rows


def test_delays_stand_beside_those_of_the_year_before() -> None:
    RandomRegion(5)
    period = parse("2026")
    user = UserFactory(role=Role.STAFF)
    (panel,) = (one for one in board(DASHBOARDS["suivi"], Scope(), period, user=user).panels if "Délais" in one.title)
    assert panel.table.heads == ("Année 2026", "Année 2025")
    now, before = Facts(Scope(), period), Facts(Scope(), period.year_before)
    delay = indicator("path.submission_to_decision")
    assert dict(panel.table.rows)[delay.name] == (delay.compute(now).value, delay.compute(before).value)


def test_what_changes_is_seen_at_once_though_numbers_are_kept() -> None:
    region = RandomRegion(7)
    staff, period = UserFactory(role=Role.STAFF), parse("2026")
    action = next(one for team in region.teams for one in team.actions.filter(state="validated", held_on__year=2026))
    first = board(DASHBOARDS["suivi"], Scope(), period, user=staff)
    cancel_action(action=action, actor=staff, reason="Déclarée deux fois.")
    second = board(DASHBOARDS["suivi"], Scope(), period, user=staff)

    def of_types(shown: object) -> int:
        (panel,) = (one for one in shown.panels if one.title == "Actions validées, par type")  # type: ignore[attr-defined]
        return sum(amount for _, (amount,) in panel.table.rows)

    assert of_types(second) == of_types(first) - 1


def test_a_dashboard_asks_as_much_of_many_teams_as_of_few() -> None:
    region = RandomRegion(1, teams=2)
    client = Client()
    client.force_login(UserFactory(role=Role.TREASURER))

    def asked() -> tuple[int, int]:
        """Queries of the first visit, and of one while the numbers are kept."""
        counts = []
        cache.clear()
        for _ in range(2):
            with CaptureQueriesContext(connection) as queries:
                assert client.get(ADDRESS, ASKED).status_code == 200
            counts.append(len(queries))
        return counts[0], counts[1]

    client.get(ADDRESS)
    few = asked()
    for number in range(10, 16):
        region._action(region._team(number))
    assert asked() == few
    assert few[1] < 16


@pytest.mark.parametrize(
    ("role", "codes"),
    [
        (Role.STAFF, ["suivi", "tresorerie", "territoire"]),
        (Role.TREASURER, ["tresorerie", "suivi", "territoire"]),
        (Role.AUDITOR, ["tresorerie", "territoire"]),
        (Role.ARS, ["territoire"]),
        (Role.ADMIN, ["territoire"]),
    ],
)
def test_each_role_has_its_dashboards_and_no_other(role: str, codes: list[str]) -> None:
    user = UserFactory(auditor=True) if role == Role.AUDITOR else UserFactory(role=role)
    assert [one.code for one in dashboards_of(user)] == codes
    client = Client()
    client.force_login(user)
    for code in DASHBOARDS:
        assert client.get(f"{ADDRESS}{code}/").status_code == (200 if code in codes else 404)


def test_a_delegation_sees_its_department_whatever_the_address_says() -> None:
    region = RandomRegion(9)
    of_ars = UserFactory(role=Role.ARS, department=region.departments[1])
    text = page_of(of_ars, periode="2026", departement="44")
    assert "Maine-et-Loire (49), " in text
    assert "Loire-Atlantique" not in text
    assert "Département</label>" not in text


def test_period_and_department_stand_in_the_address_of_each_tab() -> None:
    RandomRegion(11)
    text = page_of(UserFactory(role=Role.STAFF), **ASKED)
    assert "Loire-Atlantique (44), 2e trimestre 2026." in text
    assert "/pilotage/tresorerie/?periode=2026-T2&amp;departement=44" in text


def test_what_makes_no_sense_in_the_address_is_said_and_left_out() -> None:
    RandomRegion(11)
    text = page_of(UserFactory(role=Role.STAFF), periode="bof", departement="99")
    assert "bof\u00a0» n’est pas une période" in text
    assert "n’existe pas, c’est ignoré" in text
    assert f"du 01/01/{timezone.localdate().year} au " in text


def test_list_behind_a_chart_is_offered_to_those_who_may_open_it() -> None:
    RandomRegion(13)
    staff, of_ars = (page_of(UserFactory(role=role), f"{ADDRESS}territoire/", **ASKED) for role in ("staff", "ars"))
    behind = "/actions/?state=validated&amp;held_on_du=2025-07-01&amp;held_on_au=2026-06-30"
    assert behind in staff
    assert "/actions/?" not in of_ars
    client = Client()
    client.force_login(UserFactory(role=Role.STAFF))
    assert client.get(behind.replace("&amp;", "&")).status_code == 200


def test_an_empty_region_says_so() -> None:
    text = page_of(UserFactory(role=Role.ARS))
    assert "Rien à montrer." in text


def test_a_period_that_runs_is_beside_the_same_days_of_the_year_before() -> None:
    asked = until_today(parse("2026"), date(2026, 11, 30))
    assert asked == Period(date(2026, 1, 1), date(2026, 11, 30))
    assert asked.year_before == Period(date(2025, 1, 1), date(2025, 11, 30))
    assert until_today(parse("2025"), date(2026, 11, 30)) == parse("2025")


def test_a_period_to_come_is_refused_in_words() -> None:
    RandomRegion(11)
    assert "n’a pas commencé" in page_of(UserFactory(role=Role.STAFF), periode=f"{timezone.localdate().year + 1}")


def test_trend_is_of_the_twelve_months_that_end_with_the_period() -> None:
    assert trend_of(parse("2026-02")) == Period(date(2025, 3, 1), date(2026, 2, 28))
    assert trend_of(parse("2026")) == parse("2026")


def test_numbers_that_are_kept_are_never_those_of_another_department_or_role() -> None:
    """Warm in any order: the office, région, and two délégations ask one after the other, twice."""
    region = RandomRegion(5)
    Team.objects.exclude(pk=region.teams[0].pk).update(state=Team.State.SUBMITTED, kind="esp_clap")
    of_44, of_49 = (UserFactory(role=Role.ARS, department=one) for one in region.departments)
    readers = [
        (UserFactory(role=Role.STAFF), Scope()),
        (UserFactory(role=Role.ARS), Scope()),
        (of_44, Scope("44")),
        (of_49, Scope("49")),
        (UserFactory(role=Role.ADMIN), Scope("44")),
    ]
    period, shown = parse("2026-S1"), DASHBOARDS["territoire"]
    alone = []
    for user, scope in readers:
        cache.clear()
        alone.append(board(shown, scope, period, user=user))
    assert len({repr(one.figures) for one in alone}) > 3
    cache.clear()
    for order in (1, -1):
        for (user, scope), expected in list(zip(readers, alone, strict=True))[::order]:
            assert board(shown, scope, period, user=user) == expected
