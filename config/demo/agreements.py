"""Conventions: their dates by story, their terms, and who signed them."""

from __future__ import annotations

import random
from datetime import date, timedelta

from association.models import Team
from association.nomenclature import ActionType
from config.demo.casting import Oddity, Story
from config.demo.plan import Agreement, Member, TeamPlan
from config.demo.span import Span, at, between, shift
from conventions.models import DEFAULT_CEILING_CENTS, Adhesion, Convention, ConventionTerms, Suspension

PRORATED_CEILING_CENTS = DEFAULT_CEILING_CENTS // 12
EVERYWHERE = [ActionType.RCP, ActionType.RCPP, ActionType.PPS, ActionType.PROTOCOLE, ActionType.PROJET]
FOR_ASSOCIATIONS = [ActionType.PREVENTION, ActionType.ETP]
UNSIGNED = {
    Story.DRAFT: Convention.State.DRAFT,
    Story.ISSUED: Convention.State.ISSUED,
    Story.SIGNING: Convention.State.SIGNING,
    Story.ABANDONED: Convention.State.ABANDONED,
}


def effect_of(story: Story, span: Span, rng: random.Random) -> date | None:
    """Return the day on which the team's first convention takes effect, or would have."""
    match story:
        case Story.NONE:
            return None
        case Story.DRAFT | Story.ISSUED | Story.SIGNING | Story.ABANDONED:
            return shift(span.last, 1)
        case Story.RECENT:
            return between(rng, span.first + timedelta(days=35), span.middle + timedelta(days=27))
        case Story.PRORATED:
            return shift(span.last, -1)
        case Story.RENEWED | Story.ENDED:
            end = between(rng, span.first + timedelta(days=40), shift(span.last, -2))
            return end + timedelta(days=1) - duration(span)
    return between(rng, span.first - timedelta(days=360), span.first - timedelta(days=30))


