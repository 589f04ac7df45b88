"""The ARS's part of a dossier as its readers meet it: requests, how long they have waited, what may be done now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Case, Count, DateField, F, OuterRef, Prefetch, Q, QuerySet, Subquery, When
from django.urls import reverse
from django.utils import timezone

from association.models import ComplementPoint, RecognitionRequest, Team, User
from association.nomenclature import TeamKind
from association.registries import withdrawal_effects

GIVE_OPINION, DECIDE, MANAGE = (
    "association.give_opinion",
    "association.decide_recognition",
    "association.manage_team",
)
CAN_BE_WITHDRAWN = (Team.State.RECOGNISED, Team.State.UNDER_CONVENTION, Team.State.SUSPENDED)
CORRECTION_PENDING = (
    "Des compléments sont demandés à l'équipe : la décision se prend après le nouveau dépôt de son dossier."
)


@dataclass(frozen=True)
class RequestFile:
    """One request as a page shows it.

    Attributes:
        label, tone: of its badge.
        age_days: since the submission.
        days_left: until the opinion is due; negative when it is late, None when it is no longer awaited.
    """

    request: RecognitionRequest
    label: str
    tone: str
    age_days: int
    days_left: int | None
    points: tuple[ComplementPoint, ...]

    @property
    def is_late(self) -> bool:
        return self.days_left is not None and self.days_left < 0

    @property
    def days_late(self) -> int:
        return -self.days_left if self.days_left is not None and self.days_left < 0 else 0

    @property
    def unanswered(self) -> int:
        return sum(point.answered_at is None for point in self.points)


@dataclass(frozen=True)
class Gesture:
    """What one may do on a recognition: a page of its own; ``reason`` says why it is not possible now."""

    label: str
    url: str
    reason: str = ""
    main: bool = False
    danger: bool = False


def recognition_word(kind: str) -> str:
    """Return what the recognition of a kind of team is called."""
    return "Enregistrement" if kind == TeamKind.ESP_CLAP else "Reconnaissance"


def recognised_word(kind: str) -> str:
    """Return what a recognised team of a kind is, in the feminine of « équipe »."""
    return "enregistrée" if kind == TeamKind.ESP_CLAP else "reconnue"


def requests_for(user: User) -> QuerySet[RecognitionRequest]:
    """Return the requests of the user's scope with all that their pages show."""
    points = ComplementPoint.objects.select_related("asked_by", "answered_by")
    return (
        RecognitionRequest.objects.visible_to(user)
        .select_related("team__department", "project", "letter", "submitted_by", "opinion_by", "decided_by")
        .prefetch_related(Prefetch("points", points))
    )


def requests_of(team: Team, user: User) -> list[RequestFile]:
    """Return the requests of a team, newest first."""
    return [request_file(request) for request in requests_for(user).filter(team=team)]


def request_file(request: RecognitionRequest, *, on: date | None = None) -> RequestFile:
    """Return a request (of `requests_for`) with what follows from its dates."""
    day = on or timezone.localdate()
    awaited = request.is_open and not request.opinion
    days_left = (request.opinion_due_on - day).days if awaited else None
    label, tone = _badge(request, days_left)
    return RequestFile(request, label, tone, (day - request.submitted_on).days, days_left, tuple(request.points.all()))


def submitted_before(request: RecognitionRequest, files: list[RequestFile]) -> RequestFile | None:
    """Return the team's submission just before this one, with what was asked and answered then, if there was one."""
    place = [one.request.pk for one in files].index(request.pk)
    return files[place + 1] if place + 1 < len(files) else None


def open_request_of(files: list[RequestFile]) -> RecognitionRequest | None:
    """Return the request that the ARS has in hand, if there is one."""
    return next((one.request for one in files if one.request.is_open), None)


def gestures(team: Team, files: list[RequestFile], *, actor: User) -> list[Gesture]:
    """Return what the actor may do about a team's recognition, and why not what is near but not possible now."""
    return [*_of_request(team, files, actor), *_of_team(team, files, actor)]


def ends_with_recognition(team: Team) -> list[str]:
    """Return what a withdrawal of today would end, in French, from all floors."""
    return [sentence for effect in withdrawal_effects for sentence in effect(team)]


