"""The form of the settings: one choice per rule and kind of team."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from association.eligibility import CONFIGURABLE_RULES, LEVEL_LABELS, ConfigurableRule, Level
from association.forms.shared import VersionedForm
from association.nomenclature import TeamKind
from association.services.rules import setting_name

KINDS = (TeamKind.ESP, TeamKind.ESP_CLAP, TeamKind.ESS)
CHOICES = [(level.value, label) for level, label in LEVEL_LABELS.items()]


@dataclass(frozen=True)
class Row:
    """One rule with its choice per kind of team, in the order of `KINDS` (None: it is not a setting of that kind)."""

    rule: ConfigurableRule
    cells: list[tuple[str, BoundField | None]]


class RulesForm(VersionedForm):
    """The levels in force, one select each."""

    def __init__(self, data: Any = None, *, levels: Mapping[tuple[str, str], Level], version: int) -> None:
        super().__init__(data, version=version)
        for rule in CONFIGURABLE_RULES:
            for kind in rule.kinds:
                label = TeamKind(kind).label
                self.fields[setting_name(kind, rule.code)] = forms.ChoiceField(
                    label=f"{rule.label}, {label}",
                    choices=CHOICES,
                    initial=levels[kind, rule.code].value,
                    error_messages={
                        "required": "Choisissez un niveau.",
                        "invalid_choice": "Choisissez un niveau de la liste.",
                    },
                )

    def rows(self) -> list[Row]:
        """Return the table of the page."""
        return [
            Row(
                rule,
                [
                    (str(kind.label), self[setting_name(kind, rule.code)] if kind in rule.kinds else None)
                    for kind in KINDS
                ],
            )
            for rule in CONFIGURABLE_RULES
        ]

    def levels(self) -> dict[tuple[str, str], Level]:
        """Return what was chosen, by kind and rule."""
        return {
            (kind, rule.code): Level(self.cleaned_data[setting_name(kind, rule.code)])
            for rule in CONFIGURABLE_RULES
            for kind in rule.kinds
        }
