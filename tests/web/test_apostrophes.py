"""French on screen is written with its own apostrophe (’), whatever the key of a choice or an imported name."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse

from association.listing.declaration import listings
from association.workflow import machines
from tests.browser.pages import OF_ROUTES, PARTS
from tests.web.conftest import World
from tests.web.test_permissions import ROUTES, arguments

STRAIGHT = re.compile(r"\w'\w")
# What is not read as a sentence: code, what somebody typed, what is shown as it was found.
NO_SENTENCES = re.compile(r"<(script|style|textarea|code|title)\b.*?</\1>|<!--.*?-->", re.DOTALL)
# The page that names the columns of the workbook as they have to be written there.
KEYS = {"import_workbook"}
ROLES = ("staff", "treasurer", "admin", "ars", "referent")


def straight(page: str, known: tuple[str, ...] = ()) -> set[str]:
    """Return the texts of a page with a straight apostrophe between two letters, data of the test left out."""
    texts = (html.unescape(text) for text in re.split(r"<[^>]*>", NO_SENTENCES.sub("", page)))
    found = set()
    for text in texts:
        for name in known:
            text = text.replace(name, "")
        if STRAIGHT.search(text):
            found.add(" ".join(text.split()))
    return found


def test_no_choice_and_no_step_has_a_straight_apostrophe() -> None:
    fields = (field for model in apps.get_models() for field in model._meta.get_fields())
    labels = {str(label) for field in fields for _, label in getattr(field, "flatchoices", ()) or ()}
    for model in machines():
        steps = model._meta.get_field("state").get_all_transitions(model)  # type: ignore[union-attr]
        labels |= {str(step.custom["label"]) for step in steps}
    assert {label for label in labels if STRAIGHT.search(label)} == set()


def test_no_list_has_a_straight_apostrophe_in_its_words() -> None:
    def words() -> Iterator[str]:
        for listing in listings:
            yield from (listing.title, listing.noun, str(getattr(listing, "lead", "")))
            yield from (str(column.verbose_name or "") for column in listing.table.base_columns.values())
            yield from (str(chosen.label or "") for chosen in listing.filters.base_filters.values())

    assert {word for word in words() if STRAIGHT.search(word)} == set()


@pytest.mark.parametrize("role", ROLES)
def test_no_page_shows_a_straight_apostrophe(world: World, signed_in: Callable[[str], Client], role: str) -> None:
    client, team = signed_in(role), world.office.team
    known = (team.name,)
    found = {}
    for name in sorted((OF_ROUTES | PARTS) - KEYS):
        route = ROUTES[name]
        if role not in route.roles:
            continue
        answer = client.get(reverse(name, args=arguments(route, world)), follow=True)
        if answer.headers["Content-Type"].startswith("text/html") and (
            texts := straight(answer.content.decode(), known)
        ):
            found[name] = texts
    assert found == {}