def with_the_ars(user: User) -> QuerySet[Team]:
    """Return the teams of the user's scope with their request in hand or handed back, and its dates.

    Adds ``request_id``, ``submitted_on``, ``opinion_due_on``, ``opinion`` (of the latest request; None for a dossier
    that was submitted before this register), ``points_count``, ``unanswered_count`` and ``next_due_on`` (points).
    """
    latest = RecognitionRequest.objects.filter(team=OuterRef("pk")).order_by("-submitted_on", "-pk")
    unanswered = Q(recognition_requests__points__isnull=False, recognition_requests__points__answered_at=None)
    due = (
        ComplementPoint.objects.filter(request__team=OuterRef("pk"), answered_at=None)
        .order_by("due_on")
        .values("due_on")[:1]
    )
    return (
        Team.objects.filter(pk__in=Team.objects.visible_to(user).values("pk"))
        .filter(state__in=[Team.State.SUBMITTED, Team.State.TO_COMPLETE])
        .select_related("department", "officer")
        .annotate(
            request_id=Subquery(latest.values("pk")[:1]),
            submitted_on=Subquery(latest.values("submitted_on")[:1]),
            opinion=Subquery(latest.values("opinion")[:1]),
            opinion_due_on=Case(
                When(state=Team.State.SUBMITTED, then=Subquery(latest.values("opinion_due_on")[:1])),
                output_field=DateField(),
            ),
            points_count=Count("recognition_requests__points"),
            unanswered_count=Count("recognition_requests__points", filter=unanswered),
            next_due_on=Subquery(due),
        )
        .order_by(F("submitted_on").asc(nulls_last=True), "name")
    )


def waiting_for(teams: QuerySet[Any], what: str) -> QuerySet[Any]:
    """Return those (of `with_the_ars`) that wait in one way.

    Args:
        what: ``instruire`` (with the ARS), ``retard`` (its opinion was due before today), ``completer``.
    """
    if what == "retard":
        today = timezone.localdate()
        return teams.filter(state=Team.State.SUBMITTED, opinion="", opinion_due_on__lt=today)
    return teams.filter(state=Team.State.SUBMITTED if what == "instruire" else Team.State.TO_COMPLETE)


def _badge(request: RecognitionRequest, days_left: int | None) -> tuple[str, str]:
    if request.decision:
        accepted = request.decision == RecognitionRequest.Decision.ACCEPTED
        return request.decision_label, "good" if accepted else "bad"
    if request.closed_at is not None:
        return "Rendue, à compléter", "attention"
    if days_left is None:
        return "Avis rendu, à décider", "waiting"
    return ("Avis en retard", "attention") if days_left < 0 else ("À l'instruction", "waiting")


def _of_request(team: Team, files: list[RequestFile], actor: User) -> Iterator[Gesture]:
    request = open_request_of(files)
    in_hand = request is not None and team.state == Team.State.SUBMITTED
    if request is not None and in_hand:
        if actor.has_perm(GIVE_OPINION):
            label = "Corriger l'avis" if request.opinion else "Donner l'avis"
            yield Gesture(label, _url("opinion", request), main=not request.opinion)
        if actor.has_perm(DECIDE):
            yield Gesture("Demander des compléments", _url("complements", request))
            yield Gesture("Enregistrer la décision", _url("decision", request), main=bool(request.opinion))
    elif team.state == Team.State.TO_COMPLETE:
        if actor.has_perm(MANAGE) and files and files[0].points:
            yield Gesture("Répondre aux compléments", _url("answers", files[0].request), main=True)
        if actor.has_perm(DECIDE):
            yield Gesture("Enregistrer la décision", "", reason=CORRECTION_PENDING)
    elif team.state == Team.State.SUBMITTED and actor.has_perm(MANAGE):
        yield Gesture("Ouvrir la demande", reverse("association:recognition_open", args=[team.pk]), main=True)


def _of_team(team: Team, files: list[RequestFile], actor: User) -> Iterator[Gesture]:
    if not actor.has_perm(DECIDE):
        return
    last = files[0].request if files else None
    if last is not None and last.decision:
        label = "Remplacer le courrier" if last.letter_id else "Joindre le courrier"
        yield Gesture(label, _url("letter", last))
    if team.state in CAN_BE_WITHDRAWN:
        url = reverse("association:recognition_withdrawal", args=[team.pk])
        yield Gesture(f"Retirer {_of_word(team)}", url, danger=True)


def _of_word(team: Team) -> str:
    return "l'enregistrement" if team.kind == TeamKind.ESP_CLAP else "la reconnaissance"


def _url(page: str, request: RecognitionRequest) -> str:
    return reverse(f"association:recognition_{page}", args=[request.pk])
