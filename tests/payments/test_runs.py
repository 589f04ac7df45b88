"""The life of a run: who may do what, what is frozen, what comes back (docs/payment-rules.md, "Life of a run")."""

import os
from datetime import date
from threading import Thread

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from actions.models import Participation
from actions.services import cancel_action, refuse_participation
from association.machine import TransitionRefused
from association.models import Team, TransitionLog, User
from association.registries import Progress
from conventions.models import ConventionTerms
from payments.models import (
    Account,
    Allocation,
    DueLine,
    Exclusion,
    Payment,
    PaymentSettings,
    Price,
    ProvisionalExclusion,
    ProvisionalLine,
    Run,
    RunExport,
)
from payments.selectors.ledger import prove, total, unallocated
from payments.selectors.runs import summary
from payments.services import runs as services
from payments.services import transfers
from payments.services.accounts import propose_account, verify_account
from payments.services.exporting import declare_not_transmitted, export_run
from payments.services.prices import change_settings, publish_price
from payments.services.reopening import reopen_team_year
from payments.services.runs import (
    approve_run,
    cancel_run,
    countersign_run,
    prepare_run,
    send_back_run,
    settle_run,
    submit_run,
    void_run,
)
from tests.bench.database import LAST_MONTH, write_region
from tests.payments.office import AUGUST, IBANS, JULY, SEPTEMBER, payments_by_person

pytestmark = pytest.mark.django_db


# --- preparing -----------------------------------------------------------------------------------------------


def test_prepare_prices_each_participation_of_the_month(office) -> None:
    office.rcp(date(2026, 7, 31))
    office.rcp(date(2026, 8, 1))
    run = office.prepared()
    assert (summary(run).lines, summary(run).due_cents, summary(run).paid_cents) == (3, 150_00, 150_00)


def test_prepare_takes_an_action_declared_late(office) -> None:
    office.approved(JULY)
    office.rcp(date(2026, 2, 10))
    assert summary(office.prepared(AUGUST)).lines == 3


def test_prepare_run_twice_adds_no_line(office) -> None:
    office.rcp(date(2026, 7, 2))
    first = office.prepared()
    second = office.prepared()
    assert (first.pk, first.checksum) == (second.pk, second.checksum)
    assert ProvisionalLine.objects.count() == 3


def test_prepare_of_an_unfinished_month_is_refused(office) -> None:
    with pytest.raises(TransitionRefused, match="n’est pas terminé"):
        prepare_run(month=timezone.localdate().replace(day=1), actor=office.staff)


def test_prepare_while_another_month_is_open_is_refused(office) -> None:
    office.prepared(JULY)
    with pytest.raises(TransitionRefused, match="2026-07 est encore ouvert"):
        office.prepared(AUGUST)


def test_prepare_of_a_submitted_month_is_refused(office) -> None:
    office.submitted()
    with pytest.raises(TransitionRefused, match="renvoyez-le d’abord"):
        office.prepared()


def test_prepare_before_the_latest_frozen_month_is_refused(office) -> None:
    office.approved(AUGUST)
    with pytest.raises(TransitionRefused, match="2026-08 est déjà figé"):
        office.prepared(JULY)


def test_prepare_may_skip_months_and_loses_nothing(office) -> None:
    office.rcp(date(2026, 7, 2))
    office.approved(date(2026, 6, 1))
    assert summary(office.prepared(SEPTEMBER)).due_cents == 150_00


def test_prepare_of_an_empty_month_gives_an_empty_run(office) -> None:
    run = office.approved()
    assert (run.lines_count, run.paid_cents) == (0, 0)


def test_prepare_frozen_month_again_asks_for_extra(office) -> None:
    office.approved()
    with pytest.raises(TransitionRefused, match="paiement complémentaire"):
        office.prepared()


def test_extra_run_pays_what_was_validated_since(office) -> None:
    office.approved()
    office.rcp(date(2026, 7, 9))
    extra = prepare_run(month=JULY, actor=office.staff, extra=True)
    assert (extra.name, summary(extra).due_cents) == ("2026-07/2", 150_00)


def test_extra_run_before_the_regular_one_is_refused(office) -> None:
    with pytest.raises(TransitionRefused, match="n’est pas figé"):
        prepare_run(month=JULY, actor=office.staff, extra=True)


def test_prepare_as_ars_is_refused(office) -> None:
    with pytest.raises(PermissionDenied):
        prepare_run(month=JULY, actor=office.admin)


