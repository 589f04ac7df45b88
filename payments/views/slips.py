"""The slips of a run: made, sent, and the page of one."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from association.access import needs
from association.machine import TransitionRefused
from association.models import Job
from payments.models.slips import MAKE_SLIPS, VIEW_SLIP
from payments.selectors.run_pages import run_with_people
from payments.selectors.slips import SENDINGS, TONES, history_of_sendings, sending_of, slips_with_facts
from payments.services.slips import request_sending, request_slips, send_slip
from payments.slips.content import SlipContent


@require_POST
@needs(MAKE_SLIPS)
def run_slips_step(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for the slips of a run, or that they be sent."""
    run = get_object_or_404(run_with_people(request.user), pk=pk)
    asked: dict[str, Callable[[], Job]] = {
        "make": lambda: request_slips(run=run, actor=request.user),
        "send": lambda: request_sending(run=run, actor=request.user),
    }
    step = asked.get(request.POST.get("step", ""))
    try:
        if step is None:
            raise TransitionRefused("Cette étape n’existe pas : la page a été mise à jour.")
        step()
    except TransitionRefused as refused:
        messages.error(request, refused.reason)
    return redirect("payments:run_slips", pk=pk)


@require_safe
@needs(VIEW_SLIP)
def slip(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a slip: what its paper says, and the messages that carried it."""
    return _page(request, pk)


@require_POST
@needs(MAKE_SLIPS)
def slip_send(request: HttpRequest, pk: int) -> HttpResponse:
    """Send one slip; once more, only with a reason. A refusal opens the page again with what was typed."""
    found = get_object_or_404(slips_with_facts(request.user), pk=pk)
    comment = request.POST.get("comment", "")
    try:
        carried = send_slip(slip=found, actor=request.user, again=bool(comment.strip()), reason=comment)
    except TransitionRefused as refused:
        return _page(request, pk, {"step": "send", "comment": comment, "error": refused.reason})
    messages.success(request, f"Le relevé est confié à la messagerie pour {carried.mail.to}.")
    return redirect("payments:slip", pk=pk)


def _page(request: HttpRequest, pk: int, refused: dict[str, str] | None = None) -> HttpResponse:
    found = get_object_or_404(slips_with_facts(request.user), pk=pk)
    code = sending_of(found)
    page = {
        "slip": found,
        "run": found.run,
        "content": SlipContent.from_json(found.content),
        "sending": (dict(SENDINGS)[code], TONES[code]),
        "sendings": history_of_sendings(found),
        "refused": refused,
    }
    return render(request, "payments/slip.html", page, status=409 if refused else 200)
