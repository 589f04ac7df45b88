"""The live meter: what an action would earn, by the very function of the run, on the facts that somebody types.

Never writes. It prices the action where the run would: after what the next run reverses, and after the validated
actions that come before it and that no run has decided. Of these only the ones that can matter are read: those of its
team, and of the teams that are tied to it by a person whose caps they use up (docs/payment-rules.md, rules 3 to 5).
"""

from __future__ import annotations

import calendar
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import takewhile

from django.db.models import Q
from django.utils import timezone

from actions.models import Action
from actions.selectors.numbering import next_reference
from association.models import Membership, Professional
from association.selectors.people import kept_ids, same_person
from payments.models import PaymentSettings
from payments.pricing import ActionFacts, Balances, Candidate, Decision, Rules, price
from payments.pricing.exclusions import NO_CONVENTION, judge
from payments.selectors import candidates as reading
from payments.selectors.ledger import balances as read_balances


@dataclass(frozen=True)
class MeteredAction:
    """What is known of the action.

    Attributes:
        people: (key of the record, role); of a person known under several records, whichever takes part.
        reference: the one that it has; the next one of its year by default.
        declared_on: today by default.
        action_id: the stored action, left out of what comes before it.
    """

    team_id: int
    type: str
    held_on: date
    people: tuple[tuple[int, str], ...]
    reference: str = ""
    declared_on: date | None = None
    deadline_lifted: bool = False
    action_id: int | None = None


@dataclass(frozen=True)
class Reading:
    """What the meter shows; amounts in euro cents.

    Attributes:
        decisions: one per person, in the fixed order of the run.
        ceiling_cents: the team's, in the convention that pays; None without one.
        team_left_before, team_left_after: what the civil year leaves to the team, without and with this action.
        people_left: by person, what the year leaves after it; empty when the association sets no personal ceiling.
    """

    year: int
    decisions: tuple[Decision, ...]
    ceiling_cents: int | None
    team_left_before: int
    team_left_after: int
    people_left: Mapping[int, int]


def metered(action: Action) -> MeteredAction:
    """Return a stored action as the meter takes it, without its refused participations."""
    rows = action.participations.filter(refused_at__isnull=True).order_by("pk")
    return MeteredAction(
        team_id=action.team_id,
        type=action.type,
        held_on=action.held_on,
        people=tuple(rows.values_list("professional_id", "role")),
        reference=action.reference,
        declared_on=action.declared_on,
        deadline_lifted=action.deadline_lifted_by_id is not None,
        action_id=action.pk,
    )


def read_meter(typed: MeteredAction) -> Reading:
    """Return what an action would earn in the run that takes it, to the cent."""
    settings, kept = PaymentSettings.current(), kept_ids()
    rules = Rules(settings.deadline_months, settings.personal_ceiling_cents, settings.project_lookahead_months)
    until = _last_day(max(typed.held_on, timezone.localdate()))
    among = _undecided_of_the_year(typed)
    teams, people = _tied(typed, among, kept)
    facts = reading.Facts.read(team_id=typed.team_id) if len(teams) == 1 else reading.Facts.read()
    action, mine = _candidates(typed, facts, kept)
    prices, balances = reading.price_list(), _balances(teams, people, kept, typed.held_on.year)
    of_teams = Q(action__team__in=teams)
    earlier = takewhile(
        lambda one: (one.action.date, one.action.reference) < (action.date, action.reference),
        (one.candidate for one in reading.candidates(until=typed.held_on, among=among & of_teams, facts=facts)),
    )
    deque(price(earlier, prices, balances, rules=rules, until=until), maxlen=0)
    judged = judge(action, rules=rules, until=until)
    before = balances.left_to_team(typed.team_id, judged.year, judged.ceiling_cents)
    decisions = tuple(price(mine, prices, balances, rules=rules, until=until))
    return Reading(
        year=judged.year,
        decisions=decisions,
        ceiling_cents=None if judged.convention is NO_CONVENTION else judged.ceiling_cents,
        team_left_before=before,
        team_left_after=balances.left_to_team(typed.team_id, judged.year, judged.ceiling_cents),
        people_left=_people_left(mine, balances, judged.year, rules.personal_ceiling_cents),
    )


