"""Amendments: the terms, members who join, members who leave; signed by those concerned, applied once."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, transaction

from association.journal import StaleEdit
from association.machine import TransitionRefused
from association.models import DossierDocument, FieldChange, Membership, OutgoingMail, Role, Team, User
from association.services.members import add_member, change_member, leave_team
from association.workflow import fire
from conventions.models import Adhesion, Amendment, Convention, ConventionTerms
from conventions.selectors.pages import to_sign
from conventions.services.amending import (
    issue_amendment,
    move_amendment,
    sign_amendment,
    sign_amendment_on_screen,
)
from conventions.services.amendment_drafting import invite_member, propose_terms, state_departure
from conventions.services.amendment_reminding import remind_of_amendment
from conventions.services.drafting import change_draft
from conventions.services.signing import (
    SignaturesRefused,
    missing_signatures,
    record_signatures,
    sign_convention,
    sign_for_association,
    sign_on_screen,
)
from conventions.wording import checksum_of
from tests import factories
from tests.conventions.making import (
    SIGNATORY,
    adhesion_of,
    drafted,
    in_signing,
    member,
    scan,
    sign_members,
    signed,
)
from tests.conventions.months import meeting, settled, travel

TODAY = date(2026, 11, 20)
DECEMBER = date(2026, 12, 1)


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    travel(monkeypatch, TODAY)


@pytest.fixture
def convention(team: Team, staff: User) -> Convention:
    """Signed by the GP (Évrard) and the nurse (Le Goff), not by the pharmacist (Duval)."""
    return signed(team, staff)


def proposed(convention: Convention, staff: User, **changes) -> Amendment:  # type: ignore[no-untyped-def]
    asked = {"effective_on": DECEMBER, "action_types": ["RCP", "PROTOCOLE"], "ceiling_cents": 12_000_00} | changes
    return propose_terms(convention=convention, actor=staff, **asked)


def newcomer(team: Team, staff: User, name: str = "Riou", joined_on: date = date(2026, 11, 2)) -> Membership:
    person = factories.ProfessionalFactory(
        last_name=name, email=f"{name.lower()}@test.example", mssante="r@mssante.example"
    )
    return add_member(
        team=team, professional=person, joined_on=joined_on, status="confirme", mode="liberal", actor=staff
    )


def by_all(amendment: Amendment, staff: User, on: date = TODAY, names: tuple[str, ...] = ()) -> Amendment:
    """Sign an amendment for the association and for the members of these names (all of them by default)."""
    rows = amendment.signatures.filter(signed_on=None)
    if names:
        rows = rows.filter(membership__professional__last_name__in=names)
    return sign_amendment(
        amendment=amendment,
        signatures=dict.fromkeys(rows.values_list("pk", flat=True), on),
        association_signed_on=on,
        signatory=SIGNATORY,
        actor=staff,
    )


def issued(amendment: Amendment, staff: User, on: date = TODAY) -> Amendment:
    return issue_amendment(amendment=amendment, actor=staff, issued_on=on)


# --- the terms ---------------------------------------------------------------------------------------------------


def test_terms_change_from_their_day_on_and_not_before(
    convention: Convention, staff: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    applied = by_all(issued(proposed(convention, staff, action_types=["PPS"]), staff), staff)
    assert (applied.state, applied.signed_on) == ("signed", TODAY)
    meeting(convention.team, DECEMBER - timedelta(days=1))
    meeting(convention.team, DECEMBER)
    travel(monkeypatch, date(2027, 1, 4))
    found = settled(date(2026, 12, 1), staff)
    assert (found[date(2026, 11, 30), "Évrard"], found[DECEMBER, "Évrard"]) == (50_00, "TYPE")


def test_amendment_is_applied_once(convention: Convention, staff: User) -> None:
    applied = by_all(issued(proposed(convention, staff), staff), staff)
    with pytest.raises(ValidationError, match="déjà enregistrée"):
        by_all(applied, staff)
    terms = ConventionTerms.objects.filter(effective_on__isnull=False)
    assert [(one.effective_on, one.ceiling_cents, one.action_types) for one in terms] == [
        (DECEMBER, 12_000_00, ["RCP", "PROTOCOLE"])
    ]


def test_amendment_without_the_association_or_the_general_practitioner_changes_nothing(
    convention: Convention, staff: User
) -> None:
    sign_members(convention, staff, "Duval", on=TODAY)
    amendment = issued(proposed(convention, staff), staff)
    others = amendment.signatures.exclude(membership__professional__last_name="Évrard").values_list("pk", flat=True)
    sign_amendment(amendment=amendment, signatures=dict.fromkeys(others, TODAY), actor=staff)
    waiting = sign_amendment(
        amendment=amendment, signatures={}, association_signed_on=TODAY, signatory=SIGNATORY, actor=staff
    )
    assert waiting.state == "signing"
    assert not ConventionTerms.objects.filter(effective_on__isnull=False).exists()
    last = amendment.signatures.get(membership__professional__last_name="Évrard")
    assert sign_amendment(amendment=amendment, signatures={last.pk: TODAY}, actor=staff).state == "signed"


def test_member_may_still_sign_an_amendment_that_was_enough_signed(convention: Convention, staff: User) -> None:
    sign_members(convention, staff, "Duval", on=TODAY)
    amendment = by_all(issued(proposed(convention, staff), staff), staff, names=("Évrard", "Le Goff"))
    assert amendment.state == "signed"
    last = amendment.signatures.get(signed_on=None)
    sign_amendment(amendment=amendment, signatures={last.pk: TODAY}, actor=staff)
    assert not amendment.signatures.filter(signed_on=None).exists()
    assert ConventionTerms.objects.filter(effective_on__isnull=False).count() == 1


def test_terms_concern_those_whose_signature_holds_when_the_amendment_is_issued(
    convention: Convention, staff: User
) -> None:
    amendment = proposed(convention, staff)
    sign_members(convention, staff, "Duval", on=TODAY)
    leave_team(membership=adhesion_of(convention, "Le Goff").membership, left_on=date(2026, 11, 19), actor=staff)
    names = issued(amendment, staff).signatures.values_list("membership__professional__last_name", flat=True)
    assert set(names) == {"Évrard", "Duval"}


def test_same_terms_are_refused(convention: Convention, staff: User) -> None:
    with pytest.raises(ValidationError, match="Rien ne change"):
        proposed(convention, staff, action_types=["PPS", "RCP"], ceiling_cents=10_000_00)


@pytest.mark.parametrize("day", [date(2026, 9, 9), date(2028, 9, 1)])
def test_terms_outside_the_convention_are_refused(day: date, convention: Convention, staff: User) -> None:
    with pytest.raises(ValidationError) as refused:
        proposed(convention, staff, effective_on=day)
    assert refused.value.message_dict == {
        "effective_on": ["L'avenant prend effet entre le 10/09/2026 et le 31/08/2028."]
    }


def test_terms_on_or_before_those_of_another_amendment_are_refused(convention: Convention, staff: User) -> None:
    by_all(issued(proposed(convention, staff), staff), staff)
    for day in (DECEMBER, DECEMBER - timedelta(days=1)):
        with pytest.raises(ValidationError, match="à partir du 01/12/2026 : choisissez une date plus tardive"):
            proposed(convention, staff, effective_on=day, ceiling_cents=8_000_00)


def test_second_change_of_terms_waits_for_the_first(convention: Convention, staff: User) -> None:
    first = proposed(convention, staff)
    with pytest.raises(TransitionRefused, match="L'avenant n° 1 modifie déjà"):
        proposed(convention, staff, effective_on=date(2027, 1, 1), ceiling_cents=8_000_00)
    move_amendment(amendment=first, step="abandon", comment="Erreur", actor=staff)
    assert proposed(convention, staff).number == 2


def test_ceiling_alone_is_an_amendment_of_the_ceiling(convention: Convention, staff: User) -> None:
    amendment = issued(proposed(convention, staff, action_types=["RCP", "PPS"]), staff)
    assert (amendment.kind, amendment.agreed["data"]["title"]) == ("plafond", "Plafond annuel")
    assert [row[0] for row in amendment.agreed["data"]["rows"]] == ["Plafond annuel"]


@pytest.mark.parametrize("state", ["draft", "issued", "signing", "ended", "terminated", "abandoned"])
def test_terms_of_a_convention_that_does_not_run_are_refused(state: str, staff: User) -> None:
    with pytest.raises(TransitionRefused, match="convention signée"):
        proposed(factories.ConventionFactory(**{state: True}), staff)


def test_amendment_by_a_referent_is_refused(convention: Convention) -> None:
    with pytest.raises(PermissionDenied):
        proposed(convention, factories.UserFactory(referent=True))


# --- text and paper ----------------------------------------------------------------------------------------------


def test_issue_freezes_the_text_and_files_the_paper(convention: Convention, staff: User) -> None:
    amendment = issued(proposed(convention, staff), staff)
    assert (amendment.state, amendment.agreed_sha256) == ("signing", checksum_of(amendment.agreed))
    filing = DossierDocument.objects.get(document=amendment.document)
    assert filing.title == f"Avenant n° 1 à la convention {convention.number}, à signer"
    assert amendment.document.permission == "conventions.view_text"
    with pytest.raises(DatabaseError, match="avenant émis"), transaction.atomic():
        Amendment.objects.update(changes={})


def test_amendments_are_numbered_per_convention(convention: Convention, staff: User) -> None:
    newcomer(convention.team, staff)
    assert proposed(convention, staff).number == 2
    other = factories.ConventionFactory(signed=True)
    assert proposed(other, staff, ceiling_cents=8_000_00, effective_on=date(2027, 1, 1)).number == 1


def test_scan_of_a_signed_amendment_is_filed(convention: Convention, staff: User) -> None:
    amendment = issued(proposed(convention, staff), staff)
    row = amendment.signatures.first()
    sign_amendment(amendment=amendment, signatures={row.pk: TODAY}, upload=scan(), actor=staff)
    row.refresh_from_db()
    amendment.refresh_from_db()
    assert row.scan == amendment.scan == DossierDocument.objects.get(title__endswith="signé").document


def test_signatures_are_refused_together_each_with_its_reason(convention: Convention, staff: User) -> None:
    amendment = issued(proposed(convention, staff), staff)
    first, second = amendment.signatures.order_by("pk")
    with pytest.raises(ValidationError) as refused:
        sign_amendment(
            amendment=amendment,
            signatures={first.pk: TODAY - timedelta(days=1), second.pk: TODAY + timedelta(days=1)},
            association_signed_on=TODAY,
            actor=staff,
        )
    said = refused.value.message_dict
    assert "ne peut précéder" in said[f"signature_{first.pk}"][0]
    assert "à venir" in said[f"signature_{second.pk}"][0]
    assert "qui signe pour l'association" in said["signatory"][0]
    assert not amendment.signatures.exclude(signed_on=None).exists()


@pytest.mark.parametrize("state", ["draft", "abandoned"])
def test_amendment_out_of_signing_receives_no_signature(state: str, convention: Convention, staff: User) -> None:
    amendment = proposed(convention, staff)
    if state == "abandoned":
        amendment = move_amendment(amendment=amendment, step="abandon", comment="Erreur", actor=staff)
    with pytest.raises(TransitionRefused, match="ne se signe pas maintenant"):
        by_all(amendment, staff)


def test_each_signature_has_its_line_in_the_journal(convention: Convention, staff: User) -> None:
    by_all(issued(proposed(convention, staff), staff), staff)
    labels = set(FieldChange.objects.filter(subject__startswith="Avenant n° 1").values_list("label", flat=True))
    assert {"Signature de Évrard Anaïs", f"Signature de l'association ({SIGNATORY})"} <= labels


# --- who joins ---------------------------------------------------------------------------------------------------


def test_newcomer_is_invited_and_has_an_amendment_to_sign(convention: Convention, staff: User) -> None:
    stay = newcomer(convention.team, staff)
    amendment = Amendment.objects.get()
    assert (amendment.kind, amendment.state, amendment.effective_on) == ("entree", "draft", stay.joined_on)
    assert [row.membership for row in amendment.signatures.all()] == [stay]
    assert convention.adhesions.get(membership=stay).state == "invited"


def test_newcomer_is_paid_from_their_signature_once_the_amendment_is_signed(
    convention: Convention, staff: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    stay = newcomer(convention.team, staff)
    amendment = issued(Amendment.objects.get(), staff, on=date(2026, 11, 5))
    row = amendment.signatures.get()
    sign_amendment(amendment=amendment, signatures={row.pk: date(2026, 11, 10)}, actor=staff)
    assert convention.adhesions.get(membership=stay).state == "invited"
    sign_amendment(
        amendment=amendment, signatures={}, association_signed_on=TODAY, signatory="La présidente", actor=staff
    )
    adhesion = convention.adhesions.get(membership=stay)
    assert (adhesion.state, adhesion.signed_on, adhesion.effective_on) == ("signed", *[date(2026, 11, 10)] * 2)
    meeting(convention.team, date(2026, 11, 9))
    meeting(convention.team, date(2026, 11, 10))
    travel(monkeypatch, date(2026, 12, 4))
    found = settled(date(2026, 11, 1), staff)
    assert (found[date(2026, 11, 9), "Riou"], found[date(2026, 11, 10), "Riou"]) == ("SIGNATURE", 50_00)


def test_newcomer_cannot_sign_the_convention_beside_the_amendment(convention: Convention, staff: User) -> None:
    stay = newcomer(convention.team, staff)
    adhesion = convention.adhesions.get(membership=stay)
    with pytest.raises(SignaturesRefused) as refused:
        record_signatures(convention=convention, signatures={adhesion.pk: TODAY}, actor=staff)
    assert "entre par l'avenant n° 1" in refused.value.reasons[adhesion.pk]
    assert adhesion not in to_sign(convention)
    assert adhesion not in missing_signatures(convention)
    user = factories.UserFactory(role=Role.REFERENT, professional=stay.professional)
    with pytest.raises(TransitionRefused, match="entre par l'avenant n° 1"):
        sign_on_screen(adhesion=adhesion, actor=user)


def test_newcomer_whose_amendment_is_abandoned_may_sign_the_convention(convention: Convention, staff: User) -> None:
    stay = newcomer(convention.team, staff)
    move_amendment(amendment=Amendment.objects.get(), step="abandon", comment="Signe la convention", actor=staff)
    adhesion = convention.adhesions.get(membership=stay)
    [done] = record_signatures(convention=convention, signatures={adhesion.pk: TODAY}, actor=staff)
    assert done.state == "signed"
    assert Amendment.objects.count() == 1


def test_newcomer_who_declined_before_signs_by_the_amendment(convention: Convention, staff: User) -> None:
    stay = newcomer(convention.team, staff)
    fire(convention.adhesions.get(membership=stay), "decline", actor=staff, comment="Hésite")
    by_all(issued(Amendment.objects.get(), staff), staff)
    assert convention.adhesions.get(membership=stay).state == "signed"


def test_expected_member_is_invited_once_confirmed(convention: Convention, staff: User) -> None:
    person = factories.ProfessionalFactory(last_name="Riou")
    stay = add_member(
        team=convention.team,
        professional=person,
        joined_on=date(2026, 11, 2),
        status="pressenti",
        mode="liberal",
        actor=staff,
    )
    assert not Amendment.objects.exists()
    change_member(
        membership=stay, starts_on=date(2026, 11, 9), values={"status": "confirme"}, version=None, actor=staff
    )
    assert Amendment.objects.get().effective_on == date(2026, 11, 9)
    change_member(membership=stay, starts_on=date(2026, 11, 12), values={"mode": "mixte"}, version=None, actor=staff)
    assert Amendment.objects.count() == 1


def test_newcomer_to_a_draft_is_invited_without_an_amendment(team: Team, staff: User) -> None:
    draft = drafted(team, staff)
    stay = newcomer(team, staff)
    assert draft.adhesions.filter(membership=stay).exists()
    assert not Amendment.objects.exists()

    with pytest.raises(StaleEdit, match="Riou"):
        change_draft(
            convention=draft,
            starts_on=draft.starts_on,
            ends_on=draft.ends_on,
            action_types=["RCP"],
            ceiling_cents=1,
            memberships=[],
            version=draft.version,
            actor=staff,
        )


def test_newcomer_during_the_signing_is_invited_once_the_convention_is_signed(team: Team, staff: User) -> None:

    convention = in_signing(team, staff)
    stay = newcomer(team, staff, joined_on=date(2026, 9, 8))
    assert not convention.adhesions.filter(membership=stay).exists()
    day = date(2026, 9, 10)
    sign_for_association(convention=convention, signed_on=day, signatory=SIGNATORY, actor=staff)
    sign_members(convention, staff, "Évrard", "Le Goff")
    sign_convention(convention=convention, signed_on=day, actor=staff)
    amendment = Amendment.objects.get()
    assert (amendment.kind, amendment.effective_on) == ("entree", date(2026, 9, 10))
    assert amendment.signatures.get().membership == stay


def test_member_left_out_of_the_draft_enters_later_by_an_amendment(team: Team, staff: User) -> None:
    convention = signed(team, staff)
    left_out = member(team, "Riou", joined_on=date(2026, 2, 1), nurse=True)
    assert not Amendment.objects.exists()
    amendment = invite_member(convention=convention, membership=left_out, actor=staff)
    assert by_all(issued(amendment, staff), staff).state == "signed"
    assert convention.adhesions.get(membership=left_out).effective_on == TODAY
    with pytest.raises(TransitionRefused, match="reste à inviter"):
        invite_member(convention=convention, membership=left_out, actor=staff)


# --- who leaves --------------------------------------------------------------------------------------------------


def test_departure_is_not_dated_before_the_signature_of_who_leaves(convention: Convention, staff: User) -> None:
    stay = adhesion_of(convention, "Le Goff").membership
    with pytest.raises(ValidationError, match=r"précède la convention .* a signée le") as said:
        leave_team(membership=stay, left_on=date(2026, 9, 1), actor=staff)
    assert list(said.value.message_dict) == ["left_on"]
    stay.refresh_from_db()
    assert (stay.left_on, adhesion_of(convention, "Le Goff").state) == (None, "signed")


def test_departure_ends_the_adhesion_and_is_stated_by_the_association(
    convention: Convention, staff: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    stay = adhesion_of(convention, "Le Goff").membership
    leave_team(membership=stay, left_on=date(2026, 11, 10), actor=staff)
    adhesion = adhesion_of(convention, "Le Goff")
    assert (adhesion.state, adhesion.ended_on) == ("ended", date(2026, 11, 10))
    amendment = by_all(issued(Amendment.objects.get(kind="sortie"), staff), staff)
    assert amendment.state == "signed"
    meeting(convention.team, date(2026, 11, 10))
    meeting(convention.team, date(2026, 11, 11))
    travel(monkeypatch, date(2026, 12, 4))
    found = settled(date(2026, 11, 1), staff)
    assert (found[date(2026, 11, 10), "Le Goff"], found[date(2026, 11, 11), "Le Goff"]) == (50_00, "MEMBER")


def test_departure_of_who_never_signed_states_nothing_and_waits_for_nothing(
    convention: Convention, staff: User
) -> None:
    stay = adhesion_of(convention, "Duval").membership
    assert [one.membership for one in missing_signatures(convention)] == [stay]
    leave_team(membership=stay, left_on=date(2026, 11, 10), actor=staff)
    assert missing_signatures(convention) == []
    assert not Amendment.objects.exists()


def test_departure_of_a_newcomer_abandons_the_entry(convention: Convention, staff: User) -> None:
    stay = newcomer(convention.team, staff)
    leave_team(membership=stay, left_on=date(2026, 11, 10), actor=staff)
    assert [(one.kind, one.state) for one in Amendment.objects.all()] == [("entree", "abandoned")]


def test_departure_from_a_draft_takes_the_invitation_away(team: Team, staff: User) -> None:
    draft = drafted(team, staff)
    leave_team(membership=adhesion_of(draft, "Duval").membership, left_on=date(2026, 11, 10), actor=staff)
    assert not draft.adhesions.filter(membership__professional__last_name="Duval").exists()
    assert "Duval" in FieldChange.objects.get(field="members").before


def test_departure_told_twice_is_stated_once_and_corrected_for_another_day(convention: Convention, staff: User) -> None:
    stay = adhesion_of(convention, "Le Goff").membership
    for day in (10, 10, 12):
        state_departure(membership=stay, day=date(2026, 11, day), actor=staff)
    assert [(one.state, one.changes["left_on"]) for one in Amendment.objects.order_by("number")] == [
        ("abandoned", "2026-11-10"),
        ("draft", "2026-11-12"),
    ]
    assert adhesion_of(convention, "Le Goff").ended_on == date(2026, 11, 12)


def test_departure_after_the_end_of_the_convention_needs_no_amendment(staff: User) -> None:
    adhesion = factories.AdhesionFactory(
        state="signed", signed_on=date(2026, 1, 1), convention__ends_on=date(2026, 10, 31)
    )
    state_departure(membership=adhesion.membership, day=date(2026, 11, 10), actor=staff)
    assert Adhesion.objects.get().state == "ended"
    assert not Amendment.objects.exists()


# --- on screen, and reminders ------------------------------------------------------------------------------------


def account_of(stay: Membership) -> User:
    user: User = factories.UserFactory(role=Role.REFERENT, professional=stay.professional)
    return user


def test_last_signature_on_screen_applies_the_amendment(convention: Convention, staff: User) -> None:
    stay = newcomer(convention.team, staff)
    amendment = issued(Amendment.objects.get(), staff)
    sign_amendment(amendment=amendment, signatures={}, association_signed_on=TODAY, signatory=SIGNATORY, actor=staff)
    done = sign_amendment_on_screen(signature=amendment.signatures.get(), actor=account_of(stay))
    assert done.state == "signed"
    adhesion = convention.adhesions.get(membership=stay)
    assert (adhesion.state, adhesion.how, adhesion.effective_on) == ("signed", "ecran", TODAY)


def test_terms_signed_on_screen_last_are_applied(convention: Convention, staff: User) -> None:
    amendment = issued(proposed(convention, staff), staff)
    by_all(amendment, staff, names=("Évrard",))
    last = amendment.signatures.get(signed_on=None)
    assert sign_amendment_on_screen(signature=last, actor=account_of(last.membership)).state == "signed"
    assert ConventionTerms.objects.filter(effective_on=DECEMBER).exists()


def test_nobody_signs_an_amendment_for_somebody_else(convention: Convention, staff: User) -> None:
    amendment = issued(proposed(convention, staff), staff)
    one, other = amendment.signatures.order_by("pk")
    with pytest.raises(TransitionRefused, match="Chacun signe pour soi"):
        sign_amendment_on_screen(signature=one, actor=account_of(other.membership))


def test_second_signature_on_screen_is_refused(convention: Convention, staff: User) -> None:
    amendment = issued(proposed(convention, staff), staff)
    row = amendment.signatures.first()
    user = account_of(row.membership)
    sign_amendment_on_screen(signature=row, actor=user)
    with pytest.raises(TransitionRefused, match="a déjà signé cet avenant"):
        sign_amendment_on_screen(signature=row, actor=user)


def test_reminder_is_written_once_a_day_to_who_has_not_signed(
    convention: Convention, staff: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    amendment = issued(proposed(convention, staff), staff)
    row = amendment.signatures.get(membership__professional__last_name="Évrard")
    sign_amendment(amendment=amendment, signatures={row.pk: TODAY}, actor=staff)
    assert remind_of_amendment(amendment=amendment, actor=staff).written_to == ("Le Goff Anaïs",)
    assert remind_of_amendment(amendment=amendment, actor=staff).already_today == ("Le Goff Anaïs",)
    assert OutgoingMail.objects.get().subject == f"Avenant n° 1 à la convention {convention.number} : à signer"
    travel(monkeypatch, TODAY + timedelta(days=1))
    assert remind_of_amendment(amendment=amendment, actor=staff).written_to == ("Le Goff Anaïs",)
