"""The simulator: scenarios are kept, changed, computed by a job. None of it touches a price, a line or a setting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from association.jobs import JobFailed, request_job
from association.machine import TransitionRefused
from association.models import Job, User
from association.permissions import require
from association.registries import Progress
from association.workflow import lock
from payments.models import PriceScenario
from payments.models.scenarios import SIMULATE
from payments.price_grid import Change
from payments.pricing import PriceEntry, PriceList, Rules
from payments.selectors.candidates import price_entries, price_list
from payments.selectors.simulation import opening_balances, present_rules, read_period
from payments.simulation import replay, with_ceiling

SIMULATE_JOB = "payments.simulate"
OVERTAKEN = (
    "Quelqu’un d’autre a modifié cette simulation : rien n’a été enregistré, et rien de votre saisie n’est perdu. "
    "Relisez, puis enregistrez de nouveau."
)


def create_scenario(*, values: Mapping[str, Any], actor: User) -> PriceScenario:
    """Keep a scenario under a name, with a copy of the present price list.

    Args:
        values: name, first_month, last_month, ceiling_cents, personal_rule, personal_ceiling_cents.

    Raises:
        ValidationError: in French, by field.
    """
    require(actor, SIMULATE)
    made = PriceScenario(**values, prices=[_as_row(entry) for entry in price_entries()], created_by=actor)
    made.full_clean()
    made.save()
    return made


def change_scenario(*, scenario: PriceScenario, values: Mapping[str, Any], version: int, actor: User) -> PriceScenario:
    """Change a scenario's name, period or ceilings; its result is to be computed again.

    Raises:
        TransitionRefused: when somebody changed it since.
        ValidationError: in French, by field.
    """
    with transaction.atomic():
        fresh = _locked(scenario, version, actor)
        for name, value in values.items():
            setattr(fresh, name, value)
        return _kept(fresh)


def change_scenario_prices(
    *, scenario: PriceScenario, kind: str, changes: Sequence[Change], version: int, actor: User
) -> PriceScenario:
    """Set prices of a scenario for its whole period; the price list itself is not touched.

    Raises:
        TransitionRefused: when somebody changed it since, or nothing changes.
    """
    if not changes:
        raise TransitionRefused("Aucun montant n’a changé : il n’y a rien à enregistrer.")
    with transaction.atomic():
        fresh = _locked(scenario, version, actor)
        start = fresh.first_month.isoformat()
        for one in changes:
            words = [kind, *one.words]
            fresh.prices = [row for row in fresh.prices if row[:4] != words or row[5] < start]
            fresh.prices.append([*words, one.amount_cents, start, 1, one.yearly_cap])
            fresh.changed = [row for row in fresh.changed if row[:4] != words]
            fresh.changed.append([*words, one.amount_cents, one.yearly_cap])
        return _kept(fresh)


def delete_scenario(*, scenario: PriceScenario, actor: User) -> None:
    """Delete a scenario: it is a working paper, and nothing depends on it."""
    require(actor, SIMULATE)
    scenario.delete()


def request_simulation(*, scenario: PriceScenario, actor: User) -> Job:
    """Ask for the computation of a scenario; a second press gets the same job."""
    require(actor, SIMULATE)
    return request_job(
        kind=SIMULATE_JOB,
        title=f"Simulation « {scenario.name} »",
        key=simulation_key(scenario),
        params={"scenario": scenario.pk},
        actor=actor,
    )


def simulation_key(scenario: PriceScenario) -> str:
    """Return the key of the jobs of a scenario."""
    return f"{SIMULATE_JOB}:{scenario.pk}"


def simulate_job(job: Job, progress: Progress) -> dict[str, Any]:
    """Compute a scenario and keep the result with it; done twice, it gives the same."""
    scenario = PriceScenario.objects.filter(pk=job.params["scenario"]).first()
    if scenario is None:
        raise JobFailed("Cette simulation a été supprimée : il n’y a plus rien à calculer.")
    result = simulate(scenario, progress=progress)
    kept = PriceScenario.objects.filter(pk=scenario.pk, version=scenario.version)
    if not kept.update(result=result, computed_at=timezone.now()):
        raise JobFailed("Cette simulation a changé pendant le calcul : calculez-la de nouveau.")
    return {"scenario": scenario.pk}


def simulate(scenario: PriceScenario, *, progress: Progress | None = None) -> dict[str, Any]:
    """Return what the period gives under the present rules, and under the scenario's; writes nothing.

    Both are computed from nothing over the same actions by the pricing function of the runs, so that they differ by
    the rules alone. It is not what was paid: runs also knew what was validated late, cancelled or reopened when.
    """
    candidates = read_period(scenario)
    rules = present_rules()
    if progress:
        progress.total(2 * len(candidates))
    told: dict[str, Any] = {"advance": progress.advance} if progress else {}
    about = {"since": scenario.first_month, "until": scenario.last_day, **told}
    present = replay(candidates, price_list(), opening_balances(), rules=rules, **about)
    if scenario.ceiling_cents is not None:
        candidates = with_ceiling(candidates, scenario.ceiling_cents)
    other = replay(
        candidates, PriceList(scenario.entries()), opening_balances(), rules=_rules_of(scenario, rules), **about
    )
    return {"present": present.to_json(), "scenario": other.to_json()}


def _rules_of(scenario: PriceScenario, present: Rules) -> Rules:
    match scenario.personal_rule:
        case PriceScenario.PersonalRule.NONE:
            return replace(present, personal_ceiling_cents=None)
        case PriceScenario.PersonalRule.OTHER:
            return replace(present, personal_ceiling_cents=scenario.personal_ceiling_cents)
    return present


def _locked(scenario: PriceScenario, version: int, actor: User) -> PriceScenario:
    require(actor, SIMULATE)
    fresh: PriceScenario = lock(scenario)
    if fresh.version != version:
        raise TransitionRefused(OVERTAKEN)
    return fresh


def _kept(scenario: PriceScenario) -> PriceScenario:
    scenario.version += 1
    scenario.result, scenario.computed_at = {}, None
    scenario.full_clean()
    scenario.save()
    return scenario


def _as_row(entry: PriceEntry) -> list[Any]:
    return [
        entry.kind, entry.action_type, entry.role, entry.profession, entry.amount_cents,
        entry.starts_on.isoformat(), entry.version, entry.yearly_cap,
    ]  # fmt: skip


def default_period(today: date) -> tuple[date, date]:
    """Return the twelve months that ended last, as first days."""
    last = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    return (last.replace(year=last.year - 1) + timedelta(days=32)).replace(day=1), last
