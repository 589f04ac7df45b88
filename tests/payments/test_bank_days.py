"""On which days a transfer may be noted as paid, refused or given back, and what goes by these days."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import Error, transaction
from django.urls import reverse
from django.utils import timezone

from association.machine import TransitionRefused
from config.demo.clock import living_on
from payments.bank_days import BankDays
from payments.forms.runs import BankReasonForm, ExportForm
from payments.models import BankAnswer, Payment, Run
from payments.selectors.accounting import pending_events
from payments.selectors.das2 import das2_rows
from payments.selectors.reconciliation import reconcile
from payments.selectors.statements import statement_rows, statements_of
from payments.sepa.calendar import next_business_day
from payments.services.accounts import suspend_account
from payments.services.bank_answers import confirm_line, import_answer, judge_again
from payments.services.banking import set_bank_details
from payments.services.das2 import set_threshold
from payments.services.exporting import declare_not_transmitted, export_run
from payments.services.repayments import due_day_refusal, request_repayment
from payments.services.runs import settle_run
from payments.services.transfers import hold_payment, pay_payment, reject_payment, return_payment
from tests.payments.answers import credit, debit, statement, status_report
from tests.payments.office import AUGUST, JULY, Office
from tests.payments.test_bank_file import DETAILS

pytestmark = pytest.mark.django_db
APPROVED, ASKED = date(2026, 8, 10), date(2026, 8, 12)
DAYS = BankDays(approved_on=APPROVED, left_on=date(2026, 8, 11), execution_on=ASKED)
TODAY = date(2026, 8, 31)


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Any) -> None:
    settings.DOCUMENTS_DIR, settings.DRAFTS_DIR = tmp_path / "documents", tmp_path / "drafts"


@pytest.fixture
def run(office: Office) -> Run:
    """July, three transfers of 50 euros: approved on 10 August, the bank asked for the 12th."""
    set_bank_details(values=DETAILS, version=0, actor=office.treasurer)
    office.rcp(date(2026, 7, 6))
    with living_on(APPROVED, 23):
        run = office.approved()
        return export_run(run=run, actor=office.treasurer, execution_on=ASKED).export.run


def first_of(run: Run) -> Payment:
    payment = run.payments.order_by("reference").first()
    assert payment is not None
    return payment


# --- the rule, alone -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(2026, 8, 9), "précède le bon à payer, donné le 10/08/2026 : indiquez un jour à partir du 12/08/2026"),
        (date(2026, 8, 11), "précède la date d’exécution demandée à la banque, le 12/08/2026"),
        (ASKED, ""),
        (TODAY, ""),
        (date(2026, 9, 1), "est à venir"),
    ],
)
def test_day_of_payment_lies_between_what_was_asked_and_today(day: date, said: str) -> None:
    refusal = DAYS.payment_refusal(day, today=TODAY)
    assert said in refusal
    assert bool(said) == bool(refusal)


def test_before_the_day_asked_of_the_bank_no_payment_can_be_noted_at_all() -> None:
    assert "à partir de ce jour" in DAYS.payment_refusal(APPROVED, today=APPROVED)
    assert DAYS.awaited(APPROVED)
    assert not DAYS.awaited(ASKED)
    assert DAYS.likely_payment(TODAY) == ASKED
    assert DAYS.likely_payment(APPROVED) == APPROVED


def test_transfers_typed_by_hand_are_paid_from_the_day_of_their_list_on() -> None:
    by_hand = BankDays(approved_on=APPROVED, left_on=date(2026, 8, 11))
    assert "précède le fichier du 11/08/2026" in by_hand.payment_refusal(APPROVED, today=TODAY)
    assert by_hand.payment_refusal(date(2026, 8, 11), today=TODAY) == ""


@pytest.mark.parametrize(
    ("day", "paid_on", "said"),
    [
        (date(2026, 8, 13), date(2026, 8, 14), "précède le paiement, constaté le 14/08/2026"),
        (date(2026, 8, 14), date(2026, 8, 14), ""),
        (date(2026, 8, 11), None, "avant ce jour, c’est un rejet"),
        (ASKED, None, ""),
        (date(2026, 9, 1), None, "est à venir"),
    ],
)
def test_transfer_comes_back_after_it_was_paid(day: date, paid_on: date | None, said: str) -> None:
    refusal = DAYS.return_refusal(day, paid_on=paid_on, today=TODAY)
    assert said in refusal
    assert bool(said) == bool(refusal)


@pytest.mark.parametrize(("day", "is_refused"), [(date(2026, 8, 10), True), (date(2026, 8, 11), False), (TODAY, False)])
def test_bank_refuses_a_transfer_from_the_day_of_its_file_on(day: date, is_refused: bool) -> None:
    assert bool(DAYS.rejection_refusal(day, today=TODAY)) == is_refused
    assert DAYS.rejection_refusal(TODAY + timedelta(days=1), today=TODAY)


# --- through the services ------------------------------------------------------------------------------------


def test_run_and_transfer_are_not_paid_before_their_approval(office: Office, run: Run) -> None:
    for day in (date(2026, 7, 31), date(2026, 8, 9), date(2026, 8, 11), date(2099, 1, 1)):
        with pytest.raises(TransitionRefused):
            settle_run(run=run, actor=office.treasurer, paid_on=day)
        with pytest.raises(TransitionRefused):
            pay_payment(payment=first_of(run), actor=office.treasurer, paid_on=day)
    assert set(run.payments.values_list("state", "paid_on")) == {("sent", None)}
    assert Run.objects.get().state == "exported"
    settle_run(run=run, actor=office.treasurer, paid_on=ASKED)
    assert set(run.payments.values_list("state", "paid_on")) == {("paid", ASKED)}


def test_approval_of_the_last_evening_counts_on_the_day_of_paris(office: Office) -> None:
    """Half past midnight in Paris is still the day before in UTC: the bon à payer is of the later day."""
    office.rcp(date(2026, 7, 6))
    with living_on(date(2026, 8, 11), 0):
        run = export_run(run=office.approved(), actor=office.treasurer).export.run
    with pytest.raises(TransitionRefused, match="11/08/2026"):
        settle_run(run=run, actor=office.treasurer, paid_on=date(2026, 8, 10))


def test_day_of_a_return_is_kept_and_said_in_the_history(office: Office, run: Run) -> None:
    payment = pay_payment(payment=first_of(run), actor=office.treasurer, paid_on=date(2026, 8, 13))
    about = {"actor": office.treasurer, "bank_reason": "MD07", "comment": "Avis"}
    with pytest.raises(TransitionRefused, match="précède le paiement"):
        return_payment(payment=payment, back_on=date(2026, 8, 12), **about)  # type: ignore[arg-type]
    back = return_payment(payment=payment, back_on=date(2026, 8, 18), **about)  # type: ignore[arg-type]
    assert (back.state, back.paid_on, back.back_on) == ("returned", date(2026, 8, 13), date(2026, 8, 18))
    from association.selectors.history import history_of

    assert "Revenu le 18/08/2026. Avis" in [entry.comment for entry in history_of(back)]
    other = run.payments.exclude(pk=back.pk).first()
    assert other is not None
    with pytest.raises(TransitionRefused, match="précède le fichier du 10/08/2026"):
        reject_payment(payment=other, back_on=date(2026, 8, 9), **about)  # type: ignore[arg-type]
    assert reject_payment(payment=other, back_on=date(2026, 8, 11), **about).back_on == date(2026, 8, 11)  # type: ignore[arg-type]


def test_database_refuses_a_day_that_contradicts_another(office: Office, run: Run) -> None:
    payment = run.payments.filter(pk=first_of(run).pk)
    for early in (date(2026, 8, 9), date(2026, 8, 11)):
        with pytest.raises(Error), transaction.atomic():
            payment.update(state="paid", paid_on=early)
    with pytest.raises(Error), transaction.atomic():
        payment.update(state="paid")
    with pytest.raises(Error), transaction.atomic():
        payment.update(state="returned")
    payment.update(state="paid", paid_on=date(2026, 8, 13))
    with pytest.raises(Error), transaction.atomic():
        payment.update(paid_on=date(2026, 8, 14))
    with pytest.raises(Error), transaction.atomic():
        payment.update(state="returned", back_on=date(2026, 8, 12))
    payment.update(state="returned", back_on=date(2026, 8, 14))
    with pytest.raises(Error), transaction.atomic():
        payment.update(back_on=date(2026, 8, 20))


# --- what goes by these days ---------------------------------------------------------------------------------


def test_return_of_next_year_is_in_the_books_of_next_year_and_in_no_statement(office: Office) -> None:
    """Paid on 30 December, back on 4 January, noted on the 8th; made again in February."""
    office.rcp(date(2026, 11, 6))
    set_threshold(from_year=2026, cents=10_00, actor=office.treasurer)
    with living_on(date(2026, 12, 29)):
        run = office.approved(date(2026, 11, 1))
        run = export_run(run=run, actor=office.treasurer, execution_on=date(2026, 12, 30)).export.run
    with living_on(date(2026, 12, 30)):
        settle_run(run=run, actor=office.treasurer)
    gone = first_of(run)
    with living_on(date(2027, 1, 8)):
        return_payment(
            payment=gone, actor=office.treasurer, bank_reason="MS03", comment="Avis", back_on=date(2027, 1, 4)
        )
        events = {event.key: event.day for event in pending_events(until=date(2027, 1, 31))}
        assert (events[f"paid:{gone.pk}"], events[f"back:{gone.pk}"]) == (date(2026, 12, 30), date(2027, 1, 4))
        end, later = reconcile(2026).total, reconcile(2027, until=date(2027, 1, 4)).total
        assert (end.paid, end.closing.returned) == (150_00, 0)
        assert (later.paid, later.closing.returned) == (-50_00, 50_00)
        assert reconcile(2027, until=date(2027, 1, 3)).total.paid == 0
        (said,) = statements_of([gone.beneficiary_id], 2026)
        assert (said.total_cents, [one.back_on for one in said.came_back]) == (0, [date(2027, 1, 4)])
    with living_on(date(2027, 2, 9)):
        again = office.approved(date(2027, 1, 1))
        again = export_run(run=again, actor=office.treasurer).export.run
        settle_run(run=again, actor=office.treasurer)
        for year, cents in ((2026, 100_00), (2027, 50_00)):
            assert sum(row.paid_cents for row in statement_rows(office.treasurer, year)) == cents
            assert sum(row.net_cents for row in das2_rows(office.treasurer, year)) == cents


def test_transfer_refused_then_made_again_counts_once(office: Office, run: Run) -> None:
    refused = first_of(run)
    with living_on(date(2026, 8, 13)):
        reject_payment(
            payment=refused, actor=office.treasurer, bank_reason="MS03", comment="Avis", back_on=date(2026, 8, 11)
        )
        settle_run(run=run, actor=office.treasurer, paid_on=ASKED)
    with living_on(date(2026, 9, 8)):
        again = export_run(run=office.approved(AUGUST), actor=office.treasurer).export.run
        settle_run(run=again, actor=office.treasurer)
    assert {row.paid_cents for row in statement_rows(office.treasurer, 2026)} == {50_00}
    assert not [event for event in pending_events(until=date(2026, 12, 31)) if event.key == f"back:{refused.pk}"]
    assert reconcile(2026).total.closing.left == 0


# --- a later look at what the bank says ----------------------------------------------------------------------


def brought(content: bytes, office: Office) -> BankAnswer:
    answer, _ = import_answer(content=content, actor=office.treasurer)
    return answer


def test_day_that_contradicts_is_said_and_never_confirmed(office: Office, run: Run) -> None:
    one, other, _ = run.payments.order_by("reference")
    answer = brought(
        statement([debit(one.reference, 50_00, day="2026-08-11"), credit(other.reference, 50_00, day="2026-08-11")]),
        office,
    )
    paid, back = answer.lines.all()
    assert (paid.outcome, back.outcome) == ("ambiguous", "ambiguous")
    assert "précède la date d’exécution" in paid.sentence
    assert "c’est un rejet" in back.sentence
    for line in (paid, back):
        with pytest.raises(TransitionRefused, match="rien à confirmer"):
            confirm_line(line=line, actor=office.treasurer)


def test_line_confirmed_gives_the_day_of_the_bank_to_what_came_back(office: Office, run: Run) -> None:
    payment = first_of(run)
    (line,) = brought(statement([credit(payment.reference, 50_00, day="2026-08-19")]), office).lines.all()
    confirm_line(line=line, actor=office.treasurer)
    assert run.payments.get(pk=payment.pk).back_on == date(2026, 8, 19)


def test_proposal_is_judged_again_when_its_page_is_opened(office: Office, run: Run, client: Any) -> None:
    """Of three proposals one was settled since, one came back, and the third stands."""
    one, two, _ = run.payments.order_by("reference")
    answer = brought(
        statement(
            [debit(payment.reference, 50_00, day="2026-08-12") for payment in run.payments.order_by("reference")]
        ),
        office,
    )
    pay_payment(payment=one, actor=office.treasurer, paid_on=ASKED)
    reject_payment(payment=two, actor=office.treasurer, bank_reason="AC04", comment="Clos")
    client.force_login(office.treasurer)
    page = client.get(reverse("payments:bank_answer", args=[answer.pk])).content.decode()
    assert [line.outcome for line in answer.lines.all()] == ["known", "ambiguous", "proposed"]
    assert page.count("Depuis l’import, cela a changé.") == 2
    assert "Confirmer 1 proposition" in " ".join(page.replace("\u00a0", " ").split())
    assert judge_again(answer) == 0


def test_proposal_that_became_impossible_is_refused_under_the_lock(office: Office, run: Run) -> None:
    """The page was not opened again: nothing is confirmed on an old judgement."""
    payment = first_of(run)
    (line,) = brought(statement([debit(payment.reference, 50_00, day="2026-08-12")]), office).lines.all()
    reject_payment(payment=payment, actor=office.treasurer, bank_reason="AC04", comment="Clos")
    with pytest.raises(TransitionRefused, match="Ce virement est « Rejeté » ici"):
        confirm_line(line=line, actor=office.treasurer)
    assert Payment.objects.get(pk=payment.pk).state == "rejected"
    assert line.answer.lines.get().outcome == "proposed"


def test_proposal_of_an_older_file_does_not_pay_the_transfer_of_a_newer_one(office: Office, run: Run) -> None:
    payment = first_of(run)
    (line,) = brought(statement([debit(payment.reference, 50_00, day="2026-08-12")]), office).lines.all()
    with living_on(date(2026, 8, 17)):
        back = declare_not_transmitted(run=run, actor=office.treasurer, reason="Jamais remis")
        export_run(run=back, actor=office.treasurer, execution_on=date(2026, 8, 19))
    with pytest.raises(TransitionRefused, match="précède"):
        confirm_line(line=line, actor=office.treasurer)


def test_refusal_of_an_older_file_does_not_take_back_the_newer_one(office: Office, run: Run) -> None:
    content = status_report(message=f"CLAP-202607-{run.pk}-V1", group="RJCT")
    (line,) = brought(content, office).lines.all()
    back = declare_not_transmitted(run=run, actor=office.treasurer, reason="Dit par téléphone")
    export_run(run=back, actor=office.treasurer)
    assert confirm_line(line=line, actor=office.treasurer).outcome == "known"
    assert Run.objects.get().state == "exported"


def test_line_of_a_transfer_held_at_the_import_is_possible_once_it_has_left(office: Office) -> None:
    office.rcp(date(2026, 7, 6))
    with living_on(APPROVED):
        run = office.approved()
        payment = hold_payment(payment=first_of(run), actor=office.treasurer, reason="À vérifier")
    today = timezone.localdate()
    (line,) = brought(statement([debit(payment.reference, 50_00, day=str(today))]), office).lines.all()
    assert (line.outcome, "En suspens" in line.sentence) == ("ambiguous", True)
    from payments.services.transfers import let_payment_go

    let_payment_go(payment=payment, actor=office.treasurer)
    export_run(run=run, actor=office.treasurer)
    assert judge_again(line.answer) == 1
    assert confirm_line(line=line.answer.lines.get(), actor=office.treasurer).outcome == "confirmed"


def test_reason_about_the_account_says_what_becomes_of_it(office: Office, run: Run) -> None:
    payment = first_of(run)
    entry = credit(payment.reference, 50_00, reason="AC04", day="2026-08-19")
    (line,) = brought(statement([entry]), office).lines.all()
    assert line.sentence == "Compte clos. Confirmer suspend ce compte."
    assert payment.account is not None
    suspend_account(account=payment.account, actor=office.treasurer, reason="Appel de la banque")
    (later,) = brought(statement([entry], number=2), office).lines.all()
    assert later.sentence.replace("\u00a0", " ") == "Compte clos. Ce compte est « Suspendu »."
    confirm_line(line=later, actor=office.treasurer)


# --- what is asked -------------------------------------------------------------------------------------------


def test_execution_day_is_asked_and_the_next_business_day_proposed() -> None:
    assert ExportForm()["execution_on"].value() == next_business_day(timezone.localdate())
    assert ExportForm({"execution_on": ""}).errors["execution_on"] == [
        "Indiquez le jour où la banque doit faire les virements."
    ]
    (past,) = ExportForm({"execution_on": "2026-01-02"}).errors["execution_on"]
    assert past.startswith("Le 02/01/2026 est passé : choisissez une date à partir du ")
    assert BankReasonForm()["back_on"].value() == timezone.localdate()


def test_approval_without_an_execution_day_gives_nothing(office: Office, client: Any) -> None:
    office.rcp(date(2026, 7, 6))
    run = office.submitted(JULY)
    client.force_login(office.treasurer)
    page = client.post(reverse("payments:run_step", args=[run.pk]), {"step": "approve_and_export", "execution_on": ""})
    assert page.status_code == 422
    assert "Indiquez le jour où la banque doit faire les virements." in page.content.decode()
    assert Run.objects.get().state == "submitted"


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(2026, 12, 1), ""),
        (date(2028, 12, 1), ""),
        (date(2026, 11, 30), "est passé"),
        (date(2028, 12, 2), "trop loin : deux ans au plus, soit jusqu’au 01/12/2028"),
        (date(2099, 1, 1), "trop loin"),
    ],
)
def test_repayment_is_asked_within_two_years(day: date, said: str) -> None:
    refusal = due_day_refusal(day, today=date(2026, 12, 1))
    assert said in refusal
    assert bool(said) == bool(refusal)
    assert due_day_refusal(date(2026, 2, 28), today=date(2024, 2, 29)) == ""


def test_repayment_until_a_day_too_far_is_refused_by_the_service(office: Office) -> None:
    with pytest.raises(TransitionRefused, match="trop loin"):
        request_repayment(
            beneficiary=office.people[0].beneficiary, reason="Test", actor=office.treasurer, due_on=date(2099, 1, 1)
        )
