from collections.abc import Iterator

import pytest

from payments.models import Run
from payments.selectors.joined import gathered, joined_payees
from payments.selectors.ledger import due_by_beneficiary, owed, prove, unallocated
from tests.payments.office import Office


@pytest.fixture
def office(db) -> Office:
    return Office()


@pytest.fixture
def owed_as_proved(db: None) -> Iterator[None]:
    """After the test, what is owed is what the lines without a payment add up to: now, and at each approval."""
    yield
    assert owed() == _without_zeros(gathered(due_by_beneficiary(unallocated()), joined_payees()))
    for run in Run.objects.frozen():
        closing = {pk: proof.closing for pk, proof in prove(run, by="beneficiary").items()}
        payees = joined_payees(at=run.approved_at or run.created_at)
        assert owed(run) == _without_zeros(gathered(closing, payees)), run
        assert run.waiting_cents == sum(cents for cents in owed(run).values() if cents > 0), run


def _without_zeros(due: dict[int, int]) -> dict[int, int]:
    return {beneficiary: cents for beneficiary, cents in due.items() if cents}
