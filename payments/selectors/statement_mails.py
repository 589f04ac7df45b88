"""The statements of a year, and what became of the messages that carry them."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Exists, F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from association.models import Job, User
from payments.models import Beneficiary, StatementMail
from payments.selectors.slips import SENDINGS, in_sending
from payments.selectors.statements import statement_rows

SEND_STATEMENTS_JOB = "payments.send_statements"


def statements_with_sending(user: User, year: int) -> QuerySet[Beneficiary]:
    """Return the rows of `statement_rows` with ``address``, ``was_asked`` and ``sent_at`` of the last message."""
    mails = StatementMail.objects.filter(beneficiary=OuterRef("pk"), year=year).order_by("-pk")
    return statement_rows(user, year).annotate(
        address=Coalesce(F("professional__email"), Value("")),
        was_asked=Exists(mails),
        sent_at=Subquery(mails.values("mail__sent_at")[:1]),
    )


def sendings_of_statement(beneficiary: Beneficiary, year: int) -> list[StatementMail]:
    """Return the messages that carried the statement of a year, the last first."""
    rows = StatementMail.objects.filter(beneficiary=beneficiary, year=year)
    return list(rows.select_related("mail__created_by", "document"))


@dataclass(frozen=True)
class StatementFigures:
    """How many statements of a year are in each sending, and the last job that hands them over."""

    counts: dict[str, int]
    job: Job | None

    @property
    def to_send(self) -> int:
        return self.counts["a_envoyer"]


def statement_figures(user: User, year: int) -> StatementFigures:
    """Count the statements of a year by what became of them."""
    rows = statements_with_sending(user, year)
    job = Job.objects.filter(key=statements_key(year)).order_by("-pk").first()
    return StatementFigures({what: in_sending(rows, what).count() for what, _ in SENDINGS}, job)


def statements_key(year: int) -> str:
    """Return the key of the jobs that send the statements of a year."""
    return f"{SEND_STATEMENTS_JOB}:{year}"
