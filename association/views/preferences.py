"""« Mes préférences », and the link that stops the digest without a sign-in."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from association.access import needs
from association.digest import subscriber_of
from association.forms.preferences import PreferencesForm
from association.forms.shared import status_of
from association.models import Digest
from association.services.preferences import CHOOSE, choose_digest, stop_digest


@require_http_methods(["GET", "HEAD", "POST"])
@needs(CHOOSE)
def preferences(request: HttpRequest) -> HttpResponse:
    """Show what one may choose for oneself, and keep it."""
    form = PreferencesForm(request.POST or None, initial={"digest": request.user.digest})
    if form.is_valid():
        choose_digest(digest=form.cleaned_data["digest"], actor=request.user)
        messages.success(request, "Vos préférences sont enregistrées.")
        return redirect("association:preferences")
    page = {"form": form, "mail_is_sent": settings.MAIL_IS_SENT}
    return render(request, "association/preferences.html", page, status=status_of(form))


@csrf_exempt  # the token is the proof; a mail program that stops it in one press has no cookie (RFC 8058)
@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def digest_stop(request: HttpRequest, token: str) -> HttpResponse:
    """Ask whether the digest is to stop, and stop it: a program that only follows links stops nothing."""
    user = subscriber_of(token)
    if user is None:
        raise Http404
    if request.method == "POST":
        stop_digest(user=user)
    return render(request, "association/digest_stop.html", {"stopped": user.digest == Digest.NEVER})
