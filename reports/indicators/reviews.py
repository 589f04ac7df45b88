"""The yearly reviews of the teams, and the objectives of their projects with their follow-up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Case, Count, Value, When

from reports.indicators.activity import of_departments, spatial
from reports.indicators.model import Indicator, Measure, Section, Unit, cut, mean
from reports.indicators.teams import by_department, by_team
from reports.models.team_reviews import FOLLOWED, ReviewObjective, TeamReview
from reports.periods import Period

if TYPE_CHECKING:
    from reports.indicators.facts import Facts

REVIEWS = "Bilans annuels remis par les équipes"
VALIDATED = "Bilans annuels validés par l’association"
OF_YEAR = "de la dernière année civile terminée à la fin de la période, dans leur état au moment du calcul"
STATES = {str(state): str(state.label) for state in TeamReview.State if state != TeamReview.State.WAIVED}
AUDIENCES = {str(code): str(label) for code, label in ReviewObjective.Audience.choices}
Result = ReviewObjective.Result
RESULTS = {**{str(code): str(label) for code, label in Result.choices}, "": "Valeur donnée, sans résultat"}
DECIDED = (Result.REACHED, Result.PARTLY, Result.NOT_REACHED)


def review_year(period: Period) -> int:
    """Return the last civil year that is over at the end of a period: that of its reviews."""
    return period.last.year if (period.last.month, period.last.day) == (12, 31) else period.last.year - 1


class Objective(NamedTuple):
    """Objectives alike: of one team and audience, with the same result; followed: with a value or a result."""

    team: int
    audience: str
    result: str
    followed: bool


class ReviewFacts:
    """The reviews of a scope and a year, in two queries."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts

    @cached_property
    def states(self) -> dict[int, str]:
        """Team -> state of its review, of those asked for and not waived."""
        reviews = TeamReview.objects.expected().filter(
            self._facts.scope.teams("team__"), year=review_year(self._facts.period)
        )
        return dict(reviews.order_by().values_list("team_id", "state"))

    @cached_property
    def objectives(self) -> Counter[Objective]:
        """The objectives of the reviews that were validated."""
        rows = (
            ReviewObjective.objects.filter(
                self._facts.scope.teams("review__team__"),
                review__year=review_year(self._facts.period),
                review__state=TeamReview.State.VALIDATED,
            )
            .order_by()
            .annotate(is_followed_up=Case(When(FOLLOWED, then=Value(True)), default=Value(False)))
            .values_list("review__team_id", "audience", "result", "is_followed_up")
            .annotate(count=Count("pk"))
        )
        return Counter({Objective(*row[:-1]): row[-1] for row in rows})


def _places(facts: Facts, teams: Iterable[int]) -> Counter[str]:
    return of_departments(facts, Counter(iter(teams)))


def _in(*states: str) -> Callable[[Facts], Measure]:
    """Return what counts the reviews in some of the states, by department."""

    def compute(facts: Facts) -> Measure:
        found = [team for team, state in facts.reviews.states.items() if state in states]
        return Measure(len(found), (by_department(facts, _places(facts, found)),))

    return compute


def _expected(facts: Facts) -> Measure:
    states = facts.reviews.states
    counts = Counter(states.values())
    return Measure(
        len(states),
        (cut("state", "Par état", counts, STATES, order=STATES), by_department(facts, _places(facts, states))),
    )


def _missing(facts: Facts) -> Measure:
    found = Counter(team for team, state in facts.reviews.states.items() if state in TeamReview.OPEN)
    return Measure(len(found), (by_department(facts, _places(facts, found)), by_team(facts, found)))


def _share_received(facts: Facts) -> Measure:
    states = facts.reviews.states
    received = [team for team, state in states.items() if state in TeamReview.RECEIVED]
    return _share(facts, Counter(received), Counter(states.keys()))


def _share(facts: Facts, part: Counter[int], whole: Counter[int]) -> Measure:
    """Return a part of a whole, both counted by team, in tenths of a per cent, and the same by department."""
    parts, wholes = of_departments(facts, part), of_departments(facts, whole)
    shares = {code: mean(parts[code], wholes[code], Unit.PERCENT) for code in wholes}
    known = Counter({code: share for code, share in shares.items() if share is not None})
    return Measure(
        mean(part.total(), whole.total(), Unit.PERCENT),
        (by_department(facts, known, sums=False),),
    )


