"""What waits for a decision or a job, as one sees it: uncertain messages, lists being refreshed, a joined member."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from association.eligibility import Level
from association.models import Professional, User
from association.services.people import join_professionals
from association.services.rules import set_levels
from tests.browser.conftest import Visit
from tests.factories import MembershipFactory, ProfessionalFactory
from tests.factories.correspondence import OutgoingMailFactory
from tests.payments.office import Office

pytestmark = pytest.mark.browser

SIZES = [(width, scheme) for width in (1280, 390) for scheme in ("light", "dark")]


def looked_at(visit: Visit, path: str, words: str) -> None:
    """Open a page at both widths, light and dark: the words are there, nothing is in the way of anybody."""
    for width, scheme in SIZES:
        visit.page.set_viewport_size({"width": width, "height": 900})
        visit.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        visit.open(path)
        visit.page.get_by_text(words).first.wait_for()
        assert (visit.barriers(), visit.overflow()) == ([], 0), (path, width, scheme)
        if folder := os.environ.get("TESTS_SHOTS"):
            name = f"{path.strip('/').replace('/', '-')}-{width}-{scheme}.png"
            visit.page.screenshot(path=Path(folder) / name, full_page=True)


def test_uncertain_message_asks_for_a_decision(visit: Visit, people: Callable[[str], User]) -> None:
    first, _ = OutgoingMailFactory(uncertain=True), OutgoingMailFactory(uncertain=True, subject="Réunion du 3 mars")
    visit.sign_in(people("staff"))
    looked_at(visit, "/boite-d-envoi/", "Envois incertains")
    looked_at(visit, f"/boite-d-envoi/{first.pk}/", "Ce message est peut-être parti.")
    visit.page.get_by_role("button", name="Considérer comme envoyé").press("Enter")
    visit.page.get_by_text("Le message est considéré comme envoyé.").wait_for()


def test_rules_say_that_the_lists_follow(visit: Visit, people: Callable[[str], User]) -> None:
    admin = people("admin")
    visit.sign_in(admin)
    set_levels(levels={("esp", "PARAMEDICAL"): Level.WARNING}, version=0, actor=admin)
    looked_at(visit, "/reglages/regles/", "Suivre la mise à jour")


def test_joined_person_is_one_line_among_the_members(
    office: Office, visit: Visit, people: Callable[[str], User]
) -> None:
    staff = people("staff")
    kept = Professional.objects.get(last_name="Le Goff")
    twin = ProfessionalFactory(rpps="10000000026", last_name="Legoff", first_name="Anaïs", profession="60")
    MembershipFactory(team=office.team, professional=twin, joined_on=date(2025, 3, 1))
    join_professionals(kept=kept, other=twin, actor=staff, comment="Même personne.")
    visit.sign_in(staff)
    looked_at(visit, f"/equipes/{office.team.pk}/", "sous le RPPS 10000000026")
    assert visit.page.locator("#membres tbody tr").count() == 3
