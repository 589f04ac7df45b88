# ruff: noqa: T201 - a benchmark prints
"""A list of 50,000 rows: server time and queries of what people do with it, and of the search everywhere over them.

    python -m tests.bench.bench_lists [ACTIONS]

The list of actions, in a database of its own (SQLite, or the empty one named by BENCH_DATABASE_URL), asked for in
process through all the middleware; the median of the rounds, by the clock and in time of this process (what a loaded
machine leaves comparable; a server's own work is not in it). The ratio is to the same list with a single row on it,
in the same run: what the 50,000 others cost.
"""

import sys
import warnings
from statistics import median
from time import perf_counter, process_time
from urllib.parse import urlencode

from tests.bench.database import open_database, write_region

ROUNDS = 9
LIMIT = 0.100  # seconds
FLOOR = "q={reference}"
ASKED = {
    "une ligne": FLOOR,
    "première page": "page=1",
    "page 500": "page=500",
    "200 lignes": "par=200",
    "tri par équipe": "tri=team",
    "tri par état": "tri=-state",
    "recherche d’une équipe": "q=equipe+7",
    "deux états et dates": "state=validated&state=declared&held_on_du=2024-01-01&held_on_au=2024-12-31",
    "une équipe": "team={team}",
}
# What is typed into the search everywhere.
SEARCHED = {
    "partout, une équipe": "equipe 7",
    "partout, une faute": "equpie",
    "partout, un nom": "nom 12",
    "partout, nom avec faute": "nmo prenmo",
    "partout, une référence": "{reference}",
    "partout, début de référence": "{start}",
    "partout, un mois": "octobre 2024",
}


def main() -> None:
    warnings.simplefilter("ignore")
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 50_000
    open_database()
    from django.conf import settings
    from django.db import connection
    from django.http import QueryDict
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from actions.lists import ActionList
    from actions.models import Action
    from association.models import Team, User
    from association.selectors.everywhere import search_everywhere
    from association.views.everywhere import ON_PAGE

    settings.ALLOWED_HOSTS = ["testserver"]
    write_region(wanted * 4)
    words = {"reference": Action.objects.order_by("pk")[0].reference, "team": Team.objects.order_by("pk")[0].pk}
    client = Client()
    user = User.objects.create_user("banc@bench.example", role="staff", full_name="Banc")
    client.force_login(user)
    words["start"] = words["reference"][:3]
    asked = {}
    for name, query in ASKED.items():
        reading = ActionList().asked(user, QueryDict(query.format(**words)))
        if reading.remarks:
            sys.exit(f"{query} : {reading.remarks}")
        asked[name] = (f"/actions/?{query.format(**words)}", reading.count)
    for name, typed in SEARCHED.items():
        text = typed.format(**words)
        found = search_everywhere(user, text, limit=ON_PAGE).count
        asked[name] = (f"/recherche/?{urlencode({'q': text})}", found)
    measures = {}
    for name, (url, count) in asked.items():
        with CaptureQueriesContext(connection) as captured:
            answer = client.get(url)  # warms the caches too
        if answer.status_code != 200:
            sys.exit(f"{url} : {answer.status_code}")
        queries, times, own = len(captured), [], []
        for _ in range(ROUNDS):
            start, own_start = perf_counter(), process_time()
            client.get(url)
            times.append(perf_counter() - start)
            own.append(process_time() - own_start)
        measures[name] = (median(times), median(own), queries, count)
    floor = measures["une ligne"][1]
    print(f"{Action.objects.count()} actions ({connection.vendor})")
    for name, (seconds, own, queries, count) in measures.items():
        late = " ← plus de 100 ms" if seconds > LIMIT else ""
        spent = f"{seconds * 1000:8.1f} ms {own * 1000:8.1f} ms  × {own / floor:5.1f}"
        print(f"{name:28} {count:7} lignes {spent} {queries:4} requêtes{late}")


if __name__ == "__main__":
    main()
