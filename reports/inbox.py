"""What of the reports waits for the signed-in user."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils import timezone

from association.models import User
from association.registries import InboxItem
from reports.models import Report
from reports.models.reports import is_of_whom_it_was_sent_to

STEPS = (
    (Report.State.DRAFT, "reports.build_report", "Rapport d’activité à produire"),
    (Report.State.GENERATED, "reports.approve_report", "Rapport d’activité à approuver"),
    (Report.State.APPROVED, "reports.transmit_report", "Rapport d’activité à transmettre à l’ARS"),
)
RECEIVED = "Rapport d’activité reçu, sans accusé de réception"


def waiting_reports(user: User) -> Iterator[InboxItem]:
    """Reports whose next step is the user's; how late it is, once its day is past."""
    steps = (*STEPS, (Report.State.TRANSMITTED, "reports.receive_report", RECEIVED)) if user.role == "ars" else STEPS
    titles = {state: title for state, permission, title in steps if user.has_perm(permission)}
    today = timezone.localdate()
    for report in Report.objects.visible_to(user).filter(state__in=titles).select_related("department"):
        if report.state == Report.State.GENERATED and report.generated_by_id == user.pk:
            continue
        if is_of_whom_it_was_sent_to(report, user, {}):
            continue
        detail = f"{report.period.in_words}, {report.scope_name}"
        if report.due_on:
            detail += f", attendu le {report.due_on:%d/%m/%Y}"
            detail += " : en retard" if report.due_on < today else ""
        yield InboxItem(titles[report.state], 1, reverse("reports:report", args=[report.pk]), detail, counted=False)
