# ruff: noqa: T201 - a benchmark prints
"""The pages of a region of 150 teams, 2,000 professionals and 50,000 actions: server time and queries.

    python -m tests.bench.bench_pages [TEAMS] [ACTIONS]

The demo region, which has 24 months, is made in a database of its own (SQLite, or the empty one named by
BENCH_DATABASE_URL), and its actions are multiplied over these months, paid as the region's own were
(`tests.bench.region`). With BENCH_FOLDER the region is kept there and measured again as it is.

Each page of `tests.bench.pages` is asked for in process, through all the middleware, by somebody of a role that opens
it; rounds take turns over the pages, and the medians count: elapsed time, and processor time of the process (on SQLite
all of it; on a server without the server's share), which a busy machine changes less. The ratio is to the lightest page
of the same run. The last column names the pages above 100 ms elapsed, and what the first visit took, which finds no
number kept. A page that is slow at its first visit is asked for fewer times.
"""

from __future__ import annotations

import gc
import sys
import warnings
from collections import defaultdict
from statistics import median
from time import perf_counter, process_time
from typing import TYPE_CHECKING

from tests.bench.database import open_database

if TYPE_CHECKING:
    from tests.bench.pages import Page

ROUNDS = 7
LIMIT = 0.100  # seconds
SLOW, FEWER_ROUNDS = 1.0, 2  # a page that takes longer at its first visit, in seconds, has fewer rounds
FILES = ("_pdf", "_file", "_export", "_template", "_letter", "_csv", "_schema")


def unvisited() -> set[str]:
    """Return the pages of the site that this bench does not open, files and what is asked of a form's script apart."""
    from tests.bench.pages import visited
    from tests.web.test_permissions import ROUTES

    opened = {name for name, route in ROUTES.items() if route.method == "get"}
    files = {name for name in opened if name.endswith(FILES)} | {
        "association:document",
        "actions:attendance_sheet",
        "actions:evidence",
        "actions:scan",
        "payments:account_scan",
        "payments:preparation",
        "payments:statement",
    }
    return opened - files - visited()


def measure(asked: list[Page]) -> None:
    """Open every page and print what it takes, the slowest first."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from association.models import User

    # A session for each page: a list remembers how it was left.
    users = {account: User.objects.get(email=f"{account}@demo.example") for account, _ in asked}
    clients = [Client() for _ in asked]
    for client, (account, _) in zip(clients, asked, strict=True):
        client.force_login(users[account])
    counts, refused, first = [], [], []
    for client, (account, url) in zip(clients, asked, strict=True):
        start = perf_counter()
        client.get(url)  # warms the templates, and what is kept
        first.append(perf_counter() - start)
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(url)
        counts.append(len(queries))
        if answer.status_code != 200:
            refused.append(f"{account} {url} : {answer.status_code}")
    if refused:
        sys.exit("\n".join(["Pages qui ne s'ouvrent pas :", *refused]))
    elapsed: dict[int, list[float]] = defaultdict(list)
    worked: dict[int, list[float]] = defaultdict(list)
    gc.collect()
    gc.freeze()
    for number in range(ROUNDS):
        for place, (_, url) in enumerate(asked):
            if first[place] > SLOW and number >= FEWER_ROUNDS:
                continue
            start, processor = perf_counter(), process_time()
            clients[place].get(url)
            worked[place].append(process_time() - processor)
            elapsed[place].append(perf_counter() - start)
    took = {place: median(times) for place, times in elapsed.items()}
    work = {place: median(times) for place, times in worked.items()}
    print("  médiane    plus bref  processeur (médiane, moindre)  requêtes")
    for place in sorted(took, key=lambda place: -took[place]):
        account, url = asked[place]
        least, work_least = min(elapsed[place]), min(worked[place])
        print(
            f"{took[place] * 1000:6.1f} ms  {least * 1000:6.1f} ms"
            f"  {work[place] * 1000:6.1f} ms {work_least * 1000:6.1f} ms {work[place] / min(work.values()):5.1f}×"
            f"  {counts[place]:3d}  {account:9s} {url}  première {first[place] * 1000:.0f} ms"
            f"{'  > 100 ms' if took[place] > LIMIT else ''}"
        )
    slow = sum(seconds > LIMIT for seconds in took.values())
    print(f"{len(asked)} pages, médiane {median(took.values()) * 1000:.1f} ms ; {slow} au-dessus de 100 ms")


def main() -> None:
    warnings.simplefilter("ignore")
    teams, actions = (int(given) for given in [*sys.argv[1:3], *["150", "50000"][len(sys.argv) - 1 :]])
    is_empty = open_database(may_be_filled=True)
    from django.conf import settings
    from django.db import transaction

    from tests.bench.pages import pages
    from tests.bench.region import in_words, make_region

    settings.ALLOWED_HOSTS = ["testserver"]
    if is_empty:
        make_region(teams=teams, actions=actions)
    print(in_words())
    if missing := unvisited():
        sys.exit(f"Pages qui ne sont pas mesurées : {', '.join(sorted(missing))}")
    with transaction.atomic():
        started = perf_counter()
        asked = list(pages())
        print(f"{len(asked)} pages, leurs objets faits en {perf_counter() - started:.0f} s", flush=True)
        measure(asked)
        transaction.set_rollback(True)  # what was made for the pages is not kept


if __name__ == "__main__":
    main()
