"""Inputs of the conventions: a day, an amount in euros, a choice of members."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.html import format_html

from association.forms.shared import SeveralField, likely_day
from association.models import Membership
from association.money import euros
from association.nomenclature import ActionType
from conventions.selectors.members import quality_of

MOST_CENTS = 100_000_000  # a million euros: more is a typing mistake
AMOUNT = re.compile(r"\d+([.,]\d{1,2})?")
NOT_A_DAY = "Écrivez une date comme 15/03/2026."


def label_for(label: str, name: str) -> str:
    """Return a label that shows little beside a name, and says whose it is to who does not see the row."""
    return format_html('{}<span class="visually-hidden"> par {}</span>', label, name)


class DayField(forms.DateField):
    """A day, chosen in a calendar or typed."""

    default_validators = [likely_day]

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
        kwargs["error_messages"] = {
            "required": "Indiquez une date.",
            "invalid": NOT_A_DAY,
            **kwargs.get("error_messages", {}),
        }
        super().__init__(**kwargs)


class EurosField(forms.CharField):
    """An amount typed in euros (« 10 000 », « 10 000,50 € »), cleaned to integer cents."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        kwargs["error_messages"] = {"required": "Indiquez un montant.", **kwargs.get("error_messages", {})}
        super().__init__(max_length=30, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return euros(value) if isinstance(value, int) else value

    def clean(self, value: Any) -> int | None:  # type: ignore[override]
        typed = re.sub(r"[\s€]", "", super().clean(value))
        if not typed:
            return None
        if not AMOUNT.fullmatch(typed):
            raise forms.ValidationError("Écrivez un montant en euros, comme 10 000 ou 10 000,50.")
        cents = int(Decimal(typed.replace(",", ".")) * 100)
        if cents > MOST_CENTS:
            raise forms.ValidationError(f"Ce montant dépasse {euros(MOST_CENTS)} : vérifiez-le.")
        return cents


class TypesField(forms.MultipleChoiceField):
    """Action types, as codes in the order of the nomenclature."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", "Types d’action")
        super().__init__(
            choices=ActionType.choices,
            widget=forms.CheckboxSelectMultiple,
            error_messages={"required": "Cochez au moins un type d’action."},
            **kwargs,
        )

    def clean(self, value: Any) -> list[str]:
        chosen = super().clean(value)
        return [code for code in ActionType.values if code in chosen]


class MembersField(SeveralField):
    """Members of one team, by name and quality; the form gives the query."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(Membership.objects.none(), widget=forms.CheckboxSelectMultiple, **kwargs)

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.person}, {quality_of(obj.person)}"
