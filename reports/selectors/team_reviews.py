"""Yearly reviews as pages, findings and the activity report read them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from association.models import HealthProject, Team, User
from association.searching import words
from association.selectors.teams import teams_named
from association.workflow import Offer, offers
from reports.models import ReviewObjective, ReviewSettings, TeamReview
from reports.models.team_reviews import FOLLOWED
from reports.review_calendar import Plan
from reports.selectors.team_review_figures import figures_of, under_convention
from reports.team_review_content import ObjectiveAnswer, ReviewContent, YearFigures

# What is done with a form of its own on the page, or where more is written than a state.
ORDER = ("submit", "validate", "hand_back", "waive", "ask_again")


def reviews_for(user: User) -> QuerySet[TeamReview]:
    """Return the reviews of the user's scope with what their pages show."""
    return (
        TeamReview.objects.visible_to(user)
        .select_related("team__department", "team__officer", "project")
        .prefetch_related("objectives")
    )


def review_list(user: User) -> QuerySet[TeamReview]:
    """Return the reviews of the user's scope with ``followed``: how many of their objectives have an answer."""
    followed = (
        ReviewObjective.objects.filter(FOLLOWED, review=OuterRef("pk"))
        .order_by()
        .values("review")
        .annotate(count=Count("pk"))
        .values("count")
    )
    return (
        TeamReview.objects.visible_to(user)
        .select_related("team__department", "team__officer")
        .annotate(followed=Coalesce(Subquery(followed), 0))
        .defer("stamps", "figures", "difficulties", "plans")
        .order_by("-year", "team__name", "pk")
    )


def search_reviews(reviews: QuerySet[TeamReview], text: str) -> QuerySet[TeamReview]:
    """Return the reviews of which every word typed is the year, or in the team's name or code."""
    for word in words(text):
        mine = Q(team__in=teams_named(word).values("pk"))
        reviews = reviews.filter(mine | Q(year=int(word)) if word.isdecimal() and len(word) == 4 else mine)
    return reviews


def years_of_reviews() -> list[tuple[str, str]]:
    """Return the years that have a review, the latest first, as choices."""
    years = TeamReview.objects.order_by("-year").values_list("year", flat=True).distinct()
    return [(str(year), str(year)) for year in years]


def reviews_of(team: Team, user: User) -> list[TeamReview]:
    """Return the reviews of a team that the user may read, the latest year first."""
    return list(TeamReview.objects.visible_to(user).filter(team=team).order_by("-year"))


def year_to_ask(team: Team, *, today: date | None = None) -> int | None:
    """Return the last full year when the team was under convention and no review was asked for, or None."""
    year = (today or timezone.localdate()).year - 1
    if TeamReview.objects.filter(team=team, year=year).exists():
        return None
    return year if under_convention(year, teams=[team.pk]).exists() else None


def teams_to_ask(year: int) -> QuerySet[Team]:
    """Return the teams that were under convention in a year and have no review of it."""
    return Team.objects.filter(pk__in=under_convention(year).values("team")).exclude(reviews__year=year).order_by("pk")


def project_of(team: Team, year: int) -> HealthProject | None:
    """Return the accepted project that measures a year: the last one submitted by its end, else the first after."""
    accepted = HealthProject.objects.filter(team=team, state=HealthProject.State.ACCEPTED)
    by_then = accepted.filter(submitted_on__lte=date(year, 12, 31)).order_by("number").last()
    return by_then or accepted.order_by("number").first()


def plan() -> Plan:
    """Return the settings in force as the calendar of reviews reads them."""
    current = ReviewSettings.current()
    return Plan(
        current.due_month,
        current.due_day,
        current.remind_before_days,
        current.remind_every_days,
        current.remind_times,
    )


def shown_figures(review: TeamReview) -> YearFigures:
    """Return the figures of a review: as handed in, or as they are now while it is open."""
    if review.figures is not None and not review.is_open:
        return YearFigures.from_json(review.figures)
    return figures_of(review.team_id, review.year)


def steps_of(review: TeamReview, *, actor: User) -> list[Offer]:
    """Return the steps that somebody is offered, the usual one first."""
    found = {one.name: one for one in offers(review, actor=actor)}
    return [found[name] for name in ORDER if name in found]


def content_of(review: TeamReview) -> ReviewContent:
    """Return a review in words, for its paper; ``objectives``, ``team`` and ``project`` were read with it."""
    team = review.team
    return ReviewContent(
        organisation=settings.ORGANISATION_NAME,
        team_code=team.code,
        team_name=team.name,
        kind_label=team.get_kind_display(),
        department=team.department.name,
        year=review.year,
        state_label=review.get_state_label(),
        submitted_on=review.submitted_on if not review.is_open else None,
        validated_on=review.validated_on,
        project_label=str(review.project) if review.project else "",
        figures=shown_figures(review),
        objectives=tuple(
            ObjectiveAnswer(
                audience=one.get_audience_display(),
                statement=one.statement,
                indicator=one.indicator,
                value=one.value,
                result=one.get_result_display(),
                comment=one.comment,
            )
            for one in review.objectives.all()
        ),
        difficulties=review.difficulties,
        plans=review.plans,
    )


def missing_reviews(teams: Iterable[int], on: date) -> QuerySet[TeamReview]:
    """Return the reviews that these teams still owe after their day, oldest first."""
    return TeamReview.objects.late(on).filter(team__in=list(teams)).order_by("year")


@dataclass(frozen=True)
class Progress:
    """How many of the sections of a review say something."""

    complete: int
    needed: int

    @property
    def left(self) -> int:
        return self.needed - self.complete


def progress_of(review: TeamReview) -> Progress:
    """Return how far a review is: its objectives with an answer, and its two texts."""
    answered = [one.is_followed for one in review.objectives.all()]
    answered += [bool(getattr(review, name).strip()) for name in TeamReview.TEXTS]
    return Progress(sum(answered), len(answered))
