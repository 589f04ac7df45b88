"""Renewals: everything carries over, and no day is lost when they are signed late, within the bound."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from association.machine import TransitionRefused
from association.models import FieldChange, Team, User
from association.workflow import fire
from conventions.gates import followed
from conventions.models import Convention
from conventions.services.amending import issue_amendment, sign_amendment
from conventions.services.amendment_drafting import propose_terms
from conventions.services.drafting import change_draft, draft_convention, last_day
from conventions.services.ending import end_conventions, terminate_convention
from conventions.services.filing import file_signed_convention
from conventions.services.issuing import issue_convention
from conventions.services.renewing import renew_convention, renewal_effect
from conventions.services.signing import sign_convention, sign_for_association
from tests import factories
from tests.conventions.making import SIGNATORY, adhesion_of, scan, sign_members, signed
from tests.conventions.months import meeting, settled, travel

# The first convention runs from 1 September 2026 to 31 August 2028.
OVER, NEXT = date(2028, 8, 31), date(2028, 9, 1)
BOUND = timedelta(days=120)  # CONVENTION_RENEWAL_EFFECT_DAYS


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    travel(monkeypatch, date(2026, 9, 15))


@pytest.fixture
def before(team: Team, staff: User) -> Convention:
    """The convention to renew: signed by the association, the GP (Évrard) and the nurse (Le Goff)."""
    return signed(team, staff)


def renewed_and_signed(before: Convention, staff: User, on: date, monkeypatch: pytest.MonkeyPatch) -> Convention:
    """Renew, issue and sign on one day, as the page proposes it."""
    travel(monkeypatch, on)
    end_conventions()
    draft = renew_convention(convention=before, actor=staff)
    convention = fire(issue_convention(convention=draft, actor=staff), "open_signing", actor=staff)
    sign_for_association(convention=convention, signed_on=on, signatory=SIGNATORY, actor=staff)
    sign_members(convention, staff, "Évrard", "Le Goff", on=on)
    effect, reason = renewal_effect(convention, on)
    return sign_convention(
        convention=convention, signed_on=on, effective_on=effect, early_effect_reason=reason, actor=staff
    )


def test_renewal_starts_the_day_after_with_its_members_types_and_ceiling(before: Convention, staff: User) -> None:
    draft = renew_convention(convention=before, actor=staff)
    assert (draft.state, draft.renews, draft.starts_on, draft.ends_on) == ("draft", before, NEXT, last_day(NEXT))
    terms = draft.terms.get()
    assert (terms.action_types, terms.ceiling_cents) == (["RCP", "PPS"], 10_000_00)
    assert {str(one.membership.professional.last_name) for one in draft.adhesions.all()} == {
        "Évrard",
        "Le Goff",
        "Duval",
    }


def test_renewal_carries_over_the_terms_as_amended(before: Convention, staff: User) -> None:
    amendment = propose_terms(
        convention=before,
        effective_on=date(2026, 12, 1),
        action_types=["RCP", "PROTOCOLE"],
        ceiling_cents=12_000_00,
        actor=staff,
    )
    amendment = issue_amendment(amendment=amendment, actor=staff)
    sign_amendment(
        amendment=amendment,
        signatures=dict.fromkeys(amendment.signatures.values_list("pk", flat=True), date(2026, 9, 15)),
        association_signed_on=date(2026, 9, 15),
        signatory=SIGNATORY,
        actor=staff,
    )
    terms = renew_convention(convention=before, actor=staff).terms.get()
    assert (terms.action_types, terms.ceiling_cents, terms.effective_on) == (["RCP", "PROTOCOLE"], 12_000_00, None)


def test_renewal_of_a_member_who_left_does_not_invite_them(before: Convention, staff: User) -> None:
    stay = adhesion_of(before, "Duval").membership
    stay.left_on = date(2026, 9, 10)
    stay.save()
    draft = renew_convention(convention=before, actor=staff)
    assert not draft.adhesions.filter(membership=stay).exists()


def test_second_renewal_is_refused_until_the_first_is_abandoned(before: Convention, staff: User) -> None:
    draft = renew_convention(convention=before, actor=staff)
    with pytest.raises(TransitionRefused, match=f"déjà renouvelée par {draft.number}"):
        renew_convention(convention=before, actor=staff)
    fire(draft, "abandon", actor=staff, comment="Mauvaises dates")
    assert renew_convention(convention=before, actor=staff).renews == before


@pytest.mark.parametrize("state", ["draft", "issued", "signing", "terminated", "abandoned"])
def test_renewal_is_refused_from_every_other_state(state: str, team: Team, staff: User) -> None:
    convention = factories.ConventionFactory(team=team, **{state: True})
    with pytest.raises(TransitionRefused, match="ne se renouvelle pas"):
        renew_convention(convention=convention, actor=staff)


def test_renewal_that_would_be_over_already_is_refused(
    before: Convention, staff: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    travel(monkeypatch, last_day(NEXT) + timedelta(days=1))
    end_conventions()
    before.refresh_from_db()
    with pytest.raises(TransitionRefused, match="serait déjà terminé"):
        renew_convention(convention=before, actor=staff)


def test_renewal_by_a_referent_is_refused(before: Convention) -> None:
    with pytest.raises(PermissionDenied):
        renew_convention(convention=before, actor=factories.UserFactory(referent=True))


# --- signed late: from when it pays ------------------------------------------------------------------------------


def test_late_renewal_pays_an_action_between_the_old_end_and_the_signature(
    before: Convention, staff: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = date(2028, 11, 10)
    between = (OVER, NEXT, date(2028, 10, 3), late)
    convention = renewed_and_signed(before, staff, late, monkeypatch)
    assert (convention.effective_on, convention.signed_on) == (NEXT, late)
    for day in between:
        meeting(before.team, day)
    travel(monkeypatch, date(2028, 12, 2))
    found = settled(date(2028, 11, 1), staff)
    assert {found[day, name] for day in between for name in ("Évrard", "Le Goff")} == {50_00}
    # Duval never signed either of them.
    assert {found[day, "Duval"] for day in between} == {"SIGNATURE"}


def test_renewal_signed_beyond_the_bound_leaves_the_days_before_it_unpaid(
    before: Convention, staff: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = date(2029, 1, 20)
    effect = late - BOUND
    convention = renewed_and_signed(before, staff, late, monkeypatch)
    assert convention.effective_on == effect > NEXT
    meeting(before.team, effect - timedelta(days=1))
    meeting(before.team, effect)
    travel(monkeypatch, date(2029, 2, 2))
    found = settled(date(2029, 1, 1), staff)
    assert found[effect - timedelta(days=1), "Évrard"] == "CONVENTION"
    assert found[effect, "Évrard"] == found[effect, "Le Goff"] == 50_00


def test_member_who_signs_a_signed_renewal_later_loses_no_day_within_the_bound(
    before: Convention, staff: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_members(before, staff, "Duval", on=date(2026, 9, 12))
    convention = renewed_and_signed(before, staff, date(2028, 9, 20), monkeypatch)
    travel(monkeypatch, date(2029, 1, 10))
    [adhesion] = sign_members(convention, staff, "Duval", on=date(2029, 1, 10))
    effect = date(2029, 1, 10) - BOUND
    assert adhesion.effective_on == effect
    meeting(before.team, effect - timedelta(days=1))
    meeting(before.team, effect)
    travel(monkeypatch, date(2029, 2, 2))
    found = settled(date(2029, 1, 1), staff)
    assert found[effect - timedelta(days=1), "Duval"] == "SIGNATURE"
    assert found[effect, "Duval"] == 50_00


def test_member_who_had_not_signed_before_is_paid_from_their_own_signature(
    before: Convention, staff: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    convention = renewed_and_signed(before, staff, date(2028, 9, 20), monkeypatch)
    [adhesion] = sign_members(convention, staff, "Duval", on=date(2028, 9, 20))
    assert adhesion.effective_on == date(2028, 9, 20)


def test_early_effect_of_a_renewal_is_logged_with_its_reason(
    before: Convention, staff: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    convention = renewed_and_signed(before, staff, date(2028, 11, 10), monkeypatch)
    assert convention.early_effect_reason == f"Renouvellement de {before.number}, signé le 10/11/2028"
    moved = FieldChange.objects.filter(field="adhesion_effect").values_list("before", "after")
    assert set(moved) == {("10/11/2028", "01/09/2028")}


def test_renewal_signed_in_time_takes_effect_on_its_first_day(
    before: Convention, staff: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    convention = renewed_and_signed(before, staff, date(2028, 8, 1), monkeypatch)
    assert (convention.effective_on, convention.early_effect_reason) == (NEXT, "")
    assert Team.objects.get().state == "under_convention"


def test_effect_of_a_renewal_before_its_first_day_is_refused(
    before: Convention, staff: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    travel(monkeypatch, date(2028, 8, 1))
    draft = renew_convention(convention=before, actor=staff)
    convention = fire(issue_convention(convention=draft, actor=staff), "open_signing", actor=staff)
    sign_for_association(convention=convention, signed_on=date(2028, 8, 1), signatory=SIGNATORY, actor=staff)
    sign_members(convention, staff, "Évrard", "Le Goff", on=date(2028, 8, 1))
    with pytest.raises(TransitionRefused, match="prend effet le 01/09/2028 au plus tôt"):
        sign_convention(
            convention=convention,
            signed_on=date(2028, 8, 1),
            effective_on=OVER,
            early_effect_reason="Plus tôt",
            actor=staff,
        )


def test_draft_moved_to_a_later_start_is_not_filled_back(
    before: Convention, staff: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = renew_convention(convention=before, actor=staff)
    later = date(2028, 10, 1)
    changed = change_draft(
        convention=draft,
        starts_on=later,
        ends_on=last_day(later),
        action_types=["RCP"],
        ceiling_cents=10_000_00,
        memberships=[one.membership for one in draft.adhesions.all()],
        version=draft.version,
        actor=staff,
    )
    assert renewal_effect(changed, date(2028, 11, 10))[0] == later


def test_usual_effect_of_a_convention_that_renews_nothing(before: Convention) -> None:
    assert renewal_effect(before, date(2026, 9, 10)) == (date(2026, 9, 10), "")
    assert renewal_effect(before, date(2026, 8, 20)) == (date(2026, 9, 1), "")


def test_team_is_under_convention_again_once_the_renewal_is_signed(
    before: Convention, staff: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    travel(monkeypatch, NEXT)
    end_conventions()
    assert Team.objects.get().state == "recognised"
    renewed_and_signed(before, staff, date(2028, 9, 20), monkeypatch)
    assert Team.objects.get().state == "under_convention"


def test_terminated_convention_is_not_renewed(before: Convention, staff: User) -> None:
    over = terminate_convention(
        convention=before, terminated_on=date(2026, 9, 12), reason="Dissolution de l'équipe", actor=staff
    )
    with pytest.raises(TransitionRefused, match="ne se renouvelle pas"):
        renew_convention(convention=over, actor=staff)


# --- prepared or filed without « Renouveler » --------------------------------------------------------------------


def prepared_and_signed(team: Team, staff: User, starts_on: date, on: date, monkeypatch: pytest.MonkeyPatch):
    """Prepare, issue and sign on one day, as the page proposes it."""
    travel(monkeypatch, on)
    end_conventions()
    draft = draft_convention(team=Team.objects.get(pk=team.pk), starts_on=starts_on, actor=staff)
    convention = fire(issue_convention(convention=draft, actor=staff), "open_signing", actor=staff)
    sign_for_association(convention=convention, signed_on=on, signatory=SIGNATORY, actor=staff)
    sign_members(convention, staff, "Évrard", "Le Goff", on=on)
    effect, reason = renewal_effect(convention, on)
    return sign_convention(
        convention=convention, signed_on=on, effective_on=effect, early_effect_reason=reason, actor=staff
    )


def test_prepared_convention_that_follows_another_renews_it_and_loses_no_day(
    before: Convention, staff: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    convention = prepared_and_signed(before.team, staff, NEXT, date(2028, 11, 10), monkeypatch)
    assert (convention.renews, convention.effective_on) == (before, NEXT)
    assert convention.early_effect_reason == f"Renouvellement de {before.number}, signé le 10/11/2028"
    moved = FieldChange.objects.filter(field="adhesion_effect").values_list("before", "after")
    assert set(moved) == {("10/11/2028", "01/09/2028")}


def test_prepared_convention_signed_beyond_the_bound_takes_effect_within_it(
    before: Convention, staff: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = date(2029, 1, 20)
    assert prepared_and_signed(before.team, staff, NEXT, late, monkeypatch).effective_on == late - BOUND


def test_prepared_convention_after_a_gap_renews_from_its_own_first_day(
    before: Convention, staff: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    begins = OVER + timedelta(days=30)
    convention = prepared_and_signed(before.team, staff, begins, date(2028, 11, 10), monkeypatch)
    assert (convention.renews, convention.effective_on) == (before, begins)


def test_filed_scan_that_follows_another_convention_renews_it_and_loses_no_day(
    before: Convention, staff: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = date(2028, 11, 10)
    travel(monkeypatch, date(2028, 11, 20))
    end_conventions()
    stays = {stay.professional.last_name: stay.pk for stay in before.team.memberships.select_related("professional")}
    convention = file_signed_convention(
        team=Team.objects.get(pk=before.team_id),
        starts_on=NEXT,
        ends_on=last_day(NEXT),
        action_types=["RCP"],
        ceiling_cents=10_000_00,
        signatures={stays["Évrard"]: late, stays["Le Goff"]: late, stays["Duval"]: late},
        association_signed_on=late,
        association_signatory=SIGNATORY,
        scan=scan(),
        actor=staff,
    )
    assert (convention.renews, convention.signed_on, convention.effective_on) == (before, late, NEXT)
    assert convention.early_effect_reason == f"Renouvellement de {before.number}, signé le 10/11/2028"
    effects = dict(convention.adhesions.values_list("membership__professional__last_name", "effective_on"))
    assert effects == {"Évrard": NEXT, "Le Goff": NEXT, "Duval": late}, "Duval had not signed the one before"


@pytest.mark.parametrize("starts_on", [OVER + BOUND + timedelta(days=1), date(2026, 8, 1)])
def test_draft_that_begins_too_late_or_before_renews_nothing(
    starts_on: date, before: Convention, staff: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert followed(Convention(team=before.team, starts_on=starts_on)) is None


def test_convention_after_a_terminated_one_renews_nothing(
    before: Convention, staff: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminate_convention(convention=before, terminated_on=date(2026, 9, 15), reason="Départs", actor=staff)
    assert followed(Convention(team=before.team, starts_on=NEXT)) is None


def test_convention_that_is_renewed_already_is_followed_by_no_second(before: Convention, staff: User) -> None:
    draft = renew_convention(convention=before, actor=staff)
    assert followed(Convention(team=before.team, starts_on=NEXT)) is None
    fire(draft, "abandon", actor=staff, comment="Autre modèle")
    assert followed(Convention(team=before.team, starts_on=NEXT)) == before


def test_draft_moved_after_another_convention_becomes_its_renewal_and_the_journal_says_so(
    before: Convention, staff: User
) -> None:
    draft = renew_convention(convention=before, actor=staff)
    for starts_on, renews in ((OVER + BOUND + timedelta(days=5), None), (NEXT, before)):
        draft = change_draft(
            convention=draft,
            starts_on=starts_on,
            ends_on=last_day(starts_on),
            action_types=["RCP"],
            ceiling_cents=10_000_00,
            memberships=[one.membership for one in draft.adhesions.all()],
            version=None,
            actor=staff,
        )
        assert draft.renews == renews
    said = FieldChange.objects.filter(field="renews").order_by("pk").values_list("before", "after")
    assert list(said) == [(before.number, ""), ("", before.number)]
