"""What proves a payment, from the convention to the bank: read for a sample in a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.contrib.contenttypes.prefetch import GenericPrefetch
from django.db.models import F, OuterRef, QuerySet, Subquery

from actions.models import Action, Evidence, Participation
from association.models import AccessRecord, Document, Job, TransitionLog, User
from conventions.models import Adhesion
from payments.models import Account, Allocation, BankAnswerLine, ControlSample, Payment, Run, RunExport

LEFT = (Payment.State.PAID, Payment.State.RETURNED)


@dataclass(frozen=True)
class Piece:
    """One piece of evidence; ``document`` is None when the reader may not open it (quarantine)."""

    evidence: Evidence
    document: Document | None


@dataclass(frozen=True)
class Paper:
    """A paper of the convention or of the adhesion; ``document`` is None when the reader may not open it."""

    label: str
    place: str
    document: Document | None


@dataclass(frozen=True)
class Proof:
    """A line that a payment settles, with all that it rests on."""

    allocation: Allocation
    adhesion: Adhesion | None
    papers: tuple[Paper, ...]
    attendance: tuple[Participation, ...]
    pieces: tuple[Piece, ...]
    steps: tuple[TransitionLog, ...]

    @property
    def line(self) -> Any:
        return self.allocation.line


@dataclass(frozen=True)
class PaymentFile:
    """One payment of a sample: its lines, the steps at the bank, the files it was sent in, what the bank answered."""

    place: int
    why: str
    payment: Payment
    proofs: tuple[Proof, ...]
    steps: tuple[TransitionLog, ...]
    exports: tuple[RunExport, ...]
    answers: tuple[BankAnswerLine, ...]


def population(starts_on: date, ends_on: date) -> QuerySet[Payment]:
    """Return the payments that the bank made in a period, those that came back later included.

    What was paid before the start is not among them: its proof is not here.
    """
    return (
        Payment.objects.filter(paid_on__gte=starts_on, paid_on__lte=ends_on, state__in=LEFT, amount_cents__gt=0)
        .exclude(run__kind=Run.Kind.OPENING)
        .order_by("reference")
    )


def sample_list(user: User) -> QuerySet[ControlSample]:
    """Return the samples of the user's scope with how many payments each holds."""
    from django.db.models import Count

    return ControlSample.objects.visible_to(user).select_related("drawn_by").annotate(items_count=Count("items"))


def latest_job(key: str) -> Job | None:
    """Return the last job that made the file of a sample."""
    return Job.objects.filter(key=key).select_related("result").order_by("-pk").first()


def items_of(sample: ControlSample) -> list[Any]:
    """Return the payments of a sample in their order, without their IBAN."""
    rows = sample.items.select_related(
        "payment__run", "payment__beneficiary__professional", "payment__beneficiary__company"
    )
    return list(rows.defer("payment__iban").order_by("place"))


def files_of(sample: ControlSample, *, reader: User) -> list[PaymentFile]:
    """Return the payments of a sample with what proves each, in their order; never a whole IBAN.

    Args:
        reader: whoever reads the evidence.
    """
    items = sample.items.order_by("place").values_list("place", "why", "payment_id")
    payments = {
        payment.pk: payment
        for payment in Payment.objects.filter(pk__in=[pk for _, _, pk in items])
        .select_related(
            "run__submitted_by",
            "run__approved_by",
            "run__countersigned_by",
            "account__entered_by",
            "account__verified_by",
            "beneficiary__professional",
            "beneficiary__company",
        )
        .defer("iban", "account__iban")
    }
    proofs = _proofs(payments, reader)
    steps = _steps(Payment, payments)
    exports: dict[int, list[RunExport]] = defaultdict(list)
    runs = {payment.run_id for payment in payments.values()}
    for export in RunExport.objects.filter(run__in=runs).select_related("document", "bank_file", "not_transmitted_by"):
        exports[export.run_id].append(export)
    answers = _answers(payments)
    return [
        PaymentFile(
            place,
            why,
            payments[pk],
            tuple(proofs[pk]),
            tuple(steps[pk]),
            tuple(sorted(exports[payments[pk].run_id], key=lambda one: one.version)),
            tuple(answers[pk]),
        )
        for place, why, pk in items
    ]


def _proofs(payments: Collection[int], reader: User) -> dict[int, list[Proof]]:
    allocations = list(
        Allocation.objects.filter(payment__in=payments)
        .select_related(
            "line__participation__action",
            "line__team",
            "line__professional",
            "line__run",
            "line__price",
            "line__convention__document",
            "line__convention__scan",
        )
        .order_by("line__held_on", "line_id", "pk")
    )
    lines = [allocation.line for allocation in allocations]
    actions = {line.participation.action_id for line in lines}
    attendance: dict[int, list[Participation]] = defaultdict(list)
    for part in Participation.objects.filter(action__in=actions).select_related("professional").order_by("pk"):
        attendance[part.action_id].append(part)
    pieces = _pieces(actions, reader)
    steps = _steps(Action, actions)
    adhesions = _adhesions(lines)
    papers = _papers(lines, adhesions, reader)
    found: dict[int, list[Proof]] = defaultdict(list)
    for allocation in allocations:
        line = allocation.line
        action = line.participation.action_id
        found[allocation.payment_id].append(
            Proof(
                allocation,
                adhesions.get((line.convention_id, line.professional_id)),
                papers.get((line.convention_id, line.professional_id), ()),
                tuple(attendance[action]),
                tuple(pieces[action]),
                tuple(steps[action]),
            )
        )
    return found


