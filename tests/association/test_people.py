"""Professionals: who looks like one person, the record and its journal, joining and separating two records."""

from __future__ import annotations

import time

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from association.duplicates import Known, Likeness, alike, differing_digit
from association.journal import StaleEdit
from association.machine import TransitionRefused
from association.models import FieldChange, NotDuplicate, Professional, User
from association.selectors.people import kept_ids, possible_duplicates, same_person
from association.services.people import (
    change_professional,
    create_professional,
    join_professionals,
    separate_professionals,
    tell_apart,
)
from tests.factories import CommuneFactory, MembershipFactory, ProfessionalFactory, TeamFactory, UserFactory


@pytest.fixture
def staff(db: None) -> User:
    return UserFactory(staff=True, full_name="Camille Gestion")


def known(pk: int, rpps: str = "", name: str = "Le Goff", first: str = "Anaïs", commune: str | None = "44003") -> Known:
    return Known(pk, rpps or f"1000000{pk:04d}"[:9] + f"{pk * 37 % 100:02d}", name, first, commune)


def join(kept: Professional, other: Professional, staff: User) -> Professional:
    return join_professionals(kept=kept, other=other, actor=staff, comment="Même personne.")


# --- who looks like one person ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "first"), [("LE GOFF", "Anais"), ("Le-Goff", "ANAÏS"), ("Anaïs", "Le Goff"), ("le  goff", "Anaïs")]
)
def test_same_name_in_the_same_commune_is_found_however_it_is_written(name: str, first: str) -> None:
    found = alike([known(1, "10000000017"), known(2, "10999999999", name, first)])
    assert [(pair.first, pair.second, pair.reasons) for pair in found] == [(1, 2, (Likeness.NAME,))]


@pytest.mark.parametrize("commune", ["44109", None])
def test_same_name_elsewhere_or_somewhere_unknown_is_not_found(commune: str | None) -> None:
    one, other = known(1, "10000000017", commune=commune), known(2, "10999999999", commune=commune and "44003")
    assert alike([one, other]) == []


@pytest.mark.parametrize(
    ("other", "found"),
    [
        ("20000000017", True),  # the first digit
        ("10000000018", True),  # the last one
        ("10000900017", True),
        ("10000000026", False),  # two digits
        ("10000000071", False),  # two digits that changed places
        ("1000000017", False),  # one is missing
    ],
)
def test_numbers_of_one_digit_difference_are_found(other: str, found: bool) -> None:
    pairs = alike([known(1, "10000000017", "Évrard"), known(2, other, "Duval")])
    assert [pair.reasons for pair in pairs] == ([(Likeness.RPPS,)] if found else [])
    assert (differing_digit("10000000017", other) is not None) is found


def test_pair_with_both_reasons_comes_first_and_once() -> None:
    people = [
        known(1, "10000000017", "A"),
        known(2, "10000000018", "B"),
        known(3, "10555555555"),
        known(4, "10555555551"),
    ]
    assert [(pair.first, pair.second, len(pair.reasons)) for pair in alike(people)] == [(3, 4, 2), (1, 2, 1)]


def test_two_thousand_people_take_a_moment() -> None:
    people = [known(n, f"1{n * 7919 % 10**10:010d}", f"Nom {n}") for n in range(2_000)]
    start = time.perf_counter()
    alike(people)
    assert time.perf_counter() - start < 1


def test_pair_that_was_told_apart_is_not_asked_about_again(staff: User) -> None:
    commune = CommuneFactory()
    one, other = (ProfessionalFactory(last_name="Le Goff", commune=commune) for _ in range(2))
    assert len(possible_duplicates()) == 1
    tell_apart(one=other, other=one, actor=staff)
    tell_apart(one=one, other=other, actor=staff)
    assert possible_duplicates() == []
    assert NotDuplicate.objects.get().decided_by == staff
    assert "distincte" in FieldChange.objects.get(object_id=one.pk).label


def test_joined_record_is_no_possible_duplicate(staff: User) -> None:
    commune = CommuneFactory()
    one, other, third = (ProfessionalFactory(last_name="Le Goff", commune=commune) for _ in range(3))
    join(one, other, staff)
    assert [(pair.first, pair.second) for pair in possible_duplicates()] == [(one.pk, third.pk)]


def test_database_refuses_a_pair_in_the_wrong_order_or_with_itself(staff: User) -> None:
    one, other = ProfessionalFactory(), ProfessionalFactory()
    for first, second in ((other, one), (one, one)):
        with pytest.raises(IntegrityError), transaction.atomic():
            NotDuplicate.objects.create(first=first, second=second, decided_by=staff)


