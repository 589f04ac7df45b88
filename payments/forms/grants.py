"""The forms of a "convention de financement", of its rows, and of a running cost."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from association.forms.shared import DayField, LineField, VersionedForm
from association.forms.uploads import ScanField
from association.money import euros
from payments.models import CostHeading, Grant, GrantDecision, Indicator

MOST_CENTS = 50_000_000_00  # fifty million euros: more is a typing mistake
AMOUNT = re.compile(r"[+-]?\d{1,9}([.,]\d{1,2})?", re.ASCII)
NOT_AN_AMOUNT = "Écrivez un montant en euros, comme 150 000 ou 150 000,50."


class CentsField(forms.CharField):
    """An amount typed in euros, cleaned to integer cents; zero or above unless ``signed``."""

    def __init__(self, *, signed: bool = False, least: int = 0, **options: Any) -> None:
        self.signed, self.least = signed, least
        options.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        errors = {"required": "Indiquez un montant.", "max_length": NOT_AN_AMOUNT, **options.pop("error_messages", {})}
        super().__init__(max_length=30, error_messages=errors, **options)

    def prepare_value(self, value: Any) -> Any:
        return euros(value).removesuffix("€").strip() if isinstance(value, int) else value

    def clean(self, value: Any) -> int | None:
        typed = re.sub(r"[\s€]", "", super().clean(value)).replace("−", "-")
        if not typed:
            return None
        if not AMOUNT.fullmatch(typed):
            raise ValidationError(NOT_AN_AMOUNT)
        cents = int(Decimal(typed.replace(",", ".")) * 100)
        if not self.signed and cents < self.least:
            raise ValidationError(
                "Écrivez un montant supérieur à zéro." if self.least else "Écrivez un montant sans signe."
            )
        if abs(cents) > MOST_CENTS:
            raise ValidationError(f"Ce montant dépasse {euros(MOST_CENTS)} : vérifiez-le.")
        return cents


class GrantForm(VersionedForm):
    """A draft: period and amounts of the two parts."""

    reference = LineField(
        label="Référence", longest=60, needed="Indiquez la référence de la convention de financement."
    )
    funder = LineField(
        label="Financeur", longest=120, needed="Indiquez qui finance.", initial="Agence régionale de santé"
    )
    starts_on = DayField(label="Début de la période")
    ends_on = DayField(
        label="Fin de la période", help_text="Les actions de ces dates seront financées par cette dotation."
    )
    team_cents = CentsField(label="Part des équipes", help_text="En euros : les indemnités des professionnels.")
    running_cents = CentsField(label="Part du fonctionnement", help_text="En euros : les dépenses de l’association.")
    comment = LineField(label="Remarque", longest=300, required=False)

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or self.cleaned_data
        first, last = found.get("starts_on"), found.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", "La fin de la période précède son début.")
        return found


class InstalmentForm(VersionedForm):
    """What is expected, and what was received."""

    condition = LineField(
        label="Condition",
        longest=200,
        needed="Indiquez ce qui déclenche le versement.",
        help_text="Par exemple : à la signature, à la remise du bilan intermédiaire.",
    )
    expected_on = DayField(label="Attendu le")
    expected_cents = CentsField(label="Montant attendu", least=1)
    received_on = DayField(label="Reçu le", required=False)
    received_cents = CentsField(label="Montant reçu", required=False, least=1)

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or self.cleaned_data
        day, cents = found.get("received_on"), found.get("received_cents")
        if day and "received_cents" not in self.errors and cents is None:
            self.add_error("received_cents", "Indiquez le montant reçu.")
        if cents and "received_on" not in self.errors and day is None:
            self.add_error("received_on", "Indiquez le jour de réception.")
        if day and day > timezone.localdate():
            self.add_error("received_on", f"Le {day:%d/%m/%Y} n’est pas encore venu.")
        return found


class TargetForm(VersionedForm):
    """An indicator and the number to reach."""

    indicator = forms.ChoiceField(
        label="Indicateur",
        choices=Indicator.choices,
        error_messages={
            "required": "Choisissez un indicateur.",
            "invalid_choice": "Choisissez un indicateur de la liste.",
        },
    )
    value = forms.IntegerField(
        label="Objectif à la fin de la période",
        min_value=1,
        max_value=1_000_000,
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"), "Écrivez un nombre entier, à partir de 1."
        ),
    )


class DeliverableForm(VersionedForm):
    """What is handed over, and by when."""

    label = LineField(label="Livrable", longest=200, needed="Indiquez ce qui est à remettre.")
    due_on = DayField(label="À remettre le")
    delivered_on = DayField(label="Remis le", required=False)

    def clean_delivered_on(self) -> Any:
        day = self.cleaned_data["delivered_on"]
        if day and day > timezone.localdate():
            raise ValidationError(f"Le {day:%d/%m/%Y} n’est pas encore venu.")
        return day


class AmendmentForm(forms.Form):
    """What an amendment changes of each part."""

    signed_on = DayField(label="Signé le")
    team_change_cents = CentsField(
        label="Part des équipes, en plus ou en moins",
        signed=True,
        required=False,
        help_text="En euros, par exemple 20 000 ou -5 000.",
    )
    running_change_cents = CentsField(label="Part du fonctionnement, en plus ou en moins", signed=True, required=False)
    reason = LineField(label="Objet", longest=200, needed="Indiquez l’objet de l’avenant.")

    def clean_team_change_cents(self) -> int:
        return self.cleaned_data["team_change_cents"] or 0

    def clean_running_change_cents(self) -> int:
        return self.cleaned_data["running_change_cents"] or 0

    def values(self) -> Mapping[str, Any]:
        """Return what was typed, cleaned."""
        return self.cleaned_data


class DecisionForm(forms.Form):
    """What becomes of what is left."""

    part = forms.ChoiceField(label="Part", choices=GrantDecision.Part.choices)
    kind = forms.ChoiceField(label="Décision", choices=GrantDecision.Kind.choices)
    amount_cents = CentsField(label="Montant", least=1)
    to_grant = forms.ModelChoiceField(
        Grant.objects.none(),
        label="Reportée sur",
        required=False,
        empty_label="Aucune (reversement)",
        help_text="Pour un report : la dotation qui suit.",
        error_messages={"invalid_choice": "Choisissez une dotation de la liste."},
    )
    decided_on = DayField(label="Décidé le")
    reason = LineField(label="Motif", longest=200, needed="Indiquez le motif de la décision.")

    def __init__(self, data: Any = None, *, grant: Grant) -> None:
        super().__init__(data)
        field: Any = self.fields["to_grant"]
        field.queryset = Grant.objects.filter(
            starts_on__gt=grant.ends_on, state__in=[Grant.State.DRAFT, Grant.State.SIGNED]
        ).order_by("starts_on")

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or self.cleaned_data
        is_carried = found.get("kind") == GrantDecision.Kind.CARRIED
        if is_carried and found.get("to_grant") is None and "to_grant" not in self.errors:
            self.add_error("to_grant", "Choisissez la dotation sur laquelle reporter.")
        if not is_carried and found.get("to_grant") is not None:
            self.add_error("to_grant", "Un reversement retourne au financeur : ne choisissez pas de dotation.")
        return found

    def values(self) -> Mapping[str, Any]:
        """Return what was typed, cleaned."""
        return self.cleaned_data


class ScanForm(forms.Form):
    """The signed paper."""

    scan = ScanField(label="Exemplaire signé")

    def values(self) -> Mapping[str, Any]:
        """Return what was brought."""
        return self.cleaned_data


class SignatureForm(forms.Form):
    """The day of the signature, asked for by the step."""

    signed_on = DayField(label="Signée le")


class RunningCostForm(VersionedForm):
    """A cost of the association."""

    spent_on = DayField(label="Date")
    heading = forms.ChoiceField(
        label="Rubrique",
        choices=[("", "Choisir…"), *CostHeading.choices],
        help_text="Celles du compte rendu financier (Cerfa 15059).",
        error_messages={
            "required": "Choisissez une rubrique.",
            "invalid_choice": "Choisissez une rubrique de la liste.",
        },
    )
    label = LineField(label="Libellé", longest=200, needed="Indiquez ce qui a été payé.")
    amount_cents = CentsField(label="Montant", least=1)
