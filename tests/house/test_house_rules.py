"""The house rules that a test can hold: who writes a state, how long a file is, what is not there."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

from association.machine import Stateful
from association.permissions import granted
from association.workflow import machines

ROOT = Path(settings.BASE_DIR)
APPS = ("association", "conventions", "actions", "payments", "reports", "config")
LINES = 420  # "about 400"
# Where a state is written on purpose: `enter_at`, and the re-reading of a protected field.
WRITERS_OF_STATES = {"association/workflow.py", "association/machine.py"}
# The demo plans a region in plain objects that have a ``state`` too; they become rows by `enter_at`.
PLANS = "config/demo/"
STATEFUL = {model.__name__ for model in machines()}


@cache
def sources() -> dict[str, ast.Module]:
    """Return the syntax tree of every module of the apps, migrations left out, by path."""
    files = (path for app in APPS for path in sorted((ROOT / app).rglob("*.py")) if "migrations" not in path.parts)
    return {path.relative_to(ROOT).as_posix(): ast.parse(path.read_text(encoding="utf-8")) for path in files}


def writes_of_state(tree: ast.AST) -> Iterator[int]:
    """Yield the lines that write a state past `fire`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            keywords = {keyword.arg for keyword in node.keywords}
            writes = name in {"update", "create", "acreate", "update_or_create"} or name in STATEFUL
            if writes and "state" in keywords:
                yield node.lineno
            if name == "bulk_update" and any(_is_state(item) for item in ast.walk(node)):
                yield node.lineno
            if name in {"setattr", "__setattr__", "__setitem__"} and any(_is_state(item) for item in node.args):
                yield node.lineno
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        for target in targets:
            if isinstance(target, ast.Attribute) and target.attr == "state":
                yield node.lineno
            if isinstance(target, ast.Subscript) and _is_state(target.slice):
                yield node.lineno


def _is_state(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value == "state"


def test_nobody_but_the_workflow_writes_a_state() -> None:
    found = {
        path: list(writes_of_state(tree))
        for path, tree in sources().items()
        if path not in WRITERS_OF_STATES and not path.startswith(PLANS)
    }
    # A class body's own `state = StateField(...)` is a Name, not an attribute: it is not among these.
    assert {path: lines for path, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    "line",
    [
        "Team.objects.filter(pk=1).update(state='closed')",
        "Team(state='closed')",
        "Run.objects.create(state='approved')",
        "team.state = 'closed'",
        "team.__dict__['state'] = 'closed'",
        "setattr(team, 'state', 'closed')",
        "Team.objects.bulk_update(teams, ['state'])",
    ],
)
def test_the_search_finds_every_way_around_the_workflow(line: str) -> None:
    assert list(writes_of_state(ast.parse(line))) == [1]


def test_the_search_lets_reading_pass() -> None:
    assert list(writes_of_state(ast.parse("Team.objects.filter(state='closed').exclude(state='x').get(state=1)"))) == []


def test_every_state_is_a_protected_field() -> None:
    for model in apps.get_models():
        names = {field.name for field in model._meta.concrete_fields}
        if "state" in names:
            assert issubclass(model, Stateful), model
            assert model._meta.get_field("state").protected, model  # type: ignore[union-attr]


def test_permissions_asked_for_in_code_are_granted_by_an_app() -> None:
    pattern = re.compile(rf"^({'|'.join(APPS)})\.[a-z]+_[a-z_]+$")
    askers = {"has_perm", "require", "needs", "roles_with", "permission_required"}
    asked = {
        argument.value
        for tree in sources().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and (node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")) in askers
        for argument in node.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str) and pattern.match(argument.value)
    }
    assert asked
    assert asked - set(granted()) == set()


def test_no_request_is_one_transaction() -> None:
    """SQLite has one writer: a page must not hold it while it is drawn."""
    assert not any(database.get("ATOMIC_REQUESTS") for database in settings.DATABASES.values())


def test_files_stay_short() -> None:
    counts = {path: len((ROOT / path).read_text(encoding="utf-8").splitlines()) for path in sources()}
    assert {path: count for path, count in counts.items() if count > LINES} == {}


def test_no_room_without_a_name() -> None:
    nameless = re.compile(r"(^|/)(utils?|helpers?|misc|common|manager2|data)(\.py|/)")
    assert [path for path in sources() if nameless.search(path)] == []


def test_nothing_is_left_to_be_done_later() -> None:
    later = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "X" * 3)) + r")\b")
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    suffixes = {".py", ".html", ".md", ".css", ".js", ".toml", ".yml"}
    files = [ROOT / name for name in listed.stdout.split("\n") if Path(name).suffix in suffixes]
    texts = {path: path.read_text("utf-8") for path in files if path.exists() and "vendor" not in path.parts}
    assert [str(path) for path, text in texts.items() if later.search(text)] == []


def test_services_take_an_actor_and_keywords_only() -> None:
    """Every public function of a `services` module that writes for somebody is called by keyword."""
    found = [
        f"{path}:{node.name}"
        for path, tree in sources().items()
        if re.search(r"(^|/)services(/|\.py)", path)
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
        and not node.name.startswith("_")
        and any(argument.arg == "actor" for argument in node.args.args)
    ]
    assert found == []
