"""The list of the yearly reviews (docs/lists.md): columns, filters, the steps that many take together."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.html import format_html

from association.filters import departments, officers, team_filter
from association.listing.bulk import BulkStep
from association.listing.declaration import Listing
from association.listing.filters import ChoicesFilter, DatesFilter, ListFilter, ObjectsFilter, SearchFilter, any_of
from association.models import User
from association.tables import CODE, NUMBER, DayColumn, StateColumn, TeamColumn
from reports.models import TeamReview
from reports.selectors import team_reviews as selectors
from reports.services.team_review_mails import remind_of_review


class TeamReviewTable(tables.Table):
    team = TeamColumn("team", linkify=("reports:review", {"pk": tables.A("pk")}), attrs={"td": {"class": "names-wide"}})
    year = tables.Column(verbose_name="Année", attrs=CODE)
    state = StateColumn()
    due_on = DayColumn(verbose_name="Attendu le")
    submitted_on = DayColumn(verbose_name="Remis le")
    followed = tables.Column(verbose_name="Objectifs suivis", attrs=NUMBER)
    reminded_at = tables.Column(verbose_name="Relancé le", attrs=CODE, default="")
    department = tables.Column(verbose_name="Département", accessor="team__department__name")
    officer = tables.Column(verbose_name="Suivie par", accessor="team__officer__full_name", default="")

    class Meta:
        order_by = "-year"
        empty_text = "Aucun bilan pour l’instant. Ils sont demandés en janvier aux équipes sous convention."

    def render_due_on(self, value: Any, record: TeamReview) -> str:
        if record.is_open and value < timezone.localdate():
            return format_html('<span>{}<span class="soft small d-block">en retard</span></span>', f"{value:%d/%m/%Y}")
        return f"{value:%d/%m/%Y}"

    def render_reminded_at(self, value: Any) -> str:
        return f"{timezone.localtime(value):%d/%m/%Y}"


class TeamReviewFilter(ListFilter):
    q = SearchFilter("Équipe ou année")
    state = ChoicesFilter("État", TeamReview.State.choices)
    year = ChoicesFilter("Année", selectors.years_of_reviews)
    retard = ChoicesFilter("Retard", [("oui", "En retard")], method="which_are_late")
    department = ObjectsFilter("Département", departments, field_name="team__department")
    officer = ObjectsFilter("Suivie par", officers, nobody="Personne", field_name="team__officer")
    team = team_filter()
    due_on = DatesFilter("Attendu le")

    def search(self, reviews: QuerySet[TeamReview], name: str, value: str) -> QuerySet[TeamReview]:
        return selectors.search_reviews(reviews, value)

    def which_are_late(self, reviews: QuerySet[TeamReview], name: str, value: list[str]) -> QuerySet[TeamReview]:
        late = TeamReview.objects.late(timezone.localdate()).values("pk")
        return any_of(reviews, value, lambda rows, _: rows.filter(pk__in=late))


def _remind(review: TeamReview, actor: User) -> str:
    written = remind_of_review(review=review, actor=actor)
    return "Un message est écrit." if written == 1 else f"{written} messages sont écrits."


REMIND = BulkStep(
    name="remind",
    label="Relancer les équipes",
    permission="reports.ask_review",
    states=TeamReview.OPEN,
    run=_remind,
    named=lambda review: f"{review.team}, bilan {review.year}",
    text="Un message par référent, et un seul par jour pour chaque bilan.",
)


class TeamReviewList(Listing):
    """The yearly reviews of one's scope, the latest first."""

    name = "bilans"
    title, noun = "Bilans annuels", "bilan,bilans"
    lead = "Ce que chaque équipe sous convention dit de son année."
    permission = "reports.view_review"
    address, row_address = "reports:review_list", "reports:review"
    table, filters = TeamReviewTable, TeamReviewFilter
    shown = ("team", "year", "state", "due_on", "submitted_on", "followed", "officer")
    bulk = (REMIND,)

    def rows(self, user: User, **about: Any) -> QuerySet[TeamReview]:
        return selectors.review_list(user)
