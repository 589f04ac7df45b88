"""The two files of open data: their fields as a Table Schema, and their rows as CSV. Pure."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from reports.open_data.suppression import HIDDEN_BELOW, Cell, Path, hidden_cells

LEVELS = ("region", "departement", "epci", "type")
STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Field:
    """One column: its name, type (of Table Schema), and what it says, in French."""

    name: str
    type: str
    title: str
    description: str
    constraints: Mapping[str, Any] | None = None


PLACE = (
    Field(
        "trimestre",
        "string",
        "Trimestre",
        "Trimestre civil, par exemple 2026-T3.",
        {"required": True, "pattern": r"\d{4}-T[1-4]"},
    ),
    Field(
        "niveau",
        "string",
        "Niveau",
        "Ce que la ligne additionne : toute la région, un département, un EPCI, ou un type dans un EPCI.",
        {"required": True, "enum": list(LEVELS)},
    ),
    Field("departement_code", "string", "Code du département", "Code INSEE ; vide pour la région."),
    Field("departement_nom", "string", "Département", "Nom du département ; vide pour la région."),
    Field(
        "epci_siren",
        "string",
        "SIREN de l’EPCI",
        "EPCI de la commune la plus peuplée de l’équipe ; « hors » quand elle n’a pas de commune rattachée à un EPCI.",
    ),
    Field("epci_nom", "string", "EPCI", "Nom de l’EPCI."),
)
HIDDEN = Field(
    "masque",
    "boolean",
    "Masqué",
    f"Vrai quand les nombres de la ligne sont masqués : moins de {HIDDEN_BELOW} professionnels, ou une ligne dont la "
    "valeur en ferait retrouver une autre.",
    {"required": True},
)
WHOLE = {"minimum": 0}


@dataclass(frozen=True)
class Dataset:
    """One file.

    Attributes:
        name: of the file; ``kinds``: code -> label of the lowest level.
        counts: the columns that add up, in the order of `Cell.counts`; ``people`` is the last column of numbers.
    """

    name: str
    title: str
    description: str
    kind: Field
    kinds: Mapping[str, str]
    counts: tuple[Field, ...]
    people: Field

    @property
    def fields(self) -> tuple[Field, ...]:
        """All columns in order."""
        return (*PLACE, self.kind, *self.counts, self.people, HIDDEN)

    def schema(self, *, organisation: str) -> dict[str, Any]:
        """Return the Table Schema (Frictionless) of the file."""
        return {
            "$schema": "https://specs.frictionlessdata.io/schemas/table-schema.json",
            "name": self.name,
            "title": self.title,
            "description": self.description,
            "contributors": [{"title": organisation, "role": "author"}],
            "missingValues": [""],
            "primaryKey": ["trimestre", "departement_code", "epci_siren", self.kind.name],
            "fields": [
                {
                    "name": field.name,
                    "type": field.type,
                    "title": field.title,
                    "description": field.description,
                    **({"trueValues": ["oui"], "falseValues": ["non"]} if field.type == "boolean" else {}),
                    **({"constraints": dict(field.constraints)} if field.constraints else {}),
                }
                for field in self.fields
            ],
        }


@dataclass(frozen=True)
class Quarter:
    """The cells of one quarter by path: (), (department), (department, EPCI), (department, EPCI, type)."""

    code: str
    cells: Mapping[Path, Cell]


def rows_of(
    dataset: Dataset, quarters: Iterable[Quarter], *, departments: Mapping[str, str], epcis: Mapping[str, str]
) -> list[dict[str, str]]:
    """Return the rows of a file; the numbers of a hidden cell are empty."""
    rows = []
    for quarter in quarters:
        hidden = hidden_cells(quarter.cells)
        for path in sorted(quarter.cells):
            cell, place = quarter.cells[path], (*path, "", "", "")[:3]
            row = {
                "trimestre": quarter.code,
                "niveau": LEVELS[len(path)],
                "departement_code": place[0],
                "departement_nom": departments.get(place[0], ""),
                "epci_siren": place[1],
                "epci_nom": epcis.get(place[1], ""),
                dataset.kind.name: place[2],
            }
            is_hidden = path in hidden
            for field, count in zip(dataset.counts, cell.counts[: len(dataset.counts)], strict=True):
                row[field.name] = "" if is_hidden else str(count)
            row[dataset.people.name] = "" if is_hidden else str(cell.people)
            row[HIDDEN.name] = "oui" if is_hidden else "non"
            rows.append(row)
    return rows


def written_csv(dataset: Dataset, rows: Iterable[Mapping[str, str]]) -> bytes:
    """Return the rows as CSV (UTF-8, comma, first row of names); no cell begins a formula."""
    target = io.StringIO()
    names = [field.name for field in dataset.fields]
    writer = csv.DictWriter(target, names, lineterminator="\r\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({name: _inert(value) for name, value in row.items()})
    return target.getvalue().encode("utf-8")


def written_schema(dataset: Dataset, *, organisation: str) -> bytes:
    """Return the Table Schema as JSON."""
    return (json.dumps(dataset.schema(organisation=organisation), ensure_ascii=False, indent=2) + "\n").encode("utf-8")


def _inert(value: str) -> str:
    return f"'{value}" if value.startswith(STARTS_A_FORMULA) else value
