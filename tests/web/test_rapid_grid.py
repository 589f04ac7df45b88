"""The rapid grid: each row is saved on its own, nothing is lost, and nothing is written twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client

from actions.models import Action, ActionSession
from actions.selectors.alerts import alerts_of
from association.models import MembershipPeriod
from tests.factories import ActionFactory, ParticipationFactory, TeamFactory
from tests.payments.office import Office
from tests.web.conftest import plain

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Client]
MONTH, DAY, KEY = "2026-07-01", date(2026, 7, 6), "0" * 31 + "1"


def address(office: Office) -> str:
    return f"/actions/saisie-rapide/{office.team.pk}/ligne/"


def row(office: Office, people: int = 2, **changes: Any) -> dict[str, Any]:
    return {
        "key": KEY,
        "team": office.team.pk,
        "mois": MONTH,
        "held_on": DAY.isoformat(),
        "type": "RCP",
        "modality": "presentiel",
        "people": [one.pk for one in office.people[:people]],
        "not_funded_elsewhere": "on",
        "step": "declarer",
        **changes,
    }


def grid(client: Client, office: Office) -> Any:
    return client.get("/actions/saisie-rapide/", {"equipe": office.team.pk, "mois": MONTH})


def test_row_is_declared_with_its_people_and_roles(office: Office, signed_in: SignedIn) -> None:
    writer = office.people[1]
    answer = signed_in("staff").post(
        address(office), row(office, theme="Diabète", **{f"role_{writer.pk}": "redacteur"})
    )
    action = Action.objects.get()
    assert (action.state, action.theme, action.held_on) == ("declared", "Diabète", DAY)
    assert dict(action.participations.values_list("professional__last_name", "role")) == {
        "Évrard": "participant",
        "Le Goff": "redacteur",
    }
    assert "A26-00001" in plain(answer)


def test_row_sent_twice_is_written_once_and_told_as_it_stands(office: Office, signed_in: SignedIn) -> None:
    client = signed_in("staff")
    for _ in range(2):
        answer = client.post(address(office), row(office))
        assert "A26-00001" in plain(answer)
    assert Action.objects.count() == 1


def test_faulty_row_comes_back_as_typed_with_its_sentence_and_the_others_are_saved(
    office: Office, signed_in: SignedIn
) -> None:
    MembershipPeriod.objects.filter(membership__professional=office.people[0]).update(status="pressenti")
    client = signed_in("staff")
    faulty = client.post(address(office), row(office, theme="Diabète"))
    assert faulty.status_code == 200  # htmx puts in place what is answered with 200 only
    assert "Pas membre confirmé de l'équipe le 06/07/2026 : Évrard Loïc" in plain(faulty)
    (kept,) = faulty.context["rows"]
    assert (kept.key, kept.form["theme"].value()) == (KEY, "Diabète")
    assert [cell.role for cell in kept.cells] == ["", "participant", "participant"]  # by name: =Duval comes first
    others = {"key": "2" * 32, "people": [office.people[1].pk, office.people[2].pk]}
    client.post(address(office), row(office) | others)
    assert Action.objects.get().state == "declared"


def test_draft_row_goes_on_under_its_version_and_a_colleague_is_told(office: Office, signed_in: SignedIn) -> None:
    staff, treasurer = signed_in("staff"), signed_in("treasurer")
    staff.post(address(office), row(office, step="brouillon"))
    draft = Action.objects.get()
    assert draft.state == "draft"
    assert grid(staff, office).context["rows"][0].action == draft
    goes_on = row(office, action=draft.pk, version=draft.version, step="brouillon")
    treasurer.post(address(office), goes_on | {"theme": "BPCO"})
    answer = staff.post(address(office), goes_on | {"duration_minutes": "45"})
    assert "Trésorière a modifié cette fiche" in plain(answer)
    draft.refresh_from_db()
    assert (draft.theme, draft.duration_minutes) == ("BPCO", None)


def test_row_without_a_day_or_type_says_both(office: Office, signed_in: SignedIn) -> None:
    answer = signed_in("staff").post(address(office), row(office, held_on="", type=""))
    assert "Indiquez la date" in plain(answer)
    assert "Choisissez le type" in plain(answer)
    assert not Action.objects.exists()


def test_action_with_sessions_is_not_touched_by_the_grid(office: Office, signed_in: SignedIn) -> None:
    protocol = office.rcp(DAY, state="draft")
    ActionSession.objects.create(action=protocol, held_on=date(2026, 7, 1))
    client = signed_in("staff")
    assert not [one for one in grid(client, office).context["rows"] if one.action]
    assert client.post(address(office), row(office, action=protocol.pk, version=0)).status_code == 404
    assert protocol.sessions.count() == 1


def test_grid_is_for_the_teams_of_ones_scope_that_have_a_convention(office: Office, signed_in: SignedIn) -> None:
    other = TeamFactory()
    for role in ("staff", "referent"):
        answer = signed_in(role).post(f"/actions/saisie-rapide/{other.pk}/ligne/", row(office))
        assert answer.status_code == 404
    assert signed_in("staff").get("/actions/saisie-rapide/", {"equipe": other.pk, "mois": MONTH}).status_code == 422
    assert not Action.objects.exists()


def codes(answer: Any) -> list[str]:
    return [alert.code for row in answer.context["rows"] for alert in row.alerts]


def test_declared_row_shows_what_is_worth_a_look_and_is_declared_all_the_same(
    office: Office, signed_in: SignedIn
) -> None:
    office.rcp(DAY, reference="A-TWIN", people=2)
    client = signed_in("staff")
    answer = client.post(address(office), row(office))
    action = Action.objects.exclude(reference="A-TWIN").get()
    assert action.state == "declared"
    assert codes(answer) == [alert.code for alert in alerts_of(action, user=office.staff)]
    assert "SAME_ACTION" in codes(answer)
    assert "A-TWIN" in plain(answer)
    again = client.post(address(office), row(office))  # the answer was lost: told once more, with the same alerts
    assert codes(again) == codes(answer)


def test_row_tells_a_person_who_was_elsewhere_and_a_day_after_the_convention(
    office: Office, signed_in: SignedIn
) -> None:
    other = TeamFactory(under_convention=True)
    elsewhere = ActionFactory(team=other, held_on=DAY, type="RCP", reference="A-AILLEURS")
    ParticipationFactory(action=elsewhere, professional=office.people[0])
    office.convention.ends_on = date(2026, 7, 5)
    office.convention.save(update_fields=["ends_on"])
    found = codes(signed_in("staff").post(address(office), row(office)))
    assert {"ELSEWHERE", "CONVENTION"} <= set(found)
    assert Action.objects.exclude(pk=elsewhere.pk).get().state == "declared"


def test_draft_row_shows_its_alerts_too(office: Office, signed_in: SignedIn) -> None:
    office.rcp(DAY, reference="A-TWIN", people=2)
    assert "SAME_ACTION" in codes(signed_in("staff").post(address(office), row(office, step="brouillon")))


def test_total_of_a_row_is_the_meter_s_and_hidden_from_the_referent(office: Office, signed_in: SignedIn) -> None:
    given = row(office)
    assert "100,00" in plain(signed_in("staff").get("/actions/compteur/total/", given))
    assert "100,00" not in plain(signed_in("referent").get("/actions/compteur/total/", given))


def test_number_of_members_and_drafts_does_not_change_the_number_of_queries(
    office: Office, signed_in: SignedIn, django_assert_max_num_queries: Any
) -> None:
    client = signed_in("staff")
    for _ in range(3):
        office.rcp(DAY, state="draft")
    with django_assert_max_num_queries(40):
        grid(client, office)
