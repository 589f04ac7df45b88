"""What transfers and accounts do together; four eyes hold for each row."""

from __future__ import annotations

from datetime import date

import pytest

from association.models import TransitionLog, User
from payments.bulk_steps import HOLD, LET_GO, PAY, REJECT, VERIFY
from payments.models import Account, Payment
from tests.factories import AccountFactory, BeneficiaryFactory, PaymentFactory, UserFactory
from tests.taking_steps import said, taken

pytestmark = pytest.mark.django_db


@pytest.fixture
def treasurer() -> User:
    return UserFactory(treasurer=True)


def test_transfers_are_held_with_a_reason_and_let_go(treasurer: User) -> None:
    pending = PaymentFactory(pending=True)
    sent = PaymentFactory(sent=True, run=pending.run)
    taken(HOLD, Payment, treasurer, {"comment": ["Compte à confirmer."]})
    assert dict(Payment.objects.values_list("pk", "state")) == {pending.pk: "held", sent.pk: "sent"}
    assert TransitionLog.objects.get(transition="hold").comment == "Compte à confirmer."
    taken(LET_GO, Payment, treasurer)
    pending.refresh_from_db()
    assert pending.state == "pending"


def test_sent_transfers_are_paid_on_a_day_that_has_come(treasurer: User) -> None:
    sent = PaymentFactory(sent=True)
    assert not PAY.filled({"paid_on": ["2999-01-01"]}).is_valid()
    taken(PAY, Payment, treasurer, {"paid_on": ["2026-08-05"]})
    sent.refresh_from_db()
    assert (sent.state, sent.paid_on) == ("paid", date(2026, 8, 5))


def test_accounts_are_verified_but_not_by_whoever_entered_them(treasurer: User) -> None:
    beneficiary = BeneficiaryFactory()
    before = AccountFactory(verified=True, beneficiary=beneficiary)
    change = AccountFactory(proposed=True, beneficiary=beneficiary)
    own = AccountFactory(proposed=True, entered_by=treasurer)
    found = said(taken(VERIFY, Account, treasurer))
    assert found[change.pk] == ("done", "")
    assert found[own.pk] == ("refused", "Vous avez saisi ce compte : une autre personne doit le vérifier.")
    assert dict(Account.objects.values_list("pk", "state")) == {
        before.pk: "archived",
        change.pk: "verified",
        own.pk: "proposed",
    }


def test_accounts_are_rejected_with_a_reason(treasurer: User) -> None:
    AccountFactory(proposed=True)
    operation = taken(REJECT, Account, treasurer, {"comment": ["Le titulaire ne correspond pas."]})
    account = Account.objects.get()
    assert account.state == "rejected"
    assert operation.items.get().label == str(account)
    assert account.iban not in operation.items.get().label
