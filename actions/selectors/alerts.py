"""The facts behind the alerts (actions.alerts), in a number of queries that neither people nor actions change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from actions.alerts import ActionFacts, Agreed, Alert, Other, alerts
from actions.joined import CAME_TO_NOTHING
from actions.models import Action, ActionSession, ActionSettings, Evidence, EvidenceKind, Participation
from actions.selectors.attendance import people_of
from actions.selectors.evidence import missing_evidence, same_files
from actions.selectors.sessions import attendance_of
from association.models import Professional, Team, User
from association.nomenclature import short_type
from association.selectors.people import kept_ids, same_person
from conventions.models import Convention

MOST = 5  # of one kind: who repeats a mistake twenty times needs no twenty lines


def alerts_of(action: Action, *, user: User) -> list[Alert]:
    """Return what is worth a look at a stored action."""
    pieces = Evidence.objects.current().filter(action=action).values_list("sha256", "kind")
    return alerts(
        _facts(
            team=action.team,
            type_=action.type,
            held_on=action.held_on,
            people=people_of(action),
            sessions=attendance_of(action),
            files={sha256: str(EvidenceKind(kind).label) for sha256, kind in pieces},
            missing=[str(kind.label).lower() for kind in missing_evidence(action)],
            declared_on=action.declared_on,
            action=action,
            user=user,
        )
    )


def alerts_while_typing(
    *,
    team: Team,
    action_type: str,
    held_on: date,
    people: Collection[int],
    user: User,
    action: Action | None = None,
    files: Mapping[str, str] | None = None,
    sessions: Mapping[date, Collection[int]] | None = None,
) -> list[Alert]:
    """Return what is worth a look at what somebody types.

    Args:
        people: keys of those ticked, of each person the record that stays.
        action: the stored action that is being changed, left out of what it is compared with.
        files: labels of the pieces by the checksum of their bytes.
        sessions: keys of those who were there, by the day of each session.
    """
    return alerts(
        _facts(
            team=team,
            type_=action_type,
            held_on=held_on,
            people=people,
            sessions=sessions or {},
            files=files or {},
            missing=(),
            declared_on=action.declared_on if action else None,
            action=action,
            user=user,
        )
    )


def _facts(
    *,
    team: Team,
    type_: str,
    held_on: date,
    people: Collection[int],
    sessions: Mapping[date, Collection[int]],
    files: Mapping[str, str],
    missing: Iterable[str],
    declared_on: date | None,
    action: Action | None,
    user: User,
) -> ActionFacts:
    apart_from = action.pk if action else None
    same_day = Action.objects.filter(held_on=held_on).exclude(state__in=CAME_TO_NOTHING).exclude(pk=apart_from)
    attended = {pk for present in sessions.values() for pk in present}
    return ActionFacts(
        type=type_,
        held_on=held_on,
        declared_on=declared_on or timezone.localdate(),
        late_months=ActionSettings.current().late_months,
        conventions=_conventions(team),
        same=_same(same_day.filter(team=team, type=type_), set(people)),
        elsewhere=_elsewhere(team, {**sessions, held_on: {*people, *sessions.get(held_on, ())}}, user),
        same_files=_same_files(files, apart_from, user),
        missing=tuple(missing),
        not_counted=_names(attended - set(people)),
        at_no_session=_names(set(people) - attended) if sessions else (),
    )


def _names(people: Collection[int]) -> tuple[str, ...]:
    if not people:
        return ()
    return tuple(str(one) for one in Professional.objects.filter(pk__in=people).order_by("last_name", "first_name"))


def _conventions(team: Team) -> tuple[Agreed, ...]:
    rows = Convention.objects.filter(team=team, state__in=Convention.PAYING).prefetch_related("suspensions")
    return tuple(
        Agreed(
            one.number,
            one.effective_on,
            min(one.ends_on, one.terminated_on - timedelta(days=1)) if one.terminated_on else one.ends_on,
            tuple((pause.starts_on, pause.ends_on) for pause in one.suspensions.all()),
        )
        for one in rows.order_by("effective_on", "pk")
    )


def _same(actions: QuerySet[Action], people: set[int]) -> tuple[Other, ...]:
    if not people:
        return ()
    kept, of_action = kept_ids(), defaultdict(set)
    rows = Participation.objects.filter(action__in=actions, refused_at__isnull=True).order_by()
    for pk, professional in rows.values_list("action_id", "professional_id"):
        of_action[pk].add(kept.get(professional, professional))
    same = [pk for pk, found in of_action.items() if found == people]
    return tuple(_other(one) for one in actions.filter(pk__in=same).order_by("reference")[:MOST])


def _elsewhere(team: Team, moments: Mapping[date, Collection[int]], user: User) -> tuple[tuple[str, date, Other], ...]:
    """Return where else those of a day were on it: in an action of another team, or at one of its sessions."""
    people = {pk for present in moments.values() for pk in present}
    if not people:
        return ()
    records = same_person(people)
    parts = (
        Participation.objects.filter(action__held_on__in=moments, professional__in=records, refused_at__isnull=True)
        .exclude(action__team=team)
        .exclude(action__state__in=CAME_TO_NOTHING)
        .select_related("action__team", "professional__merged_into")
        .order_by("professional__last_name", "action__reference")
    )
    stays = (
        ActionSession.attendees.through.objects.filter(actionsession__held_on__in=moments, professional__in=records)
        .exclude(actionsession__action__team=team)
        .exclude(actionsession__action__state__in=CAME_TO_NOTHING)
        .select_related("actionsession__action__team", "professional__merged_into")
        .order_by("professional__last_name", "actionsession__action__reference")
    )
    found = [(row.professional.person, row.action.held_on, row.action) for row in parts]
    found += [(row.professional.person, row.actionsession.held_on, row.actionsession.action) for row in stays]
    told = [(person, day, action) for person, day, action in found if person.pk in moments[day]][:MOST]
    teams = {action.team_id for _, _, action in told}
    seen = set(Team.objects.visible_to(user).filter(pk__in=teams).order_by().values_list("pk", flat=True))
    return tuple(
        (
            str(person),
            day,
            _other(action, action.team) if action.team_id in seen else Other(short_type(action.type)),
        )
        for person, day, action in dict.fromkeys(told)
    )


def _same_files(files: Mapping[str, str], apart_from: int | None, user: User) -> tuple[tuple[str, Other], ...]:
    if not files:
        return ()
    visible = set(
        Action.objects.visible_to(user).filter(evidence__sha256__in=list(files)).order_by().values_list("pk", flat=True)
    )
    return tuple(
        (
            files[one.sha256],
            _other(one.action, one.action.team) if one.action_id in visible else Other("d'une autre équipe"),
        )
        for one in same_files(files, apart_from=apart_from)[:MOST]
    )


def _other(action: Action, team: Team | None = None) -> Other:
    of_team = f", {team}" if team else ""
    what = f"{short_type(action.type)} du {action.held_on:%d/%m/%Y}"
    said = f"{action.reference} ({what}{of_team}, {action.get_state_label().lower()})"
    return Other(said, reverse("actions:action", args=[action.pk]))
