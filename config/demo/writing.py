"""Writes the teams imagined, a chunk at a time: stateful rows through the workflow, one log row each."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db import models, transaction

from actions.models import Participation
from association.bulk import insert_rows
from association.models import Company, Membership, MembershipPeriod, Professional, Team, TeamStructure, User
from association.workflow import enter_at
from config.demo.plan import Session, TeamPlan
from config.demo.span import at
from conventions.models import ConventionTerms, Suspension

ORIGIN = "demo"
BATCH = 2_000
REFUSED = "Présence non confirmée par la feuille d'émargement"


@transaction.atomic
def write_teams(plans: list[TeamPlan], *, actor: User, staff: User) -> None:
    """Write a chunk of teams with their members, conventions and actions, in one transaction.

    Args:
        actor: who loads the rows; staff: whose name a refusal bears.
    """
    _create(Company, (company for plan in plans for company in plan.companies))
    _create(Professional, (member.professional for plan in plans for member in plan.members if member.is_new))
    enter_at(((plan.team, plan.part.state) for plan in plans), actor=actor, origin=ORIGIN)
    _create(TeamStructure, (structure for plan in plans for structure in plan.structures))
    _join(Team.communes.through, "commune_id", ((plan.team.pk, c.pk) for plan in plans for c in plan.place.communes))
    _join(Team.themes.through, "theme_id", ((plan.team.pk, theme.pk) for plan in plans for theme in plan.themes))
    _create(Membership, (member.membership for plan in plans for member in plan.members))
    _create(
        MembershipPeriod,
        (period for plan in plans for member in plan.members for period in member.periods(plan.place)),
    )
    _write_agreements(plans, actor)
    _write_sessions([session for plan in plans for session in plan.sessions], actor, staff)


def _write_agreements(plans: list[TeamPlan], actor: User) -> None:
    agreements = [agreement for plan in plans for agreement in plan.agreements]
    enter_at(((one.convention, one.state) for one in agreements), actor=actor, origin=ORIGIN)
    _create(ConventionTerms, (terms for one in agreements for terms in one.terms))
    _create(Suspension, (pause for one in agreements for pause in one.suspensions))
    enter_at((pair for one in agreements for pair in one.adhesions), actor=actor, origin=ORIGIN)


def _write_sessions(sessions: list[Session], actor: User, staff: User) -> None:
    enter_at(((session.action, session.state) for session in sessions), actor=actor, origin=ORIGIN)
    insert_rows(
        Participation,
        ["action", "professional", "role", "refused_reason"],
        ((session.action.pk, person.pk, str(role), "") for session in sessions for person, role in session.people),
    )
    for session in sessions:
        if session.refused is not None and session.action.declared_on is not None:
            Participation.objects.filter(action=session.action, professional=session.refused).update(
                refused_at=at(session.action.declared_on + timedelta(days=3), 15),
                refused_by=staff,
                refused_reason=REFUSED,
            )


def _create(model: type[models.Model], rows: Iterable[Any]) -> None:
    model._base_manager.bulk_create(list(rows), batch_size=BATCH)


def _join(through: type[models.Model], name: str, pairs: Iterable[tuple[Any, Any]]) -> None:
    through._base_manager.bulk_create(
        [through(**{"team_id": team, name: other}) for team, other in pairs], batch_size=BATCH
    )
