"""The convention de financement that covers the last day: its envelope, and the targets that it sets.

Read by the functions of the payments (`payments.selectors.grants`), as at the end of the last day. It is granted to the
whole association: a department has none.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from payments.models import GrantTarget
from payments.selectors.grants import GrantFigures, figures_of, forecast, grant_on
from reports.indicators.model import Indicator, Measure, Section, Unit, mean
from reports.indicators.scope import Scope
from reports.periods import Period

if TYPE_CHECKING:
    from reports.indicators.facts import Facts

GRANTED = "Convention de financement et ses avenants"
LEDGER = "Indemnités et virements, figés par le bon à payer"


def targets_on(scope: Scope, period: Period) -> dict[str, int]:
    """Return the targets of the grant that covers the last day, by the key of the indicator; none for a department."""
    grant = None if scope.department else grant_on(period.last)
    if grant is None:
        return {}
    return dict(GrantTarget.objects.filter(grant=grant).order_by("pk").values_list("indicator", "value"))


class GrantFacts:
    """The figures of the grant, or none."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts

    @cached_property
    def figures(self) -> GrantFigures | None:
        """As at the end of the last day."""
        if self._facts.scope.department:
            return None
        grant = grant_on(self._facts.period.last)
        return figures_of(grant, at=self._facts.period.last) if grant else None

    @cached_property
    def foreseen(self) -> int | None:
        """What will be due at the end of the grant, in cents; None before any month was settled."""
        if self._facts.scope.department:
            return None
        grant = grant_on(self._facts.period.last)
        found = forecast(grant, at=self._facts.period.last) if grant else None
        return found.total_cents if found else None


def _of(read: Callable[[GrantFigures], int | None]) -> Callable[[Facts], Measure]:
    def compute(facts: Facts) -> Measure:
        figures = facts.grant.figures
        return Measure(None if figures is None else read(figures))

    return compute


def _indicator(
    key: str, name: str, definition: str, read: Callable[[GrantFigures], int | None], source: str
) -> Indicator:
    return Indicator(f"grant.{key}", Section.GRANT, name, definition, Unit.CENTS, source, _of(read))


INDICATORS = (
    _indicator(
        "granted",
        "Part des équipes accordée",
        "Part de la dotation destinée aux équipes, avenants et reports compris, de la convention de financement qui "
        "couvre le dernier jour de la période. La dotation est régionale.",
        lambda found: found.team_granted,
        GRANTED,
    ),
    _indicator(
        "received",
        "Dotation reçue",
        "Échéances de la dotation reçues jusqu’au dernier jour de la période.",
        lambda found: found.received,
        "Échéances de la convention de financement",
    ),
    _indicator(
        "due",
        "Utilisé de la part des équipes",
        "Indemnités figées jusqu’au dernier jour de la période, pour les actions que la dotation couvre.",
        lambda found: found.due,
        LEDGER,
    ),
    _indicator(
        "paid",
        "Payé de la part des équipes",
        "Ce que la banque en a payé jusqu’au dernier jour de la période.",
        lambda found: found.paid,
        LEDGER,
    ),
    _indicator(
        "committed",
        "Engagé par les conventions",
        "Ce que les conventions d’équipe signées peuvent encore coûter d’ici la fin de la dotation, dans leurs "
        "plafonds.",
        lambda found: found.committed,
        "Conventions d’équipe signées",
    ),
    _indicator(
        "left",
        "Reste de la part des équipes",
        "Part des équipes accordée, moins ce qui en est utilisé\u00a0; au-dessous de zéro, le dépassement.",
        lambda found: found.left,
        LEDGER,
    ),
    Indicator(
        "grant.share",
        Section.GRANT,
        "Part utilisée de la dotation des équipes",
        "Utilisé de la part des équipes, rapporté à ce qui est accordé.",
        Unit.PERCENT,
        LEDGER,
        lambda facts: Measure(
            mean(max(facts.grant.figures.due, 0), facts.grant.figures.team_granted, Unit.PERCENT)
            if facts.grant.figures
            else None
        ),
    ),
    Indicator(
        "grant.forecast",
        Section.GRANT,
        "Prévision à la fin de la dotation",
        "Ce qui sera dû aux équipes à la fin de la dotation, au rythme des derniers mois payés et dans la limite de ce "
        "que les conventions signées peuvent encore coûter.",
        Unit.CENTS,
        LEDGER,
        lambda facts: Measure(facts.grant.foreseen),
    ),
    _indicator(
        "running",
        "Fonctionnement dépensé",
        "Dépenses de fonctionnement de l’association saisies jusqu’au dernier jour de la période, sur la dotation.",
        lambda found: found.spent,
        "Dépenses de fonctionnement saisies",
    ),
)
