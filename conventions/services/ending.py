"""A convention ends: terminated by a decision, or by its date."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from association.findings import refresh_findings
from association.models import Team, User
from association.workflow import fire, lock
from conventions.models import Amendment, Convention

RUNNING = (Convention.State.SIGNED, Convention.State.SUSPENDED)
UNSIGNED = (Convention.State.DRAFT, Convention.State.ISSUED, Convention.State.SIGNING)
UNSIGNED_AMENDMENTS = (Amendment.State.DRAFT, Amendment.State.ISSUED, Amendment.State.SIGNING)


def terminate_convention(*, convention: Convention, terminated_on: date, reason: str, actor: User) -> Convention:
    """Terminate a convention early: it pays for the days before ``terminated_on``, not for that day.

    Its open amendments are abandoned. The team leaves its convention on that day when no other one runs (at once for a
    day that has come, else by the daily task).

    Raises:
        TransitionRefused: with the reason in French.
    """
    with transaction.atomic():
        team = lock(convention.team)
        fresh = fire(convention, "terminate", actor=actor, comment=reason, terminated_on=terminated_on)
        _abandon_amendments(fresh, actor, f"Résiliation de la convention : {reason}")
        settle_team(team=team, actor=actor)
        refresh_findings(teams=[team])
    return fresh


def end_conventions(*, on: date | None = None) -> int:
    """State the end of every convention whose last day has passed, and return how many; once a day is enough.

    Each in a transaction of its own: one that fails does not keep the others from ending.
    """
    day, actor = on or timezone.localdate(), User.objects.system()
    over = Convention.objects.filter(state__in=RUNNING, ends_on__lt=day).order_by("pk")
    count = 0
    for convention in over:
        with transaction.atomic():
            lock(convention.team)
            fresh = fire(convention, "end", actor=actor)
            _abandon_amendments(fresh, actor, "Convention arrivée à terme.")
        count += 1
    for team in Team.objects.filter(
        Q(state=Team.State.UNDER_CONVENTION) | Q(state=Team.State.SUSPENDED, suspended_from="under_convention")
    ).order_by("pk"):
        with transaction.atomic():
            settle_team(team=lock(team), actor=actor, on=day)
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


def running_on(team: Team, day: date) -> bool:
    """Whether a convention of the team still runs on a day: signed and not ended, or terminated from a later day."""
    later = Q(state=Convention.State.TERMINATED, terminated_on__gt=day) & Q(terminated_on__gt=F("effective_on"))
    return Convention.objects.filter(Q(state__in=RUNNING, ends_on__gte=day) | later, team=team).exists()


def stop_with_recognition(team: Team, withdrawn_on: date, reason: str, actor: User) -> None:
    """Terminate what runs and abandon what is being prepared, from the day on which a recognition is withdrawn.

    In the name of the system: it follows from a decision that the ARS may take, and the log of the team says who took
    it. A convention that had not taken effect yet pays for no day; one that ends before the day runs to its end.
    """
    system = User.objects.system()
    comment = f"Reconnaissance retirée au {withdrawn_on:%d/%m/%Y} ({actor}) : {reason}"
    for convention in Convention.objects.filter(team=team, state__in=RUNNING, ends_on__gte=withdrawn_on).order_by("pk"):
        day = max(withdrawn_on, convention.effective_on or withdrawn_on)
        fresh = fire(convention, "terminate", actor=system, comment=comment, terminated_on=day)
        _abandon_amendments(fresh, system, comment)
    for convention in Convention.objects.filter(team=team, state__in=UNSIGNED).order_by("pk"):
        fire(convention, "abandon", actor=system, comment=comment)


def _abandon_amendments(convention: Convention, actor: User, comment: str) -> None:
    for amendment in convention.amendments.filter(state__in=UNSIGNED_AMENDMENTS).order_by("pk"):
        fire(amendment, "abandon", actor=actor, comment=comment)
