"""The ARS's part of a dossier in the browser: the section, the pages of the gestures, the list, the inbox."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from association.models import LookLog, RecognitionRequest, Team
from association.workflow import fire
from tests.association.files import pdf, upload
from tests.factories import (
    ComplementPointFactory,
    ConventionFactory,
    DepartmentFactory,
    HealthProjectFactory,
    MembershipFactory,
    RecognitionRequestFactory,
    TeamFactory,
    UserFactory,
)
from tests.web.conftest import plain

pytestmark = pytest.mark.django_db

TODAY = date(2026, 6, 30)
NIR = "1 85 05 78 006 084 91"


def client_of(**traits: Any) -> Client:
    client = Client()
    client.force_login(UserFactory(**traits))
    return client


@pytest.fixture
def staff() -> Client:
    return client_of(staff=True)


@pytest.fixture
def ars() -> Client:
    return client_of(ars=True)


@pytest.fixture
def request_() -> RecognitionRequest:
    return RecognitionRequestFactory()


def to(name: str, pk: int) -> str:
    return reverse(f"association:{name}", args=[pk])


def points(*rows: tuple[str, str, str]) -> dict[str, str]:
    """What the page of the complements sends: three rows, the last ones as they were shown."""
    shown = (timezone.localdate() + timedelta(days=30)).isoformat()
    filled = [*rows, *[("", "", shown)] * (3 - len(rows))]
    sent = {"points-TOTAL_FORMS": str(len(filled)), "points-INITIAL_FORMS": "0"}
    for row, (kind, text, due_on) in enumerate(filled):
        sent |= {f"points-{row}-kind": kind, f"points-{row}-text": text, f"points-{row}-due_on": due_on}
    return sent


def soon(days: int = 20) -> str:
    return (timezone.localdate() + timedelta(days=days)).isoformat()


# --- the section ---------------------------------------------------------------------------------------------


def test_section_says_when_the_opinion_is_due_and_that_it_is_late(staff: Client, request_: RecognitionRequest) -> None:
    page = plain(staff.get(to("team_recognition", request_.team_id)))
    assert "Enregistrement par l'ARS" in page
    assert "Projet de santé, version 1" in page
    assert "Avis en retard" in page
    assert "Attendu pour le 15 février 2026, en retard de" in page


def test_section_names_the_recognition_of_an_esp_by_its_own_word(staff: Client) -> None:
    team = TeamFactory(kind="esp", recognised=True)
    assert "Reconnaissance par l'ARS" in plain(staff.get(to("team_recognition", team.pk)))


def test_section_offers_what_is_possible_and_says_why_the_rest_is_not(ars: Client) -> None:
    open_, pending = RecognitionRequestFactory(), ComplementPointFactory().request
    page = plain(ars.get(to("team_recognition", open_.team_id)))
    assert to("recognition_opinion", open_.pk) in page
    assert to("recognition_decision", open_.pk) in page
    page = plain(ars.get(to("team_recognition", pending.team_id)))
    assert to("recognition_decision", pending.pk) not in page
    assert "Des compléments sont demandés à l'équipe" in page


def test_section_and_file_of_another_department_are_not_found(request_: RecognitionRequest) -> None:
    elsewhere = client_of(ars=True, department=DepartmentFactory(code="85", name="Vendée"))
    assert elsewhere.get(to("team_recognition", request_.team_id)).status_code == 404
    for page in ("file", "opinion", "complements", "decision", "letter"):
        assert elsewhere.get(to(f"recognition_{page}", request_.pk)).status_code == 404, page
    assert elsewhere.get(to("recognition_withdrawal", request_.team_id)).status_code == 404


@pytest.mark.parametrize(("came_from", "seen"), [("drafting", 404), ("accompanied", 404), ("refused", 200)])
def test_team_that_was_closed_is_seen_by_the_ars_only_if_it_was_once_submitted(
    staff: Client, ars: Client, came_from: str, seen: int
) -> None:
    team = TeamFactory(state=came_from, name="Équipe du bourg")
    fire(team, "close", actor=UserFactory(staff=True), comment="Dissoute.", closed_on=TODAY, outcome="dissoute")
    assert ars.get(reverse("association:team", args=[team.pk])).status_code == seen
    assert ars.get(to("team_recognition", team.pk)).status_code == seen
    listed = plain(ars.get(reverse("association:team_list"), {"tout": "1"}, follow=True))
    assert ("Équipe du bourg" in listed) is (seen == 200)
    assert staff.get(reverse("association:team", args=[team.pk])).status_code == 200


def test_team_taken_over_closed_is_seen_by_the_ars_that_had_recognised_it(ars: Client) -> None:
    recognised = TeamFactory(closed=True, recognised_on=date(2025, 3, 1))
    never = TeamFactory(closed=True)
    assert ars.get(reverse("association:team", args=[recognised.pk])).status_code == 200
    assert ars.get(reverse("association:team", args=[never.pk])).status_code == 404


def test_section_shows_no_name_and_logs_nothing_the_file_does_both(ars: Client) -> None:
    team = TeamFactory(submitted=True)
    member = MembershipFactory(team=team, professional__last_name="Quéméneur")
    request_ = RecognitionRequestFactory(team=team)
    assert "Quéméneur" not in plain(ars.get(to("team_recognition", team.pk)))
    assert not LookLog.objects.exists()
    page = plain(ars.get(to("recognition_file", request_.pk)))
    assert member.professional.last_name in page
    assert "Infirmier" in page
    assert LookLog.objects.filter(what="dossier de reconnaissance").count() == 1


def test_section_asks_as_much_for_many_points_as_for_few(staff: Client) -> None:
    first = ComplementPointFactory()

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            staff.get(to("team_recognition", first.request.team_id))
        return len(captured)

    staff.get(to("team_recognition", first.request.team_id))
    few = queries()
    ComplementPointFactory.create_batch(5, request=first.request, answered=True)
    assert queries() == few


# --- opinion -------------------------------------------------------------------------------------------------


def test_opinion_is_given_by_the_delegation(ars: Client, request_: RecognitionRequest) -> None:
    url = to("recognition_opinion", request_.pk)
    sent = {"opinion": "favorable", "opinion_on": "2026-01-20", "opinion_text": "", "version": "0"}
    assert ars.post(url, sent).status_code == 302
    request_.refresh_from_db()
    assert request_.get_opinion_display() == "Favorable"


def test_opinion_without_its_reason_gives_back_what_was_typed(ars: Client, request_: RecognitionRequest) -> None:
    sent = {"opinion": "reserve", "opinion_on": "2026-01-20", "opinion_text": "", "version": "0"}
    page = ars.post(to("recognition_opinion", request_.pk), sent)
    assert "Dites ce qui motive cet avis" in plain(page)
    assert page.context["form"]["opinion"].value() == "reserve"


def test_opinion_with_a_nir_is_refused(ars: Client, request_: RecognitionRequest) -> None:
    sent = {"opinion": "reserve", "opinion_on": "2026-01-20", "opinion_text": f"Patient {NIR}", "version": "0"}
    page = ars.post(to("recognition_opinion", request_.pk), sent)
    assert page.context["form"].errors["opinion_text"]


def test_second_opinion_is_told_of_the_first_and_saved_on_the_next_press(
    ars: Client, staff: Client, request_: RecognitionRequest
) -> None:
    url = to("recognition_opinion", request_.pk)
    sent = {"opinion": "favorable", "opinion_on": "2026-01-20", "opinion_text": "", "version": "0"}
    ars.post(url, sent)
    page = staff.post(url, {**sent, "opinion": "defavorable", "opinion_text": "Trop peu de membres."})
    assert page.status_code == 409
    assert "a modifié cette fiche" in plain(page)
    assert "Trop peu de membres." in plain(page)
    again = {name: page.context["form"][name].value() for name in ("opinion", "opinion_on", "opinion_text", "version")}
    assert staff.post(url, again).status_code == 302
    request_.refresh_from_db()
    assert request_.opinion == "defavorable"


# --- complements ---------------------------------------------------------------------------------------------


def test_several_points_are_asked_for_at_once(ars: Client, request_: RecognitionRequest) -> None:
    sent = points(("piece", "Les statuts", soon()), ("messagerie", "Celle du kinésithérapeute", soon(10)))
    assert ars.post(to("recognition_complements", request_.pk), sent).status_code == 302
    assert request_.points.count() == 2
    assert Team.objects.get(pk=request_.team_id).state == "to_complete"


def test_page_without_a_point_says_so(ars: Client, request_: RecognitionRequest) -> None:
    page = ars.post(to("recognition_complements", request_.pk), points())
    assert "Indiquez au moins un point" in plain(page)
    assert not request_.points.exists()


def test_point_that_lacks_something_is_told_beside_it_and_nothing_is_lost(
    ars: Client, request_: RecognitionRequest
) -> None:
    sent = points(("", "Les statuts", soon()), ("piece", "Le récépissé", "2020-01-01"))
    page = plain(ars.post(to("recognition_complements", request_.pk), sent))
    for said in ("Choisissez la nature de ce point.", "Cette échéance est passée", "Les statuts", "Le récépissé"):
        assert said in page
    assert Team.objects.get(pk=request_.team_id).state == "submitted"


def test_row_left_empty_does_not_count_also_the_day_after(ars: Client, request_: RecognitionRequest) -> None:
    sent = points(("piece", "Les statuts", soon())) | {"points-1-due_on": soon(29), "points-2-due_on": ""}
    assert ars.post(to("recognition_complements", request_.pk), sent).status_code == 302
    assert request_.points.count() == 1


def test_more_rows_keep_what_was_typed(ars: Client, request_: RecognitionRequest) -> None:
    page = ars.post(
        to("recognition_complements", request_.pk), {**points(("piece", "Les statuts", soon())), "more": "1"}
    )
    assert len(page.context["points"].forms) == 6
    assert "Les statuts" in plain(page)
    assert "Choisissez la nature" not in plain(page)
    assert not request_.points.exists()


def test_points_are_answered_one_by_one(staff: Client) -> None:
    first = ComplementPointFactory()
    second = ComplementPointFactory(request=first.request, text="Le lieu des réunions")
    page = plain(staff.get(to("recognition_answers", first.request_id)))
    assert "Les statuts" in page
    assert "Le lieu des réunions" in page
    for point in (first, second):
        sent = {f"point-{point.pk}-answer": "Voilà.", f"point-{point.pk}-version": "0"}
        assert staff.post(to("complement_answer", point.pk), sent).status_code == 302
    assert "Chaque point a sa réponse" in plain(staff.get(to("recognition_answers", first.request_id)))


def test_answer_that_crossed_another_is_told_and_kept(staff: Client) -> None:
    point = ComplementPointFactory()
    sent = {f"point-{point.pk}-answer": "Joints au dossier.", f"point-{point.pk}-version": "0"}
    client_of(staff=True, full_name="Maud").post(to("complement_answer", point.pk), sent)
    page = staff.post(to("complement_answer", point.pk), {**sent, f"point-{point.pk}-answer": "À venir en mars."})
    assert page.status_code == 409
    assert "Maud a modifié cette fiche" in plain(page)
    assert "À venir en mars." in plain(page)


def test_answers_of_a_dossier_that_was_submitted_again_are_only_read(staff: Client) -> None:
    point = ComplementPointFactory(answered=True, request__team=TeamFactory(submitted=True))
    page = plain(staff.get(to("recognition_answers", point.request_id)))
    assert "ne se modifient plus" in page
    assert "Enregistrer la réponse" not in page


def test_ars_reads_what_was_asked_and_answered_before_a_new_submission(ars: Client) -> None:
    team = TeamFactory(submitted=True)
    point = ComplementPointFactory(answered=True, request__team=team, text="Les statuts de mars")
    again = RecognitionRequestFactory(team=team, project__number=2, submitted_on=date(2026, 2, 3))
    page = plain(ars.get(to("recognition_file", again.pk)))
    assert "Dépôt précédent" in page
    assert "Les statuts de mars" in page
    assert point.answer in page
    assert "Comparer les versions 1 et 2" in page


def test_first_submission_has_nothing_before_it(ars: Client, request_: RecognitionRequest) -> None:
    assert "Dépôt précédent" not in plain(ars.get(to("recognition_file", request_.pk)))


def test_answers_lead_on_to_the_project_once_all_are_given(staff: Client) -> None:
    point = ComplementPointFactory(answered=True)
    assert "Reprendre le projet de santé" in plain(staff.get(to("recognition_answers", point.request_id)))
    open_point = ComplementPointFactory()
    assert "Reprendre le projet de santé" not in plain(staff.get(to("recognition_answers", open_point.request_id)))


# --- decision and withdrawal ---------------------------------------------------------------------------------


def test_decision_is_recorded_with_the_scan_that_the_ars_opens(
    staff: Client, ars: Client, request_: RecognitionRequest
) -> None:
    sent = {"decision": "reconnue", "decided_on": "2026-02-02", "letter_reference": "ARS-12", "reason": ""}
    answer = staff.post(to("recognition_decision", request_.pk), {**sent, "letter": upload(pdf(mark="lettre ARS-12"))})
    assert answer.status_code == 302
    request_.refresh_from_db()
    assert Team.objects.get(pk=request_.team_id).state == "recognised"
    assert ars.get(to("document", request_.letter_id)).status_code == 200
    assert client_of(auditor=True).get(to("document", request_.letter_id)).status_code == 404


@pytest.mark.parametrize(("kind", "word"), [("esp_clap", "enregistrée"), ("ess", "reconnue")])
def test_decision_speaks_the_word_of_the_kind_of_team(staff: Client, kind: str, word: str) -> None:
    asked = RecognitionRequestFactory(team=TeamFactory(submitted=True, kind=kind))
    page = staff.get(to("recognition_decision", asked.pk))
    assert f"L'équipe est {word}" in plain(page)
    sent = {"decision": "reconnue", "decided_on": "2026-02-02", "letter_reference": "ARS-12", "reason": ""}
    done = staff.post(to("recognition_decision", asked.pk), sent, follow=True)
    assert f"L'équipe est {word}." in plain(done)


def test_decision_with_a_program_under_the_name_of_a_letter_is_refused_and_keeps_the_rest(
    staff: Client, request_: RecognitionRequest
) -> None:
    sent = {"decision": "reconnue", "decided_on": "2026-02-02", "letter_reference": "ARS-12", "reason": ""}
    page = staff.post(to("recognition_decision", request_.pk), {**sent, "letter": upload(b"MZ" + b"\0" * 500)})
    assert page.status_code == 200
    assert page.context["form"].errors["letter"]
    assert page.context["form"]["letter_reference"].value() == "ARS-12"
    assert Team.objects.get(pk=request_.team_id).state == "submitted"


def test_decision_without_anything_names_each_thing_that_is_missing(
    staff: Client, request_: RecognitionRequest
) -> None:
    errors = staff.post(to("recognition_decision", request_.pk), {"decision": ""}).context["form"].errors
    assert set(errors) == {"decision", "decided_on", "letter_reference"}


def test_decision_while_a_correction_is_pending_is_refused_with_the_reason(staff: Client) -> None:
    pending = ComplementPointFactory().request
    sent = {"decision": "reconnue", "decided_on": "2026-02-02", "letter_reference": "ARS-12", "reason": ""}
    page = staff.post(to("recognition_decision", pending.pk), sent)
    assert page.status_code == 409
    assert "Des compléments sont demandés" in plain(page)


def test_withdrawal_says_before_what_it_ends(ars: Client) -> None:
    convention = ConventionFactory(signed=True)
    url = to("recognition_withdrawal", convention.team_id)
    assert f"La convention {convention.number}" in plain(ars.get(url))
    sent = {"withdrawn_on": "2026-06-01", "comment": "Plus de médecin."}
    assert ars.post(url, sent).status_code == 302
    assert Team.objects.get(pk=convention.team_id).state == "withdrawn"
    convention.refresh_from_db()
    assert convention.state == "terminated"


def test_withdrawal_without_reason_gives_back_the_date(ars: Client) -> None:
    team = TeamFactory(recognised=True)
    page = ars.post(to("recognition_withdrawal", team.pk), {"withdrawn_on": "2026-06-01", "comment": " "})
    assert page.context["form"].errors["comment"]
    assert page.context["form"]["withdrawn_on"].value() == "2026-06-01"


def test_dossier_from_before_the_register_is_opened_with_its_date(staff: Client) -> None:
    team = TeamFactory(submitted=True)
    assert to("recognition_open", team.pk) in plain(staff.get(to("team_recognition", team.pk)))
    assert staff.post(to("recognition_open", team.pk), {"submitted_on": "2026-01-05"}).status_code == 302
    assert team.recognition_requests.get().submitted_on == date(2026, 1, 5)


# --- list and inbox ------------------------------------------------------------------------------------------


def test_list_shows_age_and_deadline_of_each_dossier(ars: Client, request_: RecognitionRequest) -> None:
    TeamFactory(submitted=True, name="Dossier sur papier")
    page = plain(ars.get(reverse("association:recognition_list")))
    age = (timezone.localdate() - request_.submitted_on).days
    assert f"il y a {age} jours" in page
    assert "attendu pour le 15/02/2026" in page
    assert "Avant ce registre" in page


def test_list_asks_as_much_for_many_dossiers_as_for_few(ars: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            ars.get(reverse("association:recognition_list"))
        return len(captured)

    RecognitionRequestFactory()
    queries()
    few = queries()
    RecognitionRequestFactory.create_batch(6)
    ComplementPointFactory.create_batch(3)
    assert queries() == few


def test_ars_is_told_of_its_dossiers_with_their_age(ars: Client) -> None:
    HealthProjectFactory()
    RecognitionRequestFactory.create_batch(2)
    waiting = {item.title: item for item in ars.get("/").context["waiting"]}
    item = waiting["Dossiers déposés, à instruire"]
    assert item.count == 2
    assert "le plus ancien déposé le 01/01/2026" in item.detail
    assert "15/02/2026" in item.detail
    assert waiting["Avis en retard"].count == 2
    assert ars.get(item.url).context["asked"].count == 2


def test_officer_is_told_of_complements_and_of_late_opinions() -> None:
    officer = UserFactory(staff=True)
    client = Client()
    client.force_login(officer)
    ComplementPointFactory(request__team=TeamFactory(to_complete=True, officer=officer))
    RecognitionRequestFactory(team=TeamFactory(submitted=True, officer=officer))
    RecognitionRequestFactory()
    waiting = {item.title: item for item in client.get("/").context["waiting"]}
    assert waiting["Équipes à compléter"].detail == "une réponse à donner, la première attendue pour le 01/03/2026"
    assert waiting["Avis de l’ARS en retard"].count == 1
    for title in ("Équipes à compléter", "Avis de l’ARS en retard"):
        assert client.get(waiting[title].url).context["asked"].count == waiting[title].count
