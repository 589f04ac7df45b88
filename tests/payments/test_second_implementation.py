"""Ten months of random regions, imported, paid and exported, compared to the cent with the second implementation.

`tests.oracle` was written from docs/payment-rules.md by somebody who had not read payments/pricing; it shares no
code with it.
ORACLE_REGIONS says how many regions (8 by default, 50 in CI).
"""

import os
from collections.abc import Iterator
from datetime import date
from functools import singledispatch
from pathlib import Path
from random import Random

import pytest

from actions.models import Action, Participation
from actions.services import cancel_action, refuse_participation
from association.models import Commune, Department, Role, Team, User
from association.models import Region as TerritoryRegion
from association.nomenclature import TeamKind
from config.importing import load_workbook_file
from conventions.models import Convention
from conventions.services.terms import amend_terms
from payments.models import Run
from payments.selectors.ledger import prove
from payments.services.exporting import export_run
from payments.services.prices import change_settings, publish_price
from payments.services.reopening import reopen_team_year
from payments.services.runs import approve_run, prepare_run, submit_run
from tests.oracle.region import (
    MONTHS,
    CancelAction,
    Event,
    PublishPrice,
    RaiseCeiling,
    RefuseParticipation,
    Region,
    SetPersonalCeiling,
    random_region,
)
from tests.oracle.settlement import settle
from tests.oracle.workbook_writer import write_workbook

pytestmark = pytest.mark.django_db
REGIONS = int(os.environ.get("ORACLE_REGIONS", "8"))


@pytest.fixture
def office(db) -> dict[str, User]:
    return {
        role: User.objects.create_user(f"{role}@test.example", role=role, full_name=role)
        for role in (Role.ADMIN.value, Role.STAFF.value, Role.TREASURER.value)
    }


@pytest.mark.parametrize("seed", range(REGIONS))
def test_ten_months_agree_with_the_second_implementation(seed: int, office, tmp_path: Path, settings) -> None:
    settings.DOCUMENTS_DIR = tmp_path / "documents"
    region = random_region(seed)
    know_the_communes_of(region)
    path = write_workbook(region, tmp_path / "region.xlsx", quirks=Random(seed) if seed % 2 else None)
    report = load_workbook_file(path, office["admin"])
    assert not report.faults
    happen(region, None, office)
    for expected in settle(region, MONTHS):
        run = month_closed(expected.month, office)
        assert lines_of(run) == sorted(tuple(line) for line in expected.lines), expected.month
        assert exclusions_of(run) == sorted(tuple(one) for one in expected.exclusions), expected.month
        assert payments_of(run) == expected.payments, expected.month
        assert left_due(run) == sum(expected.waiting.values()) + sum(expected.carried.values())
        happen(region, expected.month, office)


def know_the_communes_of(region: Region) -> None:
    """Load the communes that the region names: all of France would cost more than the ten months."""
    codes = {
        code.strip()
        for sheet, column in (("Équipes", "Communes"), ("Professionnels", "Commune"), ("Membres", "Lieu d'exercice"))
        for row in region.sheets[sheet]
        for code in str(row.get(column) or "").split(";")
        if code.strip()
    }
    country = TerritoryRegion.objects.create(code="52", name="Pays de la Loire")
    Department.objects.bulk_create(
        Department(code=code, name=code, region=country) for code in sorted({code[:2] for code in codes})
    )
    Commune.objects.bulk_create(
        Commune(code=code, name=code, search_name=code, department_id=code[:2]) for code in sorted(codes)
    )


def month_closed(month: str, office: dict[str, User]) -> Run:
    first_day = date(int(month[:4]), int(month[5:]), 1)
    run = prepare_run(month=first_day, actor=office["staff"])
    submit_run(run=run, actor=office["staff"])
    run = approve_run(run=run, actor=office["treasurer"])
    return export_run(run=run, actor=office["treasurer"]).export.run


def lines_of(run: Run) -> list[tuple[object, ...]]:
    return sorted(
        run.lines.values_list(
            "kind",
            "participation__action__reference",
            "participation__professional__rpps",
            "participation__role",
            "price_cents",
            "amount_cents",
            "cut_by",
        )
    )


def exclusions_of(run: Run) -> list[tuple[object, ...]]:
    return sorted(
        run.exclusions.values_list("participation__action__reference", "participation__professional__rpps", "reason")
    )


def payments_of(run: Run) -> dict[str, int]:
    rows = run.payments.values_list("beneficiary__professional__rpps", "beneficiary__company__code", "amount_cents")
    return {rpps or company: cents for rpps, company, cents in rows}


def left_due(run: Run) -> int:
    return sum(proof.closing for proof in prove(run, by="team").values())


def happen(region: Region, after_month: str | None, office: dict[str, User]) -> None:
    for event in _events(region, after_month):
        apply(event, office)


def _events(region: Region, after_month: str | None) -> Iterator[Event]:
    return (event for event in region.events if event.after_month == after_month)


@singledispatch
def apply(event: Event, office: dict[str, User]) -> None:
    raise NotImplementedError(type(event).__name__)


@apply.register
def _(event: SetPersonalCeiling, office: dict[str, User]) -> None:
    change_settings(
        actor=office["admin"],
        deadline_months=None,
        personal_ceiling_cents=event.ceiling_cents,
        project_lookahead_months=12,
    )


@apply.register
def _(event: CancelAction, office: dict[str, User]) -> None:
    action = Action.objects.get(reference=event.action)
    cancel_action(action=action, actor=office["staff"], reason="Déclarée par erreur")


@apply.register
def _(event: RefuseParticipation, office: dict[str, User]) -> None:
    part = Participation.objects.get(action__reference=event.action, professional__rpps=event.rpps)
    refuse_participation(participation=part, actor=office["staff"], reason="Absent")


@apply.register
def _(event: PublishPrice, office: dict[str, User]) -> None:
    publish_price(
        kind=next(kind for kind in TeamKind if kind.label == event.kind),
        action_type=event.action_type,
        role=event.role,
        profession=event.profession or "",
        starts_on=event.start,
        amount_cents=event.amount_cents,
        yearly_cap=event.max_per_year,
        actor=office["admin"],
    )


@apply.register
def _(event: RaiseCeiling, office: dict[str, User]) -> None:
    convention = Convention.objects.get(number=event.convention)
    amend_terms(
        convention=convention,
        effective_on=event.from_date,
        ceiling_cents=event.ceiling_cents,
        action_types=convention.terms.get(effective_on=None).action_types,
        actor=office["staff"],
    )
    team = Team.objects.get(pk=convention.team_id)
    reopen_team_year(team=team, year=event.year, actor=office["treasurer"], reason="Avenant")
