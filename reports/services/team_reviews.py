"""Asking teams for their yearly review, and what becomes of it: handed in, validated, handed back, waived."""

from __future__ import annotations

import logging
import re
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from association.findings import refresh_findings
from association.machine import TransitionRefused
from association.models import HealthProject, Team, User
from association.permissions import require
from association.workflow import enter_at, fire, lock
from reports.models import ReviewObjective, TeamReview
from reports.review_calendar import LEAST_NOTICE, due_date, year_to_review
from reports.selectors.team_review_figures import figures_of, under_convention
from reports.selectors.team_reviews import plan, project_of, teams_to_ask
from reports.services.team_review_mails import tell_handed_back, tell_opened

logger = logging.getLogger(__name__)

ASK = "reports.ask_review"
ITEM = re.compile(r"^\s*[-–—•*]\s+", re.MULTILINE)
MOST_OBJECTIVES = 12  # of each audience that a project's text gives


def open_reviews(*, on: date | None = None) -> int:
    """Ask each team that was under convention last year for its review, once, and return how many were asked.

    Daily from January to June: a machine that slept catches up. Each team in a transaction of its own.
    """
    day = on or timezone.localdate()
    year = year_to_review(day)
    if year is None:
        return 0
    count = 0
    for team in teams_to_ask(year):
        try:
            count += open_review(team=team, year=year, actor=User.objects.system(), on=day) is not None
        except TransitionRefused:  # asked for, or stopped being concerned, since the list was read
            logger.info("review %s of team %s is not opened", year, team.pk)
    return count


@transaction.atomic
def open_review(*, team: Team, year: int, actor: User, on: date | None = None) -> TeamReview:
    """Ask a team for the review of a year: its form with the objectives of its project, and a message to its referents.

    Raises:
        TransitionRefused: when the year is not over, the team was not under convention, or it was asked already.
    """
    require(actor, ASK)
    day = on or timezone.localdate()
    fresh = lock(team)
    if year >= day.year:
        raise TransitionRefused(f"L’année {year} n’est pas terminée : son bilan se demande à partir de janvier.")
    if TeamReview.objects.filter(team=fresh, year=year).exists():
        raise TransitionRefused(f"Le bilan {year} de cette équipe est déjà demandé.")
    if not under_convention(year, teams=[fresh.pk]).exists():
        raise TransitionRefused(f"Cette équipe n’était pas sous convention en {year} : elle n’a pas de bilan à rendre.")
    project = project_of(fresh, year)
    review = TeamReview(
        team=fresh, year=year, project=project, opened_on=day, due_on=due_date(year, plan(), asked_on=day)
    )
    created = enter_at([(review, TeamReview.State.TO_FILL)], actor=actor, origin="")[0]
    ReviewObjective.objects.bulk_create(objectives_of(created, project))
    tell_opened(review=created, actor=actor)
    return created


def objectives_of(review: TeamReview, project: HealthProject | None) -> list[ReviewObjective]:
    """Return the objectives that a project's own words give a review, unsaved: one for each item, or each paragraph."""
    if project is None:
        return []
    audiences = (
        (ReviewObjective.Audience.PATIENTS, project.goals_patients),
        (ReviewObjective.Audience.PROFESSIONALS, project.goals_professionals),
    )
    said = [(audience, words) for audience, text in audiences for words in _items(text)]
    return [
        ReviewObjective(review=review, place=place, audience=audience, statement=words, of_project=True)
        for place, (audience, words) in enumerate(said, 1)
    ]


@transaction.atomic
def submit_review(*, review: TeamReview, actor: User) -> TeamReview:
    """Hand a review in: its words and its figures of today are frozen.

    Raises:
        TransitionRefused: with what is still missing, in French.
    """
    team = lock(review.team)
    today = timezone.localdate()
    figures = figures_of(team.pk, review.year)
    moved = fire(review, "submit", actor=actor, submitted_on=today, figures=figures.to_json())
    moved.objectives.update(frozen=True)
    refresh_findings(teams=[team])
    return moved


@transaction.atomic
def validate_review(*, review: TeamReview, actor: User) -> TeamReview:
    """Validate a review that was handed in; from then on nothing of it changes.

    Raises:
        TransitionRefused: with the reason in French.
    """
    return fire(review, "validate", actor=actor, validated_on=timezone.localdate())


@transaction.atomic
def hand_back_review(*, review: TeamReview, reason: str, due_on: date | None, actor: User) -> TeamReview:
    """Hand a review back to its team with what is to be mended, and write to its referents.

    Args:
        due_on: the new day on which it is due; the one that it had, or three weeks from now, by default.

    Raises:
        TransitionRefused: with the reason in French.
        ValidationError: for a day that is past.
    """
    team = lock(review.team)
    due = _next_due(review, due_on)
    said = f"À remettre avant le {due:%d/%m/%Y}."
    moved = fire(review, "hand_back", actor=actor, comment=reason, said=said, due_on=due)
    moved.objectives.update(frozen=False)
    tell_handed_back(review=moved, reason=reason, actor=actor)
    refresh_findings(teams=[team])
    return moved


@transaction.atomic
def waive_review(*, review: TeamReview, reason: str, actor: User) -> TeamReview:
    """Do without a review that nobody can write any more; it no longer counts among those expected.

    Raises:
        TransitionRefused: with the reason in French.
    """
    team = lock(review.team)
    moved = fire(review, "waive", actor=actor, comment=reason)
    moved.objectives.update(frozen=True)
    refresh_findings(teams=[team])
    return moved


@transaction.atomic
def ask_again(*, review: TeamReview, due_on: date | None, actor: User) -> TeamReview:
    """Ask for a review after all that was waived.

    Raises:
        TransitionRefused: with the reason in French.
        ValidationError: for a day that is past.
    """
    team = lock(review.team)
    due = _next_due(review, due_on)
    moved = fire(review, "ask_again", actor=actor, said=f"À remettre avant le {due:%d/%m/%Y}.", due_on=due)
    moved.objectives.update(frozen=False)
    refresh_findings(teams=[team])
    return moved


def _next_due(review: TeamReview, due_on: date | None) -> date:
    today = timezone.localdate()
    if due_on is None:
        return max(review.due_on, today + LEAST_NOTICE)
    if not today < due_on <= today + timedelta(days=366):
        raise ValidationError({"due_on": "Choisissez un jour à venir, dans l’année."})
    return due_on


def _items(text: str) -> list[str]:
    """Return the items of a list, or the paragraphs of a text that is none."""
    parts = ITEM.split(text) if ITEM.search(text) else re.split(r"\n\s*\n", text)
    return [part.strip() for part in parts if part.strip()][:MOST_OBJECTIVES]