def test_missing_price_is_an_error_and_keeps_the_run_from_being_submitted(office) -> None:
    office.rcp(date(2026, 7, 2))
    Participation.objects.filter(professional=office.people[0]).update(role="redacteur")
    run = office.prepared()
    assert len(summary(run).errors) == 1
    assert "aucun tarif" in summary(run).errors[0]
    with pytest.raises(TransitionRefused, match="sans tarif"):
        submit_run(run=run, actor=office.staff)


def test_preparation_broken_off_leaves_the_last_complete_one(office, monkeypatch) -> None:
    office.rcp(date(2026, 7, 2))
    before = office.prepared()
    office.rcp(date(2026, 7, 3))
    monkeypatch.setattr(services, "WRITE_CHUNK", 1)
    real, written = services.compute, []

    def dies_after_four(run):
        for entry in real(run):
            if len(written) == 4:
                raise KeyboardInterrupt
            written.append(entry)
            yield entry

    monkeypatch.setattr(services, "compute", dies_after_four)
    with pytest.raises(KeyboardInterrupt):
        office.prepared()
    assert summary(Run.objects.get(pk=before.pk)).lines == 3
    monkeypatch.setattr(services, "compute", real)
    again = office.prepared()
    assert summary(again).lines == 6
    assert ProvisionalLine.objects.filter(run=again).count() == 6


def test_preparation_overtaken_by_another_gives_one_set_of_lines(office, monkeypatch) -> None:
    office.rcp(date(2026, 7, 2))
    real = services._switch

    def overtaken(run, build, checksum, actor):
        monkeypatch.setattr(services, "_switch", real)
        office.prepared()
        return real(run, build, checksum, actor)

    monkeypatch.setattr(services, "_switch", overtaken)
    with pytest.raises(TransitionRefused, match="a pris le relais"):
        office.prepared()
    run = Run.objects.get()
    assert ProvisionalLine.objects.filter(run=run, build=run.build).count() == 3
    assert ProvisionalLine.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_preparation_goes_on_while_somebody_else_writes() -> None:
    """More rows than any read fetches at once: a cursor left open could no longer write on SQLite."""
    write_region(12_000)
    written: list[int] = []

    class Elsewhere(Progress):
        def total(self, count: int) -> None:
            """Nothing to show."""

        def advance(self, count: int = 1) -> None:
            """Write on a connection of its own, as a page does."""
            thread = Thread(target=self.write)
            thread.start()
            thread.join()

        def write(self) -> None:
            written.append(Team.objects.update(shared_patients=len(written)))
            connection.close()

    run = prepare_run(month=LAST_MONTH, actor=User.objects.system(), progress=Elsewhere())
    decided = summary(run).lines + sum(summary(run).excluded.values())
    assert decided == 12_000
    assert len(written) >= 6


# --- submitting and approving --------------------------------------------------------------------------------


def test_submitter_cannot_approve(office) -> None:
    run = submit_run(run=office.prepared(), actor=office.treasurer)
    with pytest.raises(TransitionRefused, match="une autre personne"):
        approve_run(run=run, actor=office.treasurer)


def test_database_refuses_an_approver_who_submitted(office) -> None:
    run = office.submitted()
    with pytest.raises(IntegrityError), transaction.atomic():
        Run.objects.filter(pk=run.pk).update(approved_by=office.staff)


def test_staff_cannot_approve(office) -> None:
    run = submit_run(run=office.prepared(), actor=office.treasurer)
    with pytest.raises(TransitionRefused, match="Votre rôle"):
        approve_run(run=run, actor=office.staff)


def test_run_that_pays_its_approver_needs_a_third_name(office) -> None:
    office.rcp(date(2026, 7, 2))
    office.treasurer.professional = office.people[0]
    office.treasurer.save()
    run = office.submitted()
    with pytest.raises(TransitionRefused, match="contresigner"):
        approve_run(run=run, actor=office.treasurer)
    countersign_run(run=run, actor=office.president)
    assert approve_run(run=run, actor=office.treasurer).countersigned_by == office.president


def test_left_over_line_that_pays_the_approver_needs_a_third_name(office) -> None:
    office.rcp(date(2026, 7, 2))
    first = office.approved()
    transfers.void_payment(
        payment=first.payments.get(beneficiary__professional=office.people[0]),
        actor=office.treasurer,
        reason="doute",
    )
    office.treasurer.professional = office.people[0]
    office.treasurer.save()
    run = office.submitted(AUGUST)
    with pytest.raises(TransitionRefused, match="contresigner"):
        approve_run(run=run, actor=office.treasurer)


