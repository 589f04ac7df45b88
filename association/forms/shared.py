"""What the forms of shared objects have in common: the version that the page had shown."""

from __future__ import annotations

from typing import Any

from django import forms

from association.journal import StaleEdit
from association.models import FieldChange


class VersionedForm(forms.Form):
    """A form over an object that several people may change.

    It carries the version shown; a view saves with `association.journal.save_changes` and hands a `StaleEdit` to
    `stale`: the message stands at the head, what was typed is kept, and the next press saves over what the page has
    now told.
    """

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.moved: list[FieldChange] = []

    def values(self) -> dict[str, Any]:
        """Return what was typed, by field name, without the version."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}

    def stale(self, moved: StaleEdit, version: int) -> None:
        """Say what somebody else changed since, and take the version as it is now."""
        self.moved = moved.changes
        self.add_error(None, moved.reason)
        self.data = self.data.copy()
        self.data[self.add_prefix("version")] = str(version)
