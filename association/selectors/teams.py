"""Teams: the list, the search, the dossier's head, the steps that its page offers."""

from __future__ import annotations

from django.db.models import Count, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from association.models import Commune, Membership, Professional, Team, User
from association.searching import having, words
from association.selectors.steps import steps_of
from association.workflow import Offer

# They follow from a convention (signed, ended): nobody presses them on the team's page.
FOLLOWS_A_CONVENTION = frozenset({"enter_convention", "leave_convention"})
# They write more than a state: the submission freezes the project, complements are asked point by point.
HAVE_A_PAGE = frozenset({"submit", "ask_complements", "refuse"})


def team_list(user: User) -> QuerySet[Team]:
    """Return the teams of the user's scope with ``members_count`` (of today) and what a list shows of them."""
    members = (
        Membership.objects.current()
        .filter(team=OuterRef("pk"))
        .order_by()
        .values("team")
        .annotate(count=Count("pk"))
        .values("count")
    )
    return (
        Team.objects.visible_to(user)
        .select_related("department", "officer")
        .prefetch_related(Prefetch("communes", Commune.objects.only("code", "name")))
        .annotate(members_count=Coalesce(Subquery(members), 0))
    )


def search_teams(teams: QuerySet[Team], text: str) -> QuerySet[Team]:
    """Return the teams of which every word typed is in the name, the code or a commune."""
    communes = Team.communes.through.objects
    for word in words(text):
        by_commune = communes.filter(commune__search_name__contains=word).values("team_id")
        teams = teams.filter(Q(pk__in=teams_named(word).values("pk")) | Q(pk__in=by_commune))
    return teams


def people_named(word: str) -> QuerySet[Professional]:
    """Return the professionals of whom a word typed is in the name or the RPPS, for a search among what is theirs."""
    return having(Professional.objects.order_by(), word, "last_name", "first_name", "rpps")


def teams_named(word: str) -> QuerySet[Team]:
    """Return the teams of which a word typed is in the name or the code, for a search among what is theirs."""
    return having(Team.objects.order_by(), word, "name", "code")


def team_dossier(user: User) -> QuerySet[Team]:
    """Return the teams of the user's scope with all that their page shows."""
    return (
        Team.objects.visible_to(user)
        .select_related("department", "officer")
        .prefetch_related(
            "structures",
            "themes",
            Prefetch("communes", Commune.objects.select_related("epci").order_by("epci__name", "search_name")),
        )
    )


def team_steps(team: Team, *, actor: User) -> list[Offer]:
    """Return the steps of a team that its page offers."""
    return steps_of(team, actor=actor, leave_out=FOLLOWS_A_CONVENTION | HAVE_A_PAGE)
