"""The payment workbook: sheets, types, sums to the cent, what is not paid and why."""

from __future__ import annotations

import re
import shutil
import subprocess
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from actions.services import cancel_action
from association.machine import TransitionRefused
from association.registries import Progress
from association.typed_sheets import euros
from conventions.models import ConventionTerms
from payments.models import Exclusion, Run
from payments.services import exporting
from payments.services.accounts import propose_account, verify_account
from payments.services.exporting import export_run
from payments.services.runs import settle_run
from payments.services.transfers import hold_payment, reject_payment, void_payment
from payments.workbook import WorkbookUnbalanced, write_payment_workbook
from payments.workbook import lists as workbook_lists
from tests.factories import (
    AccountFactory,
    ActionFactory,
    AdhesionFactory,
    BeneficiaryFactory,
    CompanyFactory,
    MembershipFactory,
    MembershipPeriodFactory,
    ParticipationFactory,
    ProfessionalFactory,
    RunFactory,
    TeamFactory,
)
from tests.payments.office import AUGUST, JULY, SEPTEMBER
from tests.payments.written_workbook import HEADERS, Written, cents_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def write(tmp_path: Path):
    return lambda run: Written(run, tmp_path)


# --- sheets and columns ----------------------------------------------------------------------------------------


def test_workbook_has_the_five_sheets_with_their_headers(office, write) -> None:
    office.rcp(date(2026, 7, 6))
    workbook = write(office.approved())
    assert workbook.book.sheetnames == [*HEADERS, "Contrôles"]
    for title, headers in HEADERS.items():
        assert [cell.value for cell in workbook.book[title][1]] == headers


def test_workbook_of_an_empty_run_has_headers_only(office, write) -> None:
    workbook = write(office.approved())
    assert [workbook.book[title].max_row for title in HEADERS] == [1, 1, 1, 1]
    assert workbook.controls()["Écart"][2] == 0


def test_workbook_of_an_open_run_is_refused(tmp_path) -> None:
    with pytest.raises(ValueError, match="provisional"):
        write_payment_workbook(RunFactory(submitted=True), tmp_path / "paiement.xlsx")


def test_list_sheets_are_frozen_filtered_and_set_up_for_print(office, write) -> None:
    office.rcp(date(2026, 7, 6))
    workbook = write(office.approved())
    for title in HEADERS:
        sheet, xml = workbook.book[title], workbook.xml(title)
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref == sheet.dimensions
        assert sheet.print_title_rows == "$1:$1"
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
        assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
        assert "fitToPage" in xml
        assert "Page &amp;P / &amp;N" in re.sub("&amp;amp;", "&amp;", xml)
        assert all(dimension.width > 8 for dimension in sheet.column_dimensions.values())


# --- cells -----------------------------------------------------------------------------------------------------


def test_cells_are_typed(office, write) -> None:
    office.rcp(date(2026, 7, 6))
    workbook = write(office.approved())
    payment, detail = workbook.book["Paiements"][2], workbook.book["Détail"][2]
    assert [cell.data_type for cell in payment] == ["s"] * 8 + ["n", "s"]
    assert [cell.number_format for cell in payment][:2] == ["@", "@"]
    assert "€" in payment[8].number_format
    assert detail[1].value.date() == date(2026, 7, 6)
    assert (detail[1].number_format, detail[6].value, detail[7].value) == ("dd/mm/yyyy", 50, 50)


def test_name_that_begins_with_equals_stays_text(office, write) -> None:
    office.rcp(date(2026, 7, 6))
    workbook = write(office.approved())
    cell = next(row[2] for row in workbook.book["Paiements"].iter_rows(min_row=2) if row[2].value[0] == "=")
    assert (cell.value, cell.data_type) == ("=Duval", "s")
    assert "<f>" not in workbook.xml("Paiements")


def test_control_characters_are_removed_and_nothing_else(office, write) -> None:
    person = office.people[0]
    person.last_name = "Évr\x01ard\x0b \uffffO'Neil <&> \t🙂"
    person.save()
    office.rcp(date(2026, 7, 6))
    names = [row["Nom"] for row in write(office.approved()).rows("Paiements")]
    assert "Évrard O'Neil <&> \t🙂" in names


@pytest.mark.parametrize("cents", [1, 7, 995, 99999999, 123456789])
def test_amounts_are_exact_decimals(cents) -> None:
    assert cents_of(euros(cents)) == cents
    assert euros(-cents) == f"-{euros(cents)}"