def test_submitter_cannot_countersign(office) -> None:
    run = submit_run(run=office.prepared(), actor=office.president)
    with pytest.raises(TransitionRefused, match="troisième personne"):
        countersign_run(run=run, actor=office.president)


def test_send_back_needs_a_reason_and_returns_to_draft(office) -> None:
    run = office.submitted()
    with pytest.raises(TransitionRefused, match="motif"):
        send_back_run(run=run, actor=office.treasurer, reason=" ")
    back = send_back_run(run=run, actor=office.treasurer, reason="Tarif à revoir")
    assert (back.state, back.submitted_by) == (Run.State.DRAFT, None)


def test_approval_after_a_change_is_refused_and_says_what_changed(office) -> None:
    office.rcp(date(2026, 7, 2))
    run = office.submitted()
    office.rcp(date(2026, 7, 3), people=2)
    with pytest.raises(TransitionRefused, match=r"2\sindemnités en plus"):
        approve_run(run=run, actor=office.treasurer)
    assert not DueLine.objects.exists()
    assert Run.objects.get().state == Run.State.SUBMITTED


def test_approval_after_an_account_changed_is_refused(office) -> None:
    office.rcp(date(2026, 7, 2))
    run = office.submitted()
    propose_account(
        beneficiary=office.people[0].beneficiary, iban=IBANS[1], holder="Cabinet Évrard", actor=office.staff
    )
    with pytest.raises(TransitionRefused, match="comptes bancaires"):
        approve_run(run=run, actor=office.treasurer)
    send_back_run(run=run, actor=office.treasurer, reason="Compte changé")
    again = submit_run(run=Run.objects.get(pk=run.pk), actor=office.staff)
    assert approve_run(run=again, actor=office.treasurer).paid_cents == 100_00


def test_whoever_countersigned_cannot_approve(office) -> None:
    run = office.submitted()
    countersign_run(run=run, actor=office.president)
    with pytest.raises(TransitionRefused, match="contresigné"):
        approve_run(run=run, actor=office.president)


def test_whoever_is_paid_cannot_countersign(office) -> None:
    office.rcp(date(2026, 7, 2))
    office.president.professional = office.people[0]
    office.president.save()
    with pytest.raises(TransitionRefused, match="vous indemnise"):
        countersign_run(run=office.submitted(), actor=office.president)


def test_approve_writes_lines_payments_and_proof(office) -> None:
    office.rcp(date(2026, 7, 2))
    run = office.approved()
    assert payments_by_person(run) == {"Évrard": 50_00, "Le Goff": 50_00, "=Duval": 50_00}
    assert (run.opening_cents, run.new_cents, run.paid_cents, run.closing_cents) == (0, 150_00, 150_00, 0)
    assert not ProvisionalLine.objects.exists()
    assert not ProvisionalExclusion.objects.exists()
    assert {p.holder for p in run.payments.all()} == {"Loïc Évrard", "Anaïs Le Goff", "Zoé =Duval"}


def test_approve_pressed_twice_pays_once(office) -> None:
    office.rcp(date(2026, 7, 2))
    run = office.submitted()
    approve_run(run=run, actor=office.treasurer)
    with pytest.raises(TransitionRefused):
        approve_run(run=run, actor=office.president)
    assert (DueLine.objects.count(), Payment.objects.count()) == (3, 3)


def test_approval_that_does_not_balance_writes_nothing(office, monkeypatch) -> None:
    from payments.services import freezing

    office.rcp(date(2026, 7, 2))
    run = office.submitted()
    monkeypatch.setattr(freezing, "due_by_beneficiary", lambda lines: {})
    with pytest.raises(AssertionError):
        approve_run(run=run, actor=office.treasurer)
    assert (DueLine.objects.count(), Payment.objects.count()) == (0, 0)
    assert Run.objects.get().state == Run.State.SUBMITTED


# --- frozen ---------------------------------------------------------------------------------------------------


@pytest.fixture
def frozen(office) -> Run:
    office.rcp(date(2026, 7, 2))
    office.rcp(date(2026, 7, 3), people=1)
    return office.approved()


