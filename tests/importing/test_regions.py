"""Random regions written by an independent generator load without a fault, twice."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from actions.models import Participation
from association.models import User
from config.importing import load_workbook_file
from tests.oracle.region import random_region
from tests.oracle.workbook_writer import write_workbook


@pytest.mark.parametrize("seed", range(20))
def test_random_region_loads_and_again_changes_nothing(
    seed: int, admin: User, tmp_path: Path, everything: Callable[[], dict[str, int]]
) -> None:
    region = random_region(seed)
    quirks = random.Random(seed) if seed % 2 else None
    path = write_workbook(region, tmp_path / "region.xlsx", quirks=quirks)

    report = load_workbook_file(path, admin)

    assert report.fault_lines() == []
    assert report.loaded
    assert Participation.objects.count() == len(region.sheets["Participations"])
    before = everything()
    plain = write_workbook(region, tmp_path / "plain.xlsx")
    again = load_workbook_file(plain, admin)
    assert again.fault_lines() == []
    assert again.changes_nothing
    assert everything() == before
