"""The members of a team by hand: joining, being confirmed, changing from a day on, leaving."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db.models import F
from django.test import Client
from django.urls import reverse

from association.models import FieldChange, Membership, Professional, Team, TeamFinding
from association.services.attestations import issue_attestation
from conventions.models import Adhesion, Amendment, Convention
from tests.factories import (
    AdhesionFactory,
    AmendmentFactory,
    CommuneFactory,
    CompanyFactory,
    ConventionFactory,
    MembershipFactory,
    MembershipPeriodFactory,
    ProfessionalFactory,
    TeamFactory,
    UserFactory,
)
from tests.web.conftest import plain


@pytest.fixture
def staff(db: None) -> Client:
    client = Client()
    client.force_login(UserFactory(staff=True, full_name="Camille Gestion"))
    return client


def joining(**changes: Any) -> dict[str, Any]:
    return {"joined_on": "2026-03-01", "status": "confirme", "mode": "liberal", **changes}


def add(client: Client, team: Team, **sent: Any) -> Any:
    return client.post(reverse("association:member_add", args=[team.pk]), joining(**sent))


def change(client: Client, stay: Membership, **sent: Any) -> Any:
    sent = {"status": "confirme", "mode": "liberal", "version": stay.version, **sent}
    return client.post(reverse("association:member", args=[stay.pk]), sent)


def leave(client: Client, stay: Membership, day: str, version: int | None = None, confirmed: str = "on") -> Any:
    known = stay.version if version is None else version
    sent = {"sortie-left_on": day, "sortie-version": known, "sortie-confirmed": confirmed}
    return client.post(reverse("association:member_leave", args=[stay.pk]), sent)


def facts(stay: Membership) -> list[tuple[date | None, date | None, str, str]]:
    rows = stay.periods.order_by(F("starts_on").asc(nulls_first=True))
    return [(one.starts_on, one.ends_on, one.status, one.mode) for one in rows]


# --- joining -------------------------------------------------------------------------------------------------


def test_known_professional_joins_by_name(staff: Client) -> None:
    team = TeamFactory(accompanied=True)
    person = ProfessionalFactory(last_name="Le Goff", first_name="Anaïs")
    answer = add(staff, team, professional="anais le goff", is_referent="on")
    assert answer.status_code == 302
    stay = Membership.objects.get(team=team)
    assert (stay.professional, stay.joined_on, stay.is_referent) == (person, date(2026, 3, 1), True)
    assert facts(stay) == [(date(2026, 3, 1), None, "confirme", "liberal")]


def test_new_record_is_made_with_the_membership(staff: Client) -> None:
    team = TeamFactory(accompanied=True)
    CommuneFactory(code="44003", name="Ancenis")
    person = {
        "person-rpps": "10100000017",
        "person-last_name": "Nouvelle",
        "person-first_name": "Fanny",
        "person-profession": "60",
    }
    assert add(staff, team, place="Ancenis", **person).status_code == 302
    stay = Membership.objects.get(team=team)
    assert stay.professional.last_name == "Nouvelle"
    assert stay.periods.get().place_id == "44003"


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({}, "Indiquez un professionnel, ou remplissez sa nouvelle fiche"),
        ({"professional": "Inconnu au bataillon"}, "Personne ne s'appelle"),
        ({"professional": "1010000001"}, "Aucun professionnel n'est enregistré sous le RPPS 1010000001"),
        ({"person-rpps": "1010000001", "person-last_name": "Court"}, "11 chiffres"),
        ({"person-last_name": "Sans numéro"}, "Ce champ est obligatoire"),
    ],
)
def test_wrong_person_is_told_and_what_was_typed_is_kept(staff: Client, sent: dict[str, str], said: str) -> None:
    team = TeamFactory(accompanied=True)
    page = add(staff, team, **sent)
    assert page.status_code == 200
    assert said in plain(page)
    for value in sent.values():
        assert value in plain(page)
    assert (Membership.objects.count(), Professional.objects.count()) == (0, 0)


def test_known_person_and_new_record_at_once_are_refused(staff: Client) -> None:
    ProfessionalFactory(last_name="Connue")
    page = add(staff, TeamFactory(accompanied=True), professional="Connue", **{"person-last_name": "Autre"})
    assert "Choisissez : une personne déjà enregistrée, ou une nouvelle fiche" in plain(page)


def test_two_people_of_one_name_are_told_apart_by_their_number(staff: Client) -> None:
    one, two = (ProfessionalFactory(last_name="Martin", first_name="Jean") for _ in range(2))
    page = plain(add(staff, TeamFactory(accompanied=True), professional="Martin Jean"))
    assert one.rpps in page
    assert two.rpps in page


def test_member_who_is_there_does_not_join_twice(staff: Client) -> None:
    stay = MembershipFactory(team=TeamFactory(accompanied=True))
    page = add(staff, stay.team, professional=stay.professional.rpps)
    assert "est déjà membre de cette équipe depuis le 01/01/2026" in plain(page)


def test_member_who_is_there_under_another_number_does_not_join_twice(staff: Client) -> None:
    kept = ProfessionalFactory()
    stay = MembershipFactory(team=TeamFactory(accompanied=True), professional=ProfessionalFactory(merged_into=kept))
    assert "est déjà membre" in plain(add(staff, stay.team, professional=kept.rpps))


def test_member_who_left_comes_back_after_that_day_only(staff: Client) -> None:
    stay = MembershipFactory(team=TeamFactory(accompanied=True), left_on=date(2026, 3, 31))
    assert "du 01/01/2026 au 31/03/2026" in plain(add(staff, stay.team, professional=stay.professional.rpps))
    assert add(staff, stay.team, professional=stay.professional.rpps, joined_on="2026-04-01").status_code == 302


def test_closed_team_takes_nobody(staff: Client) -> None:
    person = ProfessionalFactory()
    page = add(staff, TeamFactory(closed=True), professional=person.rpps)
    assert page.status_code == 409
    assert "Ce dossier est clos" in plain(page)


def test_confirmed_member_is_invited_to_the_convention_that_runs_and_a_pressenti_is_not(staff: Client) -> None:
    convention = ConventionFactory(signed=True)
    expected, confirmed = ProfessionalFactory(), ProfessionalFactory()
    add(staff, convention.team, professional=expected.rpps, status="pressenti")
    add(staff, convention.team, professional=confirmed.rpps)
    assert [one.membership.professional for one in Adhesion.objects.filter(convention=convention)] == [confirmed]


def test_findings_follow_who_joins(staff: Client) -> None:
    team = TeamFactory(accompanied=True)
    add(staff, team, professional=ProfessionalFactory(nurse=True).rpps)
    assert TeamFinding.objects.filter(team=team, code="NO_GP").exists()
    add(staff, team, professional=ProfessionalFactory(general_practitioner=True).rpps)
    assert not TeamFinding.objects.filter(team=team, code="NO_GP").exists()


# --- from a day on -------------------------------------------------------------------------------------------


def test_pressenti_is_confirmed_from_a_day_and_invited(staff: Client) -> None:
    convention = ConventionFactory(signed=True)
    stay = MembershipFactory(team=convention.team, period__expected=True)
    assert change(staff, stay, starts_on="2026-05-01").status_code == 302
    assert facts(stay) == [
        (None, date(2026, 4, 30), "pressenti", "liberal"),
        (date(2026, 5, 1), None, "confirme", "liberal"),
    ]
    assert Adhesion.objects.filter(convention=convention, membership=stay).exists()


def test_change_writes_a_dated_period_and_its_journal(staff: Client) -> None:
    stay = MembershipFactory(team=TeamFactory(accompanied=True))
    CompanyFactory(name="SELARL Ouest", code="SEL-900")
    assert change(staff, stay, starts_on="2026-05-01", mode="salarie", company="SELARL Ouest").status_code == 302
    assert facts(stay)[1] == (date(2026, 5, 1), None, "confirme", "salarie")
    told = {one.label: (one.before, one.after) for one in FieldChange.objects.filter(team=stay.team)}
    assert told["Mode d'exercice, à partir du 01/05/2026"] == ("Libéral", "Salarié")
    assert told["Bénéficiaire, à partir du 01/05/2026"] == ("", "SELARL Ouest")


def test_change_before_one_that_is_known_ends_the_day_before_it(staff: Client) -> None:
    stay = MembershipFactory(team=TeamFactory(accompanied=True), period=None)
    MembershipPeriodFactory(membership=stay, starts_on=date(2026, 1, 1), ends_on=date(2026, 6, 30))
    MembershipPeriodFactory(membership=stay, starts_on=date(2026, 7, 1), salaried=True)
    change(staff, stay, starts_on="2026-03-01", mode="mixte")
    assert [(start, end, mode) for start, end, _, mode in facts(stay)] == [
        (date(2026, 1, 1), date(2026, 2, 28), "liberal"),
        (date(2026, 3, 1), date(2026, 6, 30), "mixte"),
        (date(2026, 7, 1), None, "salarie"),
    ]


def test_change_from_the_first_day_replaces_what_was_written(staff: Client) -> None:
    stay = MembershipFactory(team=TeamFactory(accompanied=True))
    change(staff, stay, starts_on="2026-01-01", mode="mixte")
    assert [mode for *_, mode in facts(stay)] == ["mixte"]


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"starts_on": "2025-12-31", "mode": "mixte"}, "précède l'entrée dans l'équipe (01/01/2026)"),
        ({"starts_on": "", "mode": "mixte"}, "Indiquez à partir de quel jour"),
        ({"starts_on": "2026-04-01"}, "Rien ne change à cette date"),
        ({"starts_on": "2026-04-01", "status": "pressenti"}, "ne redevient pas pressenti"),
        ({"starts_on": "2036-04-01", "mode": "mixte"}, "vérifiez l'année"),
        ({"starts_on": "2026-04-01", "place": "Nulle-Part"}, "n'est pas une commune connue"),
    ],
)
def test_wrong_change_is_told_and_writes_nothing(staff: Client, sent: dict[str, str], said: str) -> None:
    stay = MembershipFactory(team=TeamFactory(accompanied=True))
    page = change(staff, stay, **sent)
    assert said in plain(page)
    assert len(facts(stay)) == 1


def test_second_to_change_a_member_is_told(staff: Client) -> None:
    stay = MembershipFactory(team=TeamFactory(accompanied=True))
    change(staff, stay, starts_on="2026-04-01", mode="mixte")
    page = change(staff, stay, starts_on="2026-05-01", mode="salarie")
    assert page.status_code == 409
    assert "Camille Gestion a modifié cette fiche" in plain(page)
    assert len(facts(stay)) == 2
    assert page.context["change"]["mode"].value() == "salarie"


# --- leaving -------------------------------------------------------------------------------------------------


def test_departure_ends_the_signature_and_stays_on_the_page(staff: Client) -> None:
    convention = ConventionFactory(signed=True)
    stay = MembershipFactory(team=convention.team, professional__last_name="Partante")
    AdhesionFactory(signed=True, convention=convention, membership=stay)
    assert leave(staff, stay, "2026-06-30").status_code == 302
    assert Membership.objects.get(pk=stay.pk).left_on == date(2026, 6, 30)
    assert Adhesion.objects.get(membership=stay).state == "ended"
    page = plain(staff.get(reverse("association:team_members", args=[stay.team.pk])))
    assert "1 ancien membre" in page
    assert "Partante" in page


@pytest.mark.parametrize(
    ("day", "said"), [("2025-06-30", "La sortie précède l'entrée (01/01/2026)"), ("", "Indiquez la date de sortie")]
)
def test_departure_before_the_entry_is_refused(staff: Client, day: str, said: str) -> None:
    stay = MembershipFactory(team=TeamFactory(accompanied=True))
    assert said in plain(leave(staff, stay, day))
    assert Membership.objects.get(pk=stay.pk).left_on is None


def test_second_departure_is_refused(staff: Client) -> None:
    stay = MembershipFactory(team=TeamFactory(accompanied=True))
    leave(staff, stay, "2026-06-30")
    page = leave(staff, stay, "2026-07-31", version=1)
    assert page.status_code == 409
    assert Membership.objects.get(pk=stay.pk).left_on == date(2026, 6, 30)


def correct(client: Client, stay: Membership, what: str, day: str = "", version: int | None = None) -> Any:
    known = Membership.objects.get(pk=stay.pk).version if version is None else version
    sent = {"correction-what": what, "correction-left_on": day, "correction-version": known}
    return client.post(reverse("association:member_leave_correct", args=[stay.pk]), sent)


@pytest.fixture
def gp() -> Membership:
    """The only general practitioner of a team under convention, who signed it, with an attestation."""
    convention = ConventionFactory(signed=True)
    stay = MembershipFactory(
        team=convention.team, professional=ProfessionalFactory(general_practitioner=True, last_name="Partante")
    )
    MembershipFactory(team=convention.team)
    AdhesionFactory(signed=True, convention=convention, membership=stay)
    issue_attestation(membership=stay, year=2026, actor=UserFactory(staff=True))
    return stay


def test_departure_is_confirmed_with_its_consequences_and_written_then_only(staff: Client, gp: Membership) -> None:
    page = leave(staff, gp, "2026-06-30", confirmed="")
    shown = plain(page)
    assert page.status_code == 200
    for said in (
        "Enregistrer le départ de Partante Anaïs ?",
        "le 30 juin 2026",
        "n'a plus de médecin généraliste",
        "ne vaudra plus que jusqu'au 30/06/2026",
        f"Sa signature de la convention {Convention.objects.get().number} ne comptera plus",
    ):
        assert said in shown
    assert Membership.objects.get(pk=gp.pk).left_on is None
    assert Adhesion.objects.get(membership=gp).state == "signed"
    assert leave(staff, gp, "2026-06-30").status_code == 302


def test_departure_that_changes_no_rule_says_so(staff: Client) -> None:
    stay = MembershipFactory(team=TeamFactory(accompanied=True, kind="informelle"))
    assert "Aucune règle de composition n'est remise en cause" in plain(leave(staff, stay, "2026-06-30", confirmed=""))


def test_departure_recorded_by_mistake_is_taken_back_with_all_that_it_had_ended(staff: Client, gp: Membership) -> None:
    leave(staff, gp, "2026-06-30")
    assert TeamFinding.objects.filter(team=gp.team, code="NO_GP").exists()
    assert Amendment.objects.get(kind="sortie").state == "draft"
    assert "Corriger le départ" in plain(staff.get(reverse("association:member", args=[gp.pk])))
    assert correct(staff, gp, "reste").status_code == 302
    assert Membership.objects.get(pk=gp.pk).left_on is None
    adhesion = Adhesion.objects.get(membership=gp)
    assert (adhesion.state, adhesion.ended_on) == ("signed", None)
    assert Amendment.objects.get(kind="sortie").state == "abandoned"
    assert not TeamFinding.objects.filter(team=gp.team, code="NO_GP").exists()
    told = FieldChange.objects.get(label="Sortie, corrigée")
    assert (told.before, told.after) == ("30/06/2026", "")


def test_day_of_a_departure_is_corrected_and_its_amendment_follows(staff: Client, gp: Membership) -> None:
    leave(staff, gp, "2026-06-30")
    assert correct(staff, gp, "jour", "2026-07-15").status_code == 302
    assert Membership.objects.get(pk=gp.pk).left_on == date(2026, 7, 15)
    assert Adhesion.objects.get(membership=gp).ended_on == date(2026, 7, 15)
    stated = {one.changes["left_on"]: one.state for one in Amendment.objects.filter(kind="sortie")}
    assert stated == {"2026-06-30": "abandoned", "2026-07-15": "draft"}


@pytest.mark.parametrize(
    ("what", "day", "said"),
    [
        ("", "", "Choisissez ce qui est juste."),
        ("jour", "", "Indiquez le dernier jour dans l'équipe."),
        ("jour", "2025-06-30", "La sortie précède l'entrée (01/01/2026)"),
        ("jour", "2026-06-30", "Rien ne change"),
    ],
)
def test_wrong_correction_is_told_and_writes_nothing(staff: Client, what: str, day: str, said: str) -> None:
    stay = MembershipFactory(team=TeamFactory(accompanied=True))
    leave(staff, stay, "2026-06-30")
    assert said in plain(correct(staff, stay, what, day))
    assert Membership.objects.get(pk=stay.pk).left_on == date(2026, 6, 30)


def test_departure_that_a_signed_amendment_states_is_no_longer_corrected(staff: Client, gp: Membership) -> None:
    leave(staff, gp, "2026-06-30")
    AmendmentFactory(
        convention=Convention.objects.get(),
        number=7,
        kind="sortie",
        changes={"left": gp.pk, "left_on": "2026-06-30"},
        signed=True,
    )
    page = correct(staff, gp, "reste")
    assert page.status_code == 409
    assert "L'avenant n° 7" in plain(page)
    assert Membership.objects.get(pk=gp.pk).left_on == date(2026, 6, 30)


def test_departure_of_somebody_who_came_back_is_not_taken_back(staff: Client) -> None:
    stay = MembershipFactory(team=TeamFactory(accompanied=True))
    leave(staff, stay, "2026-06-30")
    MembershipFactory(team=stay.team, professional=stay.professional, joined_on=date(2026, 8, 1))
    assert "est revenu dans l'équipe le 01/08/2026" in plain(correct(staff, stay, "reste"))
    assert correct(staff, stay, "jour", "2026-07-31").status_code == 302


def test_second_to_correct_a_departure_is_told(staff: Client) -> None:
    stay = MembershipFactory(team=TeamFactory(accompanied=True))
    leave(staff, stay, "2026-06-30")
    seen = Membership.objects.get(pk=stay.pk).version
    correct(staff, stay, "jour", "2026-07-15")
    page = correct(staff, stay, "reste", version=seen)
    assert page.status_code == 409
    assert "Camille Gestion a modifié cette fiche" in plain(page)


def test_referent_is_named_and_released(staff: Client) -> None:
    stay = MembershipFactory(team=TeamFactory(accompanied=True))
    url = reverse("association:member_referent", args=[stay.pk])
    staff.post(url, {"is_referent": "on", "version": 0})
    assert Membership.objects.get(pk=stay.pk).is_referent
    staff.post(url, {"version": 1})
    assert not Membership.objects.get(pk=stay.pk).is_referent
    assert FieldChange.objects.filter(team=stay.team, field="is_referent").count() == 2


# --- companies -----------------------------------------------------------------------------------------------


def test_company_is_registered_under_the_next_code_and_named_at_once(staff: Client) -> None:
    CompanyFactory(code="SOC-0007")
    page = staff.post("/societes/nouvelle/", {"name": "Pharmacie du Port", "siret": "732 829 320 00074"})
    assert "Pharmacie du Port (SOC-0008)" in plain(page)
    stay = MembershipFactory(team=TeamFactory(accompanied=True))
    change(staff, stay, starts_on="2026-05-01", company="732 829 320 00074")
    assert stay.periods.get(starts_on=date(2026, 5, 1)).company.code == "SOC-0008"


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"name": ""}, "Indiquez la raison sociale"),
        ({"name": "Pharmacie", "siret": "123"}, "Un numéro SIRET compte 14 chiffres"),
        ({"name": "Pharmacie", "finess": "12"}, "Un numéro FINESS compte 9 chiffres"),
    ],
)
def test_wrong_company_is_told(staff: Client, sent: dict[str, str], said: str) -> None:
    assert said in plain(staff.post("/societes/nouvelle/", sent))


# --- suggestions ---------------------------------------------------------------------------------------------


def test_suggestions_find_a_commune_without_accents(staff: Client) -> None:
    CommuneFactory(code="53097", name="Évron")
    assert "Évron (53097)" in staff.get(reverse("association:communes"), {"q": "evr"}).content.decode()
    assert "(evr)" in staff.get(reverse("association:communes"), {"q": "evr"}).content.decode()
    assert staff.get(reverse("association:communes"), {"q": "e"}).content.decode().strip() == ""


def test_referent_is_suggested_the_own_team_only(db: None) -> None:
    stay = MembershipFactory(is_referent=True)
    colleague = MembershipFactory(team=stay.team, professional__last_name="Collègue").professional
    ProfessionalFactory(last_name="Collègue-Ailleurs")
    client = Client()
    client.force_login(UserFactory(role="referent", professional=stay.professional))
    found = client.get(reverse("association:people_named"), {"q": "collegue"}).content.decode()
    assert colleague.rpps in found
    assert "Ailleurs" not in found
