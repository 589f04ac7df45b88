import pytest

from association.models import Team, User
from tests import factories
from tests.conventions.making import recognised_team


@pytest.fixture
def staff(db: None) -> User:
    return factories.UserFactory(staff=True, full_name="Camille Gestion")


@pytest.fixture
def team(db: None) -> Team:
    return recognised_team()
