"""Every page of the site is opened in the browser, or left out with a reason (tests/browser/pages.py)."""

from __future__ import annotations

from tests.browser.pages import BY_POST, NO_PAGES, PARTS, VISITED, reason
from tests.web.test_permissions import patterns


def test_every_address_is_visited_or_left_out_with_a_reason() -> None:
    names = {name for name, _ in patterns() if not name.endswith("None")}
    assert {name for name in names - VISITED - BY_POST if not reason(name)} == set()


def test_nothing_is_left_out_that_is_not_there() -> None:
    names = {name for name, _ in patterns()}
    assert (PARTS | NO_PAGES.keys() | VISITED) - names == set()
    assert all(NO_PAGES.values())


def test_no_address_is_both_visited_and_left_out() -> None:
    assert {name for name in VISITED if reason(name)} == set()
