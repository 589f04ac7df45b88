"""What teams, documents and messages do together: the same services, the same refusals, in the history of each."""

from __future__ import annotations

import pytest
from django.core import mail

from association.bulk_steps import ACCOMPANY, ASSIGN_OFFICER, CLOSE, QUARANTINE_DOCUMENT, RESUME, SEND_AGAIN, SUSPEND
from association.models import DossierDocument, FieldChange, Job, OutgoingMail, Team, TransitionLog, User
from association.registries import closing_obstacles
from tests.factories import ConventionFactory, TeamFactory, UserFactory
from tests.factories.correspondence import DossierDocumentFactory, OutgoingMailFactory
from tests.taking_steps import said, taken

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff() -> User:
    return UserFactory(staff=True)


def test_teams_are_given_to_an_officer_and_the_journal_says_so(staff: User) -> None:
    officer = UserFactory(staff=True, full_name="Dominique Nouvelle")
    own = TeamFactory(recognised=True, officer=officer)
    other, closed = TeamFactory(registered=True), TeamFactory(closed=True)
    operation = taken(ASSIGN_OFFICER, Team, staff, {"officer": [str(officer.pk)]})
    assert said(operation) == {other.pk: ("done", ""), own.pk: ("done", "Déjà suivie par Dominique Nouvelle.")}
    assert set(Team.objects.filter(officer=officer)) == {other, own}
    assert operation.skipped == [["à l’état « Close »", 1]]
    change = FieldChange.objects.get()
    assert (change.team, change.after, change.actor) == (other, "Dominique Nouvelle", staff)
    closed.refresh_from_db()
    assert closed.officer is None


def test_officer_who_may_not_be_one_is_not_taken(staff: User) -> None:
    form = ASSIGN_OFFICER.filled({"officer": [str(UserFactory(ars=True).pk)]})
    assert "n’a plus de compte" in str(form.errors)


def test_registered_teams_are_accompanied(staff: User) -> None:
    teams = TeamFactory.create_batch(2, registered=True)
    operation = taken(ACCOMPANY, Team, staff)
    assert {outcome for outcome, _ in said(operation).values()} == {"done"}
    assert set(Team.objects.filter(state="accompanied")) == set(teams)
    assert TransitionLog.objects.filter(transition="accompany", actor=staff).count() == 2


def test_teams_are_suspended_with_the_reason_of_all_and_resumed_to_where_they_were(staff: User) -> None:
    recognised = TeamFactory(recognised=True)
    under = TeamFactory(under_convention=True)
    ConventionFactory(team=under, signed=True)
    taken(SUSPEND, Team, staff, {"suspended_on": ["2026-11-02"], "comment": ["Contrôle en cours."]})
    reasons = TransitionLog.objects.filter(transition="suspend").values_list("comment", flat=True)
    assert set(reasons) == {"À compter du 02/11/2026. Contrôle en cours."}
    taken(RESUME, Team, staff, {"resumed_on": ["2026-11-20"]})
    states = dict(Team.objects.values_list("pk", "state"))
    assert states == {recognised.pk: "recognised", under.pk: "under_convention"}


def test_day_before_the_recognition_refuses_that_team_alone(staff: User) -> None:
    early = TeamFactory(recognised=True, recognised_on="2026-01-05")
    late = TeamFactory(recognised=True, recognised_on="2026-11-10")
    answers = {"suspended_on": ["2026-11-02"], "comment": ["Contrôle."]}
    found = said(taken(SUSPEND, Team, staff, answers))
    assert found[early.pk] == ("done", "")
    assert found[late.pk][0] == "refused"
    assert "précède la reconnaissance" in found[late.pk][1]


def test_team_with_a_live_convention_is_not_closed_with_the_others(staff: User) -> None:
    assert closing_obstacles
    live = TeamFactory(under_convention=True)
    ConventionFactory(team=live, signed=True)
    idle = TeamFactory(registered=True)
    answers = {"closed_on": ["2026-11-02"], "outcome": ["dissoute"], "comment": ["Sans nouvelles."]}
    found = said(taken(CLOSE, Team, staff, answers))
    assert found[idle.pk] == ("done", "")
    assert found[live.pk][0] == "refused"
    live.refresh_from_db()
    assert live.state == "under_convention"


def test_documents_are_closed_and_what_is_kept_of_them_names_no_title(staff: User) -> None:
    filing = DossierDocumentFactory(title="Compte rendu de Mme Untel")
    DossierDocumentFactory(quarantined=True)
    operation = taken(QUARANTINE_DOCUMENT, DossierDocument, staff, {"comment": ["Il nomme un patient."]})
    filing.refresh_from_db()
    assert (filing.reason, filing.quarantined_by) == ("Il nomme un patient.", staff)
    assert operation.skipped == [["déjà en quarantaine", 1]]
    assert "Untel" not in operation.items.get().label


def test_messages_are_sent_again_but_never_a_second_time(staff: User, settings: object) -> None:
    settings.MAIL_IS_SENT = True  # type: ignore[attr-defined]
    failed = OutgoingMailFactory(failed=True)
    OutgoingMailFactory(sent=True)
    operation = taken(SEND_AGAIN, OutgoingMail, staff)
    assert said(operation) == {failed.pk: ("done", "")}
    assert operation.skipped == [["déjà envoyés", 1]]
    assert Job.objects.filter(kind="association.send_mail").count() == 1
    assert mail.outbox == []


def test_messages_without_a_server_say_so(staff: User, settings: object) -> None:
    settings.MAIL_IS_SENT = False  # type: ignore[attr-defined]
    kept = OutgoingMailFactory()
    outcome, sentence = said(taken(SEND_AGAIN, OutgoingMail, staff))[kept.pk]
    assert outcome == "refused"
    assert "Aucun serveur" in sentence
