"""What a version says of the one before: every row of every cut that differs, and what happened there since."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

import pytest

from actions.models import Action
from association.workflow import fire
from reports.comparison import differences
from reports.document.changes import changes_said
from reports.document.content import say_change
from reports.indicators.model import Unit
from reports.models import Report, ReportVersion
from reports.services.building import build_report
from tests.payments.office import Office
from tests.reports.making import generated

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Office:
    found = Office()
    found.rcp(date(2026, 7, 6))
    found.rcp(date(2026, 7, 7))
    return found


def last(report: Report) -> ReportVersion:
    return report.versions.order_by("-number")[0]


def rows(version: ReportVersion, key: str, by: str) -> dict[str, dict[str, Any]]:
    found = [cut for cut in version.changes["cuts"] if (cut["key"], cut["by"]) == (key, by)]
    return {row["key"]: row for cut in found for row in cut["rows"]}


def test_each_row_that_differs_is_told_with_what_happened_there(office: Office) -> None:
    report = generated(office)
    office.rcp(date(2026, 7, 20), reference="LATE-1")
    fire(Action.objects.get(reference="A-001"), "cancel", actor=office.staff, comment="Saisie deux fois.")
    office.rcp(date(2026, 7, 21), reference="LATE-2")
    build_report(report=report, actor=office.staff)
    version = last(report)
    team = office.team
    for by, key in (("department", team.department_id), ("team", team.code), ("type", "RCP"), ("month", "2026-07")):
        row = rows(version, "activity.validated", by)[key]
        assert (row["before"], row["now"]) == (2, 3), by
        assert {why["code"]: why["count"] for why in row["why"]} == {"validated": 2, "cancelled": 1}, by
    (group,) = [one for one in changes_said(version.changes).groups if one.key == "activity.validated"]  # type: ignore[union-attr]
    assert group.rows[0].label == "Total"
    assert group.rows[0].difference == "+1"
    assert group.rows[0].why == "2 actions validées, 1 action annulée"
    assert next(cut for cut, _ in group.by_cut) == ""


def test_money_frozen_and_paid_since_is_told_by_team_to_the_cent(office: Office) -> None:
    report = generated(office)
    run = office.approved()
    build_report(report=report, actor=office.staff)
    version = last(report)
    row = rows(version, "money.due", "team")[office.team.code]
    assert row["now"] - row["before"] == run.new_cents
    assert row["why"] == [{"code": "due", "count": 6, "cents": run.new_cents}]
    assert rows(version, "money.due", "settled")["on_the_way"]["now"] == run.paid_cents


def test_nothing_between_two_different_snapshots_goes_untold(office: Office) -> None:
    """Whatever differs is in the list: a made-up change of any number or word of a snapshot is found again."""
    numbers = last(generated(office)).numbers
    rng = random.Random(7)
    for _ in range(60):
        told = rng.choice(numbers["indicators"])
        changed = {**numbers, "indicators": [dict(one) for one in numbers["indicators"]]}
        (mine,) = [one for one in changed["indicators"] if one["key"] == told["key"]]
        what = rng.choice(["value", "before", "target", "definition", "cut"])
        if what == "cut":
            cuts = [cut for cut in told["cuts"] if cut["rows"]]
            if not cuts:
                continue
            cut = rng.choice(cuts)
            key, _, _ = rng.choice(cut["rows"])
            others = [[k, text, 999 if k == key else v] for k, text, v in cut["rows"]]
            mine["cuts"] = [{**one, "rows": others} if one is cut else one for one in told["cuts"]]
        else:
            mine[what] = "Autre." if what == "definition" else 999
        found = differences(numbers, changed)
        told_of = {entry["key"] for kind in found.values() for entry in kind}
        assert told_of == {told["key"]}, what
    assert not any(differences(numbers, numbers).values())


def test_rows_come_the_largest_first_and_what_is_hidden_last() -> None:
    def snapshot(rows: list[list[Any]]) -> dict[str, Any]:
        cut = {"by": "team", "label": "Par équipe", "unit": "count", "sums": True, "hides": True, "rows": rows}
        told = {"key": "k", "name": "n", "unit": "count", "value": 1, "before": None, "target": None, "cuts": [cut]}
        return {"indicators": [{**told, "definition": "", "source": ""}]}

    before = snapshot([["A", "A", 1], ["B", "B", 50], ["C", "C", None], ["D", "D", 3]])
    now = snapshot([["A", "A", 4], ["B", "B", 20], ["C", "C", 7], ["D", "D", 3], ["E", "E", 9]])
    (cut,) = differences(before, now)["cuts"]
    assert [row["key"] for row in cut["rows"]] == ["B", "E", "A", "C"]
    said = changes_said({"number": 1, "values": [], "cuts": [cut]})
    assert said is not None
    assert [(row.before, row.now, row.difference) for row in said.groups[0].rows][-1] == ("masqué", "7", "")


def test_changes_kept_in_the_first_form_are_still_read() -> None:
    old = {
        "number": 3,
        "values": [{"key": "activity.validated", "name": "Actions validées", "unit": "count", "before": 2, "now": 3}],
        "causes": [{"code": "due", "label": "Indemnités figées depuis", "count": 6, "cents": 300_00, "references": []}],
    }
    said = changes_said(old)
    assert said is not None
    assert [(row.label, row.difference) for row in said.groups[0].rows] == [("Total", "+1")]
    assert said.causes[0].amount == "300,00\u00a0€"
    assert changes_said({}) is None


@pytest.mark.parametrize(
    ("difference", "text"),
    [(25, "+2,5\u00a0points"), (-15, "\u22121,5\u00a0point"), (0, "0,0\u00a0point"), (20, "+2,0\u00a0points")],
)
def test_percentages_differ_by_points(difference: int, text: str) -> None:
    assert say_change(difference, Unit.PERCENT) == text
    assert say_change(12_34, Unit.CENTS) == "+12,34\u00a0€"
