"""The lists behind the numbers of a dashboard: as many rows, or as many euros, as the number says, for each role."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.test import Client

from association.models import Role, Team, User
from reports.behind import BEHIND, Counted
from reports.dashboards import DASHBOARDS, Medians, trend_of
from reports.document.content import say
from reports.indicators import Facts, Scope, Unit, indicator
from reports.periods import Period, parse
from reports.selectors.behind import Links
from reports.selectors.dashboards import board, dashboards_of
from reports.selectors.measured import stamp_of_the_data
from tests.factories import TeamFactory, UserFactory
from tests.reports.region import RandomRegion

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    cache.clear()


def user_of(role: str, department: object = None) -> User:
    user: User = UserFactory(auditor=True) if role == "auditor" else UserFactory(role=role, department=department)
    return user


def found_at(client: Client, url: str, unit: Unit) -> str:
    """What the page behind a number says it holds: people of the map, euros of the ledger, rows of any other list."""
    answer = client.get(url)
    assert answer.status_code == 200, url
    if "region" in answer.context:
        whole = answer.context["region"].whole
        part, everybody = whole.covered_population, whole.population
        return say((2 * part * 1000 + everybody) // (2 * everybody), unit) if unit is Unit.PERCENT else say(part, unit)
    assert answer.context["remarks"] == [], url
    if unit is Unit.CENTS:
        return str(answer.context["total"])
    return say(answer.context["asked"].count, unit)


def numbers_of(user: User, scope: Scope, period: Period) -> Iterator[tuple[str, str, Unit, str]]:
    """Yield title, address, unit and number of everything that leads somewhere on the dashboards of a user."""
    for dashboard in dashboards_of(user):
        shown = board(dashboard, scope, period, user=user)
        for key, figure in zip(dashboard.figures, shown.figures, strict=True):
            yield key, figure.url, indicator(key).unit, figure.value
        plans = {plan.title: plan for plan in dashboard.panels}
        for panel in shown.panels:
            plan = plans.get(panel.title)
            if isinstance(plan, Medians):
                continue
            unit = panel.table.units[0]
            for (label, (amount,)), link in zip(panel.table.rows, panel.links, strict=True):
                yield f"{panel.title}, {label}", link, unit, say(amount, unit)
            if plan is not None and plan.by != "class":
                facts = Facts(scope, trend_of(period) if plan.trend else period)
                yield panel.title, panel.url, unit, say(indicator(plan.indicator).compute(facts).value, unit)


@pytest.mark.parametrize(
    ("role", "least"), [("staff", 50), ("auditor", 40), ("admin", 25), ("ars", 6), ("délégation", 4)]
)
def test_each_number_leads_to_exactly_what_it_counts(role: str, least: int) -> None:
    region = RandomRegion(5)
    # What the ARS sees are teams that came to their submission; one of them did not.
    Team.objects.exclude(pk=region.teams[0].pk).update(state=Team.State.SUBMITTED, kind="esp_clap")
    of_44 = region.departments[0] if role == "délégation" else None
    user = user_of("ars" if role == "délégation" else role, of_44)
    client = Client()
    client.force_login(user)
    compared = 0
    for scope, period in ((Scope("44"), parse("2026-S1")), (Scope("44" if of_44 else ""), parse("2025"))):
        for title, url, unit, number in numbers_of(user, scope, period):
            # A share of ceilings is no number of rows; its classes are.
            if url and not title.startswith(("ceiling.share", "money.delay")):
                compared += 1
                assert (title, found_at(client, url, unit)) == (title, number), url
    assert compared >= least


def test_the_classes_of_ceilings_lead_together_to_all_teams_with_one() -> None:
    RandomRegion(5)
    user = user_of("treasurer")
    client = Client()
    client.force_login(user)
    shown = board(DASHBOARDS["tresorerie"], Scope(), parse("2026-S1"), user=user)
    (panel,) = (one for one in shown.panels if one.title == "Équipes par part du plafond utilisée")
    assert found_at(client, panel.url, Unit.TEAMS) == str(sum(amount or 0 for _, (amount,) in panel.table.rows))


def test_a_number_that_counts_teams_the_ars_does_not_see_leads_nowhere() -> None:
    """« Équipes suivies » counts accompanied teams, which nobody of the ARS finds in a list."""
    RandomRegion(5)
    TeamFactory(accompanied=True, department_id="44")
    of_ars, period = user_of("ars"), parse("2026-12")
    links = Links(of_ars, stamp=stamp_of_the_data())
    followed = Counted("teams.followed", Period(parse("2026").first, parse("2099").last))
    assert links.to(followed) == ""
    assert links.to(Counted("teams.followed", followed.period, "", "stage", "accompanied")) == ""
    assert links.to(Counted("teams.followed", followed.period, "", "stage", "under_convention")) != ""
    assert Links(user_of("staff"), stamp="x").to(followed) != ""
    assert period.last < followed.period.last
    assert not Team.objects.visible_to(of_ars).filter(state="accompanied").exists()


@pytest.mark.parametrize("typed", ["x", "teams.followed", "teams.followed~bof", "people.members~2026", "~~~~~~",
                                   "teams.followed~2026~99", "teams.followed~2026~44~rpps~1"])  # fmt: skip
def test_what_names_no_number_is_said_and_left_out(typed: str) -> None:
    TeamFactory(name="Équipe d’Évron", submitted=True)
    client = Client()
    client.force_login(user_of("staff"))
    page = client.get("/equipes/", {"compte": typed})
    assert (page.status_code, page.context["asked"].count, len(page.context["remarks"])) == (200, 1, 1)
    answer = client.get("/carte/", {"compte": typed})
    assert answer.status_code == 200
    assert "Ce chiffre n’est pas reconnu." in answer.content.decode()


def test_a_referent_has_no_numbers_behind_lists() -> None:
    client = Client()
    client.force_login(UserFactory(role=Role.REFERENT))
    page = client.get("/equipes/", {"compte": "teams.followed~2026"})
    assert "n’est pas ouvert à votre rôle" in " ".join(page.context["remarks"])


def test_a_number_is_kept_while_somebody_filters_the_list_further() -> None:
    RandomRegion(5)
    client = Client()
    client.force_login(user_of("staff"))
    page = client.get("/equipes/", {"compte": "teams.followed~2026-S1~44"})
    text = page.content.decode()
    assert '<input type="hidden" form="list-form" name="compte" value="teams.followed~2026-S1~44">' in text
    assert "Équipes suivies, 1er semestre 2026, Loire-Atlantique (44)" in text


def test_every_panel_has_a_list_behind_it_for_who_may_open_it() -> None:
    keys = {panel.indicator for one in DASHBOARDS.values() for panel in one.panels if not isinstance(panel, Medians)}
    assert keys <= BEHIND.keys()


@pytest.mark.parametrize("code", ["teams.followed~2026-T2~44~stage~recognised", "teams.followed~2026-T2", "a~2026~~by"])
def test_a_number_is_written_into_an_address_and_read_back(code: str) -> None:
    assert Counted.read(code).code == code
