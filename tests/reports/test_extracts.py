"""The extract for a contrôle: who asks, who decides, what it holds, for how long, and that each download is noted."""

from __future__ import annotations

import io
import re
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from association.machine import TransitionRefused
from association.models import LookLog, Role, User
from association.workflow import fire
from config.demo.clock import living_on
from payments.models import Payment
from reports.extract_hooks import waiting_extracts
from reports.models import ExtractRequest, ExtractSettings
from reports.selectors.extracts import extract_content, requests_for
from reports.services.extracts import (
    PDF,
    XLSX,
    ask_extract,
    change_extract_settings,
    hand_out_extract,
    move_extract,
)
from tests.association.pdf_reading import text_of
from tests.factories import DepartmentFactory, UserFactory
from tests.payments.office import IBANS, Office

pytestmark = pytest.mark.django_db
DAYS = {"first_on": date(2026, 7, 1), "last_on": date(2026, 7, 31)}


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def ars() -> User:
    user: User = UserFactory(ars=True)
    return user


def ask(actor: User, **about: object) -> ExtractRequest:
    given = {"team": None, "rpps": "", "reason": "Contrôle sur pièces.", **DAYS, **about}
    return ask_extract(actor=actor, **given)  # type: ignore[arg-type]


def granted(actor: User, office: Office, **about: object) -> ExtractRequest:
    return move_extract(request=ask(actor, **about), step="grant", actor=office.treasurer)


def cells(workbook: bytes) -> list[tuple[object, ...]]:
    return list(load_workbook(io.BytesIO(workbook))["Participations"].iter_rows(values_only=True))


def test_granted_extract_of_a_person_holds_their_actions_amounts_and_dates(office: Office, ars: User) -> None:
    office.rcp(date(2026, 7, 6), reference="A-1")
    office.rcp(date(2026, 7, 7), people=1, reference="A-2")  # nobody met anybody: not paid, and why
    office.rcp(date(2026, 6, 30), reference="A-BEFORE")
    office.approved()
    request = granted(ars, office, rpps=office.people[0].rpps)
    rows = cells(hand_out_extract(request=request, form=XLSX, actor=ars))
    assert [(row[2], row[4], row[8], row[11]) for row in rows[1:]] == [
        ("A-1", "Évrard Loïc", 50, None),
        ("A-2", "Évrard Loïc", 0, "Réunion non pluriprofessionnelle"),
        (None, None, 50, None),
    ]
    paper = text_of(hand_out_extract(request=request, form=PDF, actor=ars))
    assert "Évrard Loïc" in paper
    assert "A-BEFORE" not in paper


def test_extract_says_what_was_paid_and_when(office: Office, ars: User) -> None:
    office.rcp(date(2026, 7, 6))
    with living_on(date(2026, 8, 5)):
        run = office.approved()
    before = extract_content(ask(ars, team=office.team), actor=office.treasurer)
    assert (before.due_cents, before.paid_cents) == (150_00, 0)
    with transaction.atomic():
        for payment in Payment.objects.filter(run=run):
            sent = fire(payment, "send", actor=office.treasurer)
            fire(sent, "pay", actor=office.treasurer, paid_on=date(2026, 8, 5))
    after = extract_content(ask(ars, team=office.team), actor=office.treasurer)
    assert (after.due_cents, after.paid_cents) == (150_00, 150_00)
    assert {row.paid_on for row in after.rows} == {date(2026, 8, 5)}


def test_files_hold_no_iban(office: Office, ars: User) -> None:
    office.rcp(date(2026, 7, 6))
    office.approved()
    request = granted(ars, office, team=office.team)
    told = text_of(hand_out_extract(request=request, form=PDF, actor=ars)) + str(
        cells(hand_out_extract(request=request, form=XLSX, actor=ars))
    )
    compact = re.sub(r"\s", "", told)
    assert not any(iban in compact or iban[-8:] in compact for iban in IBANS)
    assert "FR76" not in compact


