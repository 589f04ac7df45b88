"""Two actions written at the same time: each has its reference, and none is left out (PostgreSQL).

The race runs twice: as it is, and with the lock on the year taken away, where it must go wrong.
"""

from __future__ import annotations

from datetime import date
from functools import partial

import pytest

from actions.models import Action, ActionSequence
from actions.selectors.numbering import first_free
from actions.services import numbering, save_draft
from actions.services.declaring import TypedAction
from association.models import Role, Team, User
from tests import factories
from tests.server.meeting import Meeting, at_the_same_time

pytestmark = [pytest.mark.server, pytest.mark.django_db(transaction=True)]


def write(team: Team, actor: User) -> str:
    typed = TypedAction(team=team, type="RCP", held_on=date(2026, 7, 6), people={})
    return save_draft(typed=typed, actor=actor).reference


def write_at_the_same_time(teams: list[Team], actor: User, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Write an action of each team in a thread; all meet once they have read the number of the year."""
    meeting = Meeting(len(teams))

    def meet(year: int, after: int) -> int:
        place = first_free(year, after)
        meeting.wait()
        return place

    monkeypatch.setattr(numbering, "first_free", meet)
    return at_the_same_time(*(partial(write, team, actor) for team in teams))


@pytest.mark.parametrize("with_lock", [True, False])
@pytest.mark.parametrize("is_first_of_the_year", [True, False])
def test_references_drawn_at_the_same_time_differ_and_leave_no_gap(
    with_lock: bool, is_first_of_the_year: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    actor = factories.UserFactory(role=Role.STAFF)
    teams = [factories.TeamFactory(under_convention=True) for _ in range(2)]
    if not is_first_of_the_year:
        write(factories.TeamFactory(under_convention=True), actor)
    if not with_lock:
        monkeypatch.setattr(ActionSequence.objects, "select_for_update", ActionSequence.objects.all)
    outcomes = write_at_the_same_time(teams, actor, monkeypatch)
    if with_lock:
        places = sorted(int(one[-5:]) for one in Action.objects.values_list("reference", flat=True))
        assert places == list(range(1, len(places) + 1))
        assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    elif not is_first_of_the_year:  # the first row of a year is itself a meeting point of the database
        assert [outcome for outcome in outcomes if isinstance(outcome, Exception)]
