"""Grants: what is granted, due, paid, committed, left and foreseen, to the cent; and what may be written when."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from actions.models import Action
from actions.services.validating import cancel_action
from association.machine import TransitionRefused
from payments.forecast import Window, ceiling_within, committed, foresee, months_between, windows
from payments.models import (
    DueLine,
    Grant,
    GrantDecision,
    GrantInstalment,
    GrantTarget,
    Payment,
    PreflightSettings,
    Run,
    RunningCost,
)
from payments.preflight import Check
from payments.pricing.facts import ConventionFacts, Suspension, Terms
from payments.selectors.grant_watch import alerts, grants_after, reached, without_grant
from payments.selectors.grants import (
    figures_of,
    forecast,
    grant_list,
    grant_on,
    left,
    undecided,
)
from payments.selectors.preflight import preflight
from payments.selectors.runs import lines_of
from payments.services.accounts import suspend_account
from payments.services.exporting import export_run
from payments.services.grants import (
    add_row,
    amend_grant,
    change_grant,
    close_grant,
    decide_left,
    draft_grant,
    remove_row,
    sign_grant,
)
from payments.services.running_costs import change_cost, enter_cost
from payments.services.runs import settle_run
from payments.services.transfers import return_payment
from tests.payments.naive_grants import naive_figures
from tests.payments.office import AUGUST, JULY, Office

NOVEMBER = date(2026, 11, 30)
YEAR = Window(date(2026, 1, 1), date(2026, 12, 31))
TYPES = frozenset({"RCP"})


@pytest.fixture
def office(db: None) -> Office:
    return Office()


def a_grant(
    office: Office,
    *,
    teams: int = 100_000_00,
    running: int = 0,
    first: date = date(2026, 1, 1),
    last: date = date(2026, 12, 31),
    signed: bool = True,
) -> Grant:
    values = {
        "reference": f"FIR {first:%Y-%m}",
        "funder": "ARS",
        "starts_on": first,
        "ends_on": last,
        "team_cents": teams,
        "running_cents": running,
        "comment": "",
    }
    grant = draft_grant(values=values, actor=office.staff)
    return sign_grant(grant=grant, signed_on=first, actor=office.treasurer) if signed else grant


def ended(office: Office, **options: int) -> Grant:
    """A grant of 2025, of which something is left."""
    return a_grant(office, first=date(2025, 1, 1), last=date(2025, 12, 31), **options)


# --- pure --------------------------------------------------------------------------------------------------------


def a_convention(first: date, last: date, ceiling: int = 10_000_00, **more: object) -> ConventionFacts:
    return ConventionFacts(1, first, last, (Terms(None, ceiling, TYPES),), **more)  # type: ignore[arg-type]


def test_convention_that_ended_before_the_window_commits_nothing() -> None:
    assert ceiling_within([a_convention(date(2025, 1, 1), date(2025, 12, 31))], YEAR) == 0


def test_convention_terminated_on_the_first_day_of_the_window_commits_nothing() -> None:
    gone = a_convention(date(2025, 1, 1), date(2027, 12, 31), terminated_on=YEAR.first)
    assert ceiling_within([gone], YEAR) == 0


def test_suspension_that_ends_within_the_window_commits_and_an_open_one_does_not() -> None:
    def suspended(end: date | None) -> ConventionFacts:
        return a_convention(date(2025, 1, 1), date(2027, 12, 31), suspensions=(Suspension(date(2025, 6, 1), end),))

    assert ceiling_within([suspended(date(2026, 12, 31))], YEAR) == 10_000_00
    assert ceiling_within([suspended(None)], YEAR) == 0


def test_ceiling_is_the_highest_as_amended_within_the_window() -> None:
    terms = (
        Terms(None, 10_000_00, TYPES),
        Terms(date(2026, 7, 1), 12_000_00, TYPES),
        Terms(date(2027, 1, 1), 1, TYPES),
    )
    amended = ConventionFacts(1, date(2025, 1, 1), date(2027, 12, 31), terms)
    assert ceiling_within([amended], YEAR) == 12_000_00


def test_two_conventions_of_a_team_have_one_ceiling() -> None:
    both = [a_convention(date(2025, 1, 1), date(2026, 6, 30)), a_convention(date(2026, 7, 1), date(2027, 6, 30))]
    assert committed({7: both}, {(7, 2026): 3_000_00}, [YEAR]) == 7_000_00


def test_team_above_its_ceiling_takes_nothing_from_the_others() -> None:
    one = [a_convention(date(2026, 1, 1), date(2026, 12, 31))]
    assert committed({1: one, 2: one}, {(1, 2026): 11_000_00}, [YEAR]) == 10_000_00


@given(
    st.dates(date(2024, 1, 1), date(2030, 1, 1)), st.integers(0, 1_500), st.dates(date(2023, 1, 1), date(2031, 1, 1))
)
def test_windows_are_what_is_left_of_the_period_year_by_year(first: date, length: int, day: date) -> None:
    last = date.fromordinal(first.toordinal() + length)
    found = list(windows(first, last, day=day))
    assert sum((one.last - one.first).days + 1 for one in found) == max(0, (last - max(first, day)).days + 1)
    assert all(one.first.year == one.last.year for one in found)


def test_forecast_is_the_mean_of_the_months_for_each_month_to_come_by_type_to_the_nearest_cent() -> None:
    months = months_between(date(2026, 7, 9), date(2026, 9, 1))
    cents = {
        (months[0], "RCP"): 100_00,
        (months[2], "RCP"): 100_01,
        (months[1], "PPS"): 30_00,
        (date(2026, 6, 1), "RCP"): 9,
    }
    found = foresee(cents, months=months, months_ahead=2, due_cents=1_000_00, most=10**9)
    assert [(pace.action_type, pace.seen_cents, pace.ahead_cents) for pace in found.paces] == [
        ("PPS", 30_00, 20_00),
        ("RCP", 200_01, 133_34),
    ]
    assert found.total_cents == 1_153_34
    assert not found.is_capped


def test_forecast_never_gives_more_than_conventions_may_cost() -> None:
    month = date(2026, 9, 1)
    found = foresee({(month, "RCP"): 500_00}, months=[month], months_ahead=3, due_cents=0, most=600_00)
    assert found.total_cents == 600_00
    assert found.is_capped


# --- figures, from the ledger ------------------------------------------------------------------------------------


def test_new_lines_are_due_then_on_their_way_then_paid(office: Office) -> None:
    grant = a_grant(office)
    office.rcp(date(2026, 7, 6))
    run = office.approved()
    found = figures_of(grant)
    assert (found.due, found.on_its_way, found.paid, found.waiting) == (150_00, 150_00, 0, 0)
    export_run(run=run, actor=office.treasurer)
    settle_run(run=type(run).objects.get(), actor=office.treasurer)
    found = figures_of(grant)
    assert (found.due, found.on_its_way, found.paid, found.waiting) == (150_00, 0, 150_00, 0)
    back = Payment.objects.order_by("pk").first()
    return_payment(payment=back, actor=office.treasurer, bank_reason="AC04", comment="Compte clos")
    found = figures_of(grant)
    assert (found.due, found.on_its_way, found.paid, found.waiting) == (150_00, 0, 100_00, 50_00)


def test_granted_is_due_and_left_with_amendments_counted(office: Office) -> None:
    grant = a_grant(office, teams=1_000_00, running=200_00)
    office.rcp(date(2026, 7, 6))
    office.approved()
    amend_grant(
        grant=grant,
        signed_on=date(2026, 9, 1),
        team_change_cents=500_00,
        running_change_cents=-50_00,
        reason="Complément",
        actor=office.treasurer,
    )
    found = figures_of(grant)
    assert (found.team_granted, found.running_granted) == (1_500_00, 150_00)
    assert found.team_granted == found.due + found.left
    before = figures_of(grant, at=date(2026, 8, 31))
    assert (before.team_granted, before.running_granted, before.due) == (1_000_00, 200_00, 0)


def test_committed_is_what_the_ceiling_of_the_year_leaves(office: Office) -> None:
    grant = a_grant(office)
    office.rcp(date(2026, 7, 6))
    office.approved()
    assert figures_of(grant).committed == 10_000_00 - 150_00
    assert figures_of(grant, at=date(2027, 1, 1)).committed == 0


def test_action_belongs_to_the_grant_that_holds_its_day(office: Office) -> None:
    first = a_grant(office, last=date(2026, 6, 30))
    second = a_grant(office, first=date(2026, 7, 1))
    office.rcp(date(2026, 6, 30), people=2)
    office.rcp(date(2026, 7, 1), people=3)
    office.approved()
    assert (figures_of(first).due, figures_of(second).due) == (100_00, 150_00)
    assert grant_on(date(2026, 6, 30)) == first
    assert grant_on(date(2027, 1, 1)) is None
    assert without_grant(2026) == 0
    assert {row.pk: row.due_cents for row in grant_list(office.staff)} == {first.pk: 100_00, second.pk: 150_00}


def test_grants_of_all_days_sum_to_the_ledger(office: Office) -> None:
    first = a_grant(office, last=date(2026, 6, 30))
    second = a_grant(office, first=date(2026, 7, 1))
    for day in (date(2026, 6, 1), date(2026, 6, 30), date(2026, 7, 1), date(2026, 7, 30)):
        office.rcp(day)
    office.approved()
    both = [figures_of(grant) for grant in (first, second)]
    ledger = sum(DueLine.objects.values_list("amount_cents", flat=True))
    payments = sum(Payment.objects.values_list("amount_cents", flat=True))
    assert sum(one.due for one in both) == ledger
    assert sum(one.on_its_way + one.paid for one in both) == payments
    assert all(one.due == one.paid + one.on_its_way + one.waiting for one in both)


def test_forecast_starts_from_the_settled_months(office: Office) -> None:
    grant = a_grant(office)
    assert forecast(grant) is None
    office.rcp(date(2026, 7, 6))
    office.approved()
    found = forecast(grant)
    assert found is not None
    assert (found.months, found.months_ahead) == ((JULY,), 5)  # July alone: nothing was due before
    assert found.total_cents == 150_00 + 5 * 150_00


def test_running_costs_count_by_their_day(office: Office) -> None:
    grant = a_grant(office, running=1_000_00)
    enter_cost(
        values={"spent_on": date(2026, 3, 1), "heading": "625", "label": "Train", "amount_cents": 80_00},
        actor=office.staff,
    )
    enter_cost(
        values={"spent_on": date(2025, 3, 1), "heading": "625", "label": "Train", "amount_cents": 5_00},
        actor=office.staff,
    )
    assert figures_of(grant).running_left == 920_00


# --- what may be written -----------------------------------------------------------------------------------------


def test_two_signed_grants_never_share_a_day(office: Office) -> None:
    a_grant(office)
    other = a_grant(office, first=date(2026, 12, 31), last=date(2027, 12, 30), signed=False)
    with pytest.raises(TransitionRefused, match="FIR 2026-01"):
        sign_grant(grant=other, signed_on=date(2026, 11, 1), actor=office.treasurer)


def test_staff_signs_no_grant(office: Office) -> None:
    with pytest.raises(TransitionRefused, match="rôle"):
        sign_grant(grant=a_grant(office, signed=False), signed_on=date(2026, 1, 1), actor=office.staff)


def test_grant_without_an_amount_is_not_signed(office: Office) -> None:
    with pytest.raises(TransitionRefused, match="montant"):
        a_grant(office, teams=0)


def test_signed_grant_changes_by_amendment_only(office: Office) -> None:
    grant = a_grant(office)
    with pytest.raises(TransitionRefused, match="avenant"):
        change_grant(grant=grant, values={"team_cents": 1}, version=0, actor=office.staff)
    with pytest.raises(DatabaseError), transaction.atomic():
        Grant.objects.filter(pk=grant.pk).update(team_cents=1)


def test_amendment_never_takes_more_than_was_granted(office: Office) -> None:
    with pytest.raises(TransitionRefused, match="retirerait plus"):
        amend_grant(
            grant=a_grant(office, teams=100_00),
            signed_on=date(2026, 2, 1),
            team_change_cents=-100_01,
            reason="Baisse",
            actor=office.treasurer,
        )


def test_what_is_left_is_carried_over_and_given_back_then_the_grant_closes(office: Office) -> None:
    grant, following = ended(office, teams=1_000_00, running=40_00), a_grant(office)
    with pytest.raises(TransitionRefused, match="reste à décider"):
        close_grant(grant=grant, actor=office.treasurer)
    decide = {
        "grant": grant,
        "decided_on": date(2026, 2, 1),
        "reason": "Bureau du 1er février",
        "actor": office.treasurer,
    }
    with pytest.raises(TransitionRefused, match="dépasser"):
        decide_left(kind="reversement", part="teams", amount_cents=1_000_01, **decide)
    decide_left(kind="report", part="teams", amount_cents=600_00, to_grant=following, **decide)
    decide_left(kind="reversement", part="teams", amount_cents=400_00, **decide)
    decide_left(kind="reversement", part="running", amount_cents=40_00, **decide)
    assert figures_of(following).team_granted == 100_600_00
    assert set(undecided(grant).values()) == {0}
    assert close_grant(grant=grant, actor=office.treasurer).state == Grant.State.CLOSED
    with pytest.raises(DatabaseError), transaction.atomic():
        GrantDecision.objects.update(amount_cents=1)


def test_nothing_is_decided_before_the_period_has_ended(office: Office) -> None:
    with pytest.raises(TransitionRefused, match="après"):
        decide_left(
            grant=a_grant(office),
            kind="reversement",
            part="teams",
            amount_cents=1,
            decided_on=NOVEMBER,
            reason="Trop tôt",
            actor=office.treasurer,
        )


def test_cost_of_a_closed_grant_does_not_change(office: Office) -> None:
    values = {"spent_on": date(2025, 3, 1), "heading": "60", "label": "Papier", "amount_cents": 10_00}
    cost = enter_cost(values=values, actor=office.staff)
    grant = ended(office, teams=0, running=10_00)
    close_grant(grant=grant, actor=office.treasurer)
    with pytest.raises(TransitionRefused, match="close"):
        change_cost(cost=cost, values=values | {"amount_cents": 9_00}, version=0, actor=office.staff)
    with pytest.raises(TransitionRefused, match="close"):
        enter_cost(values=values, actor=office.staff)
    assert left(grant) == (0, 0)
    assert RunningCost.objects.count() == 1


def test_instalment_received_is_not_removed(office: Office) -> None:
    grant = a_grant(office)
    row = add_row(
        model=GrantInstalment,
        grant=grant,
        values={
            "condition": "À la signature",
            "expected_on": date(2026, 2, 1),
            "expected_cents": 10_00,
            "received_on": date(2026, 2, 3),
            "received_cents": 9_00,
        },
        actor=office.staff,
    )
    assert (figures_of(grant).expected, figures_of(grant).received) == (10_00, 9_00)
    assert figures_of(grant, at=date(2026, 2, 2)).received == 0
    with pytest.raises(TransitionRefused, match="reçu"):
        remove_row(row=row, actor=office.staff)


# --- before a submission, and the alerts --------------------------------------------------------------------------


def test_preflight_names_a_grant_that_the_run_would_exceed(office: Office) -> None:
    grant = a_grant(office, teams=149_99)
    office.rcp(date(2026, 7, 6))
    run = office.prepared()
    assert grants_after(lines_of(run)) == {grant.pk: (150_00, 149_99)}
    assert [one.cases for one in preflight(run) if one.check is Check.ENVELOPE] == [(grant.pk,)]


def test_preflight_leaves_a_grant_alone_that_is_just_enough(office: Office) -> None:
    a_grant(office, teams=150_00)
    office.rcp(date(2026, 7, 6))
    assert Check.ENVELOPE not in [one.check for one in preflight(office.prepared())]


def test_exceeded_grant_blocks_when_the_setting_says_so(office: Office) -> None:
    PreflightSettings.objects.create(pk=1, envelope="blocking")
    a_grant(office, teams=149_99)
    office.rcp(date(2026, 7, 6))
    with pytest.raises(TransitionRefused, match="dotation dépassée"):
        office.submitted()


@pytest.mark.parametrize(("teams", "threshold"), [(200_00, None), (187_50, 80), (157_89, 95), (149_99, 95)])
def test_alert_speaks_from_its_threshold_on(office: Office, teams: int, threshold: int | None) -> None:
    a_grant(office, teams=teams)
    office.rcp(date(2026, 7, 6))
    office.approved()
    assert [one.threshold for one in alerts(office.staff)] == ([threshold] if threshold else [])


def test_month_after_is_on_the_same_grant(office: Office) -> None:
    grant = a_grant(office)
    office.rcp(date(2026, 7, 6))
    office.approved()
    office.rcp(date(2026, 8, 6), people=2)
    office.approved(AUGUST)
    assert figures_of(grant).due == 250_00


def test_targets_say_what_the_period_has_reached(office: Office) -> None:
    grant = a_grant(office)
    for indicator, value in (
        ("teams.under_convention", 40),
        ("activity.people", 9),
        ("activity.validated", 9),
        ("concertation.meetings", 5),
    ):
        add_row(model=GrantTarget, grant=grant, values={"indicator": indicator, "value": value}, actor=office.staff)
    office.rcp(date(2026, 7, 6))
    office.rcp(date(2026, 7, 7), state="declared")
    office.rcp(date(2025, 7, 7))
    office.approved()
    assert [one.reached for one in reached(grant)] == [1, 3, 1, 1]


@pytest.mark.parametrize("seed", range(3))
def test_figures_are_those_of_plain_loops_on_random_regions(office: Office, seed: int) -> None:
    """Random days, people and boundaries; an account in doubt, a cancelled action, a transfer that came back."""
    rng = random.Random(seed)
    middle = date(2026, rng.randint(6, 8), rng.randint(1, 28))
    grants = [a_grant(office, last=middle), a_grant(office, first=middle + timedelta(days=1))]
    office.terms.ceiling_cents = rng.choice([400_00, 10_000_00])
    office.terms.save()
    if rng.random() < 0.5:
        suspend_account(account=office.account_of(office.people[1]), actor=office.staff, reason="Doute")

    def some_actions(month: date) -> list[Action]:
        return [office.rcp(month.replace(day=rng.randint(1, 28)), people=rng.randint(2, 3)) for _ in range(4)]

    first = some_actions(JULY)
    run = office.approved()
    assert_plain(grants)
    export_run(run=run, actor=office.treasurer)
    settle_run(run=Run.objects.get(pk=run.pk), actor=office.treasurer)
    assert_plain(grants)
    back = run.payments.order_by("pk").first()
    return_payment(payment=back, actor=office.treasurer, bank_reason="MS03", comment="Rejet")
    cancel_action(action=rng.choice(first), actor=office.staff, reason="Erreur")
    some_actions(AUGUST)
    assert_plain(grants)
    office.approved(AUGUST)
    assert_plain(grants)


def assert_plain(grants: list[Grant]) -> None:
    for grant in grants:
        found, plain = figures_of(grant), naive_figures(grant, timezone.localdate())
        assert plain == {name: getattr(found, name) for name in plain}
    assert sum(figures_of(grant).due for grant in grants) == sum(DueLine.objects.values_list("amount_cents", flat=True))
