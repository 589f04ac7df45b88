"""An example price list: the association's real one is not public, these amounts are invented."""

from __future__ import annotations

from datetime import date, datetime

from association.models import User
from association.nomenclature import ActionType, ParticipationRole, TeamKind
from config.demo.span import Span
from payments.models import Price

ANY, DOCTOR, NURSE = "", "10", "60"
PARTICIPANT, WRITER = ParticipationRole.PARTICIPANT, ParticipationRole.REDACTEUR
PROTOCOLS_A_YEAR = 2
FIRST_DAY_BEFORE = 2  # years before the first month: the writing of a project is paid at the price of its day

# type, role, profession, cents, number cap
EXAMPLE_PRICES = (
    (ActionType.RCP, PARTICIPANT, ANY, 50_00, None),
    (ActionType.RCP, PARTICIPANT, DOCTOR, 60_00, None),
    (ActionType.RCPP, PARTICIPANT, ANY, 55_00, None),
    (ActionType.RCPP, PARTICIPANT, DOCTOR, 66_00, None),
    (ActionType.PPS, WRITER, ANY, 100_00, None),
    (ActionType.PPS, PARTICIPANT, ANY, 40_00, None),
    (ActionType.PROTOCOLE, WRITER, ANY, 120_00, PROTOCOLS_A_YEAR),
    (ActionType.PROTOCOLE, PARTICIPANT, ANY, 60_00, PROTOCOLS_A_YEAR),
    (ActionType.PREVENTION, PARTICIPANT, ANY, 45_00, None),
    (ActionType.ETP, PARTICIPANT, ANY, 45_00, None),
    (ActionType.ETP, PARTICIPANT, NURSE, 50_00, None),
    (ActionType.PROJET, WRITER, ANY, 200_00, None),
    (ActionType.PROJET, PARTICIPANT, ANY, 80_00, None),
)
# From the middle of the months on.
EXAMPLE_RISE = (
    (ActionType.RCP, PARTICIPANT, ANY, 55_00, None),
    (ActionType.RCP, PARTICIPANT, DOCTOR, 66_00, None),
)


def publish_examples(*, span: Span, actor: User, at: datetime) -> int:
    """Write the example price list for ESP CLAP and ESS; return how many prices that is."""
    start = date(span.first.year - FIRST_DAY_BEFORE, 1, 1)
    prices = [
        Price(
            kind=kind,
            action_type=action_type,
            role=role,
            profession=profession,
            amount_cents=cents,
            yearly_cap=cap,
            starts_on=starts_on,
            published_by=actor,
            published_at=at,
        )
        for kind in (TeamKind.ESP_CLAP, TeamKind.ESS)
        for starts_on, entries in ((start, EXAMPLE_PRICES), (span.middle, EXAMPLE_RISE))
        for action_type, role, profession, cents, cap in entries
    ]
    Price.objects.bulk_create(prices)
    return len(prices)
