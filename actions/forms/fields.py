"""The fields that the forms of actions share."""

from __future__ import annotations

from typing import Any

from django import forms


class CountField(forms.IntegerField):
    """A number that somebody counts."""

    def __init__(self, *, most: int, **options: Any) -> None:
        wrong = f"Écrivez un nombre entier, entre {options.get('min_value', 0)} et {most}."
        errors = {"invalid": wrong, "max_value": wrong, "min_value": wrong}
        super().__init__(required=False, max_value=most, error_messages=errors, **options)
