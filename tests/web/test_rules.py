"""The page of the rules that the association sets."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from association.eligibility import Level
from association.findings import findings_of
from association.jobs import run_job
from association.models import EligibilityLevel, FieldChange, Job, Team, TeamFinding, User
from association.nomenclature import TeamKind
from association.services.rules import rules_version, set_levels
from tests.factories import MembershipFactory, ProfessionalFactory, TeamFactory, UserFactory
from tests.web.conftest import plain

URL = "/reglages/regles/"
FIELDS = {
    "esp-PARAMEDICAL": "off",
    "esp_clap-PARAMEDICAL": "warning",
    "ess-PARAMEDICAL": "off",
    "esp-MSSANTE": "off",
    "ess-MSSANTE": "off",
    "esp_clap-ETP_PROGRAMME": "warning",
    "ess-ETP_PROGRAMME": "warning",
}


@pytest.fixture
def admin(db: None) -> User:
    return UserFactory(admin=True, full_name="Alex Admin")


@pytest.fixture
def page(admin: User) -> Client:
    client = Client()
    client.force_login(admin)
    return client


def typed(**changed: str) -> dict[str, Any]:
    return {**FIELDS, "version": rules_version(), **{name.replace("__", "-"): level for name, level in changed.items()}}


def paramedical(team: Team) -> Level | None:
    return next((found.level for found in findings_of(team) if found.code == "PARAMEDICAL"), None)


def test_page_shows_the_level_in_force_of_each_rule_that_may_be_set(page: Client) -> None:
    html = page.get(URL).content.decode()
    chosen = dict(re.findall(r'<select name="([^"]+)".*?<option value="(\w+)"\s+selected', html, re.S))
    assert chosen == FIELDS
    assert html.count("Ne se règle pas") == 2


def test_change_holds_at_once_for_dossiers_and_soon_for_lists(page: Client) -> None:
    team = TeamFactory(kind=TeamKind.ESP, recognised=True)
    MembershipFactory(team=team, professional=ProfessionalFactory(general_practitioner=True))
    assert paramedical(team) is None
    answer = page.post(URL, typed(esp__PARAMEDICAL="blocking"), follow=True)
    assert "valent dès maintenant pour tous les dossiers" in plain(answer)
    assert "Les constats des listes et de l'accueil sont en cours de mise à jour" in plain(answer)
    assert paramedical(team) is Level.BLOCKING
    job = Job.objects.get()
    assert f'href="{reverse("association:job", args=[job.pk])}"' in answer.content.decode()
    assert not TeamFinding.objects.filter(code="PARAMEDICAL").exists(), "not in the request"

    run_job(job.pk)
    assert TeamFinding.objects.get(team=team, code="PARAMEDICAL").level == "blocking"
    job.refresh_from_db()
    assert (job.state, job.done_count, job.total_count) == ("done", 1, 1)
    assert "Suivre la mise à jour" not in plain(page.get(URL))


def test_change_while_lists_are_refreshed_has_a_job_of_its_own(admin: User) -> None:
    """The job that runs has judged its first teams by the levels before."""
    for version, level in enumerate((Level.WARNING, Level.BLOCKING)):
        set_levels(levels={("esp", "PARAMEDICAL"): level}, version=version, actor=admin)
    assert Job.objects.count() == 2


def test_change_is_in_the_journal_with_who_before_and_after(page: Client) -> None:
    answer = page.post(URL, typed(esp_clap__PARAMEDICAL="blocking"), follow=True)
    (change,) = FieldChange.objects.all()
    assert (change.before, change.after, change.actor.full_name) == ("Avertissement", "Bloquant", "Alex Admin")
    assert "Un auxiliaire médical dans l'équipe : ESP CLAP Avertissement → Bloquant" in plain(answer).replace(
        '</strong> <span class="wrap"><span class="soft">', " "
    ).replace("</span>", "")


def test_same_levels_again_write_nothing(page: Client) -> None:
    answer = page.post(URL, typed(), follow=True)
    assert "Rien n'a changé" in plain(answer)
    assert not EligibilityLevel.objects.exists()
    assert not FieldChange.objects.exists()
    assert not Job.objects.exists()


def test_level_that_does_not_exist_is_refused_beside_its_rule(page: Client) -> None:
    answer = page.post(URL, typed(esp__PARAMEDICAL="fatal"))
    assert "Choisissez un niveau de la liste" in plain(answer)
    assert not EligibilityLevel.objects.exists()


def test_second_to_save_is_told_what_the_first_changed_and_keeps_what_was_typed(page: Client, admin: User) -> None:
    seen = rules_version()
    other = UserFactory(admin=True, full_name="Dominique Autre")
    set_levels(levels={("esp", "PARAMEDICAL"): Level.WARNING}, version=seen, actor=other)
    answer = page.post(URL, typed(ess__PARAMEDICAL="blocking") | {"version": seen})
    assert answer.status_code == 409
    assert "Dominique Autre a modifié" in plain(answer)
    assert not EligibilityLevel.objects.filter(kind="ess").exists()
    form = answer.context["form"]
    assert form["ess-PARAMEDICAL"].value() == "blocking"
    assert form["esp-PARAMEDICAL"].value() == "warning"  # not touched here: the other's choice stands
    again = {name: form[name].value() for name in (*FIELDS, "version")}
    assert page.post(URL, again).status_code == 302
    levels = {(row.kind, row.rule): row.level for row in EligibilityLevel.objects.all()}
    assert levels == {("esp", "PARAMEDICAL"): "warning", ("ess", "PARAMEDICAL"): "blocking"}


def test_settings_sent_without_their_version_change_nothing(page: Client) -> None:
    answer = page.post(URL, typed(ess__PARAMEDICAL="blocking") | {"version": ""})
    assert answer.status_code == 409
    assert not EligibilityLevel.objects.exists()
    again = {name: answer.context["form"][name].value() for name in (*FIELDS, "version")}
    assert page.post(URL, again).status_code == 302


def test_what_the_law_asks_cannot_be_switched_off(admin: User) -> None:
    with pytest.raises(LookupError):
        set_levels(levels={("esp_clap", "MSSANTE"): Level.OFF}, version=0, actor=admin)


@pytest.mark.parametrize(("role", "sees"), [("admin", True), ("staff", False)])
def test_settings_stand_in_the_navigation_of_the_administrator(db: None, role: str, sees: bool) -> None:
    client = Client()
    client.force_login(UserFactory(**{role: True}))
    assert (f'href="{reverse("association:rule_settings")}"' in client.get("/").content.decode()) is sees
