"""The page of the settings of declaring and validating."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from actions.forms.settings import SettingsForm
from actions.models import ActionSettings
from actions.services.settings import change_settings
from association.access import needs
from association.forms.shared import saved, status_of
from association.journal import changes_of


@require_http_methods(["GET", "HEAD", "POST"])
@needs("actions.change_settings")
def settings(request: HttpRequest) -> HttpResponse:
    """Show the settings, and change them."""
    known = ActionSettings.current()
    form = SettingsForm(request.POST if request.method == "POST" else None, settings=known)
    if form.is_valid():
        given = form.cleaned_data
        done = saved(
            form,
            lambda: change_settings(
                late_months=given["late_months"],
                validated_by_another=given["validated_by_another"],
                required_evidence=form.required(),
                version=form.version_seen,
                actor=request.user,
            ),
        )
        if done is not None:
            messages.success(request, "Les réglages sont enregistrés, et valent dès la prochaine déclaration.")
            return redirect("actions:settings")
    status = 200 if request.method != "POST" else 422 if status_of(form) == 200 else status_of(form)
    changes = changes_of(known)[-20:][::-1]
    page = {"form": form, "required": [one for one in form if one.name.startswith("required_")], "changes": changes}
    return render(request, "actions/settings.html", page, status=status)
