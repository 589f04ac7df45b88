"""The meetings of concertation: how many people they bring together, and of which professions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING

from reports.indicators.activity import DECLARED, Meeting, by_type, spatial
from reports.indicators.model import Cut, Indicator, Measure, Row, Section, Unit, cut, mean, rolled_up
from reports.indicators.people import PROFESSIONS

if TYPE_CHECKING:
    from reports.indicators.facts import Facts

LARGEST = 7  # people or professions of a meeting; beyond, they are counted together
MOST = 10  # compositions that are shown; the others are counted together
OTHERS = "autres"


def _meetings(facts: Facts) -> Measure:
    meetings = facts.activity.meetings
    return Measure(sum(meetings.values()), (by_type(rolled_up(meetings, 1)), *spatial(facts, rolled_up(meetings, 0))))


def _mean_of(size: Callable[[Meeting], int], by: str, label: str, noun: str) -> Callable[[Facts], Measure]:
    """Return what computes the mean of a size of the meetings, and how many meetings have which size."""

    def compute(facts: Facts) -> Measure:
        meetings = facts.activity.meetings
        sizes: Counter[int] = Counter()
        for meeting, count in meetings.items():
            sizes[min(size(meeting), LARGEST)] += count
        total = sum(size(meeting) * count for meeting, count in meetings.items())
        rows = cut(
            by, label, sizes, lambda found: _sized(found, noun), order=sorted(sizes), sums=False, unit=Unit.COUNT
        )
        return Measure(mean(total, sum(meetings.values())), (rows,))

    return compute


def _sized(size: int, noun: str) -> str:
    plural = f"{noun}s" if size > 1 else noun
    return f"{size} {plural} ou plus" if size == LARGEST else f"{size} {plural}"


def _mixed(facts: Facts) -> Measure:
    """Of one team the professions are left out: in a small team each is one person."""
    meetings = facts.activity.meetings
    several = sum(count for meeting, count in meetings.items() if len(meeting.trades) > 1)
    cuts: tuple[Cut, ...] = ()
    if len({meeting.team for meeting in meetings}) > 1:
        cuts = (_present(meetings), _compositions(meetings))
    return Measure(mean(several, sum(meetings.values()), Unit.PERCENT), cuts)


def _present(meetings: Counter[Meeting]) -> Cut:
    counts: Counter[str] = Counter()
    for meeting, count in meetings.items():
        for trade in meeting.trades:
            counts[trade] += count
    return cut(
        "profession",
        "Réunions où chaque profession est présente",
        counts,
        PROFESSIONS,
        order=PROFESSIONS,
        sums=False,
        unit=Unit.COUNT,
    )


def _compositions(meetings: Counter[Meeting]) -> Cut:
    """The compositions that occur most, of those as frequent the first by its codes."""
    counts: Counter[tuple[str, ...]] = Counter()
    for meeting, count in meetings.items():
        counts[meeting.trades] += count
    ordered = sorted(counts, key=lambda trades: (-counts[trades], trades))
    rows = [Row("+".join(trades), _named(trades), counts[trades]) for trades in ordered[:MOST]]
    if rest := sum(counts[trades] for trades in ordered[MOST:]):
        rows.append(Row(OTHERS, "Autres compositions", rest))
    return Cut("mix", "Compositions les plus fréquentes", tuple(rows), sums=False, unit=Unit.COUNT)


def _named(trades: tuple[str, ...]) -> str:
    return ", ".join(PROFESSIONS.get(trade, trade) for trade in trades)


INDICATORS = (
    Indicator(
        "concertation.meetings",
        Section.CONCERTATION,
        "Réunions de concertation",
        "Réunions de concertation validées de la période (RCP et RCPP) avec au moins une participation.",
        Unit.COUNT,
        DECLARED,
        _meetings,
    ),
    Indicator(
        "concertation.size",
        Section.CONCERTATION,
        "Participants par réunion",
        "Personnes différentes par réunion de concertation, en moyenne.",
        Unit.MEAN,
        DECLARED,
        _mean_of(lambda meeting: meeting.people, "size", "Réunions par nombre de participants", "participant"),
    ),
    Indicator(
        "concertation.professions",
        Section.CONCERTATION,
        "Professions par réunion",
        "Professions différentes par réunion de concertation, en moyenne.",
        Unit.MEAN,
        DECLARED,
        _mean_of(
            lambda meeting: len(meeting.trades), "professions", "Réunions par nombre de professions", "profession"
        ),
    ),
    Indicator(
        "concertation.mixed",
        Section.CONCERTATION,
        "Part des réunions pluriprofessionnelles",
        "Réunions de concertation avec au moins deux professions différentes, rapportées à toutes. Les professions "
        "présentes et les compositions ne sont données que pour plusieurs équipes ensemble.",
        Unit.PERCENT,
        DECLARED,
        _mixed,
    ),
)
