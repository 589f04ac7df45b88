"""The factories keep their promise: one trait per state, and every one of them makes a valid row."""

import pytest

from association.machine import Stateful
from association.models import TransitionLog
from tests import factories

pytestmark = pytest.mark.django_db

FACTORIES = [getattr(factories, name) for name in factories.__all__ if name.endswith("Factory")]
STATES = [
    (factory, state)
    for factory in FACTORIES
    if issubclass(factory._meta.model, Stateful)
    for state in factory._meta.model.State.values
]


@pytest.mark.parametrize("factory", FACTORIES, ids=lambda factory: factory.__name__)
def test_factory_without_arguments_makes_a_row(factory) -> None:
    assert factory().pk


@pytest.mark.parametrize(("factory", "state"), STATES, ids=lambda part: getattr(part, "__name__", part))
def test_factory_with_the_trait_of_a_state_enters_at_it(factory, state) -> None:
    made = factory(**{state: True})
    assert made.state == state
    assert TransitionLog.objects.filter(object_id=made.pk, to_state=state, origin="test").exists()
