"""Monthly runs in the search everywhere (association.registries.search_sources)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.formats import date_format

from association.found import note
from association.models import User
from association.models.territory import search_key
from association.registries import Hit, SearchSource, Typed, search_sources
from association.searching import CONTAINS, near_all, words
from payments.models import Run


def runs(user: User, typed: Typed, limit: int) -> Iterator[Hit]:
    """Monthly runs by their month, in figures or in words, the latest first."""
    known = ((near_all(typed.words, _said(run)), run) for run in Run.objects.visible_to(user))
    found = sorted((pair for pair in known if pair[0]), key=lambda pair: -pair[0])
    for nearness, run in found[:limit]:
        month = date_format(run.month, "F Y")
        yield Hit(
            title=f"Paiement de {month}" if month[0] not in "ao" else f"Paiement d’{month}",
            note=note(run.name, run.get_kind_display(), run.get_state_label()),
            url=reverse("payments:run", args=[run.pk]),
            nearness=nearness,
            is_exact=search_key(typed.text) in {search_key(run.name), search_key(month), f"{run.month:%m %Y}"},
        )


def search_runs(rows: QuerySet[Run], text: str) -> QuerySet[Run]:
    """Return the runs whose month contains every word typed."""
    typed = words(text)
    return rows.filter(pk__in=_pks(Run.objects.order_by(), typed))


def _pks(rows: Iterable[Run], typed: list[str]) -> list[int]:
    """There are a dozen runs a year: they are named here, as the screen names them."""
    return [run.pk for run in rows if near_all(typed, _said(run)) >= CONTAINS]


def _said(run: Run) -> str:
    return f"paiement {run.name} {date_format(run.month, 'F Y')} {run.month:%m/%Y} {run.get_kind_display()}"


def register() -> None:
    """Fill the registry of the ground."""
    search_sources.add("paiements", SearchSource("Paiements", "payments.view_run", runs, 50, "payments:run_list"))