def test_what_was_granted_does_not_change_with_what_follows(office: Office, ars: User) -> None:
    office.rcp(date(2026, 7, 6))
    office.approved()
    request = granted(ars, office, team=office.team)
    first = hand_out_extract(request=request, form=PDF, actor=ars)
    workbook = hand_out_extract(request=request, form=XLSX, actor=ars)
    office.rcp(date(2026, 7, 20))
    assert hand_out_extract(request=request, form=PDF, actor=ars) == first
    assert hand_out_extract(request=request, form=XLSX, actor=ars) == workbook
    with pytest.raises(IntegrityError), transaction.atomic():
        ExtractRequest.objects.filter(pk=request.pk).update(content={})


def test_name_that_begins_with_an_equals_sign_is_text_in_the_workbook(office: Office, ars: User) -> None:
    office.rcp(date(2026, 7, 6))
    request = granted(ars, office, team=office.team)
    workbook = load_workbook(io.BytesIO(hand_out_extract(request=request, form=XLSX, actor=ars)))
    found = [cell for row in workbook["Participations"].iter_rows() for cell in row if str(cell.value)[:1] == "="]
    assert found
    assert {cell.data_type for cell in found} == {"s"}


def test_each_download_is_noted_with_who_and_what(office: Office, ars: User) -> None:
    request = granted(ars, office, team=office.team)
    hand_out_extract(request=request, form=PDF, actor=ars)
    hand_out_extract(request=request, form=XLSX, actor=ars)
    looks = LookLog.objects.order_by("pk").values_list("what", "actor", "object_id", "reason")
    assert list(looks) == [
        ("extrait individuel (pdf)", ars.pk, request.pk, request.number),
        ("extrait individuel (xlsx)", ars.pk, request.pk, request.number),
    ]


@pytest.mark.parametrize("state", ["asked", "refused", "withdrawn", "closed"])
def test_extract_that_is_not_granted_is_not_handed_out(state: str, office: Office, ars: User) -> None:
    request = ask(ars, team=office.team)
    if state == "closed":
        request = move_extract(request=request, step="grant", actor=office.treasurer)
        request = move_extract(request=request, step="close", actor=office.treasurer, comment="Contrôle terminé.")
    elif state == "refused":
        request = move_extract(request=request, step="refuse", actor=office.admin, comment="Sans objet.")
    elif state == "withdrawn":
        request = move_extract(request=request, step="withdraw", actor=ars)
    assert request.state == state
    with pytest.raises(PermissionDenied):
        hand_out_extract(request=request, form=PDF, actor=ars)
    assert not LookLog.objects.exists()


