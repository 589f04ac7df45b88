"""What of the teams and jobs waits for the signed-in user."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone

from association.models import Exchange, Job, Team, User
from association.registries import InboxItem
from association.selectors.exchanges import due_follow_ups

# Lines of one kind on the home page; what is more is counted in one line.
MANY = 10


def waiting_teams(user: User) -> Iterator[InboxItem]:
    """Teams whose next step is the user's: the officer's own to complete, the ARS's to decide."""
    teams = Team.objects.visible_to(user)
    if user.has_perm("association.manage_team"):
        mine = {"officer": user.pk}
        yield from _teams(teams, Team.State.TO_COMPLETE, "Équipes à compléter", "demandes de l’ARS", mine)
        yield from _teams(teams, Team.State.REGISTERED, "Équipes inscrites, à accompagner", "premier contact", mine)
    elif user.has_perm("association.decide_recognition"):
        yield from _teams(teams, Team.State.SUBMITTED, "Dossiers déposés, à instruire", "reconnaissance à décider", {})


def follow_ups(user: User) -> Iterator[InboxItem]:
    """What the user had promised to come back to, the oldest first, each a click from its exchange."""
    found = list(due_follow_ups(user))
    for exchange in found[:MANY]:
        yield InboxItem(f"Relance : {exchange.team}", 1, exchange_url(exchange), detail=_told_follow_up(exchange))
    if rest := found[MANY:]:
        yield InboxItem("Autres relances", len(rest), exchange_url(rest[0]), detail="les plus récentes")


def failed_jobs(user: User) -> Iterator[InboxItem]:
    """Jobs that the user asked for and that have failed since."""
    for job in Job.objects.filter(created_by=user, state=Job.State.FAILED)[:5]:
        yield InboxItem("Tâche en échec", 1, reverse("association:job", args=[job.pk]), detail=job.title)


def exchange_url(exchange: Exchange) -> str:
    """Return where an exchange is read in its dossier."""
    return f"{reverse('association:team_exchanges', args=[exchange.team_id])}#echange-{exchange.pk}"


def _told_follow_up(exchange: Exchange) -> str:
    due = exchange.follow_up_on or timezone.localdate()
    late = (timezone.localdate() - due).days
    age = "aujourd’hui" if not late else "depuis hier" if late == 1 else f"depuis {late} jours"
    what = exchange.subject or f"{exchange.get_kind_display()} du {exchange.held_on:%d/%m/%Y}"
    return f"{what}, à relancer {age}"


def _teams(teams, state: str, title: str, detail: str, only: dict[str, int]) -> Iterator[InboxItem]:  # type: ignore[no-untyped-def]
    count = teams.filter(state=state, **only).count()
    if count:
        query = urlencode({"state": state, **only})
        yield InboxItem(title, count, f"{reverse('association:team_list')}?{query}", detail=detail)
