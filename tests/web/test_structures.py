"""Structures around the teams, the links of a team with them, what carries it, its ETP programmes."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from association.models import (
    EtpProgramme,
    ExternalStructure,
    FieldChange,
    StructureLink,
    Team,
    TeamFinding,
    TeamStructure,
    User,
)
from association.services.structures import carry_team, change_structure
from tests.factories import (
    ActionFactory,
    CommuneFactory,
    EtpProgrammeFactory,
    ExternalStructureFactory,
    MembershipFactory,
    ProfessionalFactory,
    StructureLinkFactory,
    TeamFactory,
    TeamStructureFactory,
    UserFactory,
)
from tests.web.conftest import plain

SIRET, RNA = "12345678200010", "W442001234"


@pytest.fixture
def user(db: None) -> User:
    return UserFactory(staff=True, full_name="Camille Gestion")


@pytest.fixture
def staff(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def team(db: None) -> Team:
    return TeamFactory(under_convention=True)


def url(name: str, pk: int) -> str:
    return reverse(f"association:{name}", args=[pk])


def errors(answer: Any) -> dict[str, str]:
    """What stands beside each field, with plain spaces and apostrophes."""
    return {
        name: " ".join(said).replace("\u00a0", " ").replace("’", "'")
        for name, said in answer.context["form"].errors.items()
    }


@pytest.mark.parametrize("day", ["0001-01-01", "0202-05-01", "9999-12-31"])
def test_day_of_an_impossible_year_is_refused_beside_the_field_and_kept(staff: Client, team: Team, day: str) -> None:
    structure = ExternalStructureFactory()
    typed = {"structure": structure.pk, "relation": StructureLink.Relation.BELONGS, "starts_on": day}
    answer = staff.post(url("link_add", team.pk), typed)
    assert errors(answer)["starts_on"] == "Vérifiez l'année : une date se place entre 1900 et 2100."
    assert day in answer.content.decode()
    assert not StructureLink.objects.exists()


def typed(**values: Any) -> dict[str, Any]:
    return {name: "" if value is None else value for name, value in values.items()}


# --- the list and the page of a structure ----------------------------------------------------

STRUCTURE: dict[str, Any] = {
    "kind": "cpts",
    "name": "du Vignoble",
    "finess": "",
    "siret": "",
    "commune": "",
    "phone": "",
}
STRUCTURE |= {"email": ""}


@pytest.mark.parametrize("words", ["VIGNOBLE", "vignoble nantais", "ancenis", "440000289", "44 000 0289", SIRET[:9]])
def test_structure_is_found_by_name_commune_or_number(staff: Client, words: str) -> None:
    commune = CommuneFactory(name="Ancenis-Saint-Géréon")
    wanted = ExternalStructureFactory(name="du Vignoble nantais", finess="440000289", siret=SIRET, commune=commune)
    ExternalStructureFactory(name="d'Erdre et Gesvres")
    assert list(staff.get("/structures/", {"q": words}).context["asked"].page) == [wanted]


def test_list_counts_the_teams_linked_today_in_one_s_scope(staff: Client) -> None:
    structure = ExternalStructureFactory()
    StructureLinkFactory(structure=structure)
    StructureLinkFactory(structure=structure, ends_on=date(2026, 1, 31))
    StructureLinkFactory(structure=structure, team=TeamFactory(drafting=True))
    ars = Client()
    ars.force_login(UserFactory(ars=True))
    counts = [c.get("/structures/").context["asked"].page[0].teams_count for c in (staff, ars)]
    assert counts == [2, 1]


def test_list_asks_as_much_for_many_structures_as_for_one(staff: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            staff.get("/structures/")
        return len(captured)

    StructureLinkFactory()
    few = queries()
    for _ in range(8):
        StructureLinkFactory(structure__commune=CommuneFactory())
    assert queries() == few


def test_new_structure_is_kept_with_its_numbers_as_they_are_stored(staff: Client) -> None:
    answer = staff.post("/structures/nouvelle/", STRUCTURE | {"finess": "44 000 0289", "siret": "123 456 782 00010"})
    structure = ExternalStructure.objects.get()
    assert answer.url == url("structure", structure.pk)
    assert (structure.finess, structure.siret) == ("440000289", SIRET)
    assert {change.label for change in FieldChange.objects.all()} == {"Nature", "Nom", "FINESS", "SIRET"}


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("kind", "", "Choisissez la nature de la structure."),
        ("name", "", "Indiquez le nom de la structure."),
        ("name", "x" * 10_000, "Ce texte compte 10"),
        ("name", "<script>alert(1)</script>", "ni balises"),
        ("name", "Dupont 1 85 05 78 006 084 36", "numéro de sécurité sociale"),
        ("finess", "44000028", "Un numéro FINESS compte 9 chiffres"),
        ("siret", "12345678200011", "Numéro SIRET erroné"),
        ("siret", "123", "Un numéro SIRET compte 14 chiffres"),
        ("commune", "Nulle-Part-sur-Mer", "Nulle-Part-sur-Mer"),
        ("email", "contact", "adresse complète"),
    ],
)
def test_bad_input_is_refused_beside_its_field_and_kept(staff: Client, field: str, value: str, said: str) -> None:
    answer = staff.post("/structures/nouvelle/", STRUCTURE | {field: value})
    assert said in errors(answer)[field].replace("\u202f", " ")
    assert answer.context["form"][field].value() == value
    assert not ExternalStructure.objects.exists()


def test_finess_of_another_structure_is_refused_with_its_name(staff: Client) -> None:
    ExternalStructureFactory(name="du Vignoble", finess="440000289")
    answer = staff.post("/structures/nouvelle/", STRUCTURE | {"name": "Autre", "finess": "440000289"})
    assert "« CPTS du Vignoble » porte déjà ce numéro FINESS" in errors(answer)["finess"]


def test_second_to_change_a_structure_is_told_what_the_first_changed(staff: Client) -> None:
    structure = ExternalStructureFactory(name="du Vignoble")
    other = UserFactory(staff=True, full_name="Dominique Autre")
    change_structure(structure=structure, values={"phone": "02 40 00 00 00"}, version=0, actor=other)
    edit = url("structure_edit", structure.pk)
    answer = staff.post(edit, STRUCTURE | {"name": "du Grand Vignoble", "version": 0})
    assert answer.status_code == 409
    assert "Dominique Autre a modifié" in plain(answer)
    assert answer.context["form"]["name"].value() == "du Grand Vignoble"
    structure.refresh_from_db()
    assert structure.name == "du Vignoble"
    form = answer.context["form"]
    assert staff.post(edit, {field.name: field.value() or "" for field in form}).status_code == 302
    structure.refresh_from_db()
    assert (structure.name, structure.phone) == ("du Grand Vignoble", "02 40 00 00 00")


def test_page_that_carries_no_version_changes_nothing(staff: Client) -> None:
    structure = ExternalStructureFactory(name="du Vignoble")
    assert staff.post(url("structure_edit", structure.pk), STRUCTURE | {"name": "Autre"}).status_code == 409
    structure.refresh_from_db()
    assert structure.name == "du Vignoble"


def test_nature_that_a_link_relies_on_is_kept(staff: Client) -> None:
    link = StructureLinkFactory(funded=True)
    answer = staff.post(url("structure_edit", link.structure_id), STRUCTURE | {"kind": "pta", "version": 0})
    assert "Corrigez d'abord ce lien" in errors(answer)["kind"]


def test_page_lists_the_teams_with_dates_and_the_ars_reads_no_name(staff: Client) -> None:
    person = ProfessionalFactory(last_name="Ruel", first_name="Zoé")
    stay = MembershipFactory(professional=person)
    link = StructureLinkFactory(team=stay.team, membership=stay, starts_on=date(2026, 3, 1), ends_on=date(2026, 4, 30))
    page = plain(staff.get(url("structure", link.structure_id)))
    assert stay.team.name in page
    assert "du 01/03/2026 au 30/04/2026" in page
    assert "Ruel Zoé" in page
    ars = Client()
    ars.force_login(UserFactory(ars=True))
    for address in (url("structure", link.structure_id), url("team_structures", stay.team_id)):
        seen = plain(ars.get(address))
        assert "Un membre" in seen
        assert "Ruel" not in seen


# --- what carries a team ----------------------------------------------------

CARRYING: dict[str, Any] = {"form": "association", "rna": RNA, "siret": SIRET, "starts_on": "2026-03-01", "ends_on": ""}


def test_legal_structure_is_added_and_the_findings_follow(staff: Client, team: Team) -> None:
    team.projects.create(number=1, created_by=UserFactory(), action_types=["PREVENTION"])
    answer = staff.post(url("carrying_add", team.pk), CARRYING)
    assert answer.url == f"/equipes/{team.pk}/#structures"
    assert TeamStructure.objects.get(team=team).rna == RNA
    assert not TeamFinding.objects.filter(team=team, code="ASSOCIATION_NEEDED").exists()
    assert FieldChange.objects.filter(team=team, label="RNA", after=RNA).exists()


@pytest.mark.parametrize(
    ("values", "field", "said"),
    [
        ({"form": ""}, "form", "Choisissez la structure juridique."),
        ({"ends_on": "2026-02-28"}, "ends_on", "La fin (28/02/2026) précède le début (01/03/2026)."),
        ({"starts_on": "2026-02-30"}, "starts_on", "Écrivez une date qui existe"),
        ({"rna": "W12"}, "rna", "W suivi de 9 chiffres"),
        ({"siret": "12345678200011"}, "siret", "Numéro SIRET erroné"),
        ({"form": "sisa"}, "rna", "Un numéro RNA est celui d'une association."),
        ({"form": "aucune", "rna": ""}, "siret", "Sans structure, il n'y a pas de SIRET."),
    ],
)
def test_legal_structure_that_cannot_be_is_refused_beside_its_field(
    staff: Client, team: Team, values: dict[str, str], field: str, said: str
) -> None:
    answer = staff.post(url("carrying_add", team.pk), CARRYING | values)
    assert said in errors(answer)[field]
    assert all(answer.context["form"][name].value() == value for name, value in values.items())
    assert not TeamStructure.objects.exists()


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "overlaps"),
    [
        ("2026-07-01", "", False),
        ("2026-06-30", "", True),
        ("", "2026-02-28", False),
        ("", "2026-03-01", True),
        ("", "", True),
    ],
)
def test_two_legal_structures_never_hold_on_one_day(
    staff: Client, team: Team, starts_on: str, ends_on: str, overlaps: bool
) -> None:
    TeamStructureFactory(team=team, starts_on=date(2026, 3, 1), ends_on=date(2026, 6, 30))
    values = CARRYING | {"form": "sisa", "rna": "", "starts_on": starts_on, "ends_on": ends_on}
    answer = staff.post(url("carrying_add", team.pk), values)
    if overlaps:
        assert "du 01/03/2026 au 30/06/2026. Mettez-y fin la veille" in errors(answer)["starts_on"]
    assert TeamStructure.objects.filter(team=team).count() == (1 if overlaps else 2)


def test_legal_structure_may_be_ended_without_meeting_itself(staff: Client, team: Team) -> None:
    carried = TeamStructureFactory(team=team, rna=RNA, siret=SIRET)
    edit = url("carrying_change", carried.pk)
    assert staff.get(edit).context["form"]["rna"].value() == RNA
    values = CARRYING | {"starts_on": "", "ends_on": "2026-06-30", "version": 0}
    assert staff.post(edit, values).status_code == 302
    carried.refresh_from_db()
    assert (carried.ends_on, carried.version) == (date(2026, 6, 30), 1)


def test_second_to_end_a_legal_structure_is_told(staff: Client, team: Team, user: User) -> None:
    carried = TeamStructureFactory(team=team)
    other = UserFactory(staff=True, full_name="Dominique Autre")
    before = {"form": "association", "rna": "", "siret": "", "starts_on": None, "ends_on": date(2026, 5, 31)}
    carry_team(team=team, values=before, actor=other, carried=carried, version=0)
    values = CARRYING | {"starts_on": "", "ends_on": "2026-06-30", "version": 0}
    answer = staff.post(url("carrying_change", carried.pk), values)
    assert answer.status_code == 409
    assert "Dominique Autre a modifié" in plain(answer)
    assert answer.context["form"]["ends_on"].value() == "2026-06-30"


# --- links ----------------------------------------------------


def link_values(structure: ExternalStructure, /, **values: Any) -> dict[str, Any]:
    known = {
        "relation": "membre",
        "structure": structure.pk,
        "membership": "",
        "starts_on": "2026-03-01",
        "ends_on": "",
    }
    return known | {"comment": ""} | values


@pytest.mark.parametrize(
    ("kind", "relation"),
    [("cpts", "membre"), ("pta", "appui"), ("msp", "devenue"), ("cds", "devenue"), ("msp", "aci"), ("cpts", "aci_cpts"),
     ("autre", "autre")],
)  # fmt: skip
def test_each_link_of_the_field_has_its_place(staff: Client, team: Team, kind: str, relation: str) -> None:
    structure = ExternalStructureFactory(kind=kind, name="du Lac")
    staff.post(url("link_add", team.pk), link_values(structure, relation=relation))
    assert StructureLink.objects.get(team=team).relation == relation
    page = plain(staff.get(url("team_structures", team.pk)))
    assert "du Lac" in page
    assert "depuis le 01/03/2026" in page


@pytest.mark.parametrize(
    ("kind", "values", "field", "said"),
    [
        ("cpts", {"relation": "appui"}, "structure", "demande une structure de nature PTA, DAC"),
        ("pta", {"relation": "devenue"}, "structure", "de nature MSP ou Centre de santé"),
        ("cpts", {"relation": "aci"}, "structure", "celle-ci est de nature CPTS"),
        ("msp", {"relation": "devenue", "starts_on": ""}, "starts_on", "Indiquez depuis quand"),
        ("cpts", {"ends_on": "2026-02-01"}, "ends_on", "précède le début"),
        ("cpts", {"structure": "0"}, "structure", "n'est plus enregistrée"),
        ("cpts", {"relation": ""}, "relation", "Choisissez le lien."),
        ("cpts", {"comment": "x" * 201}, "comment", "la limite est de 200"),
    ],
)
def test_link_that_cannot_be_is_refused_beside_its_field(
    staff: Client, team: Team, kind: str, values: dict[str, str], field: str, said: str
) -> None:
    answer = staff.post(url("link_add", team.pk), link_values(ExternalStructureFactory(kind=kind), **values))
    assert said in errors(answer)[field]
    assert not StructureLink.objects.exists()


def test_link_of_the_whole_team_takes_no_member(staff: Client, team: Team) -> None:
    stay = MembershipFactory(team=team)
    values = link_values(ExternalStructureFactory(kind="pta"), relation="appui", membership=stay.pk)
    assert "celui de toute l'équipe" in errors(staff.post(url("link_add", team.pk), values))["membership"]


def test_member_of_another_team_is_not_among_the_choices(staff: Client, team: Team) -> None:
    values = link_values(ExternalStructureFactory(), membership=MembershipFactory().pk)
    assert "n'est pas membre de cette équipe" in errors(staff.post(url("link_add", team.pk), values))["membership"]


def test_same_link_twice_at_once_is_refused_and_one_after_the_other_is_not(staff: Client, team: Team) -> None:
    link = StructureLinkFactory(team=team, starts_on=date(2026, 1, 1), ends_on=date(2026, 2, 28))
    again = link_values(link.structure, starts_on="2026-02-28")
    answer = staff.post(url("link_add", team.pk), again)
    assert "Ce lien est déjà enregistré, du 01/01/2026 au 28/02/2026" in errors(answer)["starts_on"]
    assert staff.post(url("link_add", team.pk), again | {"starts_on": "2026-03-01"}).status_code == 302


def test_funded_link_puts_its_finding_on_the_dossier_and_its_end_takes_it_away(staff: Client, team: Team) -> None:
    ActionFactory(validated=True, team=team, held_on=date(2026, 4, 1))
    structure = ExternalStructureFactory(kind="msp")
    staff.post(url("link_add", team.pk), link_values(structure, relation="aci"))
    assert TeamFinding.objects.filter(team=team, code="DOUBLE_FUNDING").exists()
    link = StructureLink.objects.get()
    ended = link_values(structure, relation="aci", ends_on="2026-03-31", version=0)
    staff.post(url("link_change", link.pk), ended)
    assert not TeamFinding.objects.filter(team=team, code="DOUBLE_FUNDING").exists()


def test_link_entered_by_mistake_is_taken_away_and_the_journal_keeps_it(staff: Client, user: User) -> None:
    link = StructureLinkFactory(structure__name="du Vignoble")
    staff.post(url("link_remove", link.pk))
    assert not StructureLink.objects.exists()
    change = FieldChange.objects.get(team=link.team, label="Structure")
    assert (change.before, change.after, change.actor) == ("CPTS du Vignoble", "", user)


# --- ETP programmes ----------------------------------------------------

PROGRAMME = {"title": "Diabète", "reference": "ETP-44-1", "starts_on": "2026-01-01", "ends_on": "", "trained_on": ""}
PROGRAMME |= {"notes": ""}


def test_programme_is_declared_with_its_training(staff: Client, team: Team) -> None:
    staff.post(url("programme_add", team.pk), PROGRAMME | {"trained_on": "2025-11-30"})
    assert EtpProgramme.objects.get(team=team).trained_on == date(2025, 11, 30)
    page = plain(staff.get(url("team_structures", team.pk)))
    assert "équipe formée le 30 novembre 2025" in page


@pytest.mark.parametrize(
    ("values", "field", "said"),
    [
        ({"reference": ""}, "reference", "Indiquez la référence"),
        ({"starts_on": ""}, "starts_on", "Indiquez le jour"),
        ({"ends_on": "2025-12-31"}, "ends_on", "précède le début"),
        ({"reference": "ETP-44-0"}, "reference", "a déjà déclaré un programme sous cette référence"),
    ],
)
def test_programme_that_cannot_be_is_refused_beside_its_field(
    staff: Client, team: Team, values: dict[str, str], field: str, said: str
) -> None:
    EtpProgrammeFactory(team=team, reference="ETP-44-0")
    answer = staff.post(url("programme_add", team.pk), PROGRAMME | values)
    assert said in errors(answer)[field]
    assert EtpProgramme.objects.count() == 1


def test_programme_declared_again_without_change_is_itself(staff: Client) -> None:
    programme = EtpProgrammeFactory(reference="ETP-44-1", title="Diabète")
    assert staff.post(url("programme_change", programme.pk), PROGRAMME | {"version": 0}).status_code == 302


# --- the section of the dossier ----------------------------------------------------


def test_what_is_over_stands_last_and_says_so(staff: Client, team: Team) -> None:
    TeamStructureFactory(team=team, form="sisa", starts_on=date(2024, 1, 1), ends_on=date(2025, 12, 31))
    TeamStructureFactory(team=team, starts_on=date(2026, 1, 1))
    page = plain(staff.get(url("team_structures", team.pk)))
    assert page.index("Association loi 1901") < page.index("SISA") < page.index("Fini")


def test_those_who_only_read_are_offered_nothing_to_change(team: Team) -> None:
    StructureLinkFactory(team=team)
    client = Client()
    client.force_login(UserFactory(auditor=True))
    page = plain(client.get(url("team_structures", team.pk)))
    assert "Membre de" in page
    assert "Modifier" not in page
    assert "Ajouter" not in page


def test_rows_of_a_dossier_ask_as_much_for_many_as_for_one(staff: Client, team: Team) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            staff.get(url("team_structures", team.pk))
        return len(captured)

    def add() -> None:
        stay = MembershipFactory(team=team)
        StructureLinkFactory(team=team, membership=stay)
        EtpProgrammeFactory(team=team)
        TeamStructureFactory(team=team)

    add()
    few = queries()
    for _ in range(5):
        add()
    assert queries() == few