def _undecided_of_the_year(typed: MeteredAction) -> Q:
    """Only the civil year of the action shares its ceilings and caps."""
    among = Q(action__held_on__gte=date(typed.held_on.year, 1, 1))
    return among if typed.action_id is None else among & ~Q(action=typed.action_id)


def _tied(typed: MeteredAction, among: Q, kept: Mapping[int, int]) -> tuple[set[int], set[int]]:
    """Return the team and those tied to it by members who have something undecided in both, one after the other; and
    all their members with the people typed, by the keys of the records that stay.

    Who is a member of one team only ties nothing, and who is no member uses nothing (rule MEMBER): so only what members
    of several teams have undecided is read, one query for each step from team to team.
    """
    members_of, teams_of = defaultdict(set), defaultdict(set)
    for team, professional in Membership.objects.order_by().values_list("team_id", "professional_id"):
        person = kept.get(professional, professional)
        members_of[team].add(person)
        teams_of[person].add(team)
    typed_people = {kept.get(pk, pk) for pk, _ in typed.people}
    shared = {person for person, teams in teams_of.items() if len(teams) > 1}
    undecided = reading.undecided(until=typed.held_on).filter(among).order_by()
    found, asked = {typed.team_id}, members_of[typed.team_id] | typed_people
    seen: set[int] = set()
    while asked := (asked & shared) - seen:
        rows = undecided.filter(professional__in=same_person(asked))
        more = set(rows.values_list("action__team_id", flat=True).distinct()) - found
        seen |= asked
        found |= more
        asked = set().union(*(members_of[team] for team in more))
    return found, typed_people.union(*(members_of[team] for team in found))


def _candidates(
    typed: MeteredAction, facts: reading.Facts, kept: Mapping[int, int]
) -> tuple[ActionFacts, list[Candidate]]:
    people = Professional.objects.filter(pk__in=[pk for pk, _ in typed.people]).select_related("merged_into")
    records = {one.pk: one for one in people}
    professions = {one.pk: one.person.profession for one in people}
    action = ActionFacts(
        typed.action_id or 0,
        typed.held_on,
        typed.reference or next_reference(typed.held_on.year),
        typed.type,
        facts.teams[typed.team_id],
        len({kept.get(pk, pk) for pk in records}),
        len(set(professions.values())),
        typed.declared_on or timezone.localdate(),
        typed.deadline_lifted,
    )
    mine = [
        Candidate(
            pk,
            action,
            kept.get(pk, pk),
            records[pk].rpps,
            role,
            professions[pk],
            facts.memberships.get((typed.team_id, kept.get(pk, pk)), ()),
        )
        for pk, role in typed.people
        if pk in records
    ]
    return action, sorted(mine, key=lambda one: one.rpps)


def _balances(teams: set[int], people: set[int], kept: Mapping[int, int], year: int) -> Balances:
    """What the year's lines of these teams and people have used, without those that the next run reverses."""
    records = same_person(people)
    balances = read_balances(teams=teams, people=records, year=year)
    mine = Q(team__in=teams) | Q(professional__in=records)
    for line in reading.lines_to_reverse().filter(mine, held_on__year=year):
        reading.give_back(balances, line, kept)
    return balances


def _people_left(mine: Iterable[Candidate], balances: Balances, year: int, ceiling_cents: int | None) -> dict[int, int]:
    if ceiling_cents is None:
        return {}
    used = balances.cents_of_people(year)
    return {one.professional_id: max(0, ceiling_cents - used.get(one.professional_id, 0)) for one in mine}


def _last_day(day: date) -> date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])