@pytest.mark.parametrize(
    "change",
    [
        lambda run: DueLine.objects.update(amount_cents=1),
        lambda run: DueLine.objects.filter(run=run)._raw_delete("default"),
        lambda run: Exclusion.objects.update(reason="TYPE"),
        lambda run: Exclusion.objects.filter(run=run)._raw_delete("default"),
        lambda run: Payment.objects.update(amount_cents=1),
        lambda run: Payment.objects.update(holder="Quelqu’un d’autre"),
        lambda run: Payment.objects.update(iban_hash="0"),
        lambda run: Payment.objects.filter(run=run)._raw_delete("default"),
        lambda run: Allocation.objects.filter(payment__run=run)._raw_delete("default"),
        lambda run: Run.objects.filter(pk=run.pk).update(paid_cents=0, closing_cents=150_00),
        lambda run: Run.objects.filter(pk=run.pk)._raw_delete("default"),
        lambda run: Price.objects.update(amount_cents=1),
        lambda run: Account.objects.update(holder="Quelqu’un d’autre"),
    ],
)
def test_database_refuses_any_change_of_a_frozen_run(frozen, change) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        change(frozen)


def test_database_refuses_to_unfreeze_a_run(frozen) -> None:
    for state in ("draft", "submitted", "cancelled"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE payments_run SET state = %s WHERE id = %s", [state, frozen.pk])


@pytest.mark.parametrize("model", [DueLine, Exclusion, Payment])
def test_database_refuses_anything_new_in_a_frozen_run(frozen, office, model) -> None:
    row = model.objects.filter(run=frozen).first()
    part = Participation.objects.create(
        action=office.rcp(date(2026, 7, 9), people=0), professional=office.people[0], role="participant"
    )
    row.pk, row.__dict__["reference"] = None, "AUTRE"
    if model is not Payment:
        row.participation = part
    with pytest.raises(DatabaseError, match="figé"), transaction.atomic():
        row.save(force_insert=True)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="INSERT OR REPLACE est propre à SQLite")
def test_database_refuses_insert_or_replace_of_a_frozen_line(frozen) -> None:
    columns = [field.column for field in DueLine._meta.concrete_fields]
    chosen = ", ".join("1" if name == "amount_cents" else f'"{name}"' for name in columns)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"INSERT OR REPLACE INTO payments_dueline SELECT {chosen} FROM payments_dueline LIMIT 1")


def test_database_refuses_to_pay_a_payment_again(frozen, office) -> None:
    payment = frozen.payments.first()
    transfers.void_payment(payment=payment, actor=office.treasurer, reason="Doute")
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE payments_payment SET state = 'pending' WHERE id = %s", [payment.pk])


def test_database_refuses_to_pay_a_line_twice(frozen) -> None:
    line = DueLine.objects.first()
    with pytest.raises(IntegrityError), transaction.atomic():
        Allocation.objects.create(line=line, payment=Payment.objects.first())


def test_database_refuses_a_second_initial_line(frozen) -> None:
    line = DueLine.objects.first()
    line.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        line.save()


def test_exclusion_keeps_the_first_month_it_was_found(office) -> None:
    office.rcp(date(2026, 7, 3), people=1)
    office.approved(JULY)
    office.approved(AUGUST)
    assert list(Exclusion.objects.order_by("run").values_list("reason", "since")) == [("PLURI", JULY)] * 2


# --- what comes back ------------------------------------------------------------------------------------------


def test_cancelled_action_is_reversed_by_the_next_run(office) -> None:
    action = office.rcp(date(2026, 7, 2))
    office.approved()
    cancel_action(action=action, actor=office.staff, reason="Date fausse")
    run = office.approved(AUGUST)
    assert run.new_cents == -150_00
    assert not run.payments.exists()
    assert run.closing_cents == -150_00


def test_trop_percu_is_carried_and_set_off(office) -> None:
    action = office.rcp(date(2026, 7, 2))
    office.approved()
    cancel_action(action=action, actor=office.staff, reason="Date fausse")
    office.approved(AUGUST)
    for day in (1, 2, 3):
        office.rcp(date(2026, 9, day))
    run = office.approved(SEPTEMBER)
    assert payments_by_person(run) == {"Évrard": 100_00, "Le Goff": 100_00, "=Duval": 100_00}


def test_net_of_zero_is_a_compensation_that_closes_the_lines(office) -> None:
    action = office.rcp(date(2026, 7, 2))
    office.approved()
    cancel_action(action=action, actor=office.staff, reason="Date fausse")
    office.rcp(date(2026, 8, 2))
    run = office.approved(AUGUST)
    assert set(run.payments.values_list("state", "amount_cents")) == {("cleared", 0)}
    assert not unallocated().exists()


