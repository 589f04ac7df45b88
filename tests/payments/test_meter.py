"""The live meter against the run: the same facts, to the cent; and it never writes."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from actions.models import Action
from actions.services import cancel_action, save_and_declare, validate_action
from actions.services.declaring import TypedAction
from association.models import MembershipPeriod
from conventions.models import ConventionTerms
from payments.meter_lines import in_words
from payments.models import PaymentSettings, ProvisionalExclusion, ProvisionalLine, Run
from payments.pricing import Excluded, MissingPrice, Priced
from payments.selectors.meter import MeteredAction, metered, read_meter
from tests.factories import (
    AdhesionFactory,
    ConventionFactory,
    MembershipFactory,
    ParticipationFactory,
    PriceFactory,
    ProfessionalFactory,
    UserFactory,
)
from tests.payments.office import JULY, Office

pytestmark = pytest.mark.django_db
DAY = date(2026, 7, 10)


def typed_for(office: Office, *, people: int = 3, type_: str = "RCP", role: str = "participant") -> MeteredAction:
    return MeteredAction(
        team_id=office.team.pk,
        type=type_,
        held_on=DAY,
        people=tuple((person.pk, role) for person in office.people[:people]),
    )


def by_meter(typed: MeteredAction) -> dict[int, int | str]:
    """Return what each person would get by the meter: cents, or the reason."""
    found: dict[int, int | str] = {}
    for one in read_meter(typed).decisions:
        match one:
            case Priced():
                found[one.candidate.professional_id] = one.amount_cents
            case Excluded(reason=reason):
                found[one.candidate.professional_id] = reason.value
            case MissingPrice():
                found[one.candidate.professional_id] = "TARIF"
    return found


def by_run(office: Office, typed: MeteredAction) -> dict[int, int | str]:
    """Declare, validate, and prepare the run of July; return what it gives for this action."""
    action = save_and_declare(
        typed=TypedAction(
            team=office.team,
            type=typed.type,
            held_on=typed.held_on,
            people=dict(typed.people),
            not_funded_elsewhere=True,
        ),
        actor=office.staff,
    )
    if typed.declared_on:
        Action.objects.filter(pk=action.pk).update(declared_on=typed.declared_on)
    validate_action(action=action, actor=office.treasurer)
    run = office.prepared(JULY)
    assert isinstance(run, Run)
    lines = ProvisionalLine.objects.filter(run=run, build=run.build, participation__action=action)
    found: dict[int, int | str] = dict(lines.values_list("professional_id", "amount_cents"))
    excluded = ProvisionalExclusion.objects.filter(run=run, build=run.build, participation__action=action)
    return found | dict(excluded.values_list("participation__professional_id", "reason"))


def test_meter_gives_what_the_run_gives(office: Office) -> None:
    typed = typed_for(office)
    expected = by_meter(typed)
    assert set(expected.values()) == {50_00}
    assert by_run(office, typed) == expected


def test_meter_shares_what_earlier_validated_actions_leave_of_the_ceiling(office: Office) -> None:
    """305 EUR, of which 150 go to the 6th and 100 to the morning's action: 55 EUR in three, a cent over."""
    ConventionTerms.objects.update(ceiling_cents=305_00)
    office.rcp(date(2026, 7, 6))
    office.rcp(DAY, people=2, reference="A00-EARLIER")
    office.rcp(DAY, people=3, reference="ZZ-LATER")
    typed = typed_for(office)
    expected = by_meter(typed)
    assert sorted(expected.values()) == [18_33, 18_33, 18_34]
    reading = read_meter(typed)
    assert (reading.ceiling_cents, reading.team_left_before, reading.team_left_after) == (305_00, 55_00, 0)
    assert by_run(office, typed) == expected


def test_meter_gives_back_what_the_next_run_reverses(office: Office) -> None:
    ConventionTerms.objects.update(ceiling_cents=150_00)
    paid = office.rcp(date(2026, 6, 8))
    office.approved(date(2026, 6, 1))
    typed = typed_for(office)
    assert set(by_meter(typed).values()) == {"CAP_TEAM"}
    cancel_action(action=paid, actor=office.staff, reason="Déclarée deux fois.")
    expected = by_meter(typed)
    assert set(expected.values()) == {50_00}
    assert by_run(office, typed) == expected


def test_meter_counts_what_a_person_has_undecided_in_another_team(office: Office) -> None:
    """One paid RCP a year; an earlier one of another team, itself cut by that team's ceiling, uses it up."""
    PriceFactory(yearly_cap=1, version=2)
    shared = office.people[0]
    other = ConventionFactory(signed=True)
    beside = MembershipFactory(team=other.team, professional=ProfessionalFactory(pharmacist=True))
    stays = [MembershipFactory(team=other.team, professional=shared), beside]
    for stay in stays:
        AdhesionFactory(convention=other, membership=stay, signed=True)
    earlier = Action(reference="B-1", team=other.team, type="RCP", held_on=date(2026, 7, 2), declared_on=DAY)
    office._enter(earlier, "validated")
    for stay in stays:
        ParticipationFactory(action=earlier, professional=stay.professional)
    typed = typed_for(office)
    expected = by_meter(typed)
    assert expected[shared.pk] == "CAP_COUNT"
    assert by_run(office, typed) == expected


