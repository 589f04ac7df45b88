"""The calendar: its month, the devices that read it, and what they are given."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from association.access import needs
from association.forms.calendar import CalendarForm, DeviceForm
from association.forms.shared import put_errors, status_of
from association.ical import feed
from association.pace import asks_too_often
from association.selectors.calendar import due_and_late, due_between, due_kinds, keys_of, month_days, month_of
from association.services.calendar_keys import make_key, revoke_key, use_key

# What a subscribed calendar holds: some weeks back, a year ahead.
BACK, AHEAD = timedelta(days=60), timedelta(days=400)
LATE_SHOWN = 5
# Of one key: a device asks every quarter of an hour, and people refresh by hand.
FEEDS_PER_HOUR, HOUR = 60, 3_600
TOO_OFTEN = "Cet abonnement demande le calendrier trop souvent : réessayez dans une heure.\n"


@require_safe
@needs("association.view_calendar")
def calendar(request: HttpRequest) -> HttpResponse:
    """Show what ends or falls due in a month, and what is late whatever the month."""
    form = CalendarForm(request.GET, kinds=due_kinds(request.user))
    month, kind, only_mine = form.asked()
    days = month_days(month)
    dues, late = due_and_late(request.user, days[0], days[-1], kind=kind, only_mine=only_mine)
    page = {
        "form": form,
        "month": month,
        "days": month_of(dues, month),
        "count": sum(due.date.day.month == month.month for due in dues),
        "late": late if request.GET.get("retards") else late[:LATE_SHOWN],
        "late_count": len(late),
        "today": timezone.localdate(),
        "before": _link(request, month - timedelta(days=1)),
        "after": _link(request, month + timedelta(days=31)),
    }
    return render(request, "association/calendar.html", page)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@needs("association.subscribe_calendar")
def calendar_keys(request: HttpRequest) -> HttpResponse:
    """Show the devices that read one's calendar, and give a new one its address, once."""
    form, page = DeviceForm(request.POST or None), {}
    if form.is_valid():
        try:
            row, key = make_key(actor=request.user, **form.cleaned_data)
        except ValidationError as said:
            put_errors(form, said)
        else:
            address = settings.SITE_URL.rstrip("/") + reverse("association:calendar_feed", args=[key])
            page, form = {"made": row, "address": address}, DeviceForm()
    page |= {"form": form, "keys": keys_of(request.user)}
    return render(request, "association/calendar_keys.html", page, status=status_of(form))


@require_POST
@needs("association.subscribe_calendar")
def calendar_key_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """End the address of a device."""
    row = revoke_key(key=get_object_or_404(keys_of(request.user), pk=pk), actor=request.user)
    messages.success(request, f"« {row} » ne lit plus votre calendrier.")
    return redirect("association:calendar_keys")


@login_not_required
@never_cache
@require_safe
def calendar_feed(request: HttpRequest, key: str) -> HttpResponse:
    """Give whoever holds a key the calendar of its account, as its role sees it today; a hasty device has to wait."""
    row = use_key(key=key)
    if row is None:
        raise Http404
    if asks_too_often(f"calendar:{row.key_sha256}", most=FEEDS_PER_HOUR, seconds=HOUR):
        refusal = HttpResponse(TOO_OFTEN, status=429, content_type="text/plain; charset=utf-8")
        refusal["Retry-After"] = str(HOUR)
        return refusal
    today = timezone.localdate()
    dues = due_between(row.user, today - BACK, today + AHEAD, only_mine=row.only_mine)
    body = feed(dues, name=f"ESP CLAP, {settings.ORGANISATION_NAME}", site=settings.SITE_URL, at=timezone.now())
    return HttpResponse(body, content_type="text/calendar; charset=utf-8")


def _link(request: HttpRequest, day: date) -> dict[str, Any]:
    """The address of another month, with the same filters."""
    asked = request.GET.copy()
    asked["month"] = f"{day:%Y-%m}"
    return {"url": f"?{asked.urlencode()}", "month": day.replace(day=1)}
