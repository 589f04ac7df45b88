"""The form of the association's own bank details."""

from __future__ import annotations

from typing import Any

from django import forms

from association.forms.shared import LineField, VersionedForm
from payments.forms.accounts import IbanField
from payments.models import BankDetails
from payments.models.bank import BIC
from payments.sepa.characters import MESSAGE_LENGTH, NAME_LENGTH, REFERENCE_LENGTH


class BicField(forms.CharField):
    """A BIC, whatever its case and spaces."""

    default_validators = [BIC]

    def to_python(self, value: Any) -> str:
        return "".join(super().to_python(value).split()).upper()


class BankDetailsForm(VersionedForm):
    """Who pays and from which account; an IBAN that is set is not shown, and stays when nothing is typed."""

    name = LineField(
        label="Nom de l’association",
        longest=NAME_LENGTH,
        needed="Indiquez le nom de l’association comme la banque le connaît.",
        help_text="Comme la banque le connaît.",
    )
    iban = IbanField(label="IBAN du compte débiteur", required=False)
    bic = BicField(label="BIC", required=False, help_text="Vide : celui de la banque de l’IBAN.")
    organisation_id = LineField(
        label="Identifiant donné par la banque",
        longest=REFERENCE_LENGTH,
        required=False,
        help_text="Si votre contrat de remise de fichiers en demande un.",
    )
    batch_booking = forms.BooleanField(
        label="Un seul débit pour tout le fichier",
        required=False,
        help_text="Sinon, chaque virement est une ligne du relevé de compte.",
    )
    message = LineField(
        label="Libellé des virements",
        longest=MESSAGE_LENGTH,
        needed="Écrivez le libellé que les bénéficiaires liront sur leur relevé.",
        help_text="{mois} et {reference} sont remplacés, par exemple « Indemnites ESP CLAP 07/2026 ».",
    )

    def __init__(self, data: Any = None, *, details: BankDetails) -> None:
        shown = {name: getattr(details, name) for name in self.base_fields if name not in ("iban", "version")}
        super().__init__(data, version=details.version, initial=shown)
        if details.iban:
            said = f"Laissez vide pour garder le compte •••• {details.iban_last4}."
            self.fields["iban"].help_text = said
        else:
            self.fields["iban"].required = True
