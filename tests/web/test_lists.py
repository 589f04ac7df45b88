"""Every list of the site: what makes no sense is explained, how it was left comes back, views are kept and shared."""

from __future__ import annotations

import ast
import inspect
import random
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django_tables2 import Table

from association.listing.declaration import listings
from association.models import SavedView, User
from tests.factories import ActionFactory, MembershipFactory, TeamFactory, UserFactory
from tests.web.conftest import World, plain
from tests.web.test_permissions import ROUTES, arguments

TEAMS, VIEWS = "/equipes/", "/equipes/vues/"


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def user(db: None) -> User:
    return UserFactory(staff=True, full_name="Camille Gestion")


@pytest.fixture
def staff(user: User) -> Client:
    return client_of(user)


def addresses(world: World) -> dict[str, str]:
    """The page of every list that is registered."""
    return {one.name: reverse(one.address, args=arguments(ROUTES[one.address], world)) for one in listings}


def readers(world: World) -> dict[str, Client]:
    """Somebody who may open each list that is registered: the treasurer, of what is not theirs an administrator."""
    office = (client_of(world.office.treasurer), client_of(world.office.admin))
    may = world.office.treasurer.has_perm
    return {one.name: office[0] if may(one.permission) else office[1] for one in listings}


# --- any address ---------------------------------------------------------------------------------------------


def test_every_list_answers_whatever_is_typed_into_its_address(world: World) -> None:
    clients, seed = readers(world), random.Random(7)
    values = [
        "",
        "\x00",
        "null",
        "-",
        "9" * 30,
        "-1",
        "1,5",
        "2026-02-31",
        "31/10/2026",
        "0001-01-01",
        "é",
        "<b>",
        "x" * 3_000,
    ]
    for name, address in addresses(world).items():
        client = clients[name]
        filters = list(client.get(f"{address}?page=1").context["asked"].filterset.names())
        names = [*filters, "tri", "col", "par", "page", "x", "q\x00", "state__in"]
        for _ in range(8):
            asked: dict[str, Any] = {seed.choice(names): seed.choices(values, k=2) for _ in range(4)}
            page = client.get(address, asked)
            assert page.status_code == 200, (name, asked)


def test_every_list_asks_as_much_for_any_order_as_for_its_own(world: World) -> None:
    """Sorting by each column, and showing it, is possible and costs no query per row."""
    clients = readers(world)
    for name, address in addresses(world).items():
        client = clients[name]
        asked = client.get(f"{address}?page=1").context["asked"]
        for column, declared in asked.listing.table.base_columns.items():
            page = client.get(address, {"col": column, **({"tri": column} if declared.orderable is not False else {})})
            assert (page.status_code, page.context["remarks"]) == (200, []), (name, column)


def test_what_makes_no_sense_is_said_above_the_rows_that_are_shown_all_the_same(staff: Client) -> None:
    TeamFactory(name="Équipe d’Évron", submitted=True)
    page = staff.get(TEAMS, {"state": ["submitted", "partie"], "couleur": "bleu"})
    said = plain(page)
    assert page.status_code == 200
    assert "Équipe d'Évron" in said
    assert "État : « partie » n'existe pas, c'est ignoré." in said
    assert "« couleur » n'est pas un filtre de cette liste" in said
    assert "<b>" not in plain(staff.get(TEAMS, {"state": "<b>"})).split("<main")[1]


def test_rows_alone_are_answered_while_somebody_types_and_the_address_follows(staff: Client) -> None:
    TeamFactory(name="Équipe d’Évron")
    headers = {"HX-Request": "true", "HX-Target": "list-results"}
    part = staff.get(TEAMS, {"q": "EVRON", "members_count_min": "", "par": "50"}, headers=headers)
    assert part["HX-Replace-Url"] == "/equipes/?q=EVRON"
    assert "Équipe d'Évron" in plain(part)
    assert "<main" not in plain(part)
    assert "HX-Request" in part["Vary"]


def test_team_is_chosen_by_its_name_by_its_code_or_by_its_key(staff: Client) -> None:
    wanted, other = TeamFactory(name="Équipe d’Évron", code="EQ-EV"), TeamFactory(name="Équipe de Laval")
    ActionFactory(team=wanted)
    ActionFactory(team=other)
    for typed in ("evron", "EQ-EV", "Équipe d’Évron (EQ-EV)", str(wanted.pk)):
        asked = staff.get("/actions/", {"team": typed}).context["asked"]
        assert ([action.team for action in asked.page], asked.query) == ([wanted], f"team={wanted.pk}")
    assert staff.get("/actions/", {"team": [wanted.pk, other.pk]}).context["asked"].count == 2
    assert "Aucune équipe ne s'appelle « Brest » ici" in plain(staff.get("/actions/", {"team": "Brest"}))
    assert "peut être" in plain(staff.get("/actions/", {"team": "équipe"}))


