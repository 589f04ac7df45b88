"""What the pages of a run show: list, figures, reasons, totals, differences, transfers, history."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import BigIntegerField, Case, Count, F, OuterRef, Q, QuerySet, Subquery, Sum, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from association.models import Job, Team, User
from association.nomenclature import ActionType
from association.searching import words
from association.selectors.history import Entry, history_of
from association.selectors.teams import people_named
from payments.models import RECOVERED, Account, Beneficiary, Payment, ProvisionalLine, Run, RunExport
from payments.pricing.exclusions import NO_CONVENTION, convention_in_force
from payments.reasons import Explanation, Waiting, explain
from payments.selectors.candidates import Facts
from payments.selectors.runs import closing_of, exclusions_of, lines_of, month_before, settlement_of, totals_by_team


def run_list(user: User) -> QuerySet[Run]:
    """Return the runs with ``due_cents``: frozen, or as the open run would price them now."""
    provisional = (
        ProvisionalLine.objects.filter(run=OuterRef("pk"), build=OuterRef("build"))
        .order_by()
        .values("run")
        .annotate(total=Sum("amount_cents"))
        .values("total")
    )
    return (
        Run.objects.visible_to(user)
        .select_related("submitted_by", "approved_by")
        .annotate(
            due_cents=Case(
                When(state__in=Run.FROZEN, then=F("new_cents")),
                default=Coalesce(Subquery(provisional), 0),
                output_field=BigIntegerField(),
            )
        )
    )


def run_with_people(user: User) -> QuerySet[Run]:
    """Return the runs of the user's scope with the names of who did what."""
    return Run.objects.visible_to(user).select_related("prepared_by", "submitted_by", "countersigned_by", "approved_by")


@dataclass(frozen=True)
class Step:
    """One step of the way of a run: ``done``, ``current`` or ``todo``."""

    label: str
    status: str
    note: str = ""


def way_of(run: Run, history: Iterable[Entry], *, found: int) -> list[Step]:
    """Return the four steps that close a month, with their dates; a run that was stopped has no current step.

    Args:
        found: how many checks have something to say of an open run.
    """
    ended: dict[str, datetime] = {entry.state: entry.at for entry in reversed(list(history))}
    reached = {
        Run.State.DRAFT: 1 if run.build is not None else 0,
        Run.State.SUBMITTED: 3,
        Run.State.APPROVED: 3,
        Run.State.EXPORTED: 4,
        Run.State.SETTLED: 4,
        Run.State.CANCELLED: 0,
        Run.State.VOIDED: 3,
    }[Run.State(run.state)]
    checked = f"{found} à lire" if found and reached == 1 else "rien à signaler" if reached == 1 else ""
    given = f"bon à payer le {_day(run.approved_at)}" if run.state == Run.State.APPROVED else ""
    steps = (
        ("Préparer", _day(run.prepared_at), ""),
        ("Contrôler", "", checked),
        ("Soumettre", _day(run.submitted_at), ""),
        ("Bon à payer et export", _day(ended.get(Run.State.EXPORTED)), given),
    )
    stopped = run.state in (Run.State.CANCELLED, Run.State.VOIDED)
    return [
        Step(label, _status(place, reached, stopped), done if place < reached else waiting)
        for place, (label, done, waiting) in enumerate(steps)
    ]


def _status(place: int, reached: int, stopped: bool) -> str:
    if place < reached:
        return "done"
    return "current" if place == reached and not stopped else "todo"


def _day(at: datetime | None) -> str:
    return f"{timezone.localtime(at):%d/%m/%Y}" if at else ""


@dataclass(frozen=True)
class ExclusionGroup:
    """What a run does not pay for one reason; ``new_count`` was not excluded by the run before."""

    explanation: Explanation
    count: int
    new_count: int


def exclusion_groups(run: Run) -> list[ExclusionGroup]:
    """Return the reasons of a run, those with new cases first."""
    rows = (
        exclusions_of(run)
        .order_by()
        .values_list("reason")
        .annotate(count=Count("id"), new=Count("id", filter=Q(since=run.month)))
    )
    groups = [ExclusionGroup(explain(reason), count, new) for reason, count, new in rows]
    return sorted(groups, key=lambda group: (-group.new_count, -group.count, group.explanation.code))


def exclusion_rows(run: Run) -> QuerySet[Any]:
    """Return what a run does not pay, new cases first, then by date of the action."""
    return (
        exclusions_of(run)
        .select_related("participation__action__team", "participation__professional")
        .order_by("-since", "participation__action__held_on", "pk")
    )


