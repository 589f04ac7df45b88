"""What the yearly review of a team says: its figures of the year, and its answers as a paper prints them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

FORMAT = 1  # of the frozen figures; a later form keeps reading this one


@dataclass(frozen=True)
class YearFigures:
    """What a team did in a civil year, counted on a day. Amounts in euro cents.

    Attributes:
        counted_on: the day of the count; paid is what had been paid by then.
        actions: validated actions by type (codes of `association.nomenclature.ActionType`), those without any left out.
        participations: in these actions, without the refused ones.
        professionals: different persons among them, whichever of their records took part.
        patients: sum of the patients that these actions concerned; a patient may be counted in several.
        due_cents: what the frozen runs made due for actions of the year, corrections deducted.
        paid_cents: what of it transfers that the bank confirmed have settled.
        ceiling_cents: the team's, on the last day of the year on which a convention was in force; None without one.
    """

    counted_on: date
    actions: Mapping[str, int]
    participations: int
    professionals: int
    patients: int
    due_cents: int
    paid_cents: int
    ceiling_cents: int | None

    @property
    def actions_count(self) -> int:
        return sum(self.actions.values())

    @property
    def use_percent(self) -> int | None:
        """How much of the ceiling is used, in whole per cent rounded down; None without a ceiling above zero."""
        return None if not self.ceiling_cents else max(0, self.due_cents) * 100 // self.ceiling_cents

    def to_json(self) -> dict[str, Any]:
        """Return a plain dictionary for a JSON column; `from_json` gives the same figures back."""
        return {
            "format": FORMAT,
            **asdict(self),
            "actions": dict(self.actions),
            "counted_on": f"{self.counted_on:%Y-%m-%d}",
        }

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> YearFigures:
        """Read what `to_json` gave.

        Raises ValueError for another format.
        """
        fields = dict(plain)
        if fields.pop("format", None) != FORMAT:
            raise ValueError("Ces chiffres de bilan sont d'un format inconnu.")
        return cls(**{**fields, "counted_on": date.fromisoformat(fields["counted_on"])})


@dataclass(frozen=True)
class ObjectiveAnswer:
    """One objective of the project, and where the team stands; texts are blank where nothing was answered."""

    audience: str
    statement: str
    indicator: str
    value: str
    result: str
    comment: str


@dataclass(frozen=True)
class ReviewContent:
    """A review in words, for its paper. ``validated_on``: None while it is not validated."""

    organisation: str
    team_code: str
    team_name: str
    kind_label: str
    department: str
    year: int
    state_label: str
    submitted_on: date | None
    validated_on: date | None
    project_label: str
    figures: YearFigures
    objectives: tuple[ObjectiveAnswer, ...]
    difficulties: str
    plans: str

    @property
    def reference(self) -> str:
        """What the foot of each page names."""
        return f"{self.team_code} · bilan {self.year}"
