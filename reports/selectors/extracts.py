"""Extracts for a contrôle: the requests of one's scope, and what an extract says on the day on which it is granted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from actions.models import Action, Participation
from association.models import LookLog, Professional, User
from association.money import euros
from association.selectors.people import same_person
from payments.models import Allocation, DueLine, Exclusion, Payment
from payments.reasons import explain
from reports.extracts.content import ExtractContent, ExtractRow
from reports.models import ExtractRequest, ExtractSettings

LOOK = "extrait individuel"
LATEST = 200
TOLD_DAYS = 14  # for how long a refusal is told on the home page


def requests_for(user: User) -> QuerySet[ExtractRequest]:
    """Return the requests of the user's scope with what their page shows, the newest first."""
    people = ("team", "asked_by", "decided_by", "scope_department")
    return ExtractRequest.objects.visible_to(user).select_related(*people).defer("content")


def to_decide(user: User) -> QuerySet[ExtractRequest]:
    """Return what waits for the user's decision, the oldest first."""
    if not user.has_perm("reports.decide_extract"):
        return ExtractRequest.objects.none()
    waiting = requests_for(user).filter(state=ExtractRequest.State.ASKED).exclude(asked_by=user.pk)
    return waiting.order_by("asked_at", "pk")


def to_fetch(user: User, *, today: date | None = None) -> QuerySet[ExtractRequest]:
    """Return the user's own extracts that are open and were not downloaded yet."""
    looks = LookLog.objects.filter(
        content_type=ContentType.objects.get_for_model(ExtractRequest), object_id=OuterRef("pk"), actor=user.pk
    )
    own = requests_for(user).filter(asked_by=user.pk, state=ExtractRequest.State.GRANTED)
    return own.filter(~Exists(looks), open_until__gte=today or timezone.localdate())


def refused_lately(user: User) -> QuerySet[ExtractRequest]:
    """Return the user's own requests that were refused, or closed, in the last `TOLD_DAYS` days."""
    since = timezone.now() - timedelta(days=TOLD_DAYS)
    return requests_for(user).filter(asked_by=user.pk, state=ExtractRequest.State.REFUSED, decided_at__gte=since)


def looks_of(request: ExtractRequest) -> QuerySet[LookLog]:
    """Return who downloaded an extract, and when, newest first."""
    kind = ContentType.objects.get_for_model(ExtractRequest)
    return LookLog.objects.filter(content_type=kind, object_id=request.pk).select_related("actor")


@dataclass(frozen=True)
class Preview:
    """What whoever decides is told before: whom it names, how much it holds, until when it would be open."""

    subject: str
    person: Professional | None
    rows: int
    actions: int
    due_cents: int
    open_until: date


def preview_of(request: ExtractRequest, *, actor: User) -> Preview:
    """Return what an extract would hold if it were granted now."""
    content = extract_content(request, actor=actor)
    return Preview(
        subject=content.subject,
        person=person_of(request),
        rows=len(content.rows),
        actions=content.actions_count,
        due_cents=content.due_cents,
        open_until=last_day(),
    )


def last_day(*, today: date | None = None) -> date:
    """Return the last day of an extract that is granted today."""
    return (today or timezone.localdate()) + timedelta(days=ExtractSettings.current().days_open)


def person_of(request: ExtractRequest) -> Professional | None:
    """Return whom the RPPS of a request is of: the record that stays; None when nobody is known by it."""
    found = Professional.objects.filter(rpps=request.rpps).select_related("merged_into").first()
    return found.person if request.rpps and found else None


def extract_content(request: ExtractRequest, *, actor: User) -> ExtractContent:
    """Return what an extract says now: every participation of the period, in a number of queries that rows do not
    change.

    Of a team, of all its members; of a person, in all teams, or in those of the délégation that asked.
    """
    person = person_of(request)
    parts = list(_participations(request, person))
    return ExtractContent(
        number=request.number,
        subject=_subject(request, person),
        scope=_scope(request),
        first_on=request.first_on,
        last_on=request.last_on,
        reason=request.reason,
        asked_by=str(request.asked_by),
        granted_by=str(actor),
        granted_on=timezone.localdate(),
        organisation=settings.ORGANISATION_NAME,
        rows=tuple(_rows(parts)),
    )


