"""What was said with a team, messages to its referents, and follow-ups."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from association.inbox import follow_ups
from association.machine import TransitionRefused
from association.models import Exchange, FieldChange, OutgoingMail, Team, User
from association.selectors.exchanges import addresses_of, in_hours, referents_without_address, time_spent
from association.services.exchanges import finish_follow_up, plan_follow_up, write_exchange, write_message
from tests.factories import MembershipFactory, ProfessionalFactory, TeamFactory, UserFactory
from tests.factories.correspondence import ExchangeFactory

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()


@pytest.fixture
def staff() -> User:
    return UserFactory(staff=True)


@pytest.fixture
def team(staff: User) -> Team:
    return TeamFactory(officer=staff)


def referent(team: Team, name: str, email: str = "", **dates: Any) -> Any:
    person = ProfessionalFactory(last_name=name, email=email)
    return MembershipFactory(team=team, professional=person, is_referent=True, **dates).professional


def noted(team: Team, actor: User, **changes: Any) -> Exchange:
    said = {"kind": "note", "held_on": TODAY, "body": "Le projet avance."}
    return write_exchange(team=team, **{**said, **changes}, actor=actor)


def errors_of(refused: pytest.ExceptionInfo[ValidationError]) -> dict[str, list[str]]:
    return refused.value.message_dict


# --- notes, calls, visits ------------------------------------------------------------------------------------


def test_time_spent_is_the_sum_over_the_team(team: Team, staff: User) -> None:
    noted(team, staff, kind="visite", minutes=90)
    noted(team, staff, kind="appel", minutes=25)
    noted(team, staff)
    noted(TeamFactory(), staff, kind="visite", minutes=600)
    assert time_spent(team, staff) == 115
    assert time_spent(team, UserFactory(auditor=True)) == 0


@pytest.mark.parametrize(
    ("minutes", "said"), [(0, "0 min"), (45, "45 min"), (60, "1 h"), (65, "1 h 05"), (90_000, "1 500 h")]
)
def test_minutes_are_said_in_hours(minutes: int, said: str) -> None:
    assert in_hours(minutes).replace("\u00a0", " ").replace("\u202f", " ") == said


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kind": "message"}, "kind"),
        ({"held_on": TODAY + timedelta(days=1)}, "held_on"),
        ({"follow_up_on": TODAY - timedelta(days=1)}, "follow_up_on"),
        ({"kind": "visite"}, "__all__"),
        ({"minutes": 1441}, "__all__"),
        ({"body": "Patient 1 85 05 78 006 084"}, "body"),
        ({"body": ""}, "body"),
    ],
)
def test_exchange_that_cannot_be_is_refused_beside_its_field(
    team: Team, staff: User, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        noted(team, staff, **changes)
    assert field in errors_of(refused)
    assert not Exchange.objects.exists()


def test_second_press_of_the_button_writes_nothing_more(team: Team, staff: User) -> None:
    assert noted(team, staff) == noted(team, staff)
    assert noted(team, staff, body="Autre chose.") != noted(team, UserFactory(staff=True), body="Autre chose.")


@pytest.mark.parametrize("role", ["ars", "auditor", "referent", "admin"])
def test_exchanges_are_for_the_office_alone(team: Team, staff: User, role: str) -> None:
    exchange = noted(team, staff)
    user = UserFactory(**{role: True})
    assert not Exchange.objects.visible_to(user).exists()
    with pytest.raises(PermissionDenied):
        noted(team, user)
    with pytest.raises(PermissionDenied):
        finish_follow_up(exchange=exchange, actor=user)


# --- messages ------------------------------------------------------------------------------------------------


def test_one_writes_to_the_referents_of_today_and_to_the_contact(team: Team) -> None:
    referent(team, "Martin", "martin@cabinet.example")
    with_account = referent(team, "Bernard")
    UserFactory(referent=True, professional=with_account, email="bernard@cabinet.example")
    referent(team, "Sans courriel")
    referent(team, "Partie", "partie@cabinet.example", joined_on=date(2026, 1, 1), left_on=date(2026, 1, 31))
    MembershipFactory(team=team, professional__email="membre@cabinet.example")
    Team.objects.filter(pk=team.pk).update(contact_email="Martin@cabinet.example", contact_name="Accueil")
    team.refresh_from_db()
    assert [address.email for address in addresses_of(team)] == ["bernard@cabinet.example", "martin@cabinet.example"]
    assert [name.split()[0] for name in referents_without_address(team)] == ["Sans"]


def test_each_referent_gets_a_message_of_their_own_and_the_follow_up_is_one(team: Team, staff: User) -> None:
    for name in ("Martin", "Bernard"):
        referent(team, name, f"{name.lower()}@cabinet.example")
    message = {"subject": "Réunion", "body": "Bonjour.", "follow_up_on": TODAY, "actor": staff}
    to = [address.email for address in addresses_of(team)]
    written = write_message(team=team, to=to, **message)
    assert [exchange.mail.to for exchange in written if exchange.mail] == to
    assert [exchange.follow_up_on for exchange in written] == [TODAY, None]
    assert {mail.team for mail in OutgoingMail.objects.all()} == {team}
    assert write_message(team=team, to=to, **message) == written  # the second press
    assert OutgoingMail.objects.count() == 2


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"to": []}, "to"),
        ({"to": ["ailleurs@test.example"]}, "to"),
        ({"subject": "Bonjour\nBcc: tous@ailleurs.example"}, "subject"),
        ({"subject": ""}, "subject"),
        ({"follow_up_on": TODAY - timedelta(days=1)}, "follow_up_on"),
    ],
)
def test_message_that_cannot_leave_leaves_nothing_behind(
    team: Team, staff: User, changes: dict[str, Any], field: str
) -> None:
    referent(team, "Martin", "martin@cabinet.example")
    said = {"to": ["martin@cabinet.example"], "subject": "Réunion", "body": "Bonjour."}
    with pytest.raises(ValidationError) as refused:
        write_message(team=team, **{**said, **changes}, actor=staff)
    assert field in errors_of(refused)
    assert not Exchange.objects.exists()
    assert not OutgoingMail.objects.exists()


# --- follow-ups ----------------------------------------------------------------------------------------------


def test_follow_up_is_planned_moved_and_done_and_the_journal_says_so(team: Team, staff: User) -> None:
    exchange, later = noted(team, staff), TODAY + timedelta(days=7)
    plan_follow_up(exchange=exchange, on=TODAY, seen=None, actor=staff)
    plan_follow_up(exchange=exchange, on=later, seen=TODAY, actor=staff)
    done = finish_follow_up(exchange=exchange, actor=staff)
    assert (done.follow_up_on, done.followed_up_by) == (later, staff)
    changes = FieldChange.objects.filter(team=team).order_by("pk").values_list("label", "before", "after")
    today, then = f"{TODAY:%d/%m/%Y}", f"{later:%d/%m/%Y}"
    assert list(changes) == [("Relance", "", today), ("Relance", today, then), ("Relance", then, "faite")]


def test_follow_up_that_somebody_moved_meanwhile_is_not_overwritten(team: Team, staff: User) -> None:
    exchange = noted(team, staff)
    plan_follow_up(exchange=exchange, on=TODAY, seen=None, actor=staff)
    with pytest.raises(TransitionRefused, match=f"elle est au {TODAY:%d/%m/%Y}"):
        plan_follow_up(exchange=exchange, on=TODAY + timedelta(days=3), seen=None, actor=staff)


def test_follow_up_is_ticked_once_and_the_second_is_told_by_whom(team: Team, staff: User) -> None:
    exchange = noted(team, staff, follow_up_on=TODAY)
    finish_follow_up(exchange=exchange, actor=UserFactory(staff=True, full_name="Claire Aubry"))
    with pytest.raises(TransitionRefused, match="Claire Aubry a déjà fait cette relance"):
        finish_follow_up(exchange=exchange, actor=staff)
    with pytest.raises(TransitionRefused, match="n’a plus de relance"):
        finish_follow_up(exchange=noted(team, staff, body="Sans relance."), actor=staff)


def test_inbox_tells_what_is_due_with_its_age_and_leads_to_the_exchange(team: Team, staff: User) -> None:
    due = ExchangeFactory(team=team, subject="Statuts", follow_up_on=TODAY - timedelta(days=3))
    own = ExchangeFactory(author=staff, follow_up_on=TODAY)
    ExchangeFactory(team=team, follow_up_on=TODAY + timedelta(days=1))
    ExchangeFactory(follow_up_on=TODAY)  # of somebody else's team
    ExchangeFactory(team=team, follow_up_on=TODAY, followed_up_at=timezone.now(), followed_up_by=staff)
    items = list(follow_ups(staff))
    assert [item.url.split("#")[1] for item in items] == [f"echange-{due.pk}", f"echange-{own.pk}"]
    assert items[0].title == f"Relance : {team}"
    assert items[0].detail == "Statuts, à relancer depuis 3 jours"
    assert items[1].detail.endswith("à relancer aujourd’hui")
    assert list(follow_ups(UserFactory(ars=True))) == []


@pytest.mark.parametrize("gone", [{"is_active": False}, {"access_until": TODAY - timedelta(days=1)}, {"role": "admin"}])
@pytest.mark.parametrize("with_officer", [True, False])
def test_follow_up_of_people_who_have_left_is_shown_to_the_whole_office(
    gone: dict[str, Any], with_officer: bool
) -> None:
    author, officer = UserFactory(staff=True), UserFactory(staff=True) if with_officer else None
    team = TeamFactory(officer=officer)
    ExchangeFactory(author=author, team=team, follow_up_on=TODAY, subject="Statuts")
    anybody = UserFactory(staff=True)
    assert list(follow_ups(anybody)) == []
    User.objects.filter(pk=author.pk).update(**gone)
    if officer:
        assert list(follow_ups(anybody)) == []  # the officer sees it
        assert len(list(follow_ups(officer))) == 1
        User.objects.filter(pk=officer.pk).update(**gone)
    assert [item.detail for item in follow_ups(anybody)] == [
        "Statuts, à relancer aujourd’hui, personne n’en est plus chargé"
    ]
    assert list(follow_ups(UserFactory(ars=True))) == []


def test_many_follow_ups_are_counted_in_one_line(team: Team, staff: User) -> None:
    ExchangeFactory.create_batch(13, team=team, follow_up_on=TODAY)
    items = list(follow_ups(staff))
    assert len(items) == 11
    assert (items[-1].title, items[-1].count) == ("Autres relances", 3)
