"""The pages of the monthly runs, and what a team's page and a person's show of them."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from association.access import needs
from association.jobs import broker_answers
from association.machine import TransitionRefused
from association.models import Job, Professional, Team
from association.selectors.people import sees_money_of
from payments.forms.runs import ExportForm, FileRefusedForm, PreparationForm, SettlementForm
from payments.models import Run
from payments.models.slips import VIEW_SLIP
from payments.selectors import people, run_pages, run_steps
from payments.selectors.bank_days import days_of
from payments.selectors.preflight import preflight, remarks
from payments.selectors.runs import settlement_of, summary
from payments.selectors.slips import MADE_FROM, slip_figures
from payments.services.exporting import export_key
from payments.services.preparing import PREPARE_JOB, preparation_key, request_preparation
from payments.services.steps import move_run

DONE = {
    "submit": "Le paiement mensuel est soumis : une autre personne peut donner le bon à payer.",
    "approve_and_export": "Le bon à payer est donné, indemnités et virements sont figés. Le fichier se fait.",
    "approve": "Le bon à payer est donné. Indemnités et virements sont figés.",
    "send_back": "Le paiement mensuel est renvoyé en brouillon.",
    "countersign": "Le paiement mensuel porte votre contreseing.",
    "settle": "Le paiement mensuel est soldé.",
    "void": "Le bon à payer est retiré ; les indemnités sont de nouveau dues.",
    "cancel": "Le paiement mensuel est annulé.",
    "take_back_export": "Le fichier est déclaré non transmis ; vous pouvez en faire un nouveau.",
}

# What a step has to know.
STEP_FORMS: dict[str, type[Form]] = {
    "settle": SettlementForm,
    "export": ExportForm,
    "approve_and_export": ExportForm,
}


@require_http_methods(["GET", "HEAD", "POST"])
@needs("payments.prepare_run")
def run_prepare(request: HttpRequest) -> HttpResponse:
    """Ask for the preparation of a month; a refusal is said on the form."""
    form = PreparationForm(request.POST) if request.method == "POST" else PreparationForm()
    if form.is_bound and form.is_valid():
        asked = form.cleaned_data
        try:
            job = request_preparation(month=asked["month"], actor=request.user, extra=asked["extra"])
        except TransitionRefused as refused:
            form.add_error(None, refused.reason)
        else:
            return redirect("payments:preparation", pk=job.pk)
    return render(request, "payments/run_prepare.html", {"form": form}, status=409 if form.errors else 200)


@require_safe
@needs("payments.prepare_run")
def preparation(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a preparation at work, and go to its run once it is done."""
    job = get_object_or_404(Job.objects.visible_to(request.user), pk=pk, kind=PREPARE_JOB)
    if job.state == Job.State.DONE:
        url = redirect("payments:run", pk=job.summary["run_id"]).url
        return HttpResponseClientRedirect(url) if request.htmx else redirect(url)
    page = {"job": job, "broker_is_silent": job.state == Job.State.WAITING and not broker_answers()}
    template = "payments/preparation_progress.html" if request.htmx else "payments/preparation.html"
    return render(request, template, page)


