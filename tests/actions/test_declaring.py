"""Declaring through the services: who may be ticked, what is written, what is refused, and two people at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from actions.models import Action, ActionSettings, Evidence, Participation
from actions.selectors.attendance import attendees
from actions.services import declare_action, save_and_declare, save_draft, validate_action, withdraw_action
from actions.services.declaring import Brought, TypedAction
from actions.services.evidence import add_evidence, withdraw_evidence
from actions.services.validating import accept_participation, refuse_participation, return_action
from association.journal import StaleEdit
from association.machine import TransitionRefused
from association.models import FieldChange, Membership, MembershipPeriod, TransitionLog
from association.uploads import CheckedUpload
from tests.factories import MembershipFactory, ProfessionalFactory, TeamFactory, UserFactory
from tests.payments.office import Office

pytestmark = pytest.mark.django_db

DAY = date(2026, 7, 6)
PDF = b"%PDF-1.4 emargement"


@pytest.fixture
def office(db: None) -> Office:
    return Office()


def typed(office: Office, members: int = 2, **changes: Any) -> TypedAction:
    said = TypedAction(
        team=office.team,
        type="RCP",
        held_on=DAY,
        people={person.pk: "participant" for person in office.people[:members]},
        modality="presentiel",
        duration_minutes=60,
        theme="Diabète",
        patients_count=4,
        not_funded_elsewhere=True,
    )
    return replace(said, **changes)


def sheet(content: bytes = PDF, kind: str = "presence") -> Brought:
    return Brought(kind, CheckedUpload("emargement.pdf", "application/pdf", content))


def require_sheets(*types: str) -> None:
    ActionSettings.objects.create(pk=1, required_evidence={one: ["presence"] for one in types})


# --- what is written ---------------------------------------------------------------------------------------


def test_action_is_declared_with_all_that_was_typed(office: Office) -> None:
    action = save_and_declare(typed=typed(office), actor=office.staff)
    assert (action.state, action.declared_by, action.declared_on) == ("declared", office.staff, timezone.localdate())
    assert (action.theme, action.patients_count, action.duration_minutes) == ("Diabète", 4, 60)
    assert action.not_funded_elsewhere
    assert dict(action.participations.values_list("professional__last_name", "role")) == {
        "Évrard": "participant",
        "Le Goff": "participant",
    }
    log = TransitionLog.objects.filter(content_type__model="action", object_id=action.pk).order_by("pk")
    assert [(row.to_state, row.actor) for row in log] == [("draft", office.staff), ("declared", office.staff)]


def test_references_follow_each_other_and_pass_over_one_that_a_workbook_brought(office: Office) -> None:
    office.rcp(DAY, reference="A26-00002")
    made = [save_draft(typed=typed(office), actor=office.staff).reference for _ in range(2)]
    last_year = save_draft(typed=typed(office, members=0, held_on=date(2025, 12, 31)), actor=office.staff)
    assert [*made, last_year.reference] == ["A26-00001", "A26-00003", "A25-00001"]


def test_refused_declaration_writes_nothing_and_leaves_no_gap_in_the_references(office: Office) -> None:
    with pytest.raises(TransitionRefused, match="non financée par ailleurs"):
        save_and_declare(typed=typed(office, not_funded_elsewhere=False), actor=office.staff)
    assert not Action.objects.exists()
    assert not Participation.objects.exists()
    assert not TransitionLog.objects.filter(content_type__model="action").exists()
    assert save_draft(typed=typed(office), actor=office.staff).reference == "A26-00001"


def test_draft_that_is_changed_keeps_its_reference_and_tells_what_changed(office: Office) -> None:
    draft = save_draft(typed=typed(office), actor=office.staff)
    people = {office.people[1].pk: "redacteur", office.people[2].pk: "participant"}
    changed = save_draft(typed=typed(office, theme="BPCO", people=people), action=draft, version=0, actor=office.staff)
    assert changed.reference == draft.reference
    assert dict(changed.participations.values_list("professional__last_name", "role")) == {
        "Le Goff": "redacteur",
        "=Duval": "participant",
    }
    said = {
        row.label: (row.before, row.after)
        for row in FieldChange.objects.filter(content_type__model="action", object_id=draft.pk)
    }
    assert said["Thématique"] == ("Diabète", "BPCO")
    assert "Évrard" in said["Participants"][0]
    assert "Évrard" not in said["Participants"][1]


def test_second_of_two_people_who_change_one_draft_is_told(office: Office) -> None:
    draft = save_draft(typed=typed(office), actor=office.staff)
    save_draft(typed=typed(office, members=3), action=draft, version=0, actor=office.treasurer)
    with pytest.raises(StaleEdit, match="Trésorière"):
        save_draft(typed=typed(office, theme="BPCO"), action=draft, version=0, actor=office.staff)
    draft.refresh_from_db()
    assert (draft.theme, draft.participations.count()) == ("Diabète", 3)


# --- who may be ticked -------------------------------------------------------------------------------------


def test_member_who_left_before_or_is_only_expected_cannot_take_part(office: Office) -> None:
    gone, expected, stranger = office.people[0], office.people[1], ProfessionalFactory(last_name="Inconnu")
    Membership.objects.filter(professional=gone).update(left_on=DAY - timedelta(days=1))
    MembershipPeriod.objects.filter(membership__professional=expected).update(status="pressenti")
    for person in (gone, expected, stranger):
        with pytest.raises(ValidationError, match=person.last_name):
            save_draft(typed=typed(office, people={person.pk: "participant"}), actor=office.staff)
    assert not Action.objects.exists()


def test_grid_shows_the_members_of_the_day_and_why_one_cannot_be_ticked(office: Office) -> None:
    MembershipPeriod.objects.filter(membership__professional=office.people[1]).update(status="pressenti")
    MembershipFactory(team=office.team, joined_on=DAY + timedelta(days=1))
    found = {one.person.last_name: one.may_take_part for one in attendees(office.team, action_type="RCP", held_on=DAY)}
    assert found == {"Évrard": True, "Le Goff": False, "=Duval": True}


def test_writing_the_project_is_for_the_members_of_the_day_on_which_the_convention_takes_effect(office: Office) -> None:
    before = date(2025, 11, 20)  # nobody is a member yet, the convention takes effect on 1 January
    assert attendees(office.team, action_type="RCP", held_on=before) == []
    assert len(attendees(office.team, action_type="PROJET", held_on=before)) == 3
    action = save_and_declare(typed=typed(office, type="PROJET", held_on=before), actor=office.staff)
    assert action.state == "declared"


def test_person_joined_from_two_records_is_one_line_and_one_participation(office: Office) -> None:
    person = office.people[0]
    twin = ProfessionalFactory(merged_into=person, merged_at=timezone.now())
    MembershipFactory(team=office.team, professional=twin)
    grid = attendees(office.team, action_type="RCP", held_on=DAY)
    assert [one.person.pk for one in grid].count(person.pk) == 1
    assert len(grid) == 3
    draft = save_draft(typed=typed(office, people={}), actor=office.staff)
    Participation.objects.create(action=draft, professional=twin, role="participant")
    save_draft(typed=typed(office, people={person.pk: "redacteur"}), action=draft, version=0, actor=office.staff)
    assert list(draft.participations.values_list("professional", "role")) == [(twin.pk, "redacteur")]


def test_doctor_is_taken_for_the_writer_of_a_plan_and_everybody_of_the_project(office: Office) -> None:
    grid = attendees(office.team, action_type="RCP", held_on=DAY)
    roles = {kind: {one.person.last_name: one.first_role(kind) for one in grid} for kind in ("RCP", "PPS", "PROJET")}
    assert set(roles["RCP"].values()) == {"participant"}
    assert roles["PPS"] == {"Évrard": "redacteur", "Le Goff": "participant", "=Duval": "participant"}
    assert set(roles["PROJET"].values()) == {"redacteur"}


# --- what is refused ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"people": {}}, "aucun participant"),
        ({"held_on": timezone.localdate() + timedelta(days=1)}, "une fois qu'elle a eu lieu"),
        ({"not_funded_elsewhere": False}, "non financée par ailleurs"),
    ],
)
def test_declaration_is_refused_with_the_reason(office: Office, changes: dict[str, Any], said: str) -> None:
    draft = save_draft(typed=typed(office, **changes), actor=office.staff)
    with pytest.raises(TransitionRefused, match=said):
        declare_action(action=draft, actor=office.staff)


def test_team_that_never_signed_a_convention_declares_nothing(office: Office) -> None:
    team = TeamFactory(name="Équipe sans convention")
    person = MembershipFactory(team=team).professional
    draft = save_draft(typed=typed(office, team=team, people={person.pk: "participant"}), actor=office.staff)
    with pytest.raises(TransitionRefused, match="pas de convention signée"):
        declare_action(action=draft, actor=office.staff)


def test_member_who_left_since_the_draft_was_written_keeps_it_from_being_declared(office: Office) -> None:
    draft = save_draft(typed=typed(office), actor=office.staff)
    Membership.objects.filter(professional=office.people[0]).update(left_on=DAY - timedelta(days=1))
    with pytest.raises(TransitionRefused, match="Évrard"):
        declare_action(action=draft, actor=office.staff)


@pytest.mark.parametrize("state", ["declared", "validated", "not_retained", "withdrawn", "cancelled"])
def test_action_that_is_not_being_written_is_not_changed(office: Office, state: str) -> None:
    action = office.rcp(DAY, state=state)
    with pytest.raises(TransitionRefused, match="elle ne se modifie plus"):
        save_draft(typed=typed(office), action=action, version=0, actor=office.staff)


def test_referent_declares_for_the_own_team_alone(office: Office) -> None:
    Membership.objects.filter(professional=office.people[0]).update(is_referent=True)
    referent = UserFactory(role="referent", professional=office.people[0])
    assert save_and_declare(typed=typed(office), actor=referent).declared_by == referent
    with pytest.raises(PermissionDenied):
        save_draft(typed=typed(office, team=TeamFactory(under_convention=True), people={}), actor=referent)
    with pytest.raises(PermissionDenied):
        save_draft(typed=typed(office), actor=UserFactory(auditor=True))


def test_theme_that_holds_a_nir_is_refused(office: Office) -> None:
    with pytest.raises(ValidationError, match="NIR"):
        save_draft(typed=typed(office, theme="M. 2 55 08 14 168 025 38"), actor=office.staff)


def test_day_of_the_first_declaration_counts_after_a_return(office: Office) -> None:
    action = save_and_declare(typed=typed(office), actor=office.staff)
    Action.objects.filter(pk=action.pk).update(declared_on=date(2026, 7, 10))
    returned = return_action(action=action, actor=office.treasurer, reason="Il manque la durée.")
    again = save_and_declare(typed=typed(office), action=returned, version=0, actor=office.president)
    assert (again.declared_on, again.declared_by) == (date(2026, 7, 10), office.president)


def test_declared_action_is_withdrawn_and_not_validated_any_more(office: Office) -> None:
    action = withdraw_action(action=save_and_declare(typed=typed(office), actor=office.staff), actor=office.staff)
    with pytest.raises(TransitionRefused, match="Retirée"):
        validate_action(action=action, actor=office.treasurer)


# --- evidence ----------------------------------------------------------------------------------------------


def test_required_evidence_keeps_an_action_from_being_declared_and_is_named(office: Office) -> None:
    require_sheets("RCP")
    with pytest.raises(TransitionRefused, match="feuille de présence"):
        save_and_declare(typed=typed(office), actor=office.staff)
    action = save_and_declare(typed=typed(office), brought=[sheet()], actor=office.staff)
    assert [(one.kind, one.document.permission) for one in action.evidence.all()] == [
        ("presence", "actions.view_evidence")
    ]


def test_evidence_taken_back_is_missing_again(office: Office) -> None:
    require_sheets("RCP")
    draft = save_draft(typed=typed(office), brought=[sheet()], actor=office.staff)
    withdraw_evidence(evidence=Evidence.objects.get(), actor=office.staff)
    with pytest.raises(TransitionRefused, match="feuille de présence"):
        declare_action(action=draft, actor=office.staff)
    with pytest.raises(TransitionRefused, match="déjà été retirée"):
        withdraw_evidence(evidence=Evidence.objects.get(), actor=office.staff)


def test_plan_takes_an_attestation_under_an_opaque_number_and_never_the_plan(office: Office) -> None:
    first, second = (save_draft(typed=typed(office, type="PPS"), actor=office.staff) for _ in range(2))
    assert first.attestation_number.startswith("PPS-2026-")
    assert first.attestation_number != second.attestation_number
    with pytest.raises(ValidationError, match="attestation signée"):
        add_evidence(action=first, kind="compte_rendu", upload=sheet().upload, actor=office.staff)
    add_evidence(action=first, kind="attestation", upload=sheet().upload, actor=office.staff)
    assert save_draft(typed=typed(office), actor=office.staff).attestation_number == ""


def test_same_file_is_a_piece_of_one_action_once_and_of_two_actions_too(office: Office) -> None:
    first, second = (save_draft(typed=typed(office), actor=office.staff) for _ in range(2))
    add_evidence(action=first, kind="presence", upload=sheet().upload, actor=office.staff)
    with pytest.raises(ValidationError, match="déjà une pièce"):
        add_evidence(action=first, kind="presence", upload=sheet().upload, actor=office.staff)
    add_evidence(action=second, kind="presence", upload=sheet().upload, actor=office.staff)
    assert Evidence.objects.count() == 2


@pytest.mark.parametrize("state", ["validated", "not_retained", "withdrawn", "cancelled"])
def test_decided_action_takes_no_evidence(office: Office, state: str) -> None:
    with pytest.raises(TransitionRefused, match="ne reçoit plus de pièce"):
        add_evidence(action=office.rcp(DAY, state=state), kind="presence", upload=sheet().upload, actor=office.staff)


# --- validating --------------------------------------------------------------------------------------------


def test_nobody_validates_what_they_declared_when_the_association_says_so(office: Office) -> None:
    own = save_and_declare(typed=typed(office), actor=office.staff)
    ActionSettings.objects.create(pk=1, validated_by_another=True)
    with pytest.raises(TransitionRefused, match="une autre personne la valide"):
        validate_action(action=own, actor=office.staff)
    assert validate_action(action=own, actor=office.treasurer).state == "validated"
    ActionSettings.objects.update(validated_by_another=False)
    assert validate_action(action=save_and_declare(typed=typed(office), actor=office.staff), actor=office.staff)


def test_validation_over_a_participation_refused_meanwhile_is_told(office: Office) -> None:
    action = save_and_declare(typed=typed(office), actor=office.staff)
    part = action.participations.first()
    refuse_participation(participation=part, actor=office.treasurer, reason="Absent.")
    with pytest.raises(StaleEdit, match="Trésorière"):
        validate_action(action=action, version=action.version, actor=office.president)
    accept_participation(participation=part, actor=office.treasurer)
    part.refresh_from_db()
    assert (part.refused_at, part.refused_by, part.refused_reason) == (None, None, "")
    assert validate_action(action=action, version=action.version + 2, actor=office.president).state == "validated"
    with pytest.raises(TransitionRefused, match="figées"):
        accept_participation(participation=part, actor=office.treasurer)


def test_action_of_which_everybody_was_refused_is_not_validated(office: Office) -> None:
    action = save_and_declare(typed=typed(office, members=1), actor=office.staff)
    refuse_participation(participation=action.participations.get(), actor=office.treasurer, reason="Absent.")
    with pytest.raises(TransitionRefused, match="rien à retenir"):
        validate_action(action=action, actor=office.treasurer)


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        (" ", "Un motif est demandé"),
        ("x" * 201, "201 caractères"),
        ("2 55 08 14 168 025 38", "NIR"),
        ("a\x00b", "retapez"),
    ],
)
def test_reason_of_a_refused_participation_is_one_that_can_be_kept(office: Office, reason: str, said: str) -> None:
    part = office.rcp(DAY, state="declared").participations.first()
    with pytest.raises(TransitionRefused, match=said):
        refuse_participation(participation=part, actor=office.staff, reason=reason)
