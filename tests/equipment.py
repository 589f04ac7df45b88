"""What a machine has for the tests that need more than Python."""

from __future__ import annotations

import shutil
from functools import cache

from django.conf import settings


@cache
def missing_server() -> str:
    """Return, in French, what keeps the tests with real servers from running; empty when nothing does."""
    if settings.DATABASES["default"]["ENGINE"] != "django.db.backends.postgresql":
        return "PostgreSQL n'est pas indiqué (DATABASE_URL)"
    if not settings.REDIS_URL:
        return "Redis n'est pas indiqué (REDIS_URL)"
    return _missing_postgresql() or _missing_redis()


@cache
def missing_browser() -> str:
    """Return, in French, what keeps the tests in a browser from running; empty when nothing does."""
    return "" if chromium() else "Chromium n'est pas installé (apt install chromium)"


def chromium() -> str | None:
    """Return the path of the machine's Chromium."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def _missing_postgresql() -> str:
    import psycopg

    given = settings.DATABASES["default"]
    try:
        psycopg.connect(
            host=given["HOST"],
            port=given["PORT"] or 5432,
            user=given["USER"],
            password=given["PASSWORD"],
            dbname="postgres",
            connect_timeout=3,
        ).close()
    except psycopg.OperationalError:
        return f"PostgreSQL ne répond pas sur {given['HOST']}:{given['PORT'] or 5432}"
    return ""


def _missing_redis() -> str:
    import redis

    try:
        redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=2).ping()
    except redis.exceptions.RedisError:
        return f"Redis ne répond pas ({settings.REDIS_URL})"
    return ""