def test_refused_participation_is_reversed_once(office) -> None:
    action = office.rcp(date(2026, 7, 2))
    office.approved()
    refuse_participation(
        participation=action.participations.get(professional=office.people[2]),
        actor=office.staff,
        reason="N'était pas présente",
    )
    office.approved(AUGUST)
    run = office.approved(SEPTEMBER)
    assert DueLine.objects.filter(kind="reversal").count() == 1
    assert run.new_cents == 0


def test_price_published_anew_reverses_and_corrects(office) -> None:
    office.rcp(date(2026, 7, 2))
    office.approved()
    publish_price(
        kind="esp_clap",
        action_type="RCP",
        role="participant",
        starts_on=date(2026, 1, 1),
        amount_cents=55_00,
        actor=office.admin,
    )
    run = office.approved(AUGUST)
    assert payments_by_person(run) == {"Évrard": 5_00, "Le Goff": 5_00, "=Duval": 5_00}
    assert (
        sorted(run.lines.values_list("kind", "amount_cents"))
        == [("correction", 55_00)] * 3 + [("reversal", -50_00)] * 3
    )
    assert office.approved(SEPTEMBER).lines_count == 0


def test_cap_team_is_final_until_the_year_is_reopened(office) -> None:
    ConventionTerms.objects.update(ceiling_cents=100_00)
    office.rcp(date(2026, 7, 2))
    office.rcp(date(2026, 7, 3))
    first = office.approved()
    assert first.new_cents == 100_00
    assert office.approved(AUGUST).lines_count == 0
    ConventionTerms.objects.update(ceiling_cents=1_000_00)
    assert office.approved(SEPTEMBER).lines_count == 0
    reopen_team_year(team=office.team, year=2026, actor=office.treasurer, reason="Avenant n° 1")
    run = office.approved(date(2026, 10, 1))
    assert run.new_cents == 200_00
    assert DueLine.objects.filter(kind="correction").count() == 3


def test_void_run_makes_its_lines_due_again(office) -> None:
    office.rcp(date(2026, 7, 2))
    voided = void_run(run=office.approved(), actor=office.treasurer, reason="Mauvais compte débiteur")
    assert set(voided.payments.values_list("state", flat=True)) == {"void"}
    run = office.approved(JULY)
    assert (run.lines_count, run.opening_cents, run.paid_cents) == (0, 150_00, 150_00)
    assert DueLine.objects.count() == 3


def test_void_after_an_export_is_refused(office, settings, tmp_path) -> None:
    settings.DOCUMENTS_DIR, settings.DRAFTS_DIR = tmp_path / "documents", tmp_path / "drafts"
    office.rcp(date(2026, 7, 2))
    run = export_run(run=office.approved(), actor=office.treasurer).export.run
    back = declare_not_transmitted(run=run, actor=office.treasurer, reason="Fichier refusé")
    with pytest.raises(TransitionRefused, match="Un fichier a déjà été fait"):
        void_run(run=back, actor=office.treasurer, reason="Erreur")
    again = export_run(run=back, actor=office.treasurer).export
    assert (again.version, again.document.filename) == (2, "paiement-2026-07-v2.xlsx")
    assert list((tmp_path / "drafts").iterdir()) == []


def test_export_clears_what_a_killed_one_left(office, settings, tmp_path) -> None:
    settings.DOCUMENTS_DIR, settings.DRAFTS_DIR = tmp_path / "documents", tmp_path / "drafts"
    left = tmp_path / "drafts" / "export-1-v1-killed"
    left.mkdir(parents=True)
    (left / "paiement.xlsx").write_text("IBAN")
    os.utime(left, (0, 0))
    export_run(run=office.approved(), actor=office.treasurer)
    assert list((tmp_path / "drafts").iterdir()) == []


def test_export_of_a_swapped_iban_is_refused(office, settings, tmp_path) -> None:
    settings.DOCUMENTS_DIR, settings.DRAFTS_DIR = tmp_path / "documents", tmp_path / "drafts"
    office.rcp(date(2026, 7, 2))
    run = office.approved()
    first, second = run.payments.all()[:2]
    Payment.objects.filter(pk=first.pk).update(iban=second.iban)
    with pytest.raises(TransitionRefused, match="n’est plus celui du bon à payer"):
        export_run(run=run, actor=office.treasurer)
    assert not RunExport.objects.exists()


def test_settings_change_as_often_as_asked(office) -> None:
    for cents in (100_00, 200_00):
        change_settings(
            actor=office.admin, deadline_months=6, personal_ceiling_cents=cents, project_lookahead_months=12
        )
    assert PaymentSettings.current().personal_ceiling_cents == 200_00


