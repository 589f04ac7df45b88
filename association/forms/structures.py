"""Forms of the structures around the teams, and of what binds a team to them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms

from association.forms.places import CommuneField
from association.forms.shared import DayField, LineField, MailField, PhoneField, ProseField, VersionedForm
from association.identifiers import compact, finess, rna, siret
from association.models import ExternalStructure, Membership, StructureLink, Team
from association.nomenclature import LegalForm
from association.selectors.structures import members_to_link

CHOOSE = [("", "Choisir…")]
MAX_NUMBER = 40  # as typed, with its spaces
SINCE_FOREVER = "Laissez vide si le début n’est pas connu."
STILL_ON = "Laissez vide tant que cela dure."


class NumberField(LineField):
    """A FINESS, SIRET or RNA as people type it, with or without spaces; its clean value is compact."""

    def __init__(self, check: Callable[[str], None], **options: Any) -> None:
        widget = forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"})
        super().__init__(longest=MAX_NUMBER, required=False, widget=widget, **options)
        self.check = check

    def clean(self, value: Any) -> str:
        number = compact(super().clean(value))
        if number:
            self.check(number)
        return number


class StructureForm(VersionedForm):
    """A structure of coordinated care that is not a team of the association."""

    kind = forms.ChoiceField(
        label="Nature",
        choices=CHOOSE + list(ExternalStructure.Kind.choices),
        error_messages={"required": "Choisissez la nature de la structure."},
    )
    name = LineField(
        label="Nom",
        longest=200,
        needed="Indiquez le nom de la structure.",
        help_text="Sans sa nature\u00a0: «\u00a0du Vignoble\u00a0» pour la CPTS du Vignoble.",
    )
    commune = CommuneField(label="Commune", required=False, help_text="Par son nom ou son code INSEE.")
    finess = NumberField(finess, label="FINESS")
    siret = NumberField(siret, label="SIRET")
    phone = PhoneField(label="Téléphone", required=False)
    email = MailField(label="Courriel", required=False)


class CarryingForm(VersionedForm):
    """What carries a team between two dates."""

    form = forms.ChoiceField(
        label="Structure juridique",
        choices=CHOOSE + list(LegalForm.choices),
        error_messages={"required": "Choisissez la structure juridique."},
    )
    rna = NumberField(rna, label="RNA", help_text="D’une association\u00a0: W suivi de neuf chiffres.")
    siret = NumberField(siret, label="SIRET")
    starts_on = DayField(label="Du", required=False, help_text=SINCE_FOREVER)
    ends_on = DayField(label="Au", required=False, help_text=STILL_ON)

    def __init__(self, data: Any = None, *, team: Team, **options: Any) -> None:
        super().__init__(data, **options)


class _MemberField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        left = f", sortie le {obj.left_on:%d/%m/%Y}" if obj.left_on else ""
        return f"{obj.person}, entrée le {obj.joined_on:%d/%m/%Y}{left}"


class _StructureField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj} ({obj.commune.name})" if obj.commune else str(obj)


class LinkForm(VersionedForm):
    """A dated link of a team, or of one of its members, to a structure."""

    relation = forms.ChoiceField(
        label="Lien",
        choices=CHOOSE + list(StructureLink.Relation.choices),
        help_text="Un financement signale les actions qui ont lieu pendant qu’il court.",
        error_messages={"required": "Choisissez le lien."},
    )
    structure = _StructureField(
        ExternalStructure.objects.select_related("commune").order_by("kind", "name", "pk"),
        label="Structure",
        empty_label="Choisir…",
        error_messages={
            "required": "Choisissez la structure.",
            "invalid_choice": "Cette structure n’est plus enregistrée. Choisissez-en une autre.",
        },
    )
    membership = _MemberField(
        Membership.objects.none(),
        label="Membre concerné",
        required=False,
        empty_label="Toute l’équipe",
        error_messages={"invalid_choice": "Cette personne n’est pas membre de cette équipe."},
    )
    starts_on = DayField(label="Du", required=False, help_text=SINCE_FOREVER)
    ends_on = DayField(label="Au", required=False, help_text=STILL_ON)
    comment = LineField(label="Précision", longest=200, required=False)

    def __init__(self, data: Any = None, *, team: Team, **options: Any) -> None:
        super().__init__(data, **options)
        self.fields["membership"].queryset = members_to_link(team)  # type: ignore[attr-defined]


class ProgrammeForm(VersionedForm):
    """A programme of patient education, declared to the ARS."""

    title = LineField(label="Programme", longest=200, needed="Indiquez l’intitulé du programme.")
    reference = LineField(
        label="Référence de la déclaration à l’ARS",
        longest=80,
        needed="Indiquez la référence de la déclaration.",
        help_text="Telle qu’elle figure dans le récépissé de l’ARS.",
    )
    starts_on = DayField(label="Déclaré du", needed="Indiquez le jour depuis lequel le programme est déclaré.")
    ends_on = DayField(label="Au", required=False, help_text=STILL_ON)
    trained_on = DayField(
        label="Équipe formée le", required=False, help_text="La fin de la formation des intervenants (40 heures)."
    )
    notes = ProseField(label="Précisions", required=False)

    def __init__(self, data: Any = None, *, team: Team, **options: Any) -> None:
        super().__init__(data, **options)
