"""Identifiers: what is refused, with which message, and what must not be."""

import pytest
from django.core.exceptions import ValidationError
from schwifty import IBAN

from association import identifiers

NBSP = "\u00a0"


def refused(validator, text: str) -> tuple[str, str]:
    with pytest.raises(ValidationError) as caught:
        validator(text)
    return caught.value.code, caught.value.message


@pytest.mark.parametrize(
    ("validator", "text"),
    [
        (identifiers.rpps, "10101234569"),
        (identifiers.rpps, "10101234560"),  # wrong key: a warning, not a refusal
        (identifiers.rna, "W442001234"),
        (identifiers.rna, "W9R1003737"),
        (identifiers.rna, "W2A1000119"),
        (identifiers.siren, "732829320"),
        (identifiers.siret, "73282932000074"),
        (identifiers.siret, "35600000000048"),  # La Poste, head office
        (identifiers.siret, "35600000049837"),  # La Poste, sum of digits a multiple of 5
        (identifiers.finess, "440000289"),
        (identifiers.finess, "2A0000014"),
        (identifiers.commune_code, "44109"),
        (identifiers.commune_code, "2A004"),
        (identifiers.commune_code, "97411"),
    ],
)
def test_identifier_well_formed_passes(validator, text):
    validator(text)


@pytest.mark.parametrize(
    ("validator", "text", "code"),
    [
        (identifiers.rpps, "1010123456", "rpps_format"),
        (identifiers.rpps, "101012345690", "rpps_format"),
        (identifiers.rpps, "1010123456A", "rpps_format"),
        (identifiers.rpps, "10101234569\n", "rpps_format"),
        (identifiers.rpps, "١٠١٠١٢٣٤٥٦٩", "rpps_format"),
        (identifiers.rna, "W44200123", "rna_format"),
        (identifiers.rna, "442001234", "rna_format"),
        (identifiers.rna, "w442001234", "rna_format"),
        (identifiers.rna, "WAAA001234", "rna_format"),
        (identifiers.siren, "73282932", "siren_format"),
        (identifiers.siren, "732 829 320", "siren_format"),
        (identifiers.siren, "732829321", "siren_key"),
        (identifiers.siret, "7328293200007", "siret_format"),
        (identifiers.siret, "73282932000079", "siret_key"),
        (identifiers.siret, "35600000049838", "siret_key"),
        (identifiers.finess, "44000028", "finess_format"),
        (identifiers.finess, "2C0000014", "finess_format"),
        (identifiers.commune_code, "4410", "commune_code_format"),
        (identifiers.commune_code, "2C004", "commune_code_format"),
        (identifiers.commune_code, "NANTES", "commune_code_format"),
    ],
)
def test_identifier_malformed_is_refused(validator, text, code):
    assert refused(validator, text)[0] == code


def test_message_uses_non_breaking_space_before_colon():
    assert f"erroné{NBSP}: " in refused(identifiers.siret, "73282932000079")[1]


@pytest.mark.parametrize(
    ("text", "valid"),
    [("10101234564", True), ("10101234565", False), ("1010", False), ("", False)],
)
def test_rpps_key_right_or_wrong_is_told(text, valid):
    assert identifiers.rpps_key_is_valid(text) is valid


@pytest.mark.parametrize("stem", ["1010123456", "1000345678", "8100000000"])
def test_rpps_key_exactly_one_last_digit_is_right(stem):
    assert sum(identifiers.rpps_key_is_valid(f"{stem}{digit}") for digit in range(10)) == 1


def test_compact_removes_separators_and_case():
    assert identifiers.compact(" 732\u00a0829.320-00074 ") == "73282932000074"
    assert identifiers.compact("w442001234") == "W442001234"


# --- IBAN --------------------------------------------------------------------------------------------------

POSTALE = "FR1420041010050500013M02606"


def french_iban(bank: str) -> str:
    return str(IBAN.generate("FR", bank_code=bank, branch_code="00550", account_code="00000012345"))


@pytest.mark.parametrize(
    "text",
    [
        POSTALE,
        "fr14 2004 1010 0505 0001 3m02 606",
        "IBAN\u00a0: FR14\u202f2004 1010-0505 0001 3M02 606",
        "\u200bFR14.2004.1010.0505.0001.3M02.606",
    ],
)
def test_clean_iban_any_presentation_gives_compact(text):
    assert identifiers.clean_iban(text) == POSTALE


