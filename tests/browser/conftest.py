"""A browser on the site: somebody signs in, and everything that the browser complains about is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page

from association.models import Membership, Role, User
from tests.factories import PASSWORD, UserFactory
from tests.payments.office import Office


class Visit:
    """A page of the site, with what the browser said of it."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.address = page, address
        self.complaints: list[str] = []
        self.forgiven: tuple[str, ...] = ()
        page.on("console", lambda said: self._hear(said.type, said.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self._watch(request.url))

    def _hear(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.complaints.append(text)

    def _watch(self, url: str) -> None:
        own = ("chrome-extension://", "chrome://")  # the browser's own reader of PDF, in a frame
        if not url.startswith((self.address, "data:", "blob:", *own)):
            self.complaints.append(f"leaves the machine: {url}")

    def forgive(self, *words: str) -> None:
        """Expect complaints that the test provokes; the browser may say them late, so the end tells them apart."""
        self.forgiven += words

    def unforgiven(self) -> list[str]:
        """Return what the browser complained about and no test expected."""
        return [said for said in self.complaints if not any(word in said for word in self.forgiven)]

    def open(self, path: str) -> None:
        self.page.goto(f"{self.address}{path}")
        self.settle()

    def settle(self) -> None:
        """Wait until every part that the page fetches is there."""
        self.page.locator("[hx-trigger=load]").first.wait_for(state="detached")

    def enter(self, user: User) -> None:
        """Be signed in at once, where the way in is not what is looked at."""
        client = Client()
        client.force_login(user)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        self.forget()
        self.page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": self.address}])

    def forget(self) -> None:
        """Be nobody again; first the page is left, so that an answer on its way brings no cookie back."""
        self.page.goto("about:blank")
        self.page.context.clear_cookies()

    def sign_in(self, user: User, password: str = PASSWORD) -> None:
        """Sign in as a person would, by keyboard; whoever was there before is signed out."""
        self.forget()
        self.open("/compte/login/")
        self.page.get_by_label("Courriel").fill(user.email)
        self.page.locator("[name=password]").focus()
        self.page.keyboard.type(password)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url(f"{self.address}/")

    def barriers(self) -> list[str]:
        """Return what axe finds on the page as it is."""
        found = Axe().run(self.page).response["violations"]
        return [f"{rule['id']}: {[node['target'] for node in rule['nodes']][:3]}" for rule in found]

    def overflow(self) -> int:
        """Return by how many pixels the page is wider than the window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - innerWidth"))


@pytest.fixture
def visit(page: Page, live_server: Any) -> Iterator[Visit]:
    visit = Visit(page, live_server.url)
    yield visit
    assert visit.unforgiven() == []


@pytest.fixture
def office(transactional_db: None) -> Office:
    return Office()


@pytest.fixture
def people(office: Office) -> Callable[[str], User]:
    """Return a function from a role to somebody who can sign in."""

    def of(role: str) -> User:
        known = {"staff": office.staff, "treasurer": office.treasurer, "admin": office.admin}
        if role == "referent":
            person = office.people[0]
            Membership.objects.filter(professional=person).update(is_referent=True)
            return UserFactory(role=Role.REFERENT, professional=person)
        user = known.get(role) or UserFactory(**{role: True})
        user.set_password(PASSWORD)
        user.save()
        return user

    return of