def _subject(request: ExtractRequest, person: Professional | None) -> str:
    if request.team is not None:
        return f"{request.team.name} ({request.team.code})"
    return f"{person}, RPPS {person.rpps}" if person else f"RPPS {request.rpps}, inconnu de l’association"


def _scope(request: ExtractRequest) -> str:
    if request.team is not None:
        return "cette équipe"
    if request.scope_department is not None:
        return f"celles du département {request.scope_department}"
    return "toutes celles de la région"


def _participations(request: ExtractRequest, person: Professional | None) -> Iterable[Participation]:
    """What was validated, and what was paid once and cancelled since: its reversal belongs to the account."""
    lines = DueLine.objects.filter(participation=OuterRef("pk"))
    found = Participation.objects.filter(
        Q(action__state=Action.State.VALIDATED) | Exists(lines),
        action__held_on__range=(request.first_on, request.last_on),
    )
    if request.team is not None:
        found = found.filter(action__team=request.team)
    elif person is None:
        return []
    else:
        found = found.filter(professional__in=same_person([person.pk]))
        if request.scope_department is not None:
            found = found.filter(action__team__department=request.scope_department)
    return found.select_related("action__team", "professional__merged_into").order_by(
        "action__held_on", "action__reference", "professional__last_name", "professional__first_name", "pk"
    )


def _rows(parts: list[Participation]) -> Iterable[ExtractRow]:
    keys = [part.pk for part in parts]
    lines = _lines(keys)
    settled = _settled(keys)
    reasons = dict(
        Exclusion.objects.filter(participation__in=keys).order_by("pk").values_list("participation", "reason")
    )  # the latest run's stays
    for part in parts:
        person, mine = part.professional.person, lines[part.pk]
        paid, paid_on = settled[part.pk]
        yield ExtractRow(
            held_on=part.action.held_on,
            team=f"{part.action.team.name} ({part.action.team.code})",
            reference=part.action.reference,
            action=part.action.type,
            person=str(person),
            rpps=person.rpps,
            profession=str(person.get_profession_display()),
            role=str(part.get_role_display()),
            due_cents=sum(line["amount_cents"] for line in mine),
            paid_cents=paid,
            paid_on=paid_on,
            note=_note(part, mine, reasons.get(part.pk, "")),
        )


def _lines(keys: list[int]) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    rows = DueLine.objects.filter(participation__in=keys).order_by("pk")
    for line in rows.values("participation", "kind", "amount_cents", "price_cents", "cut_by"):
        found[line["participation"]].append({**line})
    return found


def _settled(keys: list[int]) -> dict[int, tuple[int, date | None]]:
    """What payments that were made have settled, and the day of the last."""
    found: dict[int, tuple[int, date | None]] = defaultdict(lambda: (0, None))
    rows = Allocation.objects.filter(
        line__participation__in=keys,
        released_at__isnull=True,
        payment__state__in=[Payment.State.PAID, Payment.State.CLEARED],
    ).values_list("line__participation", "line__amount_cents", "payment__paid_on")
    for participation, cents, day in rows:
        so_far, last = found[participation]
        found[participation] = so_far + cents, max((d for d in (last, day) if d), default=None)
    return found


def _note(part: Participation, lines: list[dict[str, Any]], reason: str) -> str:
    if part.refused_at is not None:
        return f"Participation refusée : {part.refused_reason}"
    if part.action.state != Action.State.VALIDATED:
        return f"Action {part.action.get_state_label().lower()}"
    if not lines:
        return explain(reason).label if reason else "Pas encore indemnisée"
    cut = next((line for line in reversed(lines) if line["cut_by"]), None)
    if cut is not None:
        return f"Écrêté : {', '.join(explain(code).label for code in cut['cut_by'].split('+'))}" + (
            f", sur un tarif de {euros(cut['price_cents'])}"
        )
    return "Régularisée" if any(line["kind"] == "reversal" for line in lines) else ""
