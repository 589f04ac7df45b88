# ruff: noqa: T201 - a benchmark prints
"""The pages of a region of 150 teams, 2,000 professionals and 50,000 actions: server time and queries.

    python -m tests.bench.bench_pages [TEAMS] [ACTIONS]

The demo region is made in a database of its own (SQLite, or the empty one named by BENCH_DATABASE_URL) and its actions
are multiplied. Each page is asked for in process, through all the middleware, by somebody of a role that opens it;
the median of the rounds counts, and its number of queries. The ratio is to the lightest page of the site, in the same
run. The last column names the pages above 100 ms.
"""

import sys
import warnings
from collections.abc import Iterator
from datetime import timedelta
from statistics import median
from time import perf_counter
from typing import Any

from tests.bench.database import open_database

ROUNDS = 7
LIMIT = 0.100  # seconds


def multiply_actions(wanted: int) -> None:
    """Write copies of the validated actions, on other days, up to ``wanted`` actions."""
    from actions.models import Action, Participation
    from association.bulk import insert_rows

    columns = ["team_id", "type", "held_on"]
    known = list(Action.objects.filter(state="validated").values_list("pk", *columns))
    people: dict[int, list[tuple[int, str]]] = {}
    for action, person, role in Participation.objects.values_list("action_id", "professional_id", "role"):
        people.setdefault(action, []).append((person, role))
    first = (Action.objects.order_by("-pk").values_list("pk", flat=True).first() or 0) + 1
    copies = [(first + n, known[n % len(known)]) for n in range(max(0, wanted - Action.objects.count()))]
    insert_rows(
        Action,
        ["id", "state", "reference", "team", "type", "held_on", "declared_on", "modality", "theme",
         "deadline_lifted_reason", "created_at"],
        (
            (pk, "declared", f"B{pk:07d}", team, kind, day, day, "", "", "", f"{day} 00:00:00Z")
            for pk, (_, team, kind, held_on) in copies
            for day in (held_on - timedelta(days=pk % 90),)
        ),
    )  # fmt: skip
    insert_rows(
        Participation,
        ["action", "professional", "role", "refused_reason"],
        ((pk, person, role, "") for pk, (source, *_) in copies for person, role in people.get(source, ())),
    )


def pages() -> Iterator[tuple[str, str, list[Any]]]:
    """Yield (role, name of the address, arguments): every page that a person opens, on the busiest objects."""
    from django.db.models import Count

    from association.models import ExternalStructure, HealthProject, Team
    from conventions.models import Convention
    from payments.models import Run

    busiest = Team.objects.annotate(count=Count("actions")).order_by("-count", "pk")[0]
    person = busiest.memberships.order_by("pk")[0].professional_id
    convention = Convention.objects.filter(team=busiest).order_by("pk")[0].pk
    project = HealthProject.objects.filter(team=busiest).order_by("pk")[0].pk
    draft = HealthProject.objects.filter(state="draft").order_by("pk")[0].pk
    run = Run.objects.exclude(kind="opening").order_by("-pk")[0].pk
    structure = ExternalStructure.objects.order_by("pk")[0].pk
    of_team = (
        "team", "team_findings", "team_members", "team_project", "team_recognition", "team_structures",
        "team_documents", "team_exchanges", "team_journal",
    )  # fmt: skip
    yield from (("treasurer", name, []) for name in ("home", "association:team_list", "association:people"))
    yield from (("staff", f"association:{name}", [busiest.pk]) for name in of_team)
    for name in ("conventions:of_team", "actions:of_team", "payments:of_team"):
        yield "treasurer", name, [busiest.pk]
    yield from (
        ("staff", "association:duplicates", []),
        ("staff", "association:professional", [person]),
        ("treasurer", "actions:of_professional", [person]),
        ("treasurer", "payments:of_professional", [person]),
        ("staff", "association:project", [project]),
        ("staff", "association:project", [draft]),
        ("ars", "association:team", [busiest.pk]),
        ("ars", "association:recognition_list", []),
        ("staff", "conventions:convention", [convention]),
        ("staff", "association:structure_list", []),
        ("staff", "association:structure", [structure]),
        ("staff", "association:outbox", []),
        ("admin", "association:rules", []),
        ("treasurer", "actions:action_list", []),
        ("treasurer", "payments:run_list", []),
        ("treasurer", "payments:run", [run]),
        ("treasurer", "payments:run_lines", [run]),
    )


def main() -> None:
    warnings.simplefilter("ignore")
    teams, actions = (int(given) for given in (sys.argv[1:3] + ["150", "50000"][len(sys.argv) - 1 :]))
    open_database()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext
    from django.urls import NoReverseMatch, reverse

    from actions.models import Action
    from association.models import Professional, Team, User

    settings.ALLOWED_HOSTS = ["testserver"]
    call_command("seed_demo", teams=teams, verbosity=0)
    multiply_actions(actions)
    print(
        f"{Team.objects.count()} équipes, {Professional.objects.count()} professionnels, "
        f"{Action.objects.count()} actions ({connection.vendor})"
    )
    clients = {}
    emails = {"staff": "gestion", "treasurer": "tresorier", "ars": "ars", "admin": "admin"}
    for role, name in emails.items():
        clients[role] = Client()
        clients[role].force_login(User.objects.get(email=f"{name}@demo.example"))
    measures, absent = [], []
    for role, name, arguments in pages():
        try:
            url = reverse(name, args=arguments)
        except NoReverseMatch:
            absent.append(name)
            continue
        with CaptureQueriesContext(connection) as queries:
            answer = clients[role].get(url)  # warms the caches too
        if answer.status_code != 200:
            sys.exit(f"{url} : {answer.status_code}")
        times = []
        for _ in range(ROUNDS):
            start = perf_counter()
            clients[role].get(url)
            times.append(perf_counter() - start)
        measures.append((median(times), len(queries), role, url))
    lightest = min(seconds for seconds, *_ in measures)
    for seconds, queries, role, url in sorted(measures, reverse=True):
        slow = "  > 100 ms" if seconds > LIMIT else ""
        print(f"{seconds * 1000:7.1f} ms  {seconds / lightest:5.1f}×  {queries:3d} requêtes  {role:9s} {url}{slow}")
    print(f"médiane des pages : {median(seconds for seconds, *_ in measures) * 1000:.1f} ms")
    if absent:
        sys.exit(f"Adresses inconnues : {', '.join(absent)}")


if __name__ == "__main__":
    main()
