"""A convention after its signature, in the browser: suspended in a dialog, amended, signed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from association.models import User
from association.services.members import add_member
from conventions.models import Convention, Suspension
from tests.browser.conftest import Visit
from tests.conventions.making import SIGNATORY, recognised_team, signed
from tests.conventions.months import travel
from tests.factories import ProfessionalFactory

pytestmark = pytest.mark.browser


@pytest.fixture
def convention(office: Any, people: Callable[[str], User], monkeypatch: pytest.MonkeyPatch) -> Convention:
    """Signed by a GP and a nurse; a nurse joined since, and has an amendment to sign."""
    travel(monkeypatch, date(2026, 11, 20))
    staff = people("staff")
    found = signed(recognised_team(officer=staff), staff)
    person = ProfessionalFactory(last_name="Riou", email="riou@test.example")
    add_member(
        team=found.team,
        professional=person,
        joined_on=date(2026, 11, 2),
        status="confirme",
        mode="liberal",
        actor=staff,
    )
    return found


def test_convention_is_suspended_in_its_dialog_and_a_wrong_date_is_told(
    visit: Visit, convention: Convention, people: Callable[[str], User]
) -> None:
    page = visit.page
    visit.sign_in(people("staff"))
    visit.open(f"/conventions/{convention.pk}/")
    page.get_by_role("button", name="Suspendre…").click()
    dialog = page.get_by_role("dialog", name="Suspendre")
    assert visit.barriers() == []
    dialog.get_by_label("Suspendue à partir du").fill("2026-01-01")
    dialog.get_by_label("Motif").fill("Départ du médecin")
    dialog.get_by_role("button", name="Suspendre").click()
    visit.forgive("409")
    assert page.get_by_text("La suspension commence entre le 10/09/2026 et le 20/11/2026.").is_visible()
    assert page.get_by_label("Motif").input_value() == "Départ du médecin"
    assert visit.barriers() == []
    page.get_by_label("Suspendue à partir du").fill("2026-11-01")
    page.get_by_role("button", name="Suspendre").click()
    page.get_by_text("Suspendue depuis le 01/11/2026").wait_for()
    assert Suspension.objects.get().reason == "Départ du médecin"


def test_amendment_goes_from_the_proposal_to_its_last_signature(
    visit: Visit, convention: Convention, people: Callable[[str], User]
) -> None:
    page = visit.page
    visit.sign_in(people("staff"))
    visit.open(f"/conventions/{convention.pk}/")
    page.get_by_role("link", name="Proposer un avenant").click()
    page.get_by_label("À partir du").fill("2026-12-01")
    page.get_by_label("Plafond annuel").fill("12 000")
    page.get_by_role("button", name="Préparer l’avenant").click()
    page.get_by_role("button", name="Émettre et mettre en signature…").click()
    page.get_by_role("dialog").get_by_role("button", name="Émettre et mettre en signature").click()
    page.get_by_role("link", name="Enregistrer des signatures").click()
    for name in ("Évrard Anaïs", "Le Goff Anaïs", "L’association"):
        page.get_by_label(f"{name} a signé").check()
    page.get_by_label("Signataire de l’association").fill(SIGNATORY)
    page.get_by_role("button", name="Enregistrer").click()
    page.get_by_text("L’avenant est signé et appliqué.").wait_for()
    assert convention.terms.get(effective_on=date(2026, 12, 1)).ceiling_cents == 12_000_00
