"""The forms of a trop-perçu: asking for it, noting what came, giving it up."""

from __future__ import annotations

from datetime import date

from django import forms

from association.forms.shared import LineField
from conventions.forms.fields import DayField, EurosField
from payments.services.repayments import due_day_refusal


class RepaymentRequestForm(forms.Form):
    """Why, and until when."""

    reason = LineField(
        label="Motif",
        longest=300,
        needed="Indiquez pourquoi cette somme est demandée : le bénéficiaire le lira.",
        help_text="Le bénéficiaire le lit sur la lettre.",
    )
    due_on = DayField(label="À rembourser avant le", required=False)

    def clean_due_on(self) -> date | None:
        day: date | None = self.cleaned_data["due_on"]
        if day and (reason := due_day_refusal(day)):
            raise forms.ValidationError(reason)
        return day


class ReceiptForm(forms.Form):
    """What came, when, and where the bank says so."""

    amount_cents = EurosField(label="Montant reçu")
    received_on = DayField(label="Reçu le")
    reference = LineField(label="Référence sur le relevé de compte", longest=120, required=False)


class WriteOffForm(forms.Form):
    """The bureau's decision."""

    decided_on = DayField(label="Décidé le")
    reference = LineField(
        label="Référence de la décision",
        longest=120,
        needed="Citez la décision du bureau.",
        help_text="Par exemple « procès-verbal du bureau du 12 novembre 2026, point 4 ».",
    )
