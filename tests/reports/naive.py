"""The indicators a second time: plain loops over all rows, written from their French definitions alone."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from django.utils import timezone

from actions.models import Action, Participation
from association.models import Commune, Membership, RecognitionRequest, Team
from conventions.models import Amendment, Convention
from payments.models import Allocation, DueLine, Exclusion, Payment
from reports.periods import Period, months_later

Cuts = dict[str, Counter[Any]]
Found = tuple[int | None, Cuts]


def rounded(number: Fraction) -> int:
    return int((number * 2 + 1) // 2)


def ratio(part: int, whole: int, scale: int) -> int | None:
    return rounded(Fraction(part * scale, whole)) if whole else None


def median(values: list[int], scale: int = 10) -> int | None:
    return quartile(values, Fraction(1, 2), scale)


def quartile(values: list[int], share: Fraction, scale: int = 10) -> int | None:
    if not values:
        return None
    values = sorted(values)
    place = (len(values) - 1) * share
    low = values[int(place)]
    high = values[min(int(place) + 1, len(values) - 1)]
    return rounded((low + (high - low) * (place - int(place))) * scale)


class Naive:
    """Every indicator of a scope and a period: key -> (value, cut -> counts by key)."""

    def __init__(self, department: str, period: Period) -> None:
        self.period, self.day = period, period.last
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
        if team.recognition_withdrawn_on and team.recognition_withdrawn_on <= self.day:
            return "withdrawn"
        if any(c.team_id == team.pk and self.in_force(c) for c in self.conventions):
            return "under_convention"
        if team.recognised_on and team.recognised_on <= self.day:
            return "recognised"
        made = [r for r in self.requests if r.team_id == team.pk and r.submitted_on <= self.day]
        if not made:
            return "accompanied"
        if made[-1].decision == "refusee" and made[-1].decided_on <= self.day:
            return "refused"
        return "submitted" if self.is_open(made[-1]) else "to_complete"

    def is_open(self, request: RecognitionRequest) -> bool:
        if request.submitted_on > self.day:
            return False
        if request.decided_on and request.decided_on <= self.day:
            return False
        return not (request.closed_at and timezone.localdate(request.closed_at) <= self.day)

    def of_teams(self, teams: Iterable[Team]) -> Found:
        teams = list(teams)
        return len(teams), {
            "kind": Counter(t.kind for t in teams),
            "department": Counter(t.department_id for t in teams),
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
        found: dict[str, list[int]] = {"contact_to_submission": [], "submission_to_decision": []}
        found["recognition_to_convention"] = []
        for team in self.teams:
            made = [r for r in self.requests if r.team_id == team.pk]
            pairs = [("contact_to_submission", self.began(team), r.submitted_on) for r in made[:1]]
            pairs += [("submission_to_decision", r.submitted_on, r.decided_on) for r in made]
            signed = [c.signed_on for c in self.conventions if c.team_id == team.pk]
            if signed:
                pairs.append(("recognition_to_convention", team.recognised_on, min(signed)))
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
        parts = (self._teams(), self._people(), self._conventions(), self._activity(), self._money(), self._grant())
        return {key: found for part in parts for key, found in part.items()}

    def _grant(self) -> dict[str, Found]:
        """A random region has no grant: there is nothing to say (tests/reports/test_grants.py has one)."""
        names = ("granted", "received", "due", "paid", "committed", "left", "share", "forecast", "running")
        return {f"grant.{name}": (None, {}) for name in names}

    def _teams(self) -> dict[str, Found]:
        since = months_later(self.day, -3) + timedelta(days=1)
        lately = {
            a.team_id for a in Action.objects.filter(state__in=["declared", "to_complete", "validated"])
            if since <= a.held_on <= self.day
        }  # fmt: skip
        codes = {c.code: c for c in self.area}
        places: dict[int, set[str]] = {t.pk: set() for t in self.followed}
        for team in self.followed:
            for commune in team.communes.all():
                places[team.pk].add(commune.merged_into_id or commune.part_of_id or commune.code)
        covered = {code for found in places.values() for code in found if code in codes}
        everybody = sum(c.population or 0 for c in self.area)
        people = sum(codes[code].population or 0 for code in covered)
        epcis = Counter()
        for found in places.values():
            epcis.update({codes[code].epci.name for code in found if code in codes and codes[code].epci})
        value, cuts = self.of_teams(self.followed)
        delays = self.delays()
        return {
            "teams.followed": (
                value, {**cuts, "stage": Counter(self.stage[t.pk] for t in self.followed), "epci": epcis}
            ),
            "teams.under_convention": self.of_teams(self.under),
            "teams.share_under_convention": (ratio(len(self.under), len(self.followed), 1000), {}),
            "teams.entered": self.of_teams(t for t in self.teams if self.began(t) in self.period),
            "teams.recognised": self.of_teams(t for t in self.teams if (t.recognised_on or date.min) in self.period),
            "teams.left": self.of_teams(t for t in self.teams if (t.closed_on or date.min) in self.period),
            "teams.inactive": self.of_teams(t for t in self.under if t.pk not in lately),
            "path.waiting": self.of_teams(self.waiting(0)),
            "path.late": self.of_teams(self.waiting(45)),
            **{f"path.{name}": (median(days), {}) for name, days in delays.items()},
            "territory.communes": (len(covered), {"department": Counter(codes[c].department_id for c in covered)}),
            "territory.population": (people, {}),
            "territory.share": (ratio(people, everybody, 1000), {}),
        }  # fmt: skip

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
        return {
            "people.members": (len({person for _, person, _ in self.members}), {}),
            "people.memberships": (value, cuts),
            "people.several_teams": (sum(count > 1 for count in teams.values()), {}),
            "people.per_team": (ratio(len(self.members), len(self.followed), 100), {}),
            "people.joined": (len(moved["joined_on"]), {}),
            "people.left": (len(moved["left_on"]), {}),
        }

    def _conventions(self) -> dict[str, Found]:
        def ended(one: Convention) -> date:
            return min(one.ends_on, one.terminated_on or one.ends_on)

        in_force = [c for c in self.conventions if self.in_force(c)]
        ids = {c.pk for c in self.conventions} | set(Convention.objects.values_list("pk", flat=True))
        amended = [
            a for a in Amendment.objects.select_related("convention")
            if a.convention_id in ids and a.convention.team_id in self.team
            and a.state == "signed" and a.signed_on in self.period
        ]  # fmt: skip
        return {
            "conventions.in_force": self.of_teams(c.team for c in in_force),
            "conventions.signed": self.of_teams(c.team for c in self.conventions if c.signed_on in self.period),
            "conventions.amended": self.of_teams(a.convention.team for a in amended),
            "conventions.ended": self.of_teams(c.team for c in self.conventions if ended(c) in self.period),
            "conventions.ending": self.of_teams(c.team for c in in_force if ended(c) <= months_later(self.day, 6)),
        }

    def _activity(self) -> dict[str, Found]:
        validated = [a for a in self.actions if a.state == "validated"]
        meetings: dict[int, list[Participation]] = defaultdict(list)
        for part in self.parts:
            if part.action.type in ("RCP", "RCPP"):
                meetings[part.action_id].append(part)
        held = [parts[0].action for parts in meetings.values()]
        sizes = [len({p.professional.person.pk for p in parts}) for parts in meetings.values()]
        trades = [len({p.professional.person.profession for p in parts}) for parts in meetings.values()]
        return {
            "activity.validated": self.summed(
                (a.team, 1, {"type": a.type, "month": f"{a.held_on:%Y-%m}", "theme": a.theme}) for a in validated
            ),
            "activity.pending": self.summed(
                (a.team, 1, {"state": a.state}) for a in self.actions if a.state in ("declared", "to_complete")
            ),
            "activity.teams": (len({a.team_id for a in validated}), {}),
            "activity.patients": self.summed((a.team, a.patients_count or 0, {"type": a.type}) for a in validated),
            "activity.participations": self.summed((p.action.team, 1, {"type": p.action.type}) for p in self.parts),
            "activity.people": (
                len({p.professional.person.pk for p in self.parts}),
                {
                    "department": Counter(
                        place
                        for place, _ in {(p.action.team.department_id, p.professional.person.pk) for p in self.parts}
                    )
                },
            ),
            "concertation.meetings": self.summed((a.team, 1, {"type": a.type}) for a in held),
            "concertation.size": (ratio(sum(sizes), len(sizes), 100), {}),
            "concertation.professions": (ratio(sum(trades), len(trades), 100), {}),
        }

    def _money(self) -> dict[str, Found]:
        due = [line for line in self.lines if line.held_on in self.period and line.kind not in ("repaid", "waived")]
        live = [a for a in self.allocations if a.released_at is None]
        paid = [a for a in live if a.payment.state == "paid" and a.payment.paid_on in self.period]
        reversed_ = {line.reverses_id for line in self.lines if line.reverses_id}
        cut = [line for line in due if line.cut_by and line.kind != "reversal" and line.pk not in reversed_]
        situation = {a.line_id: {"paid": "paid", "cleared": "cleared"}.get(a.payment.state, "on_the_way") for a in live}
        returned = [a for a in self.allocations if a.payment.back_on and a.payment.back_on in self.period]
        excluded: dict[int, Exclusion] = {}
        for one in Exclusion.objects.order_by("pk"):
            excluded[one.participation_id] = one
        paid_parts = {line.participation_id for line in DueLine.objects.filter(kind="initial")}
        left_out = [excluded[p.pk] for p in self.parts if p.pk in excluded and p.pk not in paid_parts]
        days = [max((a.payment.paid_on - a.line.held_on).days, 0) for a in paid if a.line.kind == "initial"]
        shares = [ratio(max(spent, 0), ceiling, 1000) or 0 for spent, ceiling in self.used.values()]
        spent = sum(spent for spent, _ in self.used.values())
        whole = sum(ceiling for _, ceiling in self.used.values())
        middle = median(shares)
        return {
            "money.due": self.summed(
                (line.team, line.amount_cents,
                 {"type": line.action_type, "month": f"{line.held_on:%Y-%m}", "kind": line.kind,
                  "settled": situation.get(line.pk, "left_due")})
                for line in due
            ),
            "money.paid": self.summed(
                (a.line.team, a.line.amount_cents,
                 {"type": a.line.action_type, "month": f"{a.payment.paid_on:%Y-%m}"}) for a in paid
            ),
            "money.returned": self.summed(
                (a.line.team, a.line.amount_cents, {"state": a.payment.state}) for a in returned
            ),
            "money.cut": self.summed(
                (line.team, line.price_cents - line.amount_cents,
                 {"ceiling": "+".join(sorted(line.cut_by.split("+")))}) for line in cut
            ),
            "money.excluded": self.summed(
                (self.team[e.participation.action.team_id], 1, {"reason": e.reason}) for e in left_out
            ),
            "money.delay": (median(days), {}),
            "ceiling.used_cents": self.by((self.team[pk], spent) for pk, (spent, _) in self.used.items()),
            "ceiling.cents": self.by((self.team[pk], ceiling) for pk, (_, ceiling) in self.used.items()),
            "ceiling.share": (ratio(max(spent, 0), whole, 1000), {}),
            "ceiling.median": (None if middle is None else (middle + 5) // 10, {}),
        }  # fmt: skip


def total_of_payments(period: Period) -> int:
    """What the payments' own table says was paid in a period, in cents."""
    return sum(p.amount_cents for p in Payment.objects.all() if p.state == "paid" and p.paid_on in period)
