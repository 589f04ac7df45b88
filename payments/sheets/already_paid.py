"""What was paid on paper before the start (``Déjà payé``): frozen lines in an opening run, never priced or exported."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from django.db.models import Max
from django.utils import timezone

from actions.sheets import ActionFacts, action_facts
from association.sheets.known import REPRISE, company_pk, person_pk, stay_on, stays, team_pk
from association.workbook import Book, Column, Loading, Row, Supplement, kinds
from association.workbook.book import chunked
from association.workflow import enter_at
from payments.models import Allocation, Beneficiary, DueLine, LineKind, Payment, Run

SHEET, PAID, PAID_ON, TRANSFER = "Participations", "Déjà payé", "Payé le", "Référence virement"
DEFAULT_LABEL = "Payé avant la reprise"
_CHUNK = 5_000

Payee = tuple[str, str]  # ("company", code) or ("professional", RPPS)
Transfer = tuple[Payee, date, str]  # one payment: to whom, on which day, under which reference


@dataclass(frozen=True, slots=True)
class _Paid:
    """A row that was paid, with what its line needs."""

    row: Row
    facts: ActionFacts
    transfer: Transfer


# --- checking -----------------------------------------------------------------------------------------------


def check(book: Book) -> None:
    """Paid rows need a day and a validated action; stored ones have to say the same as before."""
    new = {id(row) for row in book[SHEET].new}
    stored = _stored(book)
    wanted: list[_Paid] = book.memo("already paid", list)

    def check_stored(_: Book, row: Row) -> None:
        if row.pk is not None:
            book.differs(row, stored.get(row.pk, {PAID: None, PAID_ON: None, TRANSFER: None}))

    def check_validated(_: Book, row: Row) -> None:
        facts = action_facts(book, row["Référence action"])
        if id(row) in new and row[PAID] is not None and facts and not facts.validated:
            book.fault(row, PAID, says="cette action n’est pas validée : rien ne peut en avoir été payé")

    def want(_: Book, row: Row) -> None:
        facts = action_facts(book, row["Référence action"])
        if id(row) in new and row[PAID] is not None and row[PAID_ON] is not None and facts and facts.validated:
            wanted.append(_Paid(row, facts, (_payee(book, row, facts), row[PAID_ON], row[TRANSFER] or "")))

    book.check_rows(SHEET, check_stored, _check_unpaid_on, _check_no_transfer, _check_paid_on, check_validated)
    book.check_rows(SHEET, _check_order, want)
    book.report.details["indemnités déjà payées"] += len(wanted)
    book.report.details["virements repris"] += len({paid.transfer for paid in wanted})


def _check_unpaid_on(book: Book, row: Row) -> None:
    _check_unpaid(book, row, PAID_ON)


def _check_no_transfer(book: Book, row: Row) -> None:
    _check_unpaid(book, row, TRANSFER)


def _check_unpaid(book: Book, row: Row, header: str) -> None:
    if row.pk is None and row[PAID] is None and row[header] is not None:
        book.fault(row, header, says=f"une ligne sans montant « {PAID} » ne porte ni date ni virement")


def _check_paid_on(book: Book, row: Row) -> None:
    if row.pk is None and row[PAID] is not None and row[PAID_ON] is None:
        book.fault(row, PAID_ON, says=f"un montant « {PAID} » demande la date du paiement")


def _check_order(book: Book, row: Row) -> None:
    facts = action_facts(book, row["Référence action"])
    if row.pk is None and row[PAID] is not None and row[PAID_ON] and facts and row[PAID_ON] < facts.held_on:
        book.warn(row, PAID_ON, f"payé avant la date de l’action ({facts.held_on:%d/%m/%Y})")


def _payee(book: Book, row: Row, facts: ActionFacts) -> Payee:
    """The company of the membership on the day of the action, else the professional."""
    found = stays(book, {facts.team}).get((facts.team, row["RPPS"]), [])
    stay = stay_on(found, facts.held_on)
    return ("company", stay.company) if stay and stay.company else ("professional", row["RPPS"])


def _stored(book: Book) -> dict[int, dict[str, Any]]:
    """Return what the sheet would say of stored participations that an opening run paid."""
    allocations = (
        Allocation.objects.filter(line__run__kind=Run.Kind.OPENING, released_at__isnull=True)
        .order_by()
        .values_list("line__participation_id", "line__amount_cents", "payment__paid_on", "payment__label")
    )
    stored_rows = [row.pk for row in book[SHEET].rows if row.pk]
    return {
        participation: {PAID: cents, PAID_ON: paid_on, TRANSFER: None if label == DEFAULT_LABEL else label}
        for participation, cents, paid_on, label in chunked(allocations, "line__participation_id", stored_rows)
    }


# --- loading ------------------------------------------------------------------------------------------------


def load(book: Book, loading: Loading) -> None:
    """One settled opening run: a line per row in the fixed order, a paid payment per transfer, joined."""
    wanted: list[_Paid] = book.memo("already paid", list)
    if not wanted:
        return
    wanted.sort(key=lambda paid: (paid.facts.held_on, paid.row["Référence action"], paid.row["RPPS"]))
    run = _open_run(wanted, loading)
    beneficiaries = _beneficiaries(book, {paid.transfer[0] for paid in wanted})
    payments = _payments(run, wanted, beneficiaries, loading)
    rest = iter(wanted)
    while chunk := list(islice(rest, _CHUNK)):
        lines = DueLine.objects.bulk_create(list(_lines(book, run, chunk, beneficiaries)))
        Allocation.objects.bulk_create(
            [Allocation(line=line, payment_id=payments[paid.transfer]) for paid, line in zip(chunk, lines, strict=True)]
        )


def _open_run(wanted: list[_Paid], loading: Loading) -> Run:
    """An opening run is settled from the start: opening 0 + new = paid + closing 0."""
    month = loading.today.replace(day=1)
    last = Run.objects.filter(kind=Run.Kind.OPENING, month=month).aggregate(last=Max("sequence"))["last"]
    total = sum(paid.row[PAID] for paid in wanted)
    run = Run(
        month=month,
        sequence=(last or 0) + 1,
        kind=Run.Kind.OPENING,
        prepared_by=loading.actor,
        prepared_at=timezone.now(),
        lines_count=len(wanted),
        new_cents=total,
        paid_cents=total,
        waiting_cents=0,
    )
    return enter_at([(run, Run.State.SETTLED)], actor=loading.actor, origin=REPRISE)[0]


def _beneficiaries(book: Book, payees: set[Payee]) -> dict[Payee, int]:
    """Return the beneficiary of each payee, created where it is missing (a person who is only stored)."""
    found: dict[Payee, int] = {}
    for owner, pk_of in (("company", company_pk), ("professional", person_pk)):
        codes = {pk_of(book, code): code for kind, code in payees if kind == owner}
        pairs = Beneficiary.objects.order_by().values_list(f"{owner}_id", "pk")
        known = dict(chunked(pairs, f"{owner}_id", codes))
        created = Beneficiary.objects.bulk_create(
            [Beneficiary(**{f"{owner}_id": pk}) for pk in codes if pk not in known]
        )
        known |= {getattr(beneficiary, f"{owner}_id"): beneficiary.pk for beneficiary in created}
        found |= {(owner, code): known[pk] for pk, code in codes.items()}
    return found


def _payments(run: Run, wanted: list[_Paid], beneficiaries: dict[Payee, int], loading: Loading) -> dict[Transfer, int]:
    """Create one paid payment per transfer (to one payee, on one day, under one reference)."""
    totals: Counter[Transfer] = Counter()
    for paid in wanted:
        totals[paid.transfer] += paid.row[PAID]
    rows = (
        (
            Payment(
                run=run,
                beneficiary_id=beneficiaries[payee],
                amount_cents=cents,
                reference=f"REPRISE-{run.pk}-{number}",
                label=reference or DEFAULT_LABEL,
                paid_on=paid_on,
            ),
            Payment.State.PAID,
        )
        for number, ((payee, paid_on, reference), cents) in enumerate(totals.items(), start=1)
    )
    transfers = iter(totals)
    found: dict[Transfer, int] = {}
    while chunk := list(islice(rows, _CHUNK)):  # few objects are held at a time
        created = enter_at(chunk, actor=loading.actor, origin=REPRISE)
        for payment, transfer in zip(created, transfers, strict=False):
            found[transfer] = payment.pk
    return found


def _lines(book: Book, run: Run, chunk: list[_Paid], beneficiaries: dict[Payee, int]) -> Iterator[DueLine]:
    for paid in chunk:
        yield DueLine(
            run=run,
            kind=LineKind.INITIAL,
            participation_id=paid.row.pk,
            beneficiary_id=beneficiaries[paid.transfer[0]],
            team_id=team_pk(book, paid.facts.team),
            professional_id=person_pk(book, paid.row["RPPS"]),
            action_type=paid.facts.type,
            held_on=paid.facts.held_on,
            price_cents=paid.row[PAID],
            amount_cents=paid.row[PAID],
        )


ALREADY_PAID = Supplement(
    sheet=SHEET,
    columns=(
        Column(PAID, kinds.amount_cents()),
        Column(PAID_ON, kinds.day()),
        Column(TRANSFER, kinds.text(140)),
    ),
    order=85,
    check=check,
    load=load,
)
