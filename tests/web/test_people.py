"""The list of professionals, a professional's page with what the floors above show in it, and the duplicates."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from association.models import Membership, NotDuplicate, Professional, User
from association.services.people import change_professional, join_professionals
from tests.factories import (
    AccountFactory,
    ActionFactory,
    AdhesionFactory,
    BeneficiaryFactory,
    CommuneFactory,
    CompanyFactory,
    ConventionFactory,
    DepartmentFactory,
    MembershipFactory,
    MembershipPeriodFactory,
    ParticipationFactory,
    ProfessionalFactory,
    TeamFactory,
    UserFactory,
)
from tests.web.conftest import World, plain

LIST, NEW, DUPLICATES = "/professionnels/", "/professionnels/nouveau/", "/professionnels/doublons/"
FRAGMENTS = ("conventions:of_professional", "actions:of_professional", "payments:of_professional")
TYPED = {"rpps": "10000000017", "last_name": "Évrard", "first_name": "Loïc", "profession": "10", "phone": "0240000000"}


@pytest.fixture
def office_user(db: None) -> User:
    return UserFactory(staff=True, full_name="Camille Gestion")


@pytest.fixture
def staff(office_user: User) -> Client:
    client = Client()
    client.force_login(office_user)
    return client


def page_of(person: Professional) -> str:
    return reverse("association:professional", args=[person.pk])


def names(response) -> list[str]:  # type: ignore[no-untyped-def]
    return [person.last_name for person in response.context["asked"].page]


def queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def join(kept: Professional, other: Professional, actor: User) -> None:
    join_professionals(kept=kept, other=other, actor=actor, comment="Même personne.")


# --- the list --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["evrard", "ÉVRARD loic", "10000000017", "ancenis", "evrard ancenis"])
def test_people_are_found_by_name_number_and_commune(staff: Client, typed: str) -> None:
    ProfessionalFactory(
        rpps="10000000017", last_name="Évrard", first_name="Loïc", commune=CommuneFactory(name="Ancenis")
    )
    ProfessionalFactory(last_name="Duval")
    assert names(staff.get(LIST, {"q": typed})) == ["Évrard"]


def test_people_are_filtered_by_profession_and_by_where_they_practise(staff: Client) -> None:
    mayenne = DepartmentFactory(code="53", name="Mayenne")
    there = MembershipFactory(
        team=TeamFactory(under_convention=True, department=mayenne), professional__last_name="Membre"
    )
    ProfessionalFactory(last_name="Habitant", commune=CommuneFactory(code="53001", department=mayenne))
    ProfessionalFactory(last_name="Ailleurs", commune=CommuneFactory(code="44001"))
    Professional.objects.filter(pk=there.professional_id).update(profession="21")
    assert names(staff.get(LIST, {"department": "53"})) == ["Habitant", "Membre"]
    assert names(staff.get(LIST, {"department": "53", "profession": "21"})) == ["Membre"]


def test_people_are_in_the_order_of_a_french_reader(staff: Client) -> None:
    for name in ("Zola", "Évrard", "durand", "Eluard"):
        ProfessionalFactory(last_name=name)
    assert names(staff.get(LIST)) == ["durand", "Eluard", "Évrard", "Zola"]
    assert names(staff.get(LIST, {"tri": "-last_name"})) == ["Zola", "Évrard", "Eluard", "durand"]


def test_joined_record_is_not_listed_and_its_number_finds_who_stays(staff: Client, office_user: User) -> None:
    kept, other = ProfessionalFactory(last_name="Reste"), ProfessionalFactory(last_name="Part", rpps="10999999999")
    MembershipFactory(professional=other, team__name="Équipe de l’autre")
    join(kept, other, office_user)
    page = staff.get(LIST, {"q": "10999999999"})
    assert names(page) == ["Reste"]
    assert "Équipe de l'autre" in plain(page)
    assert names(staff.get(LIST, {"par": "25"})) == ["Reste"]


def test_list_of_people_asks_as_much_for_fifty_as_for_five(staff: Client, office_user: User) -> None:
    def more(count: int) -> None:
        for _ in range(count):
            stay = MembershipFactory(professional__commune=CommuneFactory())
            join(stay.professional, MembershipFactory().professional, office_user)

    more(5)
    few = queries(staff, LIST)
    more(45)
    assert queries(staff, LIST) == few
    assert few <= 12


def test_referent_sees_the_members_of_the_own_team_only(world: World, signed_in: Callable[[str], Client]) -> None:
    stranger = MembershipFactory().professional
    client = signed_in("referent")
    assert len(names(client.get(LIST))) == 3
    for url in (page_of(stranger), *(reverse(name, args=[stranger.pk]) for name in FRAGMENTS)):
        assert client.get(url).status_code == 404, url


def test_referent_keeps_sight_of_a_member_who_was_joined(world: World, signed_in: Callable[[str], Client]) -> None:
    kept = ProfessionalFactory(last_name="Ailleurs")
    join(kept, world.office.people[1], world.office.staff)
    client = signed_in("referent")
    assert "Ailleurs" in names(client.get(LIST))
    assert client.get(page_of(kept)).status_code == 200


# --- the page --------------------------------------------------------------------------------------------------


def full_person(teams: int) -> Professional:
    person = ProfessionalFactory(commune=CommuneFactory())
    for _ in range(teams):
        team = TeamFactory(under_convention=True)
        stay = MembershipFactory(team=team, professional=person, period__company=CompanyFactory())
        AdhesionFactory(signed=True, convention=ConventionFactory(signed=True, team=team), membership=stay)
        for _ in range(3):
            ParticipationFactory(action=ActionFactory(validated=True, team=team), professional=person)
    AccountFactory(verified=True, beneficiary=BeneficiaryFactory(professional=person))
    return person


@pytest.mark.parametrize("name", ["association:professional", *FRAGMENTS])
def test_page_of_a_person_asks_as_much_for_six_teams_as_for_two(staff: Client, name: str) -> None:
    few, many = full_person(2), full_person(6)
    assert queries(staff, reverse(name, args=[few.pk])) == queries(staff, reverse(name, args=[many.pk]))


def test_page_shows_who_it_is_and_the_dated_roles(staff: Client) -> None:
    person = ProfessionalFactory(rpps="10000000018", last_name="Évrard", general_practitioner=True, phone="0240000000")
    stay = MembershipFactory(
        professional=person, team=TeamFactory(under_convention=True, name="Équipe d'Ancenis"), period=None,
        is_referent=True,
    )  # fmt: skip
    MembershipPeriodFactory(membership=stay, expected=True, ends_on=date(2026, 3, 31))
    MembershipPeriodFactory(membership=stay, starts_on=date(2026, 4, 1), company=CompanyFactory(name="SELARL Ouest"))
    MembershipFactory(professional=person, team__name="Équipe de Nozay", left_on=date(2026, 2, 1))
    page = plain(staff.get(page_of(person)))
    for said in (
        "Évrard",
        "généraliste",
        "La clé de contrôle de ce RPPS ne correspond pas",
        "0240000000",
        "Référent",
        "Confirmé",
        "Pressenti, libéral jusqu'au 31/03/2026",
        "SELARL Ouest",
        "Sorti",
        "jusqu'au 01/02/2026",
    ):
        assert said in page
    assert page.index("Équipe d'Ancenis") < page.index("Équipe de Nozay")


def test_page_of_a_joined_record_leads_to_who_stays(staff: Client, office_user: User) -> None:
    kept, other = ProfessionalFactory(), ProfessionalFactory()
    stay = MembershipFactory(professional=other)
    join(kept, other, office_user)
    answer = staff.get(page_of(other), follow=True)
    assert answer.redirect_chain == [(page_of(kept), 302)]
    page = plain(answer)
    assert "est réunie avec celle-ci" in page
    assert stay.team.name in page
    assert f"sous le RPPS {other.rpps}" in page


def test_actions_of_both_numbers_are_shown(staff: Client, office_user: User) -> None:
    kept, other = ProfessionalFactory(), ProfessionalFactory()
    for person in (kept, other):
        ParticipationFactory(professional=person)
    refused = ParticipationFactory(professional=kept, refused=True)
    join(kept, other, office_user)
    page = plain(staff.get(reverse("actions:of_professional", args=[kept.pk])))
    assert f"sous le RPPS {other.rpps}" in page
    assert refused.refused_reason in page


def test_money_of_a_person_is_shown_without_iban(world: World, signed_in: Callable[[str], Client]) -> None:
    person = world.office.people[0]
    account = world.office.account_of(person)
    for role in ("staff", "treasurer", "auditor", "referent"):
        page = plain(signed_in(role).get(reverse("payments:of_professional", args=[person.pk])))
        assert "Compte vérifié" in page
        assert "50,00 €" in page
        assert account.iban not in page
        assert account.iban_last4 not in page
        assert ("CLAP-202607" in page) is (role in ("treasurer", "auditor"))
        assert ("/paiements/" in page) is (role != "referent")


def test_referent_sees_own_amounts_only(world: World, signed_in: Callable[[str], Client]) -> None:
    client, (own, colleague, _) = signed_in("referent"), world.office.people
    assert client.get(reverse("payments:of_professional", args=[own.pk])).status_code == 200
    assert client.get(reverse("payments:of_professional", args=[colleague.pk])).status_code == 404
    assert "indemnites" in client.get(page_of(own)).content.decode()
    assert "indemnites" not in client.get(page_of(colleague)).content.decode()


def test_money_under_both_numbers_adds_up(world: World, signed_in: Callable[[str], Client]) -> None:
    kept, other, _ = world.office.people
    # They sat in one meeting, so the service would refuse: what is read does not depend on how they were joined.
    Professional.objects.filter(pk=other.pk).update(merged_into=kept, merged_at=timezone.now())
    page = plain(signed_in("staff").get(reverse("payments:of_professional", args=[kept.pk])))
    assert "100,00 €" in page


# --- the record ------------------------------------------------------------------------------------------------


def test_new_record_is_created_with_its_number_as_people_type_it(staff: Client) -> None:
    answer = staff.post(NEW, {**TYPED, "rpps": "1000 0000 017", "commune": ""})
    person = Professional.objects.get()
    assert (answer.status_code, answer.url) == (302, page_of(person))
    assert person.rpps == "10000000017"
    assert "Fiche créée" in plain(staff.get(page_of(person)))


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("rpps", "1000000001", "celui-ci en a 10"),
        ("rpps", "1000000001A", "compte 11 chiffres"),
        ("rpps", "<b>10000000017</b>", "compte 11 chiffres"),
        ("rpps", "1" * 10_000, "celui-ci en a 10 000"),
        ("rpps", "", "obligatoire"),
        ("last_name", "<script>alert(1)</script>", "n’ont pas leur place ici"),
        ("last_name", "a" * 10_000, "10 000 caractères"),
        ("last_name", "1 85 05 78 006 084 36", "numéro de sécurité sociale"),
        ("first_name", "", "obligatoire"),
        ("profession", "99", "99"),
        ("email", "evrard(at)test", "courriel valide"),
        ("phone", "deux cent quarante", "en chiffres"),
        ("commune", "Nulle-Part-sur-Loire", "Nulle-Part-sur-Loire"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_all_is_kept(staff: Client, field: str, typed: str, said) -> None:
    page = staff.post(NEW, {**TYPED, "profession": "10", "specialty": "Gériatrie", field: typed})
    assert page.status_code == 422
    errors = " ".join(page.context["form"].errors[field])
    assert said in " ".join(errors.replace("\u202f", " ").replace("\u00a0", " ").split())
    assert page.context["form"][field].value() == typed
    assert "Gériatrie" in plain(page)
    assert not Professional.objects.exists()


def test_gp_who_is_no_doctor_is_refused_beside_the_box(staff: Client) -> None:
    page = staff.post(NEW, {**TYPED, "profession": "60", "is_general_practitioner": "on", "is_biologist": "on"})
    assert "Seul un médecin" in plain(page)
    assert "médecin ou pharmacien" in plain(page)


def test_number_of_somebody_else_is_refused_with_the_name(staff: Client) -> None:
    ProfessionalFactory(rpps="10000000017", last_name="Duval")
    assert "déjà celui de Duval Anaïs" in plain(staff.post(NEW, TYPED))


def test_changed_record_enters_the_history(staff: Client) -> None:
    person = ProfessionalFactory(phone="0240000000")
    url = reverse("association:professional_edit", args=[person.pk])
    shown = staff.get(url).context["form"]
    assert "rpps" not in shown.fields
    commune = CommuneFactory(name="Ancenis")
    typed = {
        "version": shown["version"].value(), "last_name": "Évrard", "first_name": "Loïc", "profession": "60",
        "phone": "02 40 11 11 11", "commune": commune.code,
    }  # fmt: skip
    assert staff.post(url, typed).status_code == 302
    page = plain(staff.get(page_of(person)))
    for said in ("0240000000 →", "02 40 11 11 11", "Camille Gestion", "Ancenis"):
        assert said in page


def test_second_to_save_is_told_and_loses_nothing(staff: Client) -> None:
    person = ProfessionalFactory(phone="0240000000")
    url = reverse("association:professional_edit", args=[person.pk])
    version = staff.get(url).context["form"]["version"].value()
    other = UserFactory(staff=True, full_name="Dominique Suivi")
    change_professional(professional=person, values={"phone": "0240111111"}, version=0, actor=other)
    typed = {"version": version, "last_name": "Évrard", "first_name": "Loïc", "profession": "60", "phone": "0240222222"}
    page = staff.post(url, typed)
    assert page.status_code == 409
    for said in ("Dominique Suivi a modifié cette fiche", "0240111111", "0240222222"):
        assert said in plain(page)
    person.refresh_from_db()
    assert person.phone == "0240111111"
    again = {**typed, "version": page.context["form"]["version"].value()}
    assert staff.post(url, again).status_code == 302
    person.refresh_from_db()
    assert person.phone == "0240222222"


@pytest.mark.parametrize("written_before", [False, True])
def test_record_sent_without_its_version_overwrites_nothing_and_can_be_sent_again(
    staff: Client, written_before: bool
) -> None:
    person = ProfessionalFactory(phone="0240000000")
    if written_before:
        change_professional(professional=person, values={"phone": "0240111111"}, version=0, actor=UserFactory())
    stands = Professional.objects.get(pk=person.pk).phone
    url = reverse("association:professional_edit", args=[person.pk])
    typed = {"last_name": "Évrard", "first_name": "Loïc", "profession": "60", "phone": "0240222222"}
    page = staff.post(url, typed)
    assert page.status_code == 409
    assert "a pu être modifiée depuis que vous l'avez ouverte" in plain(page)
    assert page.context["form"]["phone"].value() == "0240222222"
    person.refresh_from_db()
    assert person.phone == stands
    assert staff.post(url, {**typed, "version": page.context["form"]["version"].value()}).status_code == 302


# --- one person known twice ------------------------------------------------------------------------------------


@pytest.fixture
def twins(db: None) -> tuple[Professional, Professional]:
    commune = CommuneFactory(name="Nozay")
    one, other = (
        ProfessionalFactory(rpps=rpps, last_name="Le Goff", commune=commune) for rpps in ("10000000017", "10000000018")
    )
    return one, other


def join_url(one: Professional, other: Professional) -> str:
    return reverse("association:professional_join", args=[one.pk, other.pk])


def test_duplicates_are_shown_side_by_side_with_the_reasons(staff: Client, twins) -> None:
    page = staff.get(DUPLICATES)
    for said in ("1 paire de fiches", "RPPS d'un chiffre différent", "même nom, même commune"):
        assert said.lower() in plain(page).lower()
    assert "<mark>7</mark>" in page.content.decode()
    assert "<mark>8</mark>" in page.content.decode()


def test_two_persons_are_remembered(staff: Client, office_user: User, twins) -> None:
    one, other = twins
    answer = staff.post(reverse("association:professional_apart", args=[one.pk]), {"other": other.pk}, follow=True)
    assert "Aucun doublon" in plain(answer)
    assert NotDuplicate.objects.get().decided_by == office_user


@pytest.mark.parametrize("other", ["", "x", "999999", "-1"])
def test_other_record_that_is_not_there_is_not_found(staff: Client, twins, other: str) -> None:
    url = reverse("association:professional_apart", args=[twins[0].pk])
    assert staff.post(url, {"other": other}).status_code == 404


def test_who_stays_is_chosen_and_the_other_leads_there(staff: Client, twins) -> None:
    one, other = twins
    answer = staff.post(join_url(one, other), {"kept": other.pk, "comment": "Une faute de frappe."}, follow=True)
    assert answer.redirect_chain == [(page_of(other), 302)]
    page = plain(answer)
    assert "Les deux fiches sont réunies" in page
    assert "Une faute de frappe." in page
    assert Professional.objects.get(pk=one.pk).merged_into == other


def test_joining_without_choice_or_reason_is_refused_and_keeps_what_was_typed(staff: Client, twins) -> None:
    one, other = twins
    page = staff.post(join_url(one, other), {"comment": "Une faute de frappe."})
    assert page.status_code == 422
    assert "Choisissez la fiche à garder" in plain(page)
    assert "Une faute de frappe." in plain(page)
    assert staff.post(join_url(one, other), {"kept": one.pk}).status_code == 422
    assert not Professional.objects.filter(merged_into__isnull=False).exists()


def test_obstacle_is_said_before_and_at_the_press(staff: Client, twins) -> None:
    one, other = twins
    action = ActionFactory(validated=True)
    for person in twins:
        ParticipationFactory(action=action, professional=person)
    assert action.reference in plain(staff.get(join_url(one, other)))
    page = staff.post(join_url(one, other), {"kept": one.pk, "comment": "Une faute de frappe."})
    assert page.status_code == 409
    assert action.reference in plain(page)
    assert "Une faute de frappe." in plain(page)


def test_other_record_is_chosen_by_its_number(staff: Client, twins) -> None:
    one, other = twins
    url = reverse("association:professional_other", args=[one.pk])
    assert staff.get(url, {"other": other.rpps}).url == join_url(one, other)
    same = staff.get(url, {"other": one.rpps})
    assert same.status_code == 422
    assert "la même fiche" in plain(same)
    assert staff.get(url, {"other": "inconnue"}).status_code == 422


def test_joining_is_undone_from_the_page(staff: Client, office_user: User, twins) -> None:
    one, other = twins
    join(one, other, office_user)
    url = reverse("association:professional_separate", args=[other.pk])
    refused = staff.post(url, {"comment": " "})
    assert refused.status_code == 409
    assert "Un motif est demandé" in plain(refused)
    assert "data-dialog-open" in refused.content.decode()
    assert staff.post(url, {"comment": "Deux sœurs."}).status_code == 302
    assert not Professional.objects.filter(merged_into__isnull=False).exists()
    assert "Aucun doublon" in plain(staff.get(DUPLICATES))


def test_joining_that_a_frozen_run_counted_is_not_offered_to_be_undone(
    world: World, signed_in: Callable[[str], Client]
) -> None:
    person, other = world.office.people[0], ProfessionalFactory()
    join(person, other, world.office.staff)
    Professional.objects.filter(pk=other.pk).update(merged_at=world.run.approved_at)
    page = plain(signed_in("staff").get(page_of(person)))
    assert "a été figé depuis" in page
    url = reverse("association:professional_separate", args=[other.pk])
    assert signed_in("staff").post(url, {"comment": "Deux sœurs."}).status_code == 409


def test_duplicates_ask_as_much_for_ten_pairs_as_for_two(staff: Client) -> None:
    def more(count: int) -> None:
        for _ in range(count):
            commune = CommuneFactory()
            for _ in range(2):
                MembershipFactory(professional__last_name="Le Goff", professional__commune=commune)

    more(2)
    few = queries(staff, DUPLICATES)
    more(8)
    assert queries(staff, DUPLICATES) == few


def test_inbox_counts_them_for_those_who_decide(staff: Client, twins) -> None:
    assert "Doublons possibles de professionnels" in plain(staff.get("/"))
    auditor = Client()
    auditor.force_login(UserFactory(auditor=True))
    assert "Doublons" not in plain(auditor.get("/"))


def test_both_stays_of_one_person_in_a_team_are_shown(staff: Client, office_user: User, twins) -> None:
    one, other = twins
    team = TeamFactory(under_convention=True)
    for person in twins:
        MembershipFactory(team=team, professional=person)
    join(one, other, office_user)
    assert Membership.objects.filter(team=team).count() == 2
    assert plain(staff.get(page_of(one))).count(f"sous le RPPS {other.rpps}") == 1


def test_referent_who_has_left_sees_no_member_any_more_and_the_own_page_still(db: None) -> None:
    stay = MembershipFactory(is_referent=True, joined_on=date(2026, 1, 1))
    other = MembershipFactory(team=stay.team, joined_on=date(2026, 1, 1)).professional
    client = Client()
    client.force_login(UserFactory(role="referent", professional=stay.professional))
    assert client.get(page_of(other)).status_code == 200
    Membership.objects.filter(pk=stay.pk).update(left_on=date(2026, 2, 1))
    assert client.get(page_of(other)).status_code == 404
    assert [row.record.pk for row in client.get(LIST).context["table"].rows] == [stay.professional_id]
    assert client.get(page_of(stay.professional)).status_code == 200


def test_mark_that_turns_the_reading_is_not_kept_in_a_name(staff: Client) -> None:
    staff.post(NEW, TYPED | {"last_name": "\u202eÉvrard\u2066"})
    assert Professional.objects.get().last_name == "Évrard"


# --- what only some professions fill in ------------------------------------------------------------------------


@pytest.mark.parametrize(("profession", "kept"), [("10", True), ("40", True), ("60", False), ("21", False)])
def test_specialty_is_taken_of_the_professions_that_have_one(staff: Client, profession: str, kept: bool) -> None:
    page = staff.post(NEW, {**TYPED, "profession": profession, "specialty": "Gériatrie"})
    assert Professional.objects.filter(specialty="Gériatrie").exists() is kept
    if not kept:
        assert "Seul un médecin ou un chirurgien-dentiste a une spécialité" in plain(page)
        assert page.context["form"]["specialty"].value() == "Gériatrie"


def test_form_says_which_profession_fills_in_what(staff: Client) -> None:
    form = staff.get(NEW).context["form"]
    named = {name: form.fields[name].widget.attrs.get("data-only-for") for name in form.fields}
    assert {name: codes for name, codes in named.items() if codes} == {
        "is_general_practitioner": "10",
        "specialty": "10 40",
        "is_biologist": "10 21",
    }
    assert {name for _, fields in form.parts() for name in (field.name for field in fields)} == set(form.fields) - {
        "version"
    }
