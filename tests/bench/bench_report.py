# ruff: noqa: T201 - a benchmark prints
"""The activity report and the dashboards: seconds of the report's job, server time of the dashboards, queries.

    python -m tests.bench.bench_report [TEAMS ...]

For each number of teams (15 and 150 by default), in a process and a database of its own (SQLite): the demo region
of 24 months, the report of these months (numbers, PDF and workbook, by its job), and each dashboard in the roles that
have it, asked for again and again with its numbers kept, and once with nothing kept. The ratio is to the first number
of teams. With BENCH_FOLDER one region that lies there is measured as it is.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import warnings
from datetime import timedelta
from statistics import median
from time import perf_counter, process_time
from typing import Any

ROUNDS = 7
ROLES = {"gestion": ("suivi", "tresorerie", "territoire"), "tresorier": ("tresorerie",), "ars": ("territoire",)}


def report_seconds() -> dict[str, float]:
    """Return the seconds of the job of a report of 24 months, and those of the processor."""
    from django.utils import timezone

    from association.jobs import run_job
    from association.models import Job, User
    from reports.periods import Period, months_later
    from reports.services.building import request_build, start_report, usual_template

    actor = User.objects.get(email="gestion@demo.example")
    last = timezone.localdate().replace(day=1) - timedelta(days=1)
    period = Period(months_later(last.replace(day=1), -23), last)
    report = start_report(period=period, department=None, template=usual_template(), actor=actor)
    started, working = perf_counter(), process_time()
    job = request_build(report=report, actor=actor)
    run_job(job.pk)
    found = {"report": perf_counter() - started, "report_cpu": process_time() - working}
    job = Job.objects.get(pk=job.pk)
    assert job.state == "done", job.error
    return found


def dashboards() -> dict[str, tuple[float, float, int]]:
    """Return by role and dashboard: first visit, median of the next ones (seconds of the processor), their queries."""
    from django.core.cache import cache
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext
    from django.urls import reverse

    from association.models import User

    found = {}
    for account, codes in ROLES.items():
        client = Client()
        client.force_login(User.objects.get(email=f"{account}@demo.example"))
        client.get(reverse("reports:dashboard"))  # warms the templates
        for code in codes:
            address = reverse("reports:dashboard", args=[code])
            times = []
            cache.clear()
            for _ in range(ROUNDS + 1):
                started = process_time()
                with CaptureQueriesContext(connection) as queries:
                    assert client.get(address).status_code == 200
                times.append(process_time() - started)
            found[f"{account} {code}"] = (times[0], median(times[1:]), len(queries))
    return found


def measure(teams: int) -> dict[str, Any]:
    """Make the region, or open the one that lies there, and measure it."""
    from tests.bench.database import open_database

    is_empty = open_database(may_be_filled=True)
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection

    from tests.bench.region import in_words

    settings.ALLOWED_HOSTS = ["testserver"]
    if is_empty:
        call_command("seed_demo", teams=teams, verbosity=0)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    return {"region": in_words(), "dashboards": dashboards(), **report_seconds()}


def main() -> None:
    if os.environ.get("BENCH_ONE"):
        warnings.simplefilter("ignore")
        print(json.dumps(measure(int(sys.argv[1]))))
        return
    first: dict[str, Any] | None = None
    for teams in sys.argv[1:] or ["15", "150"]:
        child = subprocess.run(
            [sys.executable, "-m", "tests.bench.bench_report", teams],
            env={**os.environ, "BENCH_ONE": "1"},
            stdout=subprocess.PIPE,
            check=True,
        )
        found = json.loads(child.stdout.splitlines()[-1])
        first = first or found
        print(
            f"{found['region']} : rapport de 24 mois (chiffres, PDF, classeur) {found['report']:.1f} s, "
            f"processeur {found['report_cpu']:.1f} s, rapport {found['report_cpu'] / first['report_cpu']:.1f}",
            flush=True,
        )
        for name, (cold, kept, queries) in found["dashboards"].items():
            print(
                f"  {name:<22} première visite {cold * 1000:6.0f} ms, ensuite (médiane) {kept * 1000:5.0f} ms de "
                f"processeur, {queries} requêtes",
                flush=True,
            )


if __name__ == "__main__":
    main()
