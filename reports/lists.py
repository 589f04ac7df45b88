"""The list of the reports (docs/lists.md)."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from association.listing.declaration import Listing
from association.models import User
from reports.filters import ReportFilter
from reports.models import Report
from reports.selectors.reports import report_list
from reports.tables import ReportTable


class ReportList(Listing):
    """The activity reports."""

    name = "rapports"
    title, noun = "Rapports d’activité", "rapport,rapports"
    lead = "Chiffres figés à la production, approuvés par une autre personne, puis transmis à l’ARS."
    permission = "reports.view_report"
    address, row_address = "reports:report_list", "reports:report"
    table, filters = ReportTable, ReportFilter
    template = "reports/report_list.html"

    def rows(self, user: User, **about: Any) -> QuerySet[Report]:
        return report_list(user)
