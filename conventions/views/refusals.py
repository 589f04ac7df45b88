"""What a service refuses, told on the form that asked for it; nothing typed is lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django import forms
from django.core.exceptions import ValidationError

from association.journal import StaleEdit
from association.machine import TransitionRefused
from conventions.services.signing import SignaturesRefused

SavedT = TypeVar("SavedT")


def saved(form: Any, save: Callable[[], SavedT]) -> SavedT | None:
    """Return what the service gives; when it refuses, say why on the form and return None.

    A form with a hidden ``version`` must hold data of its own (``request.POST.copy()``): after a change by somebody
    else it takes the version of now, so that a second press saves what was typed.
    """
    try:
        return save()
    except SignaturesRefused as refused:
        form.refuse(refused.reasons)
    except TransitionRefused as refused:
        form.add_error(None, refused.reason)
    except StaleEdit as stale:
        # Nothing in the journal explains a version that no page can have shown: the next press is refused, too.
        if stale.changes:
            form.data[form.add_prefix("version")] = str(max(change.version for change in stale.changes))
        form.add_error(None, stale.reason)
    except ValidationError as refused:
        _say(form, refused)
    return None


def _say(form: forms.Form, refused: ValidationError) -> None:
    """Put what a service refused beside its field, or at the head of the form."""
    if not hasattr(refused, "error_dict"):
        form.add_error(None, refused)
        return
    for field, errors in refused.error_dict.items():
        form.add_error(field if field in form.fields else None, errors)
