"""Any order of steps: every cent appears once in lines, sheet of reconciliation, entries and statements of the year."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest
from django.db.models import Sum
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis.stateful import invariant, run_state_machine_as_test

from payments.models import RECOVERED, AccountingSettings, Beneficiary, DueLine, Payment, Recovery
from payments.selectors.accounting import EntryWriter, pending_events
from payments.selectors.ledger import owed
from payments.selectors.ledger_days import lay_at
from payments.selectors.reconciliation import Movement, reconcile
from payments.selectors.statements import statement_rows, statements_of
from tests.payments.naive_ledger import naive_lay
from tests.payments.test_money_stateful import Money
from tests.payments.test_year import CHOSEN

LATER = date(2099, 12, 31)


class Years(Money):
    """The steps of `test_money_stateful`, and the papers of their year after each."""

    @invariant()
    def the_sheet_of_reconciliation_is_the_ledger(self) -> None:
        sheet = reconcile(2026)
        assert sheet.holds
        end = sheet.total.closing
        assert end.due == _total(DueLine)
        assert end.paid == _total(Payment, state=Payment.State.PAID)
        assert end.waiting + end.returned + end.carried == sum(owed().values())
        assert end.pending == _total(Payment, state__in=["pending", "held", "sent"])
        assert end.carried == sum(cents for cents in owed().values() if cents < 0)
        for rows in (sheet.teams, sheet.beneficiaries):
            assert _added(row.movement for row in rows) == sheet.total

    @invariant()
    def what_lay_where_is_what_the_lines_say_one_by_one(self) -> None:
        days = (date(2025, 12, 31), date(2026, 8, 20), date(2026, 10, 20), timezone.localdate(), LATER)
        assert lay_at(days) == {day: naive_lay(day) for day in days}

    @invariant()
    def entries_balance_and_end_where_the_ledger_is(self) -> None:
        events = pending_events(until=LATER)
        assert len({event.key for event in events}) == len(events)
        writer = EntryWriter(AccountingSettings(**CHOSEN), starts_on=date(2026, 1, 1), numbers_from=0)
        entries = list(writer.write(events))
        assert len({entry.number for entry in entries}) == len(entries)
        balance: Counter[str] = Counter()
        of_payee: Counter[str] = Counter()
        for entry in entries:
            for one in entry.postings:
                balance[one.account] += one.debit_cents - one.credit_cents
                of_payee[one.auxiliary] += one.credit_cents - one.debit_cents
        paid = _total(Payment, state=Payment.State.PAID)
        earned = _total(DueLine) - _total(DueLine, kind__in=RECOVERED)
        received, waived = _total(Recovery, kind="received"), _total(Recovery, kind="written_off")
        assert balance["6571"] == earned + waived
        assert -balance["512"] == paid - received
        assert -balance["467"] == earned + waived - paid + received
        for person in self.office.people:
            lines = DueLine.objects.filter(beneficiary__professional=person).exclude(kind__in=RECOVERED)
            due = lines.aggregate(cents=Sum("amount_cents"))["cents"] or 0
            came = _total(Payment, beneficiary__professional=person, state=Payment.State.PAID)
            back = _total(Recovery, request__beneficiary__professional=person)
            assert of_payee[f"P{person.rpps}"] == due - came + back

    @invariant()
    def statements_hold_what_was_paid_once(self) -> None:
        rows = list(statement_rows(self.office.treasurer, 2026))
        assert sum(row.paid_cents for row in rows) == _total(Payment, state=Payment.State.PAID)
        for content in statements_of(list(Beneficiary.objects.values_list("pk", flat=True)), 2026):
            lines = sum(line.cents for paid in content.transfers for line in paid.lines)
            assert lines == content.total_cents
        said = {row.pk: row.paid_cents for row in rows}
        drawn = {pk: one.total_cents for pk, one in zip(said, statements_of(list(said), 2026), strict=True)}
        assert drawn == said


def _total(model: type, **which: object) -> int:
    return model._default_manager.filter(**which).aggregate(cents=Sum("amount_cents"))["cents"] or 0  # type: ignore[attr-defined, no-any-return]


def _added(movements: object) -> Movement:
    found = list(movements)  # type: ignore[call-overload]
    first, *rest = found
    opening, new, paid, end = first.opening, first.new, first.paid, first.closing
    for one in rest:
        opening, new, paid, end = opening + one.opening, new + one.new, paid + one.paid, end + one.closing
    return Movement(opening, new, paid, end)


@pytest.mark.django_db
def test_any_order_of_steps_keeps_every_cent_in_the_papers_of_the_year(settings, tmp_path) -> None:  # type: ignore[no-untyped-def]
    settings.DOCUMENTS_DIR, settings.DRAFTS_DIR = tmp_path / "documents", tmp_path / "drafts"
    run_state_machine_as_test(Years, settings=FEW)


FEW = settings(
    max_examples=5, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True
)
