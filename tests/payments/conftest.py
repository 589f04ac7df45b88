import pytest

from tests.payments.office import Office


@pytest.fixture
def office(db) -> Office:
    return Office()
