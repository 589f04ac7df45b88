"""Open data: the files against plain loops, and that no hidden cell can be worked out from what is published."""

from __future__ import annotations

import csv
import io
import json
import random
from collections import defaultdict
from datetime import date
from itertools import product
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from actions.models import Action, Participation
from association.models import Team
from reports.open_data.catalogue import ACTIONS, DATASETS, TEAMS
from reports.open_data.suppression import Cell, Path, hidden_cells
from reports.open_data.tables import written_csv, written_schema
from reports.selectors.open_data import open_rows
from tests.factories import UserFactory
from tests.reports.region import RandomRegion

MOST = 6  # of a hidden cell, in the search for other values that fit


def table_of(leaves: dict[Path, tuple[set[int], int]]) -> dict[Path, Cell]:
    """Add leaves (people, count) up to a table."""
    people: dict[Path, set[int]] = defaultdict(set)
    counts: dict[Path, int] = defaultdict(int)
    for path, (who, count) in leaves.items():
        for length in range(len(path) + 1):
            people[path[:length]] |= who
            counts[path[:length]] += count
    return {path: Cell(len(people[path]), (counts[path],)) for path in counts}


def possible_values(cells: dict[Path, Cell], hidden: frozenset[Path]) -> dict[Path, set[int]]:
    """Try every value of the hidden leaves: those of each hidden cell that fit all the sums that are published."""
    leaves = [path for path in cells if not any(other[:-1] == path for other in cells if other)]
    closed = [path for path in leaves if path in hidden]
    fixed = {path: cells[path].counts[0] for path in leaves if path not in hidden}
    found: dict[Path, set[int]] = defaultdict(set)
    for tried in product(range(1, MOST + 1), repeat=len(closed)):
        values = fixed | dict(zip(closed, tried, strict=True))
        sums = {path: sum(count for leaf, count in values.items() if leaf[: len(path)] == path) for path in cells}
        if all(sums[path] == cell.counts[0] for path, cell in cells.items() if path not in hidden):
            for path in hidden:
                found[path].add(sums[path])
    return found


LEAVES = st.dictionaries(
    st.sampled_from([(d, e, k) for d in "AB" for e in "xy" for k in ("1", "2")]),
    st.tuples(st.sets(st.integers(0, 30), min_size=1, max_size=9), st.integers(1, 4)),
    min_size=1,
    max_size=6,
)


@settings(max_examples=60, deadline=None)
@given(LEAVES)
def test_every_small_cell_is_hidden_and_no_sum_gives_one_back(leaves: dict[Path, tuple[set[int], int]]) -> None:
    cells = table_of(leaves)
    hidden = hidden_cells(cells)
    assert {path for path, cell in cells.items() if cell.people < 5} <= hidden
    values = possible_values(cells, hidden)
    assert {path: found for path, found in values.items() if len(found) < 2} == {}
    assert set(values) == hidden


@settings(max_examples=60, deadline=None)
@given(LEAVES)
def test_nothing_is_hidden_where_no_group_is_small(leaves: dict[Path, tuple[set[int], int]]) -> None:
    large = {path: (who | set(range(100, 105)), count) for path, (who, count) in leaves.items()}
    assert hidden_cells(table_of(large)) == frozenset()


def test_one_small_cell_takes_its_smallest_neighbour_with_it() -> None:
    leaves = {
        ("A", "x", "1"): (set(range(3)), 2),
        ("A", "x", "2"): (set(range(10, 20)), 6),
        ("A", "x", "3"): (set(range(20, 26)), 5),
        ("A", "y", "1"): (set(range(40, 60)), 9),
    }
    assert hidden_cells(table_of(leaves)) == {("A", "x", "1"), ("A", "x", "3")}


def test_only_child_that_is_small_hides_all_above_it() -> None:
    leaves = {("A", "x", "1"): ({1, 2}, 3)}
    assert hidden_cells(table_of(leaves)) == {(), ("A",), ("A", "x"), ("A", "x", "1")}


def test_two_cells_that_count_one_each_are_not_told_by_their_sum() -> None:
    """Both are hidden; a sum of two would still say that each counts one."""
    leaves = {("A", "x", "1"): ({1}, 1), ("A", "x", "2"): ({2}, 1), ("A", "x", "3"): (set(range(9)), 4)}
    cells = table_of(leaves)
    assert all(len(found) > 1 for found in possible_values(cells, hidden_cells(cells)).values())


# --- the files, against plain loops ---------------------------------------------------------------------------


