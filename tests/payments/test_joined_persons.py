"""One person known under two numbers: ceilings, caps, concertations, memberships and money count both as one."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import timezone

from actions.models import Participation
from association.machine import TransitionRefused
from association.models import Membership, MembershipPeriod, Professional
from association.services.people import join_professionals, separate_professionals
from association.workflow import enter_at, fire
from conventions.models import Adhesion
from payments.models import Account, Allocation, Beneficiary, DueLine, LineKind, PaymentSettings, Price, Run
from payments.selectors.ledger import balances, prove, total, unallocated
from payments.selectors.run_pages import left_due
from payments.selectors.runs import summary
from payments.services.accounts import propose_account
from payments.services.runs import approve_run, countersign_run, submit_run
from tests.factories import AccountFactory, BeneficiaryFactory, ProfessionalFactory, UserFactory
from tests.payments.office import AUGUST, JULY, Office, payments_by_person

DAY = date(2026, 7, 6)
pytestmark = pytest.mark.usefixtures("owed_as_proved")


@pytest.fixture
def twin(office: Office) -> Professional:
    """The nurse of the team, known a second time under a number with another digit; no member under it."""
    return ProfessionalFactory(rpps="10000000026", last_name="Le Goff", first_name="Anaïs", profession="60")


def nurse(office: Office) -> Professional:
    return office.people[1]


def join(office: Office, twin: Professional, *, kept: Professional | None = None) -> Professional:
    return join_professionals(
        kept=kept or nurse(office), other=twin, actor=office.staff, comment="Même personne, une faute de frappe."
    )


def rcp_of(office: Office, day: date, *people: Professional, team=None):
    action = office.rcp(day, people=0)
    Participation.objects.bulk_create(Participation(action=action, professional=p, role="participant") for p in people)
    return action


def excluded(run: Run) -> dict[str, int]:
    return summary(run).excluded


def ceiling(**changed: int) -> None:
    row = PaymentSettings.current()
    for name, value in changed.items():
        setattr(row, name, value)
    row.save()


# --- whose participation it is ---------------------------------------------------------------------------------


def test_participation_under_the_other_number_is_that_of_the_member(office, twin) -> None:
    rcp_of(office, DAY, office.people[0], twin)
    assert excluded(office.prepared()) == {"MEMBER": 1}
    join(office, twin)
    run = office.approved()
    assert excluded(run) == {}
    line = DueLine.objects.get(participation__professional=twin)
    assert line.professional == nurse(office)
    assert line.beneficiary == Beneficiary.objects.get(professional=nurse(office))
    assert payments_by_person(run)["Le Goff"] == 50_00


def test_memberships_of_both_numbers_count_whichever_stays(office, twin) -> None:
    rcp_of(office, DAY, office.people[0], nurse(office))
    kept = join(office, nurse(office), kept=twin)
    office.prepared()
    run = Run.objects.get()
    assert excluded(run) == {}
    assert run.provisional_lines.get(participation__professional=nurse(office)).professional == kept


def test_signature_under_one_number_holds_for_a_stay_that_overlaps_under_the_other(office, twin) -> None:
    earlier = Membership.objects.create(team=office.team, professional=twin, joined_on=date(2025, 12, 1))
    MembershipPeriod.objects.create(membership=earlier, status="confirme")
    rcp_of(office, DAY, office.people[0], twin)
    assert excluded(office.prepared()) == {"SIGNATURE": 1}
    join(office, twin)
    assert excluded(office.prepared()) == {}


def test_signature_of_a_stay_that_had_ended_is_not_that_of_the_next(office, twin) -> None:
    Membership.objects.filter(professional=nurse(office)).update(left_on=date(2026, 5, 31))
    again = Membership.objects.create(team=office.team, professional=twin, joined_on=date(2026, 6, 1))
    MembershipPeriod.objects.create(membership=again, status="confirme")
    rcp_of(office, DAY, office.people[0], twin)
    join(office, twin)
    assert excluded(office.prepared()) == {"SIGNATURE": 1}


def test_profession_and_price_are_those_of_the_record_that_stays(office, twin) -> None:
    Professional.objects.filter(pk=twin.pk).update(profession="21")
    Price.objects.create(
        action_type="RCP",
        role="participant",
        profession="60",
        amount_cents=30_00,
        starts_on=date(2026, 1, 1),
        published_by=office.admin,
    )
    rcp_of(office, DAY, office.people[0], twin)
    join(office, twin)
    office.prepared()
    assert Run.objects.get().provisional_lines.get(participation__professional=twin).amount_cents == 30_00


# --- counted as one --------------------------------------------------------------------------------------------


def test_two_numbers_alone_are_no_concertation(office, twin) -> None:
    """The same action is refused at joining; here one of the two was added behind the back of the service."""
    Professional.objects.filter(pk=twin.pk).update(profession="21")
    rcp_of(office, DAY, nurse(office), twin)
    assert "PLURI" not in excluded(office.prepared())
    Professional.objects.filter(pk=twin.pk).update(merged_into=nurse(office), merged_at=timezone.now())
    assert excluded(office.prepared())["PLURI"] == 2


def test_number_cap_counts_both_numbers(office, twin) -> None:
    Price.objects.create(
        action_type="RCP",
        role="participant",
        amount_cents=50_00,
        starts_on=date(2026, 1, 1),
        version=2,
        yearly_cap=2,
        published_by=office.admin,
    )
    member(office, twin)
    for day, person in ((6, nurse(office)), (7, twin), (8, nurse(office)), (9, twin)):
        rcp_of(office, date(2026, 7, day), office.people[0] if day < 8 else office.people[2], person)
    assert excluded(office.prepared()) == {}
    join(office, twin)
    assert excluded(office.prepared()) == {"CAP_COUNT": 2}


def test_personal_ceiling_counts_what_was_frozen_under_the_other_number(office, twin) -> None:
    ceiling(personal_ceiling_cents=80_00)
    member(office, twin)
    rcp_of(office, DAY, office.people[0], twin)
    office.approved(JULY)
    join(office, twin)
    rcp_of(office, date(2026, 8, 3), office.people[2], nurse(office))
    office.prepared(AUGUST)
    line = Run.objects.get(month=AUGUST).provisional_lines.get(professional=nurse(office))
    assert (line.amount_cents, line.cut_by) == (30_00, "CAP_PERSON")
    used = balances()
    assert used.professional_cents(nurse(office).pk, 2026) == 50_00
    assert used.paid_count(nurse(office).pk, "RCP", 2026) == 1
    assert used.professional_cents(twin.pk, 2026) == 0


def test_reversal_under_the_other_number_gives_back_to_the_person(office, twin) -> None:
    ceiling(personal_ceiling_cents=80_00)
    member(office, twin)
    gone = rcp_of(office, DAY, office.people[0], twin)
    office.approved(JULY)
    join(office, twin)
    fire(gone, "cancel", actor=office.staff, comment="Déclarée deux fois.")
    rcp_of(office, date(2026, 8, 3), office.people[2], nurse(office))
    office.prepared(AUGUST)
    lines = Run.objects.get(month=AUGUST).provisional_lines
    assert lines.get(kind=LineKind.REVERSAL, participation__professional=twin).professional == twin
    assert lines.get(kind=LineKind.INITIAL, professional=nurse(office)).amount_cents == 50_00


def test_people_who_were_not_joined_are_paid_as_before(office, twin) -> None:
    office.rcp(DAY)
    before = office.prepared().checksum
    stranger = ProfessionalFactory()
    join(office, ProfessionalFactory(), kept=stranger)
    assert office.prepared().checksum == before


# --- what is owed ----------------------------------------------------------------------------------------------


def member(office: Office, person: Professional) -> None:
    """Make somebody a member who has signed, with nobody's account."""
    membership = Membership.objects.create(team=office.team, professional=person, joined_on=date(2026, 1, 1))
    MembershipPeriod.objects.create(membership=membership, status="confirme")
    signed = Adhesion(convention=office.convention, membership=membership, signed_on=date(2026, 1, 1))
    enter_at([(signed, Adhesion.State.SIGNED)], actor=office.admin, origin="test")


