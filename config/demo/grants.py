"""Example grants of the demo, one a civil year, and two mandates: the association's real amounts are not public."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

from django.db.models import Sum

from association.models import Membership, Professional
from config.demo.span import Span, last_day
from config.demo.users import DemoUsers
from payments.models import (
    BoardFunction,
    CostHeading,
    DueLine,
    Grant,
    GrantDecision,
    GrantDeliverable,
    GrantInstalment,
    GrantTarget,
    Indicator,
)
from payments.selectors.grants import RUNNING, TEAMS, undecided
from payments.services.grants import add_row, close_grant, decide_left, draft_grant, sign_grant
from payments.services.mandates import give_mandate
from payments.services.running_costs import enter_cost

EXAMPLE = "Exemple : montants inventés pour la démonstration."
ROUND = 10_000_00  # cents: a grant is a round sum
RUNNING_MONTH = 4_000_00
# What a month costs, in cents: a half-time coordinator, an office, the telephone, journeys.
COSTS = (
    (CostHeading.SALARIES, "Coordination, mi-temps", 2_150_00),
    (CostHeading.SOCIAL, "Charges sociales", 890_00),
    (CostHeading.RENT, "Bureau partagé", 420_00),
    (CostHeading.BANK, "Frais bancaires et téléphone", 46_80),
    (CostHeading.TRAVEL, "Déplacements auprès des équipes", 183_40),
)


def fund_examples(*, span: Span, users: DemoUsers) -> list[Grant]:
    """Enter, sign and follow one grant for each civil year of the months; the years that are over are closed.

    What is left of a year is carried over to the next: the amounts are what the year cost, and a tenth.
    """
    grants = [_fund(year, span, users) for year in range(span.first.year, span.last.year + 1)]
    for month in span.months:
        _spend(month, users)
    for grant, following in pairwise(grants):
        _carry_over(grant, following, users)
    return grants


def seat_examples(*, span: Span, users: DemoUsers) -> None:
    """Seat two people on the board: the president's account, and a professional who is paid like any other."""
    member = (
        Membership.objects.filter(joined_on__lte=span.first, left_on__isnull=True)
        .exclude(professional=users.referent.professional_id)
        .order_by("pk")
        .values_list("professional", flat=True)
        .first()
    )
    seats = [
        (BoardFunction.PRESIDENT, {"user": users.president, "professional": None}),
        (BoardFunction.SECRETARY, {"user": None, "professional": Professional.objects.filter(pk=member).first()}),
    ]
    for function, person in seats:
        if any(person.values()):
            values = {**person, "function": function, "starts_on": span.first, "ends_on": None}
            give_mandate(values={**values, "reason": "Assemblée générale (exemple)"}, actor=users.admin)


def _fund(year: int, span: Span, users: DemoUsers) -> Grant:
    first, last = max(date(year, 1, 1), span.first), date(year, 12, 31)
    signed_on = first + timedelta(days=14)
    middle = first + (last - first) / 2
    grant = draft_grant(
        values={
            "reference": f"FIR-{year}-001 (exemple)",
            "funder": "ARS Pays de la Loire",
            "starts_on": first,
            "ends_on": last,
            "team_cents": _team_part(first, last, span),
            "running_cents": (13 - first.month) * RUNNING_MONTH,
            "comment": EXAMPLE,
        },
        actor=users.gestion,
    )
    grant = sign_grant(grant=grant, signed_on=signed_on, actor=users.tresorier)
    whole = grant.team_cents + grant.running_cents
    half = whole // 2
    for condition, day, cents in (
        ("À la signature", signed_on + timedelta(days=30), half),
        ("À la remise du bilan intermédiaire", middle + timedelta(days=20), whole - half),
    ):
        is_received = day <= span.end
        add_row(
            model=GrantInstalment,
            grant=grant,
            values={
                "condition": condition,
                "expected_on": day,
                "expected_cents": cents,
                "received_on": day + timedelta(days=6) if is_received else None,
                "received_cents": cents if is_received else None,
            },
            actor=users.gestion,
        )
    for indicator, value in ((Indicator.TEAMS, 150), (Indicator.ACTIONS, 2_500), (Indicator.PPS, 400)):
        add_row(model=GrantTarget, grant=grant, values={"indicator": indicator, "value": value}, actor=users.gestion)
    for label, day in (
        ("Bilan intermédiaire", middle + timedelta(days=10)),
        ("Rapport d’activité et compte rendu financier", date(year + 1, 3, 31)),
    ):
        delivered = day - timedelta(days=3) if day <= span.end else None
        add_row(
            model=GrantDeliverable,
            grant=grant,
            values={"label": label, "due_on": day, "delivered_on": delivered},
            actor=users.gestion,
        )
    return grant


def _team_part(first: date, last: date, span: Span) -> int:
    """What the months of the period cost, brought to all of its months, and a tenth; a round sum."""
    months = sum(1 for month in span.months if first <= month <= last)
    of_period = 13 - first.month
    lines = DueLine.objects.filter(held_on__gte=first, held_on__lte=last)
    due = lines.aggregate(cents=Sum("amount_cents", default=0))["cents"]
    return max(1, -(-due * of_period * 11 // (10 * max(1, months)) // ROUND)) * ROUND


def _spend(month: date, users: DemoUsers) -> None:
    for heading, label, cents in COSTS:
        values = {"spent_on": last_day(month), "heading": heading, "label": label, "amount_cents": cents}
        enter_cost(values=values, actor=users.gestion)


def _carry_over(grant: Grant, following: Grant, users: DemoUsers) -> None:
    decided_on = grant.ends_on + timedelta(days=40)
    for part, name in ((GrantDecision.Part.TEAMS, TEAMS), (GrantDecision.Part.RUNNING, RUNNING)):
        if cents := undecided(grant)[name]:
            decide_left(
                grant=grant,
                kind=GrantDecision.Kind.CARRIED,
                part=part,
                amount_cents=cents,
                to_grant=following,
                decided_on=decided_on,
                reason="Accord de l’ARS sur le report (exemple)",
                actor=users.tresorier,
            )
    close_grant(grant=grant, actor=users.tresorier)
