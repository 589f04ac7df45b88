"""The months that the services have paid: prepared, submitted, approved, exported and settled like any other."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from actions.models import Action
from association.workflow import fire
from config.demo.banking import association_details
from config.demo.clock import living_on
from config.demo.plan import Afterwards
from config.demo.span import Span, shift
from config.demo.users import DemoUsers
from payments.models import Payment, Run
from payments.sepa.calendar import business_day_from, next_business_day
from payments.services.banking import set_bank_details
from payments.services.exporting import export_run
from payments.services.runs import approve_run, prepare_run, settle_run, submit_run
from payments.services.slips import request_slips
from payments.services.transfers import return_payment

DAY_OF_PREPARATION, DAY_OF_APPROVAL, DAY_OF_PAYMENT = 3, 9, 15
ACCOUNT_CLOSED = "AC04"


class Settled(NamedTuple):
    """One month as the services settled it."""

    name: str
    lines: int
    paid_cents: int
    waiting_cents: int


def settle_months(*, span: Span, users: DemoUsers, afterwards: Afterwards) -> list[Settled]:
    """Pay the two months before the last through the services, with what happened between: actions cancelled after
    they were paid, a late declaration, a transfer that came back. The slips of the last are asked for.

    Each step is taken on its day: prepared and submitted on the first ones of the next month, approved and exported on
    the 9th, paid on the business day asked of the bank, returned and settled a little later.
    """
    set_bank_details(values=association_details(), version=0, actor=users.tresorier)
    settled = []
    for month in span.settled:
        is_last = month == span.settled[-1]
        if is_last:
            with living_on(shift(month, 1)):
                _cancel(afterwards.cancelled_first, users)
        settled.append(_settle(month, users, returned=is_last))
    # A job: hundreds of papers are for the site to make once it runs, and nobody waits for them.
    request_slips(run=Run.objects.get(month=span.settled[-1], kind=Run.Kind.REGULAR), actor=users.tresorier)
    _cancel(afterwards.cancelled_last, users)
    for action in Action.objects.filter(reference__in=afterwards.validated_late).order_by("reference"):
        fire(action, "validate", actor=users.gestion)
    return settled


def _settle(month: date, users: DemoUsers, *, returned: bool) -> Settled:
    after = shift(month, 1)
    payday = business_day_from(after.replace(day=DAY_OF_PAYMENT))
    with living_on(business_day_from(after.replace(day=DAY_OF_PREPARATION))):
        run = prepare_run(month=month, actor=users.gestion)
        run = submit_run(run=run, actor=users.gestion)
    with living_on(business_day_from(after.replace(day=DAY_OF_APPROVAL)), 14):
        run = approve_run(run=run, actor=users.tresorier)
        run = export_run(run=run, actor=users.tresorier, execution_on=payday).export.run
    with living_on(next_business_day(payday)):
        if returned:
            _send_one_back(run, users)
        run = settle_run(run=run, actor=users.tresorier, paid_on=payday)
    return Settled(run.name, run.lines_count, run.paid_cents, run.closing_cents)


def _send_one_back(run: Run, users: DemoUsers) -> None:
    """One transfer comes back, its account closed: its lines are due again and wait for another account."""
    payment = run.payments.filter(state=Payment.State.SENT, beneficiary__company=None).order_by("reference").last()
    if payment is not None:
        return_payment(payment=payment, actor=users.tresorier, bank_reason=ACCOUNT_CLOSED, comment="Compte clôturé")


def _cancel(references: list[str], users: DemoUsers) -> None:
    for action in Action.objects.filter(reference__in=references).order_by("reference"):
        fire(action, "cancel", actor=users.gestion, comment="Compte rendu saisi deux fois.")
