"""The demo region with many times its actions, spread over its months and paid as its own were."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import NamedTuple

from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, transaction
from django.utils import timezone

from actions.models import Action, Participation
from association.bulk import insert_rows
from association.models import Professional, Team
from payments.models import Allocation, DueLine, Payment, Run

WAITING = 50  # every so many of the multiplied actions waits to be validated
DAYS = 700  # the copies lie evenly on them: with the months of the services, 24 months


class Copy(NamedTuple):
    """A copy of the action ``source`` on another day."""

    pk: int
    source: int
    team: int
    type: str
    held_on: date
    waits: bool


def make_region(*, teams: int, actions: int) -> None:
    """Write the demo region of so many teams into an empty database, its actions multiplied up to ``actions``."""
    call_command("seed_demo", teams=teams, verbosity=0)
    with transaction.atomic():
        multiply_actions(actions)
    with connection.cursor() as cursor:
        for behind in connection.ops.sequence_reset_sql(no_style(), [Action, Payment]):
            cursor.execute(behind)  # their numbers were written with them
        cursor.execute("ANALYZE")


def in_words() -> str:
    """Say how large the region is."""
    counts = (
        (Team.objects.count(), "équipes"),
        (Professional.objects.count(), "professionnels"),
        (Action.objects.count(), "actions"),
        (DueLine.objects.count(), "indemnités"),
    )
    return ", ".join(f"{count} {what}" for count, what in counts) + f" ({connection.vendor})"


def multiply_actions(wanted: int) -> None:
    """Write copies of the validated actions, up to ``wanted`` actions in all, with what was due and paid."""
    # Of the months that the region has paid: copies of what waits for a run would wait for ever.
    run = Run.objects.get(kind="opening").pk
    paid = DueLine.objects.filter(run=run).values("participation__action")
    known = list(Action.objects.filter(pk__in=paid).order_by("pk").values_list("pk", "team", "type"))
    last = Action.objects.order_by("-pk").values_list("pk", flat=True)[0]
    missing = max(0, wanted - Action.objects.count())
    copies = [Copy(last + 1 + n, *known[n % len(known)], _day(n), n % WAITING == 0) for n in range(missing)]
    insert_rows(
        Action,
        ["id", "state", "reference", "team", "type", "held_on", "declared_on", "modality", "theme",
         "deadline_lifted_reason", "attestation_number", "not_funded_elsewhere", "version", "created_at"],
        (
            (one.pk, "declared" if one.waits else "validated", f"B{one.pk:07d}", one.team, one.type, one.held_on,
             one.held_on, "", "", "", "", True, 0, f"{one.held_on} 00:00:00Z")
            for one in copies
        ),
    )  # fmt: skip
    people: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for action, person, role in Participation.objects.filter(action__lte=last).values_list(
        "action_id", "professional_id", "role"
    ):
        people[action].append((person, role))
    insert_rows(
        Participation,
        ["action", "professional", "role", "refused_reason"],
        ((one.pk, person, role, "") for one in copies for person, role in people[one.source]),
    )
    before = DueLine.objects.order_by("-pk").values_list("pk", flat=True)[0]
    _owe(run, last, [one for one in copies if not one.waits])
    _pay(run, before)


def _day(number: int) -> date:
    """Return the day of a copy: some months are over and paid; what waits is of the last weeks."""
    end = (timezone.localdate().replace(day=1) - timedelta(days=1)).replace(day=1) - timedelta(days=1)
    return end - timedelta(days=number % 45 if number % WAITING == 0 else number % DAYS)


def _owe(run: int, last: int, copies: list[Copy]) -> None:
    """Write the lines of the copies, as those of their sources; ``last``: the last action that is none."""
    parts = Participation.objects.filter(action__gt=last).values_list("action_id", "professional_id", "pk")
    part_of = {(action, person): pk for action, person, pk in parts}
    due: dict[int, list[tuple[object, ...]]] = defaultdict(list)
    columns = ("beneficiary_id", "team_id", "professional_id", "convention_id", "action_type")
    for action, *values in DueLine.objects.filter(run=run).values_list(
        "participation__action_id", *columns, "price_cents", "amount_cents"
    ):
        due[action].append(tuple(values))
    insert_rows(
        DueLine,
        ["run", "kind", "participation", *(name.removesuffix("_id") for name in columns), "held_on", "price_cents",
         "amount_cents", "cut_by"],
        (
            (run, "initial", part_of[one.pk, values[2]], *values[:5], one.held_on, *values[5:], "")
            for one in copies
            for values in due[one.source]
        ),
    )  # fmt: skip


def _pay(run: int, before: int) -> None:
    """Pay the lines written after the line ``before`` by one transfer a month to each beneficiary, a month later."""
    lines = list(DueLine.objects.filter(pk__gt=before).values_list("pk", "beneficiary_id", "held_on", "amount_cents"))
    sums: dict[tuple[int, date], int] = defaultdict(int)
    for _, who, day, cents in lines:
        sums[who, day.replace(day=1)] += cents
    last = Payment.objects.order_by("-pk").values_list("pk", flat=True)[0]
    texts = ("label", "iban", "iban_hash", "iban_last4", "bic", "holder", "bank_reason")
    numbers = {key: number for number, key in enumerate(sums, start=last + 1)}
    insert_rows(
        Payment,
        ["id", "state", "run", "beneficiary", "amount_cents", "reference", "paid_on", *texts],
        (
            (numbers[who, month], "paid", run, who, cents, f"BANC-{numbers[who, month]}",
             (month + timedelta(days=32)).replace(day=15), *[""] * len(texts))
            for (who, month), cents in sums.items()
        ),
    )  # fmt: skip
    insert_rows(
        Allocation,
        ["line", "payment", "released_reason"],
        [(pk, numbers[who, day.replace(day=1)], "") for pk, who, day, _ in lines],
    )
