"""What the teams used of their ceilings in the civil year."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from reports.indicators.activity import spatial
from reports.indicators.model import Cut, Indicator, Measure, Row, Section, Unit, cut, mean, quantile
from reports.indicators.money import LEDGER
from reports.indicators.teams import by_department

if TYPE_CHECKING:
    from reports.indicators.facts import Facts

USED = {
    "0": "Rien d’utilisé",
    "1-25": "Jusqu’à 25\u00a0%",
    "25-50": "De 25 à 50\u00a0%",
    "50-75": "De 50 à 75\u00a0%",
    "75-100": "De 75 à moins de 100\u00a0%",
    "100": "Plafond atteint",
}


def _use(facts: Facts) -> Measure:
    used = facts.money.used
    shares = {team: mean(max(spent, 0), ceiling, Unit.PERCENT) or 0 for team, (spent, ceiling) in used.items()}
    departments: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for team, (spent, ceiling) in used.items():
        place = departments[facts.teams.all[team].department]
        place[0] += spent
        place[1] += ceiling
    by_place = Counter(
        {code: mean(max(spent, 0), ceiling, Unit.PERCENT) or 0 for code, (spent, ceiling) in departments.items()}
    )
    spent, whole = sum(spent for spent, _ in used.values()), sum(ceiling for _, ceiling in used.values())
    classes = Counter(_class(share) for share in shares.values())
    known = facts.teams.all
    rows = tuple(Row(known[pk].code, known[pk].label, shares[pk]) for pk in known if pk in shares)
    return Measure(
        mean(max(spent, 0), whole, Unit.PERCENT),
        (
            cut("class", "Équipes par part utilisée", classes, USED, order=USED, sums=False, unit=Unit.TEAMS),
            by_department(facts, by_place, sums=False),
            Cut("team", "Par équipe", rows, sums=False),
        ),
    )


def _class(share: int) -> str:
    """Return the class of a share in tenths of a per cent."""
    if share <= 0:
        return "0"
    if share >= 1000:
        return "100"
    return "1-25" if share <= 250 else "25-50" if share <= 500 else "50-75" if share <= 750 else "75-100"


def _sum_used(facts: Facts) -> Measure:
    teams = Counter({team: spent for team, (spent, _) in facts.money.used.items()})
    return Measure(sum(teams.values()), spatial(facts, teams))


def _sum_ceilings(facts: Facts) -> Measure:
    teams = Counter({team: ceiling for team, (_, ceiling) in facts.money.used.items()})
    return Measure(sum(teams.values()), spatial(facts, teams))


def _median_use(facts: Facts) -> Measure:
    shares = Counter(mean(max(spent, 0), ceiling, Unit.PERCENT) or 0 for spent, ceiling in facts.money.used.values())
    names = {1: ("q1", "Premier quartile"), 2: ("median", "Médiane"), 3: ("q3", "Troisième quartile")}
    found = {part: quantile(shares, part, 4) for part in names}
    # A quantile comes in tenths of what it is given, and shares are given in tenths of a per cent.
    values = {part: None if tenths is None else (tenths + 5) // 10 for part, tenths in found.items()}
    rows = tuple(Row(*names[part], value) for part, value in values.items() if value is not None)
    return Measure(values[2], (Cut("quartiles", "Répartition", rows, sums=False),))


INDICATORS = (
    Indicator(
        "ceiling.used_cents",
        Section.CEILING,
        "Utilisé sur les plafonds",
        "Indemnités dues aux équipes qui ont un plafond, pour les actions de l’année civile du dernier jour de la "
        "période, du 1er janvier à ce jour.",
        Unit.CENTS,
        LEDGER,
        _sum_used,
    ),
    Indicator(
        "ceiling.cents",
        Section.CEILING,
        "Somme des plafonds",
        "Plafonds annuels des équipes dont une convention est en vigueur pendant l’année civile du dernier jour de la "
        "période, avenants de ce jour compris.",
        Unit.CENTS,
        "Conventions d’équipe et avenants",
        _sum_ceilings,
    ),
    Indicator(
        "ceiling.share",
        Section.CEILING,
        "Part utilisée des plafonds",
        "Utilisé sur les plafonds, rapporté à leur somme.",
        Unit.PERCENT,
        LEDGER,
        _use,
    ),
    Indicator(
        "ceiling.median",
        Section.CEILING,
        "Part utilisée par l’équipe médiane",
        "Part du plafond que la moitié des équipes n’a pas dépassée.",
        Unit.PERCENT,
        LEDGER,
        _median_use,
    ),
)
