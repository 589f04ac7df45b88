"""The search everywhere: with faults, by code, in the scope of the role, and on both databases alike."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from association.models import Team, User
from association.searching import ALIKE, ALMOST, near, nearness, text_of
from association.selectors.everywhere import Found, Group, search_everywhere
from tests.factories import (
    ActionFactory,
    CommuneFactory,
    ConventionFactory,
    DepartmentFactory,
    ExternalStructureFactory,
    MembershipFactory,
    ProfessionalFactory,
    RunFactory,
    TeamFactory,
    UserFactory,
)
from tests.factories.correspondence import DossierDocumentFactory
from tests.web.conftest import World, plain

PAGE = "/recherche/"
FEW = 5


@pytest.fixture
def staff(db: None) -> User:
    user: User = UserFactory(staff=True)
    return user


def search(user: User, text: str, **options: Any) -> Found:
    return search_everywhere(user, text, limit=options.pop("limit", FEW), **options)


def titles(found: Found, name: str) -> list[str]:
    return [hit.title for group in found.groups if group.name == name for hit in group.hits]


def group(found: Found, name: str) -> Group:
    return next(group for group in found.groups if group.name == name)


# --- with faults ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["Ancnis", "ancenis", "ANCENNIS", "ancenys", "st gereon ancnis"])
def test_a_team_is_found_with_a_letter_wrong(staff: User, typed: str) -> None:
    TeamFactory(name="Soins coordonnés d’Ancenis-Saint-Géréon")
    TeamFactory(name="Pôle de Châteaubriant")
    assert titles(search(staff, typed), "equipes") == ["Soins coordonnés d’Ancenis-Saint-Géréon"]


@pytest.mark.parametrize("typed", ["Lefebvre", "lefevbre", "lefebvr", "LEFÈBVRE", "lefevre", "zoe lefevbre"])
def test_a_person_is_found_with_a_letter_wrong(staff: User, typed: str) -> None:
    ProfessionalFactory(last_name="Lefebvre", first_name="Zoé")
    ProfessionalFactory(last_name="Marchand", first_name="Zoé")
    assert titles(search(staff, typed), "professionnels") == ["Lefebvre Zoé"]


def test_a_team_is_found_by_its_commune_with_a_letter_wrong(staff: User) -> None:
    team = TeamFactory(name="Les Tilleuls")
    team.communes.add(CommuneFactory(name="Évron"), CommuneFactory(name="Montsûrs"))
    assert titles(search(staff, "montsurs"), "equipes") == ["Les Tilleuls"]
    assert titles(search(staff, "montsur tilleul"), "equipes") == ["Les Tilleuls"]


def test_what_contains_the_word_hides_what_is_only_like_it(staff: User) -> None:
    ProfessionalFactory(last_name="Martin", first_name="Zoé")
    ProfessionalFactory(last_name="Martel", first_name="Zoé")
    found = search(staff, "martin")
    assert titles(found, "professionnels") == ["Martin Zoé"]
    assert not found.is_near
    assert search(staff, "martlin").is_near


def test_almost_the_same_name_stands_after_the_name(staff: User) -> None:
    ProfessionalFactory(last_name="Lefevre", first_name="Anne")
    ProfessionalFactory(last_name="Lefebvre", first_name="Zoé")
    assert titles(search(staff, "lefebvre"), "professionnels") == ["Lefebvre Zoé", "Lefevre Anne"]


def test_a_number_is_right_or_wrong_and_never_like_another(staff: User) -> None:
    ProfessionalFactory(rpps="10001234565")
    assert titles(search(staff, "1000123456"), "professionnels")
    assert not titles(search(staff, "10001234575"), "professionnels")


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("ancnis", "Ancenis"), ("lefevbre", "Lefebvre Zoé"), ("nis", "Ancenis"), ("ance", "Ancenis"),
        ("zoe", "Lefebvre Zoé"), ("xyzt", "Ancenis"), ("2026", "Lot 2025"), ("saint", "St-Mars"),
    ],
)  # fmt: skip
def test_both_databases_tell_the_same_nearness(db: None, word: str, text: str) -> None:
    from association.models.territory import search_key

    team = TeamFactory(name=text)
    scored = Team.objects.annotate(score=nearness(word, text_of("name"))).get(pk=team.pk).score
    assert scored == pytest.approx(near(word, search_key(text)), abs=0.001)


def test_thresholds_are_told_by_names() -> None:
    assert near("lefevre", "lefebvre") >= ALMOST > near("lefevbre", "lefebvre") >= ALIKE > near("dupont", "durand")


# --- codes ---------------------------------------------------------------------------------------------------


def test_a_code_comes_first_with_its_kind(staff: User) -> None:
    team = TeamFactory(code="EQ-44-013", name="Les Tilleuls")
    person = ProfessionalFactory(rpps="10000000017")
    convention = ConventionFactory(number="CV-2026-007", team=team, signed=True)
    action = ActionFactory(reference="RCP-2026-00042", team=team, validated=True)
    structure = ExternalStructureFactory(siret="78467169500087", name="MSP du Port")
    RunFactory(month=date(2026, 10, 1))
    expected = {
        "eq-44-013": reverse("association:team", args=[team.pk]),
        "100 000 000 17": reverse("association:professional", args=[person.pk]),
        "CV-2026-007": reverse("conventions:convention", args=[convention.pk]),
        "rcp-2026-00042": reverse("actions:action", args=[action.pk]),
        "784 671 695 00087": reverse("association:structure", args=[structure.pk]),
    }
    for typed, url in expected.items():
        first = search(staff, typed).groups[0].hits[0]
        assert (first.url, first.is_exact) == (url, True), typed


@pytest.mark.parametrize("typed", ["2026-10", "10/2026", "octobre 2026", "Octobre 2026", "otobre 2026"])
def test_a_run_is_found_by_its_month(staff: User, typed: str) -> None:
    RunFactory(month=date(2026, 9, 1), settled=True)
    RunFactory(month=date(2026, 10, 1))
    found = search(staff, typed)
    assert titles(found, "paiements") == ["Paiement d’octobre 2026"]
    assert found.groups[0].name == "paiements"


def test_an_action_is_found_by_the_beginning_of_its_reference_only(staff: User) -> None:
    for reference in ("RCP-2026-00042", "RCP-2026-00043", "PPS-2026-00042"):
        ActionFactory(reference=reference)
    assert titles(search(staff, "rcp-2026"), "actions") == ["RCP-2026-00042", "RCP-2026-00043"]
    assert titles(search(staff, "00042"), "actions") == []


def test_the_reference_is_read_from_its_index(staff: User) -> None:
    """50,000 rows are not folded, nor even read."""
    from actions.models import Action
    from association.searching import beginning

    found = beginning(Action.objects.all(), "reference", "RCP-2026").order_by("reference")
    if connection.vendor == "sqlite":
        assert "USING INDEX" in found.explain()
        assert "SCAN" not in found.explain()
    else:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
        assert "Index Cond" in found.order_by().explain()


def test_a_joined_record_leads_to_the_one_that_stays(staff: User) -> None:
    kept = ProfessionalFactory(last_name="Le Goff", first_name="Anaïs", rpps="10000000025")
    ProfessionalFactory(last_name="Legof", rpps="10000000033", merged_into=kept, merged_at=timezone.now())
    for typed in ("10000000033", "legof"):
        hits = group(search(staff, typed), "professionnels").hits
        assert [hit.url for hit in hits] == [reverse("association:professional", args=[kept.pk])]
        assert "réunie avec 10000000033" in hits[0].note
    assert len(titles(search(staff, "le goff anais"), "professionnels")) == 1


# --- what is shown -------------------------------------------------------------------------------------------


def test_each_hit_says_what_tells_it_from_the_others(staff: User) -> None:
    commune = CommuneFactory(name="Évron")
    TeamFactory(name="Santé d’Évron", code="EQ-53-001", under_convention=True).communes.add(commune)
    ProfessionalFactory(last_name="Évrard", rpps="10000000017", commune=commune)
    found = search(staff, "evron")
    assert group(found, "equipes").hits[0].note == "EQ-53-001 · Évron · Sous convention"
    assert "RPPS 10000000017 · Évron" in group(found, "professionnels").hits[0].note


def test_more_than_the_limit_leads_to_the_list(staff: User, client: Client) -> None:
    for number in range(FEW + 1):
        TeamFactory(name=f"Santé {number}")
    shown = group(search(staff, "santé"), "equipes")
    assert len(shown.hits) == FEW
    client.force_login(staff)
    said = plain(client.get(shown.more_url))
    assert shown.more_url == "/equipes/?q=sant%C3%A9"
    assert "6 équipes" in said


def test_more_that_no_list_shows_is_shown_here(staff: User) -> None:
    """A list does not bear with faults, and documents have none."""
    for number in range(FEW + 1):
        TeamFactory(name=f"Ancenis {number}")
    more = group(search(staff, "ancnis"), "equipes").more_url
    assert more == "/recherche/?q=ancnis&genre=equipes"
    assert len(group(search(staff, "ancnis", limit=50, kind="equipes"), "equipes").hits) == FEW + 1


def test_runs_of_the_list_are_those_found(staff: User, client: Client) -> None:
    RunFactory(month=date(2026, 9, 1), settled=True)
    RunFactory(month=date(2026, 10, 1))
    client.force_login(staff)
    said = plain(client.get("/paiements/", {"q": "octobre"}))
    assert "Octobre 2026" in said
    assert "Septembre 2026" not in said


@pytest.mark.parametrize("typed", ["", "a", " ", "…", "%%", "\x00", "'", "a" * 5_000, "mot " * 50, "' OR 1=1 --", "_%"])
def test_whatever_is_typed_is_answered(staff: User, client: Client, typed: str) -> None:
    TeamFactory()
    client.force_login(staff)
    for headers in ({}, {"HX-Request": "true"}):
        assert client.get(PAGE, {"q": typed, "genre": typed}, headers=headers).status_code == 200


def test_nothing_found_says_what_to_do(staff: User, client: Client) -> None:
    client.force_login(staff)
    assert "Rien ne correspond" in plain(client.get(PAGE, {"q": "wxyzwxyz"}))
    choices = plain(client.get(PAGE, {"q": "wxyzwxyz"}, headers={"HX-Request": "true"}))
    assert 'data-said="Aucun résultat"' in choices


def test_what_was_typed_is_escaped(staff: User, client: Client) -> None:
    TeamFactory(name="<b>Gras</b> & Fils")
    client.force_login(staff)
    for headers in ({}, {"HX-Request": "true"}):
        body = client.get(PAGE, {"q": "<b>gras"}, headers=headers).content.decode()
        assert "&lt;b&gt;Gras&lt;/b&gt; &amp; Fils" in body
        assert "<b>" not in body


def test_pages_are_those_of_the_role(staff: User) -> None:
    assert titles(search(staff, "calendrier"), "pages") == ["Calendrier", "Abonnements au calendrier"]
    assert not titles(search(staff, "import"), "pages")
    assert titles(search(UserFactory(admin=True), "import"), "pages") == ["Import"]
    assert titles(search(staff, "mot de pase"), "pages") == ["Mot de passe"]


def test_every_page_opens_to_whom_it_is_shown(world: World, signed_in: Callable[[str], Client]) -> None:
    from association.registries import search_sources
    from association.selectors.everywhere import typed_as

    for role, user in world.users.items():
        client = signed_in(role)
        for letter in "aeiou":
            for hit in search_sources["pages"].find(user, typed_as(letter), 100):
                assert client.get(hit.url).status_code in (200, 302), (role, hit.url)


# --- the scope of the role -----------------------------------------------------------------------------------


def kinds(user: User, text: str) -> set[str]:
    return {group.name for group in search(user, text).groups}


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("staff", {"equipes", "professionnels", "conventions", "structures", "documents"}),
        ("treasurer", {"equipes", "professionnels", "conventions", "structures", "documents"}),
        ("auditor", {"equipes", "professionnels", "conventions", "structures", "documents"}),
        ("admin", {"equipes", "professionnels", "structures"}),
        ("ars", {"equipes", "conventions", "structures"}),
        ("referent", {"equipes", "professionnels", "conventions"}),
    ],
)
def test_each_role_finds_its_kinds(world: World, role: str, expected: set[str]) -> None:
    team = world.office.team
    ConventionFactory(team=team, number="ANCENIS-2", signed=True)
    world.office.people[1].last_name = "Ancenis"
    world.office.people[1].save()
    ExternalStructureFactory(name="CPTS d’Ancenis")
    filing = DossierDocumentFactory(team=team, title="Statuts d’Ancenis")
    filing.document.permission = "association.view_dossier_document"
    filing.document.personal = False
    from association.models import Document

    Document.objects.filter(pk=filing.document_id).update(permission="association.view_dossier_document")
    assert kinds(world.users[role], "ancenis") == expected


def test_runs_are_for_those_who_see_them(world: World) -> None:
    shown = {role for role, user in world.users.items() if "paiements" in kinds(user, "juillet 2026")}
    assert shown == {"staff", "treasurer", "auditor"}


def test_referent_finds_the_own_team_only(world: World) -> None:
    other = TeamFactory(name="Autre équipe d’Ancenis", under_convention=True)
    ConventionFactory(team=other, number="ANC-9", signed=True)
    action = ActionFactory(team=other, reference="RCP-AUTRE")
    MembershipFactory(team=other, professional=ProfessionalFactory(last_name="Ancenisson"))
    referent = world.users["referent"]
    assert titles(search(referent, "ancenis"), "equipes") == [world.office.team.name]
    assert titles(search(referent, "ancenisson"), "professionnels") == []
    assert titles(search(referent, "ANC-9"), "conventions") == []
    assert titles(search(referent, action.reference), "actions") == []
    assert titles(search(world.users["staff"], action.reference), "actions") == ["RCP-AUTRE"]


def test_delegation_finds_its_department_only(db: None) -> None:
    TeamFactory(name="Ancenis nord", under_convention=True)
    delegation = UserFactory(ars=True, department=DepartmentFactory(code="85", name="Vendée"))
    assert search(delegation, "ancenis").groups == ()


def test_a_document_in_quarantine_is_not_found(staff: User) -> None:
    DossierDocumentFactory(title="Compte rendu de mai", quarantined=True)
    assert search(staff, "compte rendu").groups == ()


def test_number_of_queries_does_not_grow_with_what_is_found(staff: User, client: Client) -> None:
    client.force_login(staff)

    def counted() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(PAGE, {"q": "ancenis"})
        return len(captured)

    def more() -> None:
        team = TeamFactory(name="Ancenis")
        team.communes.add(CommuneFactory(name="Ancenis"))
        person = ProfessionalFactory(last_name="Ancenis", commune=CommuneFactory(name="Ancenis"))
        ProfessionalFactory(last_name="Ancenis", merged_into=person, merged_at=timezone.now())
        ConventionFactory(team=team, signed=True)
        ExternalStructureFactory(name="Ancenis", commune=CommuneFactory(name="Ancenis"))
        DossierDocumentFactory(team=team, title="Ancenis")

    more()
    counted()
    before = counted()
    for _ in range(4):
        more()
    assert counted() == before