# --- what is paid ----------------------------------------------------------------------------------------------


def test_payments_and_detail_add_up_to_the_ledger(office, write) -> None:
    for day in (6, 7, 8):
        office.rcp(date(2026, 7, day))
    run = office.approved()
    workbook = write(run)
    assert workbook.cents("Paiements") == run.paid_cents == 450_00
    assert workbook.cents("Détail") == run.new_cents
    assert [row["Référence"] for row in workbook.rows("Paiements")] == sorted(
        run.payments.values_list("reference", flat=True)
    )
    for row in workbook.rows("Paiements"):
        assert workbook.cents("Détail", Virement=row["Référence"]) == cents_of(row["Montant"])


def test_detail_keeps_the_fixed_order(office, write) -> None:
    office.rcp(date(2026, 7, 8), reference="B")
    office.rcp(date(2026, 7, 8), reference="A")
    office.rcp(date(2026, 7, 1), reference="Z")
    rows = write(office.approved()).rows("Détail")
    keys = [(row["Date"], row["Référence action"], row["RPPS"]) for row in rows]
    assert keys == sorted(keys)
    assert len(keys) == 9


def test_cut_line_says_which_ceiling(office, write) -> None:
    ConventionTerms.objects.update(ceiling_cents=100_00)
    office.rcp(date(2026, 7, 6))
    rows = write(office.approved()).rows("Détail")
    assert [row["Montant"] for row in rows] == [33.34, 33.33, 33.33]
    assert {row["Écrêté"] for row in rows} == {"CAP_TEAM : Plafond annuel de l’équipe"}


def test_company_is_paid_under_its_name(office, write) -> None:
    company = CompanyFactory(name="SELARL du Port")
    AccountFactory(beneficiary=BeneficiaryFactory(of_company=True, company=company), verified=True)
    membership = MembershipFactory(team=office.team, period=None, professional=ProfessionalFactory(pharmacist=True))
    MembershipPeriodFactory(membership=membership, company=company)
    AdhesionFactory(convention=office.convention, membership=membership, signed=True)
    ParticipationFactory(action=office.rcp(date(2026, 7, 6)), professional=membership.professional)
    row = next(row for row in write(office.approved()).rows("Paiements") if row["Nom"] == "SELARL du Port")
    assert (row["RPPS"], row["Prénom"], row["Profession"], row["Montant"]) == (None, None, None, 50)


def test_held_and_void_payments_are_not_listed_but_counted(office, write) -> None:
    office.rcp(date(2026, 7, 6))
    run = office.approved()
    held, void, sent = run.payments.order_by("reference")
    hold_payment(payment=held, actor=office.treasurer, reason="Doute sur le compte")
    void_payment(payment=void, actor=office.treasurer, reason="Doublon")
    workbook = write(run)
    assert [row["Référence"] for row in workbook.rows("Paiements")] == [sent.reference]
    controls = workbook.controls()
    assert controls["En suspens, hors de ce fichier"][1:3] == (1, 50)
    assert controls["De nouveau dues depuis le bon à payer"][1:3] == (1, 50)
    again = workbook.rows("Reports")[0]
    assert (again["Situation"], again["Motif"], again["Virement"]) == ("De nouveau due", "SANS_EFFET", void.reference)
    assert "Doublon" in again["Explication"]


def test_export_is_refused_when_a_payment_is_held_while_the_file_is_written(office, monkeypatch) -> None:
    office.rcp(date(2026, 7, 6))
    run = office.approved()

    def write_then_hold(run: Run, path: Path, **about: Any) -> None:
        write_payment_workbook(run, path)
        hold_payment(payment=run.payments.first(), actor=office.president, reason="Doute sur le compte")

    monkeypatch.setattr(exporting, "write_payment_workbook", write_then_hold)
    with pytest.raises(TransitionRefused, match="relancez l’export"):
        export_run(run=run, actor=office.treasurer)
    run = Run.objects.get(pk=run.pk)
    assert (run.state, run.exports.count()) == ("approved", 0)