def published(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(written_csv(DATASETS[name], open_rows(DATASETS[name])).decode())))


def home_of(team: Team) -> str:
    """Where most people of a team's communes live."""
    communes = [commune.merged_into or commune for commune in team.communes.all()]
    communes.sort(key=lambda commune: -(commune.population or 0))
    best = [one for one in communes if (one.population or 0) == (communes[0].population or 0)] if communes else []
    return (best[0].epci_id or "hors") if best else "hors"


@pytest.mark.django_db
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_actions_are_those_that_loops_count(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    RandomRegion(seed, teams=9)
    monkeypatch.setattr(timezone, "localdate", lambda *args: date(2026, 11, 30))
    naive: dict[tuple[str, ...], list[Any]] = defaultdict(lambda: [0, 0, set()])
    for action in Action.objects.filter(state="validated").select_related("team"):
        quarter = f"{action.held_on.year}-T{(action.held_on.month + 2) // 3}"
        where = (action.team.department_id, home_of(action.team), action.type)
        parts = Participation.objects.filter(action=action, refused_at=None).select_related("professional")
        who = [part.professional.merged_into_id or part.professional_id for part in parts]
        for length in range(4):
            cell = naive[(quarter, *where[:length])]
            cell[0] += 1
            cell[1] += len(who)
            cell[2] |= set(who)
    rows, seen = published("actions"), set()
    for row in rows:
        key = tuple(
            part for part in (row["trimestre"], row["departement_code"], row["epci_siren"], row["type_action"]) if part
        )
        seen.add(key)
        actions, participations, people = naive[key]
        if row["masque"] == "oui":
            assert (row["actions"], row["participations"], row["professionnels"]) == ("", "", "")
        else:
            assert (int(row["actions"]), int(row["participations"])) == (actions, participations), key
            assert int(row["professionnels"]) == len(people), key
            assert not 0 < len(people) < 5, key
    assert seen == set(naive)
    assert any(row["masque"] == "oui" for row in rows)


@pytest.mark.django_db
def test_teams_of_the_last_quarter_are_those_that_loops_count(monkeypatch: pytest.MonkeyPatch) -> None:
    RandomRegion(5, teams=9)
    monkeypatch.setattr(timezone, "localdate", lambda *args: date(2026, 11, 30))
    rows = [row for row in published("equipes") if row["trimestre"] == "2026-T3" and row["masque"] == "non"]
    by_level: dict[str, int] = defaultdict(int)
    for row in rows:
        by_level[row["niveau"]] += int(row["equipes"])
    assert rows
    assert by_level["region"] >= by_level["departement"] >= by_level["epci"] >= by_level["type"]
    assert all(not 0 < int(row["professionnels"]) < 5 for row in rows)


@pytest.mark.django_db
def test_region_without_any_action_has_a_file_all_the_same() -> None:
    assert published("actions") == []
    assert written_csv(ACTIONS, []).decode().startswith("trimestre,niveau,departement_code")


@pytest.mark.parametrize("dataset", [TEAMS, ACTIONS], ids=lambda one: one.name)
def test_schema_names_the_columns_of_the_file_in_their_order(dataset: Any) -> None:
    schema = json.loads(written_schema(dataset, organisation="Association"))
    head = next(csv.reader(io.StringIO(written_csv(dataset, []).decode())))
    assert [field["name"] for field in schema["fields"]] == head
    assert set(schema["primaryKey"]) <= set(head)
    assert {field["type"] for field in schema["fields"]} <= {"string", "integer", "boolean"}


def test_name_that_begins_a_formula_is_inert() -> None:
    row = dict.fromkeys((field.name for field in TEAMS.fields), "")
    written = written_csv(TEAMS, [{**row, "epci_nom": "=1+1"}]).decode()
    assert "'=1+1" in written


@pytest.mark.django_db
def test_files_are_handed_out_with_their_type() -> None:
    client = Client()
    client.force_login(UserFactory(ars=True))
    answer = client.get(reverse("reports:open_data_csv", args=["actions"]))
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert client.get(reverse("reports:open_data_csv", args=["personnes"])).status_code == 404


def test_hidden_cells_do_not_depend_on_the_order_of_the_table() -> None:
    rng = random.Random(7)
    leaves = {
        (d, e, k): (set(rng.sample(range(40), rng.randint(1, 9))), rng.randint(1, 5))
        for d in "AB"
        for e in "xyz"
        for k in "12"
    }
    cells = table_of(leaves)
    turned = dict(reversed(cells.items()))
    assert hidden_cells(turned) == hidden_cells(cells)
