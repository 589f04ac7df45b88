"""The slips of a run, and what became of the messages that carry them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from association.models import Job, User
from association.searching import words
from payments.models import Run, Slip, SlipMail
from payments.selectors.accounts import beneficiaries_named

SLIP_JOB, SEND_JOB = "payments.make_slips", "payments.send_slips"
TO_SEND, NO_ADDRESS, ASKED, SENT = "a_envoyer", "sans_adresse", "confie", "envoye"
SENDINGS = (
    (TO_SEND, "À envoyer"),
    (NO_ADDRESS, "Sans adresse"),
    (ASKED, "Confié à la messagerie"),
    (SENT, "Envoyé"),
)
TONES = {TO_SEND: "waiting", NO_ADDRESS: "attention", ASKED: "idle", SENT: "good"}
MADE_FROM = (Run.State.EXPORTED, Run.State.SETTLED)


def slips_with_facts(user: User) -> QuerySet[Slip]:
    """Return the slips that count, with ``address``, ``was_asked`` and ``sent_at`` of the last message of each."""
    mails = SlipMail.objects.filter(slip=OuterRef("pk")).order_by("-pk")
    return (
        Slip.objects.visible_to(user)
        .counting()
        .select_related("run", "beneficiary__professional", "beneficiary__company")
        .annotate(
            address=Coalesce(F("beneficiary__professional__email"), F("beneficiary__company__email"), Value("")),
            was_asked=Exists(mails),
            sent_at=Subquery(mails.values("mail__sent_at")[:1]),
        )
        .order_by("number")
    )


def slip_list(run: Run, user: User) -> QuerySet[Slip]:
    """Return the slips of one run."""
    return slips_with_facts(user).filter(run=run).defer("content")


def in_sending(slips: QuerySet[Slip], *what: str) -> QuerySet[Slip]:
    """Return those of some slips of `slips_with_facts` of which one of ``what`` is true (`SENDINGS`)."""
    conditions = {
        TO_SEND: Q(was_asked=False) & ~Q(address=""),
        NO_ADDRESS: Q(was_asked=False, address=""),
        ASKED: Q(was_asked=True, sent_at__isnull=True),
        SENT: Q(sent_at__isnull=False),
    }
    return slips.filter(reduce(or_, (conditions[one] for one in what)))


def sending_of(slip: Slip) -> str:
    """Return the same of one slip of `slips_with_facts`."""
    if slip.sent_at:  # type: ignore[attr-defined]
        return SENT
    if slip.was_asked:  # type: ignore[attr-defined]
        return ASKED
    return TO_SEND if slip.address else NO_ADDRESS  # type: ignore[attr-defined]


def search_slips(slips: QuerySet[Slip], text: str) -> QuerySet[Slip]:
    """Return the slips of which every word typed is in the number, or in a name or the RPPS of the beneficiary."""
    for word in words(text):
        slips = slips.filter(Q(number__icontains=word) | Q(beneficiary__in=beneficiaries_named(word).values("pk")))
    return slips


def history_of_sendings(slip: Slip) -> list[SlipMail]:
    """Return the messages that carried any version of a slip, the last first."""
    of = SlipMail.objects.filter(slip__run=slip.run_id, slip__beneficiary=slip.beneficiary_id)
    return list(of.select_related("mail__created_by", "slip").defer("slip__content"))


@dataclass(frozen=True)
class SlipFigures:
    """The slips of a run in numbers, and the last file of all of them."""

    made: int
    to_send: int
    without_address: int
    asked: int
    sent: int
    archive: Job | None


def slip_figures(run: Run, user: User) -> SlipFigures:
    """Count the slips of a run by what became of them."""
    rows = slip_list(run, user)
    counts = {what: in_sending(rows, what).count() for what, _ in SENDINGS}
    done = Job.objects.filter(kind=SLIP_JOB, key=slips_key(run), state=Job.State.DONE).select_related("result")
    return SlipFigures(
        made=sum(counts.values()),
        to_send=counts[TO_SEND],
        without_address=counts[NO_ADDRESS],
        asked=counts[ASKED],
        sent=counts[SENT],
        archive=done.order_by("-pk").first(),
    )


def slips_key(run: Run) -> str:
    """Return the key of the jobs that make the slips of a run."""
    return f"{SLIP_JOB}:{run.pk}"


def sending_key(run: Run) -> str:
    """Return the key of the jobs that send the slips of a run."""
    return f"{SEND_JOB}:{run.pk}"