def test_team_of_another_scope_is_neither_suggested_nor_chosen(world: World) -> None:
    elsewhere = TeamFactory(name="Équipe d’ailleurs", under_convention=True)
    referent = client_of(world.users["referent"])
    assert referent.get("/equipes/suggestions/", {"q": "ailleurs"}).content.strip() == b""
    assert referent.get("/actions/", {"team": elsewhere.pk}).context["asked"].query == ""


def test_list_asks_as_much_for_fifty_rows_as_for_five_with_every_column(staff: Client) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            staff.get("/actions/?par=100&state=declared&tri=team")
        return len(queries)

    for _ in range(5):
        ActionFactory(declared=True)
    asked()
    few = asked()
    for _ in range(45):
        ActionFactory(declared=True)
    assert asked() == few


# --- as it was left ------------------------------------------------------------------------------------------


def test_bare_address_brings_the_list_back_as_it_was_left(staff: Client) -> None:
    for number in range(60):
        TeamFactory(name=f"Équipe {number:02}", submitted=True)
    staff.get(TEAMS, {"state": "submitted", "tri": "-name", "par": "25", "page": "2"})
    back = staff.get(TEAMS)
    assert (back.status_code, back.url) == (302, "/equipes/?state=submitted&tri=-name&par=25&page=2")
    staff.get(back.url, {"page": "1"})
    assert staff.get("/professionnels/").status_code == 200


def test_everything_is_shown_again_when_asked_for(staff: Client) -> None:
    staff.get(TEAMS, {"q": "evron"})
    assert staff.get(f"{TEAMS}?tout=1").url == TEAMS
    assert staff.get(TEAMS).status_code == 200


def test_session_is_not_written_while_the_list_stays_the_same(staff: Client) -> None:
    staff.get(TEAMS, {"q": "evron"})
    before = Session.objects.get().session_data
    with CaptureQueriesContext(connection) as queries:
        staff.get(TEAMS, {"q": "evron"})
    assert not [one for one in queries if one["sql"].startswith("UPDATE")]
    assert Session.objects.get().session_data == before


def test_lists_of_two_runs_are_left_apart(world: World) -> None:
    client = client_of(world.office.treasurer)
    client.get(f"/paiements/{world.run.pk}/indemnites/", {"q": "a"})
    assert client.get("/paiements/").status_code == 200
    assert client.get(f"/paiements/{world.run.pk}/indemnites/").url.endswith("/indemnites/?q=a")


# --- views that are kept -------------------------------------------------------------------------------------


def keep(client: Client, name: str = "À suivre", **given: str) -> Any:
    asked = {"step": "save", "name": name, "query": "state=submitted&tri=-name", **given}
    return client.post(VIEWS, asked, follow=True)


def test_view_is_kept_under_a_name_and_says_what_was_shown(staff: Client) -> None:
    page = keep(staff, query="x=1&state=submitted&state=partie&page=9&tri=-name")
    view = SavedView.objects.get()
    assert view.query == "state=submitted&tri=-name"
    assert "La vue « À suivre » est enregistrée." in plain(page)
    assert 'href="?state=submitted&amp;tri=-name"' in plain(page)


def test_view_kept_again_under_its_name_says_what_is_shown_now(staff: Client) -> None:
    keep(staff)
    keep(staff, query="q=evron")
    assert [view.query for view in SavedView.objects.all()] == ["q=evron"]


def test_model_of_columns_keeps_the_columns_alone(staff: Client) -> None:
    keep(staff, query="q=evron&col=name&col=state", columns_only="on")
    assert SavedView.objects.get().query == "col=name&col=state"


def test_view_without_a_name_is_refused_with_a_sentence(staff: Client) -> None:
    assert "Donnez un nom à cette vue." in plain(keep(staff, name="  "))
    assert "trop long" in plain(keep(staff, name="x" * 81))
    assert not SavedView.objects.exists()


