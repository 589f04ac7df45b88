# ruff: noqa: T201 - a benchmark prints
"""How fast `price` decides, against a bare loop over the same rows that only finds the dated price and adds it.

    python -m tests.bench.bench_pricing [N]

N candidates (1,000,000 by default) of one region: 150 teams, 1,950 people, 33,000 candidates a year, so
thirty years. Speed: rows made beforehand, N/10 then N, the best of five rounds that take turns, in
processor time; with the settings by default, and with the deadline and the personal ceiling on. Memory:
rows streamed, N/10 then N; what ten times the rows add to the peak is ten times the years of balances.
"""

import datetime as dt
import gc
import sys
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import count
from random import Random
from time import process_time

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
    Rules,
    TeamFacts,
    Terms,
    price,
)

START, UNTIL = dt.date(2024, 1, 1), dt.date(2123, 12, 31)
TEAMS, LINES_A_YEAR = 150, 33_000
RULES = Rules(deadline_months=6, personal_ceiling_cents=1_500_00)
TYPES = ("RCP", "RCP", "RCP", "RCPP", "PPS", "PPS", "PROTOCOLE", "PREVENTION")
PROFESSIONS = ("10", "21", "60", "70", "91")
MEMBERS = 13

Person = tuple[int, str, str, tuple[MembershipFacts, ...]]


def price_list() -> list[PriceEntry]:
    ids = count(1)
    return [
        PriceEntry(next(ids), "ESP_CLAP", action_type, role, profession, amount, dt.date(year, 1, 1), 1, cap)
        for action_type, amount, cap in (
            ("RCP", 5000, None),
            ("RCPP", 6000, None),
            ("PPS", 8000, 40),
            ("PROTOCOLE", 3000, None),
            ("PREVENTION", 4000, None),
        )
        for role in ("participant", "redacteur")
        for profession in ("", "10")
        for year in range(START.year - 1, START.year + 33, 3)
    ]


def region() -> list[tuple[TeamFacts, list[Person]]]:
    """Teams with a convention amended once, each with its members in the order of their RPPS."""
    made = []
    for number in range(TEAMS):
        terms = (
            Terms(None, 10_000_00, frozenset(TYPES)),
            Terms(START + dt.timedelta(500), 12_000_00, frozenset(TYPES)),
        )
        convention = ConventionFacts(number, START, UNTIL, terms)
        team = TeamFacts(number, "ESP_CLAP", (convention,), (Period(START, None),))
        people = []
        for seat in range(MEMBERS):
            person = number * MEMBERS + seat
            practice = Practice(Period(None, None), seat != 7, seat == 3, 12 if seat in (3, 4) else None)
            signatures = {} if seat == 9 else {number: START}
            membership = MembershipFacts(person, START, None, (practice,), signatures)
            people.append((person, f"{10_000_000_000 + person}", PROFESSIONS[seat % 5], (membership,)))
        made.append((team, people))
    return made


def rows(total: int, teams: list[tuple[TeamFacts, list[Person]]]) -> Iterator[Candidate]:
    """`total` candidates in the fixed order, about four per action, spread evenly over the years."""
    random, made = Random(1), 0
    for number in count():
        team, people = random.choice(teams)
        day = START + dt.timedelta(days=made * 365 // LINES_A_YEAR)
        present = sorted(random.sample(people, random.randint(2, 6)))[: total - made]
        professions = len({profession for _, _, profession, _ in present})
        kind = random.choice(TYPES)
        action = ActionFacts(number, day, f"A{number:09}", kind, team, len(present), professions, day)
        for professional, rpps, profession, memberships in present:
            made += 1
            yield Candidate(made, action, professional, rpps, "participant", profession, memberships)
        if made == total:
            return


def bare_loop(candidates: list[Candidate], entries: list[PriceEntry]) -> int:
    """The floor: a dictionary and a bisection, profession before any profession, and a sum."""
    series: dict[tuple[str, str, str, str], tuple[list[dt.date], list[int]]] = {}
    for entry in entries:
        starts, amounts = series.setdefault((entry.kind, entry.action_type, entry.role, entry.profession), ([], []))
        starts.append(entry.starts_on)
        amounts.append(entry.amount_cents)
    total = 0
    for candidate in candidates:
        action = candidate.action
        kind, action_type, role = action.team.kind, action.type, candidate.role
        found = series.get((kind, action_type, role, candidate.profession)) or series[kind, action_type, role, ""]
        total += found[1][bisect_right(found[0], action.date) - 1]
    return total


def priced_loop(candidates: list[Candidate], entries: list[PriceEntry], rules: Rules) -> int:
    decided = 0
    for _ in price(candidates, PriceList(entries), Balances(), rules=rules, until=UNTIL):
        decided += 1
    return decided


def best_of_five(*loops: Callable[[], int]) -> list[float]:
    """Seconds of each, the loops taking turns so that a slow moment of the machine hits them all."""
    best = [float("inf")] * len(loops)
    for _ in range(5):
        for place, loop in enumerate(loops):
            started = process_time()
            loop()
            best[place] = min(best[place], process_time() - started)
    return best


def report_speed(total: int) -> None:
    candidates, entries = list(rows(total, region())), price_list()
    gc.collect()
    gc.freeze()
    bare, plain, full = best_of_five(
        lambda: bare_loop(candidates, entries),
        lambda: priced_loop(candidates, entries, Rules()),
        lambda: priced_loop(candidates, entries, RULES),
    )
    gc.unfreeze()
    print(f"{total:>9} candidates: bare loop {bare / total * 1e6:.2f} us each")
    for name, seconds in (("settings by default", plain), ("deadline and personal ceiling", full)):
        print(f"{'':>9} {name}: price {seconds / total * 1e6:.2f} us each, ratio {seconds / bare:.1f}")
    reasons = Counter(
        str(getattr(decision, "reason", "") or getattr(decision, "cut_by", "") or "in full")
        for decision in price(candidates, PriceList(entries), Balances(), rules=RULES, until=UNTIL)
    )
    print(f"{'':>9}", ", ".join(f"{name} {number}" for name, number in reasons.most_common()))


def report_memory(total: int) -> None:
    try:
        import resource
    except ImportError:
        print("memory: not measured on this system")
        return
    teams, prices = region(), PriceList(price_list())
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for streamed in (total // 10, total):
        for _ in price(rows(streamed, teams), prices, Balances(), rules=RULES, until=UNTIL):
            pass
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        print(f"{streamed:>9} candidates streamed: peak memory +{(peak - before) / 1024:.1f} MiB")


if __name__ == "__main__":
    rows_wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    report_memory(rows_wanted)
    for size in (rows_wanted // 10, rows_wanted):
        report_speed(size)
