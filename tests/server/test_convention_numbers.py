"""Two conventions drafted at the same time: each has its number, and none is left out (PostgreSQL).

The race runs twice: as it is, and with the lock on the year taken away, where it must go wrong.
"""

from __future__ import annotations

from functools import partial

import pytest

from association.models import Role, Team, User
from conventions.models import Convention, ConventionSequence
from conventions.services import numbering
from tests import factories
from tests.conventions.making import drafted, recognised_team
from tests.server.meeting import Meeting, at_the_same_time

pytestmark = [pytest.mark.server, pytest.mark.django_db(transaction=True)]


def draft_at_the_same_time(teams: list[Team], actor: User, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Draft a convention for each team in a thread; all meet once they have read the number of the year."""
    meeting = Meeting(len(teams))

    def meet(year: int, place: int) -> bool:
        meeting.wait()
        return False

    monkeypatch.setattr(numbering, "_is_given", meet)
    return at_the_same_time(*(partial(drafted, team, actor) for team in teams))


@pytest.mark.parametrize("with_lock", [True, False])
@pytest.mark.parametrize("is_first_of_the_year", [True, False])
def test_numbers_drawn_at_the_same_time_differ_and_leave_no_gap(
    with_lock: bool, is_first_of_the_year: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    actor = factories.UserFactory(role=Role.STAFF)
    teams = [recognised_team(name=f"Équipe {number}") for number in range(2)]
    if not is_first_of_the_year:
        drafted(recognised_team(), actor)
    if not with_lock:
        monkeypatch.setattr(ConventionSequence.objects, "select_for_update", ConventionSequence.objects.all)
    outcomes = draft_at_the_same_time(teams, actor, monkeypatch)
    if with_lock:
        places = sorted(int(number[-4:]) for number in Convention.objects.values_list("number", flat=True))
        assert places == list(range(1, len(places) + 1))
        assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    elif not is_first_of_the_year:  # the first row of a year is itself a meeting point of the database
        assert [outcome for outcome in outcomes if isinstance(outcome, Exception)]
