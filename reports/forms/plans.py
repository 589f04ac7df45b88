"""The forms of a plan: its chapters, their order, their texts; of a report, or of a template with its name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from association.forms.shared import LineField, ProseField, VersionedForm
from reports.indicators.model import Section
from reports.models import ReportTemplate
from reports.models.planning import MOST_TEXT

NEEDS_NAME = "Donnez un nom à ce modèle."
LONGEST_NAME = 100  # characters


@dataclass(frozen=True)
class PlanPart:
    """A chapter as the form shows it; ``moved``: whether it was just moved, so that the keyboard stays on it."""

    code: str
    heading: str
    is_in: Any
    place: Any
    text: Any
    is_first: bool
    is_last: bool
    moved: str = ""


class PlanForm(VersionedForm):
    """The chapters: whether each is there, in which order, and the text that stands in it.

    The buttons « Monter » and « Descendre » (``move``, for example ``up:teams``) send the whole form: `moves` gives
    the chapters in their new order with all that was typed, and nothing is saved yet.
    """

    def __init__(
        self, data: Any = None, *, plan: Iterable[Mapping[str, str]], version: int = 0, **options: Any
    ) -> None:
        super().__init__(data, version=version, **options)
        texts = {part["code"]: part.get("text", "") for part in plan}
        self.codes = [*texts, *(code.value for code in Section if code.value not in texts)]
        self.moved = ("", "")
        for place, code in enumerate(self.codes, start=1):
            name = Section(code).heading
            self.fields[f"in_{code}"] = forms.BooleanField(
                label="Dans le rapport", required=False, initial=code in texts
            )
            self.fields[f"place_{code}"] = forms.CharField(required=False, initial=str(place), widget=forms.HiddenInput)
            self.fields[f"text_{code}"] = ProseField(
                label=f"Commentaire : {name}", required=False, rows=4, longest=MOST_TEXT, initial=texts.get(code, "")
            )
        if self.is_bound:
            self._put_in_order(sorted(self.codes, key=self._place_typed))

    def move(self) -> bool:
        """Do the move that was asked for, if one was; the form is then shown again with all that was typed."""
        way, _, code = self.data.get("move", "").partition(":")
        if code not in self.codes or way not in ("up", "down"):
            return False
        here = self.codes.index(code)
        there = min(max(here + (-1 if way == "up" else 1), 0), len(self.codes) - 1)
        order = list(self.codes)
        order[here], order[there] = order[there], order[here]
        self._put_in_order(order)
        self.moved = (code, way)
        return True

    @property
    def parts(self) -> list[PlanPart]:
        """The fields by chapter, in their order."""
        last = len(self.codes) - 1
        return [
            PlanPart(
                code,
                Section(code).heading,
                self[f"in_{code}"],
                self[f"place_{code}"],
                self[f"text_{code}"],
                is_first=place == 0,
                is_last=place == last,
                moved=self.moved[1] if code == self.moved[0] else "",
            )
            for place, code in enumerate(self.codes)
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not any(cleaned.get(f"in_{code}") for code in self.codes):
            raise ValidationError("Gardez au moins un chapitre.")
        return cleaned

    def plan(self) -> list[dict[str, str]]:
        """Return what was typed, in its order."""
        typed = self.cleaned_data
        kept = [code for code in self.codes if typed[f"in_{code}"]]
        return [{"code": code, "text": typed[f"text_{code}"].strip()} for code in kept]

    def _place_typed(self, code: str) -> int:
        """Return where the page had a chapter; one whose place is no number stays where it was."""
        text = str(self.data.get(f"place_{code}", ""))
        return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else self.codes.index(code) + 1

    def _put_in_order(self, codes: list[str]) -> None:
        self.codes = codes
        for place, code in enumerate(codes, start=1):
            self.data[f"place_{code}"] = str(place)


class TemplateForm(PlanForm):
    """A template: its name and its plan."""

    name = LineField(label="Nom du modèle", longest=LONGEST_NAME, needed=NEEDS_NAME)

    def __init__(self, data: Any = None, *, template: ReportTemplate) -> None:
        super().__init__(data, plan=template.plan, version=template.version, initial={"name": template.name})


class NewTemplateForm(forms.Form):
    """What a new template is called, and of which one it is a copy."""

    name = LineField(label="Nom du modèle", longest=LONGEST_NAME, needed=NEEDS_NAME)
    copied = forms.ModelChoiceField(
        label="Commencer par",
        queryset=ReportTemplate.objects.all(),
        required=False,
        empty_label="Tous les chapitres, sans texte",
    )
