"""What the ARS does with a dossier: the opinion, the complements, the decision, the withdrawal."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from association.journal import StaleEdit
from association.machine import TransitionRefused
from association.models import FieldChange, LookLog, RecognitionRequest, Team, TransitionLog
from association.readiness import missing_for_submission
from association.registries import after_withdrawal
from association.selectors.recognition import (
    ends_with_recognition,
    gestures,
    request_file,
    requests_of,
    waiting_for,
    with_the_ars,
)
from association.services.projects import start_project
from association.services.recognition import (
    Missing,
    answer_complement,
    ask_complements,
    attach_letter,
    decide,
    give_opinion,
    open_file,
    open_request,
    withdraw_recognition,
)
from association.uploads import check_upload
from conventions.models import Convention
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

pytestmark = pytest.mark.django_db

LETTER_DAY = date(2026, 2, 2)


@pytest.fixture
def staff() -> Any:
    return UserFactory(staff=True)


@pytest.fixture
def ars() -> Any:
    return UserFactory(ars=True)


@pytest.fixture
def request_() -> RecognitionRequest:
    return RecognitionRequestFactory()


def accept(request: RecognitionRequest, actor: Any, **changed: Any) -> RecognitionRequest:
    said = {"decision": "reconnue", "decided_on": LETTER_DAY, "reference": "ARS-2026-12", **changed}
    return decide(request=request, actor=actor, **said)


def missing(text: str = "Les statuts", *, days: int = 30) -> Missing:
    return Missing("piece", text, timezone.localdate() + timedelta(days=days))


# --- opinion -------------------------------------------------------------------------------------------------


def test_opinion_is_kept_with_its_author_and_in_the_journal(request_: RecognitionRequest, ars: Any) -> None:
    given = give_opinion(
        request=request_,
        opinion="reserve",
        given_on=date(2026, 1, 20),
        text="Revoir le calendrier.",
        version=0,
        actor=ars,
    )
    assert (given.get_opinion_display(), given.opinion_by) == ("Favorable avec réserves", ars)
    change = FieldChange.objects.get(team=request_.team, field="opinion")
    assert (change.before, change.after, change.actor) == ("", "Favorable avec réserves", ars)


def test_second_opinion_on_a_page_that_is_old_is_told_of_the_first(request_: RecognitionRequest, ars: Any) -> None:
    said = {"request": request_, "given_on": date(2026, 1, 20), "version": 0, "actor": ars}
    give_opinion(opinion="favorable", text="", **said)
    with pytest.raises(StaleEdit) as stale:
        give_opinion(opinion="defavorable", text="Pas de médecin.", **said)
    assert "Favorable" in stale.value.reason
    request_.refresh_from_db()
    assert request_.opinion == "favorable"


@pytest.mark.parametrize("opinion", ["reserve", "defavorable"])
def test_opinion_that_is_not_favourable_asks_for_a_reason(request_: RecognitionRequest, ars: Any, opinion: str) -> None:
    with pytest.raises(ValidationError) as refused:
        give_opinion(request=request_, opinion=opinion, given_on=date(2026, 1, 20), text=" ", version=0, actor=ars)
    assert "opinion_text" in refused.value.message_dict


def test_opinion_before_the_submission_or_to_come_is_refused(request_: RecognitionRequest, ars: Any) -> None:
    for day in (request_.submitted_on - timedelta(days=1), timezone.localdate() + timedelta(days=1)):
        with pytest.raises(ValidationError) as refused:
            give_opinion(request=request_, opinion="favorable", given_on=day, text="", version=0, actor=ars)
        assert "opinion_on" in refused.value.message_dict


def test_opinion_is_late_the_day_after_it_was_due() -> None:
    request_ = RecognitionRequestFactory()
    assert not request_file(request_, on=request_.opinion_due_on).is_late
    late = request_file(request_, on=request_.opinion_due_on + timedelta(days=2))
    assert (late.label, late.days_late) == ("Avis en retard", 2)


def test_opinion_that_came_is_not_late() -> None:
    given = RecognitionRequestFactory(with_opinion=True)
    assert not request_file(given, on=date(2027, 1, 1)).is_late


# --- complements ---------------------------------------------------------------------------------------------


def test_complements_send_the_dossier_back_and_close_the_request(request_: RecognitionRequest, ars: Any) -> None:
    closed = ask_complements(request=request_, missing=[missing(), missing("Le lieu des réunions")], actor=ars)
    request_.refresh_from_db()
    assert (closed.is_open, request_.team.state, request_.project.state) == (False, "to_complete", "returned")
    assert [point.text for point in request_.points.all()] == ["Les statuts", "Le lieu des réunions"]
    assert "Les statuts" in TransitionLog.objects.filter(transition="ask_complements").get().comment


def test_complements_without_a_point_or_with_a_day_that_passed_are_refused(
    request_: RecognitionRequest, ars: Any
) -> None:
    for points in ([], [missing(days=-1)]):
        with pytest.raises(ValidationError):
            ask_complements(request=request_, missing=points, actor=ars)
    assert Team.objects.get(pk=request_.team_id).state == "submitted"


def test_dossier_is_not_submitted_again_before_each_point_is_answered(staff: Any) -> None:
    point = ComplementPointFactory()
    other = ComplementPointFactory(request=point.request)
    team = point.request.team
    start_project(team=team, actor=staff)
    answer_complement(point=point, answer="Joints au dossier.", version=0, actor=staff)
    assert "complément" in (missing_for_submission(team) or "")
    answer_complement(point=other, answer="À la mairie.", version=0, actor=staff)
    assert "complément" not in (missing_for_submission(team) or "")


def test_answer_is_kept_with_its_author(staff: Any) -> None:
    point = answer_complement(point=ComplementPointFactory(), answer=" Joints. ", version=0, actor=staff)
    assert (point.answer, point.answered_by) == ("Joints.", staff)
    assert point.answered_at is not None


def test_empty_answer_is_refused(staff: Any) -> None:
    with pytest.raises(ValidationError):
        answer_complement(point=ComplementPointFactory(), answer="  ", version=0, actor=staff)


def test_answer_over_an_answer_that_the_page_did_not_show_is_refused(staff: Any) -> None:
    point = ComplementPointFactory()
    answer_complement(point=point, answer="Joints.", version=0, actor=UserFactory(full_name="Maud"))
    with pytest.raises(StaleEdit, match="Maud"):
        answer_complement(point=point, answer="À venir.", version=0, actor=staff)


def test_answer_after_the_new_submission_is_refused(staff: Any) -> None:
    point = ComplementPointFactory(request__team=TeamFactory(submitted=True))
    with pytest.raises(TransitionRefused):
        answer_complement(point=point, answer="Trop tard.", version=0, actor=staff)


def test_referent_does_not_answer_the_ars() -> None:
    with pytest.raises(PermissionDenied):
        answer_complement(point=ComplementPointFactory(), answer="Oui.", version=0, actor=UserFactory(referent=True))


# --- decision ------------------------------------------------------------------------------------------------


def test_acceptance_recognises_the_team_from_the_date_of_the_letter(request_: RecognitionRequest, ars: Any) -> None:
    accept(request_, ars)
    team = Team.objects.get(pk=request_.team_id)
    assert (team.state, team.recognised_on) == ("recognised", LETTER_DAY)
    assert team.projects.get().state == "accepted"


def test_scan_of_the_letter_is_filed_in_the_dossier_by_the_ars(request_: RecognitionRequest, ars: Any) -> None:
    decided = accept(request_, ars, letter=check_upload(upload(pdf(mark="lettre"))))
    filing = request_.team.filed_documents.get()
    assert (filing.kind, filing.document) == ("courrier", decided.letter)
    assert filing.document.permission == "association.view_recognition"


def test_letter_may_follow_the_decision(request_: RecognitionRequest, staff: Any) -> None:
    decided = accept(request_, staff)
    with_letter = attach_letter(request=decided, letter=check_upload(upload(pdf(mark="plus tard"))), actor=staff)
    assert with_letter.letter is not None


def test_letter_before_the_decision_is_refused(request_: RecognitionRequest, staff: Any) -> None:
    with pytest.raises(TransitionRefused):
        attach_letter(request=request_, letter=check_upload(upload(pdf())), actor=staff)


def test_refusal_lets_the_team_write_again(request_: RecognitionRequest, staff: Any) -> None:
    accept(request_, staff, decision="refusee", reason="Pas de médecin généraliste.")
    team = Team.objects.get(pk=request_.team_id)
    assert (team.state, team.projects.get().state) == ("refused", "returned")
    draft = start_project(team=team, actor=staff)
    assert (draft.number, Team.objects.get(pk=team.pk).state) == (2, "drafting")


def test_refusal_without_reason_and_decision_without_reference_are_refused(
    request_: RecognitionRequest, staff: Any
) -> None:
    with pytest.raises(ValidationError) as refused:
        accept(request_, staff, decision="refusee")
    assert "reason" in refused.value.message_dict
    with pytest.raises(ValidationError) as refused:
        accept(request_, staff, reference=" ")
    assert "letter_reference" in refused.value.message_dict


def test_decision_before_the_submission_or_to_come_is_refused(request_: RecognitionRequest, staff: Any) -> None:
    for day in (request_.submitted_on - timedelta(days=1), timezone.localdate() + timedelta(days=1)):
        with pytest.raises(ValidationError) as refused:
            accept(request_, staff, decided_on=day)
        assert "decided_on" in refused.value.message_dict
    assert Team.objects.get(pk=request_.team_id).state == "submitted"


@pytest.mark.parametrize("state", [state for state in Team.State.values if state != "submitted"])
@pytest.mark.parametrize("decision", RecognitionRequest.Decision.values)
def test_no_decision_from_any_other_state(staff: Any, state: str, decision: str) -> None:
    team = TeamFactory(**{state: True})
    request_ = RecognitionRequestFactory(team=team)
    with pytest.raises(TransitionRefused):
        accept(request_, staff, decision=decision, reason="Motif.")
    assert Team.objects.get(pk=team.pk).state == state
    assert RecognitionRequest.objects.get(pk=request_.pk).decision == ""


def test_no_decision_while_a_correction_is_pending(request_: RecognitionRequest, staff: Any) -> None:
    ask_complements(request=request_, missing=[missing()], actor=staff)
    with pytest.raises(TransitionRefused, match="compléments"):
        accept(request_, staff)
    team = Team.objects.get(pk=request_.team_id)
    offered = {one.label: one.reason for one in gestures(team, requests_of(team, staff), actor=staff)}
    assert "compléments" in offered["Enregistrer la décision"]
    assert offered["Répondre aux compléments"] == ""


def test_second_decision_is_refused(request_: RecognitionRequest, staff: Any) -> None:
    accept(request_, staff)
    with pytest.raises(TransitionRefused, match="décidée"):
        accept(request_, staff, decision="refusee", reason="Changement d'avis.")


def test_decision_of_the_referent_is_refused(request_: RecognitionRequest) -> None:
    with pytest.raises(PermissionDenied):
        accept(request_, UserFactory(referent=True))


# --- a dossier that was submitted before the register --------------------------------------------------------


def test_dossier_from_before_the_register_is_taken_over_and_decided(staff: Any) -> None:
    team = TeamFactory(submitted=True)
    opened = open_request(team=team, submitted_on=date(2026, 1, 5), actor=staff)
    assert (opened.project, opened.opinion_due_on) == (None, date(2026, 2, 19))
    accept(opened, staff)
    assert Team.objects.get(pk=team.pk).state == "recognised"


def test_dossier_is_taken_over_once_and_only_while_it_is_with_the_ars(staff: Any) -> None:
    team = RecognitionRequestFactory().team
    for wrong in (team, TeamFactory(drafting=True)):
        with pytest.raises(TransitionRefused):
            open_request(team=wrong, submitted_on=date(2026, 1, 5), actor=staff)


# --- withdrawal ----------------------------------------------------------------------------------------------


def test_withdrawal_ends_the_conventions_in_the_same_breath(ars: Any) -> None:
    running = ConventionFactory(signed=True)
    draft = ConventionFactory(draft=True, team=running.team)
    assert [one.split(",")[0] for one in ends_with_recognition(running.team)] == [
        f"La convention {running.number}",
        f"La convention {draft.number}",
    ]
    team = withdraw_recognition(team=running.team, withdrawn_on=date(2026, 6, 1), comment="Plus de GP.", actor=ars)
    assert (team.state, team.recognition_withdrawn_on) == ("withdrawn", date(2026, 6, 1))
    assert Convention.objects.get(pk=running.pk).terminated_on == date(2026, 6, 1)
    assert Convention.objects.get(pk=draft.pk).state == "abandoned"


def test_withdrawal_is_undone_when_something_after_it_fails(ars: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(**_: Any) -> None:
        raise TransitionRefused("Rien ne va plus.")

    monkeypatch.setitem(after_withdrawal._entries, "test.fails", fails)
    team = TeamFactory(recognised=True)
    with pytest.raises(TransitionRefused, match="Rien ne va plus"):
        withdraw_recognition(team=team, withdrawn_on=date(2026, 6, 1), comment="Plus de GP.", actor=ars)
    assert Team.objects.get(pk=team.pk).state == "recognised"


def test_withdrawal_before_the_recognition_or_to_come_is_refused(ars: Any) -> None:
    team = TeamFactory(recognised=True)
    for day in (date(2025, 12, 31), timezone.localdate() + timedelta(days=1)):
        with pytest.raises(ValidationError) as refused:
            withdraw_recognition(team=team, withdrawn_on=day, comment="Plus de GP.", actor=ars)
        assert "withdrawn_on" in refused.value.message_dict


@pytest.mark.parametrize(
    "state", [s for s in Team.State.values if s not in {"recognised", "under_convention", "suspended"}]
)
def test_withdrawal_from_any_other_state_is_refused(ars: Any, state: str) -> None:
    with pytest.raises(TransitionRefused):
        withdraw_recognition(
            team=TeamFactory(**{state: True}), withdrawn_on=timezone.localdate(), comment="Motif.", actor=ars
        )


# --- who sees what -------------------------------------------------------------------------------------------


def test_look_of_the_ars_at_the_people_is_logged(ars: Any, staff: Any) -> None:
    team = TeamFactory(submitted=True)
    member = MembershipFactory(team=team)
    request_ = RecognitionRequestFactory(team=team)
    people = open_file(request=request_, actor=ars)
    assert [person.name for person in people] == [str(member.professional)]
    open_file(request=request_, actor=staff)
    look = LookLog.objects.get()
    assert (look.what, look.actor, look.object_id) == ("dossier de reconnaissance", ars, request_.pk)


def test_delegation_sees_the_requests_of_its_department(request_: RecognitionRequest) -> None:
    own = UserFactory(ars=True, department=request_.team.department)
    other = UserFactory(ars=True, department=DepartmentFactory(code="85", name="Vendée"))
    seen = RecognitionRequest.objects.visible_to
    assert (seen(own).count(), seen(other).count(), seen(UserFactory(ars=True)).count()) == (1, 0, 1)


def test_waiting_dossiers_are_told_apart(staff: Any) -> None:
    RecognitionRequestFactory(opinion_due_on=timezone.localdate() - timedelta(days=1))
    RecognitionRequestFactory(opinion_due_on=timezone.localdate())
    RecognitionRequestFactory(with_opinion=True)
    ComplementPointFactory()
    TeamFactory(recognised=True)
    counts = {what: waiting_for(with_the_ars(staff), what).count() for what in ("instruire", "retard", "completer")}
    assert counts == {"instruire": 3, "retard": 1, "completer": 1}


def test_points_of_two_requests_are_counted_together(staff: Any) -> None:
    first = ComplementPointFactory(answered=True)
    project = HealthProjectFactory(returned=True, number=2, team=first.request.team)
    second = RecognitionRequestFactory(
        team=first.request.team, project=project, closed_at=timezone.now(), submitted_on=date(2026, 3, 3)
    )
    ComplementPointFactory(request=second, due_on=date(2026, 4, 4))
    [team] = with_the_ars(staff)
    assert (team.points_count, team.unanswered_count, team.next_due_on) == (2, 1, date(2026, 4, 4))
    assert team.request_id == second.pk
