"""Attestations of membership: for which days, what they say, what they are worth later."""

from __future__ import annotations

import io
from datetime import date, timedelta
from typing import Any

import pdfplumber
import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, transaction
from django.utils import timezone

from association.attestation_numbers import EXAMPLE, new_number, read_number
from association.attested_period import Days, MembershipFacts, NotAttestable, attested_days
from association.journal import StaleEdit
from association.machine import TransitionRefused
from association.models import Attestation, CoordinationAllowance, FieldChange, Membership, Team
from association.selectors.attestations import allowance_cents, standing, years_to_attest
from association.services.attestations import change_allowance, enter_allowance, issue_attestation
from association.services.recognition import withdraw_recognition
from tests.factories import (
    CompanyFactory,
    MembershipFactory,
    MembershipPeriodFactory,
    ProfessionalFactory,
    RecognitionRequestFactory,
    TeamFactory,
    UserFactory,
)

YEAR = 2026
SIRET, FINESS = "73282932000074", "440012345"


@pytest.fixture
def staff(db: None) -> Any:
    return UserFactory(staff=True)


@pytest.fixture
def pharmacist(db: None) -> Membership:
    """A pharmacist with an officine, confirmed since the beginning of 2026, in a team that is recognised since then."""
    return MembershipFactory(
        team=TeamFactory(recognised=True),
        professional=ProfessionalFactory(pharmacist=True, last_name="Le Goff", first_name="Anaïs"),
        period__company=CompanyFactory(name="Pharmacie du Marché", siret=SIRET, finess=FINESS),
    )


def facts(**changed: Any) -> MembershipFacts:
    said = {
        "joined_on": date(2026, 3, 1),
        "left_on": None,
        "confirmed": ((None, None),),
        "recognised_on": date(2026, 2, 1),
        "recognised_until": None,
        **changed,
    }
    return MembershipFacts(**said)


# --- which days ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "first", "last"),
    [
        ({}, date(2026, 3, 1), date(2026, 12, 31)),
        ({"joined_on": date(2020, 1, 1)}, date(2026, 2, 1), date(2026, 12, 31)),
        ({"left_on": date(2026, 9, 30)}, date(2026, 3, 1), date(2026, 9, 30)),
        ({"recognised_until": date(2026, 5, 31)}, date(2026, 3, 1), date(2026, 5, 31)),
        ({"confirmed": ((date(2026, 4, 1), None),)}, date(2026, 4, 1), date(2026, 12, 31)),
        # A new officine in the middle of the year is no break.
        ({"confirmed": ((None, date(2026, 6, 30)), (date(2026, 7, 1), None))}, date(2026, 3, 1), date(2026, 12, 31)),
        # Expected again for a month: the days after it.
        ({"confirmed": ((None, date(2026, 6, 30)), (date(2026, 8, 1), None))}, date(2026, 8, 1), date(2026, 12, 31)),
    ],
)
def test_attested_days_are_those_of_stay_status_recognition_and_year(
    changed: dict[str, Any], first: date, last: date
) -> None:
    assert attested_days(facts(**changed), YEAR) == Days(first, last)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"recognised_on": None}, "n'a pas été reconnue"),
        ({"recognised_on": date(2027, 1, 1)}, "n'était pas reconnue en 2026"),
        ({"recognised_until": date(2025, 12, 31), "recognised_on": date(2025, 1, 1)}, "jusqu'au 31/12/2025"),
        ({"joined_on": date(2027, 1, 1)}, "Aucun jour à attester"),
        ({"joined_on": date(2026, 1, 1), "left_on": date(2026, 1, 31)}, "au 31/01/2026"),
        ({"confirmed": ()}, "membre confirmé"),
        ({"confirmed": ((None, date(2026, 2, 28)),)}, "membre confirmé"),
    ],
)
def test_nothing_to_attest_is_refused_with_its_reason(changed: dict[str, Any], said: str) -> None:
    with pytest.raises(NotAttestable) as refused:
        attested_days(facts(**changed), YEAR)
    assert said in refused.value.reason


# --- numbers -------------------------------------------------------------------------------------------------


def test_numbers_are_read_however_they_are_copied() -> None:
    number = new_number(YEAR)
    assert len(number) == len(EXAMPLE)
    assert read_number(number) == number
    assert read_number(f" {number.lower().replace('-', ' ')} ") == number
    assert read_number(number.removeprefix("ATT-")) == number
    assert read_number("ATT-2026-OIL0-0000-0000") == "ATT-2026-0110-0000-0000"


@pytest.mark.parametrize("typed", ["", "ATT-2026", "ATT-2026-7K3M-9QXD-2FHU", "ATT-2026-7K3M-9QXD-2FH88", "É" * 16])
def test_what_is_no_number_is_not_read_as_one(typed: str) -> None:
    assert read_number(typed) is None


def test_two_numbers_differ() -> None:
    assert len({new_number(YEAR) for _ in range(1_000)}) == 1_000


# --- issuing -------------------------------------------------------------------------------------------------