def test_cancelled_run_deletes_its_provisional_lines_and_frees_the_month(office) -> None:
    office.rcp(date(2026, 7, 2))
    cancel_run(run=office.prepared(), actor=office.staff)
    assert not ProvisionalLine.objects.exists()
    assert summary(office.prepared()).lines == 3


def test_cancel_of_a_frozen_run_is_refused(frozen, office) -> None:
    with pytest.raises(TransitionRefused, match="pas possible maintenant"):
        cancel_run(run=frozen, actor=office.staff)


# --- accounts ---------------------------------------------------------------------------------------------------


def test_beneficiary_without_verified_account_waits_and_is_paid_later(office) -> None:
    office.rcp(date(2026, 7, 2))
    account = propose_account(
        beneficiary=office.people[0].beneficiary, iban=IBANS[1], holder="Cabinet Évrard", actor=office.staff
    )
    run = office.approved()
    assert "Évrard" not in payments_by_person(run)
    assert summary(run).waiting_cents == 50_00
    verify_account(account=account, actor=office.treasurer)
    assert payments_by_person(office.approved(AUGUST)) == {"Évrard": 50_00}


def test_verifying_a_new_account_archives_the_old_one(office) -> None:
    old = office.account_of(office.people[0])
    new = propose_account(beneficiary=office.people[0].beneficiary, iban=IBANS[1], holder="Cabinet", actor=office.staff)
    verify_account(account=new, actor=office.treasurer)
    assert Account.objects.get(pk=old.pk).state == Account.State.ARCHIVED


def test_whoever_entered_an_account_cannot_verify_it(office) -> None:
    account = propose_account(
        beneficiary=office.people[0].beneficiary, iban=IBANS[1], holder="Cabinet", actor=office.treasurer
    )
    with pytest.raises(TransitionRefused, match="une autre personne"):
        verify_account(account=account, actor=office.treasurer)
    with pytest.raises(IntegrityError), transaction.atomic():
        Account.objects.filter(pk=account.pk).update(verified_by=office.treasurer)


def test_rejected_payment_releases_its_lines_and_suspends_a_closed_account(office) -> None:
    office.rcp(date(2026, 7, 2))
    run = office.approved()
    payment = run.payments.get(beneficiary__professional=office.people[0])
    from association.workflow import fire

    payment = fire(payment, "send", actor=office.treasurer)
    transfers.reject_payment(payment=payment, actor=office.treasurer, bank_reason="AC04", comment="Compte clos")
    assert office.account_of(office.people[0]).state == Account.State.SUSPENDED
    nothing = office.approved(AUGUST)
    assert not nothing.payments.exists()
    assert total(prove(nothing, by="beneficiary")).closing == 50_00


def test_released_line_is_paid_under_a_new_reference(office) -> None:
    office.rcp(date(2026, 7, 2))
    first = office.approved()
    payment = first.payments.get(beneficiary__professional=office.people[0])
    transfers.void_payment(payment=payment, actor=office.treasurer, reason="Doute sur le titulaire")
    again = office.approved(AUGUST).payments.get()
    assert again.amount_cents == 50_00
    assert again.reference != payment.reference


def test_proof_of_an_earlier_run_holds_after_its_lines_were_released(office) -> None:
    office.rcp(date(2026, 7, 2))
    run = office.approved()
    before = prove(run, by="team")
    transfers.void_payment(payment=run.payments.first(), actor=office.treasurer, reason="Doute")
    office.approved(AUGUST)
    assert prove(Run.objects.get(pk=run.pk), by="team") == before
    assert all(proof.holds for proof in prove(run, by="beneficiary").values())


def test_every_step_is_in_the_history(office) -> None:
    run = office.approved()
    steps = TransitionLog.objects.filter(object_id=run.pk, content_type__model="run").order_by("id")
    assert [(s.transition, s.actor.full_name) for s in steps] == [
        ("enter_at", "Staff"),
        ("submit", "Staff"),
        ("approve", "Trésorière"),
    ]


def test_settle_pays_what_was_sent(office) -> None:
    from association.workflow import fire, fire_all

    office.rcp(date(2026, 7, 2))
    run = office.approved()
    fire_all(run.payments.all(), "send", actor=office.treasurer)
    run = settle_run(run=fire(run, "export", actor=office.treasurer), actor=office.treasurer)
    assert run.state == Run.State.SETTLED
    assert set(run.payments.values_list("state", flat=True)) == {"paid"}
