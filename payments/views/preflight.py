"""The checks before a submission: the cases of one, and their settings."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from association.access import needs
from association.forms.shared import saved, status_of
from payments.forms.preflight import PreflightForm
from payments.models import PreflightSettings, Run
from payments.preflight import Check
from payments.selectors.preflight import LABELS, OF_BENEFICIARIES, OWN_PAGE, SAID, cases, grant_cases, missing_prices
from payments.selectors.run_pages import run_with_people
from payments.services.preflight import change_preflight


@require_safe
@needs("payments.view_run")
def run_check(request: HttpRequest, pk: int, check: str) -> HttpResponse:
    """Show whom a check names, as things are now."""
    run = get_object_or_404(run_with_people(request.user), pk=pk)
    if check not in [str(one) for one in OWN_PAGE]:
        raise Http404
    asked, is_open = Check(check), run.state in Run.OPEN and run.build is not None
    page = {
        "run": run,
        "check": asked.value,
        "title": LABELS[asked][1].capitalize(),
        "text": SAID[asked],
        "cases": cases(run, asked, user=request.user) if asked in OF_BENEFICIARIES else [],
        "grants": grant_cases(run, user=request.user) if asked is Check.ENVELOPE and is_open else [],
        "sentences": missing_prices(run) if asked is Check.MISSING_PRICE and is_open else [],
    }
    return render(request, "payments/run_check.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("payments.change_settings")
def preflight_settings(request: HttpRequest) -> HttpResponse:
    """Show how severe each check is, and change it."""
    form = PreflightForm(request.POST if request.method == "POST" else None, settings=PreflightSettings.current())
    if form.is_valid():
        done = saved(
            form,
            lambda: change_preflight(values=form.values(), version=form.version_seen, actor=request.user),
            fresh=PreflightSettings.current,
        )
        if done is not None:
            messages.success(request, "Ces réglages valent dès maintenant pour le paiement mensuel en cours.")
            return redirect("payments:preflight_settings")
    status = 200 if not form.errors else status_of(form) if status_of(form) != 200 else 422
    return render(request, "payments/preflight_settings.html", {"form": form}, status=status)
