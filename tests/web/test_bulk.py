"""Many rows through one step, from the list to what became of each; and a list as a file."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from association.jobs import run_job
from association.listing.declaration import Listing, listings
from association.models import BulkOperation, Job, LookLog, SavedView, Team, User
from association.permissions import granted
from association.services import list_exports
from association.workflow import fire
from payments.models import Account
from tests.factories import AccountFactory, TeamFactory, UserFactory
from tests.factories.correspondence import DossierDocumentFactory
from tests.web.conftest import ROLES, World, plain
from tests.web.test_permissions import ROUTES, arguments

LIST = "/equipes/"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def staff(db: None) -> User:
    return UserFactory(staff=True, full_name="Camille Gestion")


@pytest.fixture
def client(staff: User) -> Client:
    client = Client()
    client.force_login(staff)
    return client


def as_ids(*teams: Team) -> dict[str, str]:
    return {"id": ",".join(str(team.pk) for team in teams)}


def confirmed(client: Client, selection: dict[str, str], step: str, **answers: str) -> BulkOperation:
    """Go from the list to the operation at work, as one does by hand."""
    asked = client.post(f"{LIST}lot/", {**selection, "step": step})
    assert asked.status_code == 302, plain(asked)
    operation = BulkOperation.objects.latest("pk")
    assert asked.url == f"/lots/{operation.pk}/confirmer/"
    begun = client.post(asked.url, answers)
    assert begun.url == f"/lots/{operation.pk}/#lancee", plain(begun)
    operation.refresh_from_db()
    return operation


# --- what is offered -----------------------------------------------------------------------------------------


def test_steps_say_how_many_of_the_selection_they_fit(client: Client) -> None:
    registered, closed = TeamFactory.create_batch(2, registered=True), TeamFactory(closed=True)
    page = client.post(f"{LIST}lot/", as_ids(*registered, closed), headers=HTMX)
    text = plain(page)
    assert "Accompagner · 2 sur 3" in text
    assert "Attribuer à un·e chargé·e de mission · 2 sur 3" in text
    assert "Lever la suspension" not in text
    assert "<html" not in text


def test_all_that_match_are_counted_through_the_filters(client: Client) -> None:
    TeamFactory.create_batch(3, registered=True)
    TeamFactory(closed=True)
    page = client.post(f"{LIST}lot/", {"all": "1", "query": "state=registered"}, headers=HTMX)
    assert "Accompagner · 3<" in plain(page)


def test_all_but_one_is_all_but_that_one_in_count_confirmation_and_job(client: Client) -> None:
    kept, left, out = *TeamFactory.create_batch(2, registered=True), TeamFactory(registered=True)
    TeamFactory(closed=True)
    selection = {"all": "1", "but": str(out.pk), "query": "state=registered", "id": str(out.pk)}
    assert "Accompagner · 2<" in plain(client.post(f"{LIST}lot/", selection, headers=HTMX))
    asked = client.post(f"{LIST}lot/", {**selection, "step": "accompany"})
    assert "Accompagner : 2 équipes" in plain(client.get(asked.url))
    client.post(asked.url)
    run_job(BulkOperation.objects.get().job_id)
    states = dict(Team.objects.values_list("pk", "state"))
    assert [states[team.pk] for team in (kept, left, out)] == ["accompanied", "accompanied", "registered"]


def test_all_but_what_makes_no_sense_is_nothing(client: Client) -> None:
    TeamFactory(registered=True)
    for but in ("abc", "1;2", "-1", "9" * 30, "²"):
        posted = {"all": "1", "but": but, "query": "", "step": "accompany"}
        assert client.post(f"{LIST}lot/", posted).status_code == 409
    many = ",".join(map(str, range(1, 6_000)))
    assert "décochées" in plain(client.post(f"{LIST}lot/", {"all": "1", "but": many, "query": ""}, headers=HTMX))
    assert not BulkOperation.objects.exists()


def test_all_that_match_a_query_without_sense_is_nothing(client: Client) -> None:
    TeamFactory.create_batch(3, registered=True)
    posted = {"all": "1", "query": "state=rien", "step": "accompany"}
    assert "rechargez-la" in plain(client.post(f"{LIST}lot/", posted, headers=HTMX))
    assert client.post(f"{LIST}lot/", posted).status_code == 409
    assert not BulkOperation.objects.exists()


def test_selection_without_script_is_a_page(client: Client) -> None:
    page = plain(client.post(f"{LIST}lot/", as_ids(TeamFactory(registered=True))))
    assert "<html" in page
    assert "1 ligne sélectionnée" in page


@pytest.mark.parametrize("role", ["ars", "auditor", "referent", "admin"])
def test_role_without_a_step_has_no_boxes_and_is_offered_nothing(
    role: str, signed_in: Callable[[str], Client], office: Any
) -> None:
    client = signed_in(role)
    assert b"select-page" not in client.get(LIST).content
    assert b"<button" not in client.post(f"{LIST}lot/", as_ids(office.team), headers=HTMX).content
    assert client.post(f"{LIST}lot/", {**as_ids(office.team), "step": "suspend"}).status_code == 403
    assert not BulkOperation.objects.exists()


def test_step_that_is_not_of_the_list_is_refused(client: Client) -> None:
    team = TeamFactory(registered=True)
    for step in ("verify", "submit", ""):
        assert client.post(f"{LIST}lot/", {**as_ids(team), "step": step}).status_code == 403


@pytest.mark.parametrize("ids", ["", "abc", "1;2", "-1", "9" * 30, "999999999", "é,²"])
def test_numbers_that_make_no_sense_select_nothing(client: Client, ids: str) -> None:
    TeamFactory(registered=True)
    assert "Rien n'est sélectionné" in plain(client.post(f"{LIST}lot/", {"id": ids}, headers=HTMX))
    assert client.post(f"{LIST}lot/", {"id": ids, "step": "accompany"}).status_code == 409


# --- confirmed once ------------------------------------------------------------------------------------------


def test_confirmation_says_what_is_done_and_what_is_left_aside(client: Client) -> None:
    registered, closed = TeamFactory(registered=True), TeamFactory(closed=True)
    asked = client.post(f"{LIST}lot/", {**as_ids(registered, closed), "step": "accompany"})
    text = plain(client.get(asked.url))
    assert "Accompagner : 1 équipe" in text
    assert "1 : à l'état « Close »" in text
    registered.refresh_from_db()
    assert registered.state == "registered"


def test_second_press_makes_no_second_operation(client: Client) -> None:
    team = TeamFactory(registered=True)
    operation = confirmed(client, as_ids(team), "accompany")
    again = client.post(f"/lots/{operation.pk}/confirmer/")
    assert again.url == f"/lots/{operation.pk}/"
    assert (BulkOperation.objects.count(), Job.objects.count()) == (1, 1)


def test_answer_that_is_missing_is_asked_for_again(client: Client) -> None:
    asked = client.post(f"{LIST}lot/", {**as_ids(TeamFactory(registered=True)), "step": "assign_officer"})
    page = client.post(asked.url, {"officer": ""})
    assert "Choisissez une personne." in plain(page)
    assert not Job.objects.exists()


def test_operation_of_a_colleague_is_looked_at_and_not_confirmed(client: Client, staff: User) -> None:
    operation = confirmed(client, as_ids(TeamFactory(registered=True)), "accompany")
    draft = client.post(f"{LIST}lot/", {**as_ids(TeamFactory(registered=True)), "step": "accompany"}).url
    colleague = Client()
    colleague.force_login(UserFactory(staff=True))
    assert colleague.get(f"/lots/{operation.pk}/").status_code == 200
    assert colleague.post(draft).status_code == 404
    outside = Client()
    outside.force_login(UserFactory(ars=True))
    assert outside.get(f"/lots/{operation.pk}/").status_code == 404


# --- done, row by row ----------------------------------------------------------------------------------------


def test_teams_of_all_pages_are_given_to_an_officer(client: Client) -> None:
    officer = UserFactory(staff=True, full_name="Dominique Nouvelle")
    TeamFactory.create_batch(60, registered=True)
    selection = {"all": "1", "query": "state=registered"}
    operation = confirmed(client, selection, "assign_officer", officer=str(officer.pk))
    assert run_job(operation.job.pk).summary == {"done": 60}
    assert Team.objects.filter(officer=officer).count() == 60
    assert "Faites · 60" in plain(client.get(f"/lots/{operation.pk}/"))


def test_refused_rows_say_why_and_are_one_press_away_in_the_list(client: Client, staff: User) -> None:
    done, moved = TeamFactory(registered=True, name="Équipe faite"), TeamFactory(registered=True, name="Équipe refusée")
    operation = confirmed(client, as_ids(done, moved), "accompany")
    fire(moved, "accompany", actor=staff)  # somebody was quicker
    run_job(operation.job.pk)
    page = client.get(f"/lots/{operation.pk}/?issue=refused")
    text = plain(page)
    assert "Refusées · 1" in text
    assert "cette étape n'est pas possible maintenant" in text
    assert f'href="/equipes/{moved.pk}/"' in text
    assert "Équipe faite" not in text
    way = f"{LIST}?lot={operation.pk}"
    assert f"{way}#tout-selectionner" in text
    assert [team.pk for team in client.get(way).context["asked"].page] == [moved.pk]
    offers = client.post(f"{LIST}lot/", {"all": "1", "query": f"lot={operation.pk}"}, headers=HTMX)
    assert "Attribuer à un·e chargé·e de mission · 1" in plain(offers)


def test_numbers_of_another_scope_are_not_touched(office: Any, signed_in: Callable[[str], Client]) -> None:
    """The ARS of one department takes no step; an office user's forged numbers select what exists in the list only."""
    client = signed_in("staff")
    team = TeamFactory(registered=True)
    operation = confirmed(client, {"id": f"{team.pk},{team.pk},999999"}, "accompany")
    assert list(operation.items.values_list("object_id", flat=True)) == [team.pk]


