"""What one may ask of the list of reports."""

from __future__ import annotations

from association.filters import departments
from association.listing.filters import ChoicesFilter, DatesFilter, ListFilter, ObjectsFilter
from reports.models import Report


class ReportFilter(ListFilter):
    state = ChoicesFilter("État", Report.State.choices)
    department = ObjectsFilter("Département", departments)
    last_on = DatesFilter("Fin de la période")
    due_on = DatesFilter("Attendu le")
