"""What takes several evenings: the sessions, who was there, and the one date that is priced."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from pypdf import PdfReader

from actions.models import Action, ActionSession
from actions.pdf import AttendanceContent, attendance_pdf
from actions.selectors.alerts import alerts_of
from actions.selectors.sessions import sheets_of
from actions.services import save_and_declare, save_draft, validate_action
from actions.services.declaring import TypedAction
from actions.services.sessions import TypedSession
from association.models import FieldChange, MembershipPeriod
from payments.models import DueLine, Price
from tests.factories import MembershipFactory, ProfessionalFactory, TeamFactory
from tests.payments.office import AUGUST, Office

pytestmark = pytest.mark.django_db
DELIVERED, FIRST, SECOND = date(2026, 8, 3), date(2026, 6, 10), date(2026, 7, 8)


@pytest.fixture
def office(db: None) -> Office:
    made = Office()
    made.terms.action_types = ["RCP", "PPS", "PROTOCOLE"]
    made.terms.save()
    return made


def protocol(office: Office, **changes: Any) -> TypedAction:
    first, second = (person.pk for person in office.people[:2])
    said = TypedAction(
        team=office.team,
        type="PROTOCOLE",
        held_on=DELIVERED,
        people={first: "redacteur", second: "participant"},
        not_funded_elsewhere=True,
        sessions=(
            TypedSession(FIRST, frozenset({first, second}), 120, "Plan du protocole."),
            TypedSession(SECOND, frozenset({first})),
        ),
    )
    return replace(said, **changes)


def test_protocol_keeps_its_sessions_with_who_was_there(office: Office) -> None:
    action = save_and_declare(typed=protocol(office), actor=office.staff)
    first, second = action.sessions.all()
    assert (first.held_on, first.duration_minutes, first.minutes) == (FIRST, 120, "Plan du protocole.")
    assert {one.last_name for one in first.attendees.all()} == {"Évrard", "Le Goff"}
    assert [one.last_name for one in second.attendees.all()] == ["Évrard"]


def test_price_and_month_are_those_of_the_delivery_and_of_no_session(office: Office) -> None:
    for amount, starts_on in ((100_00, date(2026, 1, 1)), (130_00, date(2026, 8, 1))):
        for role in ("redacteur", "participant"):
            Price.objects.create(
                action_type="PROTOCOLE", role=role, amount_cents=amount, starts_on=starts_on, published_by=office.admin
            )
    action = save_and_declare(typed=protocol(office), actor=office.staff)
    validate_action(action=action, actor=office.treasurer)
    office.approved()
    assert not DueLine.objects.exists()  # the run of July, the month of the sessions
    office.approved(AUGUST)
    assert sorted(DueLine.objects.values_list("amount_cents", flat=True)) == [130_00, 130_00]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"type": "RCP"}, "prennent des séances"),
        ({"held_on": FIRST}, "vient après la date de l'action"),
        ({"sessions": (TypedSession(FIRST), TypedSession(FIRST))}, "la même date"),
        ({"sessions": (TypedSession(FIRST, minutes="NIR 2 55 08 14 168 025 38"),)}, "sécurité sociale"),
    ],
)
def test_sessions_that_make_no_sense_are_refused_and_nothing_is_written(
    office: Office, changes: dict[str, Any], said: str
) -> None:
    with pytest.raises(ValidationError, match=said):
        save_draft(typed=protocol(office, **changes), actor=office.staff)
    assert not Action.objects.exists()
    assert not ActionSession.objects.exists()


def test_stranger_cannot_be_at_a_session_and_somebody_expected_can(office: Office) -> None:
    expected, stranger = office.people[2], ProfessionalFactory(last_name="Inconnu")
    MembershipPeriod.objects.filter(membership__professional=expected).update(status="pressenti")
    made = save_draft(
        typed=protocol(office, sessions=(TypedSession(FIRST, frozenset({expected.pk})),)), actor=office.staff
    )
    assert list(made.sessions.get().attendees.all()) == [expected]
    with pytest.raises(ValidationError, match="Inconnu"):
        save_draft(
            typed=protocol(office, sessions=(TypedSession(FIRST, frozenset({stranger.pk})),)), actor=office.staff
        )


def test_changed_sessions_are_told_in_the_history(office: Office) -> None:
    draft = save_draft(typed=protocol(office), actor=office.staff)
    save_draft(typed=protocol(office, sessions=()), action=draft, version=0, actor=office.staff)
    assert not draft.sessions.exists()
    change = FieldChange.objects.get(object_id=draft.pk, label="Séances")
    assert "10/06/2026, 120 min (Le Goff" in change.before or "10/06/2026, 120 min (Évrard" in change.before
    assert change.after == ""
    draft.refresh_from_db()
    assert draft.version == 1


def test_sessions_that_stay_as_they_were_change_nothing(office: Office) -> None:
    draft = save_draft(typed=protocol(office), actor=office.staff)
    save_draft(typed=protocol(office), action=draft, version=0, actor=office.staff)
    draft.refresh_from_db()
    assert draft.version == 0


def test_person_in_another_team_on_the_evening_of_a_session_is_signalled(office: Office) -> None:
    busy = office.people[0]
    other = TeamFactory(code="T2", name="Équipe de Nort")
    MembershipFactory(team=other, professional=busy, joined_on=date(2026, 1, 1))
    meeting = office.rcp(FIRST, people=1, reference="A-AILLEURS", state="declared")
    Action.objects.filter(pk=meeting.pk).update(team=other)
    action = save_and_declare(typed=protocol(office), actor=office.staff)
    told = [one.sentence for one in alerts_of(action, user=office.staff) if one.code == "ELSEWHERE"]
    assert len(told) == 1
    assert "le 10/06/2026, jour d'une séance," in told[0]
    assert "A-AILLEURS" in told[0]
    # And seen from the meeting, it is the session that is elsewhere.
    back = [one.sentence for one in alerts_of(Action.objects.get(pk=meeting.pk), user=office.staff)]
    assert any(action.reference in sentence for sentence in back)


def test_who_was_at_a_session_without_being_a_participant_is_signalled(office: Office) -> None:
    absent, third = office.people[1], office.people[2]
    sessions = (TypedSession(FIRST, frozenset({office.people[0].pk, third.pk})),)
    action = save_and_declare(typed=protocol(office, sessions=sessions), actor=office.staff)
    told = [one.sentence for one in alerts_of(action, user=office.staff) if one.code == "SESSIONS"]
    assert len(told) == 2
    assert third.last_name in told[0]
    assert absent.last_name in told[1]


def test_one_sheet_is_printed_per_session_each_with_its_day(office: Office) -> None:
    action = save_draft(typed=protocol(office), actor=office.staff)
    buffer = BytesIO()
    content = AttendanceContent(action.reference, "Association", office.team.name, "Protocole", sheets_of(action))
    attendance_pdf(content, buffer)
    texts = [page.extract_text() for page in PdfReader(buffer).pages]
    assert len(texts) == 2
    assert "Séance 1" in texts[0]
    assert "10 juin 2026" in texts[0]
    assert "8 juillet 2026" in texts[1]


def test_sheet_without_sessions_is_that_of_the_day(office: Office) -> None:
    action = office.rcp(DELIVERED, state="draft")
    (sheet,) = sheets_of(action)
    assert (sheet.held_on, sheet.number, len(sheet.people)) == (DELIVERED, 0, 3)
