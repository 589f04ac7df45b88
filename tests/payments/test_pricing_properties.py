"""What holds for every history that pricing can be given (docs/payment-rules.md)."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from payments.pricing import (
    Balances,
    Candidate,
    Decision,
    Excluded,
    OutOfOrder,
    Period,
    Priced,
    PriceEntry,
    PriceList,
    Reason,
    Rules,
    Suspension,
    TeamFacts,
    Terms,
    price,
)
from payments.pricing.rules import share
from tests.payments.pricing_builders import (
    ALL_TYPES,
    action,
    candidate,
    convention,
    member,
    practice,
    tarif,
    team,
)

JANUARY, LAST_DAY = dt.date(2026, 1, 1), dt.date(2027, 12, 31)
MONTH_ENDS = [dt.date(2026 + m // 12, m % 12 + 1, 1) - dt.timedelta(1) for m in range(1, 25)]
TYPES = ("RCP", "PPS", "ETP")

bounded = settings(max_examples=30, deadline=None)

days = st.integers(0, 729).map(lambda n: JANUARY + dt.timedelta(n))
effects = st.integers(-60, 200).map(lambda n: JANUARY + dt.timedelta(n))
some_types = st.frozensets(st.sampled_from(TYPES), min_size=1)
ceilings = st.integers(0, 400)


@dataclass(frozen=True)
class History:
    """Everything that was declared, in the fixed order, with the price list and settings of the time."""

    candidates: list[Candidate]
    prices: list[PriceEntry]
    rules: Rules


@st.composite
def teams(draw: st.DrawFn, id: int, *, suspended: bool) -> TeamFacts:
    starts = draw(st.lists(effects, min_size=1, max_size=2, unique=True))
    conventions = []
    for number, start in enumerate(sorted(starts)):
        amended_on = draw(st.none() | days)
        amendments = [Terms(amended_on, draw(ceilings), draw(some_types) | {"PROJET"})] if amended_on else []
        suspensions = []
        if suspended and draw(st.booleans()):
            begin = draw(days)
            suspensions = [Suspension(begin, draw(st.none() | st.just(begin + dt.timedelta(60))))]
        conventions.append(
            convention(
                start,
                id=id * 10 + number,
                ends_on=start + dt.timedelta(draw(st.integers(100, 800))),
                ceiling=draw(ceilings),
                types=draw(some_types) | {"PROJET"},
                amendments=amendments,
                suspensions=suspensions,
            )
        )
    return team(*conventions, id=id, association=[Period(draw(st.none() | days), None)])


@st.composite
def histories(draw: st.DrawFn, *, types=TYPES, suspended=True, personal=True) -> History:
    esps = [draw(teams(number, suspended=suspended)) for number in (1, 2)]
    memberships = {
        (esp.id, person): member(
            practice(None, None, confirmed=draw(st.integers(0, 9)) > 0),
            signed={
                agreed.id: draw(st.sampled_from([JANUARY - dt.timedelta(60)] * 4 + [JANUARY + dt.timedelta(90)]))
                for agreed in esp.conventions
            },
        )
        for esp in esps
        for person in (1, 2, 3, 4)
    }
    candidates = []
    for number, on in enumerate(sorted(draw(st.lists(days, max_size=14)))):
        esp = draw(st.sampled_from(esps))
        held = action(draw(st.sampled_from(types)), on, reference=f"A{number:02}", of=esp)
        for person in sorted(draw(st.sets(st.integers(1, 4), min_size=1))):
            role = draw(st.sampled_from(["participant", "redacteur"]))
            known = [memberships[esp.id, person]]
            candidates.append(candidate(held, person, role=role, memberships=known))
    prices = [
        tarif(type, draw(st.integers(1, 90)), role=role, cap=draw(st.none() | st.integers(0, 4)))
        for type in TYPES
        for role in ("participant", "redacteur")
    ]
    prices += [tarif("PROJET", draw(st.integers(1, 90)), role=role) for role in ("participant", "redacteur")]
    prices += draw(st.lists(st.builds(tarif, st.just("RCP"), st.integers(1, 90), starts_on=days), max_size=2))
    ceiling = draw(st.none() | st.integers(0, 300)) if personal else None
    return History(candidates, prices, Rules(personal_ceiling_cents=ceiling))


def decisions_of(history: History, balances: Balances | None = None, until: dt.date = LAST_DAY) -> list[Decision]:
    balances = balances or Balances()
    due = [row for row in history.candidates if row.action.date <= until]
    return list(price(due, PriceList(history.prices), balances, rules=history.rules, until=until))


def settled_in_runs(history: History, month_ends: list[dt.date]) -> dict[int, Decision]:
    """Participation -> what the runs of these months made of it in the end; lines and final exclusions
    stay.
    """
    balances, settled, waiting = Balances(), {}, {}
    for month_end in month_ends:
        open_rows = [row for row in history.candidates if row.participation_id not in settled]
        for decision in decisions_of(History(open_rows, history.prices, history.rules), balances, month_end):
            key = decision.candidate.participation_id
            if isinstance(decision, Excluded) and not decision.reason.is_final:
                waiting[key] = decision
            else:
                assert key not in settled, "priced twice"
                settled[key] = decision
    return {**waiting, **settled}


@bounded
@given(histories())
def test_every_candidate_gets_one_decision_in_the_same_order(history: History) -> None:
    assert [decision.candidate for decision in decisions_of(history)] == history.candidates


@bounded
@given(histories(types=(*TYPES, "PROJET")))
def test_line_is_above_zero_at_most_its_price_and_says_what_cut_it(history: History) -> None:
    for line in decisions_of(history):
        if isinstance(line, Priced):
            assert 0 < line.amount_cents <= line.price.amount_cents
            assert (line.amount_cents < line.price.amount_cents) == bool(line.cut_by)


@bounded
@given(histories(types=(*TYPES, "PROJET")), st.integers(0, 500))
def test_ceilings_and_number_caps_are_never_exceeded(history: History, opening: int) -> None:
    teams_used = Counter({(1, 2026): opening})
    people_used: Counter[tuple[int, int]] = Counter()
    counted: Counter[tuple[int, str, int]] = Counter()
    balances = Balances(team_cents=teams_used)
    personal = history.rules.personal_ceiling_cents
    for line in decisions_of(history, balances):
        if isinstance(line, Priced):
            its, person = line.candidate.action, line.candidate.professional_id
            year = its.date.year
            teams_used[its.team.id, year] += line.amount_cents
            people_used[person, year] += line.amount_cents
            counted[person, its.type, year] += 1
            assert teams_used[its.team.id, year] <= line.ceiling_cents
            assert personal is None or people_used[person, year] <= personal
            assert line.price.yearly_cap is None or counted[person, its.type, year] <= line.price.yearly_cap
    assert all(balances.team_cents(*key) == cents for key, cents in teams_used.items())
    assert all(balances.professional_cents(*key) == cents for key, cents in people_used.items())
    assert all(balances.paid_count(*key) == count for key, count in counted.items())


@bounded
@given(histories(personal=False), st.integers(0, 300))
def test_team_ceiling_cuts_lines_to_within_a_cent_of_their_shares_and_leaves_nothing(
    history: History, opening: int
) -> None:
    balances = Balances(team_cents={(1, 2026): opening})
    used = defaultdict(int, {(1, 2026): opening})
    actions: defaultdict[str, list[Decision]] = defaultdict(list)
    for decision in decisions_of(history, balances):
        actions[decision.candidate.action.reference].append(decision)
    for decisions in actions.values():
        its = decisions[0].candidate.action
        year, limit = (its.team.id, its.date.year), [d for d in decisions if _cut_by_team(d)]
        lines = [d for d in decisions if isinstance(d, Priced)]
        if limit:
            ceiling = max(getattr(d, "ceiling_cents", None) or getattr(d, "limit", 0) or 0 for d in limit)
            left = max(0, ceiling - used[year])
            assert sum(line.amount_cents for line in lines) == left
            if len(lines) > 1:
                prices = sum(line.price.amount_cents for line in lines) + _prices_of_excluded(limit, history)
                for line in lines:
                    exact = Fraction(left * line.price.amount_cents, prices)
                    assert abs(line.amount_cents - exact) <= 1
        used[year] += sum(line.amount_cents for line in lines)


def _cut_by_team(decision: Decision) -> bool:
    return Reason.CAP_TEAM in (*getattr(decision, "cut_by", ()), getattr(decision, "reason", None))


def _prices_of_excluded(limit: list[Decision], history: History) -> int:
    prices, total = PriceList(history.prices), 0
    for decision in limit:
        if isinstance(decision, Excluded):
            row = decision.candidate
            found = prices.find(row.action.team.kind, row.action.type, row.role, row.profession, row.action.date)
            total += found.amount_cents if found else 0
    return total


@bounded
@given(st.lists(st.integers(1, 10_000), min_size=1, max_size=12), st.data())
def test_shares_add_up_to_what_is_left_each_within_a_cent_and_its_amount(amounts: list[int], data) -> None:
    left = data.draw(st.integers(0, sum(amounts) - 1))
    shares = share(left, amounts)
    assert sum(shares) == left
    for part, amount in zip(shares, amounts, strict=True):
        assert 0 <= part <= amount
        assert abs(part - Fraction(left * amount, sum(amounts))) <= 1


@bounded
@given(histories(), st.sets(st.sampled_from(MONTH_ENDS[:-1])))
def test_year_split_into_runs_anywhere_gives_the_same_lines(history: History, cuts: set[dt.date]) -> None:
    assert settled_in_runs(history, [*sorted(cuts), LAST_DAY]) == settled_in_runs(history, [LAST_DAY])


@bounded
@given(
    histories(types=(*TYPES, "PROJET"), suspended=False, personal=False),
    st.sets(st.sampled_from(MONTH_ENDS[:-1])),
)
def test_projects_in_runs_split_anywhere_give_the_same_lines(history: History, cuts: set[dt.date]) -> None:
    """Without what counts over all teams: a project waits for its run, another team's lines may pass before
    it.
    """
    assert settled_in_runs(history, [*sorted(cuts), LAST_DAY]) == settled_in_runs(history, [LAST_DAY])


@bounded
@given(histories(types=(*TYPES, "PROJET")))
def test_run_repeated_on_what_it_left_open_prices_nothing_twice(history: History) -> None:
    balances = Balances()
    first = decisions_of(history, balances)
    still_open = [d.candidate for d in first if isinstance(d, Excluded) and not d.reason.is_final]
    again = decisions_of(History(still_open, history.prices, history.rules), balances)
    assert again == [d for d in first if isinstance(d, Excluded) and not d.reason.is_final]


@bounded
@given(histories())
def test_lines_reversed_one_and_all_give_back_the_balances(history: History) -> None:
    balances = Balances()
    lines = [decision for decision in decisions_of(history, balances) if isinstance(decision, Priced)]
    for line in lines:
        balances.take_back(**_counted_as(line))
    for line in lines:
        its, person = line.candidate.action, line.candidate.professional_id
        assert balances.team_cents(its.team.id, its.date.year) == 0
        assert balances.professional_cents(person, its.date.year) == 0
        assert balances.paid_count(person, its.type, its.date.year) == 0


@bounded
@given(histories())
def test_last_action_reversed_and_priced_anew_gives_the_same_lines(history: History) -> None:
    assume(history.candidates)
    balances = Balances()
    last = history.candidates[-1].action
    decisions = [d for d in decisions_of(history, balances) if d.candidate.action == last]
    for decision in decisions:
        if isinstance(decision, Priced):
            balances.take_back(**_counted_as(decision))
    rows = [decision.candidate for decision in decisions]
    assert decisions_of(History(rows, history.prices, history.rules), balances) == decisions


def _counted_as(line: Priced) -> dict[str, object]:
    its = line.candidate.action
    return {
        "team_id": its.team.id,
        "professional_id": line.candidate.professional_id,
        "action_type": its.type,
        "year": its.date.year,
        "amount_cents": line.amount_cents,
    }


def _swapped(rows: list[Candidate], place: int) -> list[Candidate]:
    return [*rows[:place], rows[place + 1], rows[place], *rows[place + 2 :]]


def _repeated(rows: list[Candidate], place: int) -> list[Candidate]:
    return [*rows[: place + 1], *rows[place:]]


@pytest.mark.parametrize("disturb", [_swapped, _repeated])
@bounded
@given(history=histories(), data=st.data())
def test_candidates_swapped_or_repeated_anywhere_raise(
    disturb: Callable[[list[Candidate], int], list[Candidate]], history: History, data: st.DataObject
) -> None:
    assume(len(history.candidates) > 1)
    place = data.draw(st.integers(0, len(history.candidates) - 2))
    with pytest.raises(OutOfOrder):
        decisions_of(History(disturb(history.candidates, place), history.prices, history.rules))


@bounded
@given(histories(types=(*TYPES, "PROJET")))
def test_same_input_again_gives_the_same_decisions(history: History) -> None:
    assert decisions_of(history) == decisions_of(history)


def test_types_of_the_histories_are_types_of_the_rules() -> None:
    assert {*TYPES, "PROJET"} <= ALL_TYPES
