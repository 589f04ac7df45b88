"""The form of the "compte rendu financier": per heading the budget, what comes from elsewhere, the explanation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from django import forms

from association.forms.shared import LineField, VersionedForm
from payments.forms.grants import CentsField
from reports.financial.headings import HEADINGS
from reports.financial.statement import Statement, Written
from reports.models.financial import TEAM_CHOICES, FinancialStatement

MOST_EXPLANATION = 500


class TypedRow(NamedTuple):
    """A heading with its three fields and what the house knows of it."""

    line: Any
    planned: forms.BoundField
    typed: forms.BoundField
    why: forms.BoundField


class StatementForm(VersionedForm):
    """Three fields for each heading of the form, in its order."""

    teams_heading = forms.ChoiceField(
        label="Rubrique des indemnités versées aux équipes",
        choices=TEAM_CHOICES,
        help_text="À choisir avec votre comptable.",
    )
    threshold_percent = forms.IntegerField(
        label="Écart à expliquer, en % du prévu",
        min_value=0,
        max_value=100,
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"), "Écrivez un nombre entier entre 0 et 100."
        ),
    )

    def __init__(self, data: Any = None, *, typed: FinancialStatement, written: Mapping[str, Written]) -> None:
        shown = {"teams_heading": typed.teams_heading, "threshold_percent": typed.threshold_percent}
        super().__init__(data, version=typed.version, initial=shown)
        for heading in HEADINGS:
            line = written.get(heading.code, Written())
            self._add(heading.code, "prevu", CentsField(required=False), line.planned_cents, f"Prévu, {heading.label}")
            typed_field = CentsField(required=False, signed=True)
            self._add(heading.code, "saisi", typed_field, line.typed_cents, f"Réalisé saisi, {heading.label}")
            why = LineField(longest=MOST_EXPLANATION, required=False)
            self._add(heading.code, "motif", why, line.explanation, f"Explication, {heading.label}")

    def rows(self, statement: Statement) -> Iterator[tuple[str, list[TypedRow]]]:
        """Yield the blocks of the form with their rows."""
        for block in statement.blocks:
            yield (
                block.side.label,
                [
                    TypedRow(line, *(self[f"{line.heading.code}_{part}"] for part in ("prevu", "saisi", "motif")))
                    for line in block.lines
                ],
            )

    def lines(self) -> dict[str, Written]:
        """Return heading -> what was typed."""
        given = self.cleaned_data
        return {
            heading.code: Written(
                given[f"{heading.code}_prevu"] or 0,
                given[f"{heading.code}_saisi"] or 0,
                given[f"{heading.code}_motif"],
            )
            for heading in HEADINGS
        }

    def _add(self, code: str, part: str, field: forms.Field, value: Any, label: str) -> None:
        field.label, field.initial = label, value or ""
        field.widget.attrs["aria-label"] = label
        self.fields[f"{code}_{part}"] = field