@require_safe
@needs("payments.view_run")
def run(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a run: where it stands, its figures, what is allowed now, what stands out."""
    return _overview(request, _run(request, pk))


@require_POST
@needs("payments.view_run")
def run_step(request: HttpRequest, pk: int) -> HttpResponse:
    """Do one step of a run; a refusal opens the page again with what was typed."""
    found = _run(request, pk)
    step, comment = request.POST.get("step", ""), request.POST.get("comment", "")
    form = STEP_FORMS[step](request.POST) if step in STEP_FORMS else None
    if form and not form.is_valid():
        return _overview(request, found, form=form)
    days = form.cleaned_data if form else {}
    try:
        moved = move_run(run=found, step=step, actor=request.user, reason=comment, **days)
    except (TransitionRefused, PermissionDenied) as refused:
        return _overview(request, _run(request, pk), {"step": step, "comment": comment, "error": str(refused)}, form)
    if step in DONE:
        messages.success(request, DONE[step])
    if isinstance(moved, Job) and step == "prepare":
        return redirect("payments:preparation", pk=moved.pk)
    return redirect("payments:run", pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("payments.export_run")
def run_file_refused(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what becomes of a file that the bank refused whole, or that never left, and take it back."""
    found = _run(request, pk)
    form = FileRefusedForm(request.POST if request.method == "POST" else None)
    page: dict[str, Any] = {"run": found, "tab": "run_file_refused", "form": form}
    if form.is_valid():
        try:
            move_run(run=found, step="take_back_export", actor=request.user, reason=form.said)
        except TransitionRefused as refused:
            page["error"] = refused.reason
        else:
            messages.success(request, DONE["take_back_export"])
            return redirect("payments:run", pk=pk)
    status = 409 if "error" in page else 422 if form.errors else 200
    return render(request, "payments/run_file_refused.html", page | run_pages.file_to_take_back(found), status=status)


@require_safe
@needs("payments.view_run")
def run_left_due(request: HttpRequest, pk: int) -> HttpResponse:
    """Show whom a run leaves unpaid and why, as a part of the page of its transfers."""
    return render(request, "payments/run_left_due.html", {"left": run_pages.left_due(_run(request, pk))})


@require_safe
@needs("payments.view_run")
def run_totals(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the totals of a run by type, department and team, and what changed since the run before."""
    found = _run(request, pk)
    earlier, teams = run_pages.team_differences(found)
    page = {
        "run": found,
        "tab": "run_totals",
        "earlier": earlier,
        "teams": teams,
        "types": run_pages.totals_by_type(found),
        "departments": run_pages.totals_by_department(found),
    }
    return render(request, "payments/run_totals.html", page)


@require_safe
@needs("payments.view_team_ceiling")
def of_team(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what a team has used of its ceiling, as a part of its page."""
    team = get_object_or_404(Team.objects.visible_to(request.user), pk=pk)
    page = {
        "team": team,
        "years": run_pages.team_years(team),
        "months": run_pages.team_months(team, user=request.user),
    }
    return render(request, "payments/of_team.html", page)


@require_safe
@needs("payments.view_team_ceiling")
def of_professional(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a person's account and amounts, as a part of their page; a referent's own only."""
    person = get_object_or_404(Professional.objects.visible_to(request.user), pk=pk)
    if not sees_money_of(person, user=request.user):
        raise Http404
    page = {"person": person, "money": people.money_of(person, user=request.user)}
    return render(request, "payments/of_professional.html", page)


def _run(request: HttpRequest, pk: int) -> Run:
    return get_object_or_404(run_pages.run_with_people(request.user), pk=pk)


def _overview(
    request: HttpRequest, run: Run, refused: dict[str, Any] | None = None, form: Form | None = None
) -> HttpResponse:
    settlement = None if run.is_frozen else settlement_of(run)
    figures = summary(run, settlement)
    # The machine asks the checks too: what they find now is read once.
    run.findings = preflight(run, settlement)
    job = run_pages.latest_job([preparation_key(month=run.month, extra=run.kind == Run.Kind.EXTRA), export_key(run)])
    days, today = days_of(run), timezone.localdate()
    steps = _with_forms(
        run_steps.run_steps(run, actor=request.user, figures=figures, awaited=days.awaited(today), job=job),
        {"settle": {"paid_on": days.likely_payment(today)}},
        form,
        request.POST.get("step", "") if form else "",
    )
    history = run_pages.history_of_run(run)
    earlier, teams = run_pages.team_differences(run)
    page = {
        "run": run,
        "tab": "run",
        "figures": figures,
        "closing": next((step for step in steps if step.name == run_steps.CLOSING), None),
        "steps": [step for step in steps if step.name != run_steps.CLOSING],
        "way": run_pages.way_of(run, history, found=len(run.findings)),
        "is_checked": run.state in Run.OPEN and run.build is not None,
        "remarks": remarks(run, run.findings),
        "groups": run_pages.exclusion_groups(run),
        "earlier": earlier,
        "teams": [row for row in teams if row.difference][:6],
        "difference": sum(row.difference for row in teams),
        "files": run_pages.files_of(run),
        "job": job,
        "broker_is_silent": bool(job) and job.state == Job.State.WAITING and not broker_answers(),
        "history": history,
        "refused": refused,
    }
    if run.state in MADE_FROM and request.user.has_perm(VIEW_SLIP):
        page["slip_figures"] = slip_figures(run, request.user)
    status = 409 if refused else 422 if form and form.errors else 200
    return render(request, "payments/run.html", page, status=status)


def _with_forms(
    steps: list[run_steps.RunStep], proposed: dict[str, Any], typed: Form | None, step: str
) -> list[run_steps.RunStep]:
    """Give each step that has to know something its form: the one that was typed, or one with what is proposed."""
    forms = {
        name: typed if typed and name == step else kind(initial=proposed.get(name)) for name, kind in STEP_FORMS.items()
    }
    return [replace(one, form=forms.get(one.name)) for one in steps]
