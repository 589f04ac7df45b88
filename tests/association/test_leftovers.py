"""The folder of uploads: under the data of the site, closed to others, emptied of what a killed process left."""

from __future__ import annotations

import os
import stat
import tempfile
import time
from pathlib import Path

import pytest
from django.conf import LazySettings, settings
from django.core.exceptions import ImproperlyConfigured
from django.core.files.uploadedfile import TemporaryUploadedFile

from association.leftovers import LEFT_AFTER
from association.tasks import remove_leftovers
from config.folders import private_folder


@pytest.fixture
def folder(tmp_path: Path, settings: LazySettings) -> Path:
    settings.FILE_UPLOAD_TEMP_DIR = private_folder(tmp_path / "uploads")
    return Path(settings.FILE_UPLOAD_TEMP_DIR)


def aged(path: Path, seconds: float) -> Path:
    moment = time.time() - seconds
    os.utime(path, (moment, moment))
    return path


def test_large_upload_lies_under_the_data_of_the_site_and_not_in_the_machines_folder() -> None:
    with TemporaryUploadedFile("scan.pdf", "application/pdf", 3 * 1024 * 1024, None) as upload:
        path = Path(upload.temporary_file_path())
        assert path.parent == Path(settings.FILE_UPLOAD_TEMP_DIR) == Path(settings.DATA_DIR) / "uploads"
        assert path.parent != Path(tempfile.gettempdir())
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_folder_that_others_could_open_is_closed(tmp_path: Path) -> None:
    open_to_all = tmp_path / "uploads"
    open_to_all.mkdir()
    open_to_all.chmod(0o777)
    assert stat.S_IMODE(private_folder(open_to_all).stat().st_mode) == 0o700


def test_folder_that_cannot_be_made_is_said_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ImproperlyConfigured, match="voyez DATA_DIR"):
        private_folder(tmp_path / "file" / "uploads")


def test_leftovers_are_deleted_and_what_is_being_received_stays(folder: Path) -> None:
    old, fresh = LEFT_AFTER.total_seconds() + 60, LEFT_AFTER.total_seconds() - 60
    (folder / "old.upload.pdf").write_bytes(b"x")
    (folder / "tmp-workbook").mkdir()
    (folder / "tmp-workbook" / "region.xlsx").write_bytes(b"x")
    (folder / "new.upload.pdf").write_bytes(b"x")
    for name, seconds in (("old.upload.pdf", old), ("tmp-workbook", old), ("new.upload.pdf", fresh)):
        aged(folder / name, seconds)
    remove_leftovers()
    assert [path.name for path in folder.iterdir()] == ["new.upload.pdf"]


def test_link_among_the_leftovers_is_deleted_and_what_it_leads_to_stays(folder: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    (folder / "link").symlink_to(kept)
    moment = time.time() - LEFT_AFTER.total_seconds() - 60
    os.utime(folder / "link", (moment, moment), follow_symlinks=False)
    remove_leftovers()
    assert kept.is_dir()
    assert not list(folder.iterdir())


def test_clock_asks_for_it_every_hour() -> None:
    (entry,) = [one for one in settings.CELERY_BEAT_SCHEDULE.values() if one["task"] == remove_leftovers.name]
    assert entry["schedule"].minute == {10}
    assert len(entry["schedule"].hour) == 24