@pytest.mark.parametrize(
    "text",
    [
        "DE89370400440532013000",
        "MC5811222000010123456789030",
        "BE68539007547034",
        "GB29NWBK60161331926819",
        "CH9300762011623852957",
        "SM86U0322509800000000270100",
        "ME25505000012345678951",  # in SEPA since November 2024
    ],
)
def test_clean_iban_sepa_country_passes(text):
    assert identifiers.clean_iban(text) == text


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("", "iban_characters", "deux lettres"),
        ("20041010050500013M02606", "iban_characters", "deux lettres"),
        ("FR14_20041010050500013M02606", "iban_characters", "deux lettres"),
        ("ZZ1420041010050500013M02606", "iban_country", "«\u00a0ZZ\u00a0»"),
        ("BR1500000000000010932840814P2", "iban_not_sepa", "zone SEPA"),
        ("FR1420041010050500013M0260", "iban_length", "26 caractères au lieu de 27"),
        ("FR1420041010050500013M026060", "iban_length", "28 caractères au lieu de 27"),
        ("FR1520041010050500013M02606", "iban_checksum", "clé de contrôle"),
        ("FR142004101005050001XM02606", "iban_checksum", "clé de contrôle"),
        ("FR14A0041010050500013M02606", "iban_structure", "structure"),
    ],
)
def test_clean_iban_faulty_says_what_is_wrong(text, code, words):
    found, message = refused(identifiers.clean_iban, text)
    assert found == code
    assert words in message
    assert message.startswith(f"IBAN refusé{NBSP}: ")


def test_clean_iban_wrong_rib_key_with_right_check_digits_is_refused():
    wrong = POSTALE[4:-2] + "07"
    with_check_digits = IBAN.from_bban("FR", wrong)
    assert identifiers.IBAN(str(with_check_digits)).is_valid
    assert refused(identifiers.clean_iban, str(with_check_digits))[0] == "iban_national_key"


def test_clean_iban_unknown_french_bank_is_refused():
    code, message = refused(identifiers.clean_iban, french_iban("99999"))
    assert code == "iban_bank_unknown"
    assert "99999" in message


def test_iban_message_never_repeats_the_account():
    for faulty in ("FR1520041010050500013M02606", french_iban("99999"), POSTALE + "0"):
        assert "00013M026" not in refused(identifiers.iban, faulty)[1]


# banks that professionals of the west use: one missing from the registry would stop their payments
@pytest.mark.parametrize(
    "bank",
    [
        "10278",
        "11315",
        "13807",
        "14445",
        "14706",
        "14806",
        "15589",
        "16606",
        "16706",
        "16958",
        "17515",
        "17906",
        "18206",
        "20041",
        "20433",
        "28233",
        "30002",
        "30003",
        "30004",
        "30006",
        "30027",
        "30047",
        "30056",
        "30066",
        "40618",
        "42559",
    ],
)
def test_clean_iban_common_french_bank_is_known(bank):
    assert identifiers.bic_of(identifiers.clean_iban(french_iban(bank)))


def test_bic_of_bank_without_one_is_empty():
    assert identifiers.bic_of(POSTALE) == "PSSTFRPP"
    assert identifiers.bic_of("MC5811222000010123456789030") == ""


# --- NIR ---------------------------------------------------------------------------------------------------


def with_key(thirteen: str) -> str:
    number = int(thirteen.replace("2A", "19").replace("2B", "18"))
    return f"{thirteen}{97 - number % 97:02d}"


