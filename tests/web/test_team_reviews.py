"""The pages of the yearly reviews: written section by section, handed in, validated, listed, on paper."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from association.models import OutgoingMail, Professional, Role, User
from association.registries import due_dates
from conventions.models import Convention
from reports.models import ReviewSettings, TeamReview
from reports.services.team_review_writing import write_section
from tests.factories import ProfessionalFactory, UserFactory
from tests.factories.reviews import ReviewObjectiveFactory, TeamReviewFactory
from tests.payments.office import Office
from tests.web.conftest import plain

HTMX = {"HX-Request": "true"}
SignedIn = Callable[[str], Client]


@pytest.fixture
def review(office: Office, users: dict[str, User]) -> TeamReview:
    """Of the referent's team, with one answered objective of its project."""
    Professional.objects.filter(pk=office.people[0].pk).update(email="loic@soins.example")
    made = TeamReviewFactory(team=office.team, year=2026)
    ReviewObjectiveFactory(review=made, place=1, answered=True)
    return made


def page(review: TeamReview) -> str:
    return reverse("reports:review", args=[review.pk])


def save(client: Client, review: TeamReview, code: str, *, htmx: bool = True, **typed: str) -> Any:
    url = reverse("reports:review_section", args=[review.pk, code])
    return client.post(url, {"version": "0", **typed}, headers=HTMX if htmx else {})


def step(client: Client, review: TeamReview, name: str, **typed: str) -> Any:
    return client.post(reverse("reports:review_step", args=[review.pk]), {"step": name, **typed})


def test_referent_writes_hands_in_and_the_office_validates(review: TeamReview, signed_in: SignedIn) -> None:
    referent, staff = signed_in("referent"), signed_in("staff")
    shown = plain(referent.get(page(review)))
    assert "Un bilan annuel pour tous." in shown
    assert "1 sur 3 complètes" in shown
    assert "Valider" not in shown
    answer = save(referent, review, "plans", plans="Une sage-femme.")
    assert "Enregistré à" in plain(answer)
    assert answer.headers["HX-Trigger"]
    assert "2 sur 3 complètes" in plain(answer)
    assert step(referent, review, "submit").status_code == 302
    assert "L'association relit ce bilan" in plain(referent.get(page(review)))
    assert step(referent, review, "validate").status_code == 409
    assert step(staff, review, "validate").status_code == 302
    review.refresh_from_db()
    assert (review.state, review.validated_on) == ("validated", timezone.localdate())


def test_refused_step_says_why_and_keeps_the_reason_that_was_typed(review: TeamReview, signed_in: SignedIn) -> None:
    answer = step(signed_in("referent"), review, "submit")
    assert answer.status_code == 409
    assert "difficultés rencontrées ou les projets" in plain(answer)
    other = TeamReviewFactory(team=review.team, year=2025, submitted=True)
    day = {"echeance-due_on": "2020-01-01"}
    answer = step(signed_in("staff"), other, "hand_back", comment="Précisez la valeur.", **day)
    assert answer.status_code == 409
    assert "Précisez la valeur." in plain(answer)
    other.refresh_from_db()
    assert other.state == "submitted"


def test_review_is_handed_back_until_a_day_with_its_reason(review: TeamReview, signed_in: SignedIn) -> None:
    other = TeamReviewFactory(team=review.team, year=2025, submitted=True)
    until = timezone.localdate() + timedelta(days=10)
    done = step(signed_in("staff"), other, "hand_back", comment="Précisez.", **{"echeance-due_on": f"{until:%Y-%m-%d}"})
    assert done.status_code == 302
    other.refresh_from_db()
    assert (other.state, other.due_on) == ("returned", until)
    assert "Précisez." in OutgoingMail.objects.get().body


@pytest.mark.parametrize("htmx", [True, False])
def test_second_to_save_sees_both_texts(review: TeamReview, signed_in: SignedIn, office: Office, htmx: bool) -> None:
    write_section(review=review, code="plans", values={"plans": "Le texte du bureau."}, version=0, actor=office.staff)
    answer = save(signed_in("referent"), review, "plans", htmx=htmx, plans="Le texte du référent.")
    shown = plain(answer)
    assert "Staff l'a modifiée" in shown
    assert "Le texte du bureau." in shown
    assert ("Le texte du référent." in shown) is not htmx
    assert answer.status_code == (200 if htmx else 409)
    assert "Enregistré à" in plain(save(signed_in("referent"), review, "plans", plans="Le mien.", keep="1"))
    review.refresh_from_db()
    assert review.plans == "Le mien."


