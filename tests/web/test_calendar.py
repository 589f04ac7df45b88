"""The calendar: what falls due by role, the month, the devices that read it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from icalendar import Calendar

from association.models import CalendarKey, Team, User
from association.registries import due_dates
from association.selectors.calendar import Due, due_and_late, due_between, due_kinds
from association.services.calendar_keys import MANY_KEYS, make_key, revoke_key
from association.views import calendar
from conventions.selectors.awaited import PATIENCE_DAYS
from payments.models import Run
from tests.factories import (
    AdhesionFactory,
    AmendmentFactory,
    ComplementPointFactory,
    ConventionFactory,
    DepartmentFactory,
    EtpProgrammeFactory,
    MembershipFactory,
    RecognitionRequestFactory,
    TeamFactory,
    UserFactory,
)
from tests.factories.correspondence import ExchangeFactory
from tests.payments.office import JULY, Office
from tests.web.conftest import plain

CALENDAR, KEYS = "/calendrier/", "/calendrier/abonnement/"
TODAY = timezone.localdate()
YEAR = timedelta(days=365)


def late_of(user: User, kind: str) -> list[Due]:
    today = timezone.localdate()
    return due_and_late(user, today, today, kind=kind)[1]


def on(days: int) -> date:
    return TODAY + timedelta(days=days)


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def titles(user: User, **asked: Any) -> list[tuple[str, str, date]]:
    dues = due_between(user, TODAY - YEAR, TODAY + YEAR, **asked)
    return [(due.date.title, due.date.subject, due.date.day) for due in dues if due.kind != "paiements"]


@pytest.fixture
def officer(db: None) -> User:
    return UserFactory(staff=True)


@pytest.fixture
def at_ars(officer: User) -> Team:
    """A team whose opinion is due in ten days."""
    team: Team = TeamFactory(submitted=True, name="Équipe de Laval", officer=officer)
    RecognitionRequestFactory(team=team, of_paper=True, submitted_on=on(-35), opinion_due_on=on(10))
    return team


# --- what falls due ------------------------------------------------------------------------------------------


def test_opinion_stands_on_its_day_until_it_is_given(officer: User, at_ars: Team) -> None:
    assert titles(officer) == [("Avis de l’ARS attendu", "Équipe de Laval", on(10))]
    at_ars.recognition_requests.update(opinion="favorable", opinion_on=TODAY, opinion_by=officer)
    assert titles(officer) == []


def test_complements_of_a_day_are_one_entry_until_the_last_answer(officer: User) -> None:
    team = TeamFactory(to_complete=True, name="Mayenne")
    request = RecognitionRequestFactory(team=team, of_paper=True, closed_at=timezone.now())
    first, second = (ComplementPointFactory(request=request, due_on=on(4)) for _ in range(2))
    assert titles(officer) == [("Compléments à remettre à l’ARS", "Mayenne", on(4))]
    for point in (first, second):
        point.answer, point.answered_at = "Voici.", timezone.now()
        point.save()
    assert titles(officer) == []


def test_follow_up_stands_until_it_is_done(officer: User) -> None:
    exchange = ExchangeFactory(follow_up_on=on(2), team=TeamFactory(name="Craon"))
    assert titles(officer) == [("Relance", "Craon", on(2))]
    exchange.followed_up_at, exchange.followed_up_by = timezone.now(), officer
    exchange.save()
    assert titles(officer) == []


def test_end_of_a_convention_and_of_one_that_is_stopped(officer: User) -> None:
    ConventionFactory(signed=True, team__name="A", ends_on=on(60))
    ConventionFactory(terminated=True, team__name="B", terminated_on=on(31))
    ConventionFactory(terminated=True, team__name="C", terminated_on=on(-31), ends_on=on(60))
    assert titles(officer) == [
        ("Fin de convention (résiliée)", "B", on(30)),
        ("Fin de convention", "A", on(60)),
    ]


def test_convention_that_ended_without_a_next_is_late_until_one_follows(officer: User) -> None:
    ended = ConventionFactory(ended=True, team__name="A", ends_on=on(-9))
    (late,) = late_of(officer, "conventions")
    assert (late.date.title, late.days_late) == ("Convention arrivée à terme, sans suite", 9)
    ConventionFactory(draft=True, team=ended.team, starts_on=on(-8), ends_on=on(700), renews=ended)
    assert late_of(officer, "conventions") == []


def test_signatures_are_late_after_the_time_of_patience(officer: User) -> None:
    convention = ConventionFactory(signing=True, team__name="A", issued_on=on(-PATIENCE_DAYS - 3))
    adhesion = AdhesionFactory(convention=convention, invited=True)
    (late,) = late_of(officer, "signatures")
    assert (late.date.title, late.days_late) == ("Signatures attendues (convention)", 3)
    adhesion.membership.left_on = on(-1)
    adhesion.membership.save()
    assert late_of(officer, "signatures") == []


def test_amendment_in_signing_counts_too(officer: User) -> None:
    convention = ConventionFactory(signed=True, team__name="A", ends_on=on(700))
    member = MembershipFactory(team=convention.team)
    AmendmentFactory(convention=convention, signing=True, signed_by=member.pk, issued_on=TODAY)
    assert ("Signatures attendues (avenant)", "A", on(PATIENCE_DAYS)) in titles(officer)


def test_programme_that_ends(officer: User) -> None:
    EtpProgrammeFactory(team=TeamFactory(name="A"), ends_on=on(5))
    assert titles(officer) == [("Fin de la déclaration d’un programme d’ETP", "A", on(5))]


def test_last_month_is_to_be_prepared_and_then_to_be_submitted(db: None) -> None:
    office = Office()
    office.approved(JULY)
    found = {
        (due.date.title, due.date.subject)
        for due in due_between(office.staff, date(2026, 8, 1), date(2026, 9, 30), kind="paiements")
    }
    assert found == {
        ("Paiement mensuel à transmettre à la banque", "juillet 2026"),
        ("Paiement mensuel à préparer", "août 2026"),
    }
    office.submitted(date(2026, 8, 1))
    (due,) = [
        one
        for one in due_between(office.treasurer, date(2026, 8, 1), TODAY, kind="paiements")
        if one.date.subject == "août 2026"
    ]
    assert due.date.title == "Bon à payer attendu"
    assert due.date.day == date(2026, 9, 15)
    assert due.date.url.endswith(f"/{Run.objects.get(month=date(2026, 8, 1)).pk}/")


# --- whose ---------------------------------------------------------------------------------------------------


def test_mine_is_what_the_own_teams_wait_for(officer: User, at_ars: Team) -> None:
    other = TeamFactory(submitted=True, name="Ailleurs", officer=UserFactory(staff=True))
    RecognitionRequestFactory(team=other, of_paper=True, opinion_due_on=on(3))
    assert len(titles(officer)) == 2
    assert [subject for _, subject, _ in titles(officer, only_mine=True)] == ["Équipe de Laval"]


def test_a_delegation_sees_its_department_and_no_follow_up(at_ars: Team) -> None:
    ExchangeFactory(team=at_ars, follow_up_on=on(2))
    here = UserFactory(ars=True, department=at_ars.department)
    there = UserFactory(ars=True, department=DepartmentFactory(code="53"))
    assert [title for title, _, _ in titles(here)] == ["Avis de l’ARS attendu"]
    assert titles(there) == []


def test_the_administrator_and_the_auditor_see_no_dossier(at_ars: Team) -> None:
    assert titles(UserFactory(admin=True)) == []
    assert titles(UserFactory(auditor=True)) == []


def test_a_referent_sees_the_own_team_alone(at_ars: Team) -> None:
    referent = UserFactory(referent=True)
    assert titles(referent) == []
    MembershipFactory(team=at_ars, professional=referent.professional, is_referent=True)
    assert [subject for _, subject, _ in titles(referent)] == ["Équipe de Laval"]


def test_kinds_are_those_of_the_role(db: None) -> None:
    assert [code for code, _ in due_kinds(UserFactory(staff=True))] == due_dates.names()
    assert {"paiements", "relances"} & {code for code, _ in due_kinds(UserFactory(ars=True))} == set()


# --- the page ------------------------------------------------------------------------------------------------


def test_month_shows_its_days_and_what_falls_on_them(officer: User) -> None:
    RecognitionRequestFactory(
        team=TeamFactory(submitted=True, name="Nantes"), of_paper=True, opinion_due_on=date(2027, 2, 9)
    )
    page = client_of(officer).get(CALENDAR, {"month": "2027-02", "kind": "avis"})
    (day,) = [one for one in page.context["days"] if one.groups]
    assert day.day == date(2027, 2, 9)
    assert page.context["days"][0].day.weekday() == 0
    assert len(page.context["days"]) % 7 == 0
    assert "Nantes" in plain(page)
    assert "month=2027-01" in plain(page)
    assert "month=2027-03" in plain(page)
    assert "kind=avis" in page.context["after"]["url"]


def test_late_ones_are_listed_whatever_the_month(officer: User, at_ars: Team) -> None:
    at_ars.recognition_requests.update(opinion_due_on=on(-4))
    page = client_of(officer).get(CALENDAR, {"month": "2030-01", "kind": "avis"})
    assert page.context["late_count"] == 1
    assert "4 jours" in plain(page)


def test_many_late_ones_are_a_press_away(officer: User) -> None:
    for _ in range(8):
        ExchangeFactory(follow_up_on=on(-3))
    page = client_of(officer).get(CALENDAR, {"kind": "relances"})
    assert len(page.context["late"]) == 5
    assert "Voir les 8 échéances dépassées" in plain(page)
    assert len(client_of(officer).get(CALENDAR, {"kind": "relances", "retards": "tous"}).context["late"]) == 8


@pytest.mark.parametrize("typed", ["2026-13", "hier", "1066-10", "2026-1-1", "9999-12"])
def test_a_month_that_makes_no_sense_is_explained(officer: User, typed: str) -> None:
    page = client_of(officer).get(CALENDAR, {"month": typed, "kind": "voeux", "whose": "eux"})
    assert page.status_code == 200
    assert page.context["month"] == TODAY.replace(day=1)
    assert "n'est pas un mois" in plain(page)
    assert "« voeux » n'existe pas, c'est ignoré" in plain(page)


def test_calendar_asks_as_much_for_many_as_for_few(officer: User) -> None:
    def more(count: int) -> None:
        for _ in range(count):
            submitted = TeamFactory(submitted=True, officer=officer)
            RecognitionRequestFactory(team=submitted, of_paper=True, opinion_due_on=TODAY)
            ExchangeFactory(follow_up_on=TODAY)
            ConventionFactory(signed=True, ends_on=TODAY)
            convention = ConventionFactory(signing=True, issued_on=on(-PATIENCE_DAYS))
            AdhesionFactory(convention=convention, invited=True)
            EtpProgrammeFactory(ends_on=TODAY)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(CALENDAR)
        return len(captured)

    client = client_of(officer)
    more(2)
    few = queries()
    more(12)
    assert queries() == few
    assert few <= 40


# --- devices -------------------------------------------------------------------------------------------------


def subscribe(client: Client, **typed: str) -> str:
    """Return the path of the feed that a person is given."""
    page = client.post(KEYS, {"device": "Téléphone", **typed})
    address: str = page.context["address"]
    return address[address.index("/calendrier/") :]


def test_feed_is_read_without_signing_in_as_the_role_sees_it(officer: User, at_ars: Team) -> None:
    ExchangeFactory(team=at_ars, follow_up_on=on(3), subject="Mme Untel rappelle", author=officer)
    answer = Client().get(subscribe(client_of(officer)))
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    events = {str(event["SUMMARY"]): event for event in Calendar.from_ical(answer.content).walk("VEVENT")}
    opinion = events["Avis de l’ARS attendu – Équipe de Laval"]
    assert opinion["DTSTART"].dt == on(10)
    assert opinion["DTEND"].dt == on(11)
    assert str(opinion["UID"]).startswith("avis-")
    assert "Relance – Équipe de Laval" in events
    assert "Untel" not in answer.content.decode()
    assert events["Relance – Équipe de Laval"]["URL"].startswith("http")


def test_event_keeps_its_name_when_its_day_moves(officer: User, at_ars: Team) -> None:
    def event() -> Any:
        feed = Calendar.from_ical(Client().get(path).content)
        return next(one for one in feed.walk("VEVENT") if "Avis" in one["SUMMARY"])

    path = subscribe(client_of(officer))
    before = event()
    at_ars.recognition_requests.update(opinion_due_on=on(20))
    after = event()
    assert (before["UID"], after["DTSTART"].dt) == (after["UID"], on(20))


def test_feed_of_only_mine(officer: User, at_ars: Team) -> None:
    other = TeamFactory(submitted=True, name="Ailleurs")
    RecognitionRequestFactory(team=other, of_paper=True, opinion_due_on=on(3))
    text = Client().get(subscribe(client_of(officer), only_mine="on")).content.decode()
    assert "Laval" in text
    assert "Ailleurs" not in text


def test_key_is_kept_nowhere_and_shown_once(officer: User) -> None:
    client = client_of(officer)
    path = subscribe(client)
    key = path.rpartition("/")[2].removesuffix(".ics")
    row = CalendarKey.objects.get()
    assert key not in (row.key_sha256, row.device)
    page = client.get(KEYS)
    assert key not in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    assert "Téléphone" in plain(page)


def test_revoked_key_opens_nothing_and_the_other_device_goes_on(officer: User) -> None:
    client = client_of(officer)
    phone, desk = subscribe(client), subscribe(client, device="Bureau")
    row = CalendarKey.objects.get(device="Téléphone")
    assert client.post(f"{KEYS}{row.pk}/revoquer/").status_code == 302
    assert Client().get(phone).status_code == 404
    assert Client().get(desk).status_code == 200
    assert "Téléphone" not in [str(key) for key in client.get(KEYS).context["keys"]]


def test_nobody_revokes_the_key_of_somebody_else(officer: User) -> None:
    row, _ = make_key(device="Téléphone", only_mine=False, actor=officer)
    other = UserFactory(staff=True)
    assert client_of(other).post(f"{KEYS}{row.pk}/revoquer/").status_code == 404
    assert revoke_key(key=row, actor=other).revoked_at is None


@pytest.mark.parametrize("end", [{"is_active": False}, {"access_until": on(-1)}, {"role": "system"}])
def test_feed_ends_with_the_account(officer: User, end: dict[str, Any]) -> None:
    path = subscribe(client_of(officer))
    User.objects.filter(pk=officer.pk).update(**end)
    assert Client().get(path).status_code == 404


@pytest.mark.parametrize("key", ["x", "A" * 43, "é" * 9])
def test_a_key_that_nobody_made_is_not_found(db: None, key: str) -> None:
    assert Client().get(f"/calendrier/flux/{key}.ics").status_code == 404


def test_device_that_never_rests_has_to_wait_and_the_others_do_not(
    officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calendar, "FEEDS_PER_HOUR", 3)
    phone, desk = subscribe(client_of(officer)), subscribe(client_of(officer), device="Bureau")
    assert [Client().get(phone).status_code for _ in range(3)] == [200, 200, 200]
    refused = Client().get(phone)
    assert (refused.status_code, refused["Retry-After"]) == (429, "3600")
    assert "VEVENT" not in refused.content.decode()
    assert Client().get(desk).status_code == 200


def test_key_that_opens_nothing_is_not_found_however_often_it_is_asked(
    officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calendar, "FEEDS_PER_HOUR", 3)
    client = client_of(officer)
    path = subscribe(client)
    client.post(f"{KEYS}{CalendarKey.objects.get().pk}/revoquer/")
    answers = [Client().get(path) for _ in range(5)]
    assert {answer.status_code for answer in answers} == {404}
    key = path.rpartition("/")[2]
    unknown = Client().get(path.replace(key, "A" * 43 + ".ics"))
    said = [plain(answer).partition("<main")[2].replace(key, "") for answer in (answers[0], unknown)]
    assert said[0] == said[1] != ""


def test_use_is_noted(officer: User) -> None:
    path = subscribe(client_of(officer))
    assert CalendarKey.objects.get().last_used_at is None
    Client().get(path)
    assert CalendarKey.objects.get().last_used_at is not None


def test_devices_are_bounded(officer: User) -> None:
    for number in range(MANY_KEYS):
        make_key(device=f"Appareil {number}", only_mine=False, actor=officer)
    page = client_of(officer).post(KEYS, {"device": "Un de trop"})
    assert f"Vous avez déjà {MANY_KEYS} abonnements" in plain(page)
    assert CalendarKey.objects.count() == MANY_KEYS
