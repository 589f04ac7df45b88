"""The page of the settings of the yearly reviews."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from association.access import needs
from association.forms.shared import saved, status_of
from reports.forms.team_reviews import ReviewSettingsForm
from reports.models import ReviewSettings
from reports.services.team_review_settings import change_review_settings


@require_http_methods(["GET", "HEAD", "POST"])
@needs("reports.change_review_settings")
def review_settings(request: HttpRequest) -> HttpResponse:
    """Show when reviews are due and when teams are reminded, and change it."""
    form = ReviewSettingsForm(request.POST if request.method == "POST" else None, settings=ReviewSettings.current())
    if form.is_valid():
        done = saved(
            form,
            lambda: change_review_settings(values=form.values(), version=form.version_seen, actor=request.user),
            fresh=ReviewSettings.current,
        )
        if done is not None:
            messages.success(
                request, "Ces réglages valent pour les bilans demandés dès maintenant, et pour les relances."
            )
            return redirect("reports:review_settings")
    status = 200 if not form.errors else status_of(form) if status_of(form) != 200 else 422
    return render(request, "reports/review_settings.html", {"form": form}, status=status)
