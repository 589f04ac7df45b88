"""What passes through the folder of uploads, and what a process that died left there.

A file above FILE_UPLOAD_MAX_MEMORY_SIZE is written there while it is received, and a workbook while it is read. Both
are deleted at the end of the request or job; one that was killed deletes nothing.
"""

from __future__ import annotations

import shutil
import time
from datetime import timedelta
from pathlib import Path

from django.conf import settings

# Nothing is received or read for that long; the folder may be common to several machines that are at work.
LEFT_AFTER = timedelta(hours=2)


def remove_leftovers() -> int:
    """Delete what has lain in the folder of uploads for `LEFT_AFTER`, and return how many things that were."""
    before = time.time() - LEFT_AFTER.total_seconds()
    count = 0
    for path in Path(settings.FILE_UPLOAD_TEMP_DIR).iterdir():
        try:
            if path.lstat().st_mtime > before:
                continue
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()
        except FileNotFoundError:  # another machine was faster
            continue
        count += 1
    return count
