"""The container files and the Makefile: what a machine without them can still check."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings

from config.production import REQUIRED

ROOT = Path(settings.BASE_DIR)


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return dict(yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8")))


def test_services_are_those_of_production(compose: dict[str, Any]) -> None:
    assert set(compose["services"]) == {"web", "worker", "beat", "postgres", "redis"}
    assert compose["services"]["postgres"]["image"].startswith("postgres:16")
    assert compose["services"]["redis"]["image"].startswith("redis:7")


def test_every_service_has_a_health_check(compose: dict[str, Any]) -> None:
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    without = [name for name, service in compose["services"].items() if "healthcheck" not in service]
    assert without == ["web"]  # the image's own
    assert "HEALTHCHECK" in dockerfile


def test_application_is_given_all_that_production_asks_for(compose: dict[str, Any]) -> None:
    for name in ("web", "worker", "beat"):
        environment = compose["services"][name]["environment"]
        assert set(REQUIRED) <= set(environment)
        assert environment["PRODUCTION"] == "1"


def test_no_secret_has_a_default(compose: dict[str, Any]) -> None:
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    for name in ("SECRET_KEY", "FIELD_KEYS", "FIELD_HASH_KEY", "POSTGRES_PASSWORD", "ALLOWED_HOSTS", "SITE_URL"):
        used = re.findall(rf"\$\{{{name}([^}}]*)\}}", text)
        assert used
        assert all(rest.startswith(":?") for rest in used), name


def test_every_volume_is_declared_and_only_one_service_migrates(compose: dict[str, Any]) -> None:
    services = compose["services"].values()
    named = {entry.partition(":")[0] for service in services for entry in service.get("volumes", [])}
    assert named == set(compose["volumes"])
    assert [name for name, service in compose["services"].items() if "migrate" in str(service.get("command"))] == [
        "web"
    ]


def test_image_runs_as_an_ordinary_user_from_the_locked_dependencies() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert re.search(r"^USER esp$", dockerfile, re.M)
    assert "--require-hashes -r /tmp/requirements.lock" in dockerfile


def test_image_takes_every_app_and_no_local_data() -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    assert ignored[0] == "*"
    taken = {line[1:] for line in ignored if line.startswith("!")}
    assert {app for app in settings.INSTALLED_APPS if (ROOT / app).is_dir()} <= taken
    assert not taken & {"var", ".git", ".env", "tests"}


# --- make ----------------------------------------------------------------------------------------------------


def make(folder: Path, python: str) -> subprocess.CompletedProcess[str]:
    """Run ``make run`` with a machine of its own, where ``python3`` is the shell script given."""
    tools = folder / "outils de base"
    tools.mkdir()
    for name in ("sh", "tr", "sort", "sed", "rm", "touch", "awk"):
        (tools / name).symlink_to(str(shutil.which(name)))
    if python:
        (tools / "python3").write_text(f"#!/bin/sh\n{python}\n")
        (tools / "python3").chmod(0o755)
    project = folder / "un projet"
    project.mkdir()
    for name in ("Makefile", "requirements.lock"):
        shutil.copy(ROOT / name, project)
    command = [str(shutil.which("make")), "run"]
    return subprocess.run(
        command, cwd=project, env={"PATH": str(tools)}, capture_output=True, text=True, check=False, timeout=30
    )


OLD_PYTHON = 'case "$*" in *sys.exit*) exit 1;; *print*) echo 3.9;; esac'


@pytest.mark.parametrize(
    ("python", "sentence"),
    [
        ("", "Il manque Python 3.11 ou plus récent (trouvé : aucun)"),
        (
            'case "$*" in *sys.exit*) exit 1;; *print*) echo 3.9;; esac',
            "Il manque Python 3.11 ou plus récent (trouvé : 3.9)",
        ),
        ('case "$*" in *ensurepip*) exit 1;; esac', "Il manque le module venv de Python"),
    ],
    ids=["no Python", "old Python", "no venv"],
)
def test_make_says_in_one_line_what_is_missing(tmp_path: Path, python: str, sentence: str) -> None:
    said = make(tmp_path, python)
    assert said.returncode != 0
    lines = [line for line in (said.stdout + said.stderr).splitlines() if not line.startswith("make")]
    assert len(lines) == 1, lines
    assert lines[0].startswith(sentence)
