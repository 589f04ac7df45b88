"""What actions do together: validated, handed back, not retained."""

from __future__ import annotations

import pytest

from actions.bulk_steps import RETURN_ACTION, TURN_DOWN_ACTION, VALIDATE_ACTION
from actions.models import Action, ActionSettings
from association.listing.bulk import BulkStep
from association.models import TransitionLog, User
from tests.factories import ActionFactory, ParticipationFactory, UserFactory
from tests.taking_steps import said, taken

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff() -> User:
    return UserFactory(staff=True)


def test_declared_actions_are_validated_and_one_without_participants_is_refused(staff: User) -> None:
    full = ActionFactory(declared=True)
    ParticipationFactory(action=full)
    empty, validated = ActionFactory(declared=True), ActionFactory(validated=True)
    operation = taken(VALIDATE_ACTION, Action, staff)
    found = said(operation)
    assert found[full.pk] == ("done", "")
    assert found[empty.pk] == ("refused", "Cette action n'a aucun participant : ajoutez-les d'abord.")
    assert validated.pk not in found
    assert dict(Action.objects.values_list("pk", "state")) == {
        full.pk: "validated",
        empty.pk: "declared",
        validated.pk: "validated",
    }


@pytest.mark.parametrize(("step", "state"), [(RETURN_ACTION, "to_complete"), (TURN_DOWN_ACTION, "not_retained")])
def test_reason_is_asked_once_and_kept_with_each(staff: User, step: BulkStep, state: str) -> None:
    ActionFactory.create_batch(2, declared=True)
    assert not step.filled({"comment": [""]}).is_valid()
    taken(step, Action, staff, {"comment": ["Il manque le compte rendu."]})
    assert set(Action.objects.values_list("state", flat=True)) == {state}
    log = TransitionLog.objects.filter(to_state=state, actor=staff).values_list("comment", flat=True)
    assert list(log) == ["Il manque le compte rendu."] * 2


def test_reason_that_holds_a_nir_is_refused() -> None:
    assert not RETURN_ACTION.filled({"comment": ["Voir 2 55 08 14 168 025 38"]}).is_valid()


def test_own_declarations_are_left_to_somebody_else_in_bulk_too(staff: User) -> None:
    ActionSettings.objects.create(pk=1, validated_by_another=True)
    own, other = ActionFactory(declared=True, declared_by=staff), ActionFactory(declared=True)
    for action in (own, other):
        ParticipationFactory(action=action)
    found = said(taken(VALIDATE_ACTION, Action, staff))
    assert found[own.pk] == ("refused", "Vous avez déclaré cette action : une autre personne la valide.")
    assert found[other.pk] == ("done", "")
