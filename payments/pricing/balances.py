"""What rules 3 to 5 count: the number cap, the team ceiling and the personal ceiling."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import partial

from payments.pricing.decisions import Decision, Priced
from payments.pricing.facts import ActionFacts


class Balances:
    """What lines have already used, by civil year of the action's date.

    Seeded with the sums over the lines of frozen runs, opening lines (`reprise`) included; `price` adds
    what it decides, and the run takes back what it reverses before it prices. Grows with teams, people and
    years, never with the rows.

    - `team_cents`: (team id, year) -> net cents of all lines of the team.
    - `professional_cents`: (professional id, year) -> net cents, all teams together.
    - `paid_counts`: (professional id, action type, year) -> paid participations: lines that are not reversed,
      whatever the role, all teams together.
    """

    def __init__(
        self,
        *,
        team_cents: Mapping[tuple[int, int], int] | None = None,
        professional_cents: Mapping[tuple[int, int], int] | None = None,
        paid_counts: Mapping[tuple[int, str, int], int] | None = None,
    ) -> None:
        self._years: defaultdict[int, _Year] = defaultdict(_Year)
        for (team_id, year), cents in (team_cents or {}).items():
            self._years[year].teams[team_id] += cents
        for (professional_id, year), cents in (professional_cents or {}).items():
            self._years[year].professionals[professional_id] += cents
        for (professional_id, action_type, year), count in (paid_counts or {}).items():
            self._years[year].counts[action_type][professional_id] += count

    def copy(self) -> "Balances":
        """Return the same balances, which count on their own from now on."""
        other = Balances()
        for year, used in self._years.items():
            copied = other._years[year]
            copied.teams.update(used.teams)
            copied.professionals.update(used.professionals)
            for action_type, counts in used.counts.items():
                copied.counts[action_type].update(counts)
        return other

    def add(self, *, team_id: int, professional_id: int, action_type: str, year: int, amount_cents: int) -> None:
        """Count a due line, in amount and in number."""
        used = self._years[year]
        used.teams[team_id] += amount_cents
        used.professionals[professional_id] += amount_cents
        used.counts[action_type][professional_id] += 1

    def add_lines_of(self, action: ActionFacts, decisions: Iterable[Decision]) -> None:
        """`add` each line among the decisions on one action."""
        used = self._years[action.date.year]
        teams, professionals, counts = used.teams, used.professionals, used.counts[action.type]
        team_id = action.team.id
        for line in decisions:
            if type(line) is Priced:
                amount_cents, professional_id = line.amount_cents, line.candidate.professional_id
                teams[team_id] += amount_cents
                professionals[professional_id] += amount_cents
                counts[professional_id] += 1

    def take_back(self, *, team_id: int, professional_id: int, action_type: str, year: int, amount_cents: int) -> None:
        """Give back a line that is reversed, in amount and in number. `amount_cents`: that of the original."""
        used = self._years[year]
        used.teams[team_id] -= amount_cents
        used.professionals[professional_id] -= amount_cents
        used.counts[action_type][professional_id] -= 1

    def team_cents(self, team_id: int, year: int) -> int:
        """Net cents of all lines of the team in that civil year."""
        return self._years[year].teams.get(team_id, 0)

    def professional_cents(self, professional_id: int, year: int) -> int:
        """Net cents of the person in that civil year, all teams together."""
        return self._years[year].professionals.get(professional_id, 0)

    def left_to_team(self, team_id: int, year: int, ceiling_cents: int) -> int:
        """Cents left under the ceiling; none, never less, where opening lines or a lowered ceiling exceed it."""
        left = ceiling_cents - self.team_cents(team_id, year)
        return left if left > 0 else 0

    def paid_count(self, professional_id: int, action_type: str, year: int) -> int:
        """Participations of that type paid to the person in that civil year, all teams together."""
        return self.paid_counts_of(action_type, year).get(professional_id, 0)

    def paid_counts_of(self, action_type: str, year: int) -> Mapping[int, int]:
        """Professional id -> `paid_count`; absent is 0."""
        return self._years[year].counts[action_type]

    def cents_of_people(self, year: int) -> Mapping[int, int]:
        """Professional id -> `professional_cents`; absent is 0."""
        return self._years[year].professionals


class _Year:
    """One civil year: keys as short as they can be, for they are looked up three times per line."""

    __slots__ = ("counts", "professionals", "teams")

    def __init__(self) -> None:
        self.teams: defaultdict[int, int] = defaultdict(int)
        self.professionals: defaultdict[int, int] = defaultdict(int)
        self.counts: defaultdict[str, defaultdict[int, int]] = defaultdict(partial(defaultdict, int))
