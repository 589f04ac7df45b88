"""What the ARS may open, searched through: no name, RPPS or e-mail outside the recognition files, and no IBAN anywhere.

The table of routes holds every address of the site (a test holds it against the URLconf). Each of them is opened as
région and as délégation: what answers the ARS, in each form of its files, and what refuses it, whose error page is read
too. What they answer is unpacked (workbooks, papers, archives) and searched for what the region is known to hold.
"""

from __future__ import annotations

import html
import io
import re
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook
from pypdf import PdfReader

from association.models import DossierDocument, LookLog, MembershipPeriod, Professional, TransitionLog, User
from association.services.calendar_keys import make_key
from conventions.models import Suspension
from payments.models import Account
from reports.open_data.catalogue import DATASETS
from tests.factories import CompanyFactory, DepartmentFactory
from tests.factories.dossier import HealthProjectFactory
from tests.payments.office import IBANS
from tests.web.conftest import World
from tests.web.test_permissions import ACCOUNT, KEYS, ROUTES, arguments

# The dossier of a request and the project that it was made of: names are part of them, and each look is logged.
RECOGNITION_FILES = {
    "association:recognition_file",
    "association:project",
    "association:project_pdf",
    "association:project_compare",
}
# Files that one address hands out in several forms: the other forms than that of the table.
OTHER_FORMS: dict[str, Callable[[list[Any]], list[list[Any]]]] = {
    "reports:report_file": lambda given: [[*given[:2], "classeur"]],
    "reports:extract_file": lambda given: [[given[0], form] for form in ("pdf", "xlsx")],
    "reports:statement_file": lambda given: [[given[0], form] for form in ("pdf", "xlsx")],
    "reports:open_data_csv": lambda given: [[name] for name in DATASETS],
    "reports:open_data_schema": lambda given: [[name] for name in DATASETS],
}
# Once a contrôle was asked for and approved, the extract names one person or team; each download is logged.
APPROVED_EXTRACTS = {"reports:extract_file"}
QUERIES = ("", "?tout=1", "?q=evrard", "?q=10000000017", "?q=le+goff", "?q=zoe.duval%40secret.example")
ANY_RPPS = re.compile(r"(?<![\d.])(?:10|8\d)\d{9}(?!\d)")
ANY_IBAN = re.compile(r"\bFR\d{2}(?:\s?\d{4}){2}")


@pytest.fixture
def region(world: World) -> World:
    """The world of the permissions, in which everybody has an e-mail, a telephone, a company and a second page."""
    company = CompanyFactory()
    for number, person in enumerate(world.office.people):
        name = unicodedata.normalize("NFKD", person.first_name).encode("ascii", "ignore").decode().lower()
        last = unicodedata.normalize("NFKD", person.last_name).encode("ascii", "ignore").decode().lower()
        Professional.objects.filter(pk=person.pk).update(
            email=f"{name}.{re.sub('[^a-z]', '', last)}@secret.example",
            mssante=f"{name}.{number}@secret.mssante.example",
            phone=f"02 99 11 22 3{number}",
        )
    MembershipPeriod.objects.filter(membership__professional=world.office.people[2]).update(company=company)
    _professionals_who_use_the_site(world)
    return world


def _professionals_who_use_the_site(world: World) -> None:
    """The referent and a treasurer are professionals too: what they did since yesterday must not name them."""
    referent, person, other = world.users["referent"], *world.office.people[:2]
    User.objects.filter(pk=referent.pk).update(full_name=f"{person.first_name} {person.last_name}")
    User.objects.filter(pk=world.office.treasurer.pk).update(
        full_name=f"{other.first_name} {other.last_name}", professional=other
    )
    team = world.office.team
    for obj in (team, world.office.convention, HealthProjectFactory(team=team, submitted=True)):
        for actor in (referent, world.office.treasurer):
            TransitionLog.objects.create(
                content_type=ContentType.objects.get_for_model(obj),
                object_id=obj.pk,
                transition="test",
                from_state=obj.state,
                to_state=obj.state,
                actor=actor,
                comment="Vu avec Mme Le Goff, 10000000025.",
            )
    Suspension.objects.create(
        convention=world.office.convention, starts_on=date(2026, 9, 1), reason="Absence de Mme Le Goff."
    )


