"""Forms of a member: joining, what changes from a day on, leaving."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.urls import reverse_lazy
from django.utils.functional import lazy
from django.utils.html import format_html
from django.utils.safestring import SafeString

from association.forms.people import NewProfessionalForm
from association.forms.places import CommuneField, CompanyField, ProfessionalField
from association.forms.shared import DayField, LineField, VersionedForm
from association.identifiers import compact, finess, siret
from association.models import Company, Professional, User
from association.nomenclature import MemberStatus, PracticeMode

format_html_lazy = lazy(format_html, SafeString)


def _status() -> forms.ChoiceField:
    return forms.ChoiceField(
        label="Statut",
        choices=MemberStatus.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez un statut."},
        help_text="Pressenti : la personne est attendue, rien n’est encore sûr.",
    )


def _mode() -> forms.ChoiceField:
    return forms.ChoiceField(
        label="Mode d’exercice",
        choices=PracticeMode.choices,
        error_messages={"required": "Choisissez le mode d’exercice."},
    )


def _place() -> CommuneField:
    return CommuneField(label="Lieu d’exercice", required=False, help_text="La commune, par son nom ou son code INSEE.")


def _company() -> CompanyField:
    return CompanyField(
        label="Société ou employeur payé à sa place",
        required=False,
        help_text=format_html_lazy(
            "Par son nom, son code ou son SIRET. Vide : la personne est payée en son nom. "
            '<a href="{}" target="_blank" rel="noopener">Enregistrer une société (nouvel onglet)</a>',
            reverse_lazy("association:company_new"),
        ),
    )


class JoiningForm(forms.Form):
    """Who joins a team, from when on, and how they practise."""

    PARTS = (
        ("Sa place dans l’équipe", ("joined_on", "status", "is_referent")),
        ("Son exercice", ("mode", "place", "company")),
    )

    professional = ProfessionalField(
        label="Professionnel déjà enregistré",
        required=False,
        help_text="Par son nom ou son RPPS. Laissez vide pour créer une nouvelle fiche.",
    )
    joined_on = DayField(label="Entrée le", needed="Indiquez la date d’entrée.")
    status = _status()
    mode = _mode()
    place = _place()
    company = _company()
    is_referent = forms.BooleanField(label="Référent·e de l’équipe", required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["professional"].known = Professional.objects.visible_to(user)  # type: ignore[attr-defined]

    def parts(self) -> Iterator[tuple[str, list[BoundField]]]:
        """Yield the parts of the page after the person: a title, and its fields."""
        for title, names in self.PARTS:
            yield title, [self[name] for name in names]

    def stay(self) -> dict[str, Any]:
        """Return what was typed of the stay, without the person."""
        return {name: value for name, value in self.cleaned_data.items() if name != "professional"}


class NewMemberForms:
    """Somebody who joins: a person who is known, or a new record typed in the same page."""

    def __init__(self, data: Any = None, *, user: User, initial: dict[str, Any] | None = None) -> None:
        self.joining = JoiningForm(data, user=user, initial=initial)
        self.person = NewProfessionalForm(data, prefix="person")
        # An empty second part is not judged: the person was named in the first one.
        self.person.empty_permitted, self.person.use_required_attribute = True, False

    @property
    def makes_a_record(self) -> bool:
        return self.person.has_changed()

    def is_valid(self) -> bool:
        if not self.joining.is_bound:
            return False
        valid = [self.joining.is_valid(), self.person.is_valid()]
        named = self.joining.cleaned_data.get("professional")
        if named is not None and self.makes_a_record:
            said = "Choisissez : une personne déjà enregistrée, ou une nouvelle fiche. Videz l’une des deux parties."
            self.joining.add_error("professional", said)
        elif named is None and not self.makes_a_record and "professional" not in self.joining.errors:
            said = "Indiquez un professionnel, ou remplissez sa nouvelle fiche ci-dessous."
            self.joining.add_error("professional", said)
        return all(valid) and self.joining.is_valid()


class ChangeForm(VersionedForm):
    """What holds of a member from a day on."""

    starts_on = DayField(label="À partir du", needed="Indiquez à partir de quel jour.")
    status = _status()
    mode = _mode()
    place = _place()
    company = _company()

    def facts(self) -> dict[str, Any]:
        """Return what was typed, without the day."""
        return {name: value for name, value in self.values().items() if name != "starts_on"}


class LeavingForm(VersionedForm):
    """The last day of a stay; ``confirmed``: its consequences were shown."""

    left_on = DayField(label="Dernier jour dans l’équipe", needed="Indiquez la date de sortie.")
    confirmed = forms.BooleanField(required=False, widget=forms.HiddenInput)


class CorrectingForm(VersionedForm):
    """What is right of a departure that was recorded by mistake: another last day, or none."""

    STAYS, OTHER_DAY = "reste", "jour"

    what = forms.ChoiceField(
        label="Ce qui est juste",
        choices=[(OTHER_DAY, "Le départ a un autre jour"), (STAYS, "Cette personne n’a pas quitté l’équipe")],
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez ce qui est juste."},
    )
    left_on = DayField(label="Dernier jour dans l’équipe", required=False, help_text="Si le départ a un autre jour.")

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("what") == self.OTHER_DAY and not given.get("left_on") and "left_on" not in self.errors:
            self.add_error("left_on", "Indiquez le dernier jour dans l’équipe.")
        return given

    @property
    def last_day(self) -> date | None:
        """The right last day; None when the person has not left."""
        return self.cleaned_data["left_on"] if self.cleaned_data["what"] == self.OTHER_DAY else None


class CompanyForm(forms.Form):
    """A SEL, a pharmacy or an employer that is paid in somebody's place."""

    name = LineField(label="Raison sociale", longest=200, needed="Indiquez la raison sociale.")
    siret = forms.CharField(label="SIRET", required=False, help_text="14 chiffres.")
    finess = forms.CharField(label="FINESS", required=False, help_text="9 chiffres, pour une pharmacie par exemple.")
    email = forms.EmailField(
        label="Courriel",
        required=False,
        help_text="Ses relevés d’indemnités y sont envoyés ; un changement de compte bancaire y est signalé.",
    )

    def clean_siret(self) -> str:
        number = compact(self.cleaned_data["siret"])
        if number:
            siret(number)
            if taken := Company.objects.filter(siret=number).first():
                raise ValidationError(f"Ce SIRET est déjà celui de « {taken} » ({taken.code}).")
        return number

    def clean_finess(self) -> str:
        number = compact(self.cleaned_data["finess"])
        if number:
            finess(number)
        return number


class CompletingCompanyForm(CompanyForm):
    """The numbers that a company lacks, and its address; numbers that it has are not asked for."""

    def __init__(self, *args: Any, company: Company, **kwargs: Any) -> None:
        super().__init__(*args, initial={"email": company.email}, **kwargs)
        for name in ("name", "siret", "finess"):
            if getattr(company, name):
                del self.fields[name]

    def numbers(self) -> dict[str, str]:
        """Return the arguments of `association.services.companies.complete_company`."""
        return {name: self.cleaned_data.get(name, "") for name in ("siret", "finess", "email")}


class ReferentForm(VersionedForm):
    """Whether a member is the team's referent."""

    is_referent = forms.BooleanField(required=False)
