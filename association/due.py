"""What of the teams ends or falls due (association.registries.due_dates)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.db.models import Count, Q
from django.urls import reverse

from association.inbox import exchange_url
from association.models import Attestation, ComplementPoint, EtpProgramme, Exchange, RecognitionRequest, Team, User
from association.registries import DueDate, DueSource, due_dates


def people_of(team: Team) -> frozenset[int]:
    """Return whose teams these are: the office's officer and the correspondent of the ARS."""
    return frozenset(pk for pk in (team.officer_id, team.ars_correspondent_id) if pk)


def opinions(user: User, first: date, last: date) -> Iterator[DueDate]:
    """Opinions that the délégation has not given yet."""
    waiting = RecognitionRequest.objects.visible_to(user).filter(
        opinion="", decision="", closed_at=None, team__state=Team.State.SUBMITTED, opinion_due_on__range=(first, last)
    )
    for request in waiting.select_related("team"):
        yield DueDate(
            uid=f"avis-{request.pk}",
            day=request.opinion_due_on,
            title="Avis de l’ARS attendu",
            subject=request.team.name,
            url=reverse("association:recognition_file", args=[request.pk]),
            detail=f"dossier déposé le {request.submitted_on:%d/%m/%Y}",
            people=people_of(request.team),
        )


def complements(user: User, first: date, last: date) -> Iterator[DueDate]:
    """Complements that the ARS asked for and that have no answer, one entry per request and day."""
    rows = (
        ComplementPoint.objects.filter(request__in=RecognitionRequest.objects.visible_to(user))
        .filter(answered_at=None, request__team__state=Team.State.TO_COMPLETE, due_on__range=(first, last))
        .order_by("due_on")
        .values_list("request", "due_on", "request__team__name", "request__team__officer")
        .annotate(count=Count("pk"))
    )
    for request, day, team, officer, count in rows:
        yield DueDate(
            uid=f"complements-{request}-{day:%Y%m%d}",
            day=day,
            title="Compléments à remettre à l’ARS",
            subject=team,
            url=reverse("association:recognition_file", args=[request]),
            detail=f"{count} points" if count > 1 else "un point",
            people=frozenset({officer} if officer else ()),
        )


def follow_ups(user: User, first: date, last: date) -> Iterator[DueDate]:
    """What somebody of the office has promised to come back to."""
    rows = Exchange.objects.visible_to(user).filter(followed_up_at=None, follow_up_on__range=(first, last))
    for exchange in rows.select_related("team"):
        if exchange.follow_up_on:
            yield DueDate(
                uid=f"relance-{exchange.pk}",
                day=exchange.follow_up_on,
                title="Relance",
                subject=exchange.team.name,
                url=exchange_url(exchange),
                detail=exchange.subject,
                people=people_of(exchange.team) | {exchange.author_id},
            )


def attestations(user: User, first: date, last: date) -> Iterator[DueDate]:
    """Attestations that end, one entry per team and day: as many are to be issued anew."""
    rows = (
        Attestation.objects.visible_to(user)
        .filter(Q(membership__left_on=None), replaced_at=None, ends_on__range=(first, last))
        .order_by("ends_on")
        .values_list("membership__team", "membership__team__name", "membership__team__officer", "ends_on")
        .annotate(count=Count("pk"))
    )
    for team, name, officer, day, count in rows:
        yield DueDate(
            uid=f"attestations-{team}-{day:%Y%m%d}",
            day=day,
            title="Fin d’attestations" if count > 1 else "Fin d’une attestation",
            subject=name,
            url=f"{reverse('association:team', args=[team])}#membres",
            detail=f"{count} membres" if count > 1 else "un membre",
            people=frozenset({officer} if officer else ()),
            awaited=False,
        )


def programmes(user: User, first: date, last: date) -> Iterator[DueDate]:
    """Programmes of patient education whose declaration ends."""
    seen = Team.objects.visible_to(user).values("pk")
    rows = EtpProgramme.objects.filter(team__in=seen, ends_on__range=(first, last)).exclude(
        team__state=Team.State.CLOSED
    )
    for programme in rows.select_related("team"):
        if programme.ends_on:
            yield DueDate(
                uid=f"etp-{programme.pk}",
                day=programme.ends_on,
                title="Fin de la déclaration d’un programme d’ETP",
                subject=programme.team.name,
                url=f"{reverse('association:team', args=[programme.team_id])}#structures",
                detail=programme.title,
                people=people_of(programme.team),
                awaited=False,
            )


def register() -> None:
    """Fill the registry with what the ground knows."""
    due_dates.add("avis", DueSource("Avis de l’ARS", "association.view_recognition", opinions))
    due_dates.add("complements", DueSource("Compléments", "association.view_recognition", complements))
    due_dates.add("relances", DueSource("Relances", "association.view_exchanges", follow_ups))
    due_dates.add("attestations", DueSource("Attestations", "association.view_attestation", attestations))
    due_dates.add("etp", DueSource("Programmes d’ETP", "association.view_structure", programmes))
