"""A member known under two records that were joined is invited, signs, counts and leaves once."""

from __future__ import annotations

from datetime import date

import pytest

from association.models import Membership, Professional, Role, Team, User
from association.services.members import leave_team
from association.services.people import join_professionals
from conventions.inbox import own_signatures
from conventions.models import Adhesion, Amendment, Convention
from conventions.selectors import pages
from conventions.selectors.members import may_be_invited, members_ever
from conventions.selectors.of_team import convention_list, conventions_of
from conventions.services.amendment_drafting import invite_newcomer, propose_terms, signatories, to_invite
from conventions.services.issuing import facts_of
from conventions.services.signing import complete_on, missing_signatures, sign_for_association, sign_on_screen
from tests import factories
from tests.conventions.making import DAY, SIGNATORY, drafted, in_signing, member, sign_members, signed
from tests.conventions.months import travel


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    travel(monkeypatch, date(2026, 9, 15))


@pytest.fixture
def twin(team: Team) -> Membership:
    """The nurse Le Goff, a member a second time under another record."""
    return member(team, "Legoff", nurse=True, joined_on=date(2026, 2, 1))


def join(twin: Membership, staff: User) -> Professional:
    kept = Professional.objects.get(last_name="Le Goff")
    return join_professionals(kept=kept, other=twin.professional, actor=staff, comment="Même personne.")


def names(adhesions: object) -> list[str]:
    return sorted(str(one.membership.person.last_name) for one in adhesions)  # type: ignore[attr-defined]


def test_draft_invites_a_joined_person_once(team: Team, twin: Membership, staff: User) -> None:
    join(twin, staff)
    assert names(drafted(team, staff).adhesions.all()) == ["Duval", "Le Goff", "Évrard"]
    assert len(members_ever(team)) == 3


def test_draft_made_before_the_joining_names_the_person_once_in_its_text(
    team: Team, twin: Membership, staff: User
) -> None:
    draft = drafted(team, staff)
    kept = join(twin, staff)
    named = [(one["name"], one["rpps"]) for one in facts_of(draft)["members"] if one["name"].startswith("Le")]
    assert named == [(str(kept), kept.rpps)]
    assert len(may_be_invited(draft)) == 3


def test_signature_under_one_record_is_not_waited_for_under_the_other(
    team: Team, twin: Membership, staff: User
) -> None:
    convention = in_signing(team, staff)
    sign_members(convention, staff, "Legoff")
    join(twin, staff)
    assert names(missing_signatures(convention)) == names(pages.to_sign(convention)) == ["Duval", "Évrard"]
    rows = [(row.name.split()[0], row.adhesion.state) for row in pages.signature_rows(convention, actor=staff)]
    assert sorted(rows) == [("Duval", "invited"), ("Le", "signed"), ("Évrard", "invited")]


def test_two_signatures_of_one_person_are_no_minimum_composition(team: Team, twin: Membership, staff: User) -> None:
    convention = in_signing(team, staff)
    convention = sign_for_association(convention=convention, signed_on=DAY, signatory=SIGNATORY, actor=staff)
    sign_members(convention, staff, "Legoff", on=date(2026, 9, 11))
    sign_members(convention, staff, "Le Goff", on=date(2026, 9, 12))
    join(twin, staff)
    assert complete_on(convention) is None
    sign_members(convention, staff, "Évrard", on=date(2026, 9, 10))
    assert complete_on(convention) == date(2026, 9, 11), "two persons had signed on that day"


def test_signed_twice_counts_as_one_signature_in_lists_and_for_an_amendment(
    team: Team, twin: Membership, staff: User
) -> None:
    convention = in_signing(team, staff)
    sign_members(convention, staff, "Legoff", "Le Goff", "Évrard")
    join(twin, staff)
    assert convention_list(staff).get(pk=convention.pk).signed_count == 2
    (row,) = conventions_of(team, user=staff)
    assert (row.signed_count, [str(one.person.last_name) for one in row.missing]) == (2, ["Duval"])
    assert len(signatories(convention)) == 2


def test_member_signs_on_screen_with_an_account_of_the_other_record(team: Team, twin: Membership, staff: User) -> None:
    convention = in_signing(team, staff)
    kept = join(twin, staff)
    Membership.objects.filter(pk=twin.pk).update(is_referent=True)
    user = factories.UserFactory(role=Role.REFERENT, professional=twin.professional)
    assert [item.title for item in own_signatures(user)] == ["Convention à signer"]
    adhesion = pages.own_adhesion(convention, actor=user)
    assert adhesion is not None
    assert adhesion.membership.professional == kept
    assert sign_on_screen(adhesion=adhesion, actor=user).state == Adhesion.State.SIGNED
    assert list(own_signatures(user)) == []


def test_running_convention_does_not_invite_the_person_again(team: Team, staff: User) -> None:
    convention = signed(team, staff)
    twin = member(team, "Legoff", nurse=True, joined_on=date(2026, 9, 12))
    assert [one.person.last_name for one in to_invite(convention)] == ["Legoff"]
    join(twin, staff)
    assert to_invite(convention) == []
    invite_newcomer(membership=Membership.objects.get(pk=twin.pk), day=date(2026, 9, 12), actor=staff)
    assert not Amendment.objects.exists()


def test_terms_are_put_to_a_joined_person_once(team: Team, twin: Membership, staff: User) -> None:
    convention = in_signing(team, staff)
    sign_members(convention, staff, "Legoff", "Le Goff", "Évrard")
    convention = _signed(convention, staff)
    join(twin, staff)
    amendment = propose_terms(
        convention=convention,
        effective_on=date(2026, 10, 1),
        action_types=["RCP"],
        ceiling_cents=9_000_00,
        actor=staff,
    )
    assert names(amendment.signatures.all()) == ["Le Goff", "Évrard"]


def test_departure_is_stated_once(team: Team, twin: Membership, staff: User) -> None:
    convention = in_signing(team, staff)
    sign_members(convention, staff, "Legoff", "Le Goff", "Évrard")
    _signed(convention, staff)
    kept = join(twin, staff)
    leave_team(membership=Membership.objects.get(professional=kept), left_on=date(2026, 9, 14), actor=staff)
    assert Amendment.objects.filter(kind=Amendment.Kind.LEFT).count() == 1
    assert set(Adhesion.objects.filter(state="ended").values_list("ended_on", flat=True)) == {date(2026, 9, 14)}


def _signed(convention: Convention, staff: User) -> Convention:
    from conventions.services.signing import sign_convention

    convention = sign_for_association(convention=convention, signed_on=DAY, signatory=SIGNATORY, actor=staff)
    return sign_convention(convention=convention, signed_on=DAY, actor=staff)
