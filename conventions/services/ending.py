"""A convention ends: terminated by a decision, or by its date."""

from __future__ import annotations

import logging
from datetime import date, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from association.findings import refresh_findings
from association.journal import record
from association.machine import TransitionRefused
from association.models import Team, User
from association.models.teams import state_label
from association.workflow import fire, lock
from conventions.models import Amendment, Convention
from conventions.services.suspending import close_suspensions, refuse_before_suspension

logger = logging.getLogger(__name__)


def terminate_convention(*, convention: Convention, terminated_on: date, reason: str, actor: User) -> Convention:
    """Terminate a convention early: it pays for the days before ``terminated_on``, not for that day.

    Its open amendments are abandoned, and a suspension that runs ends with it. The team leaves its convention on that
    day when no other one runs (at once for a day that has come, else by the daily task).

    Raises:
        TransitionRefused: with the reason in French.
        ValidationError: for a day that the suspension does not allow, by field, in French.
    """
    with transaction.atomic():
        team = lock(convention.team)
        fresh = fire(convention, "terminate", actor=actor, comment=reason, terminated_on=terminated_on)
        refuse_before_suspension(fresh, terminated_on)
        close_suspensions(convention=fresh, on=terminated_on, actor=actor)
        _abandon_amendments(fresh, actor, said="Résiliation de la convention :", comment=reason)
        settle_team(team=team, actor=actor)
        refresh_findings(teams=[team])
    return fresh


def end_conventions(*, on: date | None = None) -> int:
    """State the end of every convention whose last day has passed, and return how many; once a day is enough.

    Each in a transaction of its own; one that somebody ended otherwise meanwhile is left as it is.
    """
    day, actor = on or timezone.localdate(), User.objects.system()
    count = sum(_end(one, actor) for one in Convention.objects.filter(state__in=Convention.RUNNING, ends_on__lt=day))
    for team in Team.objects.filter(
        Q(state=Team.State.UNDER_CONVENTION) | Q(state=Team.State.SUSPENDED, suspended_from=Team.State.UNDER_CONVENTION)
    ).order_by("pk"):
        if not running_on(team, day):
            with transaction.atomic():
                settle_team(team=lock(team), actor=actor, on=day)
                refresh_findings(teams=[team])
    return count


def settle_team(*, team: Team, actor: User, on: date | None = None) -> None:
    """Let a team leave its convention when none runs any more on the day. The team is locked by the caller.

    A suspended team goes back to « reconnue » when its suspension is lifted.
    """
    if running_on(team, on or timezone.localdate()):
        return
    if team.state == Team.State.UNDER_CONVENTION:
        fire(team, "leave_convention", actor=actor)
    elif team.state == Team.State.SUSPENDED and team.suspended_from == Team.State.UNDER_CONVENTION:
        team.suspended_from = Team.State.RECOGNISED
        team.save(update_fields=["suspended_from"])
        before, after = (state_label(team.kind, one) for one in ("under_convention", "recognised"))
        record(team, [("suspended_from", "État avant la suspension", before, after)], actor=actor)


def running_on(team: Team, day: date) -> bool:
    """Whether a convention of the team still runs on a day: signed and not ended, or terminated from a later day."""
    return Convention.objects.filter(still_runs(day), team=team).exists()


def still_runs(day: date) -> Q:
    """Return the condition on a convention that runs on a day, or is signed and will."""
    later = Q(state=Convention.State.TERMINATED, terminated_on__gt=day) & Q(terminated_on__gt=F("effective_on"))
    return Q(state__in=Convention.RUNNING, ends_on__gte=day) | later


def stop_with_recognition(*, team: Team, withdrawn_on: date, reason: str, actor: User) -> None:
    """Terminate what runs and abandon what is being prepared, from the day on which a recognition is withdrawn.

    In the name of the system: it follows from a decision that the ARS may take, and the log of the team says who took
    it. A convention that had not taken effect yet pays for no day. One whose end is known already keeps it, unless
    the withdrawal comes before.
    """
    system = User.objects.system()
    why = {"said": f"Reconnaissance retirée au {withdrawn_on:%d/%m/%Y} ({actor}) :", "comment": reason}
    for convention in concerned_by_withdrawal(team, withdrawn_on):
        day = max(withdrawn_on, convention.effective_on or withdrawn_on)
        step = "terminate" if convention.state in Convention.RUNNING else "cut_short"
        fresh = fire(convention, step, actor=system, terminated_on=day, **why)
        close_suspensions(convention=fresh, on=day, actor=system)
        _abandon_amendments(fresh, system, **why)
    for convention in Convention.objects.filter(team=team, state__in=Convention.IN_PREPARATION).order_by("pk"):
        fire(convention, "abandon", actor=system, **why)


def concerned_by_withdrawal(team: Team, day: date) -> list[Convention]:
    """Return the signed conventions that would pay for the day of a withdrawal, or for a later one."""
    known = Convention.objects.filter(team=team, state__in=Convention.PAYING, ends_on__gte=day).order_by("pk")
    return [one for one in known if one.terminated_on is None or one.terminated_on > max(day, one.effective_on or day)]


def _end(convention: Convention, actor: User) -> bool:
    try:
        with transaction.atomic():
            lock(convention.team)
            fresh = fire(convention, "end", actor=actor)
            close_suspensions(convention=fresh, on=fresh.ends_on + timedelta(days=1), actor=actor)
            _abandon_amendments(fresh, actor, comment="Convention arrivée à terme.")
            refresh_findings(teams=[fresh.team])
    except TransitionRefused as refused:
        logger.info("convention %s: %s", convention.number, refused.reason)
        return False
    return True


def _abandon_amendments(convention: Convention, actor: User, *, comment: str, said: str = "") -> None:
    for amendment in convention.amendments.filter(state__in=Amendment.OPEN).order_by("pk"):
        fire(amendment, "abandon", actor=actor, comment=comment, said=said)
