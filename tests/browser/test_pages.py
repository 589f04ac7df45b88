"""Every page as a person meets it: no barrier, no complaint of the browser, nothing wider than the window.

Each page is opened once and looked at four times, wide and narrow, light and dark. All rules of axe are asked at the
first look; at the next ones, those whose answer a theme or a width can change (look.js).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import axe_playwright_python
import pytest
from django.conf import settings
from django.urls import Resolver404, resolve, reverse

from association.models import User
from tests.browser.conftest import Visit
from tests.browser.pages import OF_ACCOUNT, OF_LISTS, OF_ROUTES, PARTS, VISITED, WITH_SECOND_FACTOR
from tests.browser.region import World, a_region, states
from tests.factories import PASSWORD, UserFactory
from tests.payments.office import Office
from tests.web.test_permissions import ACCOUNT, KEYS, ROUTES, arguments

pytestmark = pytest.mark.browser
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
LOOK = (Path(__file__).parent / "look.js").read_text(encoding="utf-8")
OF_WIDTH = ["scrollable-region-focusable", "button-name", "link-name", "aria-hidden-focus"]
LOOKS: tuple[tuple[int, Literal["light", "dark"], str | list[str]], ...] = (
    (1280, "light", "all"),
    (1280, "dark", []),
    (390, "dark", []),
    (390, "light", OF_WIDTH),
)
HEIGHT = 900
ROLES = ("staff", "admin", "treasurer", "referent", "ars", "auditor")


@dataclass
class Tour:
    """A visit of many pages, with what was found on each, and the names of all that the browser asked for."""

    visit: Visit
    found: dict[str, list[str]] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.visit.page.emulate_media(color_scheme=LOOKS[0][1])
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
        wrong = [] if (answer.status, came_to) == (status, path.split("#")[0]) else [f"{answer.status} {came_to}"]
        if status != 200:
            self.visit.forgive(str(status))
        self.keep(f"{who} {path}", wrong, heard)

    def keep(self, what: str, wrong: list[str], heard: int) -> None:
        """Look at the page as it stands, four times."""
        page = self.visit.page
        page.evaluate(AXE)
        for width, theme, rules in LOOKS:
            page.set_viewport_size({"width": width, "height": HEIGHT})
            page.emulate_media(color_scheme=theme)
            wrong += [f"{width} {theme}: {said}" for said in barriers(self.visit, theme, rules)]
            if self.visit.overflow() > 0:
                wrong.append(f"{width} {theme}: {self.visit.overflow()} px too wide")
        page.set_viewport_size({"width": LOOKS[0][0], "height": HEIGHT})
        forgiven = self.visit.forgiven
        wrong += [said for said in self.visit.complaints[heard:] if not any(word in said for word in forgiven)]
        if wrong:
            self.found[what] = wrong


def barriers(visit: Visit, theme: str, rules: str | list[str]) -> list[str]:
    """Return what axe, which is in the page already, finds on it by these rules and by those of colours."""
    violations = visit.page.evaluate(LOOK, {"theme": theme, "rules": rules})
    return [f"{rule['id']}: {[node['target'] for node in rule['nodes']][:3]}" for rule in violations]


@pytest.fixture
def world(office: Office, people: Callable[[str], User]) -> World:
    return a_region(office, {role: people(role) for role in ROLES})


def test_no_page_of_the_staff_has_a_barrier(visit: Visit, world: World) -> None:
    tour = Tour(visit)
    inside_only = [name for name in sorted(OF_ACCOUNT) if ACCOUNT[name] == (200, 302)]
    opened(tour, world, "staff", [*(reverse(name) for name in inside_only), *states(world)["staff"]])
    refused_by_a_form(tour)
    assert tour.found == {}
    assert ({*of_role("staff"), *inside_only} | PARTS | OF_LISTS) - tour.asked == set()


def test_no_page_of_the_others_has_a_barrier(visit: Visit, world: World) -> None:
    tour = Tour(visit)
    outside = [name for name in sorted(OF_ACCOUNT) if ACCOUNT[name][1] == 200]
    for path in [*(reverse(name, kwargs=KEYS.get(name, {})) for name in outside), verify()]:
        tour.look(path, who="nobody")
    in_states = states(world)
    for role in ROLES[1:]:
        opened(tour, world, role, in_states[role])
    missing_or_closed(tour)
    with_a_second_factor(tour)
    assert tour.found == {}
    of_roles = {name for role in ROLES[1:] for name in of_role(role)}
    assert {*outside, "association:attestation_verify"} | of_roles | WITH_SECOND_FACTOR <= tour.asked


def test_both_visits_together_open_every_page() -> None:
    both = {name for role in ROLES for name in of_role(role)}
    assert both | OF_LISTS | OF_ACCOUNT | WITH_SECOND_FACTOR | {"association:attestation_verify"} == VISITED


def opened(tour: Tour, world: World, role: str, more: list[str]) -> None:
    """Open as somebody of a role the pages that are for this role, then ``more`` addresses."""
    own = [reverse(name, args=arguments(ROUTES[name], world)) for name in of_role(role) if ROUTES[name].status == 200]
    tour.visit.enter(world.users[role])
    for path in [*own, *more]:
        tour.look(path, who=role)


def of_role(role: str) -> list[str]:
    """Return the names of the pages that this role is the first of all to open."""
    return sorted(name for name in OF_ROUTES if role == next(one for one in ROLES if one in ROUTES[name].roles))


def verify() -> str:
    return reverse("association:attestation_verify")


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
    page = tour.visit.page
    tour.visit.open(reverse("mfa_activate_totp"))  # asks for the password once more
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("[name=password]").press("Enter")
    page.wait_for_url(f"**{reverse('mfa_activate_totp')}")
    tour.look(reverse("mfa_activate_totp"), who="second factor")
    tour.look(reverse("mfa_index"), who="second factor")
    TOTP.activate(user, generate_totp_secret())
    RecoveryCodes.activate(user)
    for name in ("mfa_index", "mfa_view_recovery_codes", "mfa_generate_recovery_codes", "mfa_deactivate_totp"):
        tour.look(reverse(name), who="second factor, set")
    tour.visit.forget()
    tour.visit.open(reverse(settings.LOGIN_URL))
    page.get_by_label("Courriel").fill(user.email)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("[name=password]").press("Enter")
    page.wait_for_url(f"**{reverse('mfa_authenticate')}")
    tour.look(reverse("mfa_authenticate"), who="second factor, asked for")
