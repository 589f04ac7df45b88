"""The life of a run: prepare, submit, approve, and back (docs/payment-rules.md, "Life of a run").

Every function is one step of one person, in one transaction; the web, the command line and the jobs call these.
"""

from __future__ import annotations

import hashlib
from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from association.bulk import insert_rows
from association.machine import TransitionRefused
from association.models import User
from association.money import counted
from association.permissions import require
from association.registries import Progress
from association.workflow import enter_at, fire, fire_all, lock
from payments.models import Account, Allocation, Payment, ProvisionalExclusion, ProvisionalLine, Run, RunError
from payments.selectors import candidates as reading
from payments.selectors.bank_days import days_of
from payments.selectors.mandates import professionals_of
from payments.selectors.runs import settlement_of
from payments.services.computation import Checksum, Error, Exclusion, Line, checksum_of, compute
from payments.services.freezing import freeze

WRITE_CHUNK = 2_000


def find_run(*, month: date, sequence: int = 1) -> Run:
    """Return the run of a month that counts: the one that is neither cancelled nor voided, else the last one.

    Raises:
        TransitionRefused: when the month has no run.
    """
    runs = Run.objects.exclude(kind=Run.Kind.OPENING).filter(month=month, sequence=sequence)
    gone = [Run.State.CANCELLED, Run.State.VOIDED]
    found = runs.exclude(state__in=gone).first() or runs.order_by("-id").first()
    if found is None:
        raise TransitionRefused(f"Aucun paiement mensuel {month:%Y-%m} : préparez-le d’abord.")
    return found


def prepare_run(*, month: date, actor: User, extra: bool = False, progress: Progress | None = None) -> Run:
    """Compute a month and keep the result as the provisional lines of its draft run.

    Preparing again replaces them. Killed at any line, it leaves the last complete computation valid, and preparing
    again gives what one undisturbed preparation gives: lines are written under a build number, in short chunks, and
    become valid by one switch at the end.

    Args:
        month: the first day of a month that has ended.
        extra: an extra run, once the month's run is frozen.

    Raises:
        TransitionRefused: with the reason in French.
    """
    run = _claim_draft(month, extra, actor)
    build, checksum = run.last_build, Checksum()
    buffers = _Buffers(run, build)
    if progress:
        progress.total(reading.undecided(until=run.last_day).count())
    for entry in compute(run):
        checksum.add(entry)
        buffers.add(entry)
        if buffers.full:
            written = buffers.write()
            if progress:
                progress.advance(written)
    buffers.write()
    return _switch(run, build, str(checksum), actor)


def refuse_preparation(*, month: date, extra: bool = False) -> Run | None:
    """Return the open draft that a preparation would replace, or None when it would open one.

    Raises:
        TransitionRefused: when the month cannot be prepared now, with the reason in French.
    """
    if month.day != 1:
        raise TransitionRefused("Le mois est donné par son premier jour.")
    if Run(month=month).last_day >= timezone.localdate():
        raise TransitionRefused(f"Le mois {month:%Y-%m} n’est pas terminé : attendez le mois suivant.")
    run = Run.objects.open().first()
    if run is None:
        _next_sequence(month, extra)
        return None
    if run.month != month or (run.kind == Run.Kind.EXTRA) != extra:
        raise TransitionRefused(
            f"Le paiement mensuel {run.name} est encore ouvert ({run.get_state_label()}) : "
            "terminez-le ou annulez-le d’abord."
        )
    _refuse_submitted(run)
    return run


def _claim_draft(month: date, extra: bool, actor: User) -> Run:
    """Find or open the draft of the month, and take the next build number."""
    require(actor, "payments.prepare_run")
    with transaction.atomic():
        run = refuse_preparation(month=month, extra=extra) or _open_draft(month, extra, actor)
        run = lock(run)
        _refuse_submitted(run)
        run.last_build += 1
        run.save(update_fields=["last_build"])
    return run


def _refuse_submitted(run: Run) -> None:
    if run.state != Run.State.DRAFT:
        raise TransitionRefused(
            f"Le paiement mensuel {run.name} est « {run.get_state_label()} » : renvoyez-le d’abord en brouillon."
        )


def _open_draft(month: date, extra: bool, actor: User) -> Run:
    sequence = _next_sequence(month, extra)
    kind = Run.Kind.EXTRA if extra else Run.Kind.REGULAR
    try:
        with transaction.atomic():
            draft = Run(month=month, kind=kind, sequence=sequence, prepared_by=actor, created_at=timezone.now())
            return enter_at([(draft, Run.State.DRAFT)], actor=actor, origin="", comment="")[0]
    except IntegrityError:
        raise TransitionRefused("Quelqu’un d’autre vient d’ouvrir un paiement mensuel : rechargez la page.") from None