def test_extract_is_open_to_its_last_day_and_no_longer(
    office: Office, ars: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    change_extract_settings(values={"days_open": 3}, version=0, actor=office.admin)
    request = granted(ars, office, team=office.team)
    last = timezone.localdate() + timedelta(days=3)
    assert request.open_until == last
    monkeypatch.setattr(timezone, "localdate", lambda *args: last)
    assert hand_out_extract(request=request, form=PDF, actor=ars)
    monkeypatch.setattr(timezone, "localdate", lambda *args: last + timedelta(days=1))
    with pytest.raises(PermissionDenied):
        hand_out_extract(request=request, form=PDF, actor=ars)


def test_nobody_but_who_asked_downloads(office: Office, ars: User) -> None:
    request = granted(ars, office, team=office.team)
    for somebody in (UserFactory(ars=True), office.treasurer, office.admin):
        with pytest.raises(PermissionDenied):
            hand_out_extract(request=request, form=PDF, actor=somebody)


def test_colleague_at_the_ars_does_not_see_the_request(office: Office, ars: User) -> None:
    request = ask(ars, team=office.team)
    assert list(requests_for(UserFactory(ars=True))) == []
    client = Client()
    client.force_login(UserFactory(ars=True))
    assert client.get(reverse("reports:extract", args=[request.pk])).status_code == 404
    assert client.get(reverse("reports:extract_file", args=[request.pk, "pdf"])).status_code == 404


def test_who_asked_does_not_decide_whatever_their_role_is_now(office: Office, ars: User) -> None:
    request = ask(ars, team=office.team)
    User.objects.filter(pk=ars.pk).update(role=Role.TREASURER)
    promoted = User.objects.get(pk=ars.pk)
    for step in ("grant", "refuse"):
        with pytest.raises(TransitionRefused, match="une autre personne"):
            move_extract(request=request, step=step, actor=promoted, comment="Motif.")


def test_who_is_concerned_does_not_decide(office: Office, ars: User) -> None:
    request = ask(ars, rpps=office.people[0].rpps)
    User.objects.filter(pk=office.treasurer.pk).update(professional=office.people[0])
    with pytest.raises(TransitionRefused, match="vous concerne"):
        move_extract(request=request, step="grant", actor=User.objects.get(pk=office.treasurer.pk))
    assert move_extract(request=request, step="grant", actor=office.president).state == "granted"


@pytest.mark.parametrize("role", ["staff", "auditor", "referent", "ars"])
def test_other_roles_do_not_decide(role: str, office: Office, ars: User) -> None:
    request = ask(ars, team=office.team)
    person = {"professional": office.people[0]} if role == "referent" else {}
    somebody = UserFactory(role=role, access_until=date(2099, 1, 1), **person)
    with pytest.raises((TransitionRefused, PermissionDenied)):
        move_extract(request=request, step="grant", actor=somebody)
    request.refresh_from_db()
    assert request.state == "asked"


@pytest.mark.parametrize(
    ("step", "states"),
    [
        ("grant", ("granted", "refused", "withdrawn", "closed")),
        ("refuse", ("granted", "refused", "withdrawn", "closed")),
        ("withdraw", ("granted", "refused", "withdrawn", "closed")),
        ("close", ("asked", "refused", "withdrawn", "closed")),
    ],
)
def test_step_from_a_wrong_state_is_refused(step: str, states: tuple[str, ...], office: Office, ars: User) -> None:
    way = {
        "asked": [],
        "granted": [("grant", office.treasurer)],
        "refused": [("refuse", office.treasurer)],
        "withdrawn": [("withdraw", ars)],
        "closed": [("grant", office.treasurer), ("close", office.treasurer)],
    }
    for state in states:
        request = ask(ars, team=office.team)
        for earlier, actor in way[state]:
            request = move_extract(request=request, step=earlier, actor=actor, comment="Motif.")
        with pytest.raises(TransitionRefused):
            move_extract(request=request, step=step, actor=ars if step == "withdraw" else office.admin, comment="Non.")


def test_refusal_wants_a_reason_and_tells_it(office: Office, ars: User) -> None:
    request = ask(ars, team=office.team)
    with pytest.raises(TransitionRefused, match="motif"):
        move_extract(request=request, step="refuse", actor=office.admin)
    refused = move_extract(request=request, step="refuse", actor=office.admin, comment="La période est trop large.")
    assert refused.decision_reason == "La période est trop large."


def test_delegation_gets_the_actions_of_its_own_teams_alone(office: Office) -> None:
    office.rcp(date(2026, 7, 6))
    elsewhere = UserFactory(ars=True, department=DepartmentFactory(code="85", name="Vendée"))
    with pytest.raises(ValidationError, match="périmètre"):
        ask(elsewhere, team=office.team)
    request = granted(elsewhere, office, rpps=office.people[0].rpps)
    assert len(cells(hand_out_extract(request=request, form=XLSX, actor=elsewhere))) == 2  # head and total
    own = UserFactory(ars=True, department=DepartmentFactory(code="44"))
    request = granted(own, office, rpps=office.people[0].rpps)
    assert len(cells(hand_out_extract(request=request, form=XLSX, actor=own))) == 3


def test_asking_tells_nobody_whether_somebody_is_known(office: Office, ars: User) -> None:
    known, unknown = ask(ars, rpps=office.people[0].rpps), ask(ars, rpps="10003456787")
    client = Client()
    client.force_login(ars)
    shapes = []
    for one in (known, unknown):
        page = client.get(reverse("reports:extract", args=[one.pk])).content.decode()
        assert "Évrard" not in page
        body = page[page.index("<main") : page.index("</main")]
        shapes.append(re.sub(r'\d|value="[^"]*"', "", body))
    assert shapes[0] == shapes[1]


@pytest.mark.parametrize(
    ("about", "field"),
    [
        ({"reason": "   "}, "reason"),
        ({"last_on": date(2026, 6, 1)}, "__all__"),
        ({"last_on": date(2099, 1, 1)}, "last_on"),
        ({"first_on": date(2020, 1, 1)}, "last_on"),
        ({"rpps": "123"}, "rpps"),
        ({"rpps": "10000000017"}, "__all__"),
    ],
)
def test_request_without_a_reason_or_with_impossible_days_is_refused(
    about: dict[str, object], field: str, office: Office, ars: User
) -> None:
    team = {} if about.get("rpps") == "123" else {"team": office.team}
    with pytest.raises(ValidationError) as refused:
        ask(ars, **{**team, **about})
    assert field in refused.value.message_dict


def test_both_sides_are_told_at_home(office: Office, ars: User) -> None:
    def told(user: User) -> list[str]:
        return [item.title for item in waiting_extracts(user)]

    request = ask(ars, team=office.team)
    assert told(office.treasurer) == told(office.admin) == ["Extrait demandé par l’ARS, à décider"]
    assert told(ars) == told(office.staff) == []
    request = move_extract(request=request, step="grant", actor=office.treasurer)
    assert told(office.treasurer) == []
    assert told(ars) == ["Extrait accordé"]
    hand_out_extract(request=request, form=PDF, actor=ars)
    assert told(ars) == []
    move_extract(request=ask(ars, team=office.team), step="refuse", actor=office.admin, comment="Sans objet.")
    assert told(ars) == ["Demande d’extrait refusée"]


def test_extract_reads_in_as_many_queries_for_many_rows_as_for_few(office: Office, ars: User) -> None:
    office.rcp(date(2026, 7, 6))
    request = ask(ars, team=office.team)
    with CaptureQueriesContext(
        connection,
    ) as few:
        extract_content(request, actor=office.treasurer)
    for day in range(7, 20):
        office.rcp(date(2026, 7, day))
    with CaptureQueriesContext(connection) as many:
        extract_content(request, actor=office.treasurer)
    assert len(many) == len(few)


def test_ars_asks_on_screen_and_keeps_what_was_typed_when_refused(office: Office, ars: User) -> None:
    client = Client()
    client.force_login(ars)
    typed = {"about": "equipe", "team": office.team.pk, "first_on": "2026-07-01", "last_on": "2026-07-31", "reason": ""}
    page = client.post(reverse("reports:extract_ask"), typed)
    assert page.status_code == 422
    assert "2026-07-31" in page.content.decode()
    done = client.post(reverse("reports:extract_ask"), {**typed, "reason": "Contrôle sur pièces."}, follow=True)
    assert "À décider" in done.content.decode()
    assert ExtractRequest.objects.get().team == office.team


def test_setting_is_the_administrator_s(office: Office) -> None:
    with pytest.raises(PermissionDenied):
        change_extract_settings(values={"days_open": 5}, version=0, actor=office.treasurer)
    with pytest.raises(ValidationError):
        change_extract_settings(values={"days_open": 0}, version=0, actor=office.admin)
    assert ExtractSettings.current().days_open == 15
