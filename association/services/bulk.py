"""Many rows through one step: drawn up, started once, worked row by row, gone on with after a stop.

Each row is one transaction: its item locked and found waiting, the service called, the outcome written. Whoever dies
at any line leaves the row untouched or done; whoever goes on does what is left.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone

from association.bulk import insert_rows
from association.jobs import LIVE, JobFailed, request_job
from association.listing.bulk import BulkStep, Selection, rows_of, step_named
from association.listing.declaration import listings
from association.machine import TransitionRefused
from association.models import BulkItem, BulkOperation, Job, User
from association.money import grouped
from association.permissions import require
from association.registries import Progress
from association.workflow import lock

logger = logging.getLogger(__name__)

BULK_JOB = "association.bulk"
DRAFT_HOURS = 24
LABEL_LENGTH = 200
NOTHING_FITS = "Cette étape ne convient à aucune des lignes sélectionnées : la liste a changé entre-temps."
UNEXPECTED = "Erreur inattendue : rien n’a été enregistré pour cette ligne. Le détail est dans le journal du serveur."
NOT_FOUND = "Cette ligne n’existe plus, ou n’est plus dans votre périmètre."


def draw_up_operation(
    *, listing: Any, step: BulkStep, selection: Selection, actor: User, route: Mapping[str, Any] | None = None
) -> BulkOperation:
    """Freeze which of the rows selected a step will be taken by, for its confirmation; nothing is done yet.

    Args:
        route: the arguments of the list's address (the run whose payments it shows).

    Raises:
        TransitionRefused: when the step fits none of them.
        PermissionDenied: when the role may not take the step.
    """
    require(actor, step.permission)
    _forget_old_drafts(actor)
    skipped: Counter[str] = Counter()
    with transaction.atomic():
        operation = BulkOperation.objects.create(
            listing=listing.name, route=dict(route or {}), step=step.name, title=step.label, created_by=actor
        )
        rows = _items(operation, step, selection, skipped)
        count = insert_rows(BulkItem, ("operation", "object_id", "label", "outcome", "sentence"), rows)
        if not count:
            raise TransitionRefused(NOTHING_FITS)
        operation.title = f"{step.label} : {_counted(count, listing.noun)}"
        operation.skipped = [[why, number] for why, number in skipped.most_common()]
        operation.save(update_fields=["title", "skipped"])
    return operation


def start_operation(*, operation: BulkOperation, answers: Mapping[str, Sequence[str]], actor: User) -> BulkOperation:
    """Start what was drawn up; a second press finds it started and changes nothing.

    Args:
        answers: what the step's form was given, as typed.

    Raises:
        ValidationError: when the answers are not those that the form asks for.
        PermissionDenied: for the operation of somebody else, or a step that the role may not take.
    """
    if operation.created_by_id != actor.pk:
        raise PermissionDenied("Cette opération a été préparée par quelqu’un d’autre.")
    step = _step_of(operation, actor)
    form = step.filled(answers)
    if not form.is_valid():
        raise ValidationError(form.errors.as_data())
    with transaction.atomic():
        fresh = lock(operation)
        if fresh.started_at is None:
            fresh.answers = {name: list(answers.get(name, ())) for name in form.fields}
            fresh.job, fresh.started_at = _request(fresh, actor), timezone.now()
            fresh.save(update_fields=["answers", "job", "started_at"])
    return fresh


def resume_operation(*, operation: BulkOperation, actor: User) -> BulkOperation:
    """Go on with an operation that was stopped or failed: the rows that wait are done, the others left as they are.

    Raises:
        TransitionRefused: when it was not started, is at work, or has no row left.
        PermissionDenied: for the operation of somebody else.
    """
    if operation.created_by_id != actor.pk:
        raise PermissionDenied("Cette opération a été lancée par quelqu’un d’autre : elle seule peut la reprendre.")
    _step_of(operation, actor)
    with transaction.atomic():
        fresh = lock(operation)
        if fresh.job is None or fresh.job.state in LIVE:
            raise TransitionRefused("Cette opération est en cours, ou n’a pas été lancée.")
        if not fresh.items.filter(outcome=BulkItem.Outcome.WAITING).exists():
            raise TransitionRefused("Toutes les lignes de cette opération ont été traitées.")
        fresh.job = _request(fresh, actor)
        fresh.save(update_fields=["job"])
    return fresh


def run_operation(job: Job, progress: Progress) -> dict[str, Any]:
    """Do the rows of an operation that wait, one by one (kind of job `BULK_JOB`).

    Raises:
        JobFailed: when the step, or what was answered, is no longer possible for whoever asked.
    """
    operation = BulkOperation.objects.select_related("created_by").get(pk=job.params["operation"])
    try:
        step = _step_of(operation, operation.created_by)
    except PermissionDenied as denied:
        raise JobFailed(str(denied)) from None
    form = step.filled(operation.answers)
    if not form.is_valid():
        raise JobFailed(f"Ce qui avait été saisi n’est plus valable : {' '.join(_sentences(form.errors.as_data()))}")
    waiting = operation.items.filter(outcome=BulkItem.Outcome.WAITING)
    total = operation.items.count()
    left = list(waiting.order_by("pk").values_list("pk", flat=True))
    progress.total(total)
    if total > len(left):
        progress.advance(total - len(left))
    rows = _rows(operation)
    for pk in left:
        _work(pk, operation.created_by, rows, partial(step.run, **form.cleaned_data))
        progress.advance()
    return dict(Counter(operation.items.order_by().values_list("outcome", flat=True)))


def _work(pk: int, actor: User, rows: QuerySet[Any], take: Callable[..., object]) -> None:
    """Do one row and write what became of it, or neither; a row that has its outcome is left as it is."""
    with transaction.atomic():
        item = BulkItem.objects.select_for_update().get(pk=pk)
        if item.outcome != BulkItem.Outcome.WAITING:
            return
        outcome, sentence = _taken(item, actor, rows, take)
        _note(item, outcome, sentence)


def _note(item: BulkItem, outcome: str, sentence: str) -> None:
    item.outcome, item.sentence, item.done_at = outcome, sentence, timezone.now()
    item.save(update_fields=["outcome", "sentence", "done_at"])


def _taken(item: BulkItem, actor: User, rows: QuerySet[Any], take: Callable[..., object]) -> tuple[str, str]:
    """Take one row through the step; return its outcome, and why it was refused or what there is to say."""
    row = rows.filter(pk=item.object_id).first()
    if row is None:
        return BulkItem.Outcome.REFUSED, NOT_FOUND
    try:
        with transaction.atomic():  # what a service had begun before it refused is undone
            said = take(row, actor)
    except (TransitionRefused, PermissionDenied) as refused:
        return BulkItem.Outcome.REFUSED, str(refused)
    except ValidationError as refused:
        return BulkItem.Outcome.REFUSED, " ".join(refused.messages)
    except DatabaseError as error:
        if not isinstance(error, IntegrityError):
            raise  # a lost connection, a deadlock: the job tries again
        logger.exception("bulk operation %s, row %s", item.operation_id, item.object_id)
        return BulkItem.Outcome.REFUSED, UNEXPECTED
    except Exception:  # one row in a condition that nobody foresaw must not keep the others waiting
        logger.exception("bulk operation %s, row %s", item.operation_id, item.object_id)
        return BulkItem.Outcome.REFUSED, UNEXPECTED
    return BulkItem.Outcome.DONE, said if isinstance(said, str) else ""


def _items(
    operation: BulkOperation, step: BulkStep, selection: Selection, skipped: Counter[str]
) -> Iterator[tuple[int, int, str, str, str]]:
    """Yield the rows that the step fits, in the order of their numbers; count the others by why they are left aside."""
    for part, plain in zip(selection.parts(), selection.plain(), strict=True):
        skipped.update(step.left_aside(plain))
        fitting = part.filter(pk__in=step.fitting(plain).order_by().values("pk"))
        for row in fitting.prefetch_related(None).order_by("pk").iterator(chunk_size=1_000):
            yield operation.pk, row.pk, step.named(row)[:LABEL_LENGTH], BulkItem.Outcome.WAITING.value, ""


def _rows(operation: BulkOperation) -> QuerySet[Any]:
    """Return the rows of the scope of whoever asked."""
    try:
        return rows_of(listings[operation.listing], operation.created_by, **operation.route).order_by()
    except Http404:
        raise JobFailed("Cette liste n’est plus dans votre périmètre.") from None


def _step_of(operation: BulkOperation, actor: User) -> BulkStep:
    known = operation.listing in listings
    step = step_named(listings[operation.listing], operation.step, actor) if known else None
    if step is None:
        raise PermissionDenied("Votre rôle ne permet pas cette étape, ou elle n’existe plus.")
    return step


def _request(operation: BulkOperation, actor: User) -> Job:
    return request_job(
        kind=BULK_JOB,
        title=operation.title,
        key=f"{BULK_JOB}:{operation.pk}",
        params={"operation": operation.pk},
        actor=actor,
    )


def _forget_old_drafts(actor: User) -> None:
    """Delete what the same person drew up and never started: somebody who goes back leaves one behind."""
    old = timezone.now() - timedelta(hours=DRAFT_HOURS)
    BulkOperation.objects.filter(created_by=actor, started_at__isnull=True, created_at__lt=old).delete()


def _sentences(errors: Mapping[str, Sequence[ValidationError]]) -> list[str]:
    return [message for found in errors.values() for error in found for message in error.messages]


def _counted(number: int, noun: str) -> str:
    singular, plural = noun.split(",")
    return f"{grouped(number)} {plural if number >= 2 else singular}"