def test_line_that_waited_under_the_other_number_is_paid_to_the_account_of_who_stays(office, twin) -> None:
    member(office, twin)
    rcp_of(office, DAY, office.people[0], twin)
    office.approved(JULY)
    waiting = unallocated().get()
    join(office, twin)
    run = office.approved(AUGUST)
    assert payments_by_person(run) == {"Le Goff": 50_00}
    settled = Allocation.objects.get(line=waiting)
    assert settled.payment.beneficiary.professional == nurse(office)
    waiting.refresh_from_db()
    assert (waiting.professional, waiting.beneficiary.professional) == (twin, twin)
    proofs = prove(run, by="beneficiary")
    assert all(proof.holds for proof in proofs.values())
    assert total(proofs).closing == 0


def test_trop_percu_of_the_other_number_is_set_off(office, twin) -> None:
    member(office, twin)
    AccountFactory(verified=True, beneficiary=BeneficiaryFactory(professional=twin))
    gone = rcp_of(office, DAY, office.people[0], twin)
    rcp_of(office, date(2026, 7, 7), office.people[0], twin)
    office.approved(JULY)
    join(office, twin)
    fire(gone, "cancel", actor=office.staff, comment="Déclarée deux fois.")
    for day in (3, 4):
        rcp_of(office, date(2026, 8, day), office.people[2], nurse(office))
    run = office.approved(AUGUST)
    assert payments_by_person(run)["Le Goff"] == 50_00
    assert summary(run).carried_cents == -50_00  # of the GP, whose action was cancelled too


