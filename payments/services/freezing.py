"""Approval's writing: provisional lines become due lines, what is due becomes payments. Once, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from django.db import connection
from django.db.models import F

from association.models import User
from association.ordering import code_point
from association.workflow import enter_at
from payments.models import (
    Account,
    Allocation,
    BankDetails,
    Beneficiary,
    DueLine,
    Exclusion,
    LineKind,
    Payment,
    ProvisionalExclusion,
    ProvisionalLine,
    Run,
)
from payments.selectors.joined import gathered, joined_payees
from payments.selectors.ledger import due_by_beneficiary, fold, prove_pairs, settle, total, unallocated
from payments.sepa.characters import MESSAGE_LENGTH

COPIED = (
    "kind",
    "participation",
    "reverses",
    "beneficiary",
    "team",
    "professional",
    "convention",
    "recovery",
    "price",
    "action_type",
    "held_on",
    "price_cents",
    "amount_cents",
    "cut_by",
)


class RunUnbalanced(AssertionError):
    """opening + new = paid + closing does not hold: a fault of the program, nothing is written."""


@dataclass(frozen=True)
class Totals:
    """What a run settles, in euro cents."""

    lines_count: int
    opening_cents: int
    new_cents: int
    paid_cents: int
    closing_cents: int
    waiting_cents: int

    def as_columns(self) -> dict[str, int]:
        return asdict(self)

    def check(self, run: Run) -> None:
        """Prove the run from the ledger as it stands now, per beneficiary, per team and in total.

        Raises:
            RunUnbalanced: if one proof fails, or the sums differ from what was announced.
        """
        pairs = prove_pairs(run)
        for by in ("beneficiary", "team"):
            proofs = fold(pairs, by=by)
            failed = [key for key, proof in proofs.items() if not proof.holds]
            whole = total(proofs)
            said = (self.opening_cents, self.new_cents, self.paid_cents, self.closing_cents)
            if failed or (whole.opening, whole.new, whole.paid, whole.closing) != said:
                raise RunUnbalanced(f"run {run.name}: {by} {failed[:5]}, {whole} instead of {said}")


def freeze(run: Run) -> Totals:
    """Write the due lines, exclusions, payments and allocations of a run under approval; return its totals."""
    opening = sum(due_by_beneficiary(unallocated()).values())
    count = _copy_lines(run)
    _copy_exclusions(run)
    due = due_by_beneficiary(unallocated())
    payees = joined_payees()
    settlement = settle(gathered(due, payees))
    new = sum(due.values()) - opening
    _write_payments(run, settlement.paid, payees)
    paid = sum(settlement.paid.values())
    return Totals(count, opening, new, paid, opening + new - paid, sum(settlement.waiting.values()))


def _copy_lines(run: Run) -> int:
    """Copy the valid provisional lines: reversals first, for a correction points at its reversal."""
    source, target = ProvisionalLine._meta, DueLine._meta
    columns = [str(target.get_field(name).column) for name in COPIED]  # type: ignore[union-attr]
    names = ", ".join(f'"{c}"' for c in columns)
    given = ", ".join(f'p."{c}"' for c in columns)
    corrects = (
        f'CASE WHEN p.kind = %s THEN (SELECT MAX(r.id) FROM "{target.db_table}" r '
        "WHERE r.participation_id = p.participation_id AND r.kind = %s) END"
    )
    insert = (
        f'INSERT INTO "{target.db_table}" (run_id, corrects_id, {names}) '
        f'SELECT p.run_id, {corrects}, {given} FROM "{source.db_table}" p '
        "WHERE p.run_id = %s AND p.build = %s AND (p.kind = %s) = %s ORDER BY p.id"
    )
    count = 0
    with connection.cursor() as cursor:
        for reversals in (True, False):
            cursor.execute(
                insert,
                [
                    LineKind.CORRECTION.value,
                    LineKind.REVERSAL.value,
                    run.pk,
                    run.build,
                    LineKind.REVERSAL.value,
                    reversals,
                ],
            )
            count += cursor.rowcount
    return count


def _copy_exclusions(run: Run) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{Exclusion._meta.db_table}" (run_id, participation_id, reason, since) '
            f'SELECT run_id, participation_id, reason, since FROM "{ProvisionalExclusion._meta.db_table}" '
            "WHERE run_id = %s AND build = %s ORDER BY id",
            [run.pk, run.build],
        )


def _write_payments(run: Run, paid: Mapping[int, int], payees: Mapping[int, int]) -> None:
    """Write one payment per beneficiary, with the account as it is now, and allocate all lines that are due to it.

    Lines of a joined record go into the payment of the one that stays (``payees``).
    """
    accounts = {
        account.beneficiary_id: account
        for account in Account.objects.filter(state=Account.State.VERIFIED, beneficiary__in=paid)
    }
    order = Beneficiary.objects.filter(pk__in=paid).order_by(
        F("professional__rpps").asc(nulls_last=True), code_point("company__code")
    )
    bank = BankDetails.current()
    rows = []
    for number, pk in enumerate(order.values_list("pk", flat=True), start=1):
        rows.append(_payment(run, number, pk, paid[pk], accounts[pk], bank))
    actor = run.submitted_by or User.objects.system()
    enter_at(rows, actor=actor, origin="", comment=f"Paiement mensuel {run.name}")
    allocate = (
        f'INSERT INTO "{Allocation._meta.db_table}" (line_id, payment_id, released_reason) '
        f"""SELECT l.id, p.id, '' FROM "{DueLine._meta.db_table}" l """
        f'JOIN "{Payment._meta.db_table}" p ON p.run_id = %s AND {{same}} '
        f'WHERE NOT EXISTS (SELECT 1 FROM "{Allocation._meta.db_table}" a '
        "WHERE a.line_id = l.id AND a.released_at IS NULL) ORDER BY l.id"
    )
    with connection.cursor() as cursor:
        cursor.execute(allocate.format(same="p.beneficiary_id = l.beneficiary_id"), [run.pk])
        for joined, payee in payees.items():
            cursor.execute(
                allocate.format(same="p.beneficiary_id = %s AND l.beneficiary_id = %s"), [run.pk, payee, joined]
            )


def _payment(
    run: Run, number: int, beneficiary_id: int, cents: int, account: Account, bank: BankDetails
) -> tuple[Payment, str]:
    reference = f"CLAP-{run.month:%Y%m}-{run.pk}-{number:05d}"
    label = bank.message_of(month=run.month, reference=reference)[:MESSAGE_LENGTH]
    payment = Payment(run=run, beneficiary_id=beneficiary_id, amount_cents=cents, reference=reference, label=label)
    if not cents:
        return payment, Payment.State.CLEARED
    payment.account = account
    payment.iban, payment.iban_hash, payment.iban_last4 = account.iban, account.iban_hash, account.iban_last4
    payment.bic, payment.holder = account.bic, account.holder
    return payment, Payment.State.PENDING
