"""Teams: the list, the search, the next free code."""

from __future__ import annotations

from django.conf import settings
from django.db.models import Count, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from association.models import Commune, Membership, Professional, Team, User
from association.models.members import PERSON
from association.searching import having, words
from association.territory.places import department_codes


def team_list(user: User) -> QuerySet[Team]:
    """Return the teams of the user's scope with ``members_count`` (of today) and what a list shows of them."""
    members = (
        Membership.objects.current()
        .filter(team=OuterRef("pk"))
        .order_by()
        .values("team")
        .annotate(count=Count(PERSON, distinct=True))
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


def next_code(department: str) -> str:
    """Return the next free code of a department: ``EQ-44-013`` after ``EQ-44-012``."""
    start = f"EQ-{department}-"
    codes = Team.objects.filter(code__startswith=start).values_list("code", flat=True)
    numbers = (code.removeprefix(start) for code in codes)
    latest = max((int(number) for number in numbers if number.isdecimal()), default=0)
    return f"{start}{latest + 1:03d}"


def usual_department() -> str:
    """Return the department of most teams, for a first guess; one of the region when there is no team yet."""
    counted = Team.objects.order_by().values("department").annotate(count=Count("pk")).order_by("-count", "department")
    first = counted.first()
    if first is not None:
        return str(first["department"])
    return next(iter(department_codes(settings.REGION)), "")
