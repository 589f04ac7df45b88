"""The message for the bank, without a database: characters, days, structure, sums."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from payments.sepa.calendar import business_day_from, easter, next_business_day, why_closed
from payments.sepa.characters import NOT_BASIC, bank_safe, is_bank_safe
from payments.sepa.message import (
    NAMESPACE,
    BankFileUnbalanced,
    Debtor,
    Sum,
    Transfer,
    amount_of,
    cents_of,
    read_back,
    write_credit_transfer,
)

SCHEMA = etree.XMLSchema(etree.parse(str(Path(__file__).with_name("pain_001_001_09_sepa.xsd"))))
DEBTOR = Debtor("Association regionale", "FR7630006000011234567890189", "AGRIFRPP", "", True)
SPACE = {"p": NAMESPACE}


def transfer(number: int = 1, cents: int = 50_00, **changed: str) -> Transfer:
    facts = {
        "name": "Evrard Loic",
        "iban": "FR7630004000031234567890143",
        "bic": "BNPAFRPPXXX",
        "message": "Indemnites",
    }
    return Transfer(reference=f"CLAP-202607-1-{number:05d}", cents=cents, **{**facts, **changed})


def write(path: Path, *transfers: Transfer, debtor: Debtor = DEBTOR) -> etree._Element:
    write_credit_transfer(
        path,
        message_id="CLAP-202607-1-V1",
        made_at=datetime(2026, 8, 3, 12),  # noqa: DTZ001 - as the message writes it
        execution_on=date(2026, 8, 4),
        debtor=debtor,
        transfers=transfers,
    )
    root = etree.parse(str(path)).getroot()
    SCHEMA.assertValid(root)
    return root


# --- characters ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("Zoë d’Œuvre & Fils", "Zoe d'OEuvre + Fils"),
        ("SELARL « Les Pins » — n° 4", "SELARL Les Pins - n. 4"),
        ("M. ou Mme Łukasz Straße", "M. ou Mme Lukasz Strasse"),
        ("a//b / ", "a/b"),
        ("=HYPERLINK(1)", "HYPERLINK(1)"),
        ("Иван", ""),
        ("Total 5 €", "Total 5 EUR"),
        ("ﬁn\u202e\u0000", "fin"),
    ],
)
def test_text_stays_readable_in_the_characters_of_banks(typed: str, written: str) -> None:
    assert bank_safe(typed, longest=70) == written


def test_long_message_is_cut_between_words_and_never_above_140() -> None:
    written = bank_safe("Indemnités " * 20, longest=140)
    assert len(written) <= 140
    assert written == "Indemnites " * 11 + "Indemnites"
    assert bank_safe("x" * 200, longest=140) == "x" * 140


@given(st.text(max_size=300), st.integers(1, 140))
def test_whatever_is_typed_fits_a_bank(text: str, longest: int) -> None:
    written = bank_safe(text, longest=longest)
    assert len(written) <= longest
    assert not NOT_BASIC.search(written)
    assert written == "" or is_bank_safe(written, longest=longest)


# --- days ----------------------------------------------------------------------------------------------------


def test_easter_of_some_years() -> None:
    found = [easter(year) for year in (2024, 2025, 2026, 2027, 2038)]
    assert found == [date(2024, 3, 31), date(2025, 4, 20), date(2026, 4, 5), date(2027, 3, 28), date(2038, 4, 25)]


@pytest.mark.parametrize(
    ("day", "why", "following"),
    [
        (date(2026, 12, 25), "Noël", date(2026, 12, 28)),
        (date(2027, 1, 1), "le 1er janvier", date(2027, 1, 4)),
        (date(2026, 4, 3), "le Vendredi saint", date(2026, 4, 7)),
        (date(2026, 4, 6), "le lundi de Pâques", date(2026, 4, 7)),
        (date(2026, 5, 1), "le 1er mai", date(2026, 5, 4)),
        (date(2026, 11, 28), "un samedi", date(2026, 11, 30)),
        (date(2026, 11, 11), "", date(2026, 11, 11)),
    ],
)
def test_banks_are_closed_on_the_days_of_target2(day: date, why: str, following: date) -> None:
    assert why_closed(day) == why
    assert business_day_from(day) == following


@given(st.dates(date(1990, 1, 1), date(2200, 1, 1)))
def test_next_business_day_is_open_and_within_a_week(day: date) -> None:
    following = next_business_day(day)
    assert timedelta(0) < following - day <= timedelta(days=6)
    assert not why_closed(following)


# --- the message ---------------------------------------------------------------------------------------------


def test_message_has_the_structure_of_the_guidelines(tmp_path: Path) -> None:
    root = write(tmp_path / "v.xml", transfer(1, 50_05), transfer(2, 1, bic=""))
    assert [one.text for one in root.iterfind(".//p:EndToEndId", SPACE)] == [
        "CLAP-202607-1-00001",
        "CLAP-202607-1-00002",
    ]
    assert [one.text for one in root.iterfind(".//p:InstdAmt", SPACE)] == ["50.05", "0.01"]
    assert {one.text for one in root.iterfind(".//p:CtrlSum", SPACE)} == {"50.06"}
    assert {one.text for one in root.iterfind(".//p:NbOfTxs", SPACE)} == {"2"}
    assert root.findtext(".//p:ReqdExctnDt/p:Dt", namespaces=SPACE) == "2026-08-04"


def test_message_without_a_bic_and_with_an_organisation(tmp_path: Path) -> None:
    debtor = Debtor("Association", DEBTOR.iban, "", "EMETTEUR-12", False)
    root = write(tmp_path / "v.xml", transfer(), debtor=debtor)
    assert root.findtext(".//p:DbtrAgt//p:Othr/p:Id", namespaces=SPACE) == "NOTPROVIDED"
    assert root.findtext(".//p:InitgPty//p:Othr/p:Id", namespaces=SPACE) == "EMETTEUR-12"
    assert root.findtext(".//p:BtchBookg", namespaces=SPACE) == "false"


@pytest.mark.parametrize(
    "wrong",
    [transfer(cents=0), transfer(cents=-1), transfer(name="Zoë"), transfer(message="x" * 141), transfer(name="")],
)
def test_what_a_bank_refuses_writes_no_file(wrong: Transfer, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="CLAP-202607-1-00001"):
        write(tmp_path / "v.xml", wrong)
    assert not list(tmp_path.iterdir())


def test_no_transfer_no_file(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="without a transfer"):
        write(tmp_path / "v.xml")


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(1, 999_999_999_99), min_size=1, max_size=40))
def test_sums_are_right_to_the_cent(tmp_path_factory: pytest.TempPathFactory, amounts: list[int]) -> None:
    path = tmp_path_factory.mktemp("sums") / "v.xml"
    write(path, *(transfer(number, cents) for number, cents in enumerate(amounts)))
    assert read_back(path) == Sum(len(amounts), sum(amounts))


def test_changed_file_does_not_add_up(tmp_path: Path) -> None:
    path = tmp_path / "v.xml"
    write(path, transfer(1), transfer(2))
    path.write_text(path.read_text().replace('Ccy="EUR">50.00', 'Ccy="EUR">51.00', 1))
    with pytest.raises(BankFileUnbalanced):
        read_back(path)


@given(st.integers(0, 10**15))
def test_amount_reads_as_it_was_written(cents: int) -> None:
    assert cents_of(amount_of(cents)) == cents
