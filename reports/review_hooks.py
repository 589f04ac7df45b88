"""What reviews answer when the ground asks all floors (association.registries)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from association import registries
from association.due import people_of
from association.eligibility import Finding, Gate, Level, typeset
from association.immutability import declare_frozen, declare_refusal
from association.models import Team, User
from association.registries import ChangeSource, DueDate, DueSource, HistorySource, InboxItem, WatchedFinding
from reports.models import ReviewObjective, TeamReview
from reports.selectors.team_reviews import missing_reviews

MISSING = "TEAM_REVIEW"
HOUSE = "Règle de l’association"


def missing(teams: Iterable[Team], on: date) -> dict[int, list[Finding]]:
    """Return, by team, the reviews that it owes after their day: a warning each, that blocks nothing."""
    found: dict[int, list[Finding]] = defaultdict(list)
    for review in missing_reviews([team.pk for team in teams], on):
        found[review.team_id].append(
            Finding(
                code=MISSING,
                level=Level.WARNING,
                sentence=typeset(
                    f"Le bilan {review.year} était attendu le {review.due_on:%d/%m/%Y} et n’est pas remis : obtenez-le "
                    "avant de renouveler la convention, ou dispensez-en l’équipe."
                ),
                source=HOUSE,
                subject=f"bilan {review.year}",
                gate=Gate.WATCH,
            )
        )
    return found


def before_renewal(team: Team, day: date) -> Iterator[str]:
    """Say which reviews are missing, before a convention of the team is renewed."""
    for review in missing_reviews([team.pk], day):
        yield (
            f"Le bilan {review.year} de l’équipe, attendu le {review.due_on:%d/%m/%Y}, n’est pas remis. Vous pouvez "
            "renouveler sans lui."
        )


def waiting_reviews(user: User) -> Iterator[InboxItem]:
    """Reviews to validate, and late ones, of one's own teams and of nobody's; a referent's own, to fill in."""
    today = timezone.localdate()
    if user.has_perm("reports.validate_review"):
        mine = TeamReview.objects.visible_to(user).filter(Q(team__officer=user.pk) | Q(team__officer=None))
        received = mine.filter(state=TeamReview.State.SUBMITTED)
        yield from _lines("Bilans annuels à valider", received, user, "state=submitted", "remis par les équipes")
        yield from _lines("Bilans annuels en retard", mine.late(today), user, "retard=oui", "à relancer")
    elif user.has_perm("reports.write_review"):
        for review in TeamReview.objects.visible_to(user).filter(state__in=TeamReview.OPEN).order_by("year"):
            word = "revoir" if review.state == TeamReview.State.RETURNED else "remplir"
            due = f"{'attendu depuis le' if review.due_on < today else 'avant le'} {review.due_on:%d/%m/%Y}"
            url = reverse("reports:review", args=[review.pk])
            yield InboxItem(f"Bilan {review.year} à {word}", 1, url, detail=due, counted=False)


def due_reviews(user: User, first: date, last: date) -> Iterator[DueDate]:
    """The day on which each review that is still written is due."""
    rows = TeamReview.objects.visible_to(user).filter(state__in=TeamReview.OPEN, due_on__range=(first, last))
    for review in rows.select_related("team"):
        yield DueDate(
            uid=f"bilan-{review.pk}",
            day=review.due_on,
            title="Bilan annuel attendu",
            subject=review.team.name,
            url=reverse("reports:review", args=[review.pk]),
            detail=f"bilan {review.year}",
            people=people_of(review.team),
        )


def reviews_of_dossier(team: Team) -> Iterator[tuple[int, str]]:
    for pk, year in TeamReview.objects.filter(team=team).values_list("pk", "year"):
        yield pk, f"Bilan {year}"


def _told(pks: Iterable[int]) -> Iterator[tuple[int, int, str]]:
    for pk, team, year in TeamReview.objects.filter(pk__in=pks).values_list("pk", "team", "year"):
        yield pk, team, f" {year}"


def _lines(title: str, rows: object, user: User, query: str, detail: str) -> Iterator[InboxItem]:
    found = list(rows.order_by().values_list("pk", "team__officer"))  # type: ignore[attr-defined]
    for officer in (user.pk, None):
        pks = [pk for pk, whose in found if whose == officer]
        if not pks:
            continue
        nobody = "" if officer else "personne n’en est chargé, "
        many = f"{reverse('reports:review_list')}?{query}&{urlencode({'officer': officer or 'null'})}"
        url = reverse("reports:review", args=[pks[0]]) if len(pks) == 1 else many
        yield InboxItem(title, len(pks), url, detail=f"{nobody}{detail}")


def declare_what_is_frozen() -> None:
    """Declare what the database refuses: words and figures of what was handed in, everything of what was validated."""
    declare_frozen(
        TeamReview,
        columns=["team", "year", "project", "difficulties", "plans", "figures", "submitted_on"],
        when="OLD.state NOT IN ('to_fill', 'returned')",
        message="Un bilan remis ne se modifie plus : rendez-le à l'équipe pour qu'elle le revoie.",
    )
    declare_frozen(
        TeamReview,
        columns=["state", "due_on", "validated_on"],
        when="OLD.state = 'validated'",
        message="Un bilan validé ne se modifie plus.",
        name="final",
    )
    declare_frozen(
        ReviewObjective,
        columns=["review", "place", "of_project", *ReviewObjective.ANSWERS],
        when="OLD.frozen",
        message="Un bilan remis ne se modifie plus : rendez-le à l'équipe pour qu'elle le revoie.",
    )
    declare_refusal(
        ReviewObjective,
        name="closed_review",
        operation="INSERT",
        # What is loaded with a review that is handed in already (the demo) comes frozen.
        when="""NOT NEW.frozen AND NOT EXISTS (
            SELECT 1 FROM reports_teamreview r WHERE r.id = NEW.review_id AND r.state IN ('to_fill', 'returned')
        )""",
        message="Un bilan remis ne reçoit plus d'objectif.",
    )


def register() -> None:
    """Fill the registries of the ground."""
    declare_what_is_frozen()
    registries.finding_sources.add("reports.reviews", missing)
    registries.watched_findings.add(MISSING, WatchedFinding("Bilans annuels manquants", always=True))
    registries.renewal_warnings.add("reports.reviews", before_renewal)
    registries.inbox.add("reports.reviews", waiting_reviews)
    registries.due_dates.add("bilans", DueSource("Bilans annuels", "reports.view_review", due_reviews))
    registries.history_sources.add("reports.review", HistorySource(TeamReview, reviews_of_dossier))
    registries.change_sources.add(
        "reports.review",
        ChangeSource(
            model=TeamReview,
            one="Bilan",
            many="bilans",
            scope=lambda user, teams: TeamReview.objects.visible_to(user).filter(team__in=teams),
            told=_told,
            page="reports:review",
        ),
    )
