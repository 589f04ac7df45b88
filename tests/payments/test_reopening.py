"""Raising a team's ceiling for a year: what was cut and excluded comes back, to the cent, in the next run."""

from __future__ import annotations

from datetime import date

import pytest

from association.machine import TransitionRefused
from association.models import FieldChange
from conventions.models import ConventionTerms
from payments.models import DueLine, Exclusion, ProvisionalLine, YearReopening
from payments.services.reopening import decide_reopening, preview_reopening
from tests.payments.office import AUGUST, JULY, SEPTEMBER, Office, payments_by_person

OCTOBER = date(2026, 10, 1)
WHY = "Bureau du 3 septembre 2026"


@pytest.fixture
def cut(office: Office) -> Office:
    """July under a ceiling of 100.00: A1 cut to 33.34, 33.33, 33.33; A2 excluded."""
    ConventionTerms.objects.update(ceiling_cents=100_00)
    office.rcp(date(2026, 7, 2), reference="A1")
    office.rcp(date(2026, 7, 3), reference="A2")
    office.approved(JULY)
    assert sorted(DueLine.objects.values_list("amount_cents", flat=True)) == [33_33, 33_33, 33_34]
    return office


def reopen(office: Office, cents: int | None) -> None:
    decide_reopening(team=office.team, year=2026, ceiling_cents=cents, actor=office.treasurer, reason=WHY)


def test_cut_lines_are_corrected_and_excluded_ones_paid_within_the_new_ceiling(cut: Office) -> None:
    reopen(cut, 220_00)
    run = cut.approved(AUGUST)
    # 150.00 for A1; 70.00 left for A2: 23.34, 23.33, 23.33. Given back: 100.00. New: 120.00.
    assert run.new_cents == 120_00
    assert sorted(run.lines.values_list("kind", "amount_cents")) == [
        ("correction", 50_00), ("correction", 50_00), ("correction", 50_00),
        ("initial", 23_33), ("initial", 23_33), ("initial", 23_34),
        ("reversal", -33_34), ("reversal", -33_33), ("reversal", -33_33),
    ]  # fmt: skip
    assert payments_by_person(run) == {
        "Évrard": 50_00 - 33_34 + 23_34,
        "Le Goff": 50_00 - 33_33 + 23_33,
        "=Duval": 50_00 - 33_33 + 23_33,
    }


def test_next_run_after_that_changes_nothing_and_a_second_decision_takes_up_what_was_cut_again(cut: Office) -> None:
    reopen(cut, 220_00)
    cut.approved(AUGUST)
    assert cut.approved(SEPTEMBER).lines_count == 0
    reopen(cut, 1_000_00)
    run = cut.approved(OCTOBER)
    assert run.new_cents == 80_00
    team = sum(DueLine.objects.values_list("amount_cents", flat=True))
    assert team == 300_00


def test_preview_is_what_the_next_run_gives_and_writes_nothing(cut: Office) -> None:
    tables = (DueLine, Exclusion, ConventionTerms, YearReopening, ProvisionalLine, FieldChange)
    before = [list(model.objects.order_by("pk").values()) for model in tables]
    seen = preview_reopening(team=cut.team, year=2026, ceiling_cents=220_00, actor=cut.treasurer, reason=WHY)
    assert [list(model.objects.order_by("pk").values()) for model in tables] == before
    assert (seen.difference, seen.still_excluded) == (120_00, 0)
    reopen(cut, 220_00)
    run = cut.approved(seen.month)
    assert run.new_cents == seen.difference
    after = dict.fromkeys(DueLine.objects.values_list("participation", flat=True), 0)
    for line in DueLine.objects.all():
        after[line.participation_id] += line.amount_cents
    assert {part.participation_id: part.after for part in seen.parts} == after


def test_preview_leaves_out_what_the_run_would_do_anyhow(cut: Office) -> None:
    cut.rcp(date(2026, 8, 3), reference="A3", people=2)
    seen = preview_reopening(team=cut.team, year=2026, ceiling_cents=250_00, actor=cut.treasurer, reason=WHY)
    assert seen.difference == 150_00
    reopen(cut, 250_00)
    assert cut.approved(AUGUST).new_cents == 150_00


def test_amendment_in_force_needs_no_amount(cut: Office) -> None:
    ConventionTerms.objects.create(
        convention=cut.convention, effective_on=date(2026, 7, 3), ceiling_cents=300_00, action_types=["RCP"]
    )
    reopen(cut, None)
    # A1 is of the day before: it keeps its ceiling of 100.00, and A2 has what is left of 300.00.
    run = cut.approved(AUGUST)
    assert run.new_cents == 150_00


def test_raise_is_of_that_year_only_and_is_kept_in_the_journal(cut: Office) -> None:
    reopen(cut, 500_00)
    rows = cut.convention.terms.order_by("effective_on").values_list("effective_on", "ceiling_cents")
    assert set(rows) == {(None, 100_00), (date(2026, 1, 1), 500_00), (date(2027, 1, 1), 100_00)}
    said = set(FieldChange.objects.filter(team=cut.team).values_list("label", "actor__full_name"))
    assert ("Plafond à partir du 01/01/2026", "Trésorière") in said
    assert ("Année 2026 rouverte", "Trésorière") in said


@pytest.mark.parametrize(
    ("year", "cents", "reason", "sentence"),
    [
        (2026, 500_00, "  ", "demande un motif"),
        (2026, 100_00, WHY, "inférieur à 100,00"),
        (2025, 500_00, WHY, "n’a rien écrêté ni exclu"),
    ],
)
def test_decision_is_refused_and_nothing_is_written(
    year: int, cents: int, reason: str, sentence: str, cut: Office
) -> None:
    with pytest.raises(TransitionRefused, match=sentence):
        decide_reopening(team=cut.team, year=year, ceiling_cents=cents, actor=cut.treasurer, reason=reason)
    assert not YearReopening.objects.exists()
    assert ConventionTerms.objects.count() == 1


def test_submitted_run_is_sent_back_by_a_decision(cut: Office) -> None:
    from payments.services.runs import approve_run

    cut.rcp(date(2026, 8, 3))
    run = cut.submitted(AUGUST)
    reopen(cut, 500_00)
    with pytest.raises(TransitionRefused, match="Les données ont changé"):
        approve_run(run=run, actor=cut.treasurer)
