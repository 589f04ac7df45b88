"""The "compte rendu financier" of a grant: its page, what is typed, its files."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from association.access import needs
from association.documents import XLSX, draft_folder
from association.forms.shared import saved, status_of
from payments.models import Grant
from reports.financial.pdf import statement_pdf
from reports.financial.workbook import statement_workbook
from reports.forms.financial import StatementForm
from reports.selectors.financial import statement_of, typed_for, written_lines
from reports.services.financial import write_statement

TYPES = {"pdf": "application/pdf", "xlsx": XLSX}


@require_safe
@needs("reports.view_statement")
def statement(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the sheet in the order of the form."""
    grant = get_object_or_404(Grant.objects.visible_to(request.user), pk=pk)
    return render(request, "reports/statement.html", {"grant": grant, "statement": statement_of(grant)})


@require_http_methods(["GET", "HEAD", "POST"])
@needs("reports.write_statement")
def statement_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Type the budget, what comes from elsewhere and the explanations; a refusal keeps what was typed."""
    grant = get_object_or_404(Grant.objects.visible_to(request.user), pk=pk)
    typed = typed_for(grant)
    data = request.POST if request.method == "POST" else None
    form = StatementForm(data, typed=typed, written=written_lines(typed))
    if form.is_valid():
        given = form.cleaned_data
        done = saved(
            form,
            lambda: write_statement(
                grant=grant,
                teams_heading=given["teams_heading"],
                threshold_percent=given["threshold_percent"],
                lines=form.lines(),
                version=form.version_seen,
                actor=request.user,
            ),
        )
        if done is not None:
            messages.success(request, "Le compte rendu financier est enregistré.")
            return redirect("reports:statement", pk=pk)
    status = 200 if not form.errors else status_of(form) if status_of(form) != 200 else 422
    page = {"grant": grant, "form": form, "blocks": list(form.rows(statement_of(grant)))}
    return render(request, "reports/statement_edit.html", page, status=status)


@require_safe
@needs("reports.view_statement")
def statement_file(request: HttpRequest, pk: int, form: str) -> HttpResponse:
    """Hand out the sheet as a paper or a workbook."""
    if form not in TYPES:
        raise Http404
    grant = get_object_or_404(Grant.objects.visible_to(request.user), pk=pk)
    found = statement_of(grant)
    if form == "pdf":
        buffer = BytesIO()
        statement_pdf(found, buffer)
        content = buffer.getvalue()
    else:
        with draft_folder("compte-rendu") as folder:
            path = Path(folder) / "compte-rendu-financier.xlsx"
            statement_workbook(found, path)
            content = path.read_bytes()
    response = HttpResponse(content, content_type=TYPES[form])
    response["Content-Disposition"] = f'attachment; filename="compte-rendu-financier-{grant.pk}.{form}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
