"""The indicators a second time: plain loops over all rows, written from their French definitions alone."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from actions.models import Action, Participation
from association.models import Commune, Membership, RecognitionRequest, Team, TransitionLog
from conventions.models import Amendment, Convention
from payments.models import Allocation, DueLine
from reports.periods import Period, months_later
from tests.reports import naive_reviews
from tests.reports.arithmetic import median, quartiles, ratio
from tests.reports.naive_activity import activity
from tests.reports.naive_money import money

Cuts = dict[str, Counter[Any]]
Found = tuple[int | None, Cuts]


class Naive:
    """Every indicator of a scope and a period: key -> (value, cut -> counts by key)."""

    def __init__(self, department: str, period: Period) -> None:
        self.department, self.period, self.day = department, period, period.last
        self.teams = [t for t in Team.objects.all() if department in ("", t.department_id)]
        mine = {t.pk for t in self.teams}
        self.area = [
            c
            for c in Commune.objects.select_related("department", "epci")
            if c.is_current and c.kind == "commune" and c.department.region_id == "52"
            and department in ("", c.department_id)
        ]  # fmt: skip
        self.requests = [r for r in RecognitionRequest.objects.order_by("submitted_on", "pk") if r.team_id in mine]
        self.stays = [m for m in Membership.objects.select_related("professional__merged_into") if m.team_id in mine]
        self.conventions = [
            c for c in Convention.objects.order_by("effective_on", "pk")
            if c.team_id in mine and c.state in ("signed", "suspended", "ended", "terminated")
        ]  # fmt: skip
        self.actions = [a for a in Action.objects.select_related("team") if a.team_id in mine and a.held_on in period]
        self.lines = [line for line in DueLine.objects.select_related("team") if line.team_id in mine]
        self.allocations = [
            a for a in Allocation.objects.select_related("line", "payment") if a.line.team_id in mine
        ]  # fmt: skip
        self.parts = [
            p for p in Participation.objects.select_related("professional__merged_into", "action__team")
            if p.action.team_id in mine and p.action.held_on in period and p.action.state == "validated"
            and p.refused_at is None
        ]  # fmt: skip
        self.team = {t.pk: t for t in self.teams}
        self.logs = [
            row for row in TransitionLog.objects.filter(content_type__model="team").order_by("at", "pk")
            if row.object_id in self.team and row.origin == ""
            and row.to_state in ("registered", "accompanied", "drafting")
        ]  # fmt: skip
        self.stage = {t.pk: self._stage(t) for t in self.teams}
        self.followed = [t for t in self.teams if self.stage[t.pk] not in (None, "closed", "withdrawn", "refused")]
        self.under = [t for t in self.teams if self.stage[t.pk] == "under_convention"]
        self.members = {
            (m.team_id, m.person.pk, m.person.profession)
            for m in self.stays
            if m.team in self.followed
            and m.joined_on <= self.day
            and (m.left_on is None or m.left_on >= self.day)
            and any(
                p.status == "confirme" and (p.starts_on or date.min) <= self.day <= (p.ends_on or date.max)
                for p in m.periods.all()
            )
        }
        self.used = self._used()

    # --- teams

    def began(self, team: Team) -> date:
        days = [timezone.localdate(team.created_at), team.recognised_on, team.closed_on]
        days += [m.joined_on for m in self.stays if m.team_id == team.pk]
        days += [c.starts_on for c in self.conventions if c.team_id == team.pk]
        days += [r.submitted_on for r in self.requests if r.team_id == team.pk]
        return min(d for d in days if d)

    def in_force(self, convention: Convention) -> bool:
        ended = convention.terminated_on and convention.terminated_on <= self.day
        return convention.effective_on <= self.day <= convention.ends_on and not ended

    def _stage(self, team: Team) -> str | None:
        if self.began(team) > self.day:
            return None
        if team.closed_on and team.closed_on <= self.day:
            return "closed"
        withdrawn = team.recognition_withdrawn_on
        if withdrawn and withdrawn <= self.day:
            return self._since(team, withdrawn) if self.began_again(team, withdrawn) else "withdrawn"
        if any(c.team_id == team.pk and self.in_force(c) for c in self.conventions):
            return "under_convention"
        if team.recognised_on and team.recognised_on <= self.day:
            return "recognised"
        return self._since(team, date.min)

    def _since(self, team: Team, day: date) -> str:
        made = [r for r in self.requests if r.team_id == team.pk and day < r.submitted_on <= self.day]
        if not made:
            return "accompanied"
        if made[-1].decision == "refusee" and made[-1].decided_on <= self.day:
            return "accompanied" if self.began_again(team, made[-1].decided_on) else "refused"
        return "submitted" if self.is_open(made[-1]) else "to_complete"

    def steps(self, team: Team) -> list[tuple[date, str]]:
        return [(timezone.localdate(row.at), row.to_state) for row in self.logs if row.object_id == team.pk]

    def began_again(self, team: Team, day: date) -> bool:
        return any(day <= on <= self.day and state == "drafting" for on, state in self.steps(team))

    def stuck_at(self, team: Team) -> str | None:
        """The state in which a followed team is for longer than is usual, by the settings."""
        stage = self.stage[team.pk]
        made = [r for r in self.requests if r.team_id == team.pk and r.submitted_on <= self.day]
        if stage == "accompanied":
            noted = [step for step in self.steps(team) if step[0] <= self.day]
            since, step = noted[-1] if noted else (self.began(team), "accompanied")
        elif stage == "submitted":
            since, step = [r.submitted_on for r in made if self.is_open(r)][-1], "submitted"
        elif stage == "to_complete":
            closed = timezone.localdate(made[-1].closed_at) if made[-1].closed_at else date.max
            since, step = min(made[-1].decided_on or date.max, closed), "to_complete"
        elif stage == "recognised":
            ends = [ended(c) for c in self.conventions if c.team_id == team.pk and ended(c) <= self.day]
            since, step = max([team.recognised_on, *ends]), "recognised"
        else:
            return None
        return step if (self.day - since).days > settings.TEAM_LATE_DAYS[step] else None

    def is_open(self, request: RecognitionRequest) -> bool:
        if request.submitted_on > self.day:
            return False
        if request.decided_on and request.decided_on <= self.day:
            return False
        return not (request.closed_at and timezone.localdate(request.closed_at) <= self.day)

    def of_teams(self, teams: Iterable[Team], **more: list[str]) -> Found:
        teams = list(teams)
        return len(teams), {
            "kind": Counter(t.kind for t in teams),
            "department": Counter(t.department_id for t in teams),
            **{name: Counter(keys) for name, keys in more.items()},
        }

    def waiting(self, days: int) -> list[Team]:
        return [
            t for t in self.followed
            if self.stage[t.pk] == "submitted"
            and any(
                self.is_open(r) and r.submitted_on <= self.day - timedelta(days=days)
                for r in self.requests if r.team_id == t.pk
            )
        ]  # fmt: skip

    def delays(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = defaultdict(list)
        every = Action.objects.filter(state="validated").exclude(type="PROJET")
        for team in self.teams:
            made = [r for r in self.requests if r.team_id == team.pk]
            first = {state: min(on for on, noted in self.steps(team) if noted == state)
                     for _, state in self.steps(team)}  # fmt: skip
            submitted = made[0].submitted_on if made else None
            pairs = [
                ("contact_to_support", self.began(team), first.get("accompanied")),
                ("support_to_drafting", first.get("accompanied"), first.get("drafting")),
                ("drafting_to_submission", first.get("drafting"), submitted),
                ("contact_to_submission", self.began(team), submitted),
            ]
            pairs += [("submission_to_decision", r.submitted_on, r.decided_on) for r in made]
            mine = [c for c in self.conventions if c.team_id == team.pk]
            if mine:
                pairs.append(("recognition_to_convention", team.recognised_on, min(c.signed_on for c in mine)))
                effect = min(c.effective_on for c in mine)
                held = [a.held_on for a in every if a.team_id == team.pk and a.held_on >= effect]
                pairs.append(("convention_to_action", effect, min(held, default=None)))
            for name, begin, end in pairs:
                if begin and end and end in self.period and end >= begin:
                    found[name].append((end - begin).days)
        return found

    # --- money

    def _used(self) -> dict[int, tuple[int, int]]:
        begin = date(self.day.year, 1, 1)
        found = {}
        for team in self.teams:
            ceiling = None
            for one in self.conventions:
                end = min(one.ends_on, one.terminated_on or one.ends_on)
                if one.team_id == team.pk and one.effective_on <= self.day and end >= begin:
                    terms = [t for t in one.terms.all() if t.effective_on is None or t.effective_on <= self.day]
                    ceiling = max(terms, key=lambda t: t.effective_on or date.min).ceiling_cents
            if ceiling:
                spent = sum(
                    line.amount_cents
                    for line in self.lines
                    if line.team_id == team.pk
                    and line.kind not in ("repaid", "waived")
                    and begin <= line.held_on <= self.day
                )
                found[team.pk] = (spent, ceiling)
        return found

    def by(self, rows: Iterable[tuple[Team, int]]) -> Found:
        departments: Counter[str] = Counter()
        teams: Counter[str] = Counter()
        for team, number in rows:
            departments[team.department_id] += number
            teams[team.code] += number
        return sum(teams.values()), {"department": departments, "team": teams}

    def summed(self, rows: Iterable[tuple[Team, int, dict[str, Any]]]) -> Found:
        rows = list(rows)
        value, cuts = self.by((team, number) for team, number, _ in rows)
        for _, number, keys in rows:
            for name, key in keys.items():
                cuts.setdefault(name, Counter())[key] += number
        return value, cuts

    # --- all of them

    def all(self) -> dict[str, Found]:
        parts = (
            self._teams(), self._path(), self._territory(), self._people(), self._conventions(), activity(self),
            money(self), naive_reviews.reviews(self), self._grant(),
        )  # fmt: skip
        return {key: found for part in parts for key, found in part.items()}

    def _grant(self) -> dict[str, Found]:
        """A random region has no grant: there is nothing to say (tests/reports/test_grants.py has one)."""
        names = ("granted", "received", "due", "paid", "committed", "left", "share", "forecast", "running")
        return {f"grant.{name}": (None, {}) for name in names}

    def epci_of(self, team: Team) -> str:
        """Where most of its people in the region live; the lowest code of equal ones."""
        places = [c.merged_into or c.part_of or c for c in team.communes.select_related("merged_into", "part_of")]
        known = [c for c in places if c.is_current and c.department.region_id == "52"]
        known.sort(key=lambda c: (-(c.population or 0), c.code))
        return (known[0].epci_id or "hors") if known else "hors"

    def _teams(self) -> dict[str, Found]:
        since = months_later(self.day, -3) + timedelta(days=1)
        lately = {
            a.team_id for a in Action.objects.filter(state__in=["declared", "to_complete", "validated"])
            if since <= a.held_on <= self.day
        }  # fmt: skip
        idle = [t for t in self.under if t.pk not in lately]
        gone = [t for t in self.teams if (t.closed_on or date.min) in self.period]
        value, cuts = self.of_teams(self.followed)
        under, of_under = self.of_teams(self.under)
        return {
            "teams.followed": (
                value,
                {**cuts, "stage": Counter(self.stage[t.pk] for t in self.followed),
                 "epci": Counter(self.epci_of(t) for t in self.followed)},
            ),
            "teams.under_convention": (under, {**of_under, "epci": Counter(self.epci_of(t) for t in self.under)}),
            "teams.share_under_convention": (ratio(len(self.under), len(self.followed), 1000), {}),
            "teams.share_of_cap": (None, {}),
            "teams.entered": self.of_teams(t for t in self.teams if self.began(t) in self.period),
            "teams.recognised": self.of_teams(t for t in self.teams if (t.recognised_on or date.min) in self.period),
            "teams.left": self.of_teams(gone, outcome=[t.outcome for t in gone]),
            "teams.inactive": self.of_teams(idle, team=[t.code for t in idle]),
        }  # fmt: skip

    def _path(self) -> dict[str, Found]:
        delays = self.delays()
        names = ("contact_to_support", "support_to_drafting", "drafting_to_submission", "contact_to_submission",
                 "submission_to_decision", "recognition_to_convention", "convention_to_action")  # fmt: skip
        stuck = {t: step for t in self.followed if (step := self.stuck_at(t))}
        late = self.waiting(45)
        return {
            **{f"path.{name}": (median(delays[name]), {"quartiles": quartiles(delays[name])}) for name in names},
            "path.stuck": self.of_teams(stuck, step=list(stuck.values()), team=[t.code for t in stuck]),
            "path.waiting": self.of_teams(self.waiting(0)),
            "path.late": self.of_teams(late, team=[t.code for t in late]),
        }

    def _territory(self) -> dict[str, Found]:
        """Communes that any team of the region covers: the naive region is built again for a department."""
        followed = self.followed if self.department == "" else Naive("", self.period).followed
        places = {c.merged_into_id or c.part_of_id or c.code for t in followed for c in t.communes.all()}
        covered = [c for c in self.area if c.code in places]
        epcis: Counter[str] = Counter()
        people: Counter[str] = Counter()
        departments: Counter[str] = Counter()
        everybody: Counter[str] = Counter()
        living: Counter[str] = Counter()
        for commune in self.area:
            everybody[commune.department_id] += commune.population or 0
        for commune in covered:
            epcis[commune.epci_id or "hors"] += 1
            people[commune.epci_id or "hors"] += commune.population or 0
            departments[commune.department_id] += 1
            living[commune.department_id] += commune.population or 0
        shares = {code: ratio(living[code], whole, 1000) for code, whole in everybody.items()}
        return {
            "territory.communes": (len(covered), {"department": departments, "epci": epcis}),
            "territory.population": (living.total(), {"department": living, "epci": people}),
            "territory.share": (
                ratio(living.total(), everybody.total(), 1000),
                {"department": Counter({code: share for code, share in shares.items() if share})},
            ),
        }

    def _people(self) -> dict[str, Found]:
        teams = Counter(person for _, person, _ in self.members)
        moved = {
            name: {
                (m.team_id, m.person.pk, m.person.profession, getattr(m, name))
                for m in self.stays if getattr(m, name) and getattr(m, name) in self.period
            }
            for name in ("joined_on", "left_on")
        }  # fmt: skip
        value, cuts = self.by((self.team[team], 1) for team, _, _ in self.members)
        trades = {(person, trade) for _, person, trade in self.members}
        places = {(person, self.team[team].department_id) for team, person, _ in self.members}
        sizes = Counter(size_of(sum(team == t.pk for team, _, _ in self.members)) for t in self.followed)

        def moves(name: str) -> Found:
            return len(moved[name]), {
                "profession": Counter(trade for _, _, trade, _ in moved[name]),
                "department": Counter(self.team[team].department_id for team, _, _, _ in moved[name]),
            }

        return {
            "people.members": (
                len(trades),
                {"profession": Counter(trade for _, trade in trades), "department": Counter(p for _, p in places)},
            ),
            "people.memberships": (value, cuts),
            "people.several_teams": (
                sum(count > 1 for count in teams.values()), {"teams": Counter(min(n, 3) for n in teams.values())}
            ),
            "people.teams_each": (ratio(len({(t, p) for t, p, _ in self.members}), len(teams), 100), {}),
            "people.per_team": (ratio(len(self.members), len(self.followed), 100), {"size": sizes}),
            "people.joined": moves("joined_on"),
            "people.left": moves("left_on"),
        }  # fmt: skip

    def _conventions(self) -> dict[str, Found]:
        in_force = [c for c in self.conventions if self.in_force(c)]
        ending = [c for c in in_force if ended(c) <= months_later(self.day, 6)]
        amended = [
            a for a in Amendment.objects.select_related("convention__team")
            if a.convention.team_id in self.team and a.state == "signed" and a.signed_on in self.period
        ]  # fmt: skip
        return {
            "conventions.in_force": self.of_teams(c.team for c in in_force),
            "conventions.signed": self.of_teams(c.team for c in self.conventions if c.signed_on in self.period),
            "conventions.amended": self.of_teams(
                (a.convention.team for a in amended), subject=[a.kind for a in amended]
            ),
            "conventions.ended": self.of_teams(c.team for c in self.conventions if ended(c) in self.period),
            "conventions.ending": self.of_teams((c.team for c in ending), month=[f"{ended(c):%Y-%m}" for c in ending]),
        }


def ended(one: Convention) -> date:
    return min(one.ends_on, one.terminated_on or one.ends_on)


def size_of(members: int) -> str:
    return "0-2" if members <= 2 else "3-5" if members <= 5 else "6-9" if members <= 9 else "10+"
