"""The memory of the process that writes 50,000 rows: less than 60 MB above what it had before."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from association.models import User
from tests.association.bulk_making import many_teams
from tests.factories import TeamFactory, UserFactory
from tests.server.processes import ROOT, environment_of_this_database

pytestmark = pytest.mark.django_db(transaction=True)

ROWS, MOST = 50_000, 60_000_000
# The peak is read from the process's own address space (tests/importing/test_memory.py says why).
PROGRAM = """
import sys, time
import django
django.setup()
from pathlib import Path
from django.http import QueryDict
from association.listing.declaration import listings
from association.listing.workbook import write_list
from association.models import User

def peak():
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM:"))

user = User.objects.get(pk=int(sys.argv[1]))
listing = listings["equipes"]
asked = listing.asked(user, QueryDict("tri=-name"))
before, start = peak(), time.monotonic()
count = write_list(Path(sys.argv[2]), listing=listing, asked=asked, user=user, total=asked.count)
print(count, before, peak(), time.monotonic() - start)
"""


@pytest.fixture
def staff(db: None) -> User:
    return UserFactory(staff=True)


def test_export_of_50_000_rows_takes_little_memory(staff: User, tmp_path: Path) -> None:
    many_teams(ROWS - 1, like=TeamFactory(registered=True), actor=staff)
    path = tmp_path / "liste.xlsx"
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(staff.pk), str(path)],
        capture_output=True,
        text=True,
        timeout=600,
        check=True,
        cwd=ROOT,
        env=environment_of_this_database(),
    )
    count, before, after, seconds = done.stdout.split()
    print(f"{count} rows: {int(after) - int(before)} kB above {before} kB, in {seconds} s")  # noqa: T201
    assert int(count) == ROWS
    assert (int(after) - int(before)) * 1024 < MOST
    with zipfile.ZipFile(path) as parts:
        assert parts.read("xl/worksheets/sheet1.xml").count(b"<row ") == ROWS + 2
