"""Settings of the tests: the project's own, in a data folder, a queue and a cache of their own."""

import atexit
import os
import shutil
import tempfile

if "DATA_DIR" not in os.environ:
    os.environ["DATA_DIR"] = tempfile.mkdtemp(prefix="esp-clap-tests-")
    atexit.register(shutil.rmtree, os.environ["DATA_DIR"], ignore_errors=True)
os.environ.setdefault("EMAIL_URL", "memorymail://")
# One queue per test process: a worker must not be given the row numbers of another process's database.
os.environ.setdefault("PYTEST_XDIST_TESTRUNUID", os.urandom(4).hex())

from config.settings import *  # noqa: F403
from config.settings import CACHES, STATIC_ROOT

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
OWN_NAME = f"{os.environ['PYTEST_XDIST_TESTRUNUID'][:8]}-{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
CELERY_TASK_DEFAULT_QUEUE = f"tests-{OWN_NAME}"
CACHES["default"]["KEY_PREFIX"] = OWN_NAME
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # whitenoise warns about a missing folder, at every request

if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":  # noqa: F405
    # A file, as in real use: a database in memory locks by table and knows no write-ahead log.
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}  # noqa: F405
# Rows of two test processes have the same numbers, so their files would have the same places.
DOCUMENTS_DIR = DATA_DIR / f"documents-{OWN_NAME}"  # noqa: F405
