# ruff: noqa: T201 - a benchmark prints
"""The slips of one run, made by their job and handed to the outbox by theirs.

    python -m tests.bench.bench_slips [BENEFICIARIES]

2,000 beneficiaries by default, in a database of its own: SQLite, or the server named by BENCH_SERVER_URL. Beside it the
floor of the papers: the same contents written by the same sheet, without a database.
"""

import sys
import tempfile
from io import BytesIO
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from time import perf_counter, process_time


def measure(beneficiaries: int) -> None:
    from tests.bench import database

    database.open_database()
    # Two participations each, as in a month: in the regions of the other benchmarks a person has fifty.
    database.PER_TEAM = 2 * database.MEMBERS
    database.write_region(beneficiaries * 2)
    from django.conf import settings
    from django.db import connection

    from association.jobs import run_job
    from association.models import Job, OutgoingMail, Professional, User
    from payments.models import Slip
    from payments.services.exporting import export_run
    from payments.services.runs import approve_run, prepare_run, submit_run
    from payments.services.slips import request_sending, request_slips
    from payments.slips.content import SlipContent
    from payments.slips.paper import slip_pdf

    folder = Path(tempfile.mkdtemp(prefix="bench-slips-"))
    settings.DOCUMENTS_DIR, settings.DRAFTS_DIR = folder / "documents", folder / "drafts"
    settings.MAIL_IS_SENT = True
    for person in Professional.objects.all():
        person.email = f"p{person.pk}@bench.example"
        person.save(update_fields=["email"])
    staff = User.objects.create_user("staff@bench.example", role="staff")
    treasurer = User.objects.create_user("treasurer@bench.example", role="treasurer")
    run = prepare_run(month=database.LAST_MONTH, actor=staff)
    run = approve_run(run=submit_run(run=run, actor=staff), actor=treasurer)
    run = export_run(run=run, actor=treasurer).export.run

    started, working = perf_counter(), process_time()
    run_job(request_slips(run=run, actor=treasurer).pk)
    made, worked = perf_counter() - started, process_time() - working
    job, count = Job.objects.get(kind="payments.make_slips"), Slip.objects.count()
    assert job.state == "done", job.error
    assert job.result is not None
    started = perf_counter()
    run_job(request_slips(run=run, actor=treasurer).pk)
    again = perf_counter() - started
    assert Slip.objects.count() == count
    started = perf_counter()
    run_job(request_sending(run=run, actor=treasurer).pk)
    sent = perf_counter() - started
    contents = [SlipContent.from_json(plain) for plain in Slip.objects.values_list("content", flat=True)]
    started = perf_counter()
    for content in contents:
        slip_pdf(content, BytesIO())
    papers = perf_counter() - started
    print(
        f"{connection.vendor}, {count} relevés : {made:.1f} s ({worked:.1f} s de calcul), papier seul {papers:.1f} s, "
        f"refait {again:.1f} s, zip {job.result.size / 1e6:.0f} Mo ; "
        f"{OutgoingMail.objects.count()} messages confiés en {sent:.1f} s ; "
        f"{getrusage(RUSAGE_SELF).ru_maxrss // 1024} Mo de mémoire"
    )


if __name__ == "__main__":
    measure(int(sys.argv[1]) if len(sys.argv) > 1 else 2_000)
