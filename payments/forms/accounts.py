"""The forms of bank accounts: whose account it is, and the account as the RIB shows it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from association.forms.places import CompanyField, ProfessionalField
from association.forms.shared import LineField
from association.forms.uploads import ScanField
from association.identifiers import clean_iban, compact, siret
from association.models import Company, Professional, User

MAX_HOLDER, MAX_COMMENT = 140, 300


class IbanField(forms.CharField):
    """An IBAN with or without spaces; its clean value is compact. What is wrong is said without repeating it."""

    def __init__(self, **options: Any) -> None:
        options.setdefault(
            "widget", forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "class": "code"})
        )
        errors = {"required": "Recopiez l’IBAN du RIB.", **options.pop("error_messages", {})}
        super().__init__(error_messages=errors, **options)

    def to_python(self, value: Any) -> str:
        text = super().to_python(value)
        return clean_iban(text) if text else ""


class SiretField(forms.CharField):
    """A SIRET with or without spaces; its clean value is 14 digits."""

    def to_python(self, value: Any) -> str:
        number = compact(super().to_python(value))
        if number:
            siret(number)
        return number


class OwnerForm(forms.Form):
    """A person or a company, one of the two."""

    professional = ProfessionalField(label="Professionnel", required=False, help_text="Par son nom ou son RPPS.")
    company = CompanyField(
        label="Ou société",
        required=False,
        help_text="SEL, pharmacie ou employeur : par son nom, son code ou son SIRET.",
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("professional", "company"):
            self.fields[name].one_of = "l’un des deux"  # type: ignore[attr-defined]
        self.fields["professional"].known = Professional.objects.visible_to(user)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not self.errors and bool(given.get("professional")) == bool(given.get("company")):
            self.add_error("professional", "Indiquez un professionnel ou une société, l’un des deux.")
        return given

    @property
    def owner(self) -> Professional | Company:
        return self.cleaned_data["professional"] or self.cleaned_data["company"]


class AccountForm(forms.Form):
    """An account as it is typed from a RIB; ``seen`` is the last account that the page had shown."""

    siret = SiretField(
        label="SIRET de la société",
        help_text="14 chiffres. Une société n’est pas payée sans SIRET.",
        error_messages={"required": "Indiquez le SIRET : 14 chiffres."},
    )
    iban = IbanField(label="IBAN", help_text="Avec ou sans espaces.")
    holder = LineField(
        label="Titulaire du compte",
        longest=MAX_HOLDER,
        needed="Recopiez le titulaire comme il est écrit sur le RIB.",
        help_text="Exactement comme sur le RIB : les banques comparent ce nom avant de virer.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    scan = ScanField(
        label="RIB numérisé",
        required=False,
        help_text="La personne qui vérifie le compare à ce que vous avez saisi. Seuls les trésoriers l’ouvrent.",
    )
    comment = LineField(
        label="Remarque",
        longest=MAX_COMMENT,
        required=False,
        help_text="Par exemple comment le RIB a été reçu. N’écrivez pas d’IBAN ici.",
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any = None, files: Any = None, *, owner: Professional | Company, seen: int) -> None:
        super().__init__(data.copy() if data is not None else None, files, initial={"seen": seen})
        if not isinstance(owner, Company) or owner.siret:
            del self.fields["siret"]

    def clean_comment(self) -> str:
        comment: str = self.cleaned_data["comment"]
        if any(_is_iban(word) for word in (compact(comment), *comment.split())):
            raise ValidationError(
                "Cette remarque contient un IBAN : il se saisit dans son champ, et nulle part ailleurs."
            )
        return comment

    def show_latest(self, seen: int) -> None:
        """Take over what the refusal has just said, so that the next press saves."""
        self.data["seen"] = str(seen)  # type: ignore[index]

    def values(self) -> dict[str, Any]:
        """Return what was typed, as the service takes it."""
        given = dict(self.cleaned_data)
        return {**given, "seen": given["seen"] or 0}


def _is_iban(text: str) -> bool:
    try:
        clean_iban(text)
    except ValidationError:
        return False
    return True