def test_operation_is_stopped_and_gone_on_with(client: Client) -> None:
    TeamFactory.create_batch(3, registered=True)
    operation = confirmed(client, {"all": "1", "query": ""}, "accompany")
    assert "Arrêter" in plain(client.get(f"/lots/{operation.pk}/"))
    client.post(f"/lots/{operation.pk}/etape/", {"step": "stop"})
    assert "Reprendre : 3 lignes restantes" in plain(client.get(f"/lots/{operation.pk}/"))
    client.post(f"/lots/{operation.pk}/etape/", {"step": "resume"})
    operation.refresh_from_db()
    assert run_job(operation.job.pk).summary == {"done": 3}
    refused = client.post(f"/lots/{operation.pk}/etape/", {"step": "resume"})
    assert refused.status_code == 409
    assert "ont été traitées" in plain(refused)


# --- a list as a file ----------------------------------------------------------------------------------------


def sheet(response: Any) -> list[tuple[Any, ...]]:
    content = BytesIO(b"".join(response.streaming_content))
    return list(load_workbook(content).active.iter_rows(values_only=True))


def test_short_list_is_handed_out_as_shown(client: Client, staff: User) -> None:
    TeamFactory(registered=True, name="Équipe B", code="B")
    TeamFactory(registered=True, name="Équipe A", code="A")
    TeamFactory(closed=True)
    response = client.post(f"{LIST}export/", {"query": "state=registered&tri=-name&col=name&col=state"})
    assert 'filename="equipes-' in response["Content-Disposition"]
    said, header, *rows = sheet(response)
    assert "État\u00a0: Inscrite" in said[0]
    assert header == ("Équipe", "État")
    assert rows == [("Équipe B", "Inscrite"), ("Équipe A", "Inscrite")]
    assert LookLog.objects.get().actor == staff


