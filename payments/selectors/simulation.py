"""What a simulation reads of a past period, and how its result is shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from actions.models import Action, Participation
from association.models import Team, User
from association.nomenclature import Profession, TeamKind
from association.selectors.people import kept_ids
from payments.models import DueLine, PaymentSettings, PriceScenario, Run
from payments.price_grid import price_label
from payments.pricing import Balances, Candidate, Rules
from payments.reasons import explain
from payments.selectors.candidates import Facts, every_candidate
from payments.simulation import compared


def read_period(scenario: PriceScenario) -> list[Candidate]:
    """Return the participations of a period in the fixed order, from the first day of its first civil year.

    All validated actions, whatever a run decided of them; what was paid before the start was never priced, and is not
    priced here.
    """
    opening = DueLine.objects.filter(participation=OuterRef("pk"), run__kind=Run.Kind.OPENING)
    of_period = Participation.objects.filter(
        ~Exists(opening),
        action__state=Action.State.VALIDATED,
        action__held_on__gte=date(scenario.first_month.year, 1, 1),
        action__held_on__lte=scenario.last_day,
        refused_at__isnull=True,
    )
    return [one.candidate for one in every_candidate(of_period, Facts.read())]


def opening_balances() -> Balances:
    """Return what was paid before the start: it uses ceilings and caps, whatever the rules."""
    used, kept = Balances(), kept_ids()
    rows = DueLine.objects.filter(run__kind=Run.Kind.OPENING).values_list(
        "team_id", "professional_id", "action_type", "held_on", "amount_cents"
    )
    for team, professional, action_type, held_on, cents in rows.iterator(chunk_size=5_000):
        used.add(
            team_id=team,
            professional_id=kept.get(professional, professional),
            action_type=action_type,
            year=held_on.year,
            amount_cents=cents,
        )
    return used


def present_rules() -> Rules:
    """Return the settings of the rules as they are."""
    settings = PaymentSettings.current()
    return Rules(settings.deadline_months, settings.personal_ceiling_cents, settings.project_lookahead_months)


def scenario_list(user: User) -> QuerySet[PriceScenario]:
    """Return the simulations that the user sees."""
    return PriceScenario.objects.visible_to(user).select_related("created_by").defer("prices")


@dataclass(frozen=True)
class ComparedRow:
    """One team, profession or the total under both rules; amounts in euro cents."""

    label: str
    note: str
    lines: int
    cents: int
    other_lines: int
    other_cents: int
    team_id: int | None = None

    @property
    def difference(self) -> int:
        return self.other_cents - self.cents


@dataclass(frozen=True)
class Comparison:
    """What a simulation shows. ``reasons``: (what is not paid, participations now, under the scenario)."""

    total: ComparedRow
    teams: list[ComparedRow]
    professions: list[ComparedRow]
    reasons: list[tuple[str, int, int]]


def comparison_of(scenario: PriceScenario) -> Comparison | None:
    """Return the result of a simulation in words, or nothing when it is still to be computed."""
    if not scenario.result:
        return None
    now, other = scenario.result["present"], scenario.result["scenario"]
    keys = [int(pk) for pk in now["teams"].keys() | other["teams"].keys()]
    rows = Team.objects.filter(pk__in=keys).order_by().values_list("pk", "name", "code")
    names = {str(pk): (name, code) for pk, name, code in rows}
    teams = [
        _row(*names.get(key, (f"Équipe {key}", "")), before, after, int(key))
        for key, before, after in compared(now, other, "teams")
    ]
    return Comparison(
        total=_row("Total", "", now["total"], other["total"]),
        teams=sorted(teams, key=lambda row: (-abs(row.difference), row.label)),
        professions=[
            _row(str(Profession(key).label), key, before, after)
            for key, before, after in compared(now, other, "professions")
        ],
        reasons=_reasons(now, other),
    )


def _row(label: str, note: str, now: list[int], other: list[int], team_id: int | None = None) -> ComparedRow:
    return ComparedRow(label, note, now[0], now[1], other[0], other[1], team_id)


def _reasons(now: dict[str, Any], other: dict[str, Any]) -> list[tuple[str, int, int]]:
    keys = sorted(now["excluded"].keys() | other["excluded"].keys())
    found = [(explain(key).label, now["excluded"].get(key, 0), other["excluded"].get(key, 0)) for key in keys]
    found.append(("Indemnités écrêtées par un plafond", now["cut"], other["cut"]))
    found.append(("Sans tarif", now["missing"], other["missing"]))
    return [row for row in found if row[1] or row[2]]


def changed_labels(scenario: PriceScenario) -> list[tuple[str, str, int, int | None]]:
    """Return what was changed in a scenario's grid: (kind, price in words, cents, number cap)."""
    return [
        (str(TeamKind(kind).label), price_label(action_type, role, profession), cents, cap)
        for kind, action_type, role, profession, cents, cap in scenario.changed
    ]