def duration(span: Span) -> timedelta:
    """Return how long conventions run: three years, more where the months are so many that they would all end."""
    return timedelta(days=365 * max(3, span.count // 12 + 2))


def draw_agreements(plan: TeamPlan, effect: date, span: Span, rng: random.Random) -> None:
    """Add the team's conventions, with the signatures of its members."""
    story, team = plan.part.story, plan.team
    number = f"CONV-{team.code.removeprefix('CLAP-')}"
    signed_on = None if story in UNSIGNED else effect - timedelta(days=rng.randint(0, 12))
    convention = Convention(
        number=f"{number}-1",
        team=team,
        starts_on=effect,
        ends_on=effect + duration(span) - timedelta(days=1),
        signed_on=signed_on,
        effective_on=effect if signed_on else None,
        created_at=at((signed_on or span.end) - timedelta(days=25)),
    )
    agreement = Agreement(convention, UNSIGNED.get(story, Convention.State.SIGNED), _terms(plan, convention, span))
    plan.agreements.append(agreement)
    _carry_on(plan, agreement, span, rng)
    for one in plan.agreements:
        _sign(plan, one, span, rng)


def _terms(plan: TeamPlan, convention: Convention, span: Span) -> list[ConventionTerms]:
    types: list[str] = list(EVERYWHERE)
    story = plan.part.story
    if (plan.part.association and story != Story.AMENDED) or Oddity.STRUCTURE in plan.part.oddities:
        types += FOR_ASSOCIATIONS
    ceiling = PRORATED_CEILING_CENTS if story == Story.PRORATED else DEFAULT_CEILING_CENTS
    terms = [ConventionTerms(convention=convention, ceiling_cents=ceiling, action_types=types)]
    if story == Story.AMENDED:
        wider = [*types, *FOR_ASSOCIATIONS]
        terms.append(
            ConventionTerms(convention=convention, effective_on=span.middle, ceiling_cents=ceiling, action_types=wider)
        )
    return terms


def _carry_on(plan: TeamPlan, first: Agreement, span: Span, rng: random.Random) -> None:
    """Let the story of the first convention go on: suspended, terminated, ended, renewed."""
    convention = first.convention
    match plan.part.story:
        case Story.SUSPENDED:
            start = shift(span.last, -1) + timedelta(days=rng.randint(0, 20))
            first.state = Convention.State.SUSPENDED
            first.suspensions.append(
                Suspension(convention=convention, starts_on=start, reason="Départ du médecin généraliste")
            )
        case Story.RESUMED:
            start = between(rng, span.first + timedelta(days=10), span.middle)
            end = start + timedelta(days=rng.randint(20, 50))
            reason = "Recomposition de l'équipe"
            first.suspensions.append(Suspension(convention=convention, starts_on=start, ends_on=end, reason=reason))
        case Story.TERMINATED:
            first.state = Convention.State.TERMINATED
            team = plan.team
            chosen = between(rng, span.first + timedelta(days=40), shift(span.last, -2))
            convention.terminated_on = team.closed_on or chosen
            if plan.part.state == Team.State.WITHDRAWN:
                team.recognition_withdrawn_on = chosen
        case Story.ENDED:
            first.state = Convention.State.ENDED
        case Story.RENEWED:
            first.state = Convention.State.ENDED
            plan.agreements.append(_renewal(plan, convention, span))


def _renewal(plan: TeamPlan, before: Convention, span: Span) -> Agreement:
    start = before.ends_on + timedelta(days=1)
    convention = Convention(
        number=before.number[:-1] + "2",
        team=plan.team,
        starts_on=start,
        ends_on=start + duration(span) - timedelta(days=1),
        signed_on=start - timedelta(days=10),
        effective_on=start,
        created_at=at(start - timedelta(days=40)),
    )
    types = plan.agreements[0].terms[0].action_types
    return Agreement(
        convention,
        Convention.State.SIGNED,
        [ConventionTerms(convention=convention, ceiling_cents=DEFAULT_CEILING_CENTS, action_types=types)],
    )


def _sign(plan: TeamPlan, agreement: Agreement, span: Span, rng: random.Random) -> None:
    """Invite the members; the founders sign with the association, the others when they join, a few not at all."""
    convention = agreement.convention
    if agreement.state in (Convention.State.DRAFT, Convention.State.ISSUED, Convention.State.ABANDONED):
        return
    for position, member in enumerate(plan.members):
        if member.confirmed_from is None or _left_before(member, convention):
            continue
        if agreement.state == Convention.State.SIGNING:
            signed_on = span.end - timedelta(days=8) if position == 1 else None
        elif member is plan.marked.get(Oddity.SIGNATURE):
            signed_on = None
        else:
            signed_on = _signature_day(member, convention, rng)
        _add_adhesion(agreement, member, signed_on, rng)


def _left_before(member: Member, convention: Convention) -> bool:
    left_on = member.membership.left_on
    return left_on is not None and left_on < (convention.signed_on or convention.starts_on)


def _signature_day(member: Member, convention: Convention, rng: random.Random) -> date | None:
    """Return the day of the member's own signature; none for the few who have not signed."""
    if member.founder or convention.signed_on is None or member.confirmed_from is None:
        return convention.signed_on
    if rng.random() < 0.03:
        return None
    day = max(convention.signed_on, member.confirmed_from) + timedelta(days=rng.choice((0, 0, 0, 0, 7, 21)))
    left = member.membership.left_on
    last = min(filter(None, (convention.ends_on, convention.terminated_on, left)))
    return day if day <= last else None


def _add_adhesion(agreement: Agreement, member: Member, signed_on: date | None, rng: random.Random) -> None:
    left_on = member.membership.left_on
    adhesion = Adhesion(convention=agreement.convention, membership=member.membership, signed_on=signed_on)
    if signed_on is None:
        state = Adhesion.State.DECLINED if rng.random() < 0.2 else Adhesion.State.INVITED
    else:
        member.signed[agreement.number] = signed_on
        state = Adhesion.State.SIGNED
        if left_on is not None:
            state, adhesion.ended_on = Adhesion.State.ENDED, left_on
    agreement.adhesions.append((adhesion, state))
