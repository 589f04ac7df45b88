"""Named decisions on the page: a team's year reopened, a deadline lifted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from actions.models import Action
from actions.services import lift_deadline, turn_down_action
from association.machine import TransitionRefused
from association.models import FieldChange
from conventions.models import ConventionTerms
from payments.models import YearReopening
from payments.services.prices import change_settings
from tests.payments.office import AUGUST, Office
from tests.web.conftest import plain

SignedIn = Callable[[str], Client]


def test_decision_is_previewed_then_taken_and_shown(office: Office, signed_in: SignedIn) -> None:
    ConventionTerms.objects.update(ceiling_cents=100_00)
    office.rcp(date(2026, 7, 2))
    office.rcp(date(2026, 7, 3))
    office.approved()
    client, url = signed_in("treasurer"), reverse("payments:year_reopen", args=[office.team.pk])
    page = plain(client.get(url))
    assert "3 indemnités écrêtées (50,00 € en moins), 3 participations exclues" in page
    given = {"year": "2026", "ceiling_cents": "220", "reason": "Bureau du 3 septembre"}
    seen = plain(client.post(url, {**given, "step": "preview"}))
    assert "+120,00 €" in seen
    assert "Rouvrir l'année 2026" in seen
    assert not YearReopening.objects.exists()
    assert client.post(url, {**given, "step": "decide"}).status_code == 302
    assert "plafond porté à 220,00 €" in plain(client.get(url))
    assert office.approved(AUGUST).new_cents == 120_00


def test_refusal_is_said_and_nothing_typed_is_lost(office: Office, signed_in: SignedIn) -> None:
    url = reverse("payments:year_reopen", args=[office.team.pk])
    given = {"year": "2026", "ceiling_cents": "12 000", "reason": "Bureau", "step": "decide"}
    refused = signed_in("treasurer").post(url, given)
    assert refused.status_code == 409
    assert "n'a rien écrêté ni exclu" in plain(refused)
    assert 'value="12 000"' in refused.content.decode()


def test_lifted_deadline_pays_what_was_declared_too_late(office: Office, signed_in: SignedIn) -> None:
    change_settings(actor=office.admin, deadline_months=1, personal_ceiling_cents=None, project_lookahead_months=12)
    action = office.rcp(date(2026, 7, 2))
    Action.objects.filter(pk=action.pk).update(declared_on=date(2026, 8, 20))
    assert set(office.approved().exclusions.values_list("reason", flat=True)) == {"FORCLOS"}
    client, url = signed_in("staff"), reverse("actions:deadline_lift", args=[action.pk])
    assert url in client.get(reverse("actions:action", args=[action.pk])).content.decode()
    assert "Indiquez ce qui a été décidé" in plain(client.post(url, {"reason": " "}))
    assert client.post(url, {"reason": "Bureau du 3 septembre"}).status_code == 302
    assert "levé : Bureau du 3 septembre" in FieldChange.objects.values_list("after", flat=True)
    assert client.post(url, {"reason": "Encore"}).status_code == 409
    assert office.approved(AUGUST).new_cents == 150_00


def test_deadline_of_an_action_that_is_never_paid_is_not_lifted(office: Office) -> None:
    action = turn_down_action(
        action=office.rcp(date(2026, 7, 2), state="declared"), actor=office.staff, reason="Sans pièce"
    )
    with pytest.raises(TransitionRefused, match="elle ne sera pas payée"):
        lift_deadline(action=action, actor=office.staff, reason="Bureau")
