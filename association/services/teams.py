"""Teams: registered, changed, suspended, resumed, closed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from association.findings import refresh_findings
from association.journal import record, save_changes
from association.machine import TransitionRefused
from association.models import Commune, Department, ExternalStructure, StructureLink, Team, User
from association.models.teams import suspended_out_of
from association.permissions import require
from association.selectors.dossier import NOT_FROM_HERE
from association.selectors.teams import next_code
from association.workflow import enter_at, fire, lock

MANAGE = "association.manage_team"
EVOLVES_INTO = {
    Team.Outcome.MSP: ExternalStructure.Kind.MSP,
    Team.Outcome.CDS: ExternalStructure.Kind.CDS,
}
# The rules of a kind judge a project: the kind of a dossier that is with the ARS, or was recognised, stays.
KIND_MAY_CHANGE = (*Team.BEFORE_SUBMISSION, Team.State.REFUSED, Team.State.WITHDRAWN)


def register_team(*, values: Mapping[str, Any], actor: User) -> Team:
    """Register a team at its first contact; its department is that of its first commune.

    Args:
        values: by field name; ``communes`` and ``themes`` are lists; without ``code`` it takes the next free one.

    Raises:
        ValidationError: with what is wrong, by field, in French.
    """
    require(actor, MANAGE)
    communes, themes = list(values["communes"]), list(values.get("themes", ()))
    single = {name: value for name, value in values.items() if name not in ("communes", "themes", "code")}
    department = department_of(communes)
    with transaction.atomic():
        # One at a time in a department: two people who register a team at once do not get the same code.
        lock(department)
        team = Team(**single, department=department, code=values.get("code") or next_code(department.pk))
        team.full_clean(exclude=["state"])
        created = enter_at([(team, Team.State.REGISTERED)], actor=actor, origin="")[0]
        created.communes.set(communes)
        created.themes.set(themes)
        refresh_findings(teams=[created])
    return created


def change_team(*, team: Team, values: Mapping[str, Any], version: int | None, actor: User) -> Team:
    """Change what the dossier says of a team; each change enters the journal.

    The department follows the communes once none of them lies in it.

    Raises:
        StaleEdit: when somebody else changed it since ``version``.
        ValidationError: with what is wrong, by field, in French.
    """
    require(actor, MANAGE)
    written = dict(values)
    communes = list(written.get("communes", ()))
    if communes and team.department_id not in {commune.department_id for commune in communes}:
        written["department"] = department_of(communes)
    with transaction.atomic():
        if written.get("kind", team.kind) != team.kind and team.state not in KIND_MAY_CHANGE:
            raise ValidationError(
                {
                    "kind": "La nature ne change plus une fois le dossier déposé à l’ARS. Si l’équipe change vraiment "
                    "de nature, clôturez ce dossier et inscrivez-en un autre."
                }
            )
        fresh = save_changes(team, values=written, version=version, actor=actor)
        refresh_findings(teams=[fresh])
    return fresh


def department_of(communes: Sequence[Commune]) -> Department:
    """Return the department of the first commune.

    Raises:
        ValidationError: when there is none, on the field ``communes``.
    """
    if not communes:
        raise ValidationError({"communes": "Indiquez au moins une commune."})
    return communes[0].department


def take_step(*, team: Team, step: str, actor: User, comment: str = "", **given: Any) -> Team:
    """Take a team through a step that its page offers.

    Args:
        given: what the step has to know (``suspended_on``; ``resumed_on``; ``closed_on``, ``outcome``, ``structure``).

    Raises:
        TransitionRefused: with the reason in French; also for a step that the page does not offer.
        ValidationError: with what is wrong, by field, in French.
    """
    match step:
        case "suspend":
            return suspend_team(team=team, comment=comment, actor=actor, **given)
        case "resume":
            return resume_team(team=team, comment=comment, actor=actor, **given)
        case "close":
            return close_team(team=team, comment=comment, actor=actor, **given)
        case "accompany":
            with transaction.atomic():
                return _refreshed(fire(team, step, actor=actor, comment=comment))
    raise TransitionRefused(NOT_FROM_HERE)


def suspend_team(*, team: Team, suspended_on: date, comment: str, actor: User) -> Team:
    """Suspend a recognised team from a day on.

    Raises:
        TransitionRefused: with the reason in French.
        ValidationError: for a day before the recognition, or a day to come.
    """
    _has_come(suspended_on, "suspended_on")
    _not_before(suspended_on, team.recognised_on, "suspended_on", "la reconnaissance de l’équipe")
    with transaction.atomic():
        said = f"À compter du {suspended_on:%d/%m/%Y}."
        moved = fire(team, "suspend", actor=actor, comment=comment.strip(), said=said, suspended_on=suspended_on)
        return _refreshed(moved)


def resume_team(*, team: Team, resumed_on: date, actor: User, comment: str = "") -> Team:
    """Take a suspended team back to where it was.

    Raises:
        TransitionRefused: with the reason in French.
        ValidationError: for a day before the suspension, or a day to come.
    """
    _has_come(resumed_on, "resumed_on")
    _not_before(resumed_on, team.suspended_on, "resumed_on", "la suspension")
    with transaction.atomic():
        under_convention = suspended_out_of(team) == Team.State.UNDER_CONVENTION
        step = "resume_under_convention" if under_convention else "resume"
        said = f"À compter du {resumed_on:%d/%m/%Y}."
        return _refreshed(fire(team, step, actor=actor, comment=comment.strip(), said=said))


def close_team(
    *,
    team: Team,
    closed_on: date,
    outcome: str,
    actor: User,
    comment: str,
    structure: ExternalStructure | None = None,
) -> Team:
    """Close a dossier with what became of the team; it stays readable, and so do its payments.

    Args:
        structure: the MSP or CDS that the team became; kept as a dated link.

    Raises:
        TransitionRefused: with the reason in French (a live convention, for one).
        ValidationError: with what is wrong, by field, in French.
    """
    _has_come(closed_on, "closed_on")
    _not_before(closed_on, team.recognised_on, "closed_on", "la reconnaissance de l’équipe")
    _check_structure(outcome, structure)
    with transaction.atomic():
        closed = fire(team, "close", actor=actor, comment=comment, closed_on=closed_on, outcome=outcome)
        if structure is not None:
            link = StructureLink.objects.create(
                team=closed, structure=structure, relation=StructureLink.Relation.EVOLVED, starts_on=closed_on
            )
            record(link, [("structure", "Devenue", "", str(structure))], actor=actor, team=closed)
        return _refreshed(closed)


def _check_structure(outcome: str, structure: ExternalStructure | None) -> None:
    expected = EVOLVES_INTO.get(Team.Outcome(outcome)) if outcome in Team.Outcome.values else None
    if structure is not None and structure.kind != expected:
        raise ValidationError(
            {"structure": f"« {structure} » ne va pas avec ce devenir : choisissez l’un ou l’autre à nouveau."}
        )


def _has_come(day: date, field: str) -> None:
    if day > timezone.localdate():
        raise ValidationError({field: "Cette date est à venir : l’état change aujourd’hui, pas plus tard."})


def _not_before(day: date, first: date | None, field: str, what: str) -> None:
    if first is not None and day < first:
        raise ValidationError({field: f"Cette date précède {what} ({first:%d/%m/%Y})."})


def _refreshed(team: Team) -> Team:
    refresh_findings(teams=[team])
    return team