@pytest.fixture(params=["région", "délégation"])
def of_ars(request: pytest.FixtureRequest, region: World) -> User:
    """Whoever asked for the extracts of the table of routes: theirs alone to open."""
    user = region.users["ars"]
    if request.param == "délégation":
        user.department = DepartmentFactory(code="44")
        user.save(update_fields=["department"])
    return user


def words_of(answer: bytes, kind: str, name: str) -> Iterator[str]:
    """Yield the texts of what was answered: pages as read, workbooks by cell and part, papers by page, archives."""
    if answer[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(answer)) as archive:
            for part in archive.namelist():
                yield part
                yield from words_of(archive.read(part), "", part)
        if "xl/workbook.xml" in zipfile.ZipFile(io.BytesIO(answer)).namelist():
            for sheet in load_workbook(io.BytesIO(answer)):
                yield "\n".join(str(cell) for row in sheet.iter_rows(values_only=True) for cell in row if cell)
    elif answer[:5] == b"%PDF-":
        reader = PdfReader(io.BytesIO(answer))
        yield "\n".join(page.extract_text() for page in reader.pages)
        yield " ".join(str(value) for value in (reader.metadata or {}).values())
    else:
        text = answer.decode("utf-8", errors="replace")
        yield html.unescape(text)
        if "calendar" in kind:
            yield text.replace("\r\n ", "")  # lines of a calendar are folded


def told(response) -> str:  # type: ignore[no-untyped-def]
    body = response.getvalue() if response.streaming else response.content
    headers = " ".join(response.headers.values())
    texts = [headers, *words_of(body, response.headers.get("Content-Type", ""), "")]
    plain = unicodedata.normalize("NFKC", "\n".join(texts)).replace("’", "'")
    return re.sub(r"[ \t\u00a0\u202f]+", " ", plain)


def of_people() -> dict[str, re.Pattern[str]]:
    """What would tell who somebody is: names as words of their own, the rest wherever it stands."""
    found: dict[str, re.Pattern[str]] = {}
    for person in Professional.objects.all():
        found[person.last_name] = re.compile(rf"(?<![\w-]){re.escape(person.last_name)}(?![\w-])", re.IGNORECASE)
        for exact in (person.rpps, person.email, person.mssante, person.phone):
            if exact:
                found[exact] = re.compile(re.escape(exact), re.IGNORECASE)
    return found


def of_accounts() -> dict[str, re.Pattern[str]]:
    """The IBANs, whole or in groups of four, their first or last half too."""
    found = {}
    for iban in {*IBANS, *(account.iban for account in Account.objects.all())}:
        groups = [iban[start : start + 4] for start in range(0, len(iban), 4)]
        for part in (groups[:4], groups[-4:]):
            found[" ".join(part)] = re.compile(r"\s*".join(map(re.escape, part)))
    return found


def answers(client: Client, world: World) -> Iterator[tuple[str, str]]:
    """Yield the name of each address that answers the ARS, and what it told."""
    for name, route in ROUTES.items():
        if "ars" not in route.roles:
            continue
        given = arguments(route, world)
        url = reverse(name, args=given)
        if route.method == "post":
            data = {**(route.data or {}), "query": "tout=1"} if name.endswith("_export") else route.data or {}
            response = client.post(url, data)
            assert response.status_code == 200 or not name.endswith("_export"), name
            yield name, told(response)
            continue
        for query in QUERIES[:1] if route.of else QUERIES:
            response = client.get(url + query, follow=True)
            assert response.status_code == 200, name + query
            # What was typed stands in the page again, as it was typed.
            yield name, told(response).replace(query.partition("=")[2].replace("+", " ").replace("%40", "@"), "")
        part = client.get(url, headers={"HX-Request": "true"})
        yield name, told(part)
        for other in OTHER_FORMS.get(name, lambda _: [])(given):
            response = client.get(reverse(name, args=other))
            assert response.status_code == 200, (name, other)
            yield name, told(response)


