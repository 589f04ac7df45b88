"""The forms of a year's papers: accounts and journals, the DAS2's threshold and identities, a period, a person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import date_format

from association.forms.places import ProfessionalField
from association.forms.shared import LineField, VersionedForm
from association.models import Professional, User
from conventions.forms.fields import EurosField
from payments.forms.accounts import SiretField
from payments.models import AccountingSettings, TaxIdentity
from payments.models.year import ACCOUNT_NUMBER, JOURNAL_CODE, MONTHS, POSTCODE, Das2Nature

LONGEST_LABEL = 80


ACCOUNTING_FIELDS = (
    *AccountingSettings.CHOSEN, *AccountingSettings.OF_WRITE_OFFS, "first_month", "das2_nature",
)  # fmt: skip


class CodeField(forms.CharField):
    """An account or a journal, whatever its case and spaces."""

    def to_python(self, value: Any) -> str:
        return "".join((super().to_python(value) or "").split()).upper()


def _account(label: str, suggested: str) -> CodeField:
    return CodeField(
        label=label, required=False, max_length=20, validators=[ACCOUNT_NUMBER], help_text=f"Souvent : {suggested}."
    )


def _journal(label: str, suggested: str) -> CodeField:
    return CodeField(label=label, required=False, validators=[JOURNAL_CODE], help_text=f"Souvent : {suggested}.")


def _words(of: str, suggested: str) -> LineField:
    said = f"Par exemple : {suggested}."
    return LineField(label=f"Libellé du {of}", longest=LONGEST_LABEL, required=False, help_text=said)


class AccountingForm(VersionedForm):
    """The accounts and journals, each empty until it is chosen; suggestions stand beside, nothing is filled in."""

    charge_account = _account("Compte de charge des indemnités", "6226 ou 657, selon votre comptable")
    charge_label = _words("compte de charge", "Indemnités des professionnels")
    payable_account = _account("Compte des bénéficiaires", "467")
    payable_label = _words("compte des bénéficiaires", "Professionnels, indemnités à payer")
    bank_account = _account("Compte de banque", "512")
    bank_label = _words("compte de banque", "Banque")
    accrual_account = _account("Compte de charges à payer", "4686 ou 408")
    accrual_label = _words("compte de charges à payer", "Charges à payer")
    write_off_account = _account("Compte des trop-perçus abandonnés", "654, pertes sur créances irrécouvrables")
    write_off_label = _words("compte des trop-perçus abandonnés", "Trop-perçus abandonnés")
    general_journal = _journal("Journal des opérations diverses", "OD")
    general_label = _words("journal des opérations diverses", "Opérations diverses")
    bank_journal = _journal("Journal de banque", "BQ")
    bank_journal_label = _words("journal de banque", "Banque")
    first_month = forms.TypedChoiceField(
        label="Premier mois de l’exercice",
        choices=list(MONTHS.items()),
        coerce=int,
        help_text="Pour les écritures, les charges à payer et les fonds dédiés. Relevés et DAS2 : l’année civile.",
    )
    das2_nature = forms.ChoiceField(
        label="Nature des sommes sur la DAS2",
        choices=Das2Nature.choices,
        help_text="Souvent : honoraires et vacations.",
    )

    def __init__(self, data: Any = None, *, chosen: AccountingSettings) -> None:
        shown = {name: getattr(chosen, name) for name in ACCOUNTING_FIELDS}
        super().__init__(data, version=chosen.version, initial=shown)


class ThresholdForm(forms.Form):
    """The threshold from a year on."""

    from_year = forms.IntegerField(
        label="À partir de l’année",
        min_value=2000,
        max_value=2100,
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"), "Écrivez une année entre 2000 et 2100."
        ),
    )
    euros = EurosField(label="Seuil, en euros", help_text="Qui a reçu plus que ce montant dans l’année est déclaré.")

    @property
    def cents(self) -> int:
        """The threshold in euro cents."""
        cents: int = self.cleaned_data["euros"]
        return cents


class TaxIdentityForm(VersionedForm):
    """What the DAS2 asks of a beneficiary beside the name and the amount."""

    siret = SiretField(label="SIRET", required=False, help_text="14 chiffres.")
    address = LineField(label="Adresse", longest=200, required=False, help_text="Numéro et voie.")
    postcode = forms.CharField(label="Code postal", required=False, validators=[POSTCODE])
    town = LineField(label="Commune", longest=80, required=False)

    def __init__(self, data: Any = None, *, identity: TaxIdentity, has_own_siret: bool) -> None:
        shown = {name: getattr(identity, name) for name in ("siret", "address", "postcode", "town")}
        super().__init__(data, version=identity.version, initial=shown)
        if has_own_siret:
            del self.fields["siret"]


class PeriodForm(forms.Form):
    """The end of the period to export: a month that is over."""

    ends_on = forms.TypedChoiceField(
        label="Jusqu’à fin",
        coerce=date.fromisoformat,
        error_messages={"required": "Choisissez un mois.", "invalid_choice": "Choisissez un mois de la liste."},
    )

    def __init__(self, data: Any = None, *, ends: Sequence[date]) -> None:
        super().__init__(data)
        choices = [(end.isoformat(), date_format(end, "F Y")) for end in ends]
        self.fields["ends_on"].choices = choices  # type: ignore[attr-defined]
        self.fields["ends_on"].initial = choices[-1][0] if choices else None


class DayForm(forms.Form):
    """The day of a reconciliation sheet, within its year."""

    date = forms.DateField(
        label="Au",
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"invalid": "Écrivez une date qui existe, par exemple 01/09/2026."},
    )

    def __init__(self, data: Any = None, *, first: date, last: date) -> None:
        self.first, self.last = first, last
        super().__init__(data, initial={"date": last})

    def clean_date(self) -> Any:
        day = self.cleaned_data["date"]
        if day and not self.first <= day <= self.last:
            raise ValidationError(f"Choisissez un jour du {self.first:%d/%m/%Y} au {self.last:%d/%m/%Y}.")
        return day or self.last


class PersonForm(forms.Form):
    """Whose payments are asked for."""

    professional = ProfessionalField(label="Professionnel", help_text="Par son nom ou son RPPS.")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["professional"].known = Professional.objects.visible_to(user)  # type: ignore[attr-defined]
