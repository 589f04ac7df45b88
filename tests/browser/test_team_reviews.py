"""A yearly review in the browser: the referent writes it and hands it in, the office hands it back, then validates."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from association.models import User
from reports.models import TeamReview
from tests.browser.conftest import Visit
from tests.factories.reviews import ReviewObjectiveFactory, TeamReviewFactory
from tests.payments.office import Office

pytestmark = pytest.mark.browser


@pytest.fixture
def review(office: Office) -> TeamReview:
    made: TeamReview = TeamReviewFactory(team=office.team, year=2026)
    ReviewObjectiveFactory(review=made, place=1)
    return made


def saved(visit: Visit, code: str) -> None:
    visit.page.wait_for_selector(f"#dit-{code} [data-saved]")
    visit.page.locator("form[data-unsaved]").wait_for(state="detached")


def test_review_goes_from_the_team_to_the_office_and_back(
    visit: Visit, review: TeamReview, people: Callable[[str], User]
) -> None:
    referent, staff, code = people("referent"), people("staff"), review.objectives.get().code
    page = visit.page
    visit.enter(referent)
    visit.open("/")
    page.get_by_role("link", name="Bilan 2026 à remplir").click()
    assert visit.barriers() == []
    step = page.locator("#depot")
    assert "sans valeur ni résultat" in step.inner_text()
    section = page.locator(f"#rubrique-{code}")
    section.get_by_label("Valeur de l’année").press_sequentially("42 sur 60", delay=10)
    section.get_by_label("Résultat").select_option("partiel")
    saved(visit, code)
    page.get_by_label("Ce que l’équipe prévoit").press_sequentially("Une sage-femme.", delay=10)
    saved(visit, "plans")
    page.locator("#depot [data-dialog=step-submit]").click()
    assert visit.barriers() == []
    page.locator("#step-submit").get_by_role("button", name="Remettre le bilan").click()
    page.get_by_text("L’association relit ce bilan.").wait_for()
    assert visit.barriers() == []

    visit.enter(staff)
    visit.open(f"/bilans/{review.pk}/")
    page.locator("[data-dialog=step-hand_back]").click()
    page.locator("#step-hand_back-comment").fill("Quel nombre l’an passé ?")
    page.locator("#step-hand_back").get_by_role("button", name="Rendre, à revoir").click()
    page.get_by_text("Le bilan est rendu à l’équipe.").wait_for()

    visit.enter(referent)
    visit.open(f"/bilans/{review.pk}/")
    assert "Quel nombre l’an passé ?" in page.locator("main").inner_text()
    page.locator(f"#rubrique-{code}").get_by_label("Commentaire").press_sequentially("38 l’an passé.", delay=10)
    saved(visit, code)
    page.locator("#depot [data-dialog=step-submit]").click()
    page.locator("#step-submit").get_by_role("button", name="Remettre le bilan").click()
    page.get_by_text("L’association relit ce bilan.").wait_for()

    visit.enter(staff)
    visit.open(f"/equipes/{review.team_id}/")
    page.locator("#bilans").get_by_role("link", name="Bilan 2026").click()
    page.locator("[data-dialog=step-validate]").click()
    page.locator("#step-validate").get_by_role("button", name="Valider").click()
    page.get_by_text("il ne se modifie plus").first.wait_for()
    review.refresh_from_db()
    assert (review.state, review.objectives.get().comment) == ("validated", "38 l’an passé.")
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        assert visit.overflow() <= 0


def test_two_windows_on_one_objective_choose_and_lose_nothing(
    visit: Visit, review: TeamReview, people: Callable[[str], User]
) -> None:
    code = review.objectives.get().code
    visit.enter(people("referent"))
    visit.open(f"/bilans/{review.pk}/")
    other = visit.page.context.new_page()
    other.goto(visit.page.url)
    other.locator(f"#rubrique-{code}").get_by_label("Valeur de l’année").fill("50")
    other.wait_for_selector(f"#dit-{code} [data-saved]")
    section = visit.page.locator(f"#rubrique-{code}")
    section.get_by_label("Valeur de l’année").fill("60")
    visit.page.wait_for_selector(f"#dit-{code} .conflict")
    assert "50" in section.locator(".theirs").inner_text()
    assert visit.barriers() == []
    section.get_by_role("button", name="Garder la mienne").click()
    saved(visit, code)
    assert review.objectives.get().value == "60"