def test_model_of_columns_takes_the_place_of_those_shown(client: Client, staff: User) -> None:
    TeamFactory(registered=True, name="Équipe A", code="A")
    own = SavedView.objects.create(
        owner=staff, listing="equipes", name="Codes", query="col=name&col=code", columns_only=True
    )
    others = SavedView.objects.create(
        owner=UserFactory(ars=True), listing="equipes", name="Codes", query="col=name&col=kind", columns_only=True
    )
    assert "Codes" in plain(client.get(LIST))
    shown = {"query": "col=name&col=state"}
    assert sheet(client.post(f"{LIST}export/", {**shown, "columns": str(own.pk)}))[1] == ("Équipe", "Code")
    for not_own in (str(others.pk), "abc", "9" * 30):
        assert sheet(client.post(f"{LIST}export/", {**shown, "columns": not_own}))[1] == ("Équipe", "État")


def test_long_list_is_made_by_a_job(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("association.views.list_exports.AT_ONCE", 2)
    TeamFactory.create_batch(3, registered=True)
    asked = client.post(f"{LIST}export/", {"query": ""})
    job = Job.objects.get()
    assert asked.url == f"/taches/{job.pk}/"
    run_job(job.pk)
    job.refresh_from_db()
    assert f"/documents/{job.result_id}/" in client.get(asked.url).content.decode()
    response = client.get(f"/documents/{job.result_id}/")
    assert len(sheet(response)) == 5
    assert list_exports.AT_ONCE == 1_000


def test_file_holds_the_scope_of_its_reader(office: Any, signed_in: Callable[[str], Client]) -> None:
    TeamFactory(under_convention=True, name="Équipe d'ailleurs")
    rows = sheet(signed_in("referent").post(f"{LIST}export/", {"query": ""}))
    assert [row[0] for row in rows[2:]] == [office.team.name]


def page_of(listing: Listing, world: World) -> str:
    return reverse(listing.address, args=arguments(ROUTES[listing.address], world))


@pytest.mark.parametrize("role", ROLES)
def test_no_export_of_any_list_holds_markup_or_an_iban(
    role: str, world: World, signed_in: Callable[[str], Client]
) -> None:
    client, user = signed_in(role), world.users[role]
    ibans = [account.iban for account in Account.objects.all()]
    assert ibans
    for listing in listings:
        if listing.name.startswith("tests.") or not user.has_perm(listing.permission):
            continue
        query = "&".join(f"col={name}" for name in listing.table.base_columns)
        rows = sheet(client.post(f"{page_of(listing, world)}export/", {"query": query}))
        assert len(rows[1]) == len(listing.table.base_columns), listing.name
        text = " ".join(str(cell) for row in rows for cell in row)
        assert "<" not in text, listing.name
        assert not [iban for iban in ibans if iban in text or iban[4:] in text], listing.name


def test_steps_of_every_list_have_a_name_of_their_own_and_a_form_that_can_be_shown(world: World) -> None:
    for listing in listings:
        names = [step.name for step in listing.bulk]
        assert len(names) == len(set(names)), listing.name
        for step in listing.bulk:
            assert step.permission in granted()
            assert "errorlist" not in str(step.filled())


def test_transfers_of_a_run_are_held_together(world: World, signed_in: Callable[[str], Client]) -> None:
    """A list under an address with an argument: the run whose transfers it shows."""
    client = signed_in("treasurer")
    address = f"/paiements/{world.run.pk}/virements/"
    offers = plain(client.post(f"{address}lot/", {"all": "1", "query": ""}, headers=HTMX))
    assert "Constater le paiement" in offers
    asked = client.post(f"{address}lot/", {"all": "1", "query": "", "step": "pay"})
    operation = BulkOperation.objects.get()
    assert operation.route == {"pk": world.run.pk}
    client.post(asked.url, {"paid_on": str(timezone.localdate())})
    operation.refresh_from_db()
    assert run_job(operation.job.pk).summary == {"done": operation.items.count()}
    assert set(world.run.payments.values_list("state", flat=True)) == {"paid"}


def test_proposed_accounts_are_one_press_away_from_what_waits(world: World, signed_in: Callable[[str], Client]) -> None:
    AccountFactory(proposed=True)
    client = signed_in("treasurer")
    assert "/comptes/?waiting=a-verifier" in client.get("/").content.decode()
    assert "•••• " in plain(client.get("/comptes/?state=proposed"))


def test_title_of_a_document_in_quarantine_is_not_listed(client: Client) -> None:
    DossierDocumentFactory(title="Compte rendu de Mme Untel", quarantined=True)
    DossierDocumentFactory(title="Statuts")
    page = plain(client.get("/documents/"))
    assert ("Statuts" in page, "Untel" in page, "Document en quarantaine" in page) == (True, False, True)
    assert "Document en quarantaine" not in plain(client.get("/documents/?q=untel"))
    assert [row[0] for row in sheet(client.post("/documents/export/", {"query": "tri=filed_at"}))[2:]].count(
        "Document en quarantaine"
    ) == 1
