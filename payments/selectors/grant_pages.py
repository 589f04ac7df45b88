"""What the pages of the grants show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q, QuerySet
from django.utils import timezone

from association.models import FieldChange, User
from association.money import euros
from association.selectors.history import Entry, history_of
from association.workflow import offers
from payments.models import CostHeading, Grant, GrantDeliverable, GrantInstalment, GrantTarget, RunningCost
from payments.selectors.grant_watch import without_grant
from payments.selectors.run_steps import RunStep

WORDS = {
    "sign": "La période est alors fixée, les montants ne changent plus que par avenant, et les actions de la période "
    "sont celles de cette dotation.",
    "abandon": "Le brouillon est mis de côté pour de bon.",
    "close": "Ni versement, ni dépense, ni livrable ne s’y notent plus.",
}
MAIN = frozenset({"sign", "close"})


@dataclass(frozen=True)
class Heading:
    """A heading of the running costs, and what was spent under it (cents)."""

    label: str
    cents: int


def grant_for(user: User) -> QuerySet[Grant]:
    """Return the grants of the user's scope with what their page shows."""
    return Grant.objects.visible_to(user).select_related("scan", "created_by")


def grant_steps(grant: Grant, *, actor: User, forms: Mapping[str, Any]) -> list[RunStep]:
    """Return what the actor may do with a grant, each step with what prevents it and what it asks for."""
    return [
        RunStep(
            offer.name,
            offer.label,
            offer.reason,
            offer.needs_comment,
            offer.danger,
            WORDS.get(offer.name, ""),
            main=offer.name in MAIN,
            form=forms.get(offer.name),
        )
        for offer in offers(grant, actor=actor)
    ]


def whole_history(grant: Grant) -> list[Entry]:
    """Return the changes of state and of fields, of the grant and of its rows, newest first."""
    mine = Q(content_type=ContentType.objects.get_for_model(Grant), object_id=grant.pk)
    for model in (GrantInstalment, GrantTarget, GrantDeliverable):
        rows = model._default_manager.filter(grant=grant).values("pk")
        mine |= Q(content_type=ContentType.objects.get_for_model(model), object_id__in=rows)
    changes = FieldChange.objects.filter(mine).select_related("actor")
    return sorted([*history_of(grant), *map(_entry, changes)], key=lambda entry: entry.at, reverse=True)


def headings(spent: Mapping[str, int]) -> list[Heading]:
    """Return the headings with something spent, in the order of the accounts."""
    return [Heading(CostHeading(code).label, cents) for code, cents in spent.items()]


def cost_list(user: User) -> QuerySet[RunningCost]:
    """Return the running costs of the user's scope."""
    return RunningCost.objects.visible_to(user).select_related("entered_by")


def _entry(one: FieldChange) -> Entry:
    if one.field in ("row", "written"):
        said = one.after or f"retiré : {one.before}"
    elif one.before and one.after:
        said = f"{one.subject} : « {one.before} » est devenu « {one.after} »"
    else:
        said = f"{one.subject} : {one.after or 'effacé, avant : ' + one.before}"
    return Entry(one.label, one.at, str(one.actor), said)


def outside_said() -> str:
    """Return, in French, what this civil year made due on days of no signed grant; nothing when there is none."""
    year = timezone.localdate().year
    cents = without_grant(year)
    if not cents or not Grant.objects.binding().exists():
        return ""
    return (
        f"{euros(cents)} d’indemnités de {year} sont dues pour des actions à des dates qu’aucune dotation signée ne "
        "couvre : vérifiez les périodes."
    )
