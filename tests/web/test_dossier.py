"""A team's dossier: registering, changing, what comes next, the steps with a date, who sees what."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from association.models import ExternalStructure, FieldChange, StructureLink, Team, Theme, User
from tests.factories import (
    AdhesionFactory,
    CommuneFactory,
    ConventionFactory,
    DepartmentFactory,
    HealthProjectFactory,
    MembershipFactory,
    ProfessionalFactory,
    TeamFactory,
    UserFactory,
)
from tests.web.conftest import World, plain

NEW = "/equipes/nouvelle/"


@pytest.fixture
def officer(db: None) -> User:
    return UserFactory(staff=True, full_name="Camille Gestion")


@pytest.fixture
def staff(officer: User) -> Client:
    client = Client()
    client.force_login(officer)
    return client


def address(team: Team, name: str = "association:team") -> str:
    return reverse(name, args=[team.pk])


def typed(**changes: Any) -> dict[str, Any]:
    return {"name": "Équipe du Val d'Erdre", "kind": "esp_clap", "communes": ["44003"], **changes}


# --- its head ---------------------------------------------------------------------------------------------------


def test_identity_shows_the_themes_of_the_project_and_a_draft_only_before_any_submission(staff: Client) -> None:
    page, first, second = (Theme.objects.get_or_create(name=f"Thème {word}")[0] for word in ("un", "deux", "trois"))
    team = TeamFactory(drafting=True)
    team.themes.add(page)
    assert "Thème un" in plain(staff.get(address(team)))
    submitted = HealthProjectFactory(team=team, submitted=True, number=1, shared_patients=120)
    submitted.themes.add(first)
    HealthProjectFactory(team=team, number=2).themes.add(second)
    shown = plain(staff.get(address(team)))
    assert "Thème deux" in shown
    assert "120" in shown
    assert "Thème trois" not in shown
    assert "Thème un" not in shown


def test_what_is_missing_before_a_submission_blocks_nothing_yet(staff: Client) -> None:
    assert "points à régler avant le dépôt" in plain(staff.get(address(TeamFactory())))
    assert "bloquant" in plain(staff.get(address(TeamFactory(recognised=True))))


# --- registering ---------------------------------------------------------------------------------------------


def test_team_is_registered_with_the_next_code_and_the_department_of_its_commune(staff: Client, officer: User) -> None:
    TeamFactory(code="EQ-44-007")
    CommuneFactory(code="44003", name="Ancenis")
    answer = staff.post(NEW, typed(officer=officer.pk, contact_phone="02 40 00 00 00"))
    team = Team.objects.get(name="Équipe du Val d'Erdre")
    assert answer.url == address(team)
    assert (team.code, team.department_id, team.state) == ("EQ-44-008", "44", "registered")
    assert team.officer == officer
    assert [commune.code for commune in team.communes.all()] == ["44003"]


def test_own_code_is_kept_and_one_that_is_taken_is_refused(staff: Client) -> None:
    CommuneFactory(code="44003", name="Ancenis")
    TeamFactory(code="CLAP-1", name="La première")
    page = staff.post(NEW, typed(code="CLAP-1"))
    assert "Le code CLAP-1 est déjà celui de « La première »" in plain(page)
    assert staff.post(NEW, typed(code="CLAP-2")).status_code == 302


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": ""}, "Donnez un nom à l'équipe."),
        ({"name": "<script>alert(1)</script>"}, "Ce champ ne prend ni balises"),
        ({"name": "x" * 10_000}, "10 000 caractères, la limite est de 200"),
        ({"name": "Équipe 1 85 05 78 006 084 91"}, "numéro de sécurité sociale"),
        ({"kind": ""}, "Choisissez la nature"),
        ({"communes": []}, "Indiquez au moins une commune"),
        ({"communes": ["Nulle-Part"]}, "« Nulle-Part » n'est pas une commune connue"),
        ({"contact_phone": "douze"}, "Écrivez un numéro de téléphone"),
        ({"contact_email": "douze"}, "Écrivez une adresse complète"),
        ({"shared_patients": "beaucoup"}, "Écrivez un nombre en chiffres"),
    ],
)
def test_bad_input_is_told_beside_the_field_and_all_is_kept(staff: Client, changes: dict[str, Any], said: str) -> None:
    CommuneFactory(code="44003", name="Ancenis")
    sent = typed(contact_name="Une personne à rappeler", **{k: v for k, v in changes.items() if k != "communes"})
    sent |= changes
    page = staff.post(NEW, sent)
    assert page.status_code == 200
    assert said.replace("'", "'") in plain(page).replace("\u202f", " ")
    form = page.context["form"]
    assert set(form.errors) == set(changes)
    assert form["contact_name"].value() == "Une personne à rappeler"
    for name, value in changes.items():
        assert form[name].value() == value
    assert Team.objects.count() == 0


def test_same_name_in_the_same_commune_is_noticed(staff: Client) -> None:
    TeamFactory(name="Équipe du Val d'Erdre").communes.add(CommuneFactory(code="44003", name="Ancenis"))
    assert "Une équipe de ce nom existe déjà" in plain(staff.post(NEW, typed()))


# --- changing ------------------------------------------------------------------------------------------------


def shown(client: Client, team: Team) -> dict[str, Any]:
    """What the form of the edit page would send, untouched."""
    form = client.get(address(team, "association:team_edit")).context["form"]
    values = {name: form[name].value() for name in form.fields}
    values["communes"] = form.fields["communes"].prepare_value(values["communes"])
    values["themes"] = [theme.pk for theme in values["themes"]]
    return {name: ("" if value is None else getattr(value, "pk", value)) for name, value in values.items()}


def test_change_is_saved_with_its_journal(staff: Client) -> None:
    team = TeamFactory(registered=True, name="Avant")
    team.communes.add(CommuneFactory())
    sent = {**shown(staff, team), "name": "Après"}
    assert staff.post(address(team, "association:team_edit"), sent).status_code == 302
    changed = FieldChange.objects.get(team=team)
    assert (changed.label, changed.before, changed.after) == ("Nom", "Avant", "Après")
    assert "« Avant »" in plain(staff.get(address(team, "association:team_journal")))


def test_second_to_save_is_told_what_the_first_changed_and_loses_nothing(staff: Client) -> None:
    team = TeamFactory(registered=True, name="Avant", contact_phone="02 40 00 00 00")
    team.communes.add(CommuneFactory())
    first, second = shown(staff, team), shown(staff, team)
    staff.post(address(team, "association:team_edit"), {**first, "contact_phone": "02 40 11 11 11"})
    page = staff.post(address(team, "association:team_edit"), {**second, "name": "Après"})
    assert page.status_code == 409
    assert "Camille Gestion a modifié cette fiche" in plain(page)
    assert "02 40 11 11 11" in plain(page)
    form = page.context["form"]
    assert form["name"].value() == "Après"
    # What the second did not touch follows the first, so that saving again undoes nothing.
    assert form["contact_phone"].value() == "02 40 11 11 11"
    assert Team.objects.get(pk=team.pk).name == "Avant"
    again = {**second, "name": "Après", "version": form["version"].value(), "contact_phone": "02 40 11 11 11"}
    assert staff.post(address(team, "association:team_edit"), again).status_code == 302
    saved = Team.objects.get(pk=team.pk)
    assert (saved.name, saved.contact_phone) == ("Après", "02 40 11 11 11")


def test_kind_does_not_change_once_the_ars_has_the_dossier(staff: Client) -> None:
    team = TeamFactory(submitted=True)
    team.communes.add(CommuneFactory())
    page = staff.post(address(team, "association:team_edit"), {**shown(staff, team), "kind": "ess"})
    assert "La nature ne change plus" in plain(page)
    assert Team.objects.get(pk=team.pk).kind == "esp_clap"


def test_department_follows_the_communes(staff: Client) -> None:
    team = TeamFactory(registered=True)
    team.communes.add(CommuneFactory())
    CommuneFactory(code="53130", name="Laval", department=DepartmentFactory(code="53", name="Mayenne"))
    staff.post(address(team, "association:team_edit"), {**shown(staff, team), "communes": ["Laval"]})
    assert Team.objects.get(pk=team.pk).department_id == "53"


# --- the head of the page ------------------------------------------------------------------------------------


def test_head_says_what_comes_next_and_who_does_it(staff: Client, officer: User) -> None:
    team = TeamFactory(registered=True, officer=officer, contact_name="Anne Le Goff", contact_phone="02 40 00 00 00")
    page = plain(staff.get(address(team)))
    for said in ("Prendre contact avec l'équipe", "À faire par : Camille Gestion", "C'est à vous", "02 40 00 00 00"):
        assert said.replace("<strong>", "") in page.replace("<strong>", "")
    assert "Accompagner l'équipe" in page


def test_sections_stand_in_their_order_with_a_way_to_each(staff: Client) -> None:
    page = staff.get(address(TeamFactory(recognised=True)))
    anchors = [section.anchor for section in page.context["sections"]]
    assert anchors == sorted(anchors, key=anchors.index)
    assert anchors[:5] == ["constats", "membres", "projet", "reconnaissance", "conventions"]
    for anchor in anchors:
        assert page.content.decode().count(f'href="#{anchor}"') >= 1
        assert page.content.decode().count(f'id="{anchor}"') == 1


def test_each_section_answers_with_its_own_anchor(staff: Client) -> None:
    team = TeamFactory(recognised=True)
    for section in staff.get(address(team)).context["sections"]:
        assert f'id="{section.anchor}"' in staff.get(section.url).content.decode(), section


def test_ars_sees_neither_exchanges_nor_journal_nor_names(world: World, signed_in: Callable[[str], Client]) -> None:
    team, client = world.office.team, signed_in("ars")
    page = client.get(address(team))
    anchors = {section.anchor for section in page.context["sections"]}
    assert not anchors & {"echanges", "historique", "constats", "actions", "indemnites"}
    assert {"membres", "reconnaissance", "conventions"} <= anchors
    text = plain(page) + "".join(plain(client.get(one.url)) for one in page.context["sections"])
    for person in world.office.people:
        assert person.last_name not in text
    assert page.context["findings"] is None
    assert client.get(address(team, "association:team_journal")).status_code == 403


def test_ars_does_not_read_names_in_what_blocks(world: World, signed_in: Callable[[str], Client]) -> None:
    team = TeamFactory(to_complete=True, department=world.office.team.department)
    MembershipFactory(team=team, professional=ProfessionalFactory(last_name="Sansadresse"))
    assert "Sansadresse" not in plain(signed_in("ars").get(address(team)))


def test_page_asks_as_much_for_a_large_dossier_as_for_a_small_one(staff: Client) -> None:
    def asked(members: int) -> int:
        team = TeamFactory(under_convention=True)
        convention = ConventionFactory(signed=True, team=team)
        for _ in range(members):
            AdhesionFactory(signed=True, convention=convention, membership=MembershipFactory(team=team))
            team.communes.add(CommuneFactory())
        with CaptureQueriesContext(connection) as captured:
            staff.get(address(team))
        return len(captured)

    asked(1)
    few = asked(2)
    assert asked(25) == few
    assert few <= 40


# --- steps with a date ---------------------------------------------------------------------------------------


def take(client: Client, team: Team, step: str, comment: str = "Un motif", **given: Any) -> Any:
    sent = {f"{step}-{name}": value for name, value in given.items()}
    return client.post(address(team, "association:team_step"), {"step": step, "comment": comment, **sent})


def test_team_is_suspended_from_a_day_and_resumes_where_it_was(staff: Client) -> None:
    team = TeamFactory(under_convention=True)
    assert take(staff, team, "suspend", "Plus de médecin", suspended_on="2026-03-02").status_code == 302
    suspended = Team.objects.get(pk=team.pk)
    assert (suspended.state, suspended.suspended_on) == ("suspended", date(2026, 3, 2))
    assert "À compter du 02/03/2026. Plus de médecin" in plain(staff.get(address(team, "association:team_journal")))
    assert take(staff, team, "resume", resumed_on="2026-04-01").status_code == 302
    resumed = Team.objects.get(pk=team.pk)
    assert (resumed.state, resumed.suspended_on) == ("under_convention", None)


def test_one_way_out_of_a_suspension_is_offered(staff: Client) -> None:
    page = staff.get(address(TeamFactory(suspended=True, suspended_from="recognised")))
    assert [step["name"] for step in page.context["steps"]] == ["resume", "close"]


def test_team_taken_over_suspended_resumes_under_the_convention_that_runs(staff: Client) -> None:
    convention = ConventionFactory(signed=True, team=TeamFactory(suspended=True))
    assert take(staff, convention.team, "resume", resumed_on="2026-04-01").status_code == 302
    assert Team.objects.get(pk=convention.team.pk).state == "under_convention"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"suspended_on": ""}, "Indiquez la date de la suspension."),
        ({"suspended_on": "2025-12-31"}, "Cette date précède la reconnaissance de l'équipe (01/01/2026)."),
        ({"suspended_on": "tantôt"}, "Écrivez une date qui existe"),
    ],
)
def test_wrong_date_opens_the_dialog_again_with_what_was_typed(staff: Client, given: dict[str, str], said: str) -> None:
    team = TeamFactory(recognised=True)
    page = take(staff, team, "suspend", "Un long motif déjà écrit", **given)
    assert page.status_code == 409
    assert said in plain(page)
    assert "Un long motif déjà écrit" in plain(page)
    assert "data-dialog-open" in page.content.decode()
    assert Team.objects.get(pk=team.pk).state == "recognised"


def test_day_to_come_is_refused(staff: Client) -> None:
    tomorrow = timezone.localdate() + timedelta(days=1)
    page = take(staff, TeamFactory(recognised=True), "suspend", suspended_on=tomorrow.isoformat())
    assert "Cette date est à venir" in plain(page)


def test_team_that_became_an_msp_closes_with_its_link_and_stays_readable(staff: Client) -> None:
    team = TeamFactory(recognised=True)
    msp = ExternalStructure.objects.create(kind="msp", name="du Val d'Erdre")
    answer = take(staff, team, "close", closed_on="2026-06-30", outcome="msp", structure=msp.pk)
    assert answer.status_code == 302
    closed = Team.objects.get(pk=team.pk)
    assert (closed.state, closed.outcome, closed.closed_on) == ("closed", "msp", date(2026, 6, 30))
    link = StructureLink.objects.get(team=team)
    assert (link.relation, link.structure, link.starts_on) == ("devenue", msp, date(2026, 6, 30))
    page = staff.get(address(team))
    assert "Devenue MSP" in plain(page)
    assert "MSP du Val d'Erdre" in plain(page)
    assert staff.get(reverse("payments:of_team", args=[team.pk])).status_code == 200


def test_structure_that_does_not_fit_the_outcome_is_refused(staff: Client) -> None:
    team = TeamFactory(recognised=True)
    cpts = ExternalStructure.objects.create(kind="cds", name="de Laval")
    page = take(staff, team, "close", closed_on="2026-06-30", outcome="msp", structure=cpts.pk)
    assert "ne va pas avec « Devenue MSP »" in plain(page)
    assert StructureLink.objects.count() == 0


def test_step_of_a_moment_ago_is_refused_and_its_reason_kept(staff: Client) -> None:
    team = TeamFactory(registered=True)
    page = take(staff, team, "suspend", "Un long motif déjà écrit", suspended_on="2026-03-02")
    assert page.status_code == 409
    assert "Un long motif déjà écrit" in plain(page)


def test_live_convention_greys_the_closing_and_says_why(staff: Client) -> None:
    convention = ConventionFactory(signed=True)
    page = staff.get(address(convention.team))
    closing = next(step for step in page.context["steps"] if step["name"] == "close")
    assert convention.number in closing["reason"]
    answer = take(staff, convention.team, "close", closed_on="2026-06-30", outcome="dissoute")
    assert answer.status_code == 409
    assert Team.objects.get(pk=convention.team.pk).state == "under_convention"


def test_steps_of_the_project_and_of_the_ars_are_not_on_the_head(staff: Client) -> None:
    for state, offered in (("submitted", {"close"}), ("drafting", {"close"}), ("registered", {"close"})):
        page = staff.get(address(TeamFactory(**{state: True})))
        assert {step["name"] for step in page.context["steps"]} == offered
        assert take(staff, page.context["team"], "recognise", recognised_on="2026-01-01").status_code == 409
