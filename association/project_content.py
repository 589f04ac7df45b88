"""What a version of a health project says, in words: drawn from the answers, frozen at the submission. Pure."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

PEOPLE = "people"  # the section under which the table of persons is printed
FORMAT = 1  # of the frozen form; a later form keeps reading this one


@dataclass(frozen=True)
class Person:
    """Somebody of the project; ``expected``: asked, and not yet certain to take part (pressenti)."""

    name: str
    quality: str
    place: str
    mode: str
    expected: bool


@dataclass(frozen=True)
class Section:
    """One part of the project: its answers as (label, text), blank when nothing was answered.

    ``number``: of the question in the ARS's annex; None for a part beyond it. An entry without a label prints its
    text only.
    """

    code: str
    number: int | None
    title: str
    entries: tuple[tuple[str, str], ...]
    complete: bool


@dataclass(frozen=True)
class ProjectContent:
    """One version of a team's project. ``submitted_on``: None while it is a draft."""

    team_code: str
    team_name: str
    kind_label: str
    department: str
    version: int
    state_label: str
    submitted_on: date | None
    organisation: str
    people: tuple[Person, ...]
    sections: tuple[Section, ...]

    @property
    def reference(self) -> str:
        """What the foot of each page names."""
        return f"{self.team_code} · projet v{self.version}"

    def to_json(self) -> dict[str, Any]:
        """Return a plain dictionary for a JSON column; `from_json` gives the same content back."""
        plain = asdict(self)
        plain["submitted_on"] = self.submitted_on.isoformat() if self.submitted_on else None
        plain["people"] = list(plain["people"])
        plain["sections"] = [
            {**section, "entries": [list(entry) for entry in section["entries"]]} for section in plain["sections"]
        ]
        return {"format": FORMAT, **plain}

    @classmethod
    def from_json(cls, plain: dict[str, Any]) -> ProjectContent:
        """Read what `to_json` gave.

        Raises ValueError for another format.
        """
        fields = dict(plain)
        if fields.pop("format", None) != FORMAT:
            raise ValueError("Ce contenu de projet est d'un format inconnu.")
        submitted_on = fields.pop("submitted_on")
        people = tuple(Person(**person) for person in fields.pop("people"))
        sections = tuple(
            Section(**{**section, "entries": tuple((name, text) for name, text in section["entries"])})
            for section in fields.pop("sections")
        )
        return cls(
            **fields,
            submitted_on=date.fromisoformat(submitted_on) if submitted_on else None,
            people=people,
            sections=sections,
        )
