"""The "compte rendu financier" of a grant: what payments, instalments and running costs say, with what was typed."""

from __future__ import annotations

from collections import Counter
from datetime import date

from django.conf import settings
from django.db.models import Sum
from django.utils import timezone

from payments.models import Grant, GrantDecision
from payments.selectors.grants import figures_of, spent_by_heading
from reports.financial.headings import CARRIED_IN, CARRIED_OUT, FUNDER
from reports.financial.statement import Statement, Written, blocks_of
from reports.models import FinancialStatement


def typed_for(grant: Grant) -> FinancialStatement:
    """Return what was typed for a grant; the defaults until somebody types something."""
    return FinancialStatement.objects.filter(grant=grant).first() or FinancialStatement(grant=grant)


def written_lines(typed: FinancialStatement) -> dict[str, Written]:
    """Return heading -> what was typed."""
    if typed._state.adding:
        return {}
    return {line.heading: Written(line.planned_cents, line.typed_cents, line.explanation) for line in typed.lines.all()}


def statement_of(grant: Grant, *, at: date | None = None) -> Statement:
    """Return the sheet of a grant as at the end of a day (today), in a fixed number of queries.

    Charges: the indemnities that the actions of the period earned, the running costs typed by heading, and what of the
    grant was decided to be used later. Products: the instalments received, and what was carried over from before.
    """
    day, typed = at or timezone.localdate(), typed_for(grant)
    figures = figures_of(grant, at=day)
    known = Counter(spent_by_heading(grant))
    known[typed.teams_heading] += figures.due
    known[FUNDER] += figures.received
    known[CARRIED_IN] += _carried(GrantDecision.objects.filter(to_grant=grant), day)
    known[CARRIED_OUT] += _carried(grant.decisions.all(), day)
    return Statement(
        reference=grant.reference,
        funder=grant.funder,
        organisation=settings.ORGANISATION_NAME,
        first_on=grant.starts_on,
        last_on=grant.ends_on,
        as_at=day,
        threshold_percent=typed.threshold_percent,
        teams_due_cents=figures.due,
        teams_paid_cents=figures.paid,
        blocks=blocks_of(known=known, written=written_lines(typed), threshold_percent=typed.threshold_percent),
    )


def _carried(decisions: object, day: date) -> int:
    rows = decisions.filter(kind=GrantDecision.Kind.CARRIED, decided_on__lte=day)  # type: ignore[attr-defined]
    return int(rows.aggregate(cents=Sum("amount_cents", default=0))["cents"])
