"""Forms of amendments: new terms, and signatures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

from django import forms
from django.forms.boundfield import BoundField
from django.utils import timezone

from association.forms.shared import LineField
from association.forms.uploads import ScanField
from conventions.forms.fields import DayField, EurosField, TypesField
from conventions.gates import is_paid
from conventions.models import AmendmentSignature, Convention
from conventions.selectors.members import quality_of


class TermsForm(forms.Form):
    """What a convention allows from a day on; the ceiling only for teams whose actions are paid."""

    effective_on = DayField(
        label="À partir du", help_text="Une date passée est possible, dans la période de la convention."
    )
    action_types = TypesField()
    ceiling_cents = EurosField(label="Plafond annuel", help_text="En euros, pour l’équipe et par année civile.")

    def __init__(self, *args: Any, convention: Convention, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_paid(convention.team.kind):
            del self.fields["ceiling_cents"]

    def values(self) -> dict[str, Any]:
        """Return the arguments of `conventions.services.amendment_drafting.propose_terms`."""
        return {"ceiling_cents": 0, **self.cleaned_data}


class Line(NamedTuple):
    """One member of the form: who, whether that one signed, and a day of one's own."""

    signature: AmendmentSignature
    quality: str
    signed: BoundField
    day: BoundField


class AmendmentSignaturesForm(forms.Form):
    """Who signed on paper: one day for all who are ticked, or a day of one's own beside a name; the association."""

    day = DayField(label="Date de signature", required=False, help_text="Pour tous les signataires cochés ci-dessous.")
    association = forms.BooleanField(label="L’association a signé", required=False)
    signatory = LineField(
        label="Signataire de l’association",
        longest=150,
        required=False,
        help_text="Nom et qualité, par exemple « Anne Le Bris, présidente ».",
    )
    association_signed_on = DayField(label="Autre date pour l’association", required=False)
    scan = ScanField(label="Exemplaire signé, numérisé", required=False)

    def __init__(self, *args: Any, rows: Sequence[AmendmentSignature], by_association: bool, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"day": timezone.localdate()})
        super().__init__(*args, **kwargs)
        self.rows, self.by_association = rows, by_association
        if not by_association:
            for name in ("association", "signatory", "association_signed_on"):
                del self.fields[name]
        elif not rows:  # nobody else signs: whoever opens the page records that
            self.fields["association"].initial = True
        for row in rows:
            name = str(row.membership.person)
            self.fields[f"signed_{row.pk}"] = forms.BooleanField(label=f"{name} a signé", required=False)
            self.fields[f"signature_{row.pk}"] = DayField(label=f"Autre date pour {name}", required=False)

    def lines(self) -> Iterator[Line]:
        """Yield the members with their two fields."""
        for row in self.rows:
            quality = quality_of(row.membership.person)
            yield Line(row, quality, self[f"signed_{row.pk}"], self[f"signature_{row.pk}"])

    def clean(self) -> dict[str, Any]:
        asked = super().clean() or {}
        members = {row.pk: self._day(f"signed_{row.pk}", f"signature_{row.pk}") for row in self.rows}
        asked["signatures"] = {pk: day for pk, day in members.items() if day}
        asked["by_association"] = self._day("association", "association_signed_on") if self.by_association else None
        if not self.errors and not asked["signatures"] and not asked["by_association"]:
            self.add_error(None, "Cochez au moins un signataire.")
        return asked

    def values(self) -> dict[str, Any]:
        """Return the arguments of `conventions.services.amending.sign_amendment`."""
        asked = self.cleaned_data
        return {
            "signatures": asked["signatures"],
            "association_signed_on": asked["by_association"],
            "signatory": asked.get("signatory", ""),
            "upload": asked["scan"],
        }

    def _day(self, ticked: str, own: str) -> date | None:
        """Return the day of a signatory who is ticked or has a day; say so when the day is missing."""
        asked = self.cleaned_data
        day: date | None = asked.get(own)
        if not (asked.get(ticked) or day):
            return None
        day = day or asked.get("day")
        if day is None and own not in self.errors and "day" not in self.errors:
            self.add_error(own, "Indiquez la date de cette signature, ou une date pour tous.")
        return day


class OwnAmendmentForm(forms.Form):
    """The signature of the member who is signed in."""

    confirmed = forms.BooleanField(
        label="J’ai lu l’avenant et je le signe.",
        error_messages={"required": "Cochez cette case pour signer."},
    )
