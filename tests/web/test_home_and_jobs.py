"""The home page of each role, the page of a job, and the words and tones that all pages share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from association import money
from association.models import Job
from association.workflow import machines
from config.templatetags import house
from tests.factories import PASSWORD, ActionFactory, JobFactory, TeamFactory, UserFactory
from tests.payments.office import Office
from tests.web.conftest import World, plain

SignedIn = Callable[[str], Client]


# --- home ----------------------------------------------------------------------------------------------------


def test_officer_is_told_of_own_teams_and_of_actions(office: Office, signed_in: SignedIn) -> None:
    TeamFactory(to_complete=True, officer=office.staff)
    TeamFactory(to_complete=True, officer=UserFactory())
    ActionFactory(declared=True, team=office.team)
    office.rcp(date(2026, 7, 6))
    office.prepared()
    waiting = {item.title: item.count for item in signed_in("staff").get("/").context["waiting"]}
    assert waiting == {
        "Équipes à compléter": 1,
        "Actions déclarées, à valider": 1,
        "Paiement mensuel à soumettre": 1,
    }


def test_what_waits_leads_to_what_it_counts(office: Office, signed_in: SignedIn) -> None:
    TeamFactory(to_complete=True, officer=office.staff)
    TeamFactory(to_complete=True)
    ActionFactory(declared=True, team=office.team)
    ActionFactory(validated=True, team=office.team)
    client = signed_in("staff")
    for item in client.get("/").context["waiting"]:
        page = client.get(item.url).context
        shown = page["asked"] if "asked" in page else page["place"]  # a list, or the queue
        assert shown.count == item.count, item


def test_treasurer_is_not_told_to_approve_what_they_submitted(office: Office, signed_in: SignedIn) -> None:
    office.rcp(date(2026, 7, 6))
    office.submitted()
    assert "Paiement mensuel qui attend le bon à payer" in plain(signed_in("treasurer").get("/"))
    assert "bon à payer" not in plain(signed_in("staff").get("/"))


def test_ars_is_told_of_teams_to_decide(office: Office, signed_in: SignedIn) -> None:
    TeamFactory(submitted=True)
    page = signed_in("ars").get("/")
    assert [(item.title, item.count) for item in page.context["waiting"]] == [("Dossiers déposés, à instruire", 1)]
    assert "€" not in plain(page)


def test_referent_sees_what_is_left_under_the_ceiling(world: World, signed_in: SignedIn) -> None:
    figures = {
        figure.label: figure.value for figure in signed_in("referent").get("/accueil/chiffres/").context["figures"]
    }
    assert figures["Reste sous le plafond"] == money.euros(10_000_00 - 150_00)


@pytest.mark.parametrize("role", ["staff", "treasurer", "auditor", "admin", "ars", "referent"])
def test_home_has_at_most_four_figures(role: str, world: World, signed_in: SignedIn) -> None:
    assert len(signed_in(role).get("/accueil/chiffres/").context["figures"]) <= 4


def test_home_asks_as_much_for_many_teams_as_for_few(office: Office, signed_in: SignedIn) -> None:
    client = signed_in("treasurer")

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            for address in ("/", "/accueil/chiffres/", "/accueil/changements/"):
                client.get(address)
        return len(captured)

    queries()  # the kinds of objects are asked for once
    few = queries()
    TeamFactory.create_batch(20, submitted=True)
    ActionFactory.create_batch(20, validated=True)
    assert queries() == few


def test_signing_in_says_nothing_but_the_page(db: None) -> None:
    user = UserFactory(staff=True)
    page = Client().post(reverse("account_login"), {"login": user.email, "password": PASSWORD}, follow=True)
    assert page.redirect_chain == [("/", 302)]
    assert list(page.context["messages"]) == []


# --- jobs ----------------------------------------------------------------------------------------------------


def test_failed_job_says_why_and_can_be_started_anew(users: dict, signed_in: SignedIn) -> None:  # type: ignore[type-arg]
    job = JobFactory(failed=True, error="Le disque est plein : rien n'a été écrit.", created_by=users["staff"])
    client, address = signed_in("staff"), reverse("association:job", args=[job.pk])
    page = plain(client.get(address))
    assert "Le disque est plein : rien n'a été écrit." in page
    assert "Tâche en échec" in plain(client.get("/"))
    assert client.post(reverse("association:job_step", args=[job.pk]), {"step": "retry"}).status_code == 302
    assert Job.objects.get(pk=job.pk).state == "waiting"


def test_waiting_job_can_be_cancelled(users: dict, signed_in: SignedIn) -> None:  # type: ignore[type-arg]
    job = JobFactory(waiting=True, created_by=users["staff"])
    signed_in("staff").post(reverse("association:job_step", args=[job.pk]), {"step": "cancel"})
    assert Job.objects.get(pk=job.pk).state == "cancelled"


def test_progress_of_a_running_job(users: dict, signed_in: SignedIn) -> None:  # type: ignore[type-arg]
    job = JobFactory(running=True, created_by=users["staff"], done_count=1234, total_count=5000)
    page = plain(signed_in("staff").get(reverse("association:job_progress", args=[job.pk])))
    assert 'value="1234" max="5000"' in page
    assert "1 234 sur 5 000" in page


def test_workers_steps_are_not_offered_to_people(users: dict, signed_in: SignedIn) -> None:  # type: ignore[type-arg]
    job = JobFactory(running=True, created_by=users["staff"])
    page = signed_in("staff").post(reverse("association:job_step", args=[job.pk]), {"step": "finish"})
    assert page.status_code == 409
    assert Job.objects.get(pk=job.pk).state == "running"


def test_job_of_somebody_else_is_not_found(users: dict, signed_in: SignedIn) -> None:  # type: ignore[type-arg]
    job = JobFactory(waiting=True, created_by=users["staff"])
    assert signed_in("referent").get(reverse("association:job", args=[job.pk])).status_code == 404


# --- words and tones -----------------------------------------------------------------------------------------


def test_every_state_has_its_tone() -> None:
    codes = {str(code) for model in machines() for code, _ in model._meta.get_field("state").flatchoices}
    assert codes - house.TONE_OF.keys() == set()


def test_amounts_of_the_pages_are_those_of_the_files() -> None:
    assert house.euros(-123456) == money.euros(-123456) == "\u22121\u202f234,56\u00a0€"
    assert house.euros(None) == ""
    assert house.signed_euros(1200) == "+12,00\u00a0€"
    assert house.grouped(1234567) == "1\u202f234\u202f567"


@pytest.mark.parametrize(
    ("number", "noun", "written"),
    [
        (1, "Infirmier", "1\u00a0infirmier"),
        (7, "Infirmier", "7\u00a0infirmiers"),
        (2, "Sage-femme", "2\u00a0sages-femmes"),
        (3, "Médecin généraliste", "3\u00a0médecins généralistes"),
    ],
)
def test_professions_in_the_plural(number: int, noun: str, written: str) -> None:
    assert house.people(number, noun) == written


@pytest.mark.parametrize(
    ("month", "written"), [(1, "de janvier 2026"), (4, "d’avril 2026"), (8, "d’août 2026"), (10, "d’octobre 2026")]
)
def test_month_after_its_preposition(month: int, written: str) -> None:
    assert house.of_month(date(2026, month, 1)) == written