def _objectives(facts: Facts) -> Measure:
    audiences: Counter[str] = Counter()
    results: Counter[str] = Counter()
    teams: Counter[int] = Counter()
    for one, count in facts.reviews.objectives.items():
        audiences[one.audience] += count
        results[one.result] += count
        teams[one.team] += count
    return Measure(
        teams.total(),
        (
            cut("result", "Par résultat", results, RESULTS, order=RESULTS),
            cut("audience", "Par public", audiences, AUDIENCES, order=AUDIENCES),
            *spatial(facts, teams),
        ),
    )


def _counted(wanted: Callable[[Objective], bool]) -> Callable[[Facts], Counter[int]]:
    def count(facts: Facts) -> Counter[int]:
        teams: Counter[int] = Counter()
        for one, number in facts.reviews.objectives.items():
            if wanted(one):
                teams[one.team] += number
        return teams

    return count


_followed = _counted(lambda one: one.followed)
_reached = _counted(lambda one: one.result == Result.REACHED)
_decided = _counted(lambda one: one.result in DECIDED)


INDICATORS = (
    Indicator(
        "reviews.expected",
        Section.REVIEWS,
        "Bilans annuels attendus",
        f"Bilans annuels demandés aux équipes, sauf ceux dont elles sont dispensées\u00a0: ceux {OF_YEAR}.",
        Unit.COUNT,
        REVIEWS,
        _expected,
    ),
    Indicator(
        "reviews.received",
        Section.REVIEWS,
        "Bilans annuels reçus",
        "Parmi eux, ceux qui sont remis ou validés.",
        Unit.COUNT,
        REVIEWS,
        _in(*TeamReview.RECEIVED),
    ),
    Indicator(
        "reviews.validated",
        Section.REVIEWS,
        "Bilans annuels validés",
        "Parmi eux, ceux que l’association a validés.",
        Unit.COUNT,
        VALIDATED,
        _in(TeamReview.State.VALIDATED),
    ),
    Indicator(
        "reviews.share",
        Section.REVIEWS,
        "Part des bilans reçus",
        "Bilans remis ou validés, rapportés aux bilans attendus.",
        Unit.PERCENT,
        REVIEWS,
        _share_received,
    ),
    Indicator(
        "reviews.missing",
        Section.REVIEWS,
        "Bilans annuels manquants",
        "Bilans attendus qui ne sont pas remis, ou sont à revoir.",
        Unit.COUNT,
        REVIEWS,
        _missing,
    ),
    Indicator(
        "objectives.all",
        Section.REVIEWS,
        "Objectifs des projets de santé",
        f"Objectifs que portent les bilans validés, ceux {OF_YEAR}.",
        Unit.COUNT,
        VALIDATED,
        _objectives,
    ),
    Indicator(
        "objectives.followed",
        Section.REVIEWS,
        "Objectifs suivis",
        "Parmi eux, ceux qui ont une valeur de l’année, ou un résultat autre que «\u00a0non suivi\u00a0».",
        Unit.COUNT,
        VALIDATED,
        lambda facts: Measure(_followed(facts).total(), spatial(facts, _followed(facts))),
    ),
    Indicator(
        "objectives.reached",
        Section.REVIEWS,
        "Objectifs atteints",
        "Parmi eux, ceux que l’équipe dit atteints.",
        Unit.COUNT,
        VALIDATED,
        lambda facts: Measure(_reached(facts).total(), spatial(facts, _reached(facts))),
    ),
    Indicator(
        "objectives.share",
        Section.REVIEWS,
        "Part des objectifs atteints",
        "Objectifs atteints, rapportés à ceux dont le résultat est dit\u00a0: atteints, partiellement atteints ou non "
        "atteints.",
        Unit.PERCENT,
        VALIDATED,
        lambda facts: _share(facts, _reached(facts), _decided(facts)),
    ),
)
