"""Forms of a professional: the record, two records of one person, and the filters above the list."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms.boundfield import BoundField

from association.forms.places import CommuneField, ProfessionalField
from association.forms.shared import TURNING, VersionedForm
from association.identifiers import compact, refuse_nir, rpps
from association.models import Professional
from association.money import grouped
from association.nomenclature import Profession

MAX_NAME, MAX_PHONE, MAX_REASON = 100, 30, 500
DOCTORS = (Profession.MEDECIN,)
SPECIALISTS = (Profession.MEDECIN, Profession.CHIRURGIEN_DENTISTE)
BIOLOGISTS = (Profession.MEDECIN, Profession.PHARMACIEN)
PROFESSIONS = [("", "Choisir…"), *Profession.choices]


def only_for(*professions: Profession) -> dict[str, str]:
    """Return the attribute of an input that only some professions fill in."""
    return {"data-only-for": " ".join(professions)}


class LineField(forms.CharField):
    """A line of text: no markup, no NIR, a length that is said and not cut by the browser."""

    def __init__(self, *, most: int = MAX_NAME, **kwargs: Any) -> None:
        self.most = most
        super().__init__(validators=[refuse_nir], **kwargs)

    def to_python(self, value: Any) -> str:
        return TURNING.sub("", super().to_python(value) or "").strip()

    def validate(self, value: Any) -> None:
        super().validate(value)
        if len(value) > self.most:
            raise ValidationError(
                f"Ce texte compte {grouped(len(value))} caractères, la limite est de {self.most}. Raccourcissez-le."
            )
        if "<" in value or ">" in value:
            raise ValidationError(
                "Les signes «\u00a0<\u00a0» et «\u00a0>\u00a0» n’ont pas leur place ici\u00a0: retirez-les."
            )


class RppsField(forms.CharField):
    """An RPPS as people type it, with or without spaces; 11 digits."""

    def __init__(self) -> None:
        super().__init__(
            label="RPPS",
            help_text="11 chiffres. Il ne se corrige plus ensuite.",
            widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        )

    def clean(self, value: Any) -> str:
        number = compact(super().clean(value))
        if number.isdigit() and len(number) != 11:
            raise ValidationError(f"Un numéro RPPS compte 11 chiffres\u00a0: celui-ci en a {grouped(len(number))}.")
        rpps(number)
        return number


class ProfessionalForm(VersionedForm):
    """What is known of a professional; the RPPS is not among it (`NewProfessionalForm`)."""

    PARTS = (
        ("Identité", ("rpps", "last_name", "first_name")),
        ("Métier", ("profession", "specialty", "is_general_practitioner", "is_biologist")),
        ("Coordonnées", ("commune", "email", "phone", "mssante")),
    )

    last_name = LineField(label="Nom")
    first_name = LineField(label="Prénom")
    profession = forms.ChoiceField(
        label="Profession", choices=PROFESSIONS, widget=forms.Select(attrs={"data-decides": "profession"})
    )
    # Shown for the professions named; without script, always (site.js).
    is_general_practitioner = forms.BooleanField(
        label="Médecin généraliste", required=False, widget=forms.CheckboxInput(attrs=only_for(*DOCTORS))
    )
    specialty = LineField(
        label="Spécialité",
        required=False,
        widget=forms.TextInput(attrs=only_for(*SPECIALISTS)),
        help_text="Pour un médecin ou un chirurgien-dentiste.",
    )
    is_biologist = forms.BooleanField(
        label="Biologiste", required=False, widget=forms.CheckboxInput(attrs=only_for(*BIOLOGISTS))
    )
    commune = CommuneField(label="Commune", required=False, help_text="Par son nom ou son code INSEE.")
    email = forms.EmailField(label="Courriel", required=False)
    phone = LineField(
        label="Téléphone", most=MAX_PHONE, required=False, widget=forms.TextInput(attrs={"inputmode": "tel"})
    )
    mssante = forms.EmailField(
        label="Adresse MSSanté", required=False, help_text="Demandée à chaque membre d’une ESP CLAP."
    )

    def clean_phone(self) -> str:
        phone: str = self.cleaned_data["phone"]
        if phone and not re.fullmatch(r"\+?[\d\s.()-]{6,}", phone):
            raise ValidationError("Un numéro de téléphone s’écrit en chiffres, par exemple 02 40 00 00 00.")
        return phone

    def clean(self) -> dict[str, Any]:
        known = super().clean() or self.cleaned_data
        profession = known.get("profession")
        if known.get("is_general_practitioner") and profession != Profession.MEDECIN:
            self.add_error("is_general_practitioner", "Seul un médecin peut être médecin généraliste.")
        if known.get("is_biologist") and profession not in BIOLOGISTS:
            self.add_error("is_biologist", "Un biologiste est médecin ou pharmacien.")
        if known.get("specialty") and profession and profession not in SPECIALISTS:
            said = "Seul un médecin ou un chirurgien-dentiste a une spécialité\u00a0: videz ce champ."
            self.add_error("specialty", said)
        return known

    def parts(self) -> Iterator[tuple[str, list[BoundField]]]:
        """Yield the parts of the page: a title, and its fields."""
        for title, names in self.PARTS:
            yield title, [self[name] for name in names if name in self.fields]


class NewProfessionalForm(ProfessionalForm):
    """A new record, with its RPPS."""

    rpps = RppsField()
    field_order = ["rpps"]

    def clean_rpps(self) -> str:
        number: str = self.cleaned_data["rpps"]
        taken = Professional.objects.filter(rpps=number).first()
        if taken:
            raise ValidationError(f"Ce RPPS est déjà celui de {taken}\u00a0: ouvrez sa fiche.")
        return number


class OtherRecordForm(forms.Form):
    """Which other record is of the same person."""

    other = ProfessionalField(label="Autre fiche de la même personne", help_text="Par son nom ou son RPPS.")

    def __init__(self, *args: Any, person: Professional, known: QuerySet[Professional], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person
        self.fields["other"].known = known  # type: ignore[attr-defined]

    def clean_other(self) -> Professional:
        other: Professional = self.cleaned_data["other"]
        if other.pk == self.person.pk:
            raise ValidationError("C’est la même fiche\u00a0: indiquez l’autre.")
        return other


class JoiningForm(forms.Form):
    """Who stays of two records, and why they are one person."""

    kept = forms.TypedChoiceField(
        label="Fiche à garder",
        coerce=int,
        widget=forms.RadioSelect,
        help_text="Celle dont le RPPS est juste et dont le RIB est vérifié. L’autre reste lisible.",
        error_messages={"required": "Choisissez la fiche à garder."},
    )
    comment = LineField(
        label="Motif",
        most=MAX_REASON,
        help_text="Conservé dans l’historique des deux fiches.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, people: tuple[Professional, Professional], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {person.pk: person for person in people}
        self.fields["kept"].choices = [  # type: ignore[attr-defined]
            (person.pk, f"Fiche {letter}\u00a0: {person}, RPPS {person.rpps}")
            for letter, person in zip("AB", people, strict=True)
        ]

    def chosen(self) -> tuple[Professional, Professional]:
        """Return who stays, and the other."""
        kept = self.people[self.cleaned_data["kept"]]
        return kept, next(person for pk, person in self.people.items() if pk != kept.pk)


class ReasonForm(forms.Form):
    """Why a joining is undone; posted by the dialog."""

    comment = LineField(label="Motif", most=MAX_REASON, error_messages={"required": "Un motif est demandé."})
