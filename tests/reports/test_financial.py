"""The "compte rendu financier": the order of the form, sums to the cent, what the house knows, what is typed."""

from __future__ import annotations

import io
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from association.journal import StaleEdit
from association.models import FieldChange
from payments.models import CostHeading, DueLine, Grant, RunningCost
from reports.financial.headings import ACCOUNTS, BY_CODE, HEADINGS, Side
from reports.financial.pdf import percent, statement_pdf
from reports.financial.statement import Statement, Written, blocks_of, differs, rate_of
from reports.financial.workbook import statement_workbook
from reports.selectors.financial import statement_of, typed_for
from reports.services.financial import write_statement
from tests.association.pdf_reading import reader, text_of
from tests.factories import GrantFactory, GrantInstalmentFactory, RunningCostFactory
from tests.payments.office import Office

CENTS = st.integers(0, 10**9)
CODES = st.sampled_from([heading.code for heading in HEADINGS])


def sheet(known: dict[str, int], written: dict[str, Written], *, percent: int = 10) -> Statement:
    return Statement(
        reference="FIR-2026",
        funder="ARS Pays de la Loire",
        organisation="Association régionale",
        first_on=date(2026, 1, 1),
        last_on=date(2026, 12, 31),
        as_at=date(2026, 11, 30),
        threshold_percent=percent,
        teams_due_cents=0,
        teams_paid_cents=0,
        blocks=blocks_of(known=known, written=written, threshold_percent=percent),
    )


def test_headings_stand_in_the_order_of_the_accounts_of_the_form() -> None:
    order = {side: [h.account for h in HEADINGS if h.side is side] for side in Side}
    assert list(dict.fromkeys(order[Side.CHARGES])) == [*(str(n) for n in range(60, 70)), "indirectes"]
    assert list(dict.fromkeys(order[Side.PRODUCTS])) == ["70", "73", "74", "75", "76", "77", "78", "79"]
    assert (set(order[Side.GIVEN]), set(order[Side.RECEIVED])) == ({"86"}, {"87"})
    assert {heading.account for heading in HEADINGS} == set(ACCOUNTS)
    assert len(BY_CODE) == len(HEADINGS)


def test_every_heading_of_a_running_cost_is_a_charge_of_the_form() -> None:
    assert {str(code) for code in CostHeading} <= {h.code for h in HEADINGS if h.side is Side.CHARGES}


@given(
    st.dictionaries(CODES, CENTS),
    st.dictionaries(CODES, st.tuples(CENTS, st.integers(-(10**6), 10**9))),
    st.integers(0, 50),
)
def test_every_cent_stands_in_one_line_and_in_the_totals(
    known: dict[str, int], typed: dict[str, tuple[int, int]], threshold: int
) -> None:
    written = {code: Written(planned, real) for code, (planned, real) in typed.items()}
    found = sheet(known, written, percent=threshold)
    real: Counter[Side] = Counter()
    planned: Counter[Side] = Counter()
    for heading in HEADINGS:
        real[heading.side] += known.get(heading.code, 0) + typed.get(heading.code, (0, 0))[1]
        planned[heading.side] += typed.get(heading.code, (0, 0))[0]
    for block in found.blocks:
        assert (block.planned_cents, block.real_cents) == (planned[block.side], real[block.side])
        assert block.difference_cents == sum(line.difference_cents for line in block.lines)
    assert found.result_cents == real[Side.PRODUCTS] - real[Side.CHARGES]
    for line in found.unexplained:
        assert abs(line.real_cents - line.planned_cents) * 100 > threshold * line.planned_cents


def test_heading_that_the_form_does_not_have_is_an_error_and_not_a_lost_amount() -> None:
    with pytest.raises(LookupError):
        blocks_of(known={"999": 5}, written={}, threshold_percent=10)


@pytest.mark.parametrize(
    ("planned", "real", "asked"),
    [(100, 110, False), (100, 111, True), (100, 89, True), (0, 0, False), (0, 1, True), (100, 90, False)],
)
def test_difference_is_to_be_explained_from_the_first_cent_over_the_threshold(
    planned: int, real: int, asked: bool
) -> None:
    assert differs(planned, real, percent=10) is asked


def test_rate_is_in_tenths_with_halves_rounded_up() -> None:
    assert (rate_of(0, 5), rate_of(300, 100), rate_of(200_00, 197_10)) == (None, 333, 986)
    assert percent(986) == "98,6\u00a0%"


