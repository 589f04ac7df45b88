from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command

from association.models import Commune, Department, Region, User
from tests.oracle.region import COMMUNES


class Outcome(NamedTuple):
    """What the command gave."""

    code: int
    out: str
    err: str

    @property
    def text(self) -> str:
        """Both outputs with plain spaces, to compare with."""
        return (self.out + self.err).replace("\u00a0", " ").replace("\u202f", " ")


@pytest.fixture
def region(db: None) -> Region:
    """The departments and communes that the workbooks of the tests name, and one of another region."""
    region = Region.objects.create(code="52", name="Pays de la Loire")
    other = Region.objects.create(code="84", name="Auvergne-Rhône-Alpes")
    places = {**COMMUNES, "01": ["01001"]}
    for code, communes in places.items():
        home = Department.objects.create(code=code, name=code, region=other if code == "01" else region)
        for commune in communes:
            Commune.objects.create(code=commune, name=f"Commune {commune}", department=home)
    return region


@pytest.fixture
def admin(region: Region) -> User:
    User.objects.create_user("gestion@exemple.fr", "x", full_name="Gestion", role="staff")
    return User.objects.create_user("admin@exemple.fr", "x", full_name="Admin", role="admin")


@pytest.fixture
def load(admin: User) -> Callable[..., Outcome]:
    """Return the command as a function: ``load(path, "--dry-run")``."""

    def run(path: Path, *arguments: str, email: str = "admin@exemple.fr") -> Outcome:
        out, err, code = io.StringIO(), io.StringIO(), 0
        try:
            call_command("import_workbook", str(path), "--as", email, *arguments, stdout=out, stderr=err)
        except SystemExit as stop:
            code = int(stop.code or 0)
        except CommandError as error:
            err.write(str(error))
            code = error.returncode
        return Outcome(code, out.getvalue(), err.getvalue())

    return run


@pytest.fixture
def everything() -> Callable[[], dict[str, int]]:
    """Return a function that counts the rows of all tables."""

    def count() -> dict[str, int]:
        return {model._meta.label: model._base_manager.count() for model in apps.get_models()}

    return count