def _adhesions(lines: Sequence[Any]) -> dict[tuple[int | None, int], Adhesion]:
    """By convention and person; of somebody known under two numbers, under whichever signed."""
    conventions = {line.convention_id for line in lines if line.convention_id}
    rows = Adhesion.objects.filter(convention__in=conventions).select_related("membership__professional", "scan")
    found: dict[tuple[int | None, int], Adhesion] = {}
    for row in rows.order_by("pk"):
        person = row.membership.professional
        found[row.convention_id, person.pk] = row
        if person.merged_into_id:
            found.setdefault((row.convention_id, person.merged_into_id), row)
    return found


def _papers(
    lines: Sequence[Any], adhesions: Mapping[tuple[int | None, int], Adhesion], reader: User
) -> dict[tuple[int | None, int], tuple[Paper, ...]]:
    """By convention and person: the convention as it was issued, the signed copy, and the adhesion."""
    named: dict[tuple[int | None, int], list[tuple[str, str, Document]]] = {}
    for line in lines:
        key, convention = (line.convention_id, line.professional_id), line.convention
        if convention is None or key in named:
            continue
        adhesion = adhesions.get(key)
        kept = (
            ("convention", "convention", convention.document),
            ("exemplaire signé", "exemplaire-signe", convention.scan),
            ("adhésion", f"adhesion-{line.professional.rpps}", adhesion.scan if adhesion else None),
        )
        named[key] = [(label, f"{convention.number}/{place}", one) for label, place, one in kept if one is not None]
    wanted = {one.pk for papers in named.values() for _, _, one in papers}
    seen = Document.objects.visible_to(reader).in_bulk(wanted)
    return {
        key: tuple(Paper(label, place, seen.get(one.pk)) for label, place, one in papers)
        for key, papers in named.items()
    }


def _answers(payments: Collection[int]) -> dict[int, list[BankAnswerLine]]:
    """Return what the bank's own files said of each payment, and somebody confirmed."""
    confirmed = BankAnswerLine.objects.filter(payment__in=payments, outcome=BankAnswerLine.Outcome.CONFIRMED)
    found: dict[int, list[BankAnswerLine]] = defaultdict(list)
    for line in confirmed.select_related("answer__document", "decided_by").order_by("decided_at", "pk"):
        if line.payment_id is not None:
            found[line.payment_id].append(line)
    return found


def _pieces(actions: Collection[int], reader: User) -> dict[int, list[Piece]]:
    rows = list(Evidence.objects.current().filter(action__in=actions).select_related("added_by").order_by("pk"))
    documents = Document.objects.visible_to(reader).in_bulk({row.document_id for row in rows})
    found: dict[int, list[Piece]] = defaultdict(list)
    for row in rows:
        found[row.action_id].append(Piece(row, documents.get(row.document_id)))
    return found


def _steps(model: Any, keys: Iterable[int]) -> dict[int, list[TransitionLog]]:
    rows = TransitionLog.objects.filter(content_type=ContentType.objects.get_for_model(model), object_id__in=list(keys))
    found: dict[int, list[TransitionLog]] = defaultdict(list)
    for row in rows.select_related("actor").order_by("at", "pk"):
        found[row.object_id].append(row)
    return found


# --- dated lists -------------------------------------------------------------------------------------------------


def access_list(user: User) -> QuerySet[AccessRecord]:
    """Return who held which right, each from an instant to the next change; the latest first."""
    if not user.has_perm("payments.view_control"):
        return AccessRecord.objects.none()
    following = AccessRecord.objects.filter(user=OuterRef("user"), at__gt=OuterRef("at")).order_by("at", "pk")
    rows = AccessRecord.objects.exclude(role="system").select_related("user")
    return rows.annotate(until=Subquery(following.values("at")[:1])).order_by("-at", "-pk")


def account_changes(user: User) -> QuerySet[TransitionLog]:
    """Return the changes of state of the accounts, the latest first; of an account the end of its IBAN only."""
    if not user.has_perm("payments.view_account"):
        return TransitionLog.objects.none()
    accounts = Account.objects.defer("iban").select_related("beneficiary__professional", "beneficiary__company")
    return (
        TransitionLog.objects.filter(content_type=ContentType.objects.get_for_model(Account))
        .select_related("actor")
        .prefetch_related(GenericPrefetch("target", [accounts]))
        .annotate(
            holder=Subquery(Account.objects.filter(pk=OuterRef("object_id")).values("holder")[:1]),
            instant=F("at"),
        )
    )
