"""The pages of the monthly runs: what they say, what they let through, what they keep of a refusal."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from association.documents import sha256_of
from association.jobs import run_job
from association.models import Document, Job, LookLog, Membership, User
from payments.models import Account, Payment, Run
from payments.services.runs import prepare_run
from tests.factories import (
    AccountFactory,
    AdhesionFactory,
    MembershipFactory,
    ParticipationFactory,
    ProfessionalFactory,
)
from tests.payments.office import AUGUST, IBANS, JULY, SEPTEMBER, Office
from tests.web.conftest import World, plain

SignedIn = Callable[[str], Client]
PARTS = ("run", "run_lines", "run_exclusions", "run_totals", "run_payments", "run_left_due")


def url(run: Run, part: str = "run") -> str:
    return reverse(f"payments:{part}", args=[run.pk])


def press(client: Client, run: Run, step: str, **typed: str):  # type: ignore[no-untyped-def]
    return client.post(url(run, "run_step"), {"step": step, **typed})


def queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


# --- preparing -----------------------------------------------------------------------------------------------


def test_last_full_month_is_proposed(office: Office, signed_in: SignedIn) -> None:
    page = signed_in("staff").get(reverse("payments:run_prepare"))
    first = page.context["form"].fields["month"].choices[0][0]
    assert date.fromisoformat(first) == (timezone.localdate().replace(day=1) - timedelta(days=1)).replace(day=1)


def test_preparation_is_a_job_that_leads_to_its_run(office: Office, signed_in: SignedIn) -> None:
    office.rcp(date(2026, 7, 6))
    client = signed_in("staff")
    asked = client.post(reverse("payments:run_prepare"), {"month": "2026-07-01"})
    job = Job.objects.get()
    assert asked.url == reverse("payments:preparation", args=[job.pk])
    assert 'hx-trigger="every 1s"' in client.get(asked.url).content.decode()
    run_job(job.pk)
    assert client.get(asked.url).url == url(Run.objects.get())
    assert client.get(asked.url, headers={"HX-Request": "true"}).headers["HX-Redirect"] == url(Run.objects.get())


def test_second_press_finds_the_same_job(office: Office, signed_in: SignedIn) -> None:
    for _ in range(2):
        signed_in("staff").post(reverse("payments:run_prepare"), {"month": "2026-07-01"})
    assert Job.objects.count() == 1


def test_month_that_cannot_be_prepared_is_said_on_the_form(office: Office, signed_in: SignedIn) -> None:
    office.submitted()
    page = signed_in("staff").post(reverse("payments:run_prepare"), {"month": "2026-08-01", "extra": "on"})
    assert page.status_code == 409
    assert "2026-07 est encore ouvert (Soumis)" in plain(page)
    assert 'value="2026-08-01" selected' in page.content.decode()
    assert "checked" in page.content.decode()
    assert Job.objects.count() == 0


def test_silent_queue_is_said_and_the_job_waits(office: Office, signed_in: SignedIn, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr("payments.views.runs.broker_answers", lambda: False)
    client = signed_in("staff")
    asked = client.post(reverse("payments:run_prepare"), {"month": "2026-07-01"})
    page = plain(client.get(asked.url))
    assert "La file des tâches ne répond pas : la tâche attend et partira dès son retour." in page
    assert Job.objects.get().state == "waiting"


def test_failed_preparation_shows_why_and_can_be_asked_again(office: Office, signed_in: SignedIn) -> None:
    client = signed_in("staff")
    asked = client.post(reverse("payments:run_prepare"), {"month": "2026-07-01"})
    prepare_run(month=AUGUST, actor=office.staff)
    run_job(Job.objects.get().pk)
    page = plain(client.get(asked.url))
    assert "2026-08 est encore ouvert" in page
    assert "Préparer un mois" in page


# --- the way of a run ----------------------------------------------------------------------------------------


def test_run_goes_from_draft_to_settled_by_two_people(office: Office, signed_in: SignedIn) -> None:
    office.rcp(date(2026, 7, 6))
    run, staff, treasurer = office.prepared(), signed_in("staff"), signed_in("treasurer")
    assert press(staff, run, "submit").url == url(run)
    assert "est soumis" in plain(staff.get(url(run)))
    assert press(treasurer, run, "approve").status_code == 302
    today = timezone.localdate().isoformat()
    assert press(treasurer, run, "export", execution_on=today).status_code == 302
    waiting = treasurer.get(url(run))
    assert "hx-trigger" in waiting.content.decode()
    assert {step.name: step.reason for step in waiting.context["steps"] if step.main} == {
        "export": "Une tâche est en cours : attendez sa fin."
    }
    run_job(Job.objects.get().pk)
    page = treasurer.get(url(run))
    assert "paiement-2026-07.xlsx" in plain(page)
    assert "précède le bon à payer" in plain(press(treasurer, run, "settle", paid_on="2026-08-05"))
    assert press(treasurer, run, "settle", paid_on=today).status_code == 302
    assert Run.objects.get().state == "settled"
    assert {day.isoformat() for day in Payment.objects.values_list("paid_on", flat=True)} == {today}


def test_whoever_submitted_reads_why_the_approval_is_not_theirs(office: Office, signed_in: SignedIn) -> None:
    office.rcp(date(2026, 7, 6))
    run, client = office.prepared(), signed_in("treasurer")
    press(client, run, "submit")
    steps = {step.name: step for step in client.get(url(run)).context["steps"]}
    assert "une autre personne" in steps["approve"].reason
    page = press(client, run, "approve")
    assert page.status_code == 409
    assert "Rien n'a été enregistré" in plain(page)
    assert Run.objects.get().state == "submitted"


def test_refused_step_opens_its_dialog_with_what_was_typed(office: Office, signed_in: SignedIn) -> None:
    office.rcp(date(2026, 7, 6))
    run = office.submitted()
    page = press(signed_in("treasurer"), run, "send_back", comment=" ")
    assert page.status_code == 409
    assert "data-dialog-open" in page.content.decode()
    assert "Un motif est demandé" in plain(page)


def test_step_overtaken_by_somebody_else_keeps_the_reason_on_the_page(office: Office, signed_in: SignedIn) -> None:
    office.rcp(date(2026, 7, 6))
    run = office.approved()
    page = press(signed_in("treasurer"), run, "send_back", comment="Il manque l'équipe de Laval")
    assert page.status_code == 409
    assert "Motif saisi : Il manque l'équipe de Laval" in plain(page)


def test_what_changed_since_the_submission_is_said(office: Office, signed_in: SignedIn) -> None:
    office.rcp(date(2026, 7, 6))
    run = office.submitted()
    office.rcp(date(2026, 7, 20))
    page = plain(press(signed_in("treasurer"), run, "approve"))
    assert "Les données ont changé depuis la soumission : 3 indemnités en plus." in page


def test_settlement_in_the_future_is_said_in_its_dialog(world: World, signed_in: SignedIn) -> None:
    tomorrow = timezone.localdate() + timedelta(days=1)
    page = press(signed_in("treasurer"), world.run, "settle", paid_on=tomorrow.isoformat())
    assert page.status_code == 422
    assert "Cette date est à venir" in plain(page)
    assert tomorrow.isoformat() in page.content.decode()
    assert Run.objects.get().state == "exported"


def test_file_not_transmitted_can_be_made_again(world: World, signed_in: SignedIn) -> None:
    client = signed_in("treasurer")
    assert press(client, world.run, "take_back_export", comment="Refusé par la banque").status_code == 302
    page = plain(client.get(url(world.run)))
    assert "Non transmis" in page
    assert "Refusé par la banque" in page
    assert "Exporter" in page


def test_third_name_is_asked_for_when_the_run_pays_its_submitter(office: Office, signed_in: SignedIn) -> None:
    office.rcp(date(2026, 7, 6))
    User.objects.filter(pk=office.staff.pk).update(professional=office.people[0])
    run = office.submitted()
    third, treasurer = Client(), signed_in("treasurer")
    third.force_login(office.president)
    assert "un autre trésorier doit d'abord le contresigner" in plain(press(treasurer, run, "approve"))
    assert press(third, run, "countersign").status_code == 302
    assert press(treasurer, run, "approve").status_code == 302
    assert "Contresigner" in plain(treasurer.get(url(run)))


def test_staff_are_not_offered_what_is_the_treasurers(office: Office, signed_in: SignedIn) -> None:
    office.rcp(date(2026, 7, 6))
    run, client = office.submitted(), signed_in("staff")
    assert {step.name for step in client.get(url(run)).context["steps"]} == {"cancel"}
    assert press(client, run, "approve").status_code == 409
    assert press(client, run, "export", execution_on=str(timezone.localdate())).status_code == 409


# --- what the pages say --------------------------------------------------------------------------------------


def test_missing_price_is_said_on_top_and_stops_the_submission(office: Office, signed_in: SignedIn) -> None:
    action = office.rcp(date(2026, 7, 6))
    action.participations.filter(professional=office.people[2]).update(role="redacteur")
    run = office.prepared()
    page = signed_in("staff").get(url(run))
    assert "1 indemnité est sans tarif : ce paiement mensuel ne peut pas être soumis." in plain(page)
    assert "Publiez-le, puis préparez de nouveau." in plain(page)
    assert next(step for step in page.context["steps"] if step.name == "submit").reason


def test_new_exclusions_come_first_with_what_to_do(office: Office, signed_in: SignedIn) -> None:
    office.rcp(date(2026, 7, 6), people=1)
    office.approved()
    office.rcp(date(2026, 8, 6))
    stranger = ParticipationFactory(
        action=office.rcp(date(2026, 8, 20)), professional=ProfessionalFactory(last_name="Inconnu")
    )
    run = office.prepared(AUGUST)
    page = signed_in("staff").get(url(run, "run_exclusions"))
    groups = page.context["groups"]
    assert [(group.explanation.code, group.count, group.new_count) for group in groups] == [
        ("MEMBER", 1, 1),
        ("PLURI", 1, 0),
    ]
    assert page.context["asked"].page[0].participation == stranger
    assert "nouveau" in plain(page)
    assert groups[0].explanation.sentence.split(".")[0].replace("’", "'") in plain(page)
    assert signed_in("staff").get(url(run, "run_exclusions"), {"reason": "PLURI"}).context["asked"].count == 1


def test_differences_with_the_month_before_by_size(office: Office, signed_in: SignedIn) -> None:
    office.rcp(date(2026, 7, 6))
    office.approved()
    office.rcp(date(2026, 8, 6))
    office.rcp(date(2026, 8, 7))
    run = office.prepared(AUGUST)
    page = signed_in("staff").get(url(run, "run_totals"))
    assert [(row.now, row.before, row.difference) for row in page.context["teams"]] == [(300_00, 150_00, 150_00)]
    assert "+150,00 €" in plain(page)
    assert [(total.count, total.cents) for total in page.context["types"]] == [(6, 300_00)]
    assert [(total.label, total.cents) for total in page.context["departments"]] == [("Loire-Atlantique", 300_00)]


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ({}, 4),
        ({"q": "evrard"}, 2),
        ({"q": "10000000025"}, 1),
        ({"q": "laval-7"}, 1),
        ({"q": "goff loire"}, 0),
        ({"action_type": "PPS"}, 0),
        ({"kind": "initial", "q": "le goff"}, 1),
        ({"kind": "reversal"}, 0),
    ],
)
def test_lines_are_found(office: Office, signed_in: SignedIn, asked: dict[str, str], count: int) -> None:
    office.rcp(date(2026, 7, 6))
    ParticipationFactory(
        action=office.rcp(date(2026, 7, 7), people=1, reference="LAVAL-7"), professional=ProfessionalFactory(nurse=True)
    )
    page = signed_in("staff").get(url(office.prepared(), "run_lines"), asked)
    assert page.context["asked"].count == count


def test_waiting_for_an_account_with_amounts(office: Office, signed_in: SignedIn) -> None:
    office.rcp(date(2026, 7, 6))
    from payments.services.accounts import propose_account

    account = office.account_of(office.people[1])
    propose_account(beneficiary=account.beneficiary, iban=IBANS[0], holder="Anaïs Le Goff", actor=office.staff)
    run = office.prepared()
    page = plain(signed_in("staff").get(url(run, "run_left_due")))
    assert "Le Goff Anaïs" in page
    assert "RIB à vérifier" in page
    assert "50,00 €" in page


def test_transfers_are_the_treasurers_and_the_auditors(world: World, signed_in: SignedIn) -> None:
    for role, sees in (("staff", False), ("treasurer", True), ("auditor", True)):
        page = plain(signed_in(role).get(url(world.run, "run_payments")))
        assert ("•••• 0143" in page) is sees, role
        assert ("CLAP-202607" in page) is sees, role


def test_no_page_shows_a_whole_iban(world: World, signed_in: SignedIn) -> None:
    for role in ("staff", "treasurer", "auditor"):
        client = signed_in(role)
        for address in ["/", "/paiements/", *(url(world.run, part) for part in PARTS)]:
            text = re.sub(r"\s", "", client.get(address).content.decode())
            assert not any(iban in text for iban in IBANS), (role, address)


def test_file_is_handed_out_byte_for_byte_and_the_look_is_kept(world: World, signed_in: SignedIn) -> None:
    response = signed_in("treasurer").get(reverse("association:document", args=[world.document.pk]))
    assert "attachment" in response.headers["Content-Disposition"]
    assert "paiement-2026-07.xlsx" in response.headers["Content-Disposition"]
    content = b"".join(response.streaming_content)
    assert content == world.document.path.read_bytes()
    assert sha256_of(world.document.path) == world.document.sha256
    look = LookLog.objects.get()
    assert (look.actor, look.target) == (world.users["treasurer"], world.document)


def test_file_that_was_changed_on_disk_is_not_handed_out(world: World, signed_in: SignedIn) -> None:
    world.document.path.write_bytes(b"autre chose")
    page = signed_in("treasurer").get(reverse("association:document", args=[world.document.pk]))
    assert page.status_code == 500
    assert "a été altéré" in plain(page)
    assert LookLog.objects.count() == 0


def test_document_is_not_handed_out_to_a_role_without_its_permission(world: World, signed_in: SignedIn) -> None:
    """Also to whoever stored it: the role counts, not the past."""
    User.objects.filter(pk=world.users["treasurer"].pk).update(role="staff")
    page = signed_in("treasurer").get(reverse("association:document", args=[world.document.pk]))
    assert page.status_code == 403
    assert Document.objects.exists()


def test_dialog_of_the_approval_says_what_will_be_frozen(office: Office, signed_in: SignedIn) -> None:
    office.rcp(date(2026, 7, 6))
    page = plain(signed_in("treasurer").get(url(office.submitted())))
    assert "3 indemnités, 150,00 € ; 3 virements, 150,00 €." in page
    assert "None" not in page


# --- queries -------------------------------------------------------------------------------------------------


def more_people(office: Office, count: int) -> None:
    """Members who have signed, each with a verified account: they are paid."""
    for _ in range(count):
        membership = MembershipFactory(team=office.team, professional__general_practitioner=True)
        AdhesionFactory(signed=True, convention=office.convention, membership=membership)
        AccountFactory(verified=True, beneficiary__professional=membership.professional)
        office.people.append(membership.professional)


@pytest.mark.parametrize("frozen", [False, True], ids=["open", "frozen"])
@pytest.mark.parametrize("part", PARTS)
def test_pages_of_a_run_ask_as_much_for_many_lines_as_for_few(
    office: Office, signed_in: SignedIn, part: str, frozen: bool
) -> None:
    client = signed_in("treasurer")
    office.rcp(date(2026, 7, 6))
    office.rcp(date(2026, 7, 8), people=1)
    office.approved()
    make = office.approved if frozen else office.prepared
    office.rcp(date(2026, 8, 6))
    office.rcp(date(2026, 8, 7), people=1)
    few = queries(client, url(make(AUGUST), part))
    if not frozen:
        Run.objects.filter(month=AUGUST).delete()
        make = office.prepared
    more_people(office, 50)
    month = SEPTEMBER if frozen else AUGUST
    for day in range(1, 8):
        office.rcp(month.replace(day=day), people=50)
    assert queries(client, url(make(month), part)) == few


def test_list_of_runs_asks_as_much_for_many_as_for_one(office: Office, signed_in: SignedIn) -> None:
    client = signed_in("treasurer")
    office.approved(JULY)
    few = queries(client, "/paiements/")
    office.approved(AUGUST)
    office.approved(SEPTEMBER)
    assert queries(client, "/paiements/") == few


def test_list_shows_the_amount_of_open_and_frozen_runs(office: Office, signed_in: SignedIn) -> None:
    office.rcp(date(2026, 7, 6))
    office.approved(JULY)
    office.rcp(date(2026, 8, 6), people=2)
    office.prepared(AUGUST)
    page = signed_in("staff").get("/paiements/").context["asked"].page
    assert [row.due_cents for row in page] == [100_00, 150_00]
    assert Membership.objects.count() == 3
    assert Account.objects.count() == 3
