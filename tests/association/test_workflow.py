"""`workflow`: every machine, from every state, and the history in the same transaction."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from association import workflow
from association.machine import Stateful, TransitionRefused
from association.models import Job, Role, Team, TransitionLog, User
from association.permissions import granted
from association.workflow import enter_at, fire, fire_all, machines, offers, refusal
from tests import factories

pytestmark = pytest.mark.django_db

FACTORIES = {
    getattr(factories, name)._meta.model: getattr(factories, name)
    for name in factories.__all__
    if name.endswith("Factory")
}


def transitions_of(model: type[Stateful]) -> list[Any]:
    return list(model._meta.get_field("state").get_all_transitions(model))  # type: ignore[union-attr]


def states_of(model: type[Stateful]) -> list[str]:
    return [code for code, _ in model._meta.get_field("state").flatchoices]  # type: ignore[union-attr]


def sources_of(model: type[Stateful], name: str) -> set[str]:
    sources: set[str] = set()
    for found in transitions_of(model):
        if found.name == name:
            sources |= set(states_of(model)) if found.source == "*" else {str(found.source)}
            if found.source == "+":
                sources |= set(states_of(model)) - {str(found.target)}
    return sources


ALL = [(model, name) for model in machines() for name in sorted({found.name for found in transitions_of(model)})]
EVERYWHERE = [(model, name, state) for model, name in ALL for state in states_of(model)]
WRONG = [(model, name, state) for model, name, state in EVERYWHERE if state not in sources_of(model, name)]
RIGHT = [(model, name, state) for model, name, state in EVERYWHERE if state in sources_of(model, name)]
# What every role may do is narrowed by a guard, which has tests of its own.
OPEN_TO_ALL = {(Job, "cancel"), (Job, "retry")}


def label(part: Any) -> str:
    return getattr(part, "__name__", str(part))


def actor_with(permission: str) -> User:
    """A user of a role that has the permission."""
    role = sorted(granted()[permission] - {Role.SYSTEM} or {Role.SYSTEM})[0]
    return factories.UserFactory(role=role)


def permission_of(model: type[Stateful], name: str) -> str:
    return next(found.custom["permission"] for found in transitions_of(model) if found.name == name)


# --- every machine, from every state -------------------------------------------------------------------------


@pytest.mark.parametrize(("model", "name", "state"), WRONG, ids=label)
def test_transition_from_a_wrong_state_is_refused_and_leaves_no_trace(
    model: type[Stateful], name: str, state: str
) -> None:
    made = FACTORIES[model](**{state: True})
    actor = actor_with(permission_of(model, name))
    count = TransitionLog.objects.count()
    with pytest.raises(TransitionRefused, match="n'est pas possible maintenant"):
        fire(made, name, actor=actor, comment="essai")
    assert model._base_manager.get(pk=made.pk).state == state
    assert TransitionLog.objects.count() == count


@pytest.mark.parametrize(("model", "name", "state"), [case for case in RIGHT if case[:2] not in OPEN_TO_ALL], ids=label)
def test_transition_by_a_role_without_the_right_is_refused(model: type[Stateful], name: str, state: str) -> None:
    roles = sorted(set(Role.values) - granted()[permission_of(model, name)])
    made = FACTORIES[model](**{state: True})
    until = date(2099, 1, 1) if roles[0] == Role.AUDITOR else None
    actor = factories.UserFactory(role=roles[0], access_until=until)
    with pytest.raises(TransitionRefused, match="rôle ne permet pas"):
        fire(made, name, actor=actor, comment="essai")
    assert model._base_manager.get(pk=made.pk).state == state


@pytest.mark.parametrize(("model", "name"), ALL, ids=label)
def test_transition_names_a_permission_that_an_app_grants(model: type[Stateful], name: str) -> None:
    assert permission_of(model, name) in granted()


@pytest.mark.parametrize(
    ("model", "name"),
    [(m, n) for m, n in ALL if any(f.custom["needs_comment"] for f in transitions_of(m) if f.name == n)],
    ids=label,
)
def test_transition_that_asks_for_a_reason_is_refused_without(model: type[Stateful], name: str) -> None:
    made = FACTORIES[model](**{sorted(sources_of(model, name))[0]: True})
    with pytest.raises(TransitionRefused, match="motif est demandé"):
        fire(made, name, actor=actor_with(permission_of(model, name)), comment="  ")


# --- state and history, both or neither ----------------------------------------------------------------------


def test_fire_returns_the_fresh_row_with_one_line_of_history() -> None:
    team = factories.TeamFactory(registered=True)
    staff = factories.UserFactory(role=Role.STAFF)
    moved = fire(team, "accompany", actor=staff, comment="premier contact")
    assert (moved.state, team.state) == ("accompanied", "registered")
    entry = TransitionLog.objects.get(object_id=team.pk, transition="accompany")
    assert (entry.from_state, entry.to_state, entry.actor, entry.comment) == (
        "registered",
        "accompanied",
        staff,
        "premier contact",
    )
    assert entry.target == moved


def test_fire_on_a_stale_object_reads_the_row_again() -> None:
    team = factories.TeamFactory(registered=True)
    staff = factories.UserFactory(role=Role.STAFF)
    fire(team, "accompany", actor=staff)
    with pytest.raises(TransitionRefused):
        fire(team, "accompany", actor=staff)


def test_fire_leaves_other_columns_as_somebody_else_wrote_them() -> None:
    team = factories.TeamFactory(registered=True, name="Ancien nom")
    Team.objects.filter(pk=team.pk).update(name="Nouveau nom")
    assert fire(team, "accompany", actor=factories.UserFactory(role=Role.STAFF)).name == "Nouveau nom"


def test_guard_that_raises_writes_neither(monkeypatch: pytest.MonkeyPatch) -> None:
    job = factories.JobFactory(waiting=True)
    monkeypatch.setattr(workflow, "refusal", lambda *a, **k: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        fire(job, "start", actor=User.objects.system())
    assert_untouched(job)


def test_method_that_raises_writes_neither(monkeypatch: pytest.MonkeyPatch) -> None:
    job = factories.JobFactory(waiting=True)
    monkeypatch.setattr(Job, "_claim", lambda self: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        fire(job, "start", actor=User.objects.system())
    assert_untouched(job)


def test_save_that_fails_writes_neither(monkeypatch: pytest.MonkeyPatch) -> None:
    job = factories.JobFactory(waiting=True)

    def full(self: Job, **options: Any) -> None:
        raise IntegrityError("disk full")

    monkeypatch.setattr(Job, "save", full)
    with pytest.raises(IntegrityError), transaction.atomic():
        fire(job, "start", actor=User.objects.system())
    assert_untouched(job)


def test_history_that_fails_undoes_the_state(monkeypatch: pytest.MonkeyPatch) -> None:
    job = factories.JobFactory(waiting=True)

    def full(self: TransitionLog, **options: Any) -> None:
        raise IntegrityError("disk full")

    monkeypatch.setattr(TransitionLog, "save", full)
    with pytest.raises(IntegrityError), transaction.atomic():
        fire(job, "start", actor=User.objects.system())
    assert_untouched(job)


def assert_untouched(job: Job) -> None:
    row = Job.objects.get(pk=job.pk)
    assert (row.state, row.attempts) == ("waiting", 0)
    assert not TransitionLog.objects.filter(object_id=job.pk, transition="start").exists()


def test_fire_locks_parents_before_children(monkeypatch: pytest.MonkeyPatch) -> None:
    adhesion = factories.AdhesionFactory(invited=True)
    locked: list[str] = []
    lock = workflow.lock

    def note(obj: Any) -> Any:
        fresh = lock(obj)
        locked.append(type(fresh).__name__)
        return fresh

    monkeypatch.setattr(workflow, "lock", note)
    fire(adhesion, "decline", actor=actor_with(permission_of(type(adhesion), "decline")), comment="non")
    assert locked == ["Team", "Convention", "Adhesion"]


def test_state_cannot_be_assigned() -> None:
    team = factories.TeamFactory(registered=True)
    with pytest.raises(AttributeError):
        team.state = "recognised"


# --- many at once --------------------------------------------------------------------------------------------


def test_fire_all_moves_every_row_with_its_history() -> None:
    made = [factories.JobFactory(waiting=True) for _ in range(3)]
    moved = fire_all(Job.objects.all(), "start", actor=User.objects.system())
    assert [job.pk for job in moved] == sorted(job.pk for job in made)
    assert TransitionLog.objects.filter(transition="start").count() == 3


def test_fire_all_refused_for_one_moves_none() -> None:
    factories.JobFactory(waiting=True)
    factories.JobFactory(done=True)
    with pytest.raises(TransitionRefused, match=" : "):
        fire_all(Job.objects.all(), "start", actor=User.objects.system())
    assert sorted(Job.objects.values_list("state", flat=True)) == ["done", "waiting"]
    assert not TransitionLog.objects.filter(transition="start").exists()


def test_enter_at_writes_one_line_of_history_each(django_assert_max_num_queries: Any) -> None:
    department = factories.DepartmentFactory()
    system = User.objects.system()
    teams = [Team(code=f"E{n}", name=f"Équipe {n}", kind="esp", department=department) for n in range(50)]
    with django_assert_max_num_queries(8):
        entered = enter_at([(team, "drafting") for team in teams], actor=system, origin="reprise")
    entries = TransitionLog.objects.filter(origin="reprise", to_state="drafting", from_state="")
    assert {entry.object_id for entry in entries} == {team.pk for team in entered}


def test_enter_at_an_unknown_state_writes_nothing() -> None:
    team = Team(code="E1", name="Équipe", kind="esp", department=factories.DepartmentFactory())
    with pytest.raises(ValueError, match="has no state 'flying'"):
        enter_at([(team, "flying")], actor=User.objects.system(), origin="reprise")
    assert not Team.objects.filter(code="E1").exists()


def test_enter_at_refused_by_a_constraint_writes_no_history() -> None:
    team = Team(code="E1", name="Équipe", kind="esp", department=factories.DepartmentFactory())
    system = User.objects.system()
    with pytest.raises(IntegrityError), transaction.atomic():
        enter_at([(team, "recognised")], actor=system, origin="reprise")
    assert not TransitionLog.objects.filter(origin="reprise").exists()


def test_enter_at_of_nothing_is_nothing() -> None:
    assert enter_at([], actor=User.objects.system(), origin="reprise") == []


# --- what the page offers ------------------------------------------------------------------------------------


def test_offers_show_what_the_role_may_and_why_not_now() -> None:
    run = factories.RunFactory(draft=True, build=None)
    staff = factories.UserFactory(role=Role.STAFF)
    offered = {offer.name: offer for offer in offers(run, actor=staff)}
    assert offered["submit"].reason.startswith("Le calcul n’est pas terminé")
    assert (offered["cancel"].reason, offered["cancel"].danger) == ("", True)
    assert "approve" not in offered


def test_offers_to_a_role_without_rights_are_none() -> None:
    assert offers(factories.RunFactory(draft=True), actor=factories.UserFactory(role=Role.REFERENT)) == []


@pytest.mark.parametrize(("model", "name", "state"), RIGHT, ids=label)
def test_offer_and_refusal_agree(model: type[Stateful], name: str, state: str) -> None:
    """What is offered without a reason is not refused for the same arguments."""
    made = FACTORIES[model](**{state: True})
    actor = actor_with(permission_of(model, name))
    offered = {offer.name: offer for offer in offers(made, actor=actor)}
    assert offered[name].reason == (refusal(made, name, actor=actor, comment="-", arguments={}) or "")


def test_every_machine_has_a_factory() -> None:
    assert {model.__name__ for model in machines()} <= {model.__name__ for model in FACTORIES}


def test_machines_are_found_by_name() -> None:
    found = [model._meta.label for model in machines()]
    assert found == sorted(found)
    assert "payments.Run" in found


def test_comment_has_a_limit_and_what_the_house_says_before_it_is_no_reason() -> None:
    team, staff = factories.TeamFactory(recognised=True), factories.UserFactory(staff=True)
    with pytest.raises(TransitionRefused, match=r"la limite est de 2.000"):
        fire(team, "suspend", actor=staff, comment="a" * 2_001)
    with pytest.raises(TransitionRefused, match="motif est demandé"):
        fire(team, "suspend", actor=staff, said="À compter du 02/03/2026.")
    fire(team, "suspend", actor=staff, comment="a" * 2_000, said="À compter du 02/03/2026.")
    assert TransitionLog.objects.get(transition="suspend").comment == f"À compter du 02/03/2026. {'a' * 2_000}"


def test_comment_with_a_character_that_no_database_keeps_is_refused() -> None:
    team, staff = factories.TeamFactory(registered=True), factories.UserFactory(staff=True)
    with pytest.raises(TransitionRefused, match="caractère invisible"):
        fire(team, "accompany", actor=staff, comment="Vue\x00 hier")
