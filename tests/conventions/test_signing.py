"""Signatures: on paper one by one or several at once, on screen, by the association; then the convention itself."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from association.machine import TransitionRefused
from association.models import DossierDocument, FieldChange, OutgoingMail, Professional, Role, Team, User
from association.workflow import fire
from conventions.models import Adhesion, Convention
from conventions.services.issuing import issue_convention
from conventions.services.reminding import remind
from conventions.services.signing import (
    SignaturesRefused,
    complete_on,
    decline_signature,
    record_signatures,
    sign_convention,
    sign_for_association,
    sign_on_screen,
)
from tests import factories
from tests.conventions.making import (
    DAY,
    ISSUED_ON,
    SIGNATORY,
    adhesion_of,
    drafted,
    in_signing,
    member,
    scan,
    sign_members,
    signed,
)


@pytest.fixture
def convention(team: Team, staff: User) -> Convention:
    return in_signing(team, staff)


def by_association(convention: Convention, staff: User, on: date = DAY) -> Convention:
    return sign_for_association(convention=convention, signed_on=on, signatory=SIGNATORY, actor=staff)


def test_several_signatures_at_once_keep_their_day_and_scan(convention: Convention, staff: User) -> None:
    days = {adhesion_of(convention, name).pk: DAY for name in ("Évrard", "Le Goff")}
    rows = record_signatures(convention=convention, signatures=days, upload=scan(), actor=staff)
    assert [(row.state, row.signed_on, row.effective_on, row.how) for row in rows] == [
        ("signed", DAY, DAY, "papier")
    ] * 2
    filed = DossierDocument.objects.get(title__endswith="page signée")
    assert {row.scan for row in rows} == {filed.document}


def test_signature_before_joining_refuses_all_and_says_whose(team: Team, staff: User) -> None:
    late = member(team, "Tardif", joined_on=date(2026, 10, 1), nurse=True)
    convention = in_signing(team, staff)
    adhesions = {name: adhesion_of(convention, name).pk for name in ("Évrard", "Tardif")}
    with pytest.raises(SignaturesRefused) as refused:
        record_signatures(convention=convention, signatures=dict.fromkeys(adhesions.values(), DAY), actor=staff)
    assert list(refused.value.reasons) == [adhesions["Tardif"]]
    assert "est membre depuis le 01/10/2026" in refused.value.reasons[adhesions["Tardif"]]
    assert late.joined_on == date(2026, 10, 1)
    assert not convention.adhesions.filter(state="signed").exists()


def test_signature_after_leaving_is_refused(convention: Convention, staff: User) -> None:
    stay = adhesion_of(convention, "Duval").membership
    stay.left_on = date(2026, 9, 5)
    stay.save()
    with pytest.raises(SignaturesRefused, match="a quitté l'équipe le 05/09/2026"):
        sign_members(convention, staff, "Duval")


@pytest.mark.parametrize(
    ("days", "reason"), [(-1, "Le texte a été émis le 20/08/2026"), (10_000, "Cette date est à venir")]
)
def test_signature_on_an_impossible_day_is_refused(convention: Convention, staff: User, days: int, reason: str) -> None:
    with pytest.raises(SignaturesRefused, match=reason):
        sign_members(convention, staff, "Évrard", on=ISSUED_ON + timedelta(days=days))


def test_second_signature_of_the_same_member_is_refused(convention: Convention, staff: User) -> None:
    sign_members(convention, staff, "Évrard")
    with pytest.raises(SignaturesRefused, match="n'est pas possible maintenant"):
        sign_members(convention, staff, "Évrard")


def test_signature_of_somebody_who_is_not_invited_is_refused(convention: Convention, staff: User) -> None:
    elsewhere = factories.AdhesionFactory(invited=True)
    with pytest.raises(SignaturesRefused, match="n'est pas invité"):
        record_signatures(convention=convention, signatures={elsewhere.pk: DAY}, actor=staff)


@pytest.mark.parametrize("state", ["draft", "issued", "ended", "terminated", "abandoned"])
def test_signature_of_a_convention_that_is_not_in_signing_is_refused(state: str, staff: User) -> None:
    convention = factories.ConventionFactory(**{state: True})
    adhesion = factories.AdhesionFactory(invited=True, convention=convention)
    with pytest.raises(SignaturesRefused, match="elle ne reçoit pas de signature"):
        record_signatures(convention=convention, signatures={adhesion.pk: DAY}, actor=staff)


def test_referent_signs_on_screen_for_oneself_only(convention: Convention) -> None:
    own = adhesion_of(convention, "Évrard")
    user = factories.UserFactory(role=Role.REFERENT, professional=own.membership.professional)
    with pytest.raises(TransitionRefused, match="Chacun signe pour soi"):
        sign_on_screen(adhesion=adhesion_of(convention, "Duval"), actor=user)
    fresh = sign_on_screen(adhesion=own, actor=user)
    assert (fresh.state, fresh.how, fresh.signed_on) == ("signed", "ecran", timezone.localdate())


def test_staff_does_not_sign_on_screen_for_a_member(convention: Convention, staff: User) -> None:
    with pytest.raises(TransitionRefused, match="rôle"):
        sign_on_screen(adhesion=adhesion_of(convention, "Évrard"), actor=staff)


def test_refusal_keeps_its_reason_and_may_be_taken_back(convention: Convention, staff: User) -> None:
    own = adhesion_of(convention, "Duval")
    with pytest.raises(TransitionRefused, match="Un motif est demandé"):
        decline_signature(adhesion=own, reason=" ", actor=staff)
    assert decline_signature(adhesion=own, reason="Part en retraite", actor=staff).state == "declined"
    assert sign_members(convention, staff, "Duval")[0].state == "signed"


def test_association_signs_with_a_name_and_the_journal_shows_it(convention: Convention, staff: User) -> None:
    fresh = by_association(convention, staff)
    assert (fresh.association_signed_on, fresh.association_signatory) == (DAY, SIGNATORY)
    assert FieldChange.objects.filter(object_id=convention.pk, field="association_signatory", after=SIGNATORY).exists()


def test_association_does_not_sign_before_the_text_was_issued(convention: Convention, staff: User) -> None:
    with pytest.raises(ValidationError, match="Le texte a été émis"):
        by_association(convention, staff, on=ISSUED_ON - timedelta(days=1))


def test_association_does_not_sign_a_draft(team: Team, staff: User) -> None:
    with pytest.raises(TransitionRefused, match="n'est pas en signature"):
        by_association(drafted(team, staff), staff)


def test_auditor_records_no_signature(convention: Convention) -> None:
    with pytest.raises(PermissionDenied):
        sign_members(convention, factories.UserFactory(auditor=True), "Évrard")


def test_convention_without_the_association_is_not_signed(convention: Convention, staff: User) -> None:
    sign_members(convention, staff, "Évrard", "Le Goff")
    with pytest.raises(TransitionRefused, match="Il manque la signature de l'association"):
        sign_convention(convention=convention, signed_on=DAY, actor=staff)


def test_convention_with_one_member_is_not_signed(convention: Convention, staff: User) -> None:
    by_association(convention, staff)
    sign_members(convention, staff, "Évrard")
    with pytest.raises(TransitionRefused, match="1 sur 2"):
        sign_convention(convention=convention, signed_on=DAY, actor=staff)


def test_convention_without_a_general_practitioner_is_not_signed(convention: Convention, staff: User) -> None:
    by_association(convention, staff)
    sign_members(convention, staff, "Le Goff", "Duval")
    with pytest.raises(TransitionRefused, match="médecin généraliste"):
        sign_convention(convention=convention, signed_on=DAY, actor=staff)


def test_minimum_composition_and_association_are_enough(team: Team, staff: User) -> None:
    convention = signed(team, staff)
    assert (convention.state, convention.signed_on, convention.effective_on) == ("signed", DAY, DAY)
    assert Team.objects.get(pk=team.pk).state == "under_convention"
    assert adhesion_of(convention, "Duval").state == "invited"


def test_convention_signed_early_takes_effect_at_its_start(team: Team, staff: User) -> None:
    convention = signed(team, staff, starts_on=date(2026, 10, 1), on=DAY)
    assert convention.effective_on == date(2026, 10, 1)


def test_complete_on_is_the_day_of_the_last_needed_signature(convention: Convention, staff: User) -> None:
    by_association(convention, staff, on=ISSUED_ON)
    sign_members(convention, staff, "Le Goff", on=ISSUED_ON)
    assert complete_on(convention) is None
    sign_members(convention, staff, "Duval", on=DAY + timedelta(days=9))
    sign_members(convention, staff, "Évrard", on=DAY)
    assert complete_on(Convention.objects.get(pk=convention.pk)) == DAY


def test_convention_is_not_signed_before_its_last_needed_signature(convention: Convention, staff: User) -> None:
    by_association(convention, staff)
    sign_members(convention, staff, "Évrard", "Le Goff")
    with pytest.raises(TransitionRefused, match="La dernière signature nécessaire date du 10/09/2026"):
        sign_convention(convention=convention, signed_on=DAY - timedelta(days=1), actor=staff)


def test_other_members_join_a_signed_convention_by_their_own_adhesion(team: Team, staff: User) -> None:
    later = DAY + timedelta(days=30)
    adhesion = sign_members(signed(team, staff), staff, "Duval", on=later)[0]
    assert (adhesion.state, adhesion.effective_on) == ("signed", later)


def test_withdrawal_from_signing_after_a_signature_is_refused(convention: Convention, staff: User) -> None:
    sign_members(convention, staff, "Évrard")
    with pytest.raises(TransitionRefused, match="Des signatures sont déjà recueillies"):
        fire(convention, "withdraw_from_signing", actor=staff, comment="Erreur")


def test_reminder_is_written_once_a_day_to_those_who_have_not_signed(convention: Convention, staff: User) -> None:
    sign_members(convention, staff, "Évrard")
    Professional.objects.filter(last_name="Duval").update(email="pas une adresse")
    first = remind(convention=convention, actor=staff)
    assert (first.written_to, first.without_address) == (("Le Goff Anaïs",), ("Duval Anaïs",))
    assert remind(convention=convention, actor=staff).already_today == ("Le Goff Anaïs",)
    mail = OutgoingMail.objects.get()
    assert (mail.to, mail.team) == ("le-goff@test.example", convention.team)
    assert convention.number in mail.subject


def test_reminder_of_yesterday_does_not_hold_back_today(convention: Convention, staff: User) -> None:
    Adhesion.objects.filter(convention=convention).update(reminded_at=timezone.now() - timedelta(days=1))
    assert len(remind(convention=convention, actor=staff).written_to) == 3


def test_reminder_of_a_draft_is_refused(team: Team, staff: User) -> None:
    with pytest.raises(TransitionRefused):
        remind(convention=drafted(team, staff), actor=staff)


class TestRenewalSignedLate:
    """The members who had signed the convention before lose no day; the others begin at their own signature."""

    LATE = date(2026, 10, 20)

    @pytest.fixture
    def renewal(self, team: Team, staff: User) -> Convention:
        before = factories.ConventionFactory(
            team=team, starts_on=date(2024, 9, 1), ends_on=date(2026, 8, 31), state="ended",
            signed_on=date(2024, 9, 1), effective_on=date(2024, 9, 1),
        )  # fmt: skip
        for name in ("Évrard", "Le Goff"):
            stay = team.memberships.get(professional__last_name=name)
            factories.AdhesionFactory(convention=before, membership=stay, state="signed", signed_on=date(2024, 9, 1))
        convention = drafted(team, staff)
        Convention.objects.filter(pk=convention.pk).update(renews=before)
        issued = issue_convention(convention=Convention.objects.get(pk=convention.pk), actor=staff, issued_on=ISSUED_ON)
        return fire(issued, "open_signing", actor=staff)

    def sign(self, renewal: Convention, staff: User, effective_on: date) -> Convention:
        by_association(renewal, staff, on=self.LATE)
        sign_members(renewal, staff, "Évrard", "Le Goff", "Duval", on=self.LATE)
        return sign_convention(
            convention=renewal,
            signed_on=self.LATE,
            effective_on=effective_on,
            early_effect_reason="Renouvellement",
            actor=staff,
        )

    def test_who_had_signed_before_keeps_the_effect_of_the_renewal(self, renewal: Convention, staff: User) -> None:
        convention = self.sign(renewal, staff, date(2026, 9, 1))
        assert adhesion_of(convention, "Évrard").effective_on == date(2026, 9, 1)
        assert adhesion_of(convention, "Duval").effective_on == self.LATE
        assert FieldChange.objects.filter(object_id=convention.pk, field="adhesion_effect").count() == 2

    def test_effect_of_a_later_signature_is_bounded(
        self, renewal: Convention, staff: User, settings: pytest.FixtureRequest
    ) -> None:
        settings.CONVENTION_RENEWAL_EFFECT_DAYS = 10  # type: ignore[attr-defined]
        by_association(renewal, staff)
        sign_members(renewal, staff, "Évrard", "Duval")
        sign_convention(
            convention=renewal, signed_on=DAY, effective_on=date(2026, 9, 1), early_effect_reason="Suite", actor=staff
        )
        sign_members(renewal, staff, "Le Goff", on=self.LATE)
        assert adhesion_of(renewal, "Le Goff").effective_on == self.LATE - timedelta(days=10)
