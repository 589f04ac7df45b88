"""The bank's answers: kept, matched by end-to-end reference, confirmed line by line. Nothing moves before that."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from association.documents import store_bytes
from association.machine import TransitionRefused
from association.models import User
from association.money import euros
from association.permissions import require
from association.workbook.report import french
from association.workflow import lock
from payments.answers.reading import Answer, Effect, Said, Unreadable, read_answer
from payments.bank_reasons import UNSAID, reason_in_words
from payments.models import BankAnswer, BankAnswerLine, Payment, RunExport
from payments.models.bank_answers import IMPORT_ANSWER
from payments.services.exporting import OPEN_BANK_FILE, XML, declare_not_transmitted
from payments.services.transfers import pay_payment, reject_payment, return_payment

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


def import_answer(*, content: bytes, actor: User) -> tuple[BankAnswer, bool]:
    """Keep a file of the bank and note what it proposes; return it, and whether it is new.

    The same bytes give the answer that is there: nothing is proposed twice.

    Raises:
        ValidationError: in French, when the file is not taken.
    """
    require(actor, IMPORT_ANSWER)
    sha256 = hashlib.sha256(content).hexdigest()
    if known := BankAnswer.objects.filter(sha256=sha256).first():
        return known, False
    try:
        read = read_answer(content)
    except Unreadable as refused:
        raise ValidationError(french(refused.sentence), code="unreadable") from None
    try:
        with transaction.atomic():
            document = store_bytes(
                content=content,
                # Named here: some banks, and some people, write an account number into a file's name.
                filename=f"retour-{read.kind.replace('.', '-')}-{timezone.localdate():%Y-%m-%d}-{sha256[:8]}.xml",
                content_type=XML,
                permission=OPEN_BANK_FILE,  # it holds account numbers
                actor=actor,
            )
            answer = BankAnswer.objects.create(
                kind=read.kind,
                sha256=sha256,
                document=document,
                message_id=read.message_id,
                lines_count=len(read.said),
                imported_by=actor,
            )
            lines = list(_Matching(read).lines())
            for position, line in enumerate(lines, start=1):
                line.answer, line.position = answer, position
            BankAnswerLine.objects.bulk_create(lines, batch_size=500)
    except IntegrityError:  # somebody else brought the same file at the same moment
        return BankAnswer.objects.get(sha256=sha256), False
    return answer, True


def confirm_line(*, line: BankAnswerLine, actor: User) -> BankAnswerLine:
    """Do what a line proposes, through the service of the single step; what was done already meanwhile is noted so.

    Raises:
        TransitionRefused: when the line proposes nothing (any more), or the step is refused.
    """
    require(actor, IMPORT_ANSWER)
    with transaction.atomic():
        fresh = lock(line)
        _refuse_decided(fresh)
        effect = Effect(fresh.effect)
        payment = fresh.payment
        if payment is not None and payment.state in HAPPENED[effect]:
            return _decide(fresh, Outcome.KNOWN, actor, "Constaté entre-temps.")
        said = f"{fresh.answer.get_kind_display()}, ligne {fresh.position}"
        if fresh.run is not None:
            reason = f"Fichier refusé par la banque : {reason_in_words(fresh.reason)}. {said}"
            declare_not_transmitted(run=fresh.run, actor=actor, reason=reason)
        if payment is not None:
            _move(payment, effect, fresh, said, actor)
        return _decide(fresh, Outcome.CONFIRMED, actor, fresh.sentence)


def set_line_aside(*, line: BankAnswerLine, actor: User, reason: str) -> BankAnswerLine:
    """Decide that a line changes nothing here, with a reason.

    Raises:
        TransitionRefused: when it proposes nothing (any more), or without a reason.
    """
    require(actor, IMPORT_ANSWER)
    reason = " ".join(reason.split())
    if not reason:
        raise TransitionRefused("Un motif est demandé pour écarter une opération.")
    with transaction.atomic():
        fresh = lock(line)
        _refuse_decided(fresh)
        return _decide(fresh, Outcome.SET_ASIDE, actor, reason[:300])


def _move(payment: Payment, effect: Effect, line: BankAnswerLine, said: str, actor: User) -> None:
    if effect is Effect.PAID and line.day is not None:  # a constraint of the database
        pay_payment(payment=payment, actor=actor, paid_on=line.day)
        return
    move = reject_payment if effect is Effect.REJECTED else return_payment
    move(payment=payment, actor=actor, bank_reason=line.reason or UNSAID, comment=said)


def _refuse_decided(line: BankAnswerLine) -> None:
    if line.outcome != Outcome.PROPOSED:
        raise TransitionRefused(f"Cette opération est « {line.get_outcome_display()} » : il n’y a rien à confirmer.")


def _decide(line: BankAnswerLine, outcome: str, actor: User, sentence: str) -> BankAnswerLine:
    line.outcome, line.sentence = outcome, sentence
    line.decided_by, line.decided_at = actor, timezone.now()
    line.full_clean(exclude=["answer", "payment", "run"])
    line.save(update_fields=["outcome", "sentence", "decided_by", "decided_at"])
    return line


class _Matching:
    """What the lines of a file are here, by reference; read in a few queries."""

    def __init__(self, read: Answer) -> None:
        self._read = read
        single = [one for one in read.said if not one.is_file and one.reference]
        self._payments = _payments({one.reference for one in single})
        self._exports = _exports(one.reference for one in read.said if one.is_file)
        self._times = Counter((one.reference, one.effect) for one in single)
        self._effects: dict[str, set[Effect]] = {}
        for one in single:
            self._effects.setdefault(one.reference, set()).add(one.effect)

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
        outcome, why = self._judged(one, payment)
        return _line(one, outcome, why, payment=payment)

    def _judged(self, one: Said, payment: Payment) -> tuple[str, str]:
        """Say what a line is: proposed only when nothing about it is in doubt."""
        if one.effect is Effect.NONE:
            return Outcome.INFORMATION, f"Statut {one.status} : le virement suit son cours."
        if self._times[one.reference, one.effect] > 1:
            return Outcome.AMBIGUOUS, "Cette référence revient plusieurs fois dans le fichier."
        if {Effect.PAID, Effect.REJECTED} <= self._effects[one.reference]:
            return Outcome.AMBIGUOUS, "Le fichier dit ce virement payé et rejeté."
        if one.cents is None and self._read.kind != "pain.002":
            return Outcome.AMBIGUOUS, "La banque ne donne pas le montant de ce virement."
        if one.cents is not None and one.cents != payment.amount_cents:
            return Outcome.DIFFERS, _difference(one.cents, payment.amount_cents)
        return _possible(one, payment)

    def _of_file(self, one: Said) -> Iterator[BankAnswerLine]:
        export = self._exports.get(one.reference)
        if export is None:
            yield _line(one, Outcome.UNMATCHED, "Aucun fichier d’ici ne porte ce numéro.")
        elif one.effect is Effect.NONE:
            yield _line(
                one, Outcome.INFORMATION, f"Statut {one.status or 'inconnu'} de tout le fichier.", run=export.run
            )
        elif export.not_transmitted_at:
            yield _line(one, Outcome.KNOWN, "Ce fichier est déjà déclaré non transmis.", run=export.run)
        elif one.effect is Effect.FILE_REFUSED:
            yield _file_refused(one, export)
        else:
            yield from _whole_batch(one, export)


def _possible(one: Said, payment: Payment) -> tuple[str, str]:
    """Compare with the state of the transfer and the calendar."""
    if payment.state in HAPPENED[one.effect]:
        return Outcome.KNOWN, f"Ce virement est déjà « {payment.get_state_label()} »."
    if payment.state not in POSSIBLE[one.effect]:
        return Outcome.AMBIGUOUS, f"Ce virement est « {payment.get_state_label()} » ici."
    if one.effect is Effect.PAID:
        if one.day is None:
            return Outcome.AMBIGUOUS, "La banque ne donne pas la date du paiement."
        if not payment.run.last_day < one.day <= timezone.localdate():
            return Outcome.AMBIGUOUS, f"La date du {one.day:%d/%m/%Y} n’est pas possible pour ce paiement mensuel."
        return Outcome.PROPOSED, ""
    return Outcome.PROPOSED, reason_in_words(one.reason)


def _file_refused(one: Said, export: RunExport) -> BankAnswerLine:
    run = export.run
    if run.state != run.State.EXPORTED or run.payments.filter(state=Payment.State.PAID).exists():
        why = "Des virements de ce fichier sont constatés payés ici : voyez avec la banque."
        return _line(one, Outcome.AMBIGUOUS, why, run=run)
    return _line(one, Outcome.PROPOSED, reason_in_words(one.reason), run=run)


def _whole_batch(one: Said, export: RunExport) -> Iterator[BankAnswerLine]:
    """One debit for the whole file stands for each of its transfers, when it is of their sum."""
    sent = list(
        export.run.payments.filter(state=Payment.State.SENT).select_related("run").defer("iban").order_by("reference")
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
            outcome, why = _possible(each, payment)
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
        rows = Payment.objects.filter(reference__in=wanted[start : start + CHUNK]).select_related("run").defer("iban")
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