def test_two_objectives_side_by_side_are_no_conflict(review: TeamReview, signed_in: SignedIn) -> None:
    other = ReviewObjectiveFactory(review=review, place=2)
    first = review.objectives.get(place=1)
    answers = {"indicator": "", "comment": "", "result": ""}
    save(signed_in("referent"), review, first.code, value="50", **answers)
    assert "Enregistré à" in plain(save(signed_in("staff"), review, other.code, value="60", **answers))
    assert list(review.objectives.values_list("value", flat=True)) == ["50", "60"]


def test_text_that_comes_after_the_review_was_handed_in_is_kept_on_screen(
    office: Office, signed_in: SignedIn, users: dict[str, User]
) -> None:
    review = TeamReviewFactory(team=office.team, submitted=True)
    answer = save(signed_in("referent"), review, "plans", htmx=False, plans="Arrivé trop tard.")
    assert answer.status_code == 409
    assert "Arrivé trop tard." in plain(answer)
    assert "ne se modifie plus" in plain(answer)


@pytest.mark.parametrize(
    ("code", "typed", "said"),
    [
        ("plans", {"plans": "Vu avec le 1 85 05 78 006 084 36."}, "numéro de sécurité sociale"),
        ("plans", {"plans": "é" * 20_001}, "la limite est de 20"),
        ("objective", {"value": "x" * 151}, "la limite est de 150"),
        ("objective", {"result": "parfait"}, "Choisissez dans la liste"),
    ],
)
def test_wrong_answer_is_told_and_nothing_is_saved(
    review: TeamReview, signed_in: SignedIn, code: str, typed: dict[str, str], said: str
) -> None:
    answer = save(signed_in("referent"), review, review.objectives.get().code if code == "objective" else code, **typed)
    assert said in plain(answer)
    assert "Pas encore enregistré" in plain(answer)
    review.refresh_from_db()
    assert review.stamps == {}


def test_words_of_the_project_are_not_typed_again(review: TeamReview, signed_in: SignedIn) -> None:
    answers = {"indicator": "", "comment": "", "result": "atteint", "value": ""}
    save(signed_in("referent"), review, review.objectives.get().code, statement="Autre chose.", **answers)
    one = review.objectives.get()
    assert (one.statement, one.result) == ("Un bilan annuel pour tous.", "atteint")


def test_objective_is_added_written_and_taken_away(review: TeamReview, signed_in: SignedIn) -> None:
    referent = signed_in("referent")
    added = referent.post(reverse("reports:objective_add", args=[review.pk]))
    one = review.objectives.get(place=2)
    assert added.url == f"{page(review)}#rubrique-{one.code}"
    answers = {"audience": "professionnels", "indicator": "", "comment": "", "result": "", "value": "3"}
    save(referent, review, one.code, statement="Se réunir.", **answers)
    one.refresh_from_db()
    assert (one.statement, one.audience, one.value) == ("Se réunir.", "professionnels", "3")
    referent.post(reverse("reports:objective_remove", args=[one.pk]))
    assert review.objectives.count() == 1


def test_other_team_s_review_is_not_there_for_a_referent(review: TeamReview, signed_in: SignedIn) -> None:
    other = TeamReviewFactory()
    objective = ReviewObjectiveFactory(review=other, of_project=False)
    referent = signed_in("referent")
    assert referent.get(page(other)).status_code == 404
    assert save(referent, other, "plans", plans="x").status_code == 404
    assert referent.post(reverse("reports:objective_remove", args=[objective.pk])).status_code == 404
    assert referent.get(reverse("reports:review_pdf", args=[other.pk])).status_code == 404
    assert other.team.name not in plain(referent.get(reverse("reports:review_list")))
    stranger = UserFactory(role=Role.REFERENT, professional=ProfessionalFactory())
    client = Client()
    client.force_login(stranger)
    assert client.get(page(review)).status_code == 404


def test_ars_opens_no_review(review: TeamReview, signed_in: SignedIn) -> None:
    assert signed_in("ars").get(page(review)).status_code == 403
    assert signed_in("ars").get(reverse("reports:review_list")).status_code == 403


