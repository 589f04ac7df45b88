"""What is owed, told from sums: now, and as at each approval. `owed_as_proved` asks the ledger after each test."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from association.workflow import fire
from payments.selectors.ledger import owed
from payments.services.runs import void_run
from tests.factories import ProfessionalFactory
from tests.payments.office import AUGUST, JULY, Office

pytestmark = pytest.mark.usefixtures("owed_as_proved")


def _beneficiary(person: Any) -> int:
    return int(person.beneficiary.pk)


def test_paid_lines_leave_nothing_owed(office: Office) -> None:
    office.rcp(date(2026, 7, 6))
    run = office.approved()
    assert (owed(), owed(run)) == ({}, {})


def test_who_waits_for_an_account_is_owed_until_it_is_verified(office: Office) -> None:
    nurse = office.people[1]
    fire(office.account_of(nurse), "suspend", actor=office.treasurer, comment="RIB contesté.")
    office.rcp(date(2026, 7, 6))
    july = office.approved()
    assert owed() == {_beneficiary(nurse): 50_00}
    fire(office.account_of(nurse), "resume", actor=office.treasurer, comment="Confirmé par téléphone.")
    office.rcp(date(2026, 8, 3))
    office.approved(AUGUST)
    assert owed() == {}
    assert owed(july) == {_beneficiary(nurse): 50_00}


def test_lines_of_a_void_run_are_owed_again_and_were_not_at_its_approval(office: Office) -> None:
    office.rcp(date(2026, 7, 6))
    void = void_run(run=office.approved(), actor=office.treasurer, reason="Mauvais compte débiteur")
    assert owed() == {_beneficiary(person): 50_00 for person in office.people}
    assert owed(void) == {}
    office.rcp(date(2026, 8, 3))
    office.approved(AUGUST)
    assert owed() == {}


def test_trop_percu_is_owed_below_zero(office: Office) -> None:
    action = office.rcp(date(2026, 7, 6))
    office.approved(JULY)
    fire(action, "cancel", actor=office.staff, comment="Déclarée deux fois.")
    office.rcp(date(2026, 8, 3), people=2)
    august = office.approved(AUGUST)
    assert owed(august) == {_beneficiary(office.people[2]): -50_00}


def test_records_that_nobody_paid_are_not_owed(office: Office) -> None:
    ProfessionalFactory()
    assert owed() == {}
