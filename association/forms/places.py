"""Fields for places and people: typed by name with suggestions, or by code; what was typed stays in the field.

Without JavaScript there are no suggestions, and names and codes are understood all the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse

from association.models import Commune, Epci, Professional
from association.models.territory import search_key

IN_PARENTHESES = re.compile(r"\(([0-9AB]+)\)\s*$")
LONGEST = 4_000  # characters of a list


class SuggestedInput(forms.TextInput):
    """A line of text with suggestions from an address of the site (``association:*_suggestions``)."""

    template_name = "association/widgets/suggested.html"

    def __init__(self, suggestions: str, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"autocomplete": "off", **(attrs or {})})
        self.suggestions = suggestions

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        identifier = context["widget"]["attrs"].get("id", f"id_{name}")
        context["widget"] |= {
            "list": f"{identifier}_suggestions",
            "suggestions": f"{reverse(self.suggestions)}?champ={name}",
        }
        context["widget"]["attrs"] |= {"list": context["widget"]["list"]}
        return context


class SuggestedLines(forms.Textarea):
    """One name per line, with an input beside it that adds a suggested one."""

    template_name = "association/widgets/suggested_lines.html"

    def __init__(self, suggestions: str, adding: str) -> None:
        super().__init__({"rows": 3, "autocomplete": "off"})
        self.suggestions, self.adding = suggestions, adding

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"] |= {
            "adder": f"{name}_ajout",
            "adding": self.adding,
            "suggestions": f"{reverse(self.suggestions)}?champ={name}_ajout",
        }
        return context


class NamedField(forms.CharField):
    """One object, by name or by code."""

    suggestions = ""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", SuggestedInput(self.suggestions))
        super().__init__(max_length=200, **options)

    def prepare_value(self, value: Any) -> Any:
        return self.shown(value) if isinstance(value, models.Model) else self._by_key(value)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        return self.found(text) if text else None

    def has_changed(self, initial: Any, data: Any) -> bool:
        return (self.prepare_value(initial) or "") != (data or "")

    def found(self, text: str) -> Any:
        """Return the object that a text names. Raises ValidationError, in French."""
        raise NotImplementedError

    def shown(self, value: Any) -> str:
        """Return an object as it is typed."""
        raise NotImplementedError

    def _by_key(self, value: Any) -> Any:
        return value


class ListedField(forms.CharField):
    """Several objects, one per line (or with semicolons between)."""

    suggestions, adding = "", ""
    one: type[NamedField]

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", SuggestedLines(self.suggestions, self.adding))
        super().__init__(max_length=LONGEST, **options)
        self._one = self.one(required=False)

    def prepare_value(self, value: Any) -> Any:
        if value is None or isinstance(value, str):
            return value
        return "\n".join(self._one.shown(one) for one in value)

    def clean(self, value: Any) -> list[Any]:
        text = super().clean(value)
        found, faults = [], []
        for part in filter(None, (part.strip() for part in re.split(r"[\n;]", text))):
            try:
                found.append(self._one.found(part))
            except ValidationError as error:
                faults.extend(error.messages)
        if faults:
            raise ValidationError(faults)
        return list(dict.fromkeys(found))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return (self.prepare_value(initial) or "").split("\n") != (data or "").splitlines()


class CommuneField(NamedField):
    """A commune in force: « Ancenis-Saint-Géréon », « Ancenis-Saint-Géréon (44003) » or « 44003 »."""

    suggestions = "association:commune_suggestions"

    def found(self, text: str) -> Commune:
        code = _code(text)
        if code:
            known = Commune.objects.filter(pk=code).first()
            commune = known.in_force() if known else None
            if commune is None:
                raise ValidationError(f"Aucune commune ne porte le code INSEE {code}. Vérifiez-le, ou écrivez son nom.")
            return commune
        named = Commune.objects.filter(search_name=search_key(text), is_current=True)
        ours = named.filter(department__region_id=settings.REGION)
        return _only(list(ours[:5]) or list(named[:5]), text, "commune", self.shown)

    def shown(self, value: Commune) -> str:
        return f"{value.name} ({value.pk})"


class CommunesField(ListedField):
    """Communes, one per line; cleans to a list without repetition, in the order typed."""

    one = CommuneField
    suggestions, adding = "association:commune_suggestions", "Ajouter une commune"


class EpciField(NamedField):
    """A community of communes or the like, by its name or its SIREN."""

    suggestions = "association:epci_suggestions"

    def found(self, text: str) -> Epci:
        code = _code(text, digits=9)
        if code:
            known = Epci.objects.filter(pk=code).first()
            if known is None:
                raise ValidationError(f"Aucun EPCI ne porte le SIREN {code}. Vérifiez-le, ou écrivez son nom.")
            return known
        wanted = search_key(text)
        named = [epci for epci in epcis_of_region() if search_key(epci.name) == wanted]
        return _only(named, text, "EPCI", self.shown)

    def shown(self, value: Epci) -> str:
        return f"{value.name} ({value.pk})"


class EpcisField(ListedField):
    """EPCI, one per line."""

    one = EpciField
    suggestions, adding = "association:epci_suggestions", "Ajouter un EPCI"


class ProfessionalField(NamedField):
    """A professional: « Le Goff Anaïs », « Le Goff Anaïs (10900000017) » or the RPPS number alone.

    A joined duplicate stands for the person who stays.
    """

    suggestions = "association:professional_suggestions"

    def found(self, text: str) -> Professional:
        code = _code(text, digits=11)
        if code:
            known = Professional.objects.select_related("merged_into").filter(rpps=code).first()
            if known is None:
                raise ValidationError(f"Personne ne porte le RPPS {code} ici : créez sa fiche, ou vérifiez le numéro.")
            return known.merged_into or known
        from association.searching import words
        from association.selectors.teams import people_named

        found = Professional.objects.filter(merged_into__isnull=True)
        for word in words(text):
            found = found.filter(pk__in=people_named(word).values("pk"))
        return _only(list(found[:5]), text, "professionnel", self.shown)

    def shown(self, value: Professional) -> str:
        return f"{value} ({value.rpps})"


def epcis_of_region() -> Iterable[Epci]:
    """Return the EPCI that have a commune in the region, by name."""
    return Epci.objects.filter(is_current=True, communes__department__region_id=settings.REGION).distinct()


def _code(text: str, digits: int = 5) -> str:
    text = text.strip()
    match = IN_PARENTHESES.search(text)
    code = match.group(1) if match else text.replace(" ", "")
    wanted = r"\d{5}|2[AB]\d{3}" if digits == 5 else rf"\d{{{digits}}}"
    return code if re.fullmatch(wanted, code) else ""


def _only(found: Sequence[Any], text: str, what: str, shown: Callable[[Any], str]) -> Any:
    if len(found) == 1:
        return found[0]
    if not found:
        raise ValidationError(f"Aucun résultat pour « {text} » ({what}) : choisissez dans les suggestions.")
    several = " ; ".join(shown(one) for one in found)
    raise ValidationError(f"Plusieurs réponses pour « {text} » ({what}) : précisez. Par exemple : {several}.")
