"""The exchanges with a team, and the outbox."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from association.access import needs
from association.forms.exchanges import ExchangeForm, FollowUpForm, MessageForm
from association.forms.shared import put_errors as refuse_in
from association.inbox import exchange_url
from association.machine import TransitionRefused
from association.mails import attachments_of, hold_as_sent, send_again
from association.models import Exchange, Team
from association.selectors import exchanges as selectors
from association.services import exchanges as services

SHOWN_IN_THE_DOSSIER = 10
get_or_post = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@needs("association.view_exchanges")
def team_exchanges(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer the section « échanges » of a dossier; asked for as a page, the page that holds them all."""
    return _exchanges(request, _team(request, pk))


@get_or_post
@needs("association.write_exchange")
def exchange_write(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down a note, a call or a visit."""
    team = _team(request, pk)
    form = ExchangeForm(request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            written = services.write_exchange(team=team, actor=request.user, **form.cleaned_data)
        except ValidationError as error:
            refuse_in(form, error)
        else:
            messages.success(request, f"{written.get_kind_display()} : c’est noté dans le dossier.")
            return redirect(exchange_url(written))
    page = {"team": team, "form": form}
    return render(request, "association/exchange_write.html", page, status=422 if form.errors else 200)


@get_or_post
@needs("association.write_exchange")
def message_write(request: HttpRequest, pk: int) -> HttpResponse:
    """Write to the referents of a team."""
    team = _team(request, pk)
    addresses = selectors.addresses_of(team)
    form = MessageForm(request.POST or None, addresses=addresses)
    if form.is_bound and form.is_valid():
        try:
            written = services.write_message(team=team, actor=request.user, **form.cleaned_data)
        except ValidationError as error:
            refuse_in(form, error)
        else:
            messages.success(request, _told(written))
            return redirect(exchange_url(written[0]))
    page = {"team": team, "form": form, "addresses": addresses}
    page["unreachable"] = selectors.referents_without_address(team)
    return render(request, "association/exchange_message.html", page, status=422 if form.errors else 200)


@require_POST
@needs("association.write_exchange")
def exchange_follow_up(request: HttpRequest, pk: int) -> HttpResponse:
    """Set, move or take away a follow-up."""
    exchange = get_object_or_404(Exchange.objects.visible_to(request.user).select_related("team"), pk=pk)
    form = FollowUpForm(request.POST, auto_id=f"relance-{pk}-%s")
    if form.is_valid():
        given = form.cleaned_data
        try:
            services.plan_follow_up(exchange=exchange, on=given["follow_up_on"], seen=given["seen"], actor=request.user)
        except ValidationError as error:
            refuse_in(form, error)
        except TransitionRefused as refused:
            return _exchanges(request, exchange.team, refused={"error": refused.reason})
        else:
            return redirect(exchange_url(exchange))
    return _exchanges(request, exchange.team, typed=form, at=exchange.pk)


@require_POST
@needs("association.write_exchange")
def exchange_followed_up(request: HttpRequest, pk: int) -> HttpResponse:
    """Tick a follow-up as done."""
    exchange = get_object_or_404(Exchange.objects.visible_to(request.user).select_related("team"), pk=pk)
    try:
        services.finish_follow_up(exchange=exchange, actor=request.user)
    except TransitionRefused as refused:
        return _exchanges(request, exchange.team, refused={"error": refused.reason})
    messages.success(request, "Relance faite.")
    return redirect(exchange_url(exchange))


@require_safe
@needs("association.view_outbox")
def outbox_mail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one message."""
    return _mail_page(request, pk)


@require_POST
@needs("association.view_outbox")
def outbox_send(request: HttpRequest, pk: int) -> HttpResponse:
    """Have a message sent that failed, was kept, or may have left."""
    mail = get_object_or_404(selectors.outbox(request.user), pk=pk)
    try:
        send_again(mail=mail, actor=request.user)
    except TransitionRefused as refused:
        return _mail_page(request, pk, refused={"error": refused.reason})
    messages.success(request, "Le message part.")
    return redirect("association:outbox_mail", pk=pk)


@require_POST
@needs("association.view_outbox")
def outbox_hold(request: HttpRequest, pk: int) -> HttpResponse:
    """Say of a message that may have left that it did."""
    mail = get_object_or_404(selectors.outbox(request.user), pk=pk)
    try:
        hold_as_sent(mail=mail, actor=request.user)
    except TransitionRefused as refused:
        return _mail_page(request, pk, refused={"error": refused.reason})
    messages.success(request, "Le message est considéré comme envoyé.")
    return redirect("association:outbox_mail", pk=pk)


def _team(request: HttpRequest, pk: int) -> Team:
    return get_object_or_404(Team.objects.visible_to(request.user), pk=pk)


def _told(written: list[Exchange]) -> str:
    names = " et ".join(exchange.mail.to for exchange in written if exchange.mail)
    if _sending()["mail_is_sent"]:
        return f"Message confié à la messagerie pour {names} : il est gardé dans le dossier."
    return f"Message pour {names} gardé dans le dossier et dans la boîte d’envoi : il n’est pas parti."


def _sending() -> dict[str, bool]:
    return {"mail_is_sent": selectors.mail_is_sent()}


def _exchanges(
    request: HttpRequest,
    team: Team,
    *,
    refused: dict[str, Any] | None = None,
    typed: FollowUpForm | None = None,
    at: int | None = None,
) -> HttpResponse:
    found = selectors.exchanges_of(team, request.user)
    shown = found[:SHOWN_IN_THE_DOSSIER] if request.htmx else found
    page = {
        "team": team,
        "exchanges": [(line, typed if line.pk == at else _follow_up_form(line)) for line in selectors.lines(shown)],
        "exchanges_count": found.count(),
        "time_spent": selectors.in_hours(selectors.time_spent(team, request.user)),
        "refused": refused,
        "open_at": at,
    }
    template = "exchange_section.html" if request.htmx else "exchange_page.html"
    status = 409 if refused else 422 if typed else 200
    return render(request, f"association/{template}", page, status=status)


def _follow_up_form(line: selectors.ExchangeLine) -> FollowUpForm:
    day = line.exchange.follow_up_on
    return FollowUpForm(auto_id=f"relance-{line.pk}-%s", initial={"follow_up_on": day, "seen": day})


def _mail_page(request: HttpRequest, pk: int, refused: dict[str, Any] | None = None) -> HttpResponse:
    mail = get_object_or_404(selectors.outbox(request.user), pk=pk)
    page = {
        "mail": mail,
        "mail_state": selectors.state_of(mail, is_waiting=mail.is_waiting),
        "carried": [one.document.filename for one in attachments_of(mail)],
        "refused": refused,
    }
    return render(request, "association/outbox_mail.html", page | _sending(), status=409 if refused else 200)
