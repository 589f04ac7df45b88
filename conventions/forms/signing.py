"""Forms of the signatures of a convention."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from django import forms
from django.forms.boundfield import BoundField
from django.utils import timezone

from association.forms.shared import LineField, VersionedForm
from association.forms.uploads import ScanField
from conventions.forms.fields import DayField, label_for
from conventions.models import Adhesion
from conventions.selectors.members import quality_of


class Line(NamedTuple):
    """One member of the form: who, whether that one signed, and a day of one's own."""

    adhesion: Adhesion
    quality: str
    signed: BoundField
    day: BoundField


class SignaturesForm(forms.Form):
    """Who signed on paper: one day for all who are ticked, or a day of one's own beside a name."""

    day = DayField(label="Date de signature", required=False, help_text="Pour tous les membres cochés ci-dessous.")
    scan = ScanField(label="Page signée, numérisée", required=False)

    def __init__(self, *args: Any, adhesions: Sequence[Adhesion], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.adhesions = adhesions
        for adhesion in adhesions:
            name = str(adhesion.membership.person)
            self.fields[f"signed_{adhesion.pk}"] = forms.BooleanField(label=f"{name} a signé", required=False)
            self.fields[f"day_{adhesion.pk}"] = DayField(label=label_for("Autre date", name), required=False)

    def lines(self) -> Iterator[Line]:
        """Yield the members with their two fields."""
        for adhesion in self.adhesions:
            yield Line(
                adhesion,
                quality_of(adhesion.membership.person),
                self[f"signed_{adhesion.pk}"],
                self[f"day_{adhesion.pk}"],
            )

    def clean(self) -> dict[str, Any]:
        asked = super().clean() or {}
        chosen: dict[int, date] = {}
        for adhesion in self.adhesions:
            own = asked.get(f"day_{adhesion.pk}")
            if not (asked.get(f"signed_{adhesion.pk}") or own):
                continue
            if day := own or asked.get("day"):
                chosen[adhesion.pk] = day
            elif f"day_{adhesion.pk}" not in self.errors and "day" not in self.errors:
                self.add_error(f"day_{adhesion.pk}", "Indiquez la date de cette signature, ou une date pour tous.")
        if not chosen and not self.errors:
            self.add_error(None, "Cochez au moins un membre qui a signé.")
        return {**asked, "signatures": chosen}

    def refuse(self, reasons: Mapping[int, str]) -> None:
        """Put the service's reasons beside the members."""
        for pk, reason in reasons.items():
            self.add_error(f"day_{pk}" if f"day_{pk}" in self.fields else None, reason)


class AssociationSignatureForm(VersionedForm):
    """Who signed for the association, and when."""

    signed_on = DayField(label="Signée par l’association le")
    signatory = LineField(
        label="Signataire",
        longest=150,
        needed="Indiquez qui signe pour l’association.",
        help_text="Nom et qualité, par exemple « Anne Le Bris, présidente ».",
    )
    scan = ScanField(label="Exemplaire signé, numérisé", required=False)

    def values(self) -> dict[str, Any]:
        """Return the arguments of `conventions.services.signing.sign_for_association`."""
        asked = {**super().values(), "version": self.version_seen}
        asked["upload"] = asked.pop("scan")
        return asked


class EffectForm(forms.Form):
    """The day on which the convention is signed, and from when it pays."""

    signed_on = DayField(label="Signée le", help_text="Le jour de la dernière signature nécessaire.")
    effective_on = DayField(
        label="Prise d’effet",
        required=False,
        help_text="Par défaut, le premier jour de la période, ou le jour de la signature s’il est plus tardif.",
    )
    early_effect_reason = LineField(label="Motif d’une prise d’effet anticipée", longest=200, required=False)


class OwnSignatureForm(forms.Form):
    """The signature of the member who is signed in."""

    confirmed = forms.BooleanField(
        label="J’ai lu la convention et je la signe.",
        error_messages={"required": "Cochez cette case pour signer."},
    )


def today_as_initial() -> dict[str, date]:
    """Return what a form of signatures starts with."""
    return {"day": timezone.localdate()}
