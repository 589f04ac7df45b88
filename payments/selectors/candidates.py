"""What a run looks at: the participations to decide, in the fixed order, with the facts that decide them.

Facts that exist once per team or member are read first; the participations are then read as one stream
(docs/payment-rules.md, "From participation to due line").
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from actions.models import Action, Participation
from association.models import Membership, MembershipPeriod, Professional, Team, TeamStructure
from association.nomenclature import LegalForm, MemberStatus, PracticeMode
from association.ordering import code_point
from association.selectors.people import kept_ids
from conventions.models import Adhesion, Convention, ConventionTerms
from conventions.models import Suspension as SuspensionRow
from payments.models import EARNED, DueLine, Exclusion, Price, Run, YearReopening
from payments.pricing import (
    ActionFacts,
    Balances,
    Candidate,
    ConventionFacts,
    MembershipFacts,
    Period,
    Practice,
    PriceEntry,
    PriceList,
    Reason,
    Suspension,
    TeamFacts,
    Terms,
)

ACTIONS_AT_ONCE = 500
FINAL = [reason.value for reason in Reason if reason.is_final]


def price_entries() -> list[PriceEntry]:
    """Return every published price."""
    return [
        PriceEntry(*row)
        for row in Price.objects.values_list(
            "id", "kind", "action_type", "role", "profession", "amount_cents", "starts_on", "version", "yearly_cap"
        )
    ]


def price_list() -> PriceList:
    """Return every published price, to be looked up by date."""
    return PriceList(price_entries())


def superseded_price_ids() -> list[int]:
    """Return the prices of which a newer version from the same date was published."""
    newer = Price.objects.filter(
        **{name: OuterRef(name) for name in ("kind", "action_type", "role", "profession", "starts_on")},
        version__gt=OuterRef("version"),
    )
    return list(Price.objects.filter(Exists(newer)).values_list("id", flat=True))


def _reopened_years() -> Iterator[tuple[int, int, datetime]]:
    """Yield (team, civil year, instant of the last decision) of the years reopened by a named decision."""
    years = YearReopening.objects.order_by().values_list("team_id", "year").annotate(last=Max("decided_at"))
    yield from years


def live_lines() -> QuerySet[DueLine]:
    """Return the lines that hold: what a participation earned, and was not reversed."""
    return DueLine.objects.filter(kind__in=EARNED, reversal__isnull=True)


def to_be_redone() -> Q:
    """Return the condition on a live line that is reversed and priced anew in the next run.

    Its price was published anew from the same date; or a ceiling cut it and its team's year was reopened since.
    An opening line was never priced, so nothing of it is priced anew.
    """
    condition = Q(price_id__in=superseded_price_ids())
    for team_id, year, decided_at in _reopened_years():
        condition |= Q(
            team_id=team_id,
            held_on__year=year,
            run__approved_at__lt=decided_at,
            cut_by__contains=Reason.CAP_TEAM.value,
        )
    return condition & Q(price__isnull=False)


def lines_to_reverse() -> QuerySet[DueLine]:
    """Return the live lines to reverse, in the fixed order: no longer owed, or to be priced anew."""
    # Each reason from its own index: one condition with « or » over three tables would read every line of every year.
    live = live_lines().order_by()
    reasons = (
        Q(participation__action__state=Action.State.CANCELLED),
        Q(participation__refused_at__isnull=False),
        to_be_redone(),
    )
    first, *others = (live.filter(reason).values("pk") for reason in reasons)
    return DueLine.objects.filter(pk__in=first.union(*others)).order_by(
        "held_on",
        code_point("participation__action__reference"),
        code_point("participation__professional__rpps"),
        "id",
    )


def give_back(balances: Balances, line: DueLine, kept: Mapping[int, int]) -> None:
    """Take what a reversed line gives back, in amount and in count, into the balances: it is the person's.

    Args:
        kept: `kept_ids`, the record that stays of each that was joined.
    """
    balances.take_back(
        team_id=line.team_id,
        professional_id=kept.get(line.professional_id, line.professional_id),
        action_type=line.action_type,
        year=line.held_on.year,
        amount_cents=line.amount_cents,
    )


def _final_exclusion() -> Q:
    """Return the condition on an exclusion that no later decision has lifted."""
    lifted = Q(pk__in=[])
    for team_id, year, decided_at in _reopened_years():
        lifted |= Q(
            participation__action__team_id=team_id,
            participation__action__held_on__year=year,
            run__approved_at__lt=decided_at,
            reason=Reason.CAP_TEAM.value,
        )
    return Q(reason__in=FINAL) & ~lifted


def undecided(*, until: date, states: Collection[str] = (Action.State.VALIDATED,)) -> QuerySet[Participation]:
    """Return the participations that a run of the month ending on ``until`` has to decide.

    Args:
        states: of the actions; more than a run takes, for the estimate of a year's end.
    """
    settled = live_lines().filter(participation=OuterRef("pk")).exclude(to_be_redone())
    final = Exclusion.objects.filter(_final_exclusion(), participation=OuterRef("pk"))
    return Participation.objects.filter(
        ~Exists(settled),
        ~Exists(final),
        action__state__in=states,
        action__held_on__lte=until,
        refused_at__isnull=True,
    )


class Undecided(NamedTuple):
    """A candidate, and whether it has a line already (then what it earns is a correction)."""

    candidate: Candidate
    has_line: bool


def candidates(
    *,
    until: date,
    among: Q | None = None,
    facts: Facts | None = None,
    states: Collection[str] = (Action.State.VALIDATED,),
) -> Iterator[Undecided]:
    """Yield the candidates of a run in the fixed order: action date, reference, RPPS, by code point.

    Args:
        among: a condition on participations; the meter asks only for those that may change what it shows.
        facts: of all teams that are asked for, when they were read already.
        states: of the actions, as for `undecided`.

    Everybody who took part counts for the number of people and professions of an action (rule PLURI), also those who
    are decided already; so the whole actions are read in which somebody is undecided. Who is known under two numbers
    is one person: the record that stays says the profession, and is owed the money. Some days of actions are read
    at a time, to their end: whoever takes a candidate may write before asking for the next (a cursor left open would
    hold an old snapshot, from which SQLite lets nobody write).
    """
    undecided_ones = undecided(until=until, states=states)
    if among is not None:
        undecided_ones = undecided_ones.filter(among)
    yield from every_candidate(undecided_ones, facts or Facts.read())


def every_candidate(participations: QuerySet[Participation], facts: Facts) -> Iterator[Undecided]:
    """Yield these participations as candidates in the fixed order, as `candidates` does, whatever was decided."""
    for actions in _actions_of(participations):
        yield from _candidates_of(actions, participations, facts)


def _actions_of(participations: QuerySet[Participation]) -> Iterator[list[int]]:
    """Yield the actions that these participations are of, whole days together, the days in their order.

    What has to be decided is looked for among all participations once, and not again for each month.
    """
    days: dict[date, array[int]] = {}
    rows = participations.order_by("action__held_on").values_list("action__held_on", "action_id").distinct()
    for day, action in rows.iterator(chunk_size=10_000):
        days.setdefault(day, array("q")).append(action)
    chunk: list[int] = []
    for actions in days.values():
        chunk += actions
        if len(chunk) >= ACTIONS_AT_ONCE:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _candidates_of(actions: list[int], undecided_ones: QuerySet[Participation], facts: Facts) -> Iterator[Undecided]:
    rows = (
        Participation.objects.filter(refused_at__isnull=True, action__in=actions)
        .annotate(
            open=Exists(undecided_ones.filter(pk=OuterRef("pk"))),
            has_line=Exists(DueLine.objects.filter(participation=OuterRef("pk"))),
        )
        .order_by("action__held_on", code_point("action__reference"), code_point("professional__rpps"))
        .values_list(
            "action_id", "action__held_on", "action__reference", "action__type", "action__team_id",
            "action__declared_on", F("action__deadline_lifted_by"),
            "pk", "professional_id", "professional__rpps", "role", "professional__profession", "open", "has_line",
        )
    )  # fmt: skip
    for key, group in groupby(list(rows), key=itemgetter(0, 1, 2, 3, 4, 5, 6)):
        people, number = facts.people(list(group))
        action = facts.action(key, people=number, professions=len({row[11] for row in people}))
        for _, _, _, _, team_id, _, _, pk, professional_id, rpps, role, profession, is_open, has_line in people:
            if is_open:
                memberships = facts.memberships.get((team_id, professional_id), ())
                candidate = Candidate(pk, action, professional_id, rpps, role, profession, memberships)
                yield Undecided(candidate, has_line)


@dataclass
class Facts:
    """What is known of teams and members; grows with them, not with the participations.

    ``joined``: for each record joined with another, the one that stays and its profession; ``memberships`` are those
    of the person, under all numbers, by (team, record that stays).
    """

    teams: dict[int, TeamFacts]
    memberships: dict[tuple[int, int], tuple[MembershipFacts, ...]]
    joined: dict[int, tuple[int, str]]

    @classmethod
    def read(cls, *, team_id: int | None = None) -> Facts:
        """Read the facts of all teams, or of one (the ceiling meter of its action form)."""
        only = {} if team_id is None else {"team_id": team_id}
        kept = kept_ids()
        professions = dict(
            Professional.objects.filter(pk__in=set(kept.values())).order_by().values_list("pk", "profession")
        )
        return cls(
            teams=_teams(only),
            memberships=_memberships(only, kept),
            joined={other: (pk, professions[pk]) for other, pk in kept.items()},
        )

    def people(self, rows: list[tuple[Any, ...]]) -> tuple[list[tuple[Any, ...]], int]:
        """Return the participations of an action, each of the record that stays, and how many people they are."""
        if not self.joined:
            return rows, len(rows)
        people = [self._of_who_stays(row) for row in rows]
        return people, len({row[8] for row in people})

    def _of_who_stays(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        if row[8] not in self.joined:
            return row
        kept, profession = self.joined[row[8]]
        return (*row[:8], kept, *row[9:11], profession, *row[12:])

    def action(self, key: tuple[Any, ...], *, people: int, professions: int) -> ActionFacts:
        """Build the facts of an action from its columns."""
        pk, held_on, reference, type_, team_id, declared_on, lifted_by = key
        return ActionFacts(
            pk,
            held_on,
            reference,
            type_,
            self.teams[team_id],
            people,
            professions,
            declared_on,
            lifted_by is not None,
        )


def _under(only: dict[str, int], path: str) -> dict[str, int]:
    return {f"{path}__{name}": value for name, value in only.items()}


def _teams(only: dict[str, int]) -> dict[int, TeamFacts]:
    terms: dict[int, list[Terms]] = defaultdict(list)
    rows = ConventionTerms.objects.filter(**_under(only, "convention"))
    for convention, effective_on, ceiling, types in rows.order_by(
        "convention", F("effective_on").asc(nulls_first=True)
    ).values_list("convention_id", "effective_on", "ceiling_cents", "action_types"):
        terms[convention].append(Terms(effective_on, ceiling, frozenset(types)))
    suspensions: dict[int, list[Suspension]] = defaultdict(list)
    for convention, start, end in SuspensionRow.objects.filter(**_under(only, "convention")).values_list(
        "convention_id", "starts_on", "ends_on"
    ):
        suspensions[convention].append(Suspension(start, end))
    conventions: dict[int, list[ConventionFacts]] = defaultdict(list)
    for team, pk, effective_on, ends_on, terminated_on in (
        Convention.objects.filter(state__in=Convention.PAYING, **only)
        .order_by("effective_on", "id")
        .values_list("team_id", "id", "effective_on", "ends_on", "terminated_on")
    ):
        conventions[team].append(
            ConventionFacts(pk, effective_on, ends_on, tuple(terms[pk]), terminated_on, tuple(suspensions[pk]))
        )
    carried: dict[int, list[Period]] = defaultdict(list)
    associations = TeamStructure.objects.filter(form=LegalForm.ASSOCIATION, **only)
    for team, carried_from, carried_until in associations.values_list("team_id", "starts_on", "ends_on"):
        carried[team].append(Period(carried_from, carried_until))
    which = {"pk": only["team_id"]} if only else {}
    return {
        pk: TeamFacts(pk, kind, tuple(conventions[pk]), tuple(carried[pk]))
        for pk, kind in Team.objects.filter(**which).order_by().values_list("id", "kind")
    }


def _memberships(only: dict[str, int], kept: dict[int, int]) -> dict[tuple[int, int], tuple[MembershipFacts, ...]]:
    practices: dict[int, list[Practice]] = defaultdict(list)
    for membership, start, end, status, mode, company in (
        MembershipPeriod.objects.filter(**_under(only, "membership"))
        .order_by("membership", F("starts_on").asc(nulls_first=True), "id")
        .values_list("membership_id", "starts_on", "ends_on", "status", "mode", "company_id")
    ):
        practices[membership].append(
            Practice(
                Period(start, end),
                confirmed=status == MemberStatus.CONFIRMED,
                salaried=mode == PracticeMode.SALARIED,
                company_id=company,
            )
        )
    signatures: dict[int, dict[int, date]] = defaultdict(dict)
    for membership, convention, takes_effect in (
        Adhesion.objects.filter(state__in=[Adhesion.State.SIGNED, Adhesion.State.ENDED], **_under(only, "membership"))
        .annotate(takes_effect=Coalesce("effective_on", "signed_on"))
        .values_list("membership_id", "convention_id", "takes_effect")
    ):
        if takes_effect is not None:
            signatures[membership][convention] = takes_effect
    found: dict[tuple[int, int], list[MembershipFacts]] = defaultdict(list)
    numbers: dict[tuple[int, int], set[int]] = defaultdict(set)
    for pk, team, professional, joined_on, left_on in (
        Membership.objects.filter(**only)
        .order_by("joined_on", "id")
        .values_list("id", "team_id", "professional_id", "joined_on", "left_on")
    ):
        person = kept.get(professional, professional)
        found[team, person].append(MembershipFacts(pk, joined_on, left_on, tuple(practices[pk]), signatures[pk]))
        if kept:
            numbers[team, person].add(professional)
    for key, records in numbers.items():
        if len(records) > 1:
            found[key] = [_signed_by_the_person(one, found[key]) for one in found[key]]
    return {key: tuple(memberships) for key, memberships in found.items()}


def _signed_by_the_person(one: MembershipFacts, stays: list[MembershipFacts]) -> MembershipFacts:
    """Return a stay with the signatures of those that overlap it: the person signed, under whichever number."""
    signatures: dict[int, date] = {}
    for other in stays:
        if other.joined_on <= (one.left_on or date.max) and one.joined_on <= (other.left_on or date.max):
            for convention, signed_on in other.signatures.items():
                signatures[convention] = min(signed_on, signatures.get(convention, signed_on))
    return replace(one, signatures=signatures)


def exclusions_since() -> dict[int, date]:
    """Return, by participation, the first month in which the latest frozen run found it excluded."""
    latest = Run.objects.frozen().exclude(kind=Run.Kind.OPENING).order_by("-approved_at", "-id").first()
    if latest is None:
        return {}
    return dict(Exclusion.objects.filter(run=latest).values_list("participation_id", "since"))