def line_rows(run: Run) -> QuerySet[Any]:
    """Return the lines of a run with what a list shows of them."""
    return lines_of(run).select_related("participation__action", "team", "professional").order_by("pk")


def search_lines(lines: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Return the lines of which every word typed is in the name, the RPPS or the reference of the action."""
    return _search(lines, text, person="professional", action="participation__action")


def search_exclusions(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Return the exclusions of which every word typed is in the name, the RPPS or the reference of the action."""
    return _search(rows, text, person="participation__professional", action="participation__action")


def _search(rows: QuerySet[Any], text: str, *, person: str, action: str) -> QuerySet[Any]:
    for word in words(text):
        people = people_named(word).values("pk")
        rows = rows.filter(Q(**{f"{person}__in": people}) | Q(**{f"{action}__reference__icontains": word}))
    return rows


@dataclass(frozen=True)
class Total:
    """Lines of a run under one heading, in euro cents."""

    label: str
    count: int
    cents: int


def totals_by_type(run: Run) -> list[Total]:
    """Return the totals by type of action, in the order of the nomenclature."""
    found = {
        code: (count, cents)
        for code, count, cents in lines_of(run)
        .order_by()
        .values_list("action_type")
        .annotate(count=Count("id"), cents=Sum("amount_cents"))
    }
    return [Total(str(ActionType(code).label), *found[code]) for code in ActionType.values if code in found]


def totals_by_department(run: Run) -> list[Total]:
    """Return the totals by department of the team."""
    rows = (
        lines_of(run)
        .order_by("team__department_id")
        .values_list("team__department__name")
        .annotate(count=Count("id"), cents=Sum("amount_cents"))
    )
    return [Total(name, count, cents) for name, count, cents in rows]


@dataclass(frozen=True)
class TeamDifference:
    """A team's total in this run and in the one before, in euro cents."""

    team: Team
    now: int
    before: int

    @property
    def difference(self) -> int:
        return self.now - self.before


def team_differences(run: Run) -> tuple[Run | None, list[TeamDifference]]:
    """Return the run to compare with, and the teams by size of difference, the largest first."""
    earlier = month_before(run)
    now, before = totals_by_team(run), totals_by_team(earlier) if earlier else {}
    teams = Team.objects.in_bulk(now.keys() | before.keys())
    rows = [TeamDifference(teams[pk], now.get(pk, 0), before.get(pk, 0)) for pk in now.keys() | before.keys()]
    rows.sort(key=lambda row: (-abs(row.difference), -row.now, row.team.name, row.team.code))
    return earlier, rows


def payment_rows(run: Run, user: User) -> QuerySet[Payment]:
    """Return the transfers of a run, without their encrypted IBAN (a page shows its end only)."""
    return (
        Payment.objects.visible_to(user)
        .filter(run=run)
        .select_related("beneficiary__professional", "beneficiary__company")
        .defer("iban")
        .order_by("reference")
    )


@dataclass(frozen=True)
class Unpaid:
    """A beneficiary whom a run does not pay, in euro cents, and why."""

    beneficiary: Beneficiary
    cents: int
    why: str


@dataclass(frozen=True)
class LeftDue:
    """What a run leaves due: waiting for an account, and carried forward (below zero)."""

    waiting: list[Unpaid]
    carried: list[Unpaid]
    waiting_explanation: Explanation
    carried_explanation: Explanation


def left_due(run: Run) -> LeftDue:
    """Return whom a run leaves unpaid: as at its approval once frozen, as of now while it is open."""
    if run.is_frozen:
        closing = closing_of(run)
        waiting = {pk: cents for pk, cents in closing.items() if cents > 0}
        carried = {pk: cents for pk, cents in closing.items() if cents < 0}
    else:
        settlement = settlement_of(run)
        waiting, carried = dict(settlement.waiting), dict(settlement.carried)
    people = (
        Beneficiary.objects.select_related("professional", "company").in_bulk([*waiting, *carried])
        if waiting or carried
        else {}
    )
    accounts = _last_account_states(waiting)
    return LeftDue(
        waiting=_largest_first(
            Unpaid(people[pk], cents, _account_words(accounts.get(pk))) for pk, cents in waiting.items() if cents
        ),
        carried=_largest_first(Unpaid(people[pk], cents, "") for pk, cents in carried.items()),
        waiting_explanation=explain(Waiting.NO_ACCOUNT.value),
        carried_explanation=explain(Waiting.OVERPAID.value),
    )


def _largest_first(rows: Iterable[Unpaid]) -> list[Unpaid]:
    return sorted(rows, key=lambda row: (-abs(row.cents), str(row.beneficiary), row.beneficiary.pk))


def _last_account_states(beneficiaries: Iterable[int]) -> dict[int, str]:
    rows = Account.objects.filter(beneficiary__in=list(beneficiaries)).order_by("entered_at", "pk")
    return dict(rows.values_list("beneficiary_id", "state"))


def _account_words(state: str | None) -> str:
    words: dict[str | None, str] = {
        None: "aucun RIB",
        Account.State.PROPOSED: "RIB à vérifier",
        Account.State.SUSPENDED: "compte suspendu",
        Account.State.VERIFIED: "compte vérifié depuis",
    }
    return words.get(state, "RIB à redemander")


def history_of_run(run: Run) -> list[Entry]:
    """Return what happened to a run, newest first: its steps, its preparation, its third name."""
    extra = []
    if run.prepared_at:
        extra.append(Entry("Préparer", run.prepared_at, str(run.prepared_by)))
    if run.countersigned_at:
        extra.append(Entry("Contresigner", run.countersigned_at, str(run.countersigned_by)))
    return sorted([*history_of(run), *extra], key=lambda entry: entry.at, reverse=True)


def files_of(run: Run) -> list[RunExport]:
    """Return the files made from a run, the last first, those that were not transmitted too."""
    return list(run.exports.select_related("document", "bank_file", "not_transmitted_by").order_by("-version"))


def file_to_take_back(run: Run) -> dict[str, Any]:
    """Return the live file of an exported run, the transfers that wait again without it, and how many others."""
    export = run.exports.filter(not_transmitted_at__isnull=True).select_related("document", "bank_file").first()
    if run.state != Run.State.EXPORTED or export is None:
        return {"export": None}
    sent = run.payments.filter(state=Payment.State.SENT).aggregate(count=Count("pk"), cents=Sum("amount_cents"))
    kept = run.payments.filter(amount_cents__gt=0).exclude(state=Payment.State.SENT).count()
    return {"export": export, "back": sent["count"], "back_cents": sent["cents"] or 0, "kept": kept}


def latest_job(keys: list[str]) -> Job | None:
    """Return the last job asked for under one of the keys, unless it ended well or was given up."""
    job = Job.objects.filter(key__in=keys).order_by("-created_at", "-pk").first()
    return job if job and job.state not in (Job.State.DONE, Job.State.CANCELLED) else None


@dataclass(frozen=True)
class TeamYear:
    """What a team's lines have used of its ceiling in a civil year, in euro cents."""

    year: int
    used: int
    ceiling: int | None

    @property
    def left(self) -> int | None:
        return None if self.ceiling is None else max(0, self.ceiling - self.used)


@dataclass(frozen=True)
class TeamMonth:
    """A team's total in one run."""

    run: Run
    cents: int
    count: int


def team_years(team: Team, *, today: date | None = None) -> list[TeamYear]:
    """Return the team's present civil year and the two before that had lines.

    The ceiling is that of the convention in force on the day, as the pricing reads it; none: no convention in force.
    """
    day = today or timezone.localdate()
    latest = (day.year, day.year - 1, day.year - 2)
    # One sum a year between dates: SQLite would call Python for the year of each line.
    used = team.due_lines.exclude(kind__in=RECOVERED).aggregate(
        **{f"in_{year}": Sum("amount_cents", filter=Q(held_on__year=year), default=0) for year in latest}
    )
    facts = Facts.read(team_id=team.pk).teams[team.pk]
    years = []
    for year in latest:
        if year == day.year or used[f"in_{year}"]:
            on = day if year == day.year else date(year, 12, 31)
            convention = convention_in_force(facts, on)
            ceiling = None if convention is NO_CONVENTION else convention.terms_on(on).ceiling_cents
            years.append(TeamYear(year, used[f"in_{year}"], ceiling))
    return years


def team_months(team: Team, *, user: User, latest: int = 6) -> list[TeamMonth]:
    """Return the team's last frozen runs that had lines for it."""
    totals = {
        run: (cents, count)
        for run, cents, count in team.due_lines.order_by()
        .values_list("run_id")
        .annotate(cents=Sum("amount_cents"), count=Count("id"))
    }
    runs = Run.objects.visible_to(user).filter(pk__in=totals).order_by("-month", "-sequence", "-pk")[:latest]
    return [TeamMonth(run, *totals[run.pk]) for run in runs]
