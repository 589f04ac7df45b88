"""What the lines of a bank's file are here: matched by reference, and judged.

A judgement is no decision: it is made at the import, again when the page is opened, and once more under the lock when
somebody confirms, for what is known of a transfer may have changed in between.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.utils import timezone

from association.money import euros
from association.workbook.report import french
from payments.answers.reading import Answer, Effect, Said
from payments.bank_days import BankDays
from payments.bank_reasons import ACCOUNT_REASONS, reason_in_words
from payments.models import Account, BankAnswerLine, Payment, Run, RunExport
from payments.selectors.bank_days import days_of_runs

Outcome = BankAnswerLine.Outcome
MESSAGE = re.compile(r"\ACLAP-\d{6}-(\d{1,9})-V(\d{1,4})\Z")
CHUNK = 2_000
# From which states an effect is possible, and in which it has happened already.
POSSIBLE = {
    Effect.PAID: (Payment.State.SENT,),
    Effect.REJECTED: (Payment.State.SENT,),
    Effect.RETURNED: (Payment.State.SENT, Payment.State.PAID),
}
HAPPENED = {
    Effect.PAID: (Payment.State.PAID,),
    Effect.REJECTED: (Payment.State.REJECTED, Payment.State.RETURNED),
    Effect.RETURNED: (Payment.State.REJECTED, Payment.State.RETURNED),
}


class Judge:
    """Says what a line is: proposed only when nothing about it is in doubt."""

    def __init__(self, *, kind: str, said: Iterable[Said], runs: Iterable[Run]) -> None:
        self._kind = kind
        self._times: Counter[tuple[str, Effect]] = Counter()
        self._effects: dict[str, set[Effect]] = {}
        for one in said:
            self._times[one.reference, one.effect] += 1
            self._effects.setdefault(one.reference, set()).add(one.effect)
        self._days = days_of_runs(runs)

    def of(self, one: Said, payment: Payment) -> tuple[str, str]:
        """Return what a line about a transfer is, and why, in French."""
        if one.effect is Effect.NONE:
            return Outcome.INFORMATION, f"Statut {one.status} : le virement suit son cours."
        if self._times[one.reference, one.effect] > 1:
            return Outcome.AMBIGUOUS, "Cette référence revient plusieurs fois dans le fichier."
        if {Effect.PAID, Effect.REJECTED} <= self._effects.get(one.reference, set()):
            return Outcome.AMBIGUOUS, "Le fichier dit ce virement payé et rejeté."
        if one.cents is None and self._kind != "pain.002":
            return Outcome.AMBIGUOUS, "La banque ne donne pas le montant de ce virement."
        if one.cents is not None and one.cents != payment.amount_cents:
            return Outcome.DIFFERS, _difference(one.cents, payment.amount_cents)
        return self.possible(one, payment)

    def possible(self, one: Said, payment: Payment) -> tuple[str, str]:
        """Compare with the state of the transfer and with the calendar, whatever else the file says."""
        if payment.state in HAPPENED[one.effect]:
            return Outcome.KNOWN, f"Ce virement est déjà « {payment.get_state_label()} »."
        if payment.state not in POSSIBLE[one.effect]:
            return Outcome.AMBIGUOUS, f"Ce virement est « {payment.get_state_label()} » ici."
        if one.day is None:
            return Outcome.AMBIGUOUS, "La banque n’en donne pas la date."
        if why := _contradiction(one.effect, one, payment, self._days[payment.run_id]):
            return Outcome.AMBIGUOUS, why
        return Outcome.PROPOSED, "" if one.effect is Effect.PAID else _because(one.reason, payment)


def file_refused(run: Run, message: str, reason: str) -> tuple[str, str]:
    """Return what a line is that says the whole file refused, and why, in French.

    Args:
        message: the number of the file that it speaks of; a newer one is not refused with it.
    """
    named = MESSAGE.match(message)
    if named and run.exports.filter(version=int(named[2]), not_transmitted_at__isnull=False).exists():
        return Outcome.KNOWN, "Ce fichier est déjà déclaré non transmis."
    if run.state != run.State.EXPORTED or run.payments.filter(state=Payment.State.PAID).exists():
        return Outcome.AMBIGUOUS, "Des virements de ce fichier sont constatés payés ici : voyez avec la banque."
    return Outcome.PROPOSED, reason_in_words(reason)


def said_by(line: BankAnswerLine) -> Said:
    """Return what a stored line said, as it was read."""
    return Said(
        Effect(line.effect),
        line.reference,
        cents=line.amount_cents,
        day=line.day,
        reason=line.reason,
        status=line.status,
    )


def _contradiction(effect: Effect, one: Said, payment: Payment, days: BankDays) -> str:
    """Say why the day that the bank gives cannot be; nothing when it can."""
    today, day = timezone.localdate(), one.day or timezone.localdate()
    if effect is Effect.PAID:
        return days.payment_refusal(day, today=today)
    if effect is Effect.REJECTED:
        return days.rejection_refusal(day, today=today)
    return days.return_refusal(day, paid_on=payment.paid_on, today=today)


def _because(reason: str, payment: Payment) -> str:
    """The reason in words; one that speaks about the account says what becomes of it."""
    words = reason_in_words(reason)
    account = payment.account
    if account is None or reason not in ACCOUNT_REASONS:
        return words
    if account.state == Account.State.VERIFIED:
        return f"{words}. Confirmer suspend ce compte."
    return f"{words}. Ce compte est « {account.get_state_label()} »."


class Matching:
    """What the lines of a file are here, by reference; read in a few queries."""

    def __init__(self, read: Answer) -> None:
        self._read = read
        single = [one for one in read.said if not one.is_file and one.reference]
        self._payments = _payments({one.reference for one in single})
        self._exports = _exports(one.reference for one in read.said if one.is_file)
        self._judge = Judge(
            kind=read.kind,
            said=single,
            runs=[
                *(payment.run for payment in self._payments.values()),
                *(export.run for export in self._exports.values()),
            ],
        )

    def lines(self) -> Iterator[BankAnswerLine]:
        for one in self._read.said:
            if one.is_file:
                yield from self._of_file(one)
            else:
                yield self._of_payment(one)

    def _of_payment(self, one: Said) -> BankAnswerLine:
        payment = self._payments.get(one.reference)
        if payment is None:
            why = "Aucun virement d’ici ne porte cette référence." if one.reference else "Sans référence à nous."
            return _line(one, Outcome.UNMATCHED, why)
        outcome, why = self._judge.of(one, payment)
        return _line(one, outcome, why, payment=payment)

    def _of_file(self, one: Said) -> Iterator[BankAnswerLine]:
        export = self._exports.get(one.reference)
        if export is None:
            yield _line(one, Outcome.UNMATCHED, "Aucun fichier d’ici ne porte ce numéro.")
        elif one.effect is Effect.NONE:
            yield _line(
                one, Outcome.INFORMATION, f"Statut {one.status or 'inconnu'} de tout le fichier.", run=export.run
            )
        elif one.effect is Effect.FILE_REFUSED:
            outcome, why = file_refused(export.run, one.reference, one.reason)
            yield _line(one, outcome, why, run=export.run)
        elif export.not_transmitted_at:
            yield _line(one, Outcome.KNOWN, "Ce fichier est déjà déclaré non transmis.", run=export.run)
        else:
            yield from _whole_batch(one, export, self._judge)


def _whole_batch(one: Said, export: RunExport, judge: Judge) -> Iterator[BankAnswerLine]:
    """One debit for the whole file stands for each of its transfers, when it is of their sum."""
    sent = list(
        export.run.payments.filter(state=Payment.State.SENT)
        .select_related("run", "account")
        .defer("iban", "account__iban")
        .order_by("reference")
    )
    if not sent:
        yield _line(one, Outcome.KNOWN, "Aucun virement de ce fichier n’attend plus la banque.", run=export.run)
    elif one.cents is None:
        yield _line(one, Outcome.AMBIGUOUS, "La banque ne donne pas le montant de ce débit.", run=export.run)
    elif one.cents != (waited := sum(payment.amount_cents for payment in sent)):
        yield _line(one, Outcome.DIFFERS, _difference(one.cents, waited), run=export.run)
    else:
        for payment in sent:
            each = Said(one.effect, payment.reference, cents=payment.amount_cents, day=one.day, status=one.status)
            outcome, why = judge.possible(each, payment)
            yield _line(each, outcome, why or "Dans le débit de tout le fichier.", payment=payment)


def _line(one: Said, outcome: str, why: str, **about: Any) -> BankAnswerLine:
    return BankAnswerLine(
        effect=one.effect.value,
        outcome=outcome,
        reference=one.reference,
        amount_cents=None if one.cents == -1 else one.cents,
        day=one.day,
        reason=one.reason,
        status=one.status,
        sentence=french(why),
        **about,
    )


def _difference(said: int, ours: int) -> str:
    if said < 0:
        return "La banque donne un montant qui n’est pas en euros : rien n’est rapproché."
    return f"La banque dit {euros(said)}, ici {euros(ours)} : rien n’est rapproché."


def _payments(references: Iterable[str]) -> dict[str, Payment]:
    wanted, found = sorted(references), {}
    for start in range(0, len(wanted), CHUNK):
        rows = Payment.objects.filter(reference__in=wanted[start : start + CHUNK]).select_related("run", "account")
        rows = rows.defer("iban", "account__iban")
        found.update({payment.reference: payment for payment in rows})
    return found


def _exports(numbers: Iterable[str]) -> Mapping[str, RunExport]:
    found = {}
    for number in set(numbers):
        if named := MESSAGE.match(number):
            export = RunExport.objects.filter(run=int(named[1]), version=int(named[2])).select_related("run").first()
            if export and number == f"CLAP-{export.run.month:%Y%m}-{export.run_id}-V{export.version}":
                found[number] = export
    return found
