"""Production starts with all its secrets, or not at all; and says which is missing."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from config.production import REQUIRED, missing_for_production

FERNET_KEY = "A" * 43 + "="  # the same in every test process: it is part of a test's name
WHOLE = {
    "SECRET_KEY": "k7Jw-2vXqZp9" * 5,
    "FIELD_KEYS": f"{FERNET_KEY},{FERNET_KEY}",
    "FIELD_HASH_KEY": "h4Rt_8bNyLm3" * 3,
    "DATABASE_URL": "postgres://esp:esp@127.0.0.1:5432/esp",
    "REDIS_URL": "redis://127.0.0.1:6379/0",
    "ALLOWED_HOSTS": "esp.example",
    "SITE_URL": "https://esp.example",
}


def start(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Start the settings as production does, with nothing else in the environment."""
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"}}
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy"],
        cwd=settings.BASE_DIR,
        env={**kept, "PRODUCTION": "1", "DATA_DIR": str(folder), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_nothing_is_missing_from_a_whole_environment() -> None:
    assert missing_for_production(WHOLE) == []


@pytest.mark.parametrize("name", REQUIRED)
@pytest.mark.parametrize("value", [None, "", "   "])
def test_missing_variable_is_named(name: str, value: str | None) -> None:
    environment = {key: given for key, given in WHOLE.items() if key != name}
    if value is not None:
        environment[name] = value
    assert f"La variable {name} n'est pas définie." in missing_for_production(environment)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("SECRET_KEY", "court", "SECRET_KEY est une valeur par défaut"),
        ("SECRET_KEY", "django-insecure-" + "x" * 50, "SECRET_KEY est une valeur par défaut"),
        ("SECRET_KEY", "changeme" * 10, "SECRET_KEY est une valeur par défaut"),
        ("SECRET_KEY", "x" * 60, "SECRET_KEY est une valeur par défaut"),
        ("FIELD_KEYS", "pas-une-cle", "FIELD_KEYS contient une clé qui n'est pas une clé Fernet"),
        ("FIELD_KEYS", f"{FERNET_KEY},", "FIELD_KEYS contient une clé"),
        ("FIELD_HASH_KEY", "court", "FIELD_HASH_KEY est une valeur par défaut"),
        ("DATABASE_URL", "sqlite:///var/db.sqlite3", "la production demande PostgreSQL"),
        ("DEBUG", "true", "DEBUG est activé"),
        ("DEBUG", "1", "DEBUG est activé"),
        ("ALLOWED_HOSTS", "*", "n'importe quel nom de serveur"),
    ],
)
def test_weak_value_is_named(name: str, value: str, sentence: str) -> None:
    faults = missing_for_production({**WHOLE, name: value})
    assert len(faults) == 1
    assert sentence in faults[0]


def test_start_without_secrets_is_refused_and_names_them_all(tmp_path: Path) -> None:
    refused = start(tmp_path)
    assert refused.returncode != 0
    for name in REQUIRED:
        assert name in refused.stderr


def test_start_with_debug_is_refused(tmp_path: Path) -> None:
    refused = start(tmp_path, **WHOLE, DEBUG="1")
    assert refused.returncode != 0
    assert "DEBUG est activé" in refused.stderr


def test_start_with_everything_passes_the_checks_of_a_deployment(tmp_path: Path) -> None:
    started = start(tmp_path, **WHOLE)
    assert started.returncode == 0, started.stderr
    # Subdomains and browsers' preload lists are the domain owner's to decide.
    assert set(re.findall(r"security\.W\d+", started.stderr)) <= {"security.W005", "security.W021"}
    assert not (tmp_path / "keys.json").exists()  # production never makes its own keys


def test_embedded_command_is_refused_in_production(tmp_path: Path) -> None:
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"}}
    refused = subprocess.run(
        [sys.executable, "manage.py", "serve", "--demo"],
        cwd=settings.BASE_DIR,
        env={**kept, "PRODUCTION": "1", "DATA_DIR": str(tmp_path), **WHOLE},
        capture_output=True,
        text=True,
        check=False,
    )
    assert refused.returncode == 1
    assert "gunicorn" in refused.stderr