def _next_sequence(month: date, extra: bool) -> int:
    settled = Run.objects.exclude(kind=Run.Kind.OPENING)
    frozen = settled.filter(state__in=[Run.State.APPROVED, Run.State.EXPORTED, Run.State.SETTLED])
    latest = frozen.order_by("-month").first()
    if latest is not None and month < latest.month:
        raise TransitionRefused(
            f"Le mois {latest.month:%Y-%m} est déjà figé : un mois antérieur ne se prépare plus ; "
            "ses actions sont indemnisées par le prochain paiement mensuel."
        )
    of_month = frozen.filter(month=month)
    if extra:
        if not of_month.exists():
            raise TransitionRefused(
                f"Un paiement complémentaire vient après le paiement mensuel {month:%Y-%m}, qui n’est pas figé."
            )
        return 1 + max(of_month.values_list("sequence", flat=True))
    if regular := of_month.filter(sequence=1).first():
        raise TransitionRefused(
            f"Le paiement mensuel {regular.name} existe déjà ({regular.get_state_label()}) ; "
            "pour ce qui a été validé depuis, demandez un paiement complémentaire."
        )
    return 1


class _Buffers:
    """Entries on their way to the three provisional tables, written in short transactions."""

    def __init__(self, run: Run, build: int) -> None:
        self._head = (run.pk, build)
        self._lines: list[tuple[object, ...]] = []
        self._exclusions: list[tuple[object, ...]] = []
        self._errors: list[tuple[object, ...]] = []

    def add(self, entry: Line | Exclusion | Error) -> None:
        target = (
            self._lines
            if isinstance(entry, Line)
            else self._exclusions
            if isinstance(entry, Exclusion)
            else self._errors
        )
        target.append((*self._head, *entry))

    @property
    def full(self) -> bool:
        return len(self._lines) + len(self._exclusions) + len(self._errors) >= WRITE_CHUNK

    def write(self) -> int:
        """Write what is held and return how many rows that were."""
        written = 0
        with transaction.atomic():
            for model, names, rows in (
                (ProvisionalLine, Line._fields, self._lines),
                (ProvisionalExclusion, Exclusion._fields, self._exclusions),
                (RunError, Error._fields, self._errors),
            ):
                written += insert_rows(model, ["run", "build", *names], rows)
                rows.clear()
        return written


def _switch(run: Run, build: int, checksum: str, actor: User) -> Run:
    """Make ``build`` the valid one, unless another preparation or a submission came between."""
    with transaction.atomic():
        fresh = lock(run)
        if fresh.last_build != build or fresh.state != Run.State.DRAFT:
            _delete_provisional(fresh, build=build)
            overtaken = True
        else:
            overtaken = False
            fresh.build, fresh.checksum = build, checksum
            fresh.prepared_by, fresh.prepared_at = actor, timezone.now()
            lines = fresh.provisional_lines.filter(build=build)
            fresh.lines_count = lines.count()
            fresh.save()
            _delete_provisional(fresh, keep=build)
    if overtaken:
        raise TransitionRefused(
            f"Une autre préparation du paiement mensuel {run.name} a pris le relais : celle-ci est abandonnée."
        )
    return fresh


def _delete_provisional(run: Run, *, build: int | None = None, keep: int | None = None) -> None:
    for model in (ProvisionalLine, ProvisionalExclusion, RunError):
        rows = model._base_manager.filter(run=run)
        if build is not None:
            rows = rows.filter(build=build)
        if keep is not None:
            rows = rows.exclude(build=keep)
        rows._raw_delete(using=rows.db)


def submit_run(*, run: Run, actor: User) -> Run:
    """Submit a prepared run for approval by somebody else: its lines, and who is paid on which account."""
    with transaction.atomic():
        fresh = lock(run)
        seal = seal_of(fresh, fresh.checksum) if fresh.state == Run.State.DRAFT else ""
        return fire(fresh, "submit", actor=actor, by=actor, seal=seal)


def seal_of(run: Run, checksum: str) -> str:
    """Return one number for a computation and for what it pays now: beneficiary, cents, account."""
    accounts = dict(Account.objects.filter(state=Account.State.VERIFIED).values_list("beneficiary_id", "id"))
    paid = [(pk, cents, accounts[pk]) for pk, cents in settlement_of(run).paid.items()]
    return hashlib.sha256(repr((checksum, paid)).encode()).hexdigest()


def send_back_run(*, run: Run, actor: User, reason: str) -> Run:
    """Send a submitted run back to its draft, with a reason."""
    return fire(run, "send_back", actor=actor, comment=reason)


def countersign_run(*, run: Run, actor: User) -> Run:
    """Record a third name on a submitted run that pays its submitter or its approver.

    Raises:
        TransitionRefused: when it is not submitted, or for the submitter.
    """
    require(actor, "payments.approve_run")
    with transaction.atomic():
        fresh = lock(run)
        if fresh.state != Run.State.SUBMITTED:
            raise TransitionRefused("Seul un paiement mensuel soumis se contresigne.")
        if fresh.submitted_by_id == actor.pk:
            raise TransitionRefused("Vous avez soumis ce paiement mensuel : une troisième personne le contresigne.")
        if fresh.concerns(professionals_of({actor})):
            raise TransitionRefused("Ce paiement mensuel vous indemnise : une autre personne doit le contresigner.")
        if fresh.countersigned_by is not None:
            raise TransitionRefused(f"Ce paiement mensuel est déjà contresigné ({fresh.countersigned_by}).")
        fresh.countersigned_by, fresh.countersigned_at = actor, timezone.now()
        fresh.save()
    return fresh


