"""What a service refuses, told on the form that asked for it; nothing typed is lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django import forms
from django.core.exceptions import ValidationError

from association.forms.shared import VersionedForm
from association.journal import StaleEdit
from association.machine import TransitionRefused
from conventions.services.signing import SignaturesRefused

SavedT = TypeVar("SavedT")


def saved(form: Any, save: Callable[[], SavedT]) -> SavedT | None:
    """Return what the service gives; when it refuses, say why on the form and return None.

    After a change by somebody else a form with a hidden ``version`` takes the version of now, so that a second press
    saves what was typed.
    """
    try:
        return save()
    except SignaturesRefused as refused:
        form.refuse(refused.reasons)
    except TransitionRefused as refused:
        form.add_error(None, refused.reason)
    except StaleEdit as stale:
        if isinstance(form, VersionedForm):
            form.tell(stale)
        else:
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
