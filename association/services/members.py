"""Members of a team: who joins, what changes from which day, who leaves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from association.findings import refresh_findings
from association.journal import StaleEdit, changes_since, in_words, record
from association.machine import TransitionRefused
from association.models import Commune, Company, Membership, MembershipPeriod, Professional, Team, User
from association.nomenclature import MemberStatus
from association.permissions import require
from association.registries import after_joining, after_leaving, after_staying, departure_obstacles
from association.selectors.members import doubles_of
from association.services.people import create_professional
from association.workflow import lock

MANAGE = "association.manage_team"
# What is dated of a member, with its name in the journal.
DATED = {"status": "Statut", "mode": "Mode d'exercice", "place": "Lieu d'exercice", "company": "Bénéficiaire"}
FARTHEST = timedelta(days=366)  # a day further away is a typing mistake
ONE_DAY = timedelta(days=1)


@transaction.atomic
def add_member(
    *,
    team: Team,
    professional: Professional,
    joined_on: date,
    status: str,
    mode: str,
    place: Commune | None = None,
    company: Company | None = None,
    is_referent: bool = False,
    actor: User,
) -> Membership:
    """Let a professional join a team; one who is confirmed is invited to the conventions that run.

    Raises:
        TransitionRefused: when the team is closed.
        ValidationError: with what is wrong, by field, in French.
    """
    require(actor, MANAGE)
    fresh = _open(team)
    person = professional.merged_into or professional
    _check_day(joined_on, "joined_on")
    _check_not_there(fresh, person, joined_on)
    stay = Membership(team=fresh, professional=person, joined_on=joined_on, is_referent=is_referent)
    stay.full_clean()
    stay.save()
    facts = MembershipPeriod(
        membership=stay, starts_on=joined_on, status=status, mode=mode, place=place, company=company
    )
    facts.full_clean()
    facts.save()
    said = f"le {joined_on:%d/%m/%Y}, {facts.get_status_display().lower()}, {facts.get_mode_display().lower()}"
    _record(stay, [("joined_on", "Entrée", "", said), *_referent(stay, before=False)], actor)
    if status == MemberStatus.CONFIRMED:
        _tell(after_joining, stay, joined_on, actor)
    refresh_findings(teams=[fresh])
    return stay


@transaction.atomic
def add_new_member(*, team: Team, person: Mapping[str, Any], actor: User, **stay: Any) -> Membership:
    """Create a professional's record and let them join, or do neither.

    Args:
        person: the record, by field name (`association.services.people.create_professional`).
        stay: the arguments of `add_member`.

    Raises:
        TransitionRefused, ValidationError: as `add_member` and `create_professional` do.
    """
    return add_member(team=team, professional=create_professional(values=person, actor=actor), actor=actor, **stay)


@transaction.atomic
def change_member(
    *, membership: Membership, starts_on: date, values: Mapping[str, Any], version: int | None, actor: User
) -> Membership:
    """Change the dated facts of a member from a day on, until the next change that is already known.

    What held before that day stays as it was. A pressenti who is confirmed joins from that day on.

    Args:
        values: of ``status``, ``mode``, ``place``, ``company``, those that change.

    Raises:
        StaleEdit: when somebody else changed this member since ``version``.
        ValidationError: with what is wrong, by field, in French.
    """
    require(actor, MANAGE)
    stay = _unmoved(membership, version)
    _check_within(stay, starts_on)
    periods = sorted(stay.periods.all(), key=lambda period: period.starts_on or date.min)
    covering = _covering(periods, starts_on)
    before = {name: getattr(covering, name) if covering else None for name in DATED}
    after = {**before, **values}
    if covering is not None and before == after:
        raise ValidationError("Rien ne change à cette date : ces informations sont déjà celles du dossier.")
    _check_status(str(before["status"] or ""), str(after["status"] or ""))
    words_before = _words(covering)
    changed = _write_from(stay, periods, covering, starts_on, after)
    _record(stay, _told(words_before, _words(changed), starts_on), actor)
    if changed.status == MemberStatus.CONFIRMED and before["status"] != MemberStatus.CONFIRMED:
        _tell(after_joining, stay, starts_on, actor)
    refresh_findings(teams=[stay.team])
    return stay


@transaction.atomic
def leave_team(*, membership: Membership, left_on: date, version: int | None = None, actor: User) -> Membership:
    """End a stay; ``left_on`` is its last day. The person leaves: the doubles of the stay end with it.

    Raises:
        StaleEdit: when somebody else changed this member since ``version``.
        TransitionRefused: for a member who has left already.
        ValidationError: for a day before the entry.
    """
    stay = check_departure(membership=membership, left_on=left_on, version=version, actor=actor)
    for ending in (stay, *_still_there(stay, left_on)):
        before = in_words(ending.left_on)
        ending.left_on = left_on
        ending.save(update_fields=["left_on"])
        _record(ending, [("left_on", "Sortie", before, in_words(left_on))], actor)
        _tell(after_leaving, ending, left_on, actor)
    refresh_findings(teams=[stay.team])
    return stay


@transaction.atomic
def check_departure(*, membership: Membership, left_on: date, version: int | None, actor: User) -> Membership:
    """Return the stay, locked, that `leave_team` would end; write nothing. Before somebody is asked to confirm it.

    Raises:
        StaleEdit, TransitionRefused, ValidationError: as `leave_team` does.
    """
    require(actor, MANAGE)
    stay = _unmoved(membership, version)
    if stay.left_on is not None:
        raise TransitionRefused(f"Le départ est déjà enregistré, au {stay.left_on:%d/%m/%Y}.")
    _check_left_on(stay, left_on)
    return stay


@transaction.atomic
def correct_departure(
    *, membership: Membership, left_on: date | None, version: int | None = None, actor: User
) -> Membership:
    """Correct a departure that was recorded by mistake, with a line in the journal; what it had ended follows.

    Args:
        left_on: the right last day; None when the person has not left.

    Raises:
        StaleEdit: when somebody else changed this member since ``version``.
        TransitionRefused: when no departure is recorded, or when something was frozen on it.
        ValidationError: with what is wrong, by field, in French.
    """
    require(actor, MANAGE)
    stay = _unmoved(membership, version)
    recorded = stay.left_on
    if recorded is None:
        raise TransitionRefused("Aucun départ n’est enregistré pour cette personne.")
    if left_on == recorded:
        raise ValidationError({"left_on": "Rien ne change : ce départ est déjà enregistré à cette date."})
    if left_on is not None:
        _check_left_on(stay, left_on)
    _check_not_back(stay, recorded, left_on)
    for obstacle in departure_obstacles:
        if reason := obstacle(stay, recorded, left_on):
            raise TransitionRefused(reason)
    together = [lock(one) for one in doubles_of(stay) if one.left_on == recorded]
    for corrected in (stay, *together):
        corrected.left_on = left_on
        corrected.save(update_fields=["left_on"])
        _record(corrected, [("left_on", "Sortie, corrigée", in_words(recorded), in_words(left_on))], actor)
        if left_on is None:
            _tell(after_staying, corrected, recorded, actor)
        else:
            _tell(after_leaving, corrected, left_on, actor)
    refresh_findings(teams=[stay.team])
    return stay


@transaction.atomic
def name_referent(*, membership: Membership, is_referent: bool, version: int | None, actor: User) -> Membership:
    """Say that a member is the team's referent, or no longer is: then under no record of this person.

    Raises:
        StaleEdit: when somebody else changed this member since ``version``.
        TransitionRefused: for a member who has left.
    """
    require(actor, MANAGE)
    stay = _unmoved(membership, version)
    if stay.left_on is not None and stay.left_on < timezone.localdate():
        raise TransitionRefused("Cette personne a quitté l’équipe : choisissez un membre présent.")
    for changed in (stay, *(doubles_of(stay) if not is_referent else ())):
        if changed.is_referent != is_referent:
            changed.is_referent = is_referent
            changed.save(update_fields=["is_referent"])
            _record(changed, _referent(changed, before=not is_referent), actor)
    return stay


# --- what is checked -----------------------------------------------------------------------------------------


def _open(team: Team) -> Team:
    fresh = lock(team)
    if fresh.state == Team.State.CLOSED:
        raise TransitionRefused("Ce dossier est clos : ses membres ne changent plus.")
    return fresh


def _unmoved(membership: Membership, version: int | None) -> Membership:
    """The fresh row, its team locked before it."""
    _open(membership.team)
    fresh: Membership = lock(membership)
    if version is not None and version != fresh.version:
        raise StaleEdit(changes_since(fresh, version), version=fresh.version)
    return fresh


def _still_there(stay: Membership, left_on: date) -> list[Membership]:
    """The doubles of a stay by which the person would still be in the team after the day of leaving."""
    here = [one for one in doubles_of(stay) if one.joined_on <= left_on]
    return [lock(one) for one in here if one.left_on is None or one.left_on > left_on]


def _check_left_on(stay: Membership, left_on: date) -> None:
    _check_day(left_on, "left_on")
    if left_on < stay.joined_on:
        raise ValidationError({"left_on": f"La sortie précède l’entrée ({stay.joined_on:%d/%m/%Y})."})


def _check_not_back(stay: Membership, recorded: date, left_on: date | None) -> None:
    """A stay that lasts longer must not meet a later one of the same person in the team."""
    later = Membership.objects.of_person(stay.professional_id).filter(team=stay.team_id, joined_on__gt=recorded)
    back = later.order_by("joined_on").first()
    if back is not None and (left_on is None or left_on >= back.joined_on):
        said = (
            f"{stay.person} est revenu dans l’équipe le {back.joined_on:%d/%m/%Y} : le départ se place avant ce jour."
        )
        raise ValidationError({"left_on": said})


def _check_day(day: date, field: str) -> None:
    if day > timezone.localdate() + FARTHEST:
        raise ValidationError({field: "Cette date est à plus d’un an : vérifiez l’année."})
    if day.year < 1990:
        raise ValidationError({field: "Cette date est trop ancienne : vérifiez l’année."})


def _check_within(stay: Membership, day: date) -> None:
    _check_day(day, "starts_on")
    if day < stay.joined_on:
        said = f"Cette date précède l’entrée dans l’équipe ({stay.joined_on:%d/%m/%Y})."
        raise ValidationError({"starts_on": said})
    if stay.left_on is not None and day > stay.left_on:
        raise ValidationError({"starts_on": f"Cette personne a quitté l’équipe le {stay.left_on:%d/%m/%Y}."})


def _check_status(before: str, after: str) -> None:
    if before == MemberStatus.CONFIRMED and after == MemberStatus.EXPECTED:
        raise ValidationError(
            {"status": "Un membre confirmé ne redevient pas pressenti : indiquez plutôt la date de sa sortie."}
        )


def _check_not_there(team: Team, person: Professional, joined_on: date) -> None:
    """One stay at a time, under whatever number the person is known."""
    same = Q(professional=person) | Q(professional__merged_into=person)
    others = Membership.objects.filter(same, team=team)
    overlapping = others.filter(Q(left_on__isnull=True) | Q(left_on__gte=joined_on)).order_by("joined_on").first()
    if overlapping is None:
        return
    until = f" au {overlapping.left_on:%d/%m/%Y}" if overlapping.left_on else ""
    since = f"du {overlapping.joined_on:%d/%m/%Y}{until}" if until else f"depuis le {overlapping.joined_on:%d/%m/%Y}"
    field = "joined_on" if overlapping.left_on else "professional"
    raise ValidationError({field: f"{person} est déjà membre de cette équipe {since}."})


# --- what is written -----------------------------------------------------------------------------------------


def _covering(periods: list[MembershipPeriod], day: date) -> MembershipPeriod | None:
    return next(
        (
            one
            for one in periods
            if (one.starts_on is None or one.starts_on <= day) and (one.ends_on is None or day <= one.ends_on)
        ),
        None,
    )


def _write_from(
    stay: Membership,
    periods: list[MembershipPeriod],
    covering: MembershipPeriod | None,
    day: date,
    facts: Mapping[str, Any],
) -> MembershipPeriod:
    """Write a period that begins on a day, without overlap: the one before ends the day before."""
    following = next((one for one in periods if one.starts_on is not None and one.starts_on > day), None)
    ends_on = following.starts_on - ONE_DAY if following and following.starts_on else None
    if covering is not None:
        ends_on = covering.ends_on if covering.ends_on is not None else ends_on
        if (covering.starts_on or stay.joined_on) >= day:
            return _written(covering, facts)
        covering.ends_on = day - ONE_DAY
        covering.full_clean()
        covering.save(update_fields=["ends_on"])
    return _written(MembershipPeriod(membership=stay, starts_on=day, ends_on=ends_on), facts)


def _written(period: MembershipPeriod, facts: Mapping[str, Any]) -> MembershipPeriod:
    for name, value in facts.items():
        setattr(period, name, value)
    period.full_clean()
    period.save()
    return period


def _words(period: MembershipPeriod | None) -> dict[str, str]:
    """The dated facts as the journal shows them."""
    return {name: _fact(period, name) if period else "" for name in DATED}


def _fact(period: MembershipPeriod, name: str) -> str:
    shown = getattr(period, f"get_{name}_display", None)
    return str(shown()) if shown else in_words(getattr(period, name))


def _told(before: Mapping[str, str], after: Mapping[str, str], day: date) -> list[tuple[str, str, str, str]]:
    """The facts that differ, each with the day from which it holds."""
    return [
        (name, f"{label}, à partir du {day:%d/%m/%Y}", before[name], after[name])
        for name, label in DATED.items()
        if before[name] != after[name]
    ]


def _referent(stay: Membership, *, before: bool) -> list[tuple[str, str, str, str]]:
    if stay.is_referent == before:
        return []
    return [("is_referent", "Référent de l'équipe", in_words(before), in_words(stay.is_referent))]


def _record(stay: Membership, rows: list[tuple[str, str, str, str]], actor: User) -> None:
    stay.version += 1
    stay.save(update_fields=["version"])
    record(stay, rows, actor=actor, team=stay.team)


def _tell(registry: Any, stay: Membership, day: date, actor: User) -> None:
    for hook in registry:
        hook(membership=stay, day=day, actor=actor)
