"""What the forms of a dossier share: lines of text, days, and forms that edit a shared object."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model

from association.identifiers import refuse_nir
from association.journal import StaleEdit, amount_in_words
from association.machine import TransitionRefused
from association.models import FieldChange
from association.money import grouped

SavedT = TypeVar("SavedT")

NBSP = "\u00a0"
CONFLICT = 409
NOT_A_DAY = "Écrivez une date qui existe, par exemple 01/09/2026."
# No day of a dossier lies outside: a year of three digits, or of another century, is a typing mistake.
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2100, 12, 31)
# Marks that turn the direction of reading: what one reads would not be what is written.
TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
LONGEST_KEY = 18  # digits; a row's key never has more
MAX_PROSE = 5_000  # characters
# A telephone as people write it: an optional country, then digits in any grouping.
PHONE = re.compile(r"(\+\d{1,3})?[\d .\-()]{6,25}")
# Of a filter above a page, when the address was typed by hand.
UNKNOWN_CHOICE = "« %(value)s » n’existe pas, c’est ignoré."


def likely_day(day: date) -> None:
    """Refuse a day that no dossier can have: validator of every day that somebody types."""
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValidationError(
            f"Vérifiez l’année : une date se place entre {FIRST_DAY.year} et {LAST_DAY.year}.", code="year"
        )


class LineField(forms.CharField):
    """A line of text without markup and without a NIR; too long is said, not cut by the browser."""

    def __init__(self, *, longest: int, needed: str = "Remplissez ce champ.", **options: Any) -> None:
        self.longest = longest
        errors = {"required": needed, **options.pop("error_messages", {})}
        super().__init__(error_messages=errors, **options)
        self.validators.append(refuse_nir)

    def to_python(self, value: Any) -> str:
        return re.sub(r"\s+", " ", TURNING.sub("", super().to_python(value) or "")).strip()

    def validate(self, value: Any) -> None:
        super().validate(value)
        if len(value) > self.longest:
            found = grouped(len(value))
            raise ValidationError(
                f"Ce texte compte {found} caractères, la limite est de {self.longest}. Raccourcissez-le."
            )
        if re.search(r"[<>]|[\x00-\x1f\x7f]", value):
            raise ValidationError("Ce champ ne prend ni balises ni signes < et >. Retirez-les.")


class PhoneField(LineField):
    """A telephone number as it is written on paper."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}))
        super().__init__(longest=30, **options)

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value and not PHONE.fullmatch(value):
            raise ValidationError("Écrivez un numéro de téléphone, par exemple 02 40 00 00 00.")


class MailField(forms.EmailField):
    """An e-mail address; the message says what one looks like."""

    def __init__(self, **options: Any) -> None:
        errors = {
            "invalid": "Écrivez une adresse complète, par exemple prenom.nom@exemple.fr.",
            **options.pop("error_messages", {}),
        }
        super().__init__(error_messages=errors, **options)


class ProseField(forms.CharField):
    """Free text without a NIR; too long is said, not cut by the browser."""

    def __init__(
        self, *, rows: int = 3, needed: str = "Écrivez ce texte.", longest: int = MAX_PROSE, **options: Any
    ) -> None:
        self.longest = longest
        options.setdefault("widget", forms.Textarea(attrs={"rows": rows}))
        super().__init__(error_messages={"required": needed}, **options)
        self.validators.append(refuse_nir)

    def to_python(self, value: Any) -> str:
        return TURNING.sub("", super().to_python(value) or "")

    def validate(self, value: Any) -> None:
        super().validate(value)
        if len(value) > self.longest:
            found, limit = grouped(len(value)), grouped(self.longest)
            raise ValidationError(f"Ce texte compte {found} caractères, la limite est de {limit}. Raccourcissez-le.")


class SeveralField(forms.ModelMultipleChoiceField):
    """Several rows of a table; a key that no row can have is refused like any other that is unknown."""

    def clean(self, value: Any) -> Any:
        for key in value if isinstance(value, (list, tuple)) else ():
            if len(str(key)) > LONGEST_KEY:
                raise ValidationError(self.error_messages["invalid_choice"], "invalid_choice", {"value": "…"})
        return super().clean(value)


class DayField(forms.DateField):
    """A day, chosen in a calendar or typed."""

    default_validators = [likely_day]

    def __init__(self, *, needed: str = "Indiquez une date.", **options: Any) -> None:
        widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
        errors = {"required": needed, "invalid": NOT_A_DAY, **options.pop("error_messages", {})}
        super().__init__(widget=widget, error_messages=errors, **options)


