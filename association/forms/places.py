"""Inputs that a person fills by name, with suggestions: communes, EPCI, professionals, companies.

They take « Ancenis », « Ancenis-Saint-Géréon (44003) » or « 44003 », and clean to the object. Without script they are
plain inputs; with it, names are suggested while one types. What was typed always comes back as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.urls import reverse_lazy

from association.models import Commune, Company, Professional
from association.selectors import named

EMPTY_ROWS = 2
MAX_TYPED = 200  # characters of a name that is looked for
TOO_LONG = f"C’est trop long pour un nom\u00a0: {MAX_TYPED} caractères au plus."


class SuggestedInput(forms.TextInput):
    """A line with suggestions from an address that answers ``?q=`` with options."""

    template_name = "association/inputs/suggested.html"

    def __init__(self, url: Any, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"autocomplete": "off", **(attrs or {})})
        self.url = url

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        written = context["widget"]["attrs"]
        written |= {"list": f"{written.get('id', name)}_list", "data-suggestions": str(self.url)}
        return context


class SuggestedInputs(SuggestedInput):
    """Several lines under one name, with some empty ones at the end; the script adds more as they fill up."""

    template_name = "association/inputs/suggested_list.html"
    use_fieldset = True

    def __init__(self, url: Any, noun: str, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(url, attrs)
        self.noun = noun

    def format_value(self, value: Any) -> list[str]:
        return list(value) if isinstance(value, (list, tuple)) else [str(value)] if value else []

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        given = data.getlist(name) if hasattr(data, "getlist") else data.get(name, [])
        return [given] if isinstance(given, str) else list(given)

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return name not in data

    def id_for_label(self, id_: str, index: str | None = None) -> str:
        return ""  # a group of lines: its legend names it, each line has a name of its own

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        shown = [text for text in self.format_value(value) if text.strip()] + [""] * EMPTY_ROWS
        context["lines"] = [{"value": text, "number": number} for number, text in enumerate(shown, 1)]
        context |= {"noun": self.noun, "url": str(self.url)}
        return context


class NamedField(forms.CharField):
    """One object that is typed by its name; its clean value is the object, or None."""

    url: Any = ""
    required_message = "Indiquez un nom."

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", SuggestedInput(self.url))
        kwargs["error_messages"] = {"required": self.required_message, **kwargs.get("error_messages", {})}
        super().__init__(**kwargs)

    def find(self, text: str) -> Model:
        """Return the object.

        Raises:
            Unknown: with the sentence.
        """
        raise NotImplementedError

    def show(self, found: Any) -> str:
        """Return an object as the input shows it."""
        return str(found)

    def prepare_value(self, value: Any) -> Any:
        return self.show(value) if isinstance(value, Model) else value

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        if len(text) > MAX_TYPED:
            raise ValidationError(TOO_LONG, code="too_long")
        try:
            return self.find(text)
        except named.Unknown as unknown:
            raise ValidationError(str(unknown), code="unknown") from None

    def has_changed(self, initial: Any, data: Any) -> bool:
        return (self.prepare_value(initial) or "") != (data or "").strip()


class NamedListField(forms.Field):
    """Several objects that are typed by their names, one per line; its clean value is a list without repeats."""

    url: Any = ""
    noun = ""
    required_message = "Indiquez au moins un nom."
    find: Callable[[Sequence[str]], Sequence[Model | named.Unknown]]
    show: Callable[[Any], str]

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", SuggestedInputs(self.url, self.noun))
        kwargs["error_messages"] = {"required": self.required_message, **kwargs.get("error_messages", {})}
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> list[str]:
        shown = type(self).show
        return [shown(one) if isinstance(one, Model) else str(one) for one in value or []]

    def clean(self, value: Any) -> list[Any]:
        texts = [part.strip() for line in value or [] for part in line.split(";") if part.strip()]
        if not texts:
            if self.required:
                raise ValidationError(self.error_messages["required"], code="required")
            return []
        if any(len(text) > MAX_TYPED for text in texts):
            raise ValidationError(TOO_LONG, code="too_long")
        found = type(self).find(texts)
        wrong = [ValidationError(str(one), code="unknown") for one in found if isinstance(one, named.Unknown)]
        if wrong:
            raise ValidationError(wrong)
        return list(dict.fromkeys(found))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return sorted(self.prepare_value(initial)) != sorted(text for text in data or [] if text.strip())


class CommuneField(NamedField):
    """A commune in force, by name, INSEE code or postal code."""

    url = reverse_lazy("association:communes")
    required_message = "Indiquez une commune."

    def find(self, text: str) -> Commune:
        (found,) = named.communes_typed([text])
        if isinstance(found, named.Unknown):
            raise found
        return found


class CommunesField(NamedListField):
    """Communes in force."""

    url = reverse_lazy("association:communes")
    noun = "Commune"
    required_message = "Indiquez au moins une commune."
    find = staticmethod(named.communes_typed)
    show = staticmethod(str)


class EpcisField(NamedListField):
    """EPCI in force, by name or SIREN."""

    url = reverse_lazy("association:epcis")
    noun = "EPCI"
    required_message = "Indiquez au moins un EPCI."
    find = staticmethod(named.epcis_typed)
    show = staticmethod(named.epci_name)


class ProfessionalField(NamedField):
    """A professional, by name or RPPS, among those that the form's user sees: the form sets ``known``.

    >>> form.fields["professional"].known = Professional.objects.visible_to(user)
    """

    url = reverse_lazy("association:people_named")
    required_message = "Indiquez un professionnel, par son nom ou son RPPS."
    known: QuerySet[Professional] = Professional.objects.none()

    def find(self, text: str) -> Professional:
        return named.professional_typed(text, self.known)

    def show(self, found: Any) -> str:
        return named.person_name(found)


class CompanyField(NamedField):
    """A company that may be paid, by name, code or SIRET."""

    url = reverse_lazy("association:companies")
    required_message = "Indiquez une société."

    def find(self, text: str) -> Company:
        return named.company_typed(text)

    def show(self, found: Any) -> str:
        return named.company_name(found)
