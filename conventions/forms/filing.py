"""Form of a convention that was signed elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

from django import forms
from django.forms.boundfield import BoundField

from association.forms.shared import LineField
from association.forms.uploads import ScanField
from association.models import Membership, Team
from conventions.forms.drafting import PeriodForm
from conventions.forms.fields import DayField, EurosField, TypesField, label_for
from conventions.gates import is_paid
from conventions.models import Convention
from conventions.selectors.members import confirmed_members, members_ever, quality_of


class Signer(NamedTuple):
    """One member of the form: who, and the day of the signature on the paper."""

    member: Membership
    quality: str
    day: BoundField


class FilingForm(PeriodForm):
    """What the signed paper says: number, period, terms, who signed on which day; and its scan."""

    number = LineField(
        label="Numéro porté sur le document",
        longest=40,
        required=False,
        help_text="Laissez vide pour recevoir le numéro suivant de l’année.",
    )
    action_types = TypesField()
    ceiling_cents = EurosField(label="Plafond annuel", help_text="En euros, pour l’équipe et par année civile.")
    association_signed_on = DayField(label="Signée par l’association le")
    association_signatory = LineField(
        label="Signataire de l’association", longest=150, needed="Indiquez qui a signé pour l’association."
    )
    scan = ScanField(
        label="Exemplaire signé, numérisé", error_messages={"required": "Joignez l’exemplaire signé, numérisé."}
    )
    field_order = (
        "number", "starts_on", "ends_on", "action_types", "ceiling_cents", "association_signed_on",
        "association_signatory", "scan",
    )  # fmt: skip

    def __init__(self, *args: Any, team: Team, **kwargs: Any) -> None:
        super().__init__(*args, team=team, **kwargs)
        self.members = members_ever(team)
        self.fields["ends_on"].required, self.fields["ends_on"].help_text = True, ""
        for member in self.members:
            self.fields[f"signed_{member.pk}"] = DayField(
                label=label_for("Signée le", str(member.person)), required=False
            )
        if not is_paid(team.kind):
            del self.fields["ceiling_cents"]

    def own_fields(self) -> list[BoundField]:
        """Return the fields that are not a member's signature."""
        return [self[name] for name in self.fields if not name.startswith("signed_")]

    def signers(self) -> Iterator[Signer]:
        """Yield the members with their field."""
        for member in self.members:
            yield Signer(member, quality_of(member.person), self[f"signed_{member.pk}"])

    def clean_number(self) -> str:
        number: str = self.cleaned_data["number"]
        if number and Convention.objects.filter(number__iexact=number).exists():
            raise forms.ValidationError(f"La convention {number} existe déjà : vérifiez le numéro du document.")
        return number

    def clean(self) -> dict[str, Any]:
        asked = super().clean()
        if not self.errors and not self._signatures():
            self.add_error(None, "Indiquez la date de signature d’au moins deux membres.")
        return asked

    def values(self) -> dict[str, Any]:
        """Return the arguments of `conventions.services.filing.file_signed_convention`."""
        asked = self.cleaned_data
        signatures = self._signatures()
        return {
            "number": asked["number"],
            "starts_on": asked["starts_on"],
            "ends_on": asked["ends_on"],
            "action_types": asked["action_types"],
            "ceiling_cents": asked.get("ceiling_cents", 0),
            "association_signed_on": asked["association_signed_on"],
            "association_signatory": asked["association_signatory"],
            "scan": asked["scan"],
            "signatures": signatures,
            "invited": [member for member in confirmed_members(self.team) if member.pk not in signatures],
        }

    def refuse(self, reasons: Mapping[int, str]) -> None:
        """Put the service's reasons beside the members."""
        for pk, reason in reasons.items():
            self.add_error(f"signed_{pk}" if f"signed_{pk}" in self.fields else None, reason)

    def _signatures(self) -> dict[int, date]:
        days = {member.pk: self.cleaned_data.get(f"signed_{member.pk}") for member in self.members}
        return {pk: day for pk, day in days.items() if day}
