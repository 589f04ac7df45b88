"""From participation to due line: rules 1 to 5 of docs/payment-rules.md, and nothing else.

`price` decides every candidate in the fixed order. It is a pure function over (ordered candidates, price
list, balances): no database, no clock, no Django. The monthly run, the ceiling meter of the action form and
the price list simulator call this same function.

Read in this order: `facts` (what is known), `exclusions` (rule 1), `prices` (rule 2), `decisions` (what
comes out), `balances` (what rules 3 to 5 count), `rules` (the whole, on one page).
"""

from payments.pricing.balances import Balances
from payments.pricing.decisions import Decision, Excluded, MissingPrice, Priced
from payments.pricing.exclusions import add_months
from payments.pricing.facts import (
    ActionFacts,
    Candidate,
    ConventionFacts,
    MembershipFacts,
    Period,
    Practice,
    Reason,
    Rules,
    Suspension,
    TeamFacts,
    Terms,
)
from payments.pricing.prices import ANY_PROFESSION, PriceEntry, PriceList
from payments.pricing.rules import OutOfOrder, price

__all__ = [
    "ANY_PROFESSION",
    "ActionFacts",
    "Balances",
    "Candidate",
    "ConventionFacts",
    "Decision",
    "Excluded",
    "MembershipFacts",
    "MissingPrice",
    "OutOfOrder",
    "Period",
    "Practice",
    "PriceEntry",
    "PriceList",
    "Priced",
    "Reason",
    "Rules",
    "Suspension",
    "TeamFacts",
    "Terms",
    "add_months",
    "price",
]
