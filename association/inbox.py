"""What of the teams and jobs waits for the signed-in user."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

from django.urls import reverse

from association.models import Job, Team, User
from association.registries import InboxItem


def waiting_teams(user: User) -> Iterator[InboxItem]:
    """Teams whose next step is the user's: the officer's own to complete, the ARS's to decide."""
    teams = Team.objects.visible_to(user)
    if user.has_perm("association.manage_team"):
        mine = {"officer": user.pk}
        yield from _teams(teams, Team.State.TO_COMPLETE, "Équipes à compléter", "demandes de l’ARS", mine)
        yield from _teams(teams, Team.State.REGISTERED, "Équipes inscrites, à accompagner", "premier contact", mine)
    elif user.has_perm("association.decide_recognition"):
        yield from _teams(teams, Team.State.SUBMITTED, "Dossiers déposés, à instruire", "reconnaissance à décider", {})


def failed_jobs(user: User) -> Iterator[InboxItem]:
    """Jobs that the user asked for and that have failed since."""
    for job in Job.objects.filter(created_by=user, state=Job.State.FAILED)[:5]:
        yield InboxItem("Tâche en échec", 1, reverse("association:job", args=[job.pk]), detail=job.title)


def _teams(teams, state: str, title: str, detail: str, only: dict[str, int]) -> Iterator[InboxItem]:  # type: ignore[no-untyped-def]
    count = teams.filter(state=state, **only).count()
    if count:
        query = urlencode({"state": state, **only})
        yield InboxItem(title, count, f"{reverse('association:team_list')}?{query}", detail=detail)
