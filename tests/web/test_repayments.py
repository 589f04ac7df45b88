"""Trop-perçu as people meet it: the list, the request, its letter, what came of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from io import BytesIO

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from actions.services import cancel_action
from payments.models import Recovery, RepaymentRequest
from tests.payments.office import AUGUST, SEPTEMBER, Office
from tests.web.conftest import plain

SignedIn = Callable[[str], Client]


@pytest.fixture
def indebted(office: Office) -> Office:
    action = office.rcp(date(2026, 7, 6))
    office.approved()
    cancel_action(action=action, actor=office.staff, reason="Déclarée deux fois.")
    office.approved(AUGUST)
    return office


def asked(office: Office, client: Client, **given: str) -> RepaymentRequest:
    url = reverse("payments:repayment_ask", args=[office.people[0].beneficiary.pk])
    assert client.post(url, {"reason": "Action déclarée deux fois", "due_on": "", **given}).status_code == 302
    return RepaymentRequest.objects.get()


def test_negative_balances_are_listed_asked_for_and_the_letter_says_what_makes_them(
    indebted: Office, signed_in: SignedIn
) -> None:
    client = signed_in("treasurer")
    page = plain(client.get(reverse("payments:debt_list")))
    assert "3 bénéficiaires" in page
    assert page.count("50,00 €") >= 3
    ask = reverse("payments:repayment_ask", args=[indebted.people[0].beneficiary.pk])
    debts = reverse("payments:debt_list")
    assert ask in client.get(debts).content.decode()
    assert ask not in signed_in("auditor").get(debts).content.decode()
    request = asked(indebted, client)
    assert request.number in plain(client.get(reverse("payments:debt_list")))
    for role in ("staff", "treasurer", "auditor"):
        letter = signed_in(role).get(reverse("payments:repayment_letter", args=[request.pk]))
        text = PdfReader(BytesIO(letter.content)).pages[0].extract_text()
        for said in (request.number, "Évrard Loïc", "Action déclarée deux fois", "Indemnité reprise"):
            assert said in text
    assert signed_in("referent").get(reverse("payments:debt_list")).status_code == 403


def test_part_is_received_then_the_bureau_gives_up_the_rest(indebted: Office, signed_in: SignedIn) -> None:
    client = signed_in("treasurer")
    request = asked(indebted, client)
    step, today = reverse("payments:repayment_step", args=[request.pk]), timezone.localdate().isoformat()
    too_much = {"step": "receive", "receive-amount_cents": "60", "receive-received_on": today}
    refused = client.post(step, too_much)
    assert refused.status_code == 409
    assert "Il reste 50,00 € à rembourser" in plain(refused)
    assert 'value="60"' in refused.content.decode()
    assert client.post(step, {**too_much, "receive-amount_cents": "20,00"}).status_code == 302
    page = plain(client.get(reverse("payments:repayment", args=[request.pk])))
    assert "Remboursé en partie" in page
    assert "30,00 €" in page
    no_decision = client.post(step, {"step": "write_off", "write_off-decided_on": today, "write_off-reference": ""})
    assert no_decision.status_code == 422
    assert "Citez la décision du bureau." in plain(no_decision)
    given = {"step": "write_off", "write_off-decided_on": today, "write_off-reference": "PV du 12"}
    assert client.post(step, given).status_code == 302
    assert list(Recovery.objects.values_list("kind", "amount_cents")) == [("received", 20_00), ("written_off", 30_00)]
    run = indebted.approved(SEPTEMBER)
    assert run.name in plain(client.get(reverse("payments:repayment", args=[request.pk])))
    assert (
        reverse("payments:repayment", args=[request.pk])
        not in client.get(reverse("payments:debt_list")).content.decode()
    )


def test_only_a_treasurer_is_offered_the_steps(indebted: Office, signed_in: SignedIn) -> None:
    request = asked(indebted, signed_in("treasurer"))
    url, step = (reverse(f"payments:{name}", args=[request.pk]) for name in ("repayment", "repayment_step"))
    for role in ("staff", "auditor"):
        assert "Étapes possibles" not in plain(signed_in(role).get(url))
        given = {"step": "receive", "receive-amount_cents": "20", "receive-received_on": "2026-11-30"}
        assert signed_in(role).post(step, given).status_code == 403
    assert not Recovery.objects.exists()


def test_lists_hold_as_many_queries_for_many_as_for_few(
    indebted: Office, signed_in: SignedIn, django_assert_max_num_queries: Callable[[int], object]
) -> None:
    client = signed_in("treasurer")
    client.get(reverse("payments:debt_list"))
    with django_assert_max_num_queries(25):  # type: ignore[attr-defined]
        client.get(reverse("payments:debt_list"))
