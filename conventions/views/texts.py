"""The pages of the texts of conventions: versions, writing, publication."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from association.access import needs
from association.machine import TransitionRefused
from conventions.forms.templates import TemplateForm
from conventions.selectors.texts import sample_of, templates_seen_by, texts_by_kind
from conventions.services.templates import edit_of, publish_template, start_version, write_template
from conventions.views.refusals import saved
from conventions.wording import PLACEHOLDERS


@require_safe
@needs("conventions.view_template")
def template_list(request: HttpRequest) -> HttpResponse:
    """List the versions of the text, by kind of team."""
    return render(request, "conventions/template_list.html", {"kinds": texts_by_kind(request.user)})


@require_safe
@needs("conventions.view_template")
def template(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a version as a convention would read, with invented values."""
    found = get_object_or_404(templates_seen_by(request.user), pk=pk)
    return render(request, "conventions/template.html", {"template": found, "articles": sample_of(found)})


@require_POST
@needs("conventions.manage_template")
def template_new(request: HttpRequest) -> HttpResponse:
    """Start the next version of a kind's text from its last one."""
    try:
        started = start_version(kind=request.POST.get("kind", ""), actor=request.user)
    except ValidationError:
        raise Http404 from None
    return redirect("conventions:template_edit", pk=started.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("conventions.manage_template")
def template_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Write a version that is not published."""
    found = get_object_or_404(templates_seen_by(request.user), pk=pk)
    if found.published_at:
        messages.info(request, "Ce modèle est publié : rédigez-en une nouvelle version.")
        return redirect("conventions:template", pk=pk)
    initial = {"title": found.title, "body": found.body, "edit": edit_of(found)}
    form = TemplateForm(request.POST.copy() if request.method == "POST" else None, initial=initial)
    if form.is_bound and form.is_valid():
        asked = form.cleaned_data
        if saved(form, lambda: write_template(template=found, actor=request.user, **asked)):
            messages.success(request, "Le texte est enregistré.")
            return redirect("conventions:template", pk=pk)
        form.data["edit"] = str(edit_of(found))  # what the other wrote is told: the next press saves
    page = {"template": found, "form": form, "placeholders": _placeholders()}
    return render(request, "conventions/template_edit.html", page, status=409 if form.errors else 200)


@require_POST
@needs("conventions.manage_template")
def template_publish(request: HttpRequest, pk: int) -> HttpResponse:
    """Publish a version."""
    found = get_object_or_404(templates_seen_by(request.user), pk=pk)
    try:
        published = publish_template(template=found, actor=request.user)
    except TransitionRefused as refused:
        page = {"template": found, "articles": sample_of(found), "refused": {"error": refused.reason}}
        return render(request, "conventions/template.html", page, status=409)
    messages.success(request, f"{published} est publié : les conventions émises à partir de maintenant le reprennent.")
    return redirect("conventions:template", pk=pk)


def _placeholders() -> list[tuple[str, str]]:
    return [("{" + name + "}", meaning) for name, meaning in PLACEHOLDERS.items()]