def test_attestation_names_person_officine_team_and_letter(pharmacist: Membership, staff: Any) -> None:
    RecognitionRequestFactory(team=pharmacist.team, accepted=True, letter_reference="ARS-2026-77")
    issued = issue_attestation(membership=pharmacist, year=YEAR, actor=staff)
    content = issued.content
    assert (content["professional"], content["company"]["name"]) == ("Le Goff Anaïs", "Pharmacie du Marché")
    assert (content["company"]["siret"], content["company"]["finess"]) == (SIRET, FINESS)
    assert content["recognition_reference"] == "ARS-2026-77"
    assert (issued.starts_on, issued.ends_on) == (date(2026, 1, 1), date(2026, 12, 31))
    assert content["verify_url"].endswith(f"/attestations/verifier/{issued.number}/")


def test_attestation_is_a_pdf_in_the_dossier(pharmacist: Membership, staff: Any) -> None:
    issued = issue_attestation(membership=pharmacist, year=YEAR, actor=staff)
    filing = pharmacist.team.filed_documents.get()
    assert (filing.document, filing.kind) == (issued.document, "attestation")
    assert filing.document.permission == "association.view_attestation"
    with pdfplumber.open(io.BytesIO(issued.document.path.read_bytes())) as pdf:
        text = pdf.pages[0].extract_text()
    assert issued.number in text
    assert "Pharmacie du Marché" in text


def test_amount_of_the_year_is_shown_when_it_is_entered(pharmacist: Membership, staff: Any) -> None:
    assert issue_attestation(membership=pharmacist, year=YEAR, actor=staff).content["amount_cents"] is None
    enter_allowance(profession="21", year=YEAR, amount_cents=420_00, source="Avenant", actor=UserFactory(admin=True))
    assert issue_attestation(membership=pharmacist, year=YEAR, actor=staff).content["amount_cents"] == 420_00


def test_issuing_again_replaces_the_one_before(pharmacist: Membership, staff: Any) -> None:
    first = issue_attestation(membership=pharmacist, year=YEAR, actor=staff)
    second = issue_attestation(membership=pharmacist, year=YEAR, actor=staff)
    first.refresh_from_db()
    assert standing(first).verdict.code == "replaced"
    assert standing(second).verdict.code == "valid"
    assert Attestation.objects.get(membership=pharmacist, replaced_at=None) == second


def test_second_press_of_the_button_replaces_nothing(pharmacist: Membership, staff: Any) -> None:
    first = issue_attestation(membership=pharmacist, year=YEAR, actor=staff, replaces="")
    with pytest.raises(TransitionRefused, match="entre-temps"):
        issue_attestation(membership=pharmacist, year=YEAR, actor=staff, replaces="")
    assert Attestation.objects.get() == first


def test_issued_attestation_cannot_be_rewritten(pharmacist: Membership, staff: Any) -> None:
    issued = issue_attestation(membership=pharmacist, year=YEAR, actor=staff)
    with pytest.raises(DatabaseError, match="ne se modifie pas"), transaction.atomic():
        Attestation.objects.filter(pk=issued.pk).update(ends_on=date(2027, 12, 31))


def test_attestation_is_in_the_journal_of_the_team(pharmacist: Membership, staff: Any) -> None:
    issued = issue_attestation(membership=pharmacist, year=YEAR, actor=staff)
    assert FieldChange.objects.filter(team=pharmacist.team, after=issued.number, actor=staff).exists()


def test_attestation_of_a_year_to_come_is_refused(pharmacist: Membership, staff: Any) -> None:
    with pytest.raises(TransitionRefused, match="n'a pas commencé"):
        issue_attestation(membership=pharmacist, year=timezone.localdate().year + 1, actor=staff)


def test_attestation_of_a_team_that_was_not_recognised_is_refused(staff: Any) -> None:
    membership = MembershipFactory(team=TeamFactory(submitted=True))
    with pytest.raises(TransitionRefused, match="reconnue"):
        issue_attestation(membership=membership, year=YEAR, actor=staff)
    assert not Attestation.objects.exists()


def test_attestation_of_an_expected_member_is_refused(staff: Any) -> None:
    membership = MembershipFactory(team=TeamFactory(recognised=True), period=None)
    MembershipPeriodFactory(membership=membership, expected=True)
    with pytest.raises(TransitionRefused, match="pressenti"):
        issue_attestation(membership=membership, year=YEAR, actor=staff)


def test_referent_and_ars_issue_nothing(pharmacist: Membership) -> None:
    for role in ("referent", "ars", "auditor", "admin"):
        with pytest.raises(PermissionDenied):
            issue_attestation(membership=pharmacist, year=YEAR, actor=UserFactory(**{role: True}))


def test_years_to_attest_are_those_of_the_stay(db: None) -> None:
    stay = MembershipFactory(joined_on=date(2024, 5, 1))
    assert years_to_attest(stay, on=date(2026, 7, 1)) == [2026, 2025, 2024]
    stay.left_on = date(2025, 3, 1)
    assert years_to_attest(stay, on=date(2026, 7, 1)) == [2025, 2024]
    assert years_to_attest(MembershipFactory(joined_on=date(2010, 1, 1)), on=date(2026, 7, 1))[-1] == 2022