def test_what_a_frozen_run_left_due_does_not_change_with_a_later_joining(office, twin) -> None:
    member(office, twin)
    rcp_of(office, DAY, office.people[0], twin)
    run = office.approved(JULY)
    before = summary(run), [row.cents for row in left_due(run).waiting]
    join(office, twin)
    assert (summary(run), [row.cents for row in left_due(run).waiting]) == before
    assert [row.beneficiary.professional for row in left_due(run).waiting] == [twin]


def test_without_a_verified_account_of_who_stays_both_wait(office, twin) -> None:
    office.rcp(DAY, people=2)
    kept = join(office, nurse(office), kept=twin)
    run = office.approved(JULY)
    assert "Le Goff" not in payments_by_person(run)
    assert [row.beneficiary.professional for row in left_due(run).waiting] == [kept]


def test_joining_after_the_submission_sends_the_run_back(office, twin) -> None:
    rcp_of(office, DAY, office.people[0], twin)
    run = office.submitted()
    join(office, twin)
    with pytest.raises(TransitionRefused, match="ont changé depuis la soumission"):
        approve_run(run=run, actor=office.treasurer)


def test_treasurer_paid_under_the_other_number_needs_a_third_name(office, twin) -> None:
    office.treasurer.professional = twin
    office.treasurer.save()
    office.rcp(DAY)
    join(office, twin)
    run = submit_run(run=office.prepared(), actor=office.staff)
    with pytest.raises(TransitionRefused, match="contresigner"):
        approve_run(run=run, actor=office.treasurer)
    countersign_run(run=run, actor=office.president)
    assert approve_run(run=run, actor=office.treasurer).state == Run.State.APPROVED


# --- refused, undone -------------------------------------------------------------------------------------------


def test_joining_two_who_take_part_in_one_action_names_the_actions(office, twin) -> None:
    action = rcp_of(office, DAY, nurse(office), twin)
    with pytest.raises(TransitionRefused, match=f"{action.reference} du 06/07/2026"):
        join(office, twin)
    Participation.objects.filter(professional=twin).update(
        refused_at=timezone.now(), refused_by=office.staff, refused_reason="Déjà inscrite."
    )
    assert join(office, twin) == nurse(office)


def test_action_that_was_cancelled_is_no_obstacle(office, twin) -> None:
    action = rcp_of(office, DAY, nurse(office), twin)
    fire(action, "cancel", actor=office.staff, comment="Déclarée par erreur.")
    assert join(office, twin) == nurse(office)


def test_obstacle_is_found_through_a_record_joined_before(office, twin) -> None:
    third = ProfessionalFactory()
    join(office, twin)
    rcp_of(office, DAY, twin, third)
    with pytest.raises(TransitionRefused, match="même action"):
        join(office, third)


def test_frozen_run_keeps_a_joining_from_being_undone(office, twin) -> None:
    join(office, twin)
    twin.refresh_from_db()
    office.rcp(DAY)
    run = office.approved()
    with pytest.raises(TransitionRefused, match=f"{run.name} a été figé depuis"):
        separate_professionals(other=twin, actor=office.staff, comment="Deux homonymes.")


def test_joining_undone_before_any_run_prices_as_if_it_had_not_been(office, twin) -> None:
    rcp_of(office, DAY, office.people[0], twin)
    before = office.prepared().checksum
    join(office, twin)
    assert office.prepared().checksum != before
    twin.refresh_from_db()
    separate_professionals(other=twin, actor=office.staff, comment="Deux homonymes.")
    assert office.prepared().checksum == before


def test_account_proposed_for_who_stays_pays_all_from_the_next_run(office, twin) -> None:
    member(office, twin)
    rcp_of(office, DAY, office.people[0], twin)
    office.approved(JULY)
    kept = ProfessionalFactory(last_name="Kerdraon")
    account = propose_account(
        beneficiary=BeneficiaryFactory(professional=kept),
        iban="FR7630006000011234567890189",
        holder="Maël Kerdraon",
        actor=office.staff,
    )
    fire(account, "verify", actor=UserFactory(treasurer=True), by=office.treasurer)
    join(office, twin, kept=kept)
    assert Account.objects.filter(beneficiary__professional=twin).count() == 0
    assert payments_by_person(office.approved(AUGUST)) == {"Kerdraon": 50_00}