# --- the record ------------------------------------------------------------------------------------------------


def test_created_record_enters_the_journal(staff: User) -> None:
    values = {"rpps": "10000000017", "last_name": "Évrard", "first_name": "Loïc", "profession": "10"}
    person = create_professional(values=values, actor=staff)
    assert FieldChange.objects.get(object_id=person.pk).after == "RPPS 10000000017"


def test_record_that_breaks_a_rule_is_refused(staff: User) -> None:
    values = {"rpps": "1000000001", "last_name": "Évrard", "first_name": "Loïc", "profession": "10"}
    with pytest.raises(ValidationError, match="11 chiffres"):
        create_professional(values=values, actor=staff)


def test_change_says_before_and_after(staff: User) -> None:
    person = ProfessionalFactory(phone="0240000000")
    change_professional(professional=person, values={"phone": "0240111111"}, version=0, actor=staff)
    change = FieldChange.objects.get(object_id=person.pk)
    assert (change.before, change.after, change.actor) == ("0240000000", "0240111111", staff)


def test_second_to_save_is_told_what_the_first_changed(staff: User) -> None:
    person = ProfessionalFactory(phone="0240000000")
    change_professional(professional=person, values={"phone": "0240111111"}, version=0, actor=staff)
    with pytest.raises(StaleEdit, match="0240111111"):
        change_professional(professional=person, values={"phone": "0240222222"}, version=0, actor=staff)
    person.refresh_from_db()
    assert person.phone == "0240111111"


# --- joining ---------------------------------------------------------------------------------------------------


def test_joining_moves_nothing_and_enters_both_journals(staff: User) -> None:
    stay = MembershipFactory(team=TeamFactory(under_convention=True))
    kept, other = ProfessionalFactory(), stay.professional
    before = {name: getattr(other, name) for name in Professional.JOURNALED}
    join(kept, other, staff)
    other.refresh_from_db()
    stay.refresh_from_db()
    assert (other.merged_into, stay.professional) == (kept, other)
    assert {name: getattr(other, name) for name in Professional.JOURNALED} == before
    assert kept.rpps in FieldChange.objects.get(object_id=other.pk).after
    assert "Même personne" in FieldChange.objects.get(object_id=kept.pk).after


def test_chain_is_flattened(staff: User) -> None:
    first, second, third = (ProfessionalFactory() for _ in range(3))
    join(second, first, staff)
    second.refresh_from_db()
    join(third, second, staff)
    assert kept_ids() == {first.pk: third.pk, second.pk: third.pk}
    for one in (first, second, third):
        assert same_person([one.pk]) == {first.pk, second.pk, third.pk}


def test_joining_with_itself_or_with_a_joined_record_is_refused(staff: User) -> None:
    kept, other, third = (ProfessionalFactory() for _ in range(3))
    with pytest.raises(TransitionRefused, match="la même fiche"):
        join(kept, kept, staff)
    join(kept, other, staff)
    for one, two in ((third, other), (other, third)):
        with pytest.raises(TransitionRefused, match="déjà réunie"):
            join(one, two, staff)


def test_joining_asks_for_a_reason_and_a_role(staff: User) -> None:
    kept, other = ProfessionalFactory(), ProfessionalFactory()
    with pytest.raises(TransitionRefused, match="motif"):
        join_professionals(kept=kept, other=other, actor=staff, comment="  ")
    with pytest.raises(PermissionDenied):
        join(kept, other, UserFactory(admin=True))
    assert kept_ids() == {}


def test_joined_record_is_changed_no_more(staff: User) -> None:
    kept, other = ProfessionalFactory(), ProfessionalFactory()
    join(kept, other, staff)
    with pytest.raises(TransitionRefused, match="celle qui est gardée"):
        change_professional(professional=other, values={"phone": "0240111111"}, version=None, actor=staff)


def test_separated_records_are_two_persons(staff: User) -> None:
    commune = CommuneFactory()
    kept, other = (ProfessionalFactory(last_name="Le Goff", commune=commune) for _ in range(2))
    join(kept, other, staff)
    separate_professionals(other=other, actor=staff, comment="Deux sœurs.")
    assert kept_ids() == {}
    assert possible_duplicates() == []
    assert FieldChange.objects.filter(object_id=kept.pk, after__contains="Deux sœurs.").exists()


def test_record_that_was_not_joined_is_not_separated(staff: User) -> None:
    with pytest.raises(TransitionRefused, match="aucune autre"):
        separate_professionals(other=ProfessionalFactory(), actor=staff, comment="Deux personnes.")