@pytest.mark.parametrize(
    "text",
    [
        "1850578006084",
        "185057800608491",
        "1 85 05 78 006 084 91",
        "1 85 05 78 006 084",
        "1.85.05.78.006.084.91",
        "1-85-05-78-006-084/91",
        "1\u00a085\u202f05\u00a078\u00a0006\u00a0084\u00a091",
        "1850578006084 91",
        "185 05 78 006 084",
        "1  85  05  78  006  084",
        "1   85   05   78   006   084",
        "1·85·05·78·006·084",
        "1|85|05|78|006|084",
        "1 85 05 971 06 084",  # overseas: three characters of department, two of commune
        "٢٨٥٠٥٧٨٠٠٦٠٨٤",  # Arabic digits
        "1‑85‑05‑78‑006‑084",  # non-breaking hyphens
        "1850\u200b578006084",
        "１８５０５７８００６０８４",  # full width
        "1 85 05 78 006 084 12",  # the grouping says it, whatever the key
        "vu avec M. D., NIR 2 95 10 99 126 111 93, à rappeler",
        "NIR:295109912611193.",
        "NIR295109912611193",
        "n°295109912611193",
        "(2951099126111)",
        "2 53 07 2A 073 004 43",
        "253072b073004",
        "253072B07300470",
        "7 85 05 78 006 084",  # temporary number
        "3 85 20 99 350 084",  # month unknown
        "8850578006084",
        "scan_1850578006084.pdf",
        "certificat-1-85-05-78-006-084.pdf",
        "2 télés 1850578006084 12345",  # another number follows
        "12 1 85 05 78 006 084",  # another number precedes
        "295 109 912 611 193",  # any grouping, right key
        "2951 0991 2611 193",
        "ligne 1\n1 85 05 78 006 084\nligne 3",
        "FR1420041010050500013M02606 et 1850578006084",
    ],
)
def test_refuse_nir_number_alone_or_in_text_is_refused(text):
    code, message = refused(identifiers.refuse_nir, text)
    assert code == "nir"
    assert "1850578" not in message


@pytest.mark.parametrize("stem", ["1850578006084", "253072A073004", "253072B073004", "2991297411320"])
def test_refuse_nir_compact_with_key_is_refused(stem):
    assert identifiers.contains_nir(with_key(stem))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Réunion pluriprofessionnelle du 12/05/2026, 8 participants",
        # IBAN, RIB
        "FR1420041010050500013M02606",
        "FR14 2004 1010 0505 0001 3M02 606",
        "FR7630002005500000012345664",
        "FR76 3000 2005 5000 0001 2345 664",
        "10278 07100 00012345678 52",
        "18505 78006 00000012345 64",
        "BE68539007547034",
        # telephones
        "06 12 34 56 78",
        "02 40 12 34 56 / 06 12 34 56 78",
        "+33 2 40 12 34 56",
        "0033240123456",
        # SIRET, SIREN, RPPS, RNA, FINESS
        "18505780060843",
        "185 057 800 60843",
        "SIRET 13002526500013",
        "732 829 320 00074",
        "10101234569",
        "10101234569 10101234577",
        "810101234569",
        "W442001234",
        "440000289",
        # amounts, dates, stamps
        "1 234 567,89 €",
        "1 850 578 006 084 €",
        "2026-01-05 12:34:56",
        "20260105123456",
        "20260105 123456",
        "1767225600000",  # milliseconds since 1970 on the first of January 2026
        "du 1/05/2026 au 2/06/2026",
        # implausible
        "1851378006084",  # month 13
        "1850578000084",  # commune 000
        "1850578006000",  # order 000
        "1850500006084",  # department 00
        "5850578006084",  # sex 5
        "185057800608490",  # 15 digits in one piece, wrong key
        "18505780060849112",  # 17 digits
        # references
        "PAY-2026-01-000123",
        "3f2a1850578006084e8911d39a0c0305",
        "550e8400-e29b-41d4-a716-446655440000",
        "9782070360024",
    ],
)
def test_refuse_nir_other_numbers_pass(text):
    identifiers.refuse_nir(text)


def test_refuse_nir_valid_norwegian_iban_that_looks_like_one_passes():
    look_alike = next(
        f"NO{check:02d}{bban}"
        for bban in (f"{n:011d}" for n in range(50578006084, 50578007084))
        for check in (18,)
        if IBAN(f"NO{check:02d}{bban}", allow_invalid=True).is_valid
    )
    assert identifiers._NIR.search(look_alike)
    identifiers.refuse_nir(look_alike)
    identifiers.refuse_nir(f"{look_alike[:4]} {look_alike[4:8]} {look_alike[8:12]} {look_alike[12:]}")


def test_refuse_nir_long_text_is_quick():
    identifiers.refuse_nir("1 2 3 4 5 6 7 8 9 0 " * 50_000)
    identifiers.refuse_nir("FR76" * 50_000)
