"""Forms of the attestations: a number to verify, a year to attest, the figure of a year."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from association.attestation_numbers import EXAMPLE, read_number
from association.forms.shared import LineField, VersionedForm
from association.money import euros
from association.nomenclature import Profession

MOST_CENTS = 10_000_00  # a year's figure above ten thousand euros is a typing mistake
FIRST_YEAR = 2000
AMOUNT = re.compile(r"\d{1,9}([.,]\d{1,2})?", re.ASCII)


class NumberForm(forms.Form):
    """The number on an attestation, as somebody copies it."""

    number = forms.CharField(
        label="Numéro de l’attestation",
        max_length=60,
        help_text=f"Il figure en bas de l’attestation, par exemple {EXAMPLE}.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "class": "code"}),
        error_messages={
            "required": "Écrivez le numéro qui figure en bas de l’attestation.",
            "max_length": f"Ce numéro est trop long : il s’écrit comme {EXAMPLE}.",
        },
    )

    def clean_number(self) -> str:
        number = read_number(self.cleaned_data["number"])
        if number is None:
            raise ValidationError(f"Ce numéro n’est pas complet ou a été mal recopié : il s’écrit comme {EXAMPLE}.")
        return number


class YearForm(forms.Form):
    """Which year to attest, and which attestation the page had shown for it (none: the field is empty)."""

    year = forms.IntegerField(
        min_value=FIRST_YEAR,
        max_value=9999,
        error_messages={
            "required": "Choisissez l’année à attester.",
            "invalid": "Choisissez l’année à attester.",
            "min_value": "Choisissez une année à partir de 2000.",
            "max_value": "Choisissez l’année à attester.",
        },
    )
    replaces = forms.CharField(required=False, max_length=40)


class AmountField(forms.CharField):
    """An amount typed in euros (« 280 », « 280,50 € »), cleaned to integer cents."""

    def __init__(self, **options: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        errors = {
            "required": "Indiquez un montant.",
            "max_length": "Écrivez un montant en euros, comme 280 ou 280,50.",
        }
        super().__init__(max_length=30, widget=widget, error_messages=errors, **options)

    def prepare_value(self, value: Any) -> Any:
        return euros(value).removesuffix("€").strip() if isinstance(value, int) else value

    def clean(self, value: Any) -> int:
        typed = re.sub(r"[\s€]", "", super().clean(value))
        if not AMOUNT.fullmatch(typed):
            raise ValidationError("Écrivez un montant en euros, comme 280 ou 280,50.")
        cents = int(Decimal(typed.replace(",", ".")) * 100)
        if cents > MOST_CENTS:
            raise ValidationError(f"Ce montant dépasse {euros(MOST_CENTS)} : vérifiez-le.")
        return cents


class AllowanceForm(VersionedForm):
    """A figure and where it was read."""

    amount_cents = AmountField(label="Montant annuel", help_text="En euros, par professionnel.")
    source = LineField(
        label="Source",
        longest=200,
        needed="Indiquez où ce montant est publié.",
        help_text="Le texte ou le courrier où ce montant est publié.",
    )


class NewAllowanceForm(AllowanceForm):
    """The figure of a profession for a year."""

    profession = forms.ChoiceField(
        label="Profession",
        choices=[("", "Choisir…"), *Profession.choices],
        error_messages={"required": "Choisissez la profession."},
    )
    year = forms.IntegerField(
        label="Année",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"required": "Indiquez l’année.", "invalid": "Écrivez une année, par exemple 2026."},
    )
    field_order = ["profession", "year", "amount_cents", "source"]

    def clean_year(self) -> int:
        year: int = self.cleaned_data["year"]
        last = timezone.localdate().year + 1
        if not FIRST_YEAR <= year <= last:
            raise ValidationError(f"Écrivez une année entre {FIRST_YEAR} et {last}.")
        return year
