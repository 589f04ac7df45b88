"""What comes next for a team, in each state, and whose turn it is."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from association.eligibility import ConventionFacts
from association.models import Team
from association.next_steps import BY_STATE, Standing, Whose, next_step
from association.team_stages import stages

TODAY = date(2026, 10, 1)


def standing(state: str, **facts: Any) -> Standing:
    return Standing(**{"kind": "esp_clap", "state": state, "on": TODAY, **facts})


def convention(state: str, ends_on: date = date(2028, 6, 30), **amended: int) -> ConventionFacts:
    begins = date(2026, 7, 1)
    return ConventionFacts(number="CLAP-2026-044-0012", state=state, starts_on=begins, ends_on=ends_on, **amended)


def test_every_state_of_a_team_has_its_next_step() -> None:
    assert set(BY_STATE) == set(Team.State.values)


@pytest.mark.parametrize(
    ("given", "said", "whose", "section"),
    [
        (standing("registered"), "Prendre contact", Whose.OFFICE, ""),
        (standing("accompanied"), "Commencer le projet de santé", Whose.TEAM, "projet"),
        (standing("accompanied", kind="informelle"), "Suivre et conseiller", Whose.OFFICE, "echanges"),
        (standing("drafting"), "Commencer une version", Whose.TEAM, "projet"),
        (
            standing("drafting", has_draft=True, blocking=("Il faut un médecin.", "Il faut un thème.")),
            "avant le dépôt",
            Whose.TEAM,
            "constats",
        ),
        (standing("drafting", has_draft=True), "Déposer le projet", Whose.OFFICE, "projet"),
        (standing("submitted"), "Ouvrir la demande", Whose.OFFICE, "reconnaissance"),
        (
            standing("submitted", has_request=True, opinion_due_on=date(2026, 10, 20)),
            "attendu pour le 20/10/2026",
            Whose.ARS,
            "reconnaissance",
        ),
        (
            standing("submitted", has_request=True, opinion_due_on=date(2026, 9, 1)),
            "était attendu pour le 01/09/2026",
            Whose.ARS,
            "reconnaissance",
        ),
        (standing("submitted", has_request=True, opinion="favorable"), "Décider", Whose.ARS, "reconnaissance"),
        (standing("to_complete", unanswered=2), "aux 2 compléments", Whose.TEAM, "reconnaissance"),
        (standing("to_complete"), "version suivante", Whose.TEAM, "projet"),
        (standing("to_complete", has_draft=True), "Déposer de nouveau", Whose.OFFICE, "projet"),
        (standing("recognised", kind="esp"), "rien d'autre n'est attendu", Whose.NOBODY, ""),
        (standing("recognised"), "Préparer la convention", Whose.OFFICE, "conventions"),
        (standing("recognised", blocking=("Il manque une adresse.",)), "avant la convention", Whose.TEAM, "constats"),
        (standing("recognised", conventions=(convention("draft"),)), "puis l'émettre", Whose.OFFICE, "conventions"),
        (standing("recognised", conventions=(convention("signing"),)), "signatures", Whose.TEAM, "conventions"),
        (standing("under_convention", conventions=(convention("signed"),)), "Déclarer", Whose.TEAM, "actions"),
        (
            standing("under_convention", conventions=(convention("signed", date(2026, 12, 30)),)),
            "s'achève le 30/12/2026",
            Whose.OFFICE,
            "conventions",
        ),
        (
            standing("under_convention", conventions=(convention("signed", amendments_to_issue=1),)),
            "Relire et émettre l'avenant",
            Whose.OFFICE,
            "conventions",
        ),
        (
            standing("under_convention", conventions=(convention("signed", amendments_to_sign=1),)),
            "signatures de l'avenant",
            Whose.OFFICE,
            "conventions",
        ),
        (standing("refused"), "Reprendre le projet", Whose.OFFICE, "projet"),
        (standing("withdrawn"), "Reprendre le projet", Whose.OFFICE, "projet"),
        (standing("suspended"), "Lever la suspension", Whose.OFFICE, "etapes"),
        (standing("closed"), "clos", Whose.NOBODY, ""),
    ],
)
def test_next_step_says_what_who_and_where(given: Standing, said: str, whose: Whose, section: str) -> None:
    found = next_step(given)
    assert said in found.sentence
    assert (found.whose, found.section) == (whose, section)


def test_first_obstacle_is_told_with_the_number_of_the_others() -> None:
    one, two = "Albin Vilain n'a pas d'adresse.", "Il faut un thème."
    assert next_step(standing("drafting", has_draft=True, blocking=(one,))).detail == one
    assert next_step(standing("drafting", has_draft=True, blocking=(one, two))).detail == f"{one} Et 1 autre constat."
    assert next_step(standing("drafting", has_draft=True, blocking=(one, two, two))).detail.endswith(
        "2 autres constats."
    )


def test_convention_that_ends_in_91_days_is_not_renewed_yet() -> None:
    later = standing("under_convention", conventions=(convention("signed", date(2026, 12, 31)),))
    assert "Déclarer" in next_step(later).sentence


def row(kind: str, state: str, reached: dict[str, date | None], **more: str) -> list[tuple[str, str, date | None]]:
    return [(one.label, one.status, one.day) for one in stages(kind=kind, state=state, reached=reached, **more)]


def test_stages_of_a_team_that_drafts() -> None:
    days: dict[str, date | None] = {"registered": date(2026, 1, 5), "accompanied": date(2026, 2, 1), "drafting": TODAY}
    assert row("esp_clap", "drafting", days) == [
        ("Inscription", "done", date(2026, 1, 5)),
        ("Accompagnement", "done", date(2026, 2, 1)),
        ("Projet de santé", "current", TODAY),
        ("Dépôt à l’ARS", "todo", None),
        ("Enregistrement", "todo", None),
        ("Convention", "todo", None),
    ]


def test_informal_team_and_esp_have_shorter_ways() -> None:
    assert [label for label, *_ in row("informelle", "accompanied", {})] == ["Inscription", "Accompagnement"]
    assert row("esp", "recognised", {"recognised": TODAY})[-1] == ("Reconnaissance", "current", TODAY)


def test_stage_off_the_way_stands_where_it_was_left() -> None:
    suspended = row("esp_clap", "suspended", {"suspended": TODAY}, came_from="recognised")
    assert [(label, status) for label, status, _ in suspended][-3:] == [
        ("Enregistrement", "done"),
        ("Suspendue", "current"),
        ("Convention", "todo"),
    ]
    to_complete = row("ess", "to_complete", {})
    assert [label for label, status, _ in to_complete if status == "current"] == ["À compléter"]


def test_closed_team_shows_how_far_it_came_and_what_it_became() -> None:
    found = row("esp_clap", "closed", {"registered": None, "recognised": TODAY, "closed": TODAY}, outcome="Devenue MSP")
    assert found[-1] == ("Devenue MSP", "current", TODAY)
    assert {status for _, status, _ in found[:-1]} == {"done"}
    assert found[-2][0] == "Enregistrement"