def test_paper_and_workbook_say_the_same_and_are_the_same_twice(tmp_path: Path) -> None:
    found = sheet(
        {"622": 12_345_67, "74ars": 20_000_00},
        {"622": Written(10_000_00, 0, "=Plus de réunions que prévu.")},
    )
    papers = []
    for _ in range(2):
        buffer = io.BytesIO()
        statement_pdf(found, buffer)
        papers.append(buffer.getvalue())
    assert papers[0] == papers[1]
    text = text_of(papers[0])
    for words in ("12 345,67 €", "2 345,67 €", "123,5 %", "Plus de réunions que prévu.", "Cerfa n° 15059"):
        assert words in text.replace("\u00a0", " ").replace("\u202f", " "), words
    assert len(reader(papers[0]).pages) <= 4
    path = tmp_path / "feuille.xlsx"
    statement_workbook(found, path)
    charges = load_workbook(path)["Charges"]
    rows = {row[1].value: row for row in charges.iter_rows(min_row=2)}
    honoraires = rows["Rémunérations d’intermédiaires et honoraires"]
    assert (honoraires[2].value, honoraires[3].value) == (10_000, 12_345.67)
    assert (honoraires[6].value, honoraires[6].data_type) == ("=Plus de réunions que prévu.", "s")
    last = charges.max_row
    assert rows["Total"][3].value == f"=SUM(D2:D{last - 1})"
    assert rows["Total"][3].data_type == "f"


# --- joined to grants -----------------------------------------------------------------------------------------


@pytest.fixture
def office(db: None) -> Office:
    return Office()


@pytest.fixture
def grant(office: Office) -> Grant:
    found: Grant = GrantFactory(signed=True, starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31))
    return found


def real(statement: Statement, code: str) -> int:
    return next(line.real_cents for block in statement.blocks for line in block.lines if line.heading.code == code)


def test_sheet_is_filled_from_payments_costs_and_instalments(office: Office, grant: Grant) -> None:
    office.rcp(date(2026, 7, 6))
    office.approved()
    RunningCostFactory(spent_on=date(2026, 3, 1), heading=CostHeading.RENT, amount_cents=450_00)
    RunningCostFactory(spent_on=date(2026, 4, 1), heading=CostHeading.RENT, amount_cents=50_00)
    RunningCostFactory(spent_on=date(2027, 1, 1), heading=CostHeading.RENT, amount_cents=9_00)
    GrantInstalmentFactory(grant=grant, expected_cents=1_000_00, received_on=date(2026, 2, 1), received_cents=1_000_00)
    statement = statement_of(grant, at=date(2027, 1, 31))
    lines = sum(DueLine.objects.values_list("amount_cents", flat=True))
    assert (real(statement, "622"), lines) == (150_00, 150_00)
    assert real(statement, "613") == 500_00
    assert real(statement, "74ars") == 1_000_00
    costs = sum(RunningCost.objects.filter(spent_on__year=2026).values_list("amount_cents", flat=True))
    assert statement.block(Side.CHARGES).real_cents == lines + costs
    assert statement.result_cents == 1_000_00 - lines - costs


def test_what_is_typed_is_added_and_each_change_is_in_the_history(office: Office, grant: Grant) -> None:
    write_statement(
        grant=grant,
        teams_heading="65",
        threshold_percent=5,
        lines={"756": Written(100_00, 80_00, "Vingt adhérents de moins.")},
        version=0,
        actor=office.staff,
    )
    statement = statement_of(grant)
    assert real(statement, "756") == 80_00
    assert [line.heading.code for line in statement.explained] == ["756"]
    told = dict(FieldChange.objects.filter(subject__startswith="Compte rendu").values_list("label", "after"))
    assert told["Cotisations, explication"] == "Vingt adhérents de moins."
    assert {"Cotisations, prévu", "Rubrique des indemnités des équipes"} <= told.keys()


def test_two_persons_on_the_same_sheet_do_not_overwrite_each_other(office: Office, grant: Grant) -> None:
    given = {"grant": grant, "teams_heading": "622", "threshold_percent": 10, "version": 0}
    write_statement(**given, lines={"60": Written(1_00)}, actor=office.staff)
    with pytest.raises(StaleEdit):
        write_statement(**given, lines={"60": Written(2_00)}, actor=office.treasurer)
    assert real(statement_of(grant), "60") == 0
    assert typed_for(grant).lines.get(heading="60").planned_cents == 1_00


def test_nobody_beside_the_office_types_and_a_nir_is_refused(office: Office, grant: Grant) -> None:
    given = {"grant": grant, "teams_heading": "622", "threshold_percent": 10, "version": 0}
    with pytest.raises(PermissionDenied):
        write_statement(**given, lines={}, actor=office.admin)
    with pytest.raises(ValidationError):
        write_statement(**given, lines={"60": Written(0, 0, "Pour 1 84 12 76 451 089 46")}, actor=office.staff)


def test_page_keeps_what_was_typed_when_an_amount_is_refused(office: Office, grant: Grant) -> None:
    client = Client()
    client.force_login(office.staff)
    url = reverse("reports:statement_edit", args=[grant.pk])
    typed = {"version": 0, "teams_heading": "622", "threshold_percent": 10, "60_prevu": "mille", "756_motif": "Moins."}
    refused = client.post(url, typed)
    assert refused.status_code == 422
    assert "mille" in refused.content.decode()
    assert "Moins." in refused.content.decode()
    done = client.post(url, {**typed, "60_prevu": "1 000,50"}, follow=True)
    assert "1\u202f000,50" in done.content.decode()
