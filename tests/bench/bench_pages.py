# ruff: noqa: T201 - a benchmark prints
"""The pages of a region of 150 teams, 2,000 professionals and 50,000 actions: server time and queries.

    python -m tests.bench.bench_pages [TEAMS] [ACTIONS]

The demo region is made in a database of its own (SQLite, or the empty one named by BENCH_DATABASE_URL) and its actions
are multiplied, paid as the region's own were. With BENCH_FOLDER the region is kept there and measured again as it is.

Each page of `tests.bench.pages` is asked for in process, through all the middleware, by somebody of a role that opens
it; rounds take turns over the pages, and the medians count: elapsed time, and processor time of the process (on SQLite
all of it; on a server without the server's share), which a busy machine changes less. The ratio is to the lightest page
of the same run. The last column names the pages above 100 ms elapsed.
"""

from __future__ import annotations

import gc
import sys
import warnings
from collections import defaultdict
from datetime import date, timedelta
from statistics import median
from time import perf_counter, process_time
from typing import TYPE_CHECKING

from tests.bench.database import open_database

if TYPE_CHECKING:
    from tests.bench.pages import Page

ROUNDS = 7
LIMIT = 0.100  # seconds
FILES = ("_pdf", "_file", "_export", "_template", "_letter", "_csv", "_schema")
WAITING = 50  # every so many of the multiplied actions waits to be validated


def multiply_actions(wanted: int) -> None:
    """Write copies of the validated actions on earlier days, up to ``wanted`` actions, with what was due and paid."""
    from actions.models import Action, Participation
    from association.bulk import insert_rows
    from payments.models import DueLine, Run

    # Of the months that the region has paid: copies of what waits for a run would wait for ever.
    run = Run.objects.get(kind="opening").pk
    paid = DueLine.objects.filter(run=run).values("participation__action")
    known = list(Action.objects.filter(pk__in=paid).order_by("pk").values_list("pk", "team", "type", "held_on"))
    last = Action.objects.order_by("-pk").values_list("pk", flat=True)[0]
    copies = [
        (last + 1 + n, *known[n % len(known)], n % WAITING == 0) for n in range(max(0, wanted - Action.objects.count()))
    ]
    days = {pk: held_on - timedelta(days=pk % 90) for pk, _, _, _, held_on, _ in copies}
    insert_rows(
        Action,
        ["id", "state", "reference", "team", "type", "held_on", "declared_on", "modality", "theme",
         "deadline_lifted_reason", "attestation_number", "not_funded_elsewhere", "version", "created_at"],
        (
            (pk, "declared" if waits else "validated", f"B{pk:07d}", team, kind, days[pk], days[pk], "", "", "",
             "", True, 0, f"{days[pk]} 00:00:00Z")
            for pk, _, team, kind, _, waits in copies
        ),
    )  # fmt: skip
    people: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for action, person, role in Participation.objects.filter(action__lte=last).values_list(
        "action_id", "professional_id", "role"
    ):
        people[action].append((person, role))
    insert_rows(
        Participation,
        ["action", "professional", "role", "refused_reason"],
        ((pk, person, role, "") for pk, source, *_ in copies for person, role in people[source]),
    )
    parts = Participation.objects.filter(action__gt=last).values_list("action_id", "professional_id", "pk")
    part_of = {(action, person): pk for action, person, pk in parts}
    due: dict[int, list[tuple[object, ...]]] = defaultdict(list)
    columns = ("beneficiary_id", "team_id", "professional_id", "convention_id", "action_type")
    for action, *values in DueLine.objects.filter(run=run).values_list(
        "participation__action_id", *columns, "price_cents", "amount_cents"
    ):
        due[action].append(tuple(values))
    before = DueLine.objects.order_by("-pk").values_list("pk", flat=True)[0]
    insert_rows(
        DueLine,
        ["run", "kind", "participation", *(name.removesuffix("_id") for name in columns), "held_on", "price_cents",
         "amount_cents", "cut_by"],
        (
            (run, "initial", part_of[pk, values[2]], *values[:5], days[pk], *values[5:], "")
            for pk, source, _, _, _, waits in copies
            if not waits
            for values in due[source]
        ),
    )  # fmt: skip
    _pay(run, before)


def _pay(run: int, before: int) -> None:
    """Pay the lines written after the line ``before`` by one transfer a month to each beneficiary."""
    from association.bulk import insert_rows
    from payments.models import Allocation, DueLine, Payment

    lines = list(DueLine.objects.filter(pk__gt=before).values_list("pk", "beneficiary_id", "held_on", "amount_cents"))
    sums: dict[tuple[int, date], int] = defaultdict(int)
    for _, who, day, cents in lines:
        sums[who, day.replace(day=1)] += cents
    last = Payment.objects.order_by("-pk").values_list("pk", flat=True)[0]
    texts = ("label", "iban", "iban_hash", "iban_last4", "bic", "holder", "bank_reason")
    numbers = {key: number for number, key in enumerate(sums, start=last + 1)}
    insert_rows(
        Payment,
        ["id", "state", "run", "beneficiary", "amount_cents", "reference", "paid_on", *texts],
        (
            (numbers[who, day], "paid", run, who, cents, f"BANC-{numbers[who, day]}", day, *[""] * len(texts))
            for (who, day), cents in sums.items()
        ),
    )
    insert_rows(
        Allocation,
        ["line", "payment", "released_reason"],
        [(pk, numbers[who, day.replace(day=1)], "") for pk, who, day, _ in lines],
    )


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
        "payments:das2_file",
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
    counts, refused = [], []
    for client, (account, url) in zip(clients, asked, strict=True):
        client.get(url)  # warms the templates
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
    for _ in range(ROUNDS):
        for place, (_, url) in enumerate(asked):
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
            f"  {counts[place]:3d}  {account:9s} {url}{'  > 100 ms' if took[place] > LIMIT else ''}"
        )
    slow = sum(seconds > LIMIT for seconds in took.values())
    print(f"{len(asked)} pages, médiane {median(took.values()) * 1000:.1f} ms ; {slow} au-dessus de 100 ms")


def main() -> None:
    warnings.simplefilter("ignore")
    teams, actions = (int(given) for given in [*sys.argv[1:3], *["150", "50000"][len(sys.argv) - 1 :]])
    is_empty = open_database(may_be_filled=True)
    from django.conf import settings
    from django.core.management import call_command
    from django.core.management.color import no_style
    from django.db import connection, transaction

    from actions.models import Action
    from association.models import Professional, Team
    from payments.models import Payment
    from tests.bench.pages import pages

    settings.ALLOWED_HOSTS = ["testserver"]
    if is_empty:
        call_command("seed_demo", teams=teams, verbosity=0)
        with transaction.atomic():
            multiply_actions(actions)
        with connection.cursor() as cursor:
            for behind in connection.ops.sequence_reset_sql(no_style(), [Action, Payment]):
                cursor.execute(behind)  # their numbers were written with them
            cursor.execute("ANALYZE")
    print(
        f"{Team.objects.count()} équipes, {Professional.objects.count()} professionnels, "
        f"{Action.objects.count()} actions ({connection.vendor})"
    )
    if missing := unvisited():
        sys.exit(f"Pages qui ne sont pas mesurées : {', '.join(sorted(missing))}")
    with transaction.atomic():
        measure(list(pages()))
        transaction.set_rollback(True)  # what was made for the pages is not kept


if __name__ == "__main__":
    main()
