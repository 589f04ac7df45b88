"""Whoever has only a keyboard sees at each press where they are."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from association.models import User
from tests.browser.conftest import Visit
from tests.payments.office import Office

pytestmark = pytest.mark.browser
PRESSES = 45
HERE = """() => {
    const at = document.activeElement, look = getComputedStyle(at);
    const named = (at.innerText || at.name || "").slice(0, 30);
    return [at.tagName, at.className, named, look.outlineStyle, look.outlineWidth]
}"""


@pytest.mark.parametrize("path", ["/equipes/{}/", "/equipes/{}/modifier/"])
def test_what_has_the_focus_is_framed(visit: Visit, office: Office, people: Callable[[str], User], path: str) -> None:
    visit.sign_in(people("staff"))
    visit.open(path.format(office.team.pk))
    unseen, tags = [], set()
    for _ in range(PRESSES):
        visit.page.keyboard.press("Tab")
        tag, *named, style, width = visit.page.evaluate(HERE)
        tags.add(tag)
        if tag != "BODY" and (style, width) != ("solid", "3px"):
            unseen.append((tag, *named))
    assert unseen == []
    assert {"A", "BUTTON"} <= tags
