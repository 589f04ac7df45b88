"""The pages of a health project: saved as one types, two people at once, read, compared, submitted."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from association.models import HealthProject, LookLog, Membership, Role, User
from association.services.projects import submit_project, write_section
from tests.association.test_projects import ready
from tests.factories import CommuneFactory, MembershipFactory, MembershipPeriodFactory, TeamFactory, UserFactory
from tests.factories.dossier import HealthProjectFactory
from tests.web.conftest import plain

HTMX = {"HX-Request": "true"}


@pytest.fixture
def person(db: None) -> User:
    return UserFactory(staff=True, full_name="Camille Gestion")


@pytest.fixture
def staff(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(project: HealthProject) -> str:
    return reverse("association:project", args=[project.pk])


def save(client: Client, project: HealthProject, code: str, *, htmx: bool = True, **typed: Any) -> Any:
    url = reverse("association:project_section", args=[project.pk, code])
    return client.post(url, {"version": "0", **typed}, headers=HTMX if htmx else {})


def queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


# --- writing -------------------------------------------------------------------------------------------------


def test_page_of_a_draft_shows_every_section_with_its_state(staff: Client) -> None:
    shown = plain(staff.get(page(HealthProjectFactory())))
    for heading in ("1. Personnes impliquées", "9. Calendrier", "Thématiques", "Actions prévues", "Dépôt à l'ARS"):
        assert heading in shown
    assert "Missions socle" not in shown
    assert "0 sur 11 complètes" in shown


def test_page_of_an_ess_has_its_own_sections(staff: Client) -> None:
    shown = plain(staff.get(page(HealthProjectFactory(team__kind="ess"))))
    assert "Missions socle" in shown
    assert "Diagnostic territorial" in shown


def test_typed_text_is_saved_and_the_answer_carries_the_next_version(staff: Client) -> None:
    project = HealthProjectFactory()
    answer = save(staff, project, "means", means="Une réunion\r\npar mois.")
    project.refresh_from_db()
    assert project.means == "Une réunion\npar mois."
    assert "Enregistré à" in plain(answer)
    assert 'name="version" value="1"' in plain(answer)
    assert answer.headers["HX-Trigger"]


def test_save_without_script_comes_back_to_its_section(staff: Client) -> None:
    project = HealthProjectFactory()
    answer = save(staff, project, "means", htmx=False, means="Une réunion.")
    assert (answer.status_code, answer.url) == (302, f"{page(project)}#rubrique-means")


@pytest.mark.parametrize("htmx", [True, False])
def test_nir_is_told_beside_its_field_and_what_was_typed_stays(staff: Client, htmx: bool) -> None:
    project = HealthProjectFactory()
    typed = "Vu avec le 1 85 05 78 006 084 36 hier."
    answer = save(staff, project, "means", htmx=htmx, means=typed)
    shown = plain(answer)
    assert "numéro de sécurité sociale" in shown
    assert (typed in shown) is not htmx  # with htmx the fields are left alone
    project.refresh_from_db()
    assert project.means == ""


@pytest.mark.parametrize(
    ("code", "typed", "said"),
    [
        ("shared_patients", {"shared_patients": "beaucoup"}, "nombre en chiffres"),
        ("shared_patients", {"shared_patients": "-3"}, "pas négatif"),
        ("calendar", {"building_from": "2026-02-31"}, "date qui existe"),
        ("calendar", {"building_from": "2026-06-01", "starting_on": "2026-05-31"}, "ne peut pas précéder"),
        ("means", {"means": "é" * 20_001}, "20"),
        ("actions", {"action_types": ["DANSE"]}, "DANSE"),
        ("territory", {"communes": ["Nulle-Part-les-Oies"]}, "Nulle-Part"),
    ],
)
def test_wrong_answer_is_told_in_french(staff: Client, code: str, typed: dict[str, Any], said: str) -> None:
    project = HealthProjectFactory()
    answer = save(staff, project, code, **typed)
    assert said in plain(answer)
    assert "Pas encore enregistré" in plain(answer)
    project.refresh_from_db()
    assert project.stamps == {}


def test_more_patients_concerned_than_in_common_is_told(staff: Client) -> None:
    project = HealthProjectFactory(shared_patients=120)
    answer = save(staff, project, "scope", covers_all_patients="non", patients_concerned="200")
    assert "plus que les 120 patients communs" in plain(answer)


def test_number_with_spaces_and_communes_by_name_are_understood(staff: Client) -> None:
    project, commune = HealthProjectFactory(), CommuneFactory(name="Ancenis-Saint-Géréon", code="44003")
    save(staff, project, "shared_patients", shared_patients="1 250")
    save(staff, project, "territory", communes=[str(commune)], cantons="")
    project.refresh_from_db()
    assert (project.shared_patients, list(project.communes.all())) == (1250, [commune])


def test_html_in_an_answer_is_shown_as_text(staff: Client) -> None:
    project = HealthProjectFactory(means="<script>alert(1)</script>")
    assert "<script>alert" not in staff.get(page(project)).content.decode()


# --- two people ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("htmx", [True, False])
def test_second_to_save_sees_both_texts(staff: Client, htmx: bool) -> None:
    project = HealthProjectFactory()
    other = UserFactory(staff=True, full_name="Dominique Relais")
    write_section(project=project, code="means", values={"means": "Le texte de Dominique."}, version=0, actor=other)
    answer = save(staff, project, "means", htmx=htmx, means="Le texte de Camille.")
    shown = plain(answer)
    assert "Dominique Relais l'a modifiée" in shown
    assert "Le texte de Dominique." in shown
    assert ("Le texte de Camille." in shown) is not htmx
    assert answer.status_code == (200 if htmx else 409)
    project.refresh_from_db()
    assert project.means == "Le texte de Dominique."


def test_section_sent_without_its_version_overwrites_nothing(staff: Client) -> None:
    project = HealthProjectFactory(means="Ce qui est là.")
    answer = save(staff, project, "means", htmx=False, version="", means="Autre chose.")
    assert answer.status_code == 409
    assert "Autre chose." in plain(answer)
    project.refresh_from_db()
    assert project.means == "Ce qui est là."


def test_keeping_one_s_own_saves_over_the_version_that_was_shown(staff: Client) -> None:
    project = HealthProjectFactory()
    other = UserFactory(staff=True)
    fresh = write_section(project=project, code="means", values={"means": "L’un."}, version=0, actor=other)
    assert "Enregistré à" in plain(save(staff, project, "means", means="Le mien.", keep="1"))
    write_section(project=fresh, code="means", values={"means": "Un troisième."}, version=2, actor=other)
    assert "entre-temps" in plain(save(staff, project, "means", means="Encore.", keep="2"))


def test_taking_the_other_s_gives_the_section_as_it_is_now(staff: Client) -> None:
    project = HealthProjectFactory(means="Ce qui est là.")
    url = reverse("association:project_section", args=[project.pk, "means"])
    assert "Ce qui est là." in plain(staff.get(url, headers=HTMX))
    assert staff.get(url).url == f"{page(project)}#rubrique-means"


def test_text_that_comes_after_the_submission_is_kept_on_screen(staff: Client) -> None:
    project = HealthProjectFactory(submitted=True)
    answer = save(staff, project, "means", htmx=False, means="Arrivé trop tard.")
    assert answer.status_code == 409
    assert "Arrivé trop tard." in plain(answer)
    assert "ne se modifie plus" in plain(answer)


# --- roles ---------------------------------------------------------------------------------------------------


@pytest.fixture
def of_role(db: None) -> Callable[[str, Any], Client]:
    def make(role: str, team: Any) -> Client:
        if role != "referent":
            return client_of(UserFactory(**{role: True}))
        stay = MembershipFactory(team=team)
        Membership.objects.filter(pk=stay.pk).update(is_referent=True)
        return client_of(UserFactory(role=Role.REFERENT, professional=stay.professional))

    return make


@pytest.mark.parametrize(("role", "status"), [("treasurer", 200), ("referent", 200), ("ars", 404), ("auditor", 403)])
def test_draft_is_written_by_the_office_and_its_referent(of_role: Any, role: str, status: int) -> None:
    project = HealthProjectFactory()
    client = of_role(role, project.team)
    assert client.get(page(project)).status_code == status
    if role == "referent":
        assert "Enregistré à" in plain(save(client, project, "means", means="De la référente."))
        gate = reverse("association:project_gate", args=[project.pk])
        assert f'hx-get="{gate}"' in client.get(page(project)).content.decode()
        assert "fait par l'association" in plain(client.get(gate))


def test_referent_of_another_team_does_not_find_it(of_role: Any) -> None:
    client = of_role("referent", TeamFactory(drafting=True))
    project = HealthProjectFactory()
    assert client.get(page(project)).status_code == 404
    assert save(client, project, "means", means="Non.").status_code == 404


def test_ars_reads_a_submitted_version_and_its_look_is_logged(of_role: Any) -> None:
    project = HealthProjectFactory(team__submitted=True, submitted=True, means="Une réunion.")
    client = of_role("ars", project.team)
    assert "Une réunion." in plain(client.get(page(project)))
    client.get(reverse("association:project_pdf", args=[project.pk]))
    assert list(LookLog.objects.values_list("what", flat=True)) == ["dossier de reconnaissance"] * 2
    assert "Enregistrer" not in plain(client.get(page(project)))


# --- people, submission, reading -----------------------------------------------------------------------------


def test_expected_member_is_told_in_colour_and_in_words(staff: Client) -> None:
    project = HealthProjectFactory()
    stay = MembershipFactory(team=project.team, period=None, professional__last_name="Hésitant")
    MembershipPeriodFactory(membership=stay, expected=True)
    shown = plain(staff.get(page(project)))
    assert 'class="is-expected"' in shown
    assert "(pressenti)" in shown


def test_submission_is_offered_once_nothing_prevents_it(staff: Client) -> None:
    gate_of_another = reverse("association:project_gate", args=[HealthProjectFactory().pk])
    assert "Ce qui l'empêche encore" in plain(staff.get(gate_of_another))
    project = ready()
    gate = plain(staff.get(reverse("association:project_gate", args=[project.pk])))
    assert "Rien ne l'empêche" in gate
    day = timezone.localdate().isoformat()
    answer = staff.post(reverse("association:project_submit", args=[project.pk]), {"depot-submitted_on": day})
    assert answer.status_code == 302
    project.refresh_from_db()
    assert project.state == "submitted"


def test_submission_on_a_day_to_come_keeps_what_was_typed(staff: Client) -> None:
    project = ready()
    answer = staff.post(reverse("association:project_submit", args=[project.pk]), {"depot-submitted_on": "2099-01-01"})
    assert "Cette date est à venir" in plain(answer)
    assert 'value="2099-01-01"' in plain(answer)


def test_submission_of_an_incomplete_draft_says_what_is_missing(staff: Client) -> None:
    project = HealthProjectFactory()
    day = timezone.localdate().isoformat()
    answer = staff.post(reverse("association:project_submit", args=[project.pk]), {"depot-submitted_on": day})
    assert answer.status_code == 409
    assert "Rien n'a été déposé" in plain(answer)


def test_submitted_version_and_its_pdf_read_what_was_frozen(staff: Client, person: User) -> None:
    project = submit_project(team=ready().team, submitted_on=timezone.localdate(), actor=person)
    MembershipFactory(team=project.team, professional__last_name="Venue-Après")
    pdf = staff.get(reverse("association:project_pdf", args=[project.pk]))
    text = "".join(sheet.extract_text() for sheet in PdfReader(io.BytesIO(pdf.content)).pages)
    assert pdf.headers["X-Content-Type-Options"] == "nosniff"
    assert "Venue-Après" not in text
    assert "Venue-Après" not in plain(staff.get(page(project)))
    assert "BROUILLON" not in text


def test_pdf_of_a_draft_is_marked(staff: Client) -> None:
    pdf = staff.get(reverse("association:project_pdf", args=[HealthProjectFactory().pk]))
    assert "BROUILLON" in PdfReader(io.BytesIO(pdf.content)).pages[0].extract_text()


# --- versions ------------------------------------------------------------------------------------------------


def test_two_versions_are_compared_word_by_word(staff: Client) -> None:
    first = HealthProjectFactory(returned=True, means="Une réunion par mois.")
    second = HealthProjectFactory(team=first.team, number=2, means="Une réunion par semaine.")
    shown = plain(staff.get(reverse("association:project_compare", args=[second.pk, first.pk])))
    assert "[supprimé : </span>mois" in shown
    assert "[ajouté : </span>semaine" in shown
    assert shown.index("mois") < shown.index("semaine")


def test_versions_of_two_teams_are_not_compared(staff: Client) -> None:
    one, two = HealthProjectFactory(), HealthProjectFactory()
    assert staff.get(reverse("association:project_compare", args=[one.pk, two.pk])).status_code == 404


def test_dossier_shows_how_far_the_project_is(staff: Client) -> None:
    team = TeamFactory(accompanied=True)
    url = reverse("association:team_project", args=[team.pk])
    assert "n'est pas commencé" in plain(staff.get(url))
    started = staff.post(reverse("association:project_start", args=[team.pk]))
    draft = HealthProject.objects.get(team=team)
    assert started.url == page(draft)
    shown = plain(staff.get(url))
    assert "0 sur 11 complètes" in shown
    assert "Continuer la version 1" in shown


def test_start_that_is_refused_says_why(staff: Client) -> None:
    team = TeamFactory(registered=True)
    answer = staff.post(reverse("association:project_start", args=[team.pk]), follow=True)
    assert "une version du projet se commence" in plain(answer)


def test_page_asks_the_same_number_of_queries_for_a_larger_team(staff: Client) -> None:
    small, large = HealthProjectFactory(complete=True), HealthProjectFactory(complete=True)
    MembershipFactory(team=small.team)
    small.communes.add(CommuneFactory())
    for _ in range(12):
        MembershipFactory(team=large.team)
        large.communes.add(CommuneFactory())
    queries(staff, page(small))
    assert queries(staff, page(large)) == queries(staff, page(small))