def test_reversal_is_negative_and_named(office, write) -> None:
    action = office.rcp(date(2026, 7, 6))
    office.approved(JULY)
    cancel_action(action=action, actor=office.staff, reason="Déclarée par erreur")
    office.rcp(date(2026, 8, 3))
    run = office.approved(AUGUST)
    workbook = write(run)
    reversals = [row for row in workbook.rows("Détail") if row["Nature"] == "Régularisation"]
    assert [(row["Tarif"], row["Montant"]) for row in reversals] == [(50, -50)] * 3
    assert workbook.rows("Paiements") == []
    assert workbook.controls()["Compensations, sans mouvement bancaire"][1:3] == (3, 0)


# --- what is not paid ------------------------------------------------------------------------------------------


def test_exclusions_name_the_code_the_words_and_the_first_month(office, write) -> None:
    other = TeamFactory(under_convention=True, code="SANS")
    action = ActionFactory(validated=True, team=other, held_on=date(2026, 7, 6), reference="X-1")
    ParticipationFactory(action=action, professional=office.people[0])
    ParticipationFactory(action=action, professional=office.people[1])
    office.approved(JULY)
    run = office.approved(AUGUST)
    workbook = write(run)
    rows = workbook.rows("Non indemnisés")
    assert len(rows) == Exclusion.objects.filter(run=run).count() == 2
    row = rows[0]
    assert (row["Référence action"], row["Code équipe"], row["Motif"]) == ("X-1", "SANS", "CONVENTION")
    assert row["Explication"].startswith("Aucune convention de l’équipe")
    assert row["Depuis"].date() == date(2026, 7, 1)
    assert workbook.book["Non indemnisés"]["G2"].number_format == "mm/yyyy"


def test_reports_say_why_a_line_waits_and_which_run_pays_it(office, write) -> None:
    person = office.people[0]
    account = office.account_of(person)
    new = propose_account(beneficiary=account.beneficiary, iban=account.iban, holder="Dr L. Évrard", actor=office.staff)
    office.rcp(date(2026, 7, 6))
    july = office.approved(JULY)
    waiting = write(july)
    assert [(row["Situation"], row["Motif"]) for row in waiting.rows("Reports")] == [("Reste due", "RIB")]
    assert waiting.cents("Reports") == july.closing_cents == 50_00
    verify_account(account=new, actor=office.treasurer)
    paying = write(office.approved(AUGUST))
    (row,) = paying.rows("Reports")
    assert (row["Situation"], row["Motif"], row["Paiement d'origine"]) == (
        "Réglée par ce paiement",
        "ANTERIEUR",
        "2026-07",
    )
    assert row["Virement"] == paying.rows("Paiements")[0]["Référence"]
    assert write(july).rows("Reports") == waiting.rows("Reports")  # as it stood when it was frozen


def test_reports_name_the_rejected_payment(office, write) -> None:
    office.rcp(date(2026, 7, 6))
    july = office.approved(JULY)
    export_run(run=july, actor=office.treasurer)
    payment = july.payments.order_by("reference").first()
    assert payment is not None
    reject_payment(payment=payment, actor=office.treasurer, bank_reason="AC04", comment="compte clos")
    run = office.approved(AUGUST)
    (row,) = write(run).rows("Reports")
    assert (row["Situation"], row["Motif"], row["Virement"]) == ("Reste due", "REJET", payment.reference)
    assert "AC04 compte clos" in row["Explication"]


def test_reports_carry_what_was_overpaid(office, write) -> None:
    action = office.rcp(date(2026, 7, 6))
    july = office.approved(JULY)
    export_run(run=july, actor=office.treasurer)
    settle_run(run=Run.objects.get(pk=july.pk), actor=office.treasurer)
    cancel_action(action=action, actor=office.staff, reason="Déclarée par erreur")
    august = office.approved(AUGUST)
    workbook = write(august)
    assert [row["Motif"] for row in workbook.rows("Reports")] == ["TROP_PERCU"] * 3
    assert workbook.cents("Reports") == august.closing_cents == -150_00
    office.rcp(date(2026, 9, 1))
    office.rcp(date(2026, 9, 2))
    september = write(office.approved(SEPTEMBER))
    assert september.cents("Reports", Situation="Réglée par ce paiement") == -150_00
    assert september.cents("Paiements") == 150_00


# --- controls --------------------------------------------------------------------------------------------------