def refusals(client: Client, world: World) -> Iterator[tuple[str, str]]:
    """Yield what the ARS is told at each address that is not its own, and where nothing is."""
    for name, route in ROUTES.items():
        if "ars" not in route.roles:
            response = getattr(client, route.method)(reverse(name, args=arguments(route, world)), route.data or {})
            assert response.status_code in (403, 404), name
            yield name, told(response)
    for nowhere in ("/rien/", "/equipes/999999/", "/rapports/999999/", "/documents/999999/"):
        response = client.get(nowhere)
        assert response.status_code == 404
        yield nowhere, told(response)
    yield "/equipes/?page=x", told(client.get("/equipes/", {"compte": "people.members~2026", "constat": "x"}))


def everything(user: User, world: World) -> Iterator[tuple[str, str]]:
    client = Client()
    client.force_login(user)
    yield from answers(client, world)
    yield from refusals(client, world)
    for name in ACCOUNT:
        yield name, told(client.get(reverse(name, kwargs=KEYS.get(name, {}))))
        client.force_login(user)  # one of them signs out
    for document in DossierDocument.objects.values_list("document", flat=True):
        response = client.get(reverse("association:document", args=[document]))
        if response.status_code == 200:
            yield "association:document", told(response)
    key = make_key(device="Téléphone", only_mine=False, actor=user)[1]
    yield "association:calendar_feed", told(Client().get(reverse("association:calendar_feed", args=[key])))


def test_no_page_or_file_of_the_ars_tells_who_somebody_is_nor_an_iban(of_ars: User, region: World) -> None:
    named, numbers, asked, found = of_people(), of_accounts(), 0, set()
    for name, text in everything(of_ars, region):
        asked += 1
        found |= {(name, iban) for iban, shape in numbers.items() if shape.search(text)}
        found |= {(name, iban) for iban in ANY_IBAN.findall(text)}
        if name not in RECOGNITION_FILES | APPROVED_EXTRACTS:
            known = named | of_people()  # the table of routes makes some on its way
            found |= {(name, word) for word, shape in known.items() if shape.search(text)}
            found |= {(name, rpps) for rpps in ANY_RPPS.findall(text)}
    assert sorted(found) == []
    assert asked > 120  # the search went through everything


def test_each_look_at_a_page_or_file_that_names_somebody_is_noted(of_ars: User, region: World) -> None:
    client = Client()
    client.force_login(of_ars)
    for name in sorted(RECOGNITION_FILES | APPROVED_EXTRACTS):
        given = arguments(ROUTES[name], region)
        for other in ([], *OTHER_FORMS.get(name, lambda _: [])(given)):
            before = LookLog.objects.filter(actor=of_ars).count()
            assert client.get(reverse(name, args=other or given)).status_code == 200, name
            assert LookLog.objects.filter(actor=of_ars).count() > before, name  # one a version, of two compared


def test_recognition_files_name_the_members_to_the_ars(of_ars: User, region: World) -> None:
    """What the ARS needs for its opinion stays: the search above leaves these out for a reason."""
    client = Client()
    client.force_login(of_ars)
    for name in ("association:recognition_file", "association:project", "association:project_pdf"):
        text = told(client.get(reverse(name, args=arguments(ROUTES[name], region))))
        assert "Le Goff" in text, name


def test_the_search_finds_what_pages_workbooks_and_papers_of_the_office_hold(
    region: World, signed_in: Callable[[str], Client]
) -> None:
    """The net has no hole: the same search over what the office opens finds the names, and the treasurer's an IBAN."""
    staff, people = signed_in("staff"), of_people()
    wanted = {"Le Goff", "10000000025", "anais.legoff@secret.example"}
    person = reverse("association:professional", args=[region.office.people[1].pk])
    page = told(staff.get(person))
    assert wanted <= {word for word, shape in people.items() if shape.search(page)}
    workbook = told(staff.post(reverse("association:professional_list_export"), {"query": "tout=1"}))
    assert {"Le Goff", "10000000025"} <= {word for word, shape in people.items() if shape.search(workbook)}
    project = arguments(ROUTES["association:project_pdf"], region)
    paper = told(staff.get(reverse("association:project_pdf", args=project)))
    assert any(shape.search(paper) for shape in people.values())
    treasurer = signed_in("treasurer")
    account = region.office.account_of(region.office.people[0])
    seen = told(treasurer.post(reverse("payments:account_iban", args=[account.pk])))
    assert any(shape.search(seen) for shape in of_accounts().values())
