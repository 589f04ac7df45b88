"""What comes out: one decision per candidate, in the same order."""

import datetime as dt
from dataclasses import dataclass
from typing import NamedTuple

from payments.pricing.facts import Candidate, Reason
from payments.pricing.prices import PriceEntry


@dataclass(slots=True)
class Priced:
    """A due line: `amount_cents` above zero, at most the price. Never changed; not frozen, which would cost as much
    as all the rules together.

    `cut_by`: the ceilings that made it less than the price, in the order in which they cut: `CAP_TEAM`,
    `CAP_PERSON`. `company_id`: the company that is owed the money; None: the professional. `ceiling_cents`:
    the team's ceiling.
    """

    candidate: Candidate
    price: PriceEntry
    amount_cents: int
    cut_by: tuple[Reason, ...]
    company_id: int | None
    convention_id: int
    ceiling_cents: int


class Excluded(NamedTuple):
    """Earns nothing in this run. `judged_on`: the date on which it was judged (of a project: the effect date).

    `limit`: what a `CAP_*` reached, the number of participations or the ceiling in cents.
    """

    candidate: Candidate
    reason: Reason
    judged_on: dt.date
    limit: int | None = None


class MissingPrice(NamedTuple):
    """An error of the run: nothing is priced at zero, and a run with such a line cannot be submitted."""

    candidate: Candidate


Decision = Priced | Excluded | MissingPrice