class VersionedForm(forms.Form):
    """A form that edits a shared object: it carries the version that the page had shown.

    ``version_seen`` goes to the service with `values()`. When the service raises `StaleEdit`, `tell` says at the head
    of the form what the other person changed; the next press saves. Use `saved`, which calls it.
    """

    data: Any  # a copy of its own: `tell` writes into it
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any = None, *args: Any, version: int | None = None, **kwargs: Any) -> None:
        if version is not None:
            kwargs["initial"] = {**(kwargs.get("initial") or {}), "version": version}
        super().__init__(data.copy() if data is not None else None, *args, **kwargs)

    @property
    def version_seen(self) -> int:
        """The version of the page; one that shows none saves nothing (-1 is nobody's version)."""
        given = self.cleaned_data.get("version")
        return -1 if given is None else int(given)

    def values(self) -> dict[str, Any]:
        """Return what was typed, cleaned, by field name."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}

    def tell(self, stale: StaleEdit, fresh: Model | None = None) -> None:
        """Say what somebody else changed, and take the version of now, so that the next press saves.

        Fields that only the other person touched take the value of now, when ``fresh`` gives it.
        """
        taken = self._take_over(stale.changes, fresh) if fresh is not None else []
        told = max((change.version for change in stale.changes), default=getattr(fresh, "version", None))
        newest = told if stale.version is None else stale.version
        if newest is not None:
            self.data[self.add_prefix("version")] = str(newest)
        self.add_error(None, stale.reason)
        if taken:
            self.add_error(None, f"Repris tel quel, car vous n’y aviez pas touché{NBSP}: {', '.join(taken)}.")

    def _take_over(self, changes: Iterable[FieldChange], fresh: Any) -> list[str]:
        first: dict[str, FieldChange] = {}
        for change in changes:
            first.setdefault(change.field, change)
        taken = []
        for name, change in first.items():
            field = self.fields.get(name)
            if field is None or self._in_words(name) != change.before:
                continue
            now = getattr(fresh, name)
            value = field.prepare_value(list(now.all()) if hasattr(now, "all") else now)
            self._type(name, value)
            taken.append(change.label)
        return taken

    def _in_words(self, name: str) -> str:
        """A value as the journal writes it (association.journal)."""
        value: Any = self.cleaned_data.get(name)
        choices = dict(getattr(self.fields[name], "choices", ()) or ()) if isinstance(value, (str, int)) else {}
        if value in choices and value != "":
            return str(choices[value])
        if hasattr(value, "__iter__") and not isinstance(value, str):
            return ", ".join(sorted(str(one) for one in value))
        return amount_in_words(name, value)

    def _type(self, name: str, value: Any) -> None:
        key = self.add_prefix(name)
        if isinstance(value, (list, tuple)):
            self.data.setlist(key, [str(one) for one in value])
        else:
            self.data[key] = "" if value is None else str(value)


def saved(form: forms.Form, save: Callable[[], SavedT], *, fresh: Callable[[], Model] | None = None) -> SavedT | None:
    """Return what the service gives; when it refuses, say why on the form and return None.

    Args:
        fresh: reads the object again, so that fields that only somebody else touched follow.
    """
    form.conflict = False  # type: ignore[attr-defined]
    try:
        return save()
    except StaleEdit as stale:
        form.conflict = True  # type: ignore[attr-defined]
        if isinstance(form, VersionedForm):
            form.tell(stale, fresh() if fresh else None)
        else:
            form.add_error(None, stale.reason)
    except TransitionRefused as refused:
        form.conflict = True  # type: ignore[attr-defined]
        form.add_error(None, refused.reason)
    except ValidationError as refused:
        put_errors(form, refused)
    return None


def status_of(form: forms.Form) -> int:
    """Return the status of the page that shows a form again: 409 when the object had moved or the step was refused."""
    return CONFLICT if getattr(form, "conflict", False) else 200


def put_errors(form: forms.Form, refused: ValidationError) -> None:
    """Put what a service refused beside the field that it names, or at the head of the form."""
    if not hasattr(refused, "error_dict"):
        form.add_error(None, refused)
        return
    for name, errors in refused.error_dict.items():
        form.add_error(name if name in form.fields else None, errors)
