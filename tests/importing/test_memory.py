"""The memory of the process that meets a bomb: under 300 MB, and soon done."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.importing import test_files as files

# The peak is read from the process's own address space (VmHWM): `ru_maxrss` survives exec, so that a child begins with
# the peak of the pytest worker that started it.
PROGRAM = """
import sys, time
import django
django.setup()
from pathlib import Path
from config.importing import check_workbook
start = time.monotonic()
report = check_workbook(Path(sys.argv[1]))
assert report.faults_count == 1, report.fault_lines()
peak = next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM:"))
print(peak, time.monotonic() - start)
"""


@pytest.mark.parametrize(
    "make",
    [
        files.zip_bomb,
        files.rows_of_a_million,
        files.far_corner,
        files.billion_laughs,
        files.endless_attribute,
        files.endless_names,
        files.endless_depth,
        files.endless_strings,
        files.endless_row,
    ],
    ids=lambda make: make.__name__,
)
def test_bomb_takes_little_memory(make, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "bomb.xlsx"
    make(path)

    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(path)],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
        cwd=Path(__file__).parents[2],
        env={"DJANGO_SETTINGS_MODULE": "tests.settings", "PATH": ""},
    )

    kilobytes, seconds = done.stdout.split()
    assert int(kilobytes) * 1024 < 300_000_000
    assert float(seconds) < 60
