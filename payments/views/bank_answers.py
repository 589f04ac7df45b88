"""Bringing in a file of the bank, and confirming what it proposes."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from association.access import needs
from association.listing.bulk import Selection
from association.listing.declaration import listings
from association.machine import TransitionRefused
from association.services.bulk import draw_up_operation
from payments.bank_answer_lists import BankLineList
from payments.bulk_steps import CONFIRM_LINE
from payments.forms.bank_answers import BankAnswerForm
from payments.models import BankAnswer
from payments.models.bank_answers import IMPORT_ANSWER
from payments.selectors.bank_answers import line_list, proposals
from payments.services.bank_answers import import_answer


@require_http_methods(["GET", "HEAD", "POST"])
@needs(IMPORT_ANSWER)
def bank_answer_import(request: HttpRequest) -> HttpResponse:
    """Take a file in; one that is there already leads to what was made of it."""
    form = BankAnswerForm(request.POST, request.FILES) if request.method == "POST" else BankAnswerForm()
    if form.is_bound and form.is_valid():
        content = form.cleaned_data["file"].read()
        try:
            answer, is_new = import_answer(content=content, actor=request.user)
        except ValidationError as refused:
            form.add_error("file", refused)
        else:
            if not is_new:
                at = f"{answer.imported_at:%d/%m/%Y}"
                messages.warning(
                    request, f"Ce fichier est déjà importé, le {at} par {answer.imported_by} : rien n’est ajouté."
                )
            return redirect("payments:bank_answer", pk=answer.pk)
    return render(request, "payments/bank_answer_import.html", {"form": form}, status=422 if form.errors else 200)


@require_POST
@needs(IMPORT_ANSWER)
def bank_answer_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Draw up the confirmation of all that a file proposes; nothing is done yet."""
    answer = get_object_or_404(BankAnswer.objects.visible_to(request.user), pk=pk)
    selection = Selection(proposals(line_list(answer)))
    try:
        operation = draw_up_operation(
            listing=listings[BankLineList.name],
            step=CONFIRM_LINE,
            selection=selection,
            route={"pk": pk},
            actor=request.user,
        )
    except TransitionRefused:
        messages.warning(request, "Il n’y a plus rien à confirmer dans ce fichier.")
        return redirect("payments:bank_answer", pk=pk)
    return redirect("association:bulk_confirm", pk=operation.pk)