def approve_run(*, run: Run, actor: User) -> Run:
    """Give the "bon à payer": freeze lines, exclusions and payments for ever.

    Computes again under the lock and refuses when the result differs from what was submitted. Lines, payments,
    allocations and the proof (opening + new = paid + closing) are written in the same transaction, or not at all.

    Raises:
        TransitionRefused: with the reason in French, or what changed since the submission.
    """
    with transaction.atomic():
        fresh = lock(run)
        _refuse_early(fresh, actor)
        if checksum_of(compute(fresh)) != fresh.checksum:
            raise TransitionRefused(what_changed(fresh))
        if seal_of(fresh, fresh.checksum) != fresh.seal:
            raise TransitionRefused(
                "Des comptes bancaires ou des virements antérieurs ont changé depuis la soumission : ce qui serait "
                "payé n’est plus ce qui a été soumis. Renvoyez ce paiement mensuel en brouillon, puis soumettez-le "
                "de nouveau."
            )
        totals = freeze(fresh)
        fresh = fire(fresh, "approve", actor=actor, by=actor, totals=totals.as_columns())
        totals.check(fresh)
        _delete_provisional(fresh)
    return fresh


def _refuse_early(run: Run, actor: User) -> None:
    """Say no before the long computation; `fire` asks again."""
    from association.workflow import refusal

    if reason := refusal(run, "approve", actor=actor, comment="", arguments={}):
        raise TransitionRefused(reason)


def what_changed(run: Run) -> str:
    """Return, in French, how the computation of now differs from the lines that were submitted."""
    stored = {
        (kind, pk): cents
        for kind, pk, cents in run.provisional_lines.filter(build=run.build or 0).values_list(
            "kind", "participation_id", "amount_cents"
        )
    }
    now = {(e.kind, e.participation_id): e.amount_cents for e in compute(run) if isinstance(e, Line)}
    more, less = len(now.keys() - stored.keys()), len(stored.keys() - now.keys())
    other = sum(1 for key in now.keys() & stored.keys() if now[key] != stored[key])
    parts = [
        f"{counted(count, 'indemnité,indemnités')} {words}"
        for count, words in ((more, "en plus"), (less, "en moins"), (other, "d’un autre montant"))
        if count
    ]
    said = ", ".join(parts) or "le motif ou le tarif de certaines lignes"
    return (
        f"Les données ont changé depuis la soumission : {said}. "
        "Renvoyez ce paiement mensuel en brouillon, préparez-le et soumettez-le de nouveau."
    )


def cancel_run(*, run: Run, actor: User, reason: str = "") -> Run:
    """Cancel an open run; its provisional lines are deleted."""
    with transaction.atomic():
        fresh = fire(run, "cancel", actor=actor, comment=reason)
        _delete_provisional(fresh)
    return fresh


def void_run(*, run: Run, actor: User, reason: str) -> Run:
    """Take an approval back before anything was exported: payments are void, their lines due again."""
    with transaction.atomic():
        fresh = fire(run, "void", actor=actor, comment=reason)
        waiting = fresh.payments.filter(state__in=[Payment.State.PENDING, Payment.State.HELD]).defer("iban")
        voided = fire_all(waiting, "void", actor=actor, comment=reason)
        cleared = list(fresh.payments.filter(state=Payment.State.CLEARED))
        release_lines([*voided, *cleared], reason=reason)
    return fresh


def release_lines(payments: list[Payment], *, reason: str) -> None:
    """Release the allocations of payments that went nowhere: their lines are due again in the next run."""
    Allocation.objects.filter(payment__in=payments, released_at__isnull=True).update(
        released_at=timezone.now(), released_reason=reason[:200]
    )


def settle_run(*, run: Run, actor: User, paid_on: date | None = None) -> Run:
    """Settle an exported run: what was sent and did not come back is paid.

    Args:
        paid_on: the day on which the bank paid (today by default); not before the bon à payer, nor before the day that
            the file asks of the bank, nor to come.

    Raises:
        TransitionRefused: with the reason in French; nothing is settled.
    """
    day = paid_on or timezone.localdate()
    with transaction.atomic():
        fresh = fire(run, "settle", actor=actor)
        if reason := days_of(fresh).payment_refusal(day, today=timezone.localdate()):
            raise TransitionRefused(reason)
        sent = fresh.payments.filter(state=Payment.State.SENT).defer("iban")
        fire_all(sent, "pay", actor=actor, paid_on=day)
    return fresh


def last_month(today: date) -> date:
    """Return the first day of the month before the one of ``today``."""
    return (today.replace(day=1) - timedelta(days=1)).replace(day=1)