# --- what one is worth later ---------------------------------------------------------------------------------


def test_departure_ends_the_attestation(pharmacist: Membership, staff: Any) -> None:
    issued = issue_attestation(membership=pharmacist, year=YEAR, actor=staff)
    Membership.objects.filter(pk=pharmacist.pk).update(left_on=date(2026, 6, 30))
    fresh = Attestation.objects.get(pk=issued.pk)
    assert standing(fresh, on=date(2026, 6, 30)).verdict.code == "valid"
    verdict = standing(fresh, on=date(2026, 7, 1)).verdict
    assert verdict.code == "departed"
    assert "30/06/2026" in verdict.sentence


def test_attestation_issued_after_a_departure_says_so_too(pharmacist: Membership, staff: Any) -> None:
    Membership.objects.filter(pk=pharmacist.pk).update(left_on=date(2026, 6, 30))
    pharmacist.refresh_from_db()
    issued = issue_attestation(membership=pharmacist, year=YEAR, actor=staff)
    assert issued.ends_on == date(2026, 6, 30)
    assert standing(issued, on=date(2026, 7, 1)).verdict.code == "departed"


def test_withdrawn_recognition_ends_the_attestation(pharmacist: Membership, staff: Any) -> None:
    issued = issue_attestation(membership=pharmacist, year=YEAR, actor=staff)
    withdraw_recognition(team=pharmacist.team, withdrawn_on=date(2026, 6, 1), comment="Plus de GP.", actor=staff)
    verdict = standing(Attestation.objects.get(pk=issued.pk)).verdict
    assert (verdict.code, verdict.label) == ("withdrawn", "Reconnaissance retirée")
    assert "01/06/2026" in verdict.sentence


def test_departure_of_a_later_year_leaves_the_attestation_valid(pharmacist: Membership, staff: Any) -> None:
    issued = issue_attestation(membership=pharmacist, year=YEAR, actor=staff)
    Membership.objects.filter(pk=pharmacist.pk).update(left_on=date(2027, 6, 30))
    assert standing(Attestation.objects.get(pk=issued.pk), on=date(2027, 7, 1)).verdict.code == "valid"


def test_corrected_dossier_is_told(pharmacist: Membership, staff: Any) -> None:
    issued = issue_attestation(membership=pharmacist, year=YEAR, actor=staff)
    pharmacist.periods.update(starts_on=date(2026, 4, 1))
    assert standing(issued).verdict.code == "corrected"


def test_closed_team_ends_the_attestation(pharmacist: Membership, staff: Any) -> None:
    issued = issue_attestation(membership=pharmacist, year=YEAR, actor=staff)
    Team.objects.filter(pk=pharmacist.team_id).update(closed_on=date(2026, 8, 31), outcome="msp")
    assert standing(Attestation.objects.get(pk=issued.pk)).verdict.code == "closed"


# --- figures -------------------------------------------------------------------------------------------------


def test_first_figures_are_entered_with_their_source(db: None) -> None:
    assert (allowance_cents("21", 2018), allowance_cents("21", 2019)) == (280_00, 420_00)
    assert all(one.source for one in CoordinationAllowance.objects.all())


def test_figure_of_a_year_is_entered_once(db: None) -> None:
    said = {"profession": "21", "year": 2018, "amount_cents": 1_00, "source": "Note"}
    with pytest.raises(ValidationError):
        enter_allowance(actor=UserFactory(admin=True), **said)


def test_figure_is_corrected_by_one_administrator_at_a_time(db: None) -> None:
    figure, admin = CoordinationAllowance.objects.get(year=2018), UserFactory(admin=True)
    changed = change_allowance(allowance=figure, amount_cents=281_00, source="Avenant", version=0, actor=admin)
    assert changed.amount_cents == 281_00
    with pytest.raises(StaleEdit):
        change_allowance(allowance=figure, amount_cents=282_00, source="Avenant", version=0, actor=admin)


def test_figures_are_not_for_the_staff(staff: Any) -> None:
    with pytest.raises(PermissionDenied):
        enter_allowance(profession="21", year=2026, amount_cents=1, source="Note", actor=staff)


def test_issued_attestation_keeps_its_figure(pharmacist: Membership, staff: Any) -> None:
    admin = UserFactory(admin=True)
    figure = enter_allowance(profession="21", year=YEAR, amount_cents=420_00, source="Note", actor=admin)
    issued = issue_attestation(membership=pharmacist, year=YEAR, actor=staff)
    change_allowance(allowance=figure, amount_cents=1_00, source="Note", version=0, actor=admin)
    issued.refresh_from_db()
    assert issued.content["amount_cents"] == 420_00


def test_period_ends_yesterday_is_still_valid_for_what_it_attests(pharmacist: Membership, staff: Any) -> None:
    issued = issue_attestation(membership=pharmacist, year=YEAR, actor=staff)
    verdict = standing(issued, on=issued.ends_on + timedelta(days=1)).verdict
    assert verdict.code == "valid"
    assert "a pris fin" in verdict.sentence
