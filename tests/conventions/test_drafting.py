"""The draft of a convention: from the recognised project, changed with a journal."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from association.journal import StaleEdit
from association.machine import TransitionRefused
from association.models import FieldChange, Team, User
from association.nomenclature import TeamKind
from association.workflow import fire
from conventions.models import Convention
from conventions.services.drafting import change_draft, draft_convention, last_day
from tests import factories
from tests.conventions.making import STARTS_ON, adhesion_of, drafted, in_signing, member, recognised_team, signed


def changed(convention: Convention, actor: User, **fields: object) -> Convention:
    """Change a draft, all else as it is."""
    terms = convention.terms.get()
    values = {
        "starts_on": convention.starts_on,
        "ends_on": convention.ends_on,
        "action_types": terms.action_types,
        "ceiling_cents": terms.ceiling_cents,
        "memberships": [adhesion.membership for adhesion in convention.adhesions.all()],
        "version": convention.version,
    } | fields
    return change_draft(convention=convention, actor=actor, **values)  # type: ignore[arg-type]


def test_draft_carries_over_what_was_recognised(team: Team, staff: User) -> None:
    convention = drafted(team, staff)
    terms = convention.terms.get()
    assert convention.number == f"CLAP-{timezone.localdate().year}-044-0001"
    assert (convention.starts_on, convention.ends_on) == (date(2026, 9, 1), date(2028, 8, 31))
    assert (terms.action_types, terms.ceiling_cents) == (["RCP", "PPS"], 10_000_00)
    assert [adhesion.state for adhesion in convention.adhesions.all()] == ["invited"] * 3


def test_draft_invites_confirmed_members_only(team: Team, staff: User) -> None:
    expected = factories.MembershipFactory(team=team, period=None)
    factories.MembershipPeriodFactory(membership=expected, expected=True)
    gone = member(team, "Parti", nurse=True)
    gone.left_on = date(2026, 6, 30)
    gone.save()
    names = set(drafted(team, staff).adhesions.values_list("membership__professional__last_name", flat=True))
    assert names == {"Évrard", "Le Goff", "Duval"}


@pytest.mark.parametrize("kind", [TeamKind.INFORMAL, TeamKind.ESP])
def test_draft_of_a_kind_without_convention_is_refused(kind: str, staff: User) -> None:
    team = factories.TeamFactory(recognised=True, kind=kind)
    with pytest.raises(TransitionRefused, match="Seules une ESP CLAP ou une ESS passent une convention"):
        drafted(team, staff)
    assert not Convention.objects.exists()


@pytest.mark.parametrize("state", ["registered", "accompanied", "drafting", "submitted", "refused", "closed"])
def test_draft_of_a_team_that_is_not_recognised_is_refused(state: str, staff: User) -> None:
    with pytest.raises(TransitionRefused, match="l'équipe soit enregistrée"):
        drafted(factories.TeamFactory(**{state: True}), staff)


def test_second_draft_is_refused_and_names_the_first(team: Team, staff: User) -> None:
    first = drafted(team, staff)
    with pytest.raises(TransitionRefused, match=first.number):
        drafted(team, staff)


def test_draft_that_overlaps_a_signed_convention_is_refused(team: Team, staff: User) -> None:
    first = signed(team, staff)
    with pytest.raises(ValidationError) as refused:
        drafted(Team.objects.get(pk=team.pk), staff, date(2028, 8, 31))
    assert first.number in refused.value.message_dict["starts_on"][0]
    assert drafted(Team.objects.get(pk=team.pk), staff, date(2028, 9, 1)).starts_on == date(2028, 9, 1)


def test_end_before_start_is_refused(team: Team, staff: User) -> None:
    with pytest.raises(ValidationError) as refused:
        draft_convention(team=team, starts_on=STARTS_ON, ends_on=date(2026, 8, 31), actor=staff)
    assert "La fin précède le début" in refused.value.message_dict["ends_on"][0]


def test_draft_by_a_role_without_permission_is_refused(team: Team) -> None:
    with pytest.raises(PermissionDenied):
        drafted(team, factories.UserFactory(auditor=True))


def test_ess_without_prices_has_no_ceiling(staff: User) -> None:
    assert drafted(recognised_team(kind=TeamKind.ESS), staff).terms.get().ceiling_cents == 0


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (date(2026, 3, 1), date(2028, 2, 29)),
        (date(2026, 1, 1), date(2027, 12, 31)),
        (date(2026, 12, 15), date(2028, 12, 14)),
        (date(2024, 2, 29), date(2026, 2, 28)),
    ],
)
def test_period_is_of_24_months(start: date, end: date) -> None:
    assert last_day(start) == end


def test_last_day_follows_the_setting(settings: pytest.FixtureRequest) -> None:
    settings.CONVENTION_MONTHS = 12  # type: ignore[attr-defined]
    assert last_day(date(2026, 3, 1)) == date(2027, 2, 28)


def test_change_of_a_draft_is_in_the_journal_with_before_and_after(team: Team, staff: User) -> None:
    convention = drafted(team, staff)
    gone = adhesion_of(convention, "Duval").membership
    kept = [one.membership for one in convention.adhesions.exclude(membership=gone)]
    fresh = changed(convention, staff, ceiling_cents=5_000_00, action_types=["RCP"], memberships=kept)
    journal = {
        row.field: (row.before, row.after) for row in FieldChange.objects.filter(object_id=convention.pk, team=team)
    }
    assert journal["action_types"] == ("RCP, PPS", "RCP")
    assert journal["members"] == ("Duval Anaïs, Le Goff Anaïs, Évrard Anaïs", "Le Goff Anaïs, Évrard Anaïs")
    assert set(journal) == {"action_types", "members", "ceiling_cents"}
    assert fresh.version == 1
    assert fresh.adhesions.count() == 2


def test_change_of_nothing_writes_nothing(team: Team, staff: User) -> None:
    convention = drafted(team, staff)
    assert changed(convention, staff).version == 0
    assert not FieldChange.objects.filter(object_id=convention.pk, team=team, field="members").exists()


def test_second_person_to_save_is_told_what_the_first_changed(team: Team, staff: User) -> None:
    convention = drafted(team, staff)
    changed(convention, staff, ends_on=date(2027, 8, 31))
    with pytest.raises(StaleEdit, match=r"Fin : « 31/08/2028 » est devenu « 31/08/2027 »"):
        changed(convention, factories.UserFactory(staff=True), action_types=["RCP"])
    assert convention.terms.get().action_types == ["RCP", "PPS"]


def test_member_of_another_team_is_not_invited(team: Team, staff: User) -> None:
    with pytest.raises(ValidationError, match="Seuls les membres de l’équipe"):
        changed(drafted(team, staff), staff, memberships=[factories.MembershipFactory()])


def test_change_of_an_issued_convention_is_refused(team: Team, staff: User) -> None:
    with pytest.raises(TransitionRefused, match="son texte ne se modifie plus"):
        changed(in_signing(team, staff), staff, action_types=["RCP"])


def test_abandoned_draft_makes_room_for_another(team: Team, staff: User) -> None:
    fire(drafted(team, staff), "abandon", actor=staff, comment="Mauvaise date")
    assert drafted(team, staff).number.endswith("-0002")
