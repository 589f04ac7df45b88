"""The list of the slips of a run, in its page (docs/lists.md)."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from association.listing.filters import ChoicesFilter, EurosFilter, ListFilter, SearchFilter
from association.models import User
from payments.bulk_steps import SLIP_STEPS
from payments.lists import OfRun
from payments.models import Run, Slip
from payments.models.slips import VIEW_SLIP
from payments.selectors import run_pages, slips
from payments.selectors.slips import SENDINGS, in_sending, search_slips
from payments.slip_table import SlipTable


class SlipFilter(ListFilter):
    q = SearchFilter("Nom, RPPS ou numéro")
    envoi = ChoicesFilter("Envoi", list(SENDINGS), method="with_sending")
    paid_cents = EurosFilter("Viré")

    def search(self, slips: QuerySet[Slip], name: str, value: str) -> QuerySet[Slip]:
        return search_slips(slips, value)

    def with_sending(self, slips: QuerySet[Slip], name: str, value: list[str]) -> QuerySet[Slip]:
        return in_sending(slips, *value)


class SlipList(OfRun):
    """The slips of a run, and which have left."""

    name = "releves"
    title, noun = "Relevés", "relevé,relevés"
    permission = VIEW_SLIP
    address, row_address = "payments:run_slips", "payments:slip"
    table, filters = SlipTable, SlipFilter
    shown = ("beneficiary", "paid_cents", "left_cents", "address", "sending")
    bulk = SLIP_STEPS
    template = "payments/run_slips.html"

    def about(self, user: User, **route: Any) -> dict[str, Any]:
        about = super().about(user, **route)
        run = about["run"]
        job = run_pages.latest_job([slips.slips_key(run), slips.sending_key(run)])
        return about | {
            "slip_figures": slips.slip_figures(run, user),
            "job": job,
            "may_be_made": run.state in slips.MADE_FROM and run.kind != Run.Kind.OPENING,
        }

    def rows(self, user: User, **about: Any) -> QuerySet[Slip]:
        return slips.slip_list(about["run"], user)
