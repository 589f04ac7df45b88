"""The sheets of a month's workbook: their names, their columns, and what a row says of an action."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from actions.models import Action
from actions.selectors.attendance import people_of
from actions.services.declaring import TypedAction
from actions.sheets import MAX_MINUTES, MAX_PATIENTS, MODALITIES
from association.models import Professional, Team
from association.nomenclature import ActionType, ParticipationRole
from association.selectors.members import members_of
from association.workbook import Column, Row, kinds

DAY, TYPE, NUMBER, MODALITY, MINUTES = "Date", "Type", "N°", "Modalité", "Durée (min)"
THEME, PATIENTS, STATEMENT = "Thématique", "Patients concernés", "Non financée par ailleurs"
MOST_OF_A_DAY = 50
SHEET_NAME = 31  # characters that a spreadsheet takes
FORBIDDEN = re.compile(r"[\[\]:*?/\\]")
ROLES = {
    "P": ParticipationRole.PARTICIPANT.value,
    "R": ParticipationRole.REDACTEUR.value,
    "x": ParticipationRole.PARTICIPANT.value,
    "participant": ParticipationRole.PARTICIPANT.value,
    "rédacteur": ParticipationRole.REDACTEUR.value,
}
ROLE = kinds.choice(ROLES, expected="P (participant) ou R (rédacteur)")
COLUMNS = (
    Column(DAY, kinds.day(), required=True),
    Column(TYPE, kinds.choice({code: code for code in ActionType.values}), required=True),
    Column(NUMBER, kinds.integer(least=1, most=MOST_OF_A_DAY), default=1),
    Column(MODALITY, kinds.choice(MODALITIES)),
    Column(MINUTES, kinds.integer(least=1, most=MAX_MINUTES)),
    Column(THEME, kinds.text(120)),
    Column(PATIENTS, kinds.integer(most=MAX_PATIENTS)),
    Column(STATEMENT, kinds.yes_no(), default=False),
)
KEY = (DAY, TYPE, NUMBER)


@dataclass(frozen=True)
class TeamSheet:
    """The sheet of one team. ``people``: those who are or were members, by the header of their column."""

    team: Team
    people: Mapping[str, Professional]

    @property
    def name(self) -> str:
        return sheet_name(self.team)

    @property
    def columns(self) -> tuple[Column, ...]:
        return COLUMNS + tuple(Column(header, ROLE) for header in self.people)

    def entry_key(self, row: Row) -> str:
        """Name the action of a row: the same row again is the same action.

        Raises:
            InvalidCell: when a cell of the key is at fault.
        """
        day, kind, number = (row[header] for header in KEY)
        return entry_key(self.team, day, kind, number)

    def ticked(self, row: Row) -> dict[str, str]:
        """Return the roles in a row, by the header of the member."""
        return {header: role for header in self.people if (role := row[header])}

    def typed(self, row: Row) -> TypedAction:
        """Return what a sound row says."""
        return TypedAction(
            team=self.team,
            type=row[TYPE],
            held_on=row[DAY],
            people={self.people[header].pk: role for header, role in self.ticked(row).items()},
            modality=row[MODALITY] or "",
            duration_minutes=row[MINUTES],
            theme=row[THEME] or "",
            patients_count=row[PATIENTS],
            not_funded_elsewhere=row[STATEMENT],
        )

    def as_written(self, action: Action) -> dict[str, Any]:
        """Return what the row of a stored action would hold."""
        roles = people_of(action)
        return {
            MODALITY: action.modality,
            MINUTES: action.duration_minutes,
            THEME: action.theme,
            PATIENTS: action.patients_count,
            STATEMENT: action.not_funded_elsewhere,
            **{header: roles.get(person.pk) for header, person in self.people.items()},
        }


def entry_key(team: Team, day: date, action_type: str, number: int) -> str:
    """Return the key under which the action of a row is written."""
    return f"mois:{team.pk}:{day.isoformat()}:{action_type}:{number}"


def sheet_name(team: Team) -> str:
    """Return the name of a team's sheet: its code, as far as a spreadsheet takes it."""
    return FORBIDDEN.sub("-", team.code)[:SHEET_NAME].strip("'") or f"Equipe {team.pk}"


def header_of(person: Professional) -> str:
    """Return the header of a member's column: the name for the reader, the RPPS to tell two of one name apart."""
    return f"{person} {person.rpps}"


def team_sheet(team: Team) -> TeamSheet:
    """Return the sheet of a team, with a column for whoever is or was a member."""
    people = {member.person.pk: member.person for member in members_of(team)}
    return TeamSheet(team, {header_of(person): person for person in people.values()})


def team_sheets(teams: Iterable[Team]) -> list[TeamSheet]:
    """Return the sheets of teams, one each."""
    return [team_sheet(team) for team in teams]
