"""Declaring on the page: the grid, its statuses, what stays typed; the queue; the settings."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pypdf import PdfReader

from actions.models import Action, ActionSettings, Evidence
from actions.services import refuse_participation, turn_down_action
from actions.services.evidence import add_evidence
from association.models import DossierDocument, MembershipPeriod
from association.services.filing import quarantine_document
from association.uploads import CheckedUpload
from tests.association.files import pdf
from tests.factories import TeamFactory
from tests.payments.office import Office
from tests.web.conftest import plain

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Client]
DAY = date(2026, 7, 6)
NEW, SCAN = "/actions/nouvelle/", pdf()


def typed(office: Office, people: int = 2, **changes: Any) -> dict[str, Any]:
    return {
        "team": office.team.pk,
        "held_on": DAY.isoformat(),
        "type": "RCP",
        "modality": "presentiel",
        "people": [one.pk for one in office.people[:people]],
        "not_funded_elsewhere": "on",
        "step": "declarer",
        **changes,
    }


# --- declaring ---------------------------------------------------------------------------------------------


def test_action_is_declared_and_its_page_shows_it(office: Office, signed_in: SignedIn) -> None:
    answer = signed_in("staff").post(NEW, typed(office, duration_minutes="45", theme="Diabète"), follow=True)
    action = Action.objects.get()
    assert answer.redirect_chain == [(f"/actions/{action.pk}/", 302)]
    page = plain(answer)
    assert "A26-00001" in page
    assert "Évrard" in page
    assert "45 min" in page
    assert "est déclarée" in page


def test_next_one_keeps_team_type_and_date(office: Office, signed_in: SignedIn) -> None:
    answer = signed_in("staff").post(NEW, typed(office, step="suivante"), follow=True)
    form = answer.context["form"]
    assert (form["team"].value(), form["type"].value(), form["held_on"].value()) == (office.team.pk, "RCP", DAY)
    assert [line.ticked for line in answer.context["grid"].lines] == [False] * 3
    assert "A26-00001" in plain(answer)


def test_draft_is_kept_without_the_statement_and_goes_on(office: Office, signed_in: SignedIn) -> None:
    client = signed_in("staff")
    given = typed(office, step="brouillon")
    del given["not_funded_elsewhere"]
    client.post(NEW, given)
    draft = Action.objects.get()
    assert draft.state == "draft"
    page = client.get(f"/actions/{draft.pk}/modifier/")
    assert [line.ticked for line in page.context["grid"].lines] == [False, True, True]  # by name: =Duval is not there
    client.post(f"/actions/{draft.pk}/modifier/", typed(office, people=3, version=0))
    draft.refresh_from_db()
    assert (draft.state, draft.participations.count()) == ("declared", 3)


def test_refused_declaration_comes_back_with_everything_typed(office: Office, signed_in: SignedIn) -> None:
    given = typed(office, theme="Diabète", role_1="redacteur")
    del given["not_funded_elsewhere"]
    answer = signed_in("staff").post(NEW, given)
    assert answer.status_code == 422
    assert "Cochez « non financée par ailleurs »" in plain(answer)
    assert answer.context["form"]["theme"].value() == "Diabète"
    assert sum(line.ticked for line in answer.context["grid"].lines) == 2
    assert not Action.objects.exists()


def test_nir_in_the_theme_and_a_day_that_is_none_are_refused_beside_their_fields(
    office: Office, signed_in: SignedIn
) -> None:
    answer = signed_in("staff").post(NEW, typed(office, theme="2 55 08 14 168 025 38", held_on="2026-02-30"))
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"theme", "held_on"}


def test_file_of_a_refused_declaration_is_kept_and_joined_at_the_next_press(
    office: Office, signed_in: SignedIn
) -> None:
    client, given = signed_in("staff"), typed(office, evidence_kind="presence")
    del given["not_funded_elsewhere"]
    refused = client.post(NEW, given | {"evidence_file": SimpleUploadedFile("emargement.pdf", SCAN)})
    assert refused.status_code == 422
    assert "Fichier gardé : emargement.pdf" in " ".join(plain(refused).replace('<strong class="wrap">', "").split())
    ticket = refused.context["form"]["kept_file"].value()
    again = client.post(NEW, given | {"kept_file": ticket, "held_on": "2026-13-40"})  # refused once more: still there
    assert again.context["form"].kept is not None
    client.post(NEW, typed(office, evidence_kind="presence", kept_file=ticket))
    piece = Evidence.objects.get()
    assert piece.document.filename == "emargement.pdf"
    assert piece.action.state == "declared"


def test_kept_file_is_for_its_author_and_can_be_left_out(office: Office, signed_in: SignedIn) -> None:
    given = typed(office, evidence_kind="presence")
    del given["not_funded_elsewhere"]
    files = {"evidence_file": SimpleUploadedFile("emargement.pdf", SCAN)}
    ticket = signed_in("staff").post(NEW, given | files).context["form"]["kept_file"].value()
    other = signed_in("treasurer").post(NEW, typed(office, evidence_kind="presence", kept_file=ticket))
    assert other.status_code == 422
    assert "choisissez-le de nouveau" in plain(other)
    signed_in("staff").post(NEW, typed(office, evidence_kind="presence", kept_file=ticket, drop_kept="on"))
    assert Action.objects.get().state == "declared"
    assert not Evidence.objects.exists()


def test_inbox_leads_to_the_queue(office: Office, signed_in: SignedIn) -> None:
    office.rcp(DAY, state="declared")
    assert "/actions/a-valider/" in plain(signed_in("staff").get("/"))


def test_session_is_added_and_taken_away_with_what_was_typed_kept(office: Office, signed_in: SignedIn) -> None:
    client, person = signed_in("staff"), office.people[0]
    given = typed(office, type="PROTOCOLE") | {"session": "0", "session_0-held_on": "2026-07-01"}
    given |= {"session_0-minutes": "Plan décidé", "session_0-people": [person.pk]}
    more = client.post("/actions/saisie/seances/", given | {"add": "1"}).context["sessions"]
    assert [line.number for line in more.lines] == ["0", "1"]
    assert more.lines[0].form["minutes"].value() == "Plan décidé"
    assert [one.pk for one, ticked in more.lines[0].people if ticked] == [person.pk]
    assert not more.lines[1].form.errors  # nothing is called wrong while one types
    less = client.post("/actions/saisie/seances/", given | {"session": ["0", "1"], "remove": "0"}).context["sessions"]
    assert [line.number for line in less.lines] == ["1"]


def test_session_without_a_day_is_refused_and_stays_typed(office: Office, signed_in: SignedIn) -> None:
    given = typed(office, type="PROTOCOLE") | {"session": "3", "session_3-minutes": "Plan décidé"}
    answer = signed_in("staff").post(NEW, given)
    assert answer.status_code == 422
    assert "Indiquez la date de la séance" in plain(answer)
    assert answer.context["sessions"].lines[0].form["minutes"].value() == "Plan décidé"
    kept = signed_in("staff").post(NEW, given | {"session_3-held_on": "2026-07-01"}, follow=True)
    assert "Plan décidé" in plain(kept)
    assert Action.objects.get().sessions.get().minutes == "Plan décidé"


def test_draft_is_discarded_by_its_author_or_the_office_and_leaves_its_trace(
    office: Office, signed_in: SignedIn
) -> None:
    draft = office.rcp(DAY, state="draft")  # typed by the administrator of the test
    address = f"/actions/{draft.pk}/etape/"
    answer = signed_in("referent").post(address, {"step": "discard"})
    assert answer.status_code == 409
    assert "Ce brouillon est de Admin" in plain(answer)
    signed_in("staff").post(address, {"step": "discard"})
    draft.refresh_from_db()
    assert draft.state == "discarded"
    assert "Abandonnée" in plain(signed_in("staff").get(f"/actions/{draft.pk}/"))
    assert signed_in("staff").post(address, {"step": "discard"}).status_code == 409


def test_somebody_who_is_no_member_cannot_be_posted(office: Office, signed_in: SignedIn) -> None:
    MembershipPeriod.objects.filter(membership__professional=office.people[0]).update(status="pressenti")
    answer = signed_in("staff").post(NEW, typed(office))
    assert answer.status_code == 422
    assert "Pas membre confirmé de l'équipe le 06/07/2026 : Évrard Loïc" in plain(answer)


def test_second_of_two_people_is_told_and_loses_nothing(office: Office, signed_in: SignedIn) -> None:
    draft = office.rcp(DAY, state="draft")
    address = f"/actions/{draft.pk}/modifier/"
    signed_in("treasurer").post(address, typed(office, step="brouillon", theme="BPCO", version=0))
    mine = typed(office, step="brouillon", duration_minutes="45", version=0)
    answer = signed_in("staff").post(address, mine)
    assert answer.status_code == 409
    assert "Trésorière a modifié cette fiche" in plain(answer)
    assert answer.context["form"]["duration_minutes"].value() == "45"
    again = signed_in("staff").post(address, {**mine, "version": answer.context["form"]["version"].value()})
    assert again.status_code == 302
    draft.refresh_from_db()
    assert draft.duration_minutes == 45


def test_action_declared_meanwhile_is_told_with_409(office: Office, signed_in: SignedIn) -> None:
    action = office.rcp(DAY, state="declared")
    answer = signed_in("staff").post(f"/actions/{action.pk}/modifier/", typed(office, version=0))
    assert answer.status_code == 409
    assert "elle ne se modifie plus" in plain(answer)


def test_team_without_convention_is_not_offered_and_is_explained(office: Office, signed_in: SignedIn) -> None:
    team = TeamFactory(name="Équipe nouvelle")
    page = signed_in("staff").get(f"{NEW}?equipe={team.pk}")
    assert team not in page.context["form"].fields["team"].queryset
    assert "n'a pas de convention signée" in plain(page)
    answer = signed_in("staff").post(NEW, typed(office, people=0, team=team.pk))
    assert answer.status_code == 422
    assert "team" in answer.context["form"].errors


def test_grid_of_another_day_keeps_the_ticks_and_roles_follow_the_type(office: Office, signed_in: SignedIn) -> None:
    doctor, nurse, _ = office.people
    query = {
        "team": office.team.pk,
        "held_on": "2026-07-09",
        "type": "PPS",
        "drawn_for": "RCP",
        "people": [doctor.pk, nurse.pk],
        f"role_{doctor.pk}": "participant",
        f"role_{nurse.pk}": "redacteur",
    }
    answer = signed_in("staff").get("/actions/saisie/presence/", query)
    found = {line.attendee.person: (line.ticked, line.role) for line in answer.context["grid"].lines}
    assert found[doctor] == (True, "redacteur")  # nobody had chosen: it follows the type
    assert found[nurse] == (True, "redacteur")  # chosen, and kept
    assert "Attestation signée" in plain(answer)
    assert "Compte rendu" not in plain(answer)


def test_parts_bear_with_whatever_is_typed(office: Office, signed_in: SignedIn) -> None:
    client = signed_in("staff")
    for query in ({"team": "x", "held_on": "hier", "people": "²"}, {"team": "9" * 30}, {"action": "-1", "type": "?"}):
        for address in ("/actions/saisie/presence/", "/actions/saisie/signalements/", "/actions/compteur/"):
            assert client.get(address, query).status_code == 200


def test_meter_and_alerts_follow_what_is_typed_and_write_nothing(office: Office, signed_in: SignedIn) -> None:
    client = signed_in("staff")
    office.rcp(DAY, people=2, reference="A-TWIN")
    query = {key: value for key, value in typed(office).items() if key != "step"}
    assert "A-TWIN" in plain(client.get("/actions/saisie/signalements/", query))
    said = plain(client.get("/actions/compteur/", query))
    assert "100,00 €" in said
    assert "reste 9 800,00 € après cette action" in said
    assert Action.objects.count() == 1


def test_referent_sees_in_the_meter_no_amount_of_a_colleague(office: Office, signed_in: SignedIn) -> None:
    query = {key: value for key, value in typed(office, people=3).items() if key != "step"}
    answer = signed_in("referent").get("/actions/compteur/", query)
    assert sorted(line.cents or 0 for line in answer.context["meter"].lines) == [0, 0, 50_00]
    assert "150,00 €" not in plain(answer)
    assert plain(answer).count("indemnisé<") == 2


# --- evidence ----------------------------------------------------------------------------------------------


def test_file_comes_with_the_form_and_is_shown_in_a_frame_of_ours_alone(office: Office, signed_in: SignedIn) -> None:
    client = signed_in("staff")
    upload = SimpleUploadedFile("Émargement.pdf", SCAN)
    answer = client.post(NEW, typed(office, evidence_kind="presence", evidence_file=upload))
    assert answer.status_code == 302
    piece = Evidence.objects.get()
    shown = client.get(f"/actions/pieces/{piece.pk}/")
    assert b"".join(shown.streaming_content) == SCAN
    assert shown["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in shown["Content-Security-Policy"]
    assert not shown["Content-Disposition"].startswith("attachment")


def test_evidence_in_quarantine_opens_for_nobody(office: Office, signed_in: SignedIn) -> None:
    action = office.rcp(DAY, state="declared")
    upload = CheckedUpload("emargement.pdf", "application/pdf", SCAN)
    piece = add_evidence(action=action, kind="presence", upload=upload, actor=office.treasurer)
    assert signed_in("referent").get(f"/actions/pieces/{piece.pk}/").status_code == 200
    quarantine_document(filing=DossierDocument.objects.get(), reason="Nomme un patient.", actor=office.staff)
    for role in ("staff", "treasurer", "referent"):
        assert signed_in(role).get(f"/actions/pieces/{piece.pk}/").status_code == 404
    assert plain(signed_in("staff").get(f"/actions/a-valider/{action.pk}/")).count("Aucune pièce déposée") == 1


def test_program_under_the_name_of_a_scan_is_refused(office: Office, signed_in: SignedIn) -> None:
    upload = SimpleUploadedFile("scan.pdf", b"MZ not a scan")
    answer = signed_in("staff").post(NEW, typed(office, evidence_kind="presence", evidence_file=upload))
    assert answer.status_code == 422
    assert "evidence_file" in answer.context["form"].errors
    assert not Action.objects.exists()


def test_sheet_to_sign_names_the_members_of_the_day_and_the_reference(office: Office, signed_in: SignedIn) -> None:
    MembershipPeriod.objects.filter(membership__professional=office.people[1]).update(status="pressenti")
    draft = office.rcp(DAY, state="draft", reference="A26-00042")
    answer = signed_in("referent").get(f"/actions/{draft.pk}/feuille/")
    said = PdfReader(BytesIO(answer.content)).pages[0].extract_text()
    assert "A26-00042" in said
    assert "Évrard" in said
    assert "=Duval" in said
    assert "Le Goff" not in said


# --- the queue ---------------------------------------------------------------------------------------------


def test_queue_goes_from_one_to_the_next_and_ends(office: Office, signed_in: SignedIn) -> None:
    first, second = office.rcp(DAY, state="declared"), office.rcp(date(2026, 7, 7), state="declared")
    client = signed_in("staff")
    assert first.reference in plain(client.get("/actions/a-valider/"))
    done = client.post(f"/actions/a-valider/{first.pk}/etape/", {"step": "validate", "version": 0}, follow=True)
    assert done.redirect_chain == [(f"/actions/a-valider/{second.pk}/", 302)]
    refused = client.post(f"/actions/a-valider/{second.pk}/etape/", {"step": "turn_down", "version": 0})
    assert refused.status_code == 409
    assert "Un motif est demandé" in plain(refused)
    given = {"step": "turn_down", "comment": "Doublon.", "version": 0}
    end = client.post(f"/actions/a-valider/{second.pk}/etape/", given, follow=True)
    assert "Plus rien n'attend" in plain(end)
    assert list(Action.objects.order_by("held_on").values_list("state", flat=True)) == ["validated", "not_retained"]


def test_what_a_colleague_did_meanwhile_is_told_and_nothing_is_done(office: Office, signed_in: SignedIn) -> None:
    action = office.rcp(DAY, state="declared")
    turn_down_action(action=action, actor=office.treasurer, reason="Doublon de juin.")
    answer = signed_in("staff").post(f"/actions/a-valider/{action.pk}/etape/", {"step": "validate", "version": 0})
    said = plain(answer)
    assert answer.status_code == 409
    assert "Trésorière l'a fait passer à « Non retenue »" in said
    assert "Doublon de juin." in said


def test_participation_refused_meanwhile_stops_the_validation(office: Office, signed_in: SignedIn) -> None:
    action = office.rcp(DAY, state="declared")
    refuse_participation(participation=action.participations.first(), actor=office.treasurer, reason="Absent.")
    answer = signed_in("staff").post(f"/actions/a-valider/{action.pk}/etape/", {"step": "validate", "version": 0})
    assert answer.status_code == 409
    assert "Trésorière a modifié" in plain(answer)
    action.refresh_from_db()
    assert action.state == "declared"


def test_participation_is_refused_with_a_reason_and_taken_back_in_the_queue(
    office: Office, signed_in: SignedIn
) -> None:
    part = office.rcp(DAY, state="declared").participations.get(professional=office.people[0])
    client, address = signed_in("staff"), f"/actions/participations/{part.pk}/etape/"
    without = client.post(address, {"step": "refuse", "page": "file", "comment": " "})
    assert without.status_code == 409
    assert "Un motif est demandé" in plain(without)
    said = plain(client.post(address, {"step": "refuse", "page": "file", "comment": "Pas de signature."}, follow=True))
    assert "Pas de signature." in said
    client.post(address, {"step": "accept", "page": "file"})
    part.refresh_from_db()
    assert part.refused_at is None


def test_own_declaration_is_left_to_somebody_else(office: Office, signed_in: SignedIn) -> None:
    client = signed_in("staff")
    client.post(NEW, typed(office))
    ActionSettings.objects.create(pk=1, validated_by_another=True)
    action = Action.objects.get()
    assert "une autre personne la valide" in plain(client.get(f"/actions/a-valider/{action.pk}/"))
    answer = client.post(f"/actions/a-valider/{action.pk}/etape/", {"step": "validate", "version": action.version})
    assert answer.status_code == 409
    other = signed_in("treasurer").post(
        f"/actions/a-valider/{action.pk}/etape/", {"step": "validate", "version": action.version}
    )
    assert other.status_code == 302


# --- after the validation ----------------------------------------------------------------------------------


def test_page_tells_what_a_cancellation_gives_back_and_does_it(office: Office, signed_in: SignedIn) -> None:
    action = office.rcp(DAY)
    office.approved()
    client = signed_in("staff")
    assert "annulée, le prochain paiement mensuel régularise 150,00 €" in plain(
        client.get(f"/actions/{action.pk}/indemnites/")
    )
    without = client.post(f"/actions/{action.pk}/etape/", {"step": "cancel", "comment": ""})
    assert without.status_code == 409
    client.post(f"/actions/{action.pk}/etape/", {"step": "cancel", "comment": "Réunion qui n’a pas eu lieu."})
    assert "Le prochain paiement mensuel régularise 150,00 €" in plain(client.get(f"/actions/{action.pk}/indemnites/"))


def test_referent_sees_of_an_action_the_own_line_only(office: Office, signed_in: SignedIn) -> None:
    action = office.rcp(DAY)
    office.approved()
    said = plain(signed_in("referent").get(f"/actions/{action.pk}/indemnites/"))
    assert "Évrard" in said
    assert "Le Goff" not in said
    assert "150,00" not in said


def test_action_of_another_team_is_not_there_for_a_referent(office: Office, signed_in: SignedIn) -> None:
    other = office.rcp(DAY)
    Action.objects.filter(pk=other.pk).update(team=TeamFactory(under_convention=True))
    for address in (f"/actions/{other.pk}/", f"/actions/{other.pk}/modifier/", f"/actions/{other.pk}/indemnites/"):
        assert signed_in("referent").get(address).status_code == 404


# --- settings ----------------------------------------------------------------------------------------------


def test_settings_are_changed_once_and_the_second_person_is_told(office: Office, signed_in: SignedIn) -> None:
    client = signed_in("admin")
    given = {"late_months": 6, "validated_by_another": "on", "required_RCP": ["presence"], "version": 0}
    assert client.post("/actions/reglages/", given).status_code == 302
    known = ActionSettings.current()
    assert (known.late_months, known.validated_by_another, known.required_evidence) == (6, True, {"RCP": ["presence"]})
    assert client.post("/actions/reglages/", {**given, "late_months": 2}).status_code == 409
    assert "Pièces exigées, RCP" in plain(client.get("/actions/reglages/"))
    answer = signed_in("staff").post(NEW, typed(office))
    assert answer.status_code == 422
    assert "feuille de présence" in plain(answer)
