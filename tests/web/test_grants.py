"""The pages of the grants, the running costs, the board and the auditor's samples, as somebody uses them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from association.models import FieldChange
from association.registries import inbox
from association.selectors.calendar import due_between
from payments.models import BoardMandate, ControlSample, Grant, RunningCost
from payments.services.runs import settle_run
from tests.factories import (
    BoardMandateFactory,
    GrantDeliverableFactory,
    GrantFactory,
    GrantInstalmentFactory,
    RunningCostFactory,
)
from tests.payments.office import IBANS
from tests.web.conftest import World, plain

SignedIn = Callable[[str], Client]
DRAFT = {
    "reference": "FIR-2026",
    "funder": "ARS",
    "starts_on": "2026-01-01",
    "ends_on": "2026-12-31",
    "team_cents": "500 000",
    "running_cents": "80 000,50 €",
    "comment": "",
}


def waits(user: Any) -> str:
    return " | ".join(f"{item.title} {item.detail}" for source in inbox for item in source(user))


def test_draft_is_entered_then_signed_by_the_treasury(world: World, signed_in: SignedIn) -> None:
    staff, treasurer = signed_in("staff"), signed_in("treasurer")
    staff.post(reverse("payments:grant_new"), DRAFT)
    grant = Grant.objects.get()
    assert (grant.team_cents, grant.running_cents) == (500_000_00, 80_000_50)
    url = reverse("payments:grant", args=[grant.pk])
    assert "Noter la signature" not in plain(staff.get(url))
    step = reverse("payments:grant_step", args=[grant.pk])
    assert treasurer.post(step, {"step": "sign", "sign-signed_on": ""}).status_code == 422
    treasurer.post(step, {"step": "sign", "sign-signed_on": "2026-01-15"})
    page = plain(treasurer.get(url))
    assert "Signée" in page
    assert "signée le 15 janvier 2026" in page
    assert "150,00" in page  # due for July


def test_wrong_draft_says_what_and_keeps_what_was_typed(world: World, signed_in: SignedIn) -> None:
    wrong = {**DRAFT, "ends_on": "2025-12-31", "team_cents": "beaucoup", "running_cents": "-5"}
    page = signed_in("staff").post(reverse("payments:grant_new"), wrong)
    said = plain(page)
    assert page.status_code == 422
    for expected in ("La fin de la période précède son début", "Écrivez un montant en euros", "sans signe", "beaucoup"):
        assert expected in said, expected
    assert not Grant.objects.exists()


def test_same_reference_twice_is_said_beside_its_field(world: World, signed_in: SignedIn) -> None:
    GrantFactory(reference="FIR-2026")
    page = signed_in("staff").post(reverse("payments:grant_new"), DRAFT)
    assert page.status_code == 422
    assert page.context["form"].errors["reference"]


def test_second_to_change_a_draft_is_told_what_the_first_changed(world: World, signed_in: SignedIn) -> None:
    grant = GrantFactory()
    url = reverse("payments:grant_edit", args=[grant.pk])
    signed_in("staff").post(url, {**DRAFT, "version": 0})
    late = signed_in("treasurer").post(url, {**DRAFT, "reference": "AUTRE", "version": 0})
    assert late.status_code == 409
    assert "a modifié cette fiche" in plain(late)
    assert Grant.objects.get().reference == "FIR-2026"


def test_payment_of_an_instalment_is_noted_and_an_amount_alone_is_not_enough(world: World, signed_in: SignedIn) -> None:
    row = GrantInstalmentFactory(grant=GrantFactory(signed=True))
    url = reverse("payments:grant_row", args=[row.grant_id, "echeances", row.pk])
    typed = {
        "condition": row.condition,
        "expected_on": "2026-02-01",
        "expected_cents": "290 000",
        "received_cents": "289 000",
        "version": 0,
    }
    assert "Indiquez le jour de réception" in plain(signed_in("staff").post(url, typed))
    signed_in("staff").post(url, {**typed, "received_on": "2026-02-10"})
    row.refresh_from_db()
    assert (row.received_on, row.received_cents) == (date(2026, 2, 10), 289_000_00)
    assert "289 000,00" in plain(signed_in("auditor").get(reverse("payments:grant", args=[row.grant_id])))


def test_received_instalment_is_not_removed_by_its_page(world: World, signed_in: SignedIn) -> None:
    row = GrantInstalmentFactory(grant=GrantFactory(signed=True), received_on=date(2026, 2, 1), received_cents=1)
    answer = signed_in("staff").post(reverse("payments:grant_row_remove", args=[row.grant_id, "echeances", row.pk]))
    assert answer.status_code == 409
    assert "il ne se retire pas" in plain(answer)


@pytest.mark.parametrize(("act", "status"), [("avenant", 403), ("reliquat", 403), ("exemplaire", 200), ("autre", 404)])
def test_staff_keeps_the_scan_and_decides_nothing(world: World, signed_in: SignedIn, act: str, status: int) -> None:
    grant = GrantFactory(signed=True)
    assert signed_in("staff").get(reverse("payments:grant_act", args=[grant.pk, act])).status_code == status


def test_carry_over_without_a_grant_to_carry_to_is_asked_for(world: World, signed_in: SignedIn) -> None:
    grant = GrantFactory(signed=True, starts_on=date(2025, 1, 1), ends_on=date(2025, 12, 31))
    typed = {"part": "teams", "kind": "report", "amount_cents": "10", "decided_on": "2026-02-01", "reason": "Bureau"}
    url = reverse("payments:grant_act", args=[grant.pk, "reliquat"])
    assert "Choisissez la dotation" in plain(signed_in("treasurer").post(url, typed))
    signed_in("treasurer").post(url, {**typed, "kind": "reversement"})
    assert grant.decisions.get().amount_cents == 10_00


def test_what_is_late_waits_in_the_inbox_and_stands_in_the_calendar(world: World) -> None:
    today = timezone.localdate()
    grant = GrantFactory(signed=True, starts_on=date(today.year, 1, 1), ends_on=date(today.year, 12, 31))
    yesterday = today - timedelta(days=1)
    GrantDeliverableFactory(grant=grant, label="Bilan de l’année", due_on=yesterday)
    GrantDeliverableFactory(grant=grant, label="Remis", due_on=yesterday, delivered_on=yesterday)
    GrantInstalmentFactory(grant=grant, condition="Solde", expected_on=yesterday)
    staff, auditor = world.users["staff"], world.users["auditor"]
    said = waits(staff)
    assert "Livrable en retard Bilan de l’année" in said
    assert "Versement de la dotation en retard Solde" in said
    assert "Remis" not in said
    assert "Livrable" not in waits(auditor)
    titles = [one.date.title for one in due_between(staff, yesterday, yesterday)]
    assert {"Livrable de la dotation", "Versement de la dotation attendu"} <= set(titles)


def test_threshold_that_is_passed_waits_in_the_inbox(world: World) -> None:
    grant = GrantFactory(signed=True, team_cents=157_00)
    assert f"Dotation {grant.reference} : 95 % de la part des équipes" in waits(world.users["staff"])


def test_cost_is_entered_corrected_and_removed(world: World, signed_in: SignedIn) -> None:
    staff = signed_in("staff")
    typed = {"spent_on": "2026-03-01", "heading": "625", "label": "Train", "amount_cents": "45,20"}
    staff.post(reverse("payments:cost_new"), typed)
    cost = RunningCost.objects.get()
    url = reverse("payments:cost_edit", args=[cost.pk])
    staff.post(url, {**typed, "amount_cents": "54,20", "version": 0})
    assert RunningCost.objects.get().amount_cents == 54_20
    assert "54,20" in plain(signed_in("auditor").get(reverse("payments:cost_list")))
    staff.post(reverse("payments:cost_remove", args=[cost.pk]))
    assert not RunningCost.objects.exists()


def test_cost_of_nothing_is_refused(world: World, signed_in: SignedIn) -> None:
    typed = {"spent_on": "2026-03-01", "heading": "625", "label": "Train", "amount_cents": "0"}
    page = signed_in("staff").post(reverse("payments:cost_new"), typed)
    assert page.status_code == 422
    assert "supérieur à zéro" in plain(page)


def test_mandate_of_nobody_is_asked_for_again(world: World, signed_in: SignedIn) -> None:
    typed = {"function": "president", "starts_on": "2026-01-01"}
    page = signed_in("admin").post(reverse("payments:mandate_new"), typed)
    assert page.status_code == 422
    assert "Indiquez un professionnel, ou un compte" in plain(page)
    signed_in("admin").post(reverse("payments:mandate_new"), {**typed, "user": world.users["staff"].pk})
    assert BoardMandate.objects.get().user == world.users["staff"]


def test_run_page_leads_to_the_lines_of_the_board(world: World, signed_in: SignedIn) -> None:
    BoardMandateFactory(professional=world.office.people[0])
    page = plain(signed_in("treasurer").get(reverse("payments:run_board", args=[world.run.pk])))
    assert "Trésorerie" in page
    assert "1 indemnité, 50,00" in page


def test_auditor_draws_a_sample_and_sees_no_iban(world: World, signed_in: SignedIn) -> None:
    settle_run(run=type(world.run).objects.get(pk=world.run.pk), actor=world.office.treasurer)
    auditor, today = signed_in("auditor"), f"{timezone.localdate():%Y-%m-%d}"
    typed = {"starts_on": today, "ends_on": today, "size": "2", "seed": "7"}
    page = auditor.post(reverse("payments:sample_draw"), typed, follow=True)
    sample = ControlSample.objects.get()
    assert (sample.drawn_by, sample.seed, sample.items.count()) == (world.users["auditor"], 7, 2)
    assert not [iban for iban in IBANS if iban in page.content.decode()]
    assert signed_in("staff").get(reverse("payments:sample", args=[sample.pk])).status_code == 403


def test_empty_period_is_said_and_nothing_is_drawn(world: World, signed_in: SignedIn) -> None:
    typed = {"starts_on": "2020-01-01", "ends_on": "2020-01-31", "size": "2"}
    page = signed_in("auditor").post(reverse("payments:sample_draw"), typed)
    assert page.status_code == 422
    assert "Aucun virement n'a été payé" in plain(page)


def test_removed_cost_that_was_entered_by_mistake_stays_in_the_journal(world: World, signed_in: SignedIn) -> None:
    cost = RunningCostFactory(label="Doublon")
    signed_in("staff").post(reverse("payments:cost_remove", args=[cost.pk]))
    assert FieldChange.objects.filter(object_id=cost.pk, before="Doublon", after="").exists()


@pytest.mark.parametrize(("year", "status"), [(0, 404), (2026, 200), (99_999, 404)])
def test_year_of_the_board_is_one_that_can_be(world: World, signed_in: SignedIn, year: int, status: int) -> None:
    assert signed_in("staff").get(reverse("payments:board_paid", args=[year])).status_code == status


def test_draft_is_not_said_to_pay_for_anything(world: World, signed_in: SignedIn) -> None:
    GrantFactory(draft=True)
    assert "150,00" not in plain(signed_in("staff").get(reverse("payments:grant_list")))
