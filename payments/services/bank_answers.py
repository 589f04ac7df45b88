"""The bank's answers: kept, matched by end-to-end reference, confirmed line by line. Nothing moves before that."""

from __future__ import annotations

import hashlib

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from association.documents import store_bytes
from association.machine import TransitionRefused
from association.models import User
from association.permissions import require
from association.workbook.report import french
from association.workflow import lock
from payments.answers.reading import Effect, Unreadable, read_answer
from payments.bank_reasons import UNSAID, reason_in_words
from payments.models import BankAnswer, BankAnswerLine, Payment
from payments.models.bank_answers import IMPORT_ANSWER
from payments.services.bank_matching import Judge, Matching, file_refused, said_by
from payments.services.exporting import OPEN_BANK_FILE, XML, declare_not_transmitted
from payments.services.transfers import pay_payment, reject_payment, return_payment

Outcome = BankAnswerLine.Outcome
# What a later look may still change: nobody has decided, and the file itself leaves no doubt.
OPEN = (Outcome.PROPOSED, Outcome.AMBIGUOUS)


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
            lines = list(Matching(read).lines())
            for position, line in enumerate(lines, start=1):
                line.answer, line.position = answer, position
            BankAnswerLine.objects.bulk_create(lines, batch_size=500)
    except IntegrityError:  # somebody else brought the same file at the same moment
        return BankAnswer.objects.get(sha256=sha256), False
    return answer, True


def judge_again(answer: BankAnswer) -> int:
    """Judge the lines that nobody decided as things stand now, and return how many changed; each says what did.

    Nothing else moves, and nobody decides: a transfer may have been settled, returned or sent again since the import.
    """
    lines = list(answer.lines.select_related("run", "payment__run", "payment__account").defer("payment__iban"))
    about = [line for line in lines if line.payment is not None]
    judge = Judge(
        kind=answer.kind,
        said=[said_by(line) for line in about],
        runs=[line.payment.run for line in about if line.payment],
    )
    changed = 0
    for line in lines:
        if line.outcome not in OPEN or line.decided_by_id is not None:
            continue
        outcome, why = _judged(line, judge)
        if outcome not in (*OPEN, Outcome.KNOWN) or outcome == line.outcome:
            continue
        mine = BankAnswerLine.objects.filter(pk=line.pk, outcome=line.outcome, decided_by__isnull=True)
        changed += mine.update(outcome=outcome, sentence=french(_since_then(outcome, why))[:300])
    return changed


def confirm_line(*, line: BankAnswerLine, actor: User) -> BankAnswerLine:
    """Do what a line proposes, through the service of the single step; what was done already meanwhile is noted so.

    Raises:
        TransitionRefused: when the line proposes nothing, what it proposes is no longer possible, or the step is
            refused.
    """
    require(actor, IMPORT_ANSWER)
    with transaction.atomic():
        fresh = lock(line)
        _refuse_decided(fresh)
        payment = None if fresh.payment is None else lock(fresh.payment)
        if payment is not None:
            fresh.payment = payment
        run = None if fresh.run is None else lock(fresh.run)
        if run is not None:
            fresh.run = run
        runs = [payment.run] if payment is not None else []
        outcome, why = _judged(fresh, Judge(kind=fresh.answer.kind, said=[said_by(fresh)], runs=runs))
        if outcome == Outcome.KNOWN:
            return _decide(fresh, Outcome.KNOWN, actor, french(_since_then(outcome, why)))
        if outcome != Outcome.PROPOSED:
            raise TransitionRefused(_since_then(outcome, why))
        said = f"{fresh.answer.get_kind_display()}, ligne {fresh.position}"
        if run is not None:
            reason = f"Fichier refusé par la banque : {reason_in_words(fresh.reason)}. {said}"
            declare_not_transmitted(run=run, actor=actor, reason=reason)
        if payment is not None:
            _move(payment, Effect(fresh.effect), fresh, said, actor)
        return _decide(fresh, Outcome.CONFIRMED, actor, fresh.sentence)


def _judged(line: BankAnswerLine, judge: Judge) -> tuple[str, str]:
    if line.payment is not None:
        return judge.of(said_by(line), line.payment)
    if line.run is not None and Effect(line.effect) is Effect.FILE_REFUSED:
        return file_refused(line.run, line.reference, line.reason)
    return line.outcome, line.sentence


def _since_then(outcome: str, why: str) -> str:
    """Say what a later look changed, after what it found."""
    if outcome == Outcome.PROPOSED:
        return f"Possible depuis. {why}".strip()
    return f"Depuis l’import, cela a changé. {why}"


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
    move(payment=payment, actor=actor, bank_reason=line.reason or UNSAID, back_on=line.day, comment=said)


def _refuse_decided(line: BankAnswerLine) -> None:
    if line.outcome != Outcome.PROPOSED:
        raise TransitionRefused(f"Cette opération est « {line.get_outcome_display()} » : il n’y a rien à confirmer.")


def _decide(line: BankAnswerLine, outcome: str, actor: User, sentence: str) -> BankAnswerLine:
    line.outcome, line.sentence = outcome, sentence
    line.decided_by, line.decided_at = actor, timezone.now()
    line.full_clean(exclude=["answer", "payment", "run"])
    line.save(update_fields=["outcome", "sentence", "decided_by", "decided_at"])
    return line
