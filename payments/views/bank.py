"""The page of the association's own bank details."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from association.access import needs
from association.forms.shared import saved, status_of
from payments.forms.bank import BankDetailsForm
from payments.models import BankDetails
from payments.services.banking import MANAGE, set_bank_details


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@needs(MANAGE)
def bank_details(request: HttpRequest) -> HttpResponse:
    """Show what the files for the bank need, and change it; the IBAN that is set is never shown whole."""
    details = BankDetails.current()
    form = BankDetailsForm(request.POST if request.method == "POST" else None, details=details)
    if form.is_valid():
        done = saved(
            form,
            lambda: set_bank_details(values=form.values(), version=form.version_seen, actor=request.user),
            fresh=BankDetails.current,
        )
        if done is not None:
            messages.success(request, "Ces coordonnées valent pour les prochains fichiers de virements.")
            return redirect("payments:bank_details")
    status = 200 if not form.errors else status_of(form) if status_of(form) != 200 else 422
    return render(request, "payments/bank_details.html", {"form": form, "details": details}, status=status)
