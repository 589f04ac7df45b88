"""Sums of the ledger that are kept: a change shows at once, and nothing is kept that may be overtaken."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from payments.models import Payment
from payments.selectors.grants import used
from payments.selectors.kept import Stamp, kept, stamp_of_the_data
from payments.selectors.ledger_days import lay_at
from payments.selectors.reconciliation import reconcile
from payments.services.exporting import export_run
from payments.services.runs import settle_run
from payments.services.transfers import return_payment
from tests.factories import GrantFactory
from tests.payments.naive_ledger import naive_lay
from tests.payments.office import AUGUST, Office

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_kept() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def sums_lines(queries: CaptureQueriesContext) -> bool:
    return any('SUM("payments_dueline"' in query["sql"] for query in queries.captured_queries)


def test_sheet_asked_again_sums_no_line_and_each_step_shows_at_once(
    office: Office, settings: Any, tmp_path: Any
) -> None:
    settings.DOCUMENTS_DIR, settings.DRAFTS_DIR = tmp_path / "documents", tmp_path / "drafts"
    office.rcp(date(2026, 7, 6))
    grant = GrantFactory(signed=True, starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31))

    def seen() -> tuple[int, int, int, int, tuple[int, int, int]]:
        end = reconcile(2026).total.closing
        return end.due, end.paid, end.pending, end.returned, used(grant)

    assert seen() == (0, 0, 0, 0, (0, 0, 0))
    run = office.approved()
    assert seen() == (150_00, 0, 150_00, 0, (150_00, 0, 150_00))
    with CaptureQueriesContext(connection) as queries:
        seen()
    assert not sums_lines(queries)
    run = settle_run(run=export_run(run=run, actor=office.treasurer).export.run, actor=office.treasurer)
    assert seen() == (150_00, 150_00, 0, 0, (150_00, 150_00, 0))
    payment = Payment.objects.filter(run=run).order_by("pk")[0]
    return_payment(payment=payment, actor=office.treasurer, bank_reason="AC04", comment="Retour")
    assert seen() == (150_00, 100_00, 0, 50_00, (150_00, 100_00, 0))
    office.rcp(date(2026, 8, 3), people=2)
    office.approved(AUGUST)
    assert seen()[0] == 250_00
    days = (date(2026, 7, 31), run.approved_at.date(), date(2099, 12, 31))
    assert lay_at(days) == {day: naive_lay(day) for day in days}


def test_nothing_is_kept_under_a_stamp_that_is_not_final() -> None:
    calls = []

    def make() -> int:
        calls.append(1)
        return len(calls)

    passing, final = Stamp("x", is_final=False), Stamp("x", is_final=True)
    assert [kept("n", make, stamp=passing), kept("n", make, stamp=passing)] == [1, 2]
    assert [kept("n", make, stamp=final), kept("n", make, stamp=final), kept("n", make, stamp=passing)] == [3, 3, 3]
    assert kept("m", make, stamp=final) == 4
    assert kept("n", make, stamp=Stamp("y", is_final=True)) == 5


@pytest.mark.server
@pytest.mark.django_db(transaction=True)
def test_stamp_is_not_final_while_somebody_else_writes() -> None:
    """Their rows may have lower keys than the last one that is seen."""
    other = connection.copy()
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute("SELECT 1")
            assert stamp_of_the_data().is_final, "who only reads changes nothing"
            cursor.execute("SELECT pg_current_xact_id()")
            assert not stamp_of_the_data().is_final
        other.rollback()
        assert stamp_of_the_data().is_final
    finally:
        other.close()
