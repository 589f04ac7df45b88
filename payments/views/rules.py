"""The settings of the rules of payment."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from association.access import needs
from association.forms.shared import saved, status_of
from payments.forms.rules import RulesForm
from payments.models import PaymentSettings
from payments.services.prices import change_settings


@require_http_methods(["GET", "HEAD", "POST"])
@needs("payments.change_settings")
def rule_settings(request: HttpRequest) -> HttpResponse:
    """Show the settings of the rules, and change them."""
    user: Any = request.user
    form = RulesForm(request.POST if request.method == "POST" else None, settings=PaymentSettings.current())
    if form.is_valid():
        done = saved(
            form,
            lambda: change_settings(**form.values(), version=form.version_seen, actor=user),
            fresh=PaymentSettings.current,
        )
        if done is not None:
            messages.success(request, "Ces règles valent dès la prochaine préparation ; ce qui est figé ne change pas.")
            return redirect("payments:rule_settings")
    status = 200 if not form.errors else status_of(form) if status_of(form) != 200 else 422
    return render(request, "payments/rule_settings.html", {"form": form}, status=status)
