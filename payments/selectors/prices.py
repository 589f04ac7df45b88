"""What the price list says to the floors below."""

from __future__ import annotations

from payments.models import Price


def kinds_with_prices() -> frozenset[str]:
    """Return the kinds of team that have a published price, whatever the date from which it holds."""
    return frozenset(Price.objects.order_by().values_list("kind", flat=True).distinct())
