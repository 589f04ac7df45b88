"""The price list, and the settings of the rules."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import Max

from association.journal import save_changes
from association.machine import TransitionRefused
from association.models import User
from association.permissions import require
from payments.models import PaymentSettings, Price
from payments.price_grid import Change
from payments.selectors.prices import last_published

OVERTAKEN = (
    "Quelqu’un d’autre vient de publier des tarifs : rien n’a été publié, et rien de votre saisie n’est perdu. "
    "Relisez la grille, puis publiez de nouveau."
)


def publish_price(
    *,
    kind: str,
    action_type: str,
    role: str,
    starts_on: date,
    amount_cents: int,
    actor: User,
    profession: str = "",
    yearly_cap: int | None = None,
) -> Price:
    """Publish a price; one that stands already from that date gets a new version.

    The next run reverses the lines priced with the older version and prices them anew as corrections.

    Args:
        amount_cents: euro cents, above zero, at most 100,000 EUR.

    Raises:
        ValidationError: with what is wrong, in French.
    """
    require(actor, "payments.publish_price")
    key = {
        "kind": kind,
        "action_type": action_type,
        "role": role,
        "profession": profession,
        "starts_on": starts_on,
    }
    with transaction.atomic():
        last = Price.objects.filter(**key).aggregate(last=Max("version"))["last"] or 0
        price = Price(**key, version=last + 1, amount_cents=amount_cents, yearly_cap=yearly_cap, published_by=actor)
        price.full_clean()
        price.save()
    return price


def publish_prices(*, kind: str, starts_on: date, changes: Sequence[Change], seen: int, actor: User) -> list[Price]:
    """Publish the changed cells of a grid from one day on, all or none; each as `publish_price` does.

    Args:
        seen: the key of the price published last when the page was shown (`last_published`).

    Raises:
        TransitionRefused: when somebody published since, or nothing changed.
        ValidationError: with what is wrong, in French.
    """
    require(actor, "payments.publish_price")
    if not changes:
        raise TransitionRefused("Aucun tarif n’a changé : il n’y a rien à publier.")
    try:
        with transaction.atomic():
            if last_published() != seen:
                raise TransitionRefused(OVERTAKEN)
            return [
                publish_price(
                    kind=kind,
                    action_type=one.action_type,
                    role=one.role,
                    profession=one.profession,
                    starts_on=starts_on,
                    amount_cents=one.amount_cents,
                    yearly_cap=one.yearly_cap,
                    actor=actor,
                )
                for one in changes
            ]
    except IntegrityError:  # two people published the same version at the same moment
        raise TransitionRefused(OVERTAKEN) from None


def change_settings(
    *,
    actor: User,
    deadline_months: int | None,
    personal_ceiling_cents: int | None,
    project_lookahead_months: int,
    version: int | None = None,
) -> PaymentSettings:
    """Change the settings of the rules, each with its line in the journal; an open run sees them when it is prepared
    again, and what is frozen stays as it is.

    Args:
        deadline_months: after how many months a declaration is too late (rule FORCLOS); None: never.
        personal_ceiling_cents: of one person in a civil year, over all teams, in euro cents; None: none.
        project_lookahead_months: how long before the effect of the first convention a project may be written.
        version: the one that the page had shown; None without a page.

    Raises:
        StaleEdit: when somebody else changed them since; nothing is written.
        ValidationError: in French, by field.
    """
    require(actor, "payments.change_settings")
    values = {
        "deadline_months": deadline_months,
        "personal_ceiling_cents": personal_ceiling_cents,
        "project_lookahead_months": project_lookahead_months,
    }
    with transaction.atomic():
        row, _ = PaymentSettings.objects.get_or_create(pk=1)
        return save_changes(row, values=values, version=version, actor=actor)