def test_controls_balance_and_name_who_did_what(office, write) -> None:
    office.rcp(date(2026, 7, 6))
    run = office.approved()
    controls = write(run).controls()
    assert controls["+ Indemnités de ce paiement"][1:3] == (3, 150)
    assert controls["Écart"][2] == 0
    assert controls["Empreinte du calcul (SHA-256)"][0] == run.checksum
    assert controls["Bon à payer"][0] == "Trésorière (tresorier@test.example)"
    assert controls["Bon à payer"][1] == local_minute(run.approved_at)
    assert controls["T1"][1:6] == (3, 0, 150, 150, 0)
    assert controls["RCP – Réunion de concertation sans le patient"][1:3] == (3, 150)
    assert controls["44 Loire-Atlantique"][1:3] == (3, 150)
    assert controls["60 – Infirmier"][1:3] == (1, 50)


def local_minute(instant: datetime) -> datetime:
    return timezone.localtime(instant).replace(tzinfo=None, second=0, microsecond=0)


def test_workbook_that_differs_from_the_ledger_is_not_made(office, tmp_path, monkeypatch) -> None:
    office.rcp(date(2026, 7, 6))
    run = office.approved()
    everything = workbook_lists.reading.lines
    monkeypatch.setattr(workbook_lists.reading, "lines", lambda run: (batch[1:] for batch in everything(run)))
    with pytest.raises(WorkbookUnbalanced, match="Détail"):
        write_payment_workbook(run, tmp_path / "paiement.xlsx")
    assert not list(tmp_path.iterdir())


# --- the file --------------------------------------------------------------------------------------------------


def test_same_run_written_twice_gives_the_same_bytes(office, tmp_path) -> None:
    office.rcp(date(2026, 7, 6))
    run = office.approved()
    for name in ("one", "two"):
        write_payment_workbook(run, tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_properties_come_from_the_run(office, write, settings) -> None:
    settings.ORGANISATION_NAME = "Association & Cie"
    run = office.approved()
    about = write(run).book.properties
    assert (about.title, about.creator) == ("Paiement mensuel 2026-07", "Association & Cie")
    assert about.created == run.approved_at.replace(tzinfo=None, microsecond=0)


def test_failure_leaves_no_part_with_ibans_behind(office, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    office.rcp(date(2026, 7, 6))
    run = office.approved()

    class Stop(Progress):
        def total(self, count: int) -> None: ...

        def advance(self, count: int = 1) -> None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_payment_workbook(run, tmp_path / "paiement.xlsx", Stop())
    assert not list(tmp_path.iterdir())


def test_progress_reaches_its_total(office, tmp_path) -> None:
    office.rcp(date(2026, 7, 6))
    run = office.approved()
    said: dict[str, int] = {"total": 0, "done": 0}

    class Count(Progress):
        def total(self, count: int) -> None:
            said["total"] = count

        def advance(self, count: int = 1) -> None:
            said["done"] += count

    write_payment_workbook(run, tmp_path / "paiement.xlsx", Count())
    assert said["done"] == said["total"] == 6


def test_queries_do_not_grow_with_the_lines(office, tmp_path, django_assert_max_num_queries) -> None:
    office.approved(JULY)
    counts = []
    for month, meetings in ((AUGUST, 2), (SEPTEMBER, 17)):
        for number in range(meetings):
            office.rcp(month.replace(day=1 + number))
        run = Run.objects.get(pk=office.approved(month).pk)
        assert run.lines_count == 3 * meetings
        with django_assert_max_num_queries(21) as queries:
            write_payment_workbook(run, tmp_path / "paiement.xlsx")
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.office
def test_libreoffice_opens_it_as_it_is(office, tmp_path) -> None:
    office.rcp(date(2026, 7, 6))
    path = tmp_path / "paiement.xlsx"
    write_payment_workbook(office.approved(), path)
    soffice = shutil.which("soffice") or pytest.skip("LibreOffice n'est pas installé (apt install libreoffice-calc)")
    command = [soffice, f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to"]
    subprocess.run([*command, "pdf", "--outdir", tmp_path, path], check=True, timeout=120, capture_output=True)
    assert (tmp_path / "paiement.pdf").read_bytes().startswith(b"%PDF")
    subprocess.run(
        [*command, "csv:Text - txt - csv (StarCalc):44,34,76", "--outdir", tmp_path, path],
        check=True,
        timeout=120,
        capture_output=True,
    )
    lines = (tmp_path / "paiement.csv").read_text().splitlines()
    assert lines[0].startswith("Référence,RPPS,Nom")
    assert any(",=Duval," in line for line in lines)
