"""Every page as a person meets it: no barrier, no complaint of the browser, nothing wider than the window.

Each page is opened once at each width; the other theme only changes colours, so only those are looked at again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import axe_playwright_python
import pytest
from django.conf import settings
from django.urls import Resolver404, resolve, reverse

from association.models import User
from tests.browser.conftest import Visit
from tests.browser.pages import OF_ACCOUNT, OF_ROUTES, PARTS, VISITED
from tests.browser.region import World, a_region, states
from tests.factories import PASSWORD, UserFactory
from tests.payments.office import Office
from tests.web.test_permissions import ACCOUNT, KEYS, ROUTES, arguments

pytestmark = pytest.mark.browser
WIDTHS = (1280, 390)
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
COLOURS = {"runOnly": {"type": "tag", "values": ["cat.color"]}}
ROLES = ("staff", "admin", "treasurer", "referent", "ars", "auditor")


@dataclass
class Tour:
    """A visit of many pages at one width, with what was found on each, and every address that the browser asked for."""

    visit: Visit
    width: int
    found: dict[str, list[str]] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.visit.page.set_viewport_size({"width": self.width, "height": 900})
        self.visit.page.on("request", lambda request: self.asked.add(self._name(request.url)))

    def _name(self, url: str) -> str:
        try:
            return resolve(url.removeprefix(self.visit.address).split("?")[0]).view_name
        except Resolver404:
            return ""

    def look(self, path: str, status: int = 200, who: str = "") -> None:
        """Open a page, which answers with this status and sends nobody on, and keep what is wrong with it."""
        heard = len(self.visit.complaints)
        answer = self.visit.page.goto(f"{self.visit.address}{path}")
        assert answer is not None
        self.visit.settle()
        came_to = self.visit.page.url.removeprefix(self.visit.address).split("#")[0]
        wrong = [] if (answer.status, came_to) == (status, path) else [f"{answer.status} {came_to}"]
        self.visit.forgive(*([str(status)] if status != 200 else []))
        self.keep(f"{who} {path}", wrong, heard)

    def keep(self, what: str, wrong: list[str], heard: int) -> None:
        """Look at the page as it stands in both themes."""
        page = self.visit.page
        page.emulate_media(color_scheme="light")
        page.evaluate(AXE)
        wrong += barriers(self.visit, {})
        page.emulate_media(color_scheme="dark")
        wrong += [f"dark: {said}" for said in barriers(self.visit, COLOURS)]
        if self.visit.overflow() > 0:
            wrong.append(f"{self.visit.overflow()} px too wide")
        forgiven = self.visit.forgiven
        wrong += [said for said in self.visit.complaints[heard:] if not any(word in said for word in forgiven)]
        if wrong:
            self.found[f"{self.width} {what}"] = wrong


def barriers(visit: Visit, options: dict[str, object]) -> list[str]:
    """Return what axe, which is in the page already, finds on it."""
    violations = visit.page.evaluate(
        "options => axe.run(options).then(said => said.violations)", {"resultTypes": ["violations"], **options}
    )
    return [f"{rule['id']}: {[node['target'] for node in rule['nodes']][:3]}" for rule in violations]


@pytest.fixture
def world(office: Office, people: Callable[[str], User]) -> World:
    return a_region(office, {role: people(role) for role in ROLES})


@pytest.mark.parametrize("width", WIDTHS)
def test_no_page_has_a_barrier(visit: Visit, world: World, width: int) -> None:
    tour = Tour(visit, width)
    for name in sorted(name for name in OF_ACCOUNT if ACCOUNT[name][1] == 200):
        tour.look(reverse(name, kwargs=KEYS.get(name, {})), who="nobody")
    tour.look(reverse("association:attestation_verify"), who="nobody")
    paths = {role: [*of_role(world, role)] for role in ROLES}
    for role, path in states(world):
        paths[role].append(path)
    for role, several in paths.items():
        visit.enter(world.users[role])
        for path in several:
            tour.look(path, who=role)
    missing_or_closed(tour)
    visit.enter(world.users["staff"])
    refused_by_a_form(tour)
    with_a_second_factor(tour)
    assert tour.found == {}
    assert (VISITED | PARTS) - tour.asked == set()


def of_role(world: World, role: str) -> Iterator[str]:
    """Yield the pages that this role opens first of all roles; the staff also those of an account."""
    for name in sorted(OF_ROUTES):
        route = ROUTES[name]
        if role == next(one for one in ROLES if one in route.roles) and route.status == 200:
            yield reverse(name, args=arguments(route, world))
    if role == "staff":
        for name in sorted(OF_ACCOUNT):
            if ACCOUNT[name][0] == 200 and ACCOUNT[name][1] != 200:
                yield reverse(name, kwargs=KEYS.get(name, {}))


def missing_or_closed(tour: Tour) -> None:
    """What is not there, and what a role does not open."""
    tour.visit.enter(UserFactory(admin=True))
    tour.look("/nulle-part/", 404, who="admin")
    tour.look("/paiements/", 403, who="admin")


def refused_by_a_form(tour: Tour) -> None:
    """A form that was sent empty says beside each field what is missing."""
    page = tour.visit.page
    tour.visit.open("/equipes/nouvelle/")
    heard = len(tour.visit.complaints)
    tour.visit.forgive("422")
    with page.expect_navigation():
        page.get_by_role("button", name="Inscrire l’équipe").click()
    assert page.locator("[aria-invalid=true]").count() > 0
    tour.keep("staff /equipes/nouvelle/, sent empty", [], heard)


def with_a_second_factor(tour: Tour) -> None:
    """Somebody who has just typed a password sets a second factor, and is asked for it at the next sign-in."""
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    user = UserFactory(staff=True)
    tour.visit.sign_in(user)
    tour.look(reverse("mfa_index"), who="second factor")
    tour.look(reverse("mfa_activate_totp"), who="second factor")
    TOTP.activate(user, generate_totp_secret())
    RecoveryCodes.activate(user)
    for name in ("mfa_index", "mfa_view_recovery_codes", "mfa_generate_recovery_codes", "mfa_deactivate_totp"):
        tour.look(reverse(name), who="second factor, set")
    page = tour.visit.page
    tour.visit.forget()
    tour.visit.open(reverse(settings.LOGIN_URL))
    page.get_by_label("Courriel").fill(user.email)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("[name=password]").press("Enter")
    page.wait_for_url(f"**{reverse('mfa_authenticate')}")
    tour.look(reverse("mfa_authenticate"), who="second factor, asked for")
