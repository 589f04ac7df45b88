# ruff: noqa: T201 - a benchmark prints
"""The workbook of a run against bare openpyxl write-only of the same cells, plain and without any style.

    python -m tests.bench.bench_workbook [ROWS]

A region of ROWS participations (100,000 by default) is priced and approved in a database of its own (SQLite, or
the empty one named by BENCH_DATABASE_URL). Then each of the two writes its file in a process of its own, in turns; the
best of three rounds counts, in processor time and on the clock. Reading the database counts for the workbook.
"""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter, process_time

ROUNDS = 3


def measured(work: Callable[[], None]) -> None:
    """Print processor seconds, seconds on the clock, peak memory of this process, and what of it the work added."""
    before, processor, clock = peak_mebibytes(), process_time(), perf_counter()
    work()
    peak = peak_mebibytes()
    print(process_time() - processor, perf_counter() - clock, peak, peak - before)


def peak_mebibytes() -> float:
    """Return the peak of resident memory since this program began (getrusage would count its parent's)."""
    status = Path("/proc/self/status").read_text()
    return int(re.findall(r"VmHWM:\s+(\d+) kB", status)[0]) / 1024


def write_workbook(path: Path) -> None:
    import django

    django.setup()
    from payments.models import Run
    from payments.workbook import write_payment_workbook

    run = Run.objects.get()
    measured(lambda: write_payment_workbook(run, path))


def write_bare(path: Path) -> None:
    from openpyxl import Workbook, load_workbook

    book = load_workbook(path, read_only=True)
    sheets = {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}

    def write() -> None:
        bare = Workbook(write_only=True)
        for title, rows in sheets.items():
            sheet = bare.create_sheet(title)
            for row in rows:
                sheet.append(row)
        bare.save(path.with_name("bare.xlsx"))

    measured(write)


def in_a_process(what: str, path: Path) -> tuple[float, ...]:
    command = [sys.executable, "-m", "tests.bench.bench_workbook", what, str(path)]
    printed = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    return tuple(float(figure) for figure in printed.split())


def report(rows: int) -> None:
    from tests.bench import database

    database.open_database()
    database.write_region(rows)
    from association.models import User
    from payments.services.runs import approve_run, prepare_run, submit_run

    staff = User.objects.create_user("staff@bench.example", role="staff")
    treasurer = User.objects.create_user("treasurer@bench.example", role="treasurer")
    run = submit_run(run=prepare_run(month=database.LAST_MONTH, actor=staff), actor=staff)
    run = approve_run(run=run, actor=treasurer)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "paiement.xlsx"
        figures = [(in_a_process("workbook", path), in_a_process("bare", path)) for _ in range(ROUNDS)]
        size = path.stat().st_size
    ours, bare = zip(*figures, strict=True)
    cpu, clock, *_ = map(min, zip(*ours, strict=True))
    *_, peak, more = map(max, zip(*ours, strict=True))
    bare_cpu, bare_clock, *_ = map(min, zip(*bare, strict=True))
    print(
        f"{run.lines_count} indemnités, {run.exclusions.count()} non indemnisés, {run.payments.count()} virements, "
        f"{size / 1e6:.1f} Mo : classeur {cpu:.2f} s, openpyxl seul {bare_cpu:.2f} s, rapport {cpu / bare_cpu:.2f} "
        f"(à l'horloge {clock:.2f} s, {bare_clock:.2f} s, {clock / bare_clock:.2f}) ; "
        f"mémoire au plus {peak:.0f} Mio, dont {more:.0f} pour l'écriture"
    )


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["workbook", given]:
            write_workbook(Path(given))
        case ["bare", given]:
            write_bare(Path(given))
        case [*given]:
            os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
            report(int(given[0]) if given else 100_000)
