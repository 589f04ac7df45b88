# ruff: noqa: T201 - a benchmark prints
"""A whole run (prepare, submit, approve) against the floor of its reading and writing with the bare driver.

    python -m tests.bench.bench_run [N ...]

For each number of participations (10,000 and 100,000 by default), in a process and a database of its own: SQLite,
or the server named by BENCH_SERVER_URL (a database is made on it and dropped).

Two floors, both with the driver alone: fetch the rows that the run reads, in its order, and insert in bulk
(``executemany`` on SQLite, ``COPY`` on PostgreSQL)

- bare: as many rows, of the same width, into a table without keys, indexes or triggers;
- same tables: the very rows that the run wrote, into the very tables, with their keys and indexes, without triggers.
"""

import os
import subprocess
import sys
from resource import RUSAGE_SELF, getrusage
from time import perf_counter
from urllib.parse import urlsplit, urlunsplit


def measure(participations: int) -> None:
    from tests.bench import database

    database.open_database()
    database.write_region(participations)
    from django.db import connection, transaction

    from association.models import User
    from payments.models import Allocation, DueLine, Payment
    from payments.services.runs import approve_run, prepare_run, submit_run

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    staff = User.objects.create_user("staff@bench.example", role="staff")
    treasurer = User.objects.create_user("treasurer@bench.example", role="treasurer")

    started = perf_counter()
    run = prepare_run(month=database.LAST_MONTH, actor=staff)
    prepared = perf_counter()
    run = submit_run(run=run, actor=staff)
    run = approve_run(run=run, actor=treasurer)
    approved = perf_counter()

    lines, payments = DueLine.objects.count(), Payment.objects.count()
    assert Allocation.objects.count() == lines
    reading = read_floor(connection)
    bare = reading + write_floor(connection, transaction, lines * 3 + payments)
    same = reading + same_tables_floor(connection, transaction)
    whole = approved - started
    print(
        f"{connection.vendor:<10} {participations:>9} participations, {lines:>9} indemnités, {payments:>6} virements : "
        f"{whole:7.2f} s (préparer {prepared - started:.2f}, bon à payer {approved - prepared:.2f}), "
        f"plancher nu {bare:.2f} s, rapport {whole / bare:.1f} ; "
        f"plancher des mêmes tables {same:.2f} s, rapport {whole / same:.1f} ; "
        f"{whole / participations * 1e6:5.1f} µs par participation, {getrusage(RUSAGE_SELF).ru_maxrss // 1024} Mo",
        flush=True,
    )


def read_floor(connection) -> float:
    """Seconds to fetch the rows of a run with the driver, in the run's order."""
    collate = ' COLLATE "C"' if connection.vendor == "postgresql" else ""
    started = perf_counter()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.id, a.held_on, a.reference, a.type, a.team_id, a.declared_on, p.id, p.professional_id, h.rpps, "
            "p.role, h.profession FROM actions_participation p JOIN actions_action a ON a.id = p.action_id "
            "JOIN association_professional h ON h.id = p.professional_id WHERE a.state = 'validated' "
            f"ORDER BY a.held_on, a.reference{collate}, h.rpps{collate}"
        )
        while cursor.fetchmany(5_000):
            pass
    return perf_counter() - started


def write_floor(connection, transaction, count: int) -> float:
    """Seconds to insert ``count`` rows of a due line's width, with one index, with the driver."""
    row = ("initial", 1, 2, 3, 4, 5, 6, "RCP", "2025-12-01", 5000, 5000, "")
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE floor (id integer PRIMARY KEY, kind varchar(10), "
            "a bigint, b bigint, c bigint, d bigint, e bigint, f bigint, type varchar(12), held_on date, "
            "price integer, amount integer, cut varchar(24))"
        )
        started = perf_counter()
        with transaction.atomic():
            if connection.vendor == "postgresql":
                with cursor.copy("COPY floor FROM STDIN") as copy:
                    for number in range(count):
                        copy.write_row((number, *row))
            else:
                cursor.executemany(
                    f"INSERT INTO floor VALUES ({', '.join(['%s'] * 13)})", ((n, *row) for n in range(count))
                )
    return perf_counter() - started


def same_tables_floor(connection, transaction) -> float:
    """Seconds to insert the rows of the run again, with the driver, into the tables that it wrote, emptied before."""
    from association import immutability
    from payments.models import Allocation, DueLine, ProvisionalLine

    # A due line twice: once provisional, once for ever. Both kinds have the columns of the provisional one.
    names = [f.column for f in ProvisionalLine._meta.concrete_fields if f.column not in ("id", "build")]
    tables = [
        (ProvisionalLine._meta.db_table, [*names, "build"], f"SELECT {', '.join(names)}, 1 FROM payments_dueline"),
        (DueLine._meta.db_table, ["id", *names], f"SELECT id, {', '.join(names)} FROM payments_dueline"),
        (
            Allocation._meta.db_table,
            ["line_id", "payment_id", "released_reason"],
            "SELECT line_id, payment_id, released_reason FROM payments_allocation",
        ),
    ]
    immutability.remove(connection)
    with connection.cursor() as cursor:
        rows = []
        for _, _, select in tables:
            cursor.execute(select)
            rows.append(cursor.fetchall())
        if connection.vendor == "postgresql":
            cursor.execute("TRUNCATE payments_dueline, payments_provisionalline, payments_allocation")
        else:
            cursor.execute("PRAGMA foreign_keys=OFF")
            cursor.execute("DELETE FROM payments_allocation")
            cursor.execute("DELETE FROM payments_dueline")
            cursor.execute("PRAGMA foreign_keys=ON")
        started = perf_counter()
        for (table, columns, _), values in zip(tables, rows, strict=True):
            with transaction.atomic():
                if connection.vendor == "postgresql":
                    with cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
                        for row in values:
                            copy.write_row(row)
                else:
                    marks = ", ".join(["%s"] * len(columns))
                    cursor.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", values)
    return perf_counter() - started


def in_own_process(participations: int) -> None:
    """Measure in a fresh process; on a server, in a database made for it and dropped after."""
    environment = dict(os.environ)
    server = environment.pop("BENCH_SERVER_URL", "")
    if not server:
        subprocess.run([sys.executable, "-m", "tests.bench.bench_run", "--one", str(participations)], check=True)
        return
    import psycopg

    name = f"bench_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
        try:
            environment["BENCH_DATABASE_URL"] = urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
            subprocess.run(
                [sys.executable, "-m", "tests.bench.bench_run", "--one", str(participations)],
                check=True,
                env=environment,
            )
        finally:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def main() -> None:
    arguments = sys.argv[1:]
    if arguments[:1] == ["--one"]:
        measure(int(arguments[1]))
        return
    for participations in [int(text) for text in arguments] or [10_000, 100_000]:
        in_own_process(participations)


if __name__ == "__main__":
    main()
