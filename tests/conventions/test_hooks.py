"""What conventions answer when the ground asks: what keeps a dossier open, facts for the rules, history."""

from __future__ import annotations

from datetime import date

import pytest

from association.machine import TransitionRefused
from association.models import Team, User
from association.registries import convention_facts, history_sources, withdrawal_effects
from association.workflow import fire
from conventions.models import Convention
from conventions.services.amendment_drafting import propose_terms
from conventions.services.ending import terminate_convention
from tests import factories
from tests.conventions.making import drafted, in_signing, signed
from tests.conventions.months import travel

TODAY = date(2026, 11, 20)


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    travel(monkeypatch, TODAY)


@pytest.fixture
def convention(team: Team, staff: User) -> Convention:
    return signed(team, staff)


def close(team: Team, staff: User, on: date = TODAY) -> Team:
    return fire(team, "close", actor=staff, comment="Dissoute", closed_on=on, outcome="dissoute")


def terminated(convention: Convention, staff: User, on: date) -> Convention:
    return terminate_convention(convention=convention, terminated_on=on, reason="Dissolution", actor=staff)


def test_team_with_a_convention_in_force_is_not_closed(convention: Convention, staff: User) -> None:
    with pytest.raises(TransitionRefused, match=f"La convention {convention.number} est en cours"):
        close(convention.team, staff)


def test_team_with_a_convention_in_signing_is_not_closed(team: Team, staff: User) -> None:
    in_signing(team, staff)
    with pytest.raises(TransitionRefused, match="attend des signatures : abandonnez-la"):
        close(team, staff)


def test_team_with_a_convention_in_preparation_is_not_closed(team: Team, staff: User) -> None:
    draft = drafted(team, staff)
    with pytest.raises(TransitionRefused, match=f"La convention {draft.number} est en préparation : abandonnez-la"):
        close(team, staff)


def test_team_is_not_closed_before_the_day_of_a_termination(
    convention: Convention, staff: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminated(convention, staff, date(2026, 12, 1))
    with pytest.raises(TransitionRefused, match="court jusqu'au 30/11/2026"):
        close(convention.team, staff)
    travel(monkeypatch, date(2026, 12, 1))
    assert close(convention.team, staff, date(2026, 12, 1)).state == "closed"


def test_team_is_not_closed_on_a_day_on_which_a_terminated_convention_still_ran(
    convention: Convention, staff: User
) -> None:
    terminated(convention, staff, date(2026, 11, 10))
    with pytest.raises(TransitionRefused, match="a couru jusqu'au 09/11/2026 : choisissez un jour d'après"):
        close(convention.team, staff, date(2026, 11, 1))
    assert close(convention.team, staff, date(2026, 11, 10)).state == "closed"


def test_facts_end_a_terminated_convention_on_the_day_before(convention: Convention, staff: User) -> None:
    terminated(convention, staff, date(2026, 10, 15))
    [facts] = convention_facts["conventions"]([convention.team], TODAY)[convention.team_id]
    assert (facts.state, facts.starts_on, facts.ends_on) == ("terminated", date(2026, 9, 10), date(2026, 10, 14))


@pytest.mark.parametrize(
    ("state", "counted"), [("draft", (1, 0)), ("issued", (0, 1)), ("signing", (0, 1)), ("signed", (0, 0))]
)
def test_facts_count_the_amendments_that_wait(convention: Convention, state: str, counted: tuple[int, int]) -> None:
    factories.AmendmentFactory(convention=convention, **{state: True})
    [facts] = convention_facts["conventions"]([convention.team], TODAY)[convention.team_id]
    assert (facts.amendments_to_issue, facts.amendments_to_sign) == counted


def test_facts_of_many_teams_take_one_query(staff: User, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    teams = [factories.ConventionFactory(signed=True).team for _ in range(3)]
    with django_assert_num_queries(1):
        assert len(convention_facts["conventions"](teams, TODAY)) == 3


def test_effects_of_a_withdrawal_are_said_before_it(convention: Convention, staff: User) -> None:
    terminated(convention, staff, date(2026, 12, 15))
    draft = drafted(convention.team, staff, starts_on=date(2027, 1, 1))
    assert list(withdrawal_effects["conventions.stop"](convention.team)) == [
        f"La convention {convention.number}, qui court jusqu'au 14/12/2026, sera résiliée.",
        f"La convention {draft.number}, en préparation, sera abandonnée.",
    ]


def test_history_of_a_dossier_names_conventions_signatures_and_amendments(convention: Convention, staff: User) -> None:
    propose_terms(convention=convention, effective_on=TODAY, action_types=["RCP"], ceiling_cents=10_000_00, actor=staff)
    named = {
        name
        for source in ("conventions.convention", "conventions.adhesion", "conventions.amendment")
        for _, name in history_sources[source].of_team(convention.team)
    }
    assert {
        f"Convention {convention.number}",
        f"Signature de Évrard Anaïs, {convention.number}",
        f"Avenant n° 1 à {convention.number}",
    } <= named