def test_meter_follows_what_people_share_from_team_to_team(office: Office) -> None:
    """One paid RCP a year. What a pharmacist did in a third team leaves the second team's only 50 EUR to somebody who
    is a member here too, and whose one RCP that is."""
    PriceFactory(yearly_cap=1, version=2)
    here, away = office.people[0], ProfessionalFactory(pharmacist=True)
    second, third = (ConventionFactory(signed=True) for _ in range(2))
    ConventionTerms.objects.filter(convention=second).update(ceiling_cents=50_00)
    for convention, people in ((second, (here, away)), (third, (away,))):
        for person in people:
            stay = MembershipFactory(team=convention.team, professional=person)
            AdhesionFactory(convention=convention, membership=stay, signed=True)
    for reference, convention, person, day in (
        ("B-1", third, away, 1),
        ("B-2", second, away, 2),
        ("B-3", second, here, 3),
    ):
        earlier = Action(
            reference=reference, team=convention.team, type="RCP", held_on=date(2026, 7, day), declared_on=DAY
        )
        office._enter(earlier, "validated")
        for one in (person, office.people[1]):  # two professions; the second is no member there
            ParticipationFactory(action=earlier, professional=one)
    typed = typed_for(office)
    expected = by_meter(typed)
    assert expected[here.pk] == "CAP_COUNT"
    assert by_run(office, typed) == expected


def test_meter_says_why_somebody_gets_nothing(office: Office) -> None:
    MembershipPeriod.objects.filter(membership__professional=office.people[0]).update(mode="salarie")
    office.convention.adhesions.filter(membership__professional=office.people[1]).update(
        signed_on=DAY + timedelta(days=1)
    )
    typed = typed_for(office)
    expected = by_meter(typed)
    assert expected == {
        office.people[0].pk: "LIBERAL",
        office.people[1].pk: "SIGNATURE",
        office.people[2].pk: 50_00,
    }
    assert by_run(office, typed) == expected
    assert by_meter(typed_for(office, type_="ETP")) == {one.pk: "TYPE" for one in office.people}
    assert by_meter(typed_for(office, people=1)) == {office.people[0].pk: "LIBERAL"}
    assert by_meter(typed_for(office, type_="PPS", people=3))[office.people[2].pk] == "TARIF"


def test_meter_applies_deadline_and_personal_ceiling_of_the_settings(office: Office) -> None:
    PaymentSettings.objects.create(pk=1, deadline_months=2, personal_ceiling_cents=80_00)
    office.rcp(date(2026, 7, 3), people=2)
    typed = MeteredAction(**{**typed_for(office).__dict__, "declared_on": date(2026, 9, 10)})
    expected = by_meter(typed)
    assert [expected[one.pk] for one in office.people] == [30_00, 30_00, 50_00]
    assert read_meter(typed).people_left == {office.people[0].pk: 0, office.people[1].pk: 0, office.people[2].pk: 30_00}
    assert by_run(office, typed) == expected
    late = MeteredAction(**{**typed.__dict__, "declared_on": date(2026, 9, 11)})
    assert set(by_meter(late).values()) == {"FORCLOS"}


def test_meter_of_a_person_known_under_two_numbers_counts_one_person(office: Office) -> None:
    person = office.people[0]
    twin = ProfessionalFactory(merged_into=person, merged_at=timezone.now())
    action = office.rcp(DAY, people=0)
    ParticipationFactory(action=action, professional=twin)
    ParticipationFactory(action=action, professional=office.people[1])
    assert by_meter(metered(action)) == {person.pk: 50_00, office.people[1].pk: 50_00}


def test_meter_never_writes_and_asks_as_often_for_many_as_for_few(office: Office) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as captured:
            read_meter(typed_for(office))
        assert [one["sql"] for one in captured if not one["sql"].startswith("SELECT")] == []
        return len(captured)

    office.rcp(date(2026, 7, 1))
    few = asked()
    for day in range(2, 9):
        office.rcp(date(2026, 7, day))
    assert asked() == few
    assert not Run.objects.exists()


def test_referent_sees_the_own_amount_and_of_the_others_only_why_nothing(office: Office) -> None:
    referent = UserFactory(role="referent", professional=office.people[0])
    MembershipPeriod.objects.filter(membership__professional=office.people[2]).update(mode="salarie")
    found = in_words(read_meter(typed_for(office)), user=referent)
    said = {line.person.pk: (line.cents, line.is_hidden, line.why.code if line.why else "") for line in found.lines}
    assert said == {
        office.people[0].pk: (50_00, False, ""),
        office.people[1].pk: (None, True, ""),
        office.people[2].pk: (None, False, "LIBERAL"),
    }
    assert found.total_cents is None
    assert in_words(read_meter(typed_for(office)), user=office.staff).total_cents == 100_00
