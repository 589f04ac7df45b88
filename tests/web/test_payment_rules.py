"""The page of the rules of payment: journaled, told to the second who writes, and seen by the next preparation."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from actions.models import Action
from association.models import FieldChange
from payments.models import PaymentSettings, ProvisionalExclusion
from tests.payments.office import JULY, Office
from tests.web.conftest import plain

SignedIn = Callable[[str], Client]
pytestmark = pytest.mark.django_db
TYPED = {"deadline_months": "1", "personal_ceiling_cents": "1 200,50", "project_lookahead_months": "6", "version": "0"}


@pytest.fixture
def url() -> str:
    return reverse("payments:rule_settings")


def test_rules_are_written_once_and_journaled(office: Office, signed_in: SignedIn, url: str) -> None:
    answer = signed_in("admin").post(url, TYPED, follow=True)
    assert "Ces règles valent dès la prochaine préparation" in plain(answer)
    settings = PaymentSettings.current()
    assert (settings.deadline_months, settings.personal_ceiling_cents) == (1, 1_200_50)
    assert settings.project_lookahead_months == 6
    told = dict(FieldChange.objects.filter(field="personal_ceiling_cents").values_list("field", "after"))
    assert "1\u202f200,50" in told["personal_ceiling_cents"]


def test_empty_means_no_deadline_and_no_ceiling(office: Office, signed_in: SignedIn, url: str) -> None:
    client = signed_in("admin")
    client.post(url, TYPED)
    client.post(url, TYPED | {"deadline_months": "", "personal_ceiling_cents": "", "version": "1"})
    settings = PaymentSettings.current()
    assert (settings.deadline_months, settings.personal_ceiling_cents) == (None, None)


def test_second_who_writes_is_told_what_the_first_changed(office: Office, signed_in: SignedIn, url: str) -> None:
    client = signed_in("admin")
    client.post(url, TYPED)
    answer = client.post(url, TYPED | {"deadline_months": "9"})
    assert answer.status_code == 409
    assert PaymentSettings.current().deadline_months == 1
    assert 'value="9"' in plain(answer)


def test_what_makes_no_sense_is_said_beside_its_field(office: Office, signed_in: SignedIn, url: str) -> None:
    answer = signed_in("admin").post(url, TYPED | {"deadline_months": "0", "project_lookahead_months": "-3"})
    assert answer.status_code == 422
    assert "entre 1 et 60" in plain(answer)
    assert "entre 0 et 36" in plain(answer)
    assert PaymentSettings.current().deadline_months is None


def test_next_preparation_applies_the_deadline(office: Office, signed_in: SignedIn, url: str) -> None:
    action = office.rcp(date(2026, 5, 4))
    Action.objects.filter(pk=action.pk).update(declared_on=date(2026, 7, 20))
    signed_in("admin").post(url, TYPED)
    run = office.prepared(JULY)
    reasons = set(ProvisionalExclusion.objects.filter(run=run, build=run.build).values_list("reason", flat=True))
    assert reasons == {"FORCLOS"}