def test_reminder_names_who_was_written_to(review: TeamReview, signed_in: SignedIn) -> None:
    staff = signed_in("staff")
    url = reverse("reports:review_remind", args=[review.pk])
    assert f"Relance écrite à {review.team.memberships.order_by('pk')[0].person}" in plain(staff.post(url, follow=True))
    assert staff.post(url).status_code == 409
    assert OutgoingMail.objects.count() == 1


def test_many_teams_are_reminded_at_once_from_the_list(review: TeamReview, signed_in: SignedIn) -> None:
    staff = signed_in("staff")
    offers = staff.post(reverse("reports:review_list_bulk"), {"id": str(review.pk)}, headers=HTMX)
    assert "Relancer les équipes" in plain(offers)


def test_list_narrows_to_what_is_late(review: TeamReview, signed_in: SignedIn) -> None:
    on_time = TeamReviewFactory(due_on=timezone.localdate())
    shown = plain(signed_in("staff").get(f"{reverse('reports:review_list')}?retard=oui&year=2026"))
    assert review.team.name.replace("’", "'") in shown
    assert on_time.team.name not in shown
    assert "en retard" in shown


def test_calendar_knows_the_day(review: TeamReview, users: dict[str, User]) -> None:
    found = list(due_dates["bilans"].find(users["referent"], date(2026, 3, 1), date(2026, 3, 31)))
    assert [(one.day, one.title, one.awaited) for one in found] == [(date(2026, 3, 31), "Bilan annuel attendu", True)]


def test_team_s_page_lists_its_reviews_and_asks_for_the_missing_one(
    office: Office, signed_in: SignedIn, users: dict[str, User]
) -> None:
    TeamReviewFactory(team=office.team, year=2024, validated=True)
    shown = plain(signed_in("referent").get(reverse("reports:of_team", args=[office.team.pk])))
    assert "Bilan 2024" in shown
    assert "Demander le bilan" not in shown
    last = timezone.localdate().year - 1
    Convention.objects.filter(pk=office.convention.pk).update(effective_on=date(last, 1, 1))
    assert f"Demander le bilan {last}" in plain(
        signed_in("staff").get(reverse("reports:of_team", args=[office.team.pk]))
    )
    ask = reverse("reports:review_ask", args=[office.team.pk])
    asked = signed_in("staff").post(ask)
    assert asked.url == page(TeamReview.objects.get(team=office.team, year=last))
    assert signed_in("staff").post(ask).status_code == 409


def test_paper_of_a_validated_review_says_all_of_it_and_is_no_draft(office: Office, signed_in: SignedIn) -> None:
    review = TeamReviewFactory(team=office.team, validated=True)
    ReviewObjectiveFactory(review=review, answered=True, frozen=True, statement="<b>Suivre</b> & dépister")
    url = reverse("reports:review_pdf", args=[review.pk])
    first, second = signed_in("staff").get(url).content, signed_in("staff").get(url).content
    assert first == second
    text = " ".join(" ".join(one.extract_text() for one in PdfReader(io.BytesIO(first)).pages).split())
    for words in ("Bilan de l’année 2025", "<b>Suivre</b> & dépister", "42 sur 60", "Accueillir une sage-femme", "62"):
        assert words in text
    assert "BROUILLON" not in text
    draft = signed_in("staff").get(reverse("reports:review_pdf", args=[TeamReviewFactory().pk])).content
    assert "BROUILLON" in PdfReader(io.BytesIO(draft)).pages[0].extract_text()


def test_settings_are_changed_and_a_second_writer_is_told(signed_in: SignedIn) -> None:
    admin, url = signed_in("admin"), reverse("reports:review_settings")
    typed = {
        "due_month": "2",
        "due_day": "15",
        "remind_before_days": "10",
        "remind_every_days": "7",
        "remind_times": "2",
        "version": "0",
    }
    assert admin.post(url, typed).status_code == 302
    assert ReviewSettings.current().due_day == 15
    assert admin.post(url, {**typed, "due_day": "20"}).status_code == 409
    assert admin.post(url, {**typed, "version": "1", "due_day": "32"}).status_code == 422
    assert ReviewSettings.current().due_day == 15
