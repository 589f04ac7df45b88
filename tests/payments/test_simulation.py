"""The simulator: the same pricing function under other rules, to the cent; and it changes nothing."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.apps import apps
from django.db.models import Model

from actions.services import cancel_action
from association.jobs import run_job
from association.machine import TransitionRefused
from association.models import User
from conventions.models import ConventionTerms
from payments.models import PriceScenario, Run
from payments.price_grid import Change
from payments.services.prices import publish_price
from payments.services.scenarios import change_scenario_prices, create_scenario, request_simulation, simulate
from tests.payments.office import AUGUST, JULY, Office

JUNE = date(2026, 6, 1)
RCP = ("RCP", "participant", "")


def scenario(office: Office, first: date = JULY, last: date = AUGUST, **values: Any) -> PriceScenario:
    given = {"name": "Essai", "first_month": first, "last_month": last, **values}
    return create_scenario(values=given, actor=office.admin)


def with_prices(made: PriceScenario, office: Office, *changes: Change) -> PriceScenario:
    return change_scenario_prices(
        scenario=made, kind="esp_clap", changes=changes, version=made.version, actor=office.admin
    )


def test_present_rules_give_what_undisturbed_runs_gave(office: Office) -> None:
    ConventionTerms.objects.update(ceiling_cents=400_00)
    for day in (2, 9, 16):
        office.rcp(date(2026, 7, day))
    july = office.approved(JULY)
    office.rcp(date(2026, 8, 3))
    august = office.approved(AUGUST)
    result = simulate(scenario(office))
    assert result["present"] == result["scenario"]
    assert result["present"]["total"][1] == july.new_cents + august.new_cents == 400_00
    assert result["present"]["cut"] == 3
    assert result["present"]["excluded"] == {"CAP_TEAM": 3}


def test_other_price_for_a_profession_holds_for_the_whole_period_and_no_day_before(office: Office) -> None:
    office.rcp(date(2026, 6, 30))
    office.rcp(date(2026, 7, 1))
    office.rcp(date(2026, 8, 31))
    made = with_prices(scenario(office), office, Change("RCP", "participant", "60", 70_00, None))
    result = simulate(made)
    assert result["present"]["total"] == [6, 300_00]
    assert result["scenario"]["total"] == [6, 340_00]
    assert result["scenario"]["professions"]["60"] == [2, 140_00]
    assert result["scenario"]["professions"]["10"] == [2, 100_00]
    assert result["scenario"]["teams"] == {str(office.team.pk): [6, 340_00]}


def test_what_the_year_used_before_the_period_counts_under_the_ceilings_of_the_scenario(office: Office) -> None:
    office.rcp(date(2026, 6, 30))
    office.rcp(date(2026, 7, 1))
    made = scenario(office, ceiling_cents=200_00)
    result = simulate(made)
    assert result["present"]["total"] == [3, 150_00]
    assert result["scenario"]["total"] == [3, 50_00]
    assert result["scenario"]["cut"] == 3


def test_personal_ceiling_and_number_cap_of_the_scenario(office: Office) -> None:
    office.rcp(date(2026, 7, 1))
    office.rcp(date(2026, 7, 2))
    personal = scenario(office, personal_rule="other", personal_ceiling_cents=60_00)
    assert simulate(personal)["scenario"]["total"] == [6, 180_00]
    capped = with_prices(scenario(office, name="Nombre"), office, Change(*RCP, 50_00, 1))
    result = simulate(capped)["scenario"]
    assert (result["total"], result["excluded"]) == ([3, 150_00], {"CAP_COUNT": 3})


def test_cancelled_actions_are_not_replayed(office: Office) -> None:
    action = office.rcp(date(2026, 7, 1))
    office.approved(JULY)
    cancel_action(action=action, actor=office.staff, reason="Déclarée deux fois.")
    assert simulate(scenario(office))["present"]["total"] == [0, 0]


def test_scenario_keeps_the_list_of_its_day(office: Office) -> None:
    office.rcp(date(2026, 7, 1))
    made = scenario(office)
    publish_price(
        kind="esp_clap", action_type="RCP", role="participant", starts_on=date(2026, 1, 1), amount_cents=80_00,
        actor=office.admin,
    )  # fmt: skip
    result = simulate(made)
    assert (result["present"]["total"][1], result["scenario"]["total"][1]) == (240_00, 150_00)


def test_simulation_by_its_job_changes_no_row_but_its_own(office: Office) -> None:
    """Every table of the database is compared, and not only those of the ledger and of the price list."""
    office.rcp(date(2026, 7, 1))
    office.approved(JULY)
    office.rcp(date(2026, 8, 3))
    office.prepared(AUGUST)
    made = with_prices(scenario(office, ceiling_cents=100_00), office, Change(*RCP, 99_00, 2))
    job = request_simulation(scenario=made, actor=office.admin)
    User.objects.system()  # who works on jobs
    before = rows()
    run_job(job.pk)
    assert rows() == before
    made.refresh_from_db()
    assert made.result["scenario"]["total"] == [3, 100_00]
    assert Run.objects.get(month=AUGUST).state == "draft"


def test_second_press_finds_the_same_job_and_a_change_asks_for_a_new_result(office: Office) -> None:
    made = scenario(office)
    job = request_simulation(scenario=made, actor=office.admin)
    assert request_simulation(scenario=made, actor=office.treasurer) == job
    run_job(job.pk)
    made.refresh_from_db()
    assert made.result
    assert with_prices(made, office, Change(*RCP, 60_00, None)).result == {}
    with pytest.raises(TransitionRefused, match="Quelqu’un d’autre a modifié"):
        with_prices(made, office, Change(*RCP, 61_00, None))


def rows() -> dict[str, list[dict[str, Any]]]:
    """Return every row of every table, but those that a job is meant to write: its own, and its scenario."""
    written = {"association.Job", "association.TransitionLog", "payments.PriceScenario", "sessions.Session"}
    models: list[type[Model]] = [model for model in apps.get_models() if model._meta.label not in written]
    return {model._meta.label: list(model._base_manager.order_by("pk").values()) for model in models}
