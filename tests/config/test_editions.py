"""The first migrations: one per app, in line with the models; a database from before them is refused in a sentence."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from association.models import CoordinationAllowance
from config.editions import BEFORE_THE_FIRST, refuse_earlier_edition
from tests.server.processes import ROOT

OWN = ("association", "conventions", "actions", "payments")


def test_each_app_begins_with_one_first_migration() -> None:
    known = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    for app in OWN:
        first = [name for label, name in known if label == app and known[label, name].initial]
        assert first == ["0001_initial"], app


def test_no_migration_has_the_name_by_which_an_earlier_database_is_known() -> None:
    known = set(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)
    assert known.isdisjoint(BEFORE_THE_FIRST)
    assert {app for app, _ in BEFORE_THE_FIRST} <= {config.label for config in apps.get_app_configs()}


@pytest.mark.django_db
def test_migrations_say_what_the_models_say() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.django_db
def test_first_figures_are_entered() -> None:
    figures = CoordinationAllowance.objects.filter(profession="21").values_list("year", "amount_cents")
    assert set(figures) == {(2018, 280_00), (2019, 420_00)}


@pytest.mark.django_db
@pytest.mark.parametrize("step", sorted(BEFORE_THE_FIRST))
def test_database_of_an_earlier_edition_is_refused_and_left_as_it_is(step: tuple[str, str]) -> None:
    refuse_earlier_edition(connection)
    MigrationRecorder(connection).record_applied(*step)
    before = set(MigrationRecorder(connection).applied_migrations())
    with pytest.raises(CommandError, match="édition antérieure à la première version"):
        call_command("migrate", verbosity=0)
    assert set(MigrationRecorder(connection).applied_migrations()) == before


def test_site_on_a_database_of_an_earlier_edition_says_so_in_one_line(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "esp-clap.sqlite3") as database:
        columns = "id INTEGER PRIMARY KEY, app TEXT, name TEXT, applied TEXT"
        database.execute(f"CREATE TABLE django_migrations ({columns})")
        database.execute("INSERT INTO django_migrations VALUES (1, 'actions', '0002_initial', '2026-11-22 11:30:00')")
    environment = {"PATH": "/usr/bin:/bin", "DATA_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "config.settings"}
    command = [sys.executable, "manage.py", "serve", "--demo", "--port", "0"]
    said = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert said.returncode == 1
    assert said.stderr.startswith("CommandError: Cette base de données a été faite par une édition antérieure")
    assert str(tmp_path) in said.stderr
    assert said.stderr.count("\n") == 1
    with sqlite3.connect(tmp_path / "esp-clap.sqlite3") as database:
        assert database.execute("SELECT count(*) FROM sqlite_master").fetchone() == (1,)


def test_settings_of_the_tests_use_the_command_of_the_house() -> None:
    from django.core.management import get_commands

    assert get_commands()["migrate"] == "config"
    assert "config" in settings.INSTALLED_APPS
