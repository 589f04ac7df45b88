"""The dashboards: one address, the view of a role first, period and department in the address."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from association.access import needs
from reports.dashboards import until_today
from reports.forms.dashboards import DashboardForm
from reports.indicators import Scope
from reports.selectors import dashboards


@require_safe
@needs("reports.view_dashboard")
def dashboard(request: HttpRequest, code: str = "") -> HttpResponse:
    """Show one dashboard of the role, the first by default."""
    user: Any = request.user
    open_to = dashboards.dashboards_of(user)
    found = next((one for one in open_to if one.code == code), None) if code else open_to[0]
    if found is None:
        raise Http404
    today = timezone.localdate()
    form = DashboardForm(
        request.GET,
        periods=dashboards.periods_to_choose(today),
        departments=dashboards.departments_of(user),
        day=today,
    )
    form.is_valid()
    scope = Scope(user.department_id or form.department)
    page = {
        "form": form,
        "board": dashboards.board(found, scope, until_today(form.period, today), user=user),
        "dashboards": open_to,
        "asked": request.GET.urlencode(),
    }
    return render(request, "reports/dashboard.html", page)
