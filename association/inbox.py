"""What of the teams and jobs waits for the signed-in user."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from association.models import Exchange, Job, Team, User
from association.periods import ago
from association.registries import InboxItem, watched_findings
from association.selectors.exchanges import due_follow_ups, uncertain_mails
from association.selectors.findings import Told, told_to
from association.selectors.recognition import waiting_for, with_the_ars

# Lines of one kind on the home page; what is more is counted in one line.
MANY = 10


def waiting_teams(user: User) -> Iterator[InboxItem]:
    """The officer's own teams that wait for a first contact."""
    if user.has_perm("association.manage_team"):
        teams, mine = Team.objects.visible_to(user), {"officer": user.pk}
        yield from _teams(teams, Team.State.REGISTERED, "Équipes inscrites, à accompagner", "premier contact", mine)


def waiting_recognitions(user: User) -> Iterator[InboxItem]:
    """Dossiers to complete and opinions that are late, for the officer of the team; dossiers to decide, for the ARS."""
    if user.has_perm("association.manage_team"):
        mine = with_the_ars(user).filter(officer=user.pk)
        yield from _dossiers("Équipes à compléter", "completer", mine, _told_to_complete, officer=user.pk)
        yield from _dossiers("Avis de l’ARS en retard", "retard", mine, _told_late, officer=user.pk)
    elif user.has_perm("association.decide_recognition"):
        dossiers = with_the_ars(user)
        yield from _dossiers("Dossiers déposés, à instruire", "instruire", dossiers, _told_submitted)
        yield from _dossiers("Avis en retard", "retard", dossiers, _told_late)


def watched_teams(user: User) -> Iterator[InboxItem]:
    """What the rules find on the teams that one is in charge of, and on those that nobody is in charge of."""
    if user.has_perm("association.manage_team"):
        for told in told_to(user):
            said = [told.only_name] if told.teams == 1 else []
            said += [] if told.officer else ["personne n’en est chargé"]
            said += _told_since(told)
            label = watched_findings[told.code].label
            yield InboxItem(label, told.teams, _where(told), detail=", ".join(said))


def uncertain_messages(user: User) -> Iterator[InboxItem]:
    """Messages that may have left, about which somebody has to decide."""
    found = list(uncertain_mails(user).values_list("pk", "sending_at"))
    if found:
        first, since = found[0]
        url = reverse("association:outbox_mail", args=[first]) if len(found) == 1 else reverse("association:outbox")
        detail = f"interrompu le {timezone.localdate(since):%d/%m/%Y}, à renvoyer ou non"
        yield InboxItem("Messages dont l’envoi est incertain", len(found), url, detail=detail)


def follow_ups(user: User) -> Iterator[InboxItem]:
    """What the user, or somebody who has left, had promised to come back to: the oldest first, each a click away."""
    found = list(due_follow_ups(user))
    for exchange in found[:MANY]:
        yield InboxItem(
            f"Relance : {exchange.team}", 1, exchange_url(exchange), _told_follow_up(exchange), counted=False
        )
    if rest := found[MANY:]:
        yield InboxItem("Autres relances", len(rest), exchange_url(rest[0]), detail="les plus récentes")


def failed_jobs(user: User) -> Iterator[InboxItem]:
    """Jobs that the user asked for and that have failed since."""
    for job in Job.objects.filter(created_by=user, state=Job.State.FAILED)[:5]:
        yield InboxItem("Tâche en échec", 1, reverse("association:job", args=[job.pk]), job.title, counted=False)


def exchange_url(exchange: Exchange) -> str:
    """Return where an exchange is read in its dossier."""
    return f"{reverse('association:team_exchanges', args=[exchange.team_id])}#echange-{exchange.pk}"


def _told_follow_up(exchange: Any) -> str:
    due = exchange.follow_up_on or timezone.localdate()
    late = (timezone.localdate() - due).days
    age = "aujourd’hui" if not late else "depuis hier" if late == 1 else f"depuis {late} jours"
    what = exchange.subject or f"{exchange.get_kind_display()} du {exchange.held_on:%d/%m/%Y}"
    alone = ", personne n’en est plus chargé" if exchange.has_nobody else ""
    return f"{what}, à relancer {age}{alone}"


def _dossiers(
    title: str, waiting: str, dossiers: QuerySet[Team], told: Callable[[list[Any]], str], **only: int
) -> Iterator[InboxItem]:
    """One line for the dossiers that wait in one way, with their dates; it leads to the list of exactly these."""
    found: list[Any] = list(waiting_for(dossiers, waiting))
    if found:
        query = urlencode({"waiting": waiting, **only})
        yield InboxItem(title, len(found), f"{reverse('association:recognition_list')}?{query}", detail=told(found))


def _told_to_complete(teams: list[Any]) -> str:
    unanswered = sum(team.unanswered_count for team in teams)
    if not unanswered:
        return "demandes de l’ARS"
    first = min(team.next_due_on for team in teams if team.next_due_on)
    said = f"{unanswered} réponses" if unanswered > 1 else "une réponse"
    return f"{said} à donner, la première attendue pour le {first:%d/%m/%Y}"


def _told_submitted(teams: list[Any]) -> str:
    dated = [team for team in teams if team.submitted_on]
    if not dated:
        return "reconnaissance à décider"
    first = min(team.submitted_on for team in dated)
    age = (timezone.localdate() - first).days
    due = [team.opinion_due_on for team in dated if not team.opinion]
    awaited = f", premier avis attendu pour le {min(due):%d/%m/%Y}" if due else ""
    return f"le plus ancien déposé le {first:%d/%m/%Y} ({age} jours){awaited}"


def _told_late(teams: list[Any]) -> str:
    return f"le plus ancien attendu pour le {min(team.opinion_due_on for team in teams):%d/%m/%Y}"


def _teams(teams, state: str, title: str, detail: str, only: dict[str, int]) -> Iterator[InboxItem]:  # type: ignore[no-untyped-def]
    count = teams.filter(state=state, **only).count()
    if count:
        query = urlencode({"state": state, **only})
        yield InboxItem(title, count, f"{reverse('association:team_list')}?{query}", detail=detail)


def _told_since(told: Told) -> list[str]:
    """Since when it is known here; nothing on the day on which it was noted, which says nothing of its age."""
    days = (timezone.localdate() - told.oldest).days
    if days < 1:
        return []
    return [f"relevé {ago(days)}" if told.teams == 1 else f"le plus ancien relevé {ago(days)}"]


def _where(told: Told) -> str:
    """The dossier, when there is one only; else the list of exactly these teams."""
    if told.teams == 1:
        return f"{reverse('association:team', args=[told.only_team])}#constats"
    query = urlencode({"constat": told.code, "officer": told.officer or "null"})
    return f"{reverse('association:team_list')}?{query}"