def test_shared_view_is_seen_by_the_team_and_by_nobody_else(world: World) -> None:
    keep(client_of(world.office.staff), name="Pour tous", shared="on")
    keep(client_of(world.office.staff), name="Pour moi")
    seen = {role: plain(client_of(user).get(f"{TEAMS}?page=1")) for role, user in world.users.items()}
    assert {role for role, said in seen.items() if "Pour tous" in said} == {"staff", "treasurer", "admin"}
    assert {role for role, said in seen.items() if "Pour moi" in said} == {"staff"}


def test_referent_keeps_views_and_shares_none(world: World) -> None:
    page = keep(client_of(world.users["referent"]), shared="on")
    assert "votre rôle n'a pas d'équipe avec qui les partager" in plain(page)
    keep(client_of(world.users["referent"]))
    assert SavedView.objects.get().shared is False


@pytest.mark.parametrize("step", ["rename", "share", "keep", "usual", "unusual", "delete"])
def test_view_of_somebody_else_is_changed_by_nobody(staff: Client, step: str) -> None:
    keep(client_of(UserFactory(treasurer=True)), shared="on")
    keep(client_of(UserFactory(treasurer=True)), name="Secrète")
    shared, secret = SavedView.objects.order_by("-shared")
    before = list(SavedView.objects.values())
    assert staff.post(VIEWS, {"step": step, "view": shared.pk, "name": "À moi"}).status_code == 403
    assert staff.post(VIEWS, {"step": step, "view": secret.pk, "name": "À moi"}).status_code == 404
    assert list(SavedView.objects.values()) == before


def test_owner_renames_shares_and_deletes_a_view(staff: Client) -> None:
    keep(staff)
    view = SavedView.objects.get()
    staff.post(VIEWS, {"step": "rename", "view": view.pk, "name": "Dossiers"})
    staff.post(VIEWS, {"step": "share", "view": view.pk})
    view.refresh_from_db()
    assert (view.name, view.shared) == ("Dossiers", True)
    staff.post(VIEWS, {"step": "keep", "view": view.pk})
    view.refresh_from_db()
    assert view.shared is False
    staff.post(VIEWS, {"step": "delete", "view": view.pk})
    assert not SavedView.objects.exists()


def test_name_that_another_own_view_has_is_refused(staff: Client) -> None:
    keep(staff, name="Une")
    keep(staff, name="Deux")
    view = SavedView.objects.get(name="Deux")
    page = staff.post(VIEWS, {"step": "rename", "view": view.pk, "name": "Une"}, follow=True)
    assert "Vous avez déjà une vue de ce nom pour cette liste." in plain(page)


def test_usual_view_opens_the_list_until_it_was_left_otherwise(user: User, staff: Client) -> None:
    keep(staff)
    keep(staff, name="Autre", query="q=evron")
    for view in SavedView.objects.order_by("pk"):
        staff.post(VIEWS, {"step": "usual", "view": view.pk})
    assert SavedView.objects.filter(is_usual=True).count() == 1
    tomorrow = client_of(user)
    assert tomorrow.get(TEAMS).url == "/equipes/?q=evron"
    tomorrow.get(f"{TEAMS}?tout=1")
    assert tomorrow.get(TEAMS).status_code == 200


def test_view_of_one_list_is_not_a_view_of_another(staff: Client) -> None:
    keep(staff)
    MembershipFactory()
    assert "À suivre" not in plain(staff.get("/professionnels/"))
    view = SavedView.objects.get()
    assert staff.post("/professionnels/vues/", {"step": "delete", "view": view.pk}).status_code == 404


# --- what a list costs ---------------------------------------------------------------------------------------


def _lines_of(declared: type) -> int:
    """Count the lines of a class: without blank ones and docstrings, of a table without how single cells are drawn."""
    source = inspect.getsource(declared)
    (node,) = ast.parse(source).body
    assert isinstance(node, ast.ClassDef)
    left_out: set[int] = set()
    for part in ast.walk(node):
        is_docstring = isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant)
        draws = isinstance(part, ast.FunctionDef) and issubclass(declared, Table)
        if is_docstring or draws:
            left_out |= set(range(part.lineno, (part.end_lineno or part.lineno) + 1))
    return sum(bool(line.strip()) and number not in left_out for number, line in enumerate(source.splitlines(), 1))


@pytest.mark.parametrize("name", [listing.name for listing in listings])
def test_a_list_costs_under_forty_lines(name: str) -> None:
    listing = listings[name]
    cost = {one.__name__: _lines_of(one) for one in (type(listing), listing.table, listing.filters)}
    assert sum(cost.values()) < 40, cost
