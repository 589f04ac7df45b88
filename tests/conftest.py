"""What all tests stand on: servers asked for by marker, triggers around a flush, a browser."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.db import connections
from django.test import TransactionTestCase

from association import immutability
from tests import equipment

REQUIRE_SERVERS = "REQUIRE_SERVERS"


# --- servers and browser -------------------------------------------------------------------------------------


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what this machine cannot run, and say what it lacks; under REQUIRE_SERVERS=1, fail."""
    lacking = [
        sentence
        for mark, missing in (("server", equipment.missing_server), ("browser", equipment.missing_browser))
        if item.get_closest_marker(mark) and (sentence := missing())
    ]
    if not lacking:
        return
    if os.environ.get(REQUIRE_SERVERS) == "1":
        pytest.fail(f"{REQUIRE_SERVERS}=1, mais : {' ; '.join(lacking)}", pytrace=False)
    pytest.skip(" ; ".join(lacking))


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """The last line: how many tests were left out, and why."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or hasattr(config, "workerinput"):
        return
    reasons = Counter(_reason(report) for report in reporter.stats.get("skipped", []))
    if reasons:
        count = sum(reasons.values())
        details = " ; ".join(f"{number} : {reason}" for reason, number in sorted(reasons.items()))
        reporter.write_line(f"{count} test{'s' if count > 1 else ''} non joué{'s' if count > 1 else ''} ({details}).")


def _reason(report: Any) -> str:
    text = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return str(text).removeprefix("Skipped: ").rstrip(".")


# --- database ------------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True, scope="session")
def _triggers_around_flush() -> Iterator[None]:
    """A transactional test empties the tables at its end; the append-only triggers stand aside for that long."""
    flush = TransactionTestCase._fixture_teardown

    def flush_without_triggers(self: TransactionTestCase) -> None:
        for alias in self.databases:
            immutability.remove(connections[alias])
        try:
            flush(self)
        finally:
            for alias in self.databases:
                immutability.install(connections[alias])

    TransactionTestCase._fixture_teardown = flush_without_triggers  # type: ignore[method-assign]
    yield
    TransactionTestCase._fixture_teardown = flush  # type: ignore[method-assign]


@pytest.fixture(autouse=True)
def _no_broker(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep job numbers out of the queue, unless the test has a worker."""
    if request.node.get_closest_marker("server") is None:
        from association.tasks import run_job

        monkeypatch.setattr(run_job, "apply_async", lambda *args, **options: None)


# --- bank ----------------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def _bank_that_pays_the_same_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask the bank for today where a test names no day, and let it work today: a transfer may then be paid in the test
    that exports it, whatever the day on which the suite runs. Which day is proposed to people is tested with its form.
    """
    from django.utils import timezone

    from payments.sepa.calendar import why_closed
    from payments.services import banking, exporting

    def closed(day: date) -> str:
        return "" if day == timezone.localdate() else why_closed(day)

    monkeypatch.setattr(exporting, "next_business_day", lambda day: day)
    monkeypatch.setattr(banking, "why_closed", closed)


# --- browser -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Return Chromium, driven by Playwright (synchronous)."""
    from playwright.sync_api import sync_playwright

    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright's loop lives in the thread of the test
    with sync_playwright() as playwright:
        language = {**os.environ, "LANGUAGE": "fr"}  # of what the browser itself writes, where it has the words
        chromium = playwright.chromium.launch(executable_path=equipment.chromium(), args=["--no-sandbox"], env=language)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Any, settings: Any) -> Iterator[Any]:
    """Return a new page, in French, with a viewport of a laptop."""
    context = browser.new_context(locale="fr-FR", viewport={"width": 1280, "height": 900})
    yield context.new_page()
    context.close()
