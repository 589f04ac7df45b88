"""A list of teams for the tests of operations on many rows: its one step leaves a trace each time."""

from __future__ import annotations

from typing import Any

from django import forms

from association.listing.bulk import BulkStep, Selection
from association.listing.declaration import Listing, listings
from association.machine import TransitionRefused
from association.models import BulkOperation, Exchange, Team, User
from association.services.bulk import draw_up_operation, start_operation
from association.tables import TeamTable
from association.workflow import enter_at

REFUSED_NAME = "Refusée"


class NoteForm(forms.Form):
    body = forms.CharField(label="Note")


def note(team: Team, actor: User, *, body: str) -> str:
    """Write an exchange down: a second run of the same row leaves a second one."""
    Exchange.objects.create(team=team, kind=Exchange.Kind.NOTE, body=body, author=actor)
    if team.name.startswith(REFUSED_NAME):
        raise TransitionRefused("Cette équipe est refusée.")
    return f"Noté pour {team.code}."


NOTE = BulkStep(
    name="note",
    label="Noter",
    permission="association.write_exchange",
    states=(Team.State.REGISTERED, Team.State.ACCOMPANIED),
    form=NoteForm,
    run=note,
)


class NotedTeams(Listing):
    name = "tests.teams"
    title, noun = "Équipes", "équipe,équipes"
    permission = "association.view_team"
    address = "association:team_list"
    table = TeamTable
    bulk = (NOTE,)

    def rows(self, user: User, **about: Any) -> Any:
        return Team.objects.visible_to(user)


NOTED_TEAMS = NotedTeams()


def register() -> None:
    listings.add(NOTED_TEAMS.name, NOTED_TEAMS)


def drawn_up(actor: User, numbers: list[int] | None = None) -> BulkOperation:
    """Draw up the note for some teams, or for all."""
    selection = Selection(NOTED_TEAMS.rows(actor), numbers)
    return draw_up_operation(listing=NOTED_TEAMS, step=NOTE, selection=selection, actor=actor)


def started(actor: User, numbers: list[int] | None = None) -> BulkOperation:
    return start_operation(operation=drawn_up(actor, numbers), answers={"body": ["Vu."]}, actor=actor)


def many_teams(count: int, *, like: Team, actor: User) -> None:
    """Enter teams in the department of one, in bulk."""
    rows = [
        (
            Team(code=f"T-{number:04d}", name=f"Équipe {number}", kind=like.kind, department=like.department),
            "registered",
        )
        for number in range(count)
    ]
    enter_at(rows, actor=actor, origin="test")
