"""Forms of the runs and of the transfers."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.formats import date_format

from association.forms.bulk import ReasonForm
from association.forms.shared import DayField, ProseField
from payments.bank_reasons import BANK_REASONS
from payments.models import Run
from payments.selectors.runs import months_to_prepare
from payments.sepa.calendar import next_business_day
from payments.services.banking import execution_day_refusal


class PreparationForm(forms.Form):
    """Which month to prepare: the last one by default, as an extra run when its own is frozen."""

    month = forms.TypedChoiceField(
        label="Mois",
        coerce=date.fromisoformat,
        error_messages=dict.fromkeys(("required", "invalid_choice", "invalid"), "Choisissez un mois de la liste."),
    )
    extra = forms.BooleanField(
        label="Paiement complémentaire",
        required=False,
        help_text="Une fois le paiement du mois figé, pour ce qui a été validé depuis, sans attendre le mois suivant.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        months = months_to_prepare(timezone.localdate())
        self.fields["month"].choices = [  # type: ignore[attr-defined]
            (month.isoformat(), date_format(month, "F Y").capitalize()) for month in months
        ]
        self.fields["extra"].initial = Run.objects.regular_of(months[0]).exists()


class SettlementForm(forms.Form):
    """The day on which the bank made the transfers."""

    paid_on = DayField(
        label="Payé le",
        initial=timezone.localdate,
        needed="Indiquez le jour où la banque a payé.",
        help_text="La date de l’opération sur le relevé de compte.",
    )

    def clean_paid_on(self) -> date:
        day: date = self.cleaned_data["paid_on"]
        if day > timezone.localdate():
            raise forms.ValidationError("Cette date est à venir : indiquez le jour où la banque a payé.")
        return day


class ExportForm(forms.Form):
    """The day on which the bank is to make the transfers: proposed, never chosen for whoever exports."""

    execution_on = DayField(
        label="Date d’exécution demandée à la banque",
        initial=lambda: next_business_day(timezone.localdate()),
        needed="Indiquez le jour où la banque doit faire les virements.",
        help_text="Un jour ouvré des banques. Le prochain est proposé.",
    )

    def clean_execution_on(self) -> date:
        day: date = self.cleaned_data["execution_on"]
        if reason := execution_day_refusal(day):
            raise forms.ValidationError(reason)
        return day


class BankCodeForm(forms.Form):
    """Why the bank refused something, in its own code."""

    bank_reason = forms.ChoiceField(
        label="Motif de la banque",
        choices=[("", "Choisir…"), *((code, f"{code} · {words}") for code, words in BANK_REASONS.items())],
        error_messages={"required": "Choisissez le code que la banque a donné."},
        help_text="Un motif qui parle du compte (AC, BE) suspend aussi le compte.",
    )


class BankReasonForm(BankCodeForm):
    """What the bank said of a transfer that it refused or gave back, and the day that it gave."""

    back_on = DayField(
        label="Rejeté ou revenu le",
        initial=timezone.localdate,
        needed="Indiquez le jour que donne la banque.",
        help_text="La date de l’opération sur le relevé de compte : l’écriture comptable porte ce jour.",
    )
    field_order = ("back_on", "bank_reason")

    def clean_back_on(self) -> date:
        day: date = self.cleaned_data["back_on"]
        if day > timezone.localdate():
            raise forms.ValidationError("Cette date est à venir : indiquez le jour que donne la banque.")
        return day


class BankReasonInBulkForm(BankReasonForm, ReasonForm):
    """The same day and code of the bank for many transfers, and a reason kept in the history of each."""

    field_order = ("back_on", "bank_reason", "comment")


class FileRefusedForm(BankCodeForm):
    """Why the bank refused a whole file: its code if it gave one, and the words of whoever took the answer."""

    comment = ProseField(
        label="Motif",
        needed="Écrivez ce que la banque a dit, ou pourquoi le fichier n’est pas parti.",
        longest=180,
        help_text="Conservé dans l’historique du paiement mensuel.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        code = self.fields["bank_reason"]
        code.required, code.help_text = False, "Si la banque en a donné un."

    @property
    def said(self) -> str:
        """The reason as it is kept."""
        return " ".join(filter(None, (self.cleaned_data["bank_reason"], self.cleaned_data["comment"])))
