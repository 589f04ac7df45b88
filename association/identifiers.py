"""Identifiers of the field: what a RPPS, RNA, SIREN, SIRET, FINESS, INSEE code and IBAN must be, and the NIR
that must never be written here.

Validators raise ``ValidationError`` with one French sentence and a stable code; they take the compact form
(see ``compact``). Nothing here reads the database or the network.
"""

import re
import unicodedata
import warnings
from collections.abc import Iterator

from django.core.exceptions import ValidationError
from schwifty import IBAN, registry
from schwifty import exceptions as schwifty_errors
from stdnum import luhn
from stdnum.fr import nir
from stdnum.fr import siren as stdnum_siren
from stdnum.fr import siret as stdnum_siret

# NBSP before : ; ? ! as French typography wants it.
_NBSP = "\u00a0"
NIR_REFUSED = (
    f"Ce texte semble contenir un numéro de sécurité sociale (NIR){_NBSP}: "
    "aucune donnée de patient ne doit être saisie ici. Retirez ce numéro."
)
_SEPARATORS = re.compile(r"[\s.\-\u2010-\u2015\u200b-\u200d\u2060\ufeff]")


def compact(text: str) -> str:
    """Return an identifier as it is stored: no space, dot or dash, upper case."""
    return _SEPARATORS.sub("", text).upper()


def _require(text: str, pattern: str, message: str, code: str) -> None:
    if not re.fullmatch(pattern, text, re.ASCII):
        raise ValidationError(message, code=code)


# --- persons and bodies ------------------------------------------------------------------------------------


def rpps(text: str) -> None:
    """Refuse what is not 11 digits. The check digit is only a warning: ``rpps_key_is_valid``."""
    _require(text, r"\d{11}", "Un numéro RPPS compte 11 chiffres, sans espace.", "rpps_format")


def rpps_key_is_valid(text: str) -> bool:
    """Tell whether a RPPS ends with its Luhn check digit; numbers in real use exist that do not."""
    return bool(re.fullmatch(r"\d{11}", text, re.ASCII)) and luhn.is_valid(text)


def rna(text: str) -> None:
    """Refuse what is not ``W`` and 9 digits; Corsica and overseas have a letter (``W2A…``, ``W9R…``)."""
    _require(
        text,
        r"W(\d{9}|2[AB]\d{7}|9[A-Z]\d{7})",
        "Un numéro RNA s'écrit W suivi de 9 chiffres, par exemple W442001234.",
        "rna_format",
    )


def siren(text: str) -> None:
    """Refuse what is not 9 digits with their Luhn check digit."""
    _require(text, r"\d{9}", "Un numéro SIREN compte 9 chiffres, sans espace.", "siren_format")
    if not stdnum_siren.is_valid(text):
        raise ValidationError(
            f"Numéro SIREN erroné{_NBSP}: le chiffre de contrôle ne correspond pas.", code="siren_key"
        )


def siret(text: str) -> None:
    """Refuse what is not 14 digits with a valid check; La Poste's establishments have their own (stdnum)."""
    _require(text, r"\d{14}", "Un numéro SIRET compte 14 chiffres, sans espace.", "siret_format")
    if not stdnum_siret.is_valid(text):
        raise ValidationError(
            f"Numéro SIRET erroné{_NBSP}: le chiffre de contrôle ne correspond pas.", code="siret_key"
        )


def finess(text: str) -> None:
    """Refuse what is not 9 digits (``2A``, ``2B`` in Corsica). No published rule makes the last one a key."""
    _require(
        text,
        r"\d{9}|2[AB]\d{7}",
        "Un numéro FINESS compte 9 chiffres, sans espace, par exemple 440000289.",
        "finess_format",
    )


def commune_code(text: str) -> None:
    """Refuse what is not written as an INSEE code; whether the commune exists is the territory's business."""
    _require(
        text,
        r"\d{5}|2[AB]\d{3}",
        "Un code commune INSEE compte 5 caractères, par exemple 44109 ou 2A004. Ce n'est pas le code postal.",
        "commune_code_format",
    )


# --- bank accounts -----------------------------------------------------------------------------------------

# Joined SEPA from November 2024 to May 2025 (European Payments Council); schwifty does not know yet.
_SEPA_JOINED_LATELY = frozenset({"AL", "MD", "ME", "MK", "RS"})


def _iban_error(reason: str, code: str) -> ValidationError:
    return ValidationError(f"IBAN refusé{_NBSP}: {reason}", code=code)


def _iban_shape(text: str) -> IBAN:
    """Country, characters and length, before any arithmetic: the messages that help most come first."""
    if not re.fullmatch(r"[A-Z]{2}[0-9]{2}[A-Z0-9]+", text):
        raise _iban_error(
            "deux lettres, deux chiffres (FR76…), puis seulement des lettres et des chiffres.",
            "iban_characters",
        )
    account = IBAN(text, allow_invalid=True)
    try:
        length = account.spec.iban_length
    except schwifty_errors.InvalidCountryCode:
        raise _iban_error(f"«{_NBSP}{text[:2]}{_NBSP}» n'est pas un pays à IBAN.", "iban_country") from None
    if not (account.in_sepa_zone or text[:2] in _SEPA_JOINED_LATELY):
        raise _iban_error(f"le pays {text[:2]} n'est pas dans la zone SEPA.", "iban_not_sepa")
    if len(text) != length:
        raise _iban_error(f"{len(text)} caractères au lieu de {length} pour le pays {text[:2]}.", "iban_length")
    return account


def is_sepa_iban(number: str) -> bool:
    """Tell whether an IBAN that was accepted before is of a country of the SEPA zone as it is known now."""
    return number[:2] in _SEPA_JOINED_LATELY or bool(IBAN(number, allow_invalid=True).in_sepa_zone)


def clean_iban(text: str) -> str:
    """Return the IBAN compact and upper case, or raise ``ValidationError`` with what is wrong.

    Checked: characters, country with IBAN and in SEPA, length, structure, check digits (mod 97), national key
    (RIB key in France), and for France that the bank code is one that schwifty's registry knows (error code
    ``iban_bank_unknown``). The message never repeats the account number.
    """
    account = _iban_shape(re.sub(r"^IBAN:?", "", compact(text)))
    try:
        with warnings.catch_warnings():
            # some countries publish no key algorithm: their mod 97 is all there is
            warnings.simplefilter("ignore", schwifty_errors.NationalChecksumNotVerified)
            account.validate(validate_bban=True)
    except schwifty_errors.InvalidChecksumDigits:
        raise _iban_error(
            "la clé de contrôle ne correspond pas, il y a une faute de frappe.", "iban_checksum"
        ) from None
    except schwifty_errors.InvalidBBANChecksum:
        reason = "la clé RIB est fausse." if account.country_code == "FR" else "la clé nationale est fausse."
        raise _iban_error(reason, "iban_national_key") from None
    except schwifty_errors.SchwiftyException:
        raise _iban_error(
            f"ce n'est pas la structure d'un compte du pays {account.country_code}.", "iban_structure"
        ) from None
    if account.country_code == "FR" and not registry.get_banks_by_code("FR", account.bank_code):
        raise _iban_error(f"code banque {account.bank_code} inconnu en France.", "iban_bank_unknown")
    return str(account)


def grouped_iban(number: str) -> str:
    """Return an IBAN by fours, as it is printed on a RIB."""
    return " ".join(number[start : start + 4] for start in range(0, len(number), 4))


def iban(text: str) -> None:
    """The same as ``clean_iban``, for a model or form field."""
    clean_iban(text)


def bic_of(account: str) -> str:
    """Return the BIC of a valid IBAN's bank in schwifty's registry, or "" when it has none (Monaco)."""
    bic = IBAN(account, allow_invalid=True).bic
    return str(bic) if bic else ""


# --- what must never be written ----------------------------------------------------------------------------

_INVISIBLE = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")
_DASHES = re.compile("[\u2010-\u2015\u2212]")
_OTHER_DIGITS = re.compile(r"(?![0-9])\d")  # of other scripts
_GAP = r"[\s.\-_/·|]{0,3}"
# sex, year, month (20 and more: unknown or foreign civil status), department and commune (2 and 3 characters, overseas
# 3 and 2), order, key
_PLACE = rf"(?:(?:0[1-9]|[1-9]\d|2[AB]){_GAP}(?!000)\d{{3}}|9[78]\d{_GAP}\d\d)"
_NIR = re.compile(
    rf"(?<!\d)[123478]{_GAP}\d\d{_GAP}(?:0[1-9]|1[0-2]|[235-9]\d|4[0-2]){_GAP}{_PLACE}"
    rf"{_GAP}(?!000)\d{{3}}(?:{_GAP}(?P<key>\d\d))?(?!\d)",
    re.ASCII,
)
_DIGIT_RUN = re.compile(r"(?<!\d)\d(?:[ .\-_/]?\d){14}(?![ .\-_/]?\d)", re.ASCII)
_IBAN_START = re.compile(r"(?<![A-Z0-9])[A-Z]{2}[0-9]{2}", re.ASCII)


def _without_ibans(text: str) -> str:
    """Blank the valid IBANs: a Norwegian one is two letters and 13 digits."""
    for start in reversed(list(_IBAN_START.finditer(text))):
        try:
            length = registry.get_iban_spec(start.group()[:2]).iban_length
        except schwifty_errors.InvalidCountryCode:
            continue
        whole = re.compile(rf"[A-Z0-9](?:[ .\-]?[A-Z0-9]){{{length - 1}}}(?![A-Z0-9])").match(text, start.start())
        if whole and IBAN(whole.group().replace(".", ""), allow_invalid=True).is_valid:
            text = text[: whole.start()] + "#" * len(whole.group()) + text[whole.end() :]
    return text


def _inside_a_word(text: str, match: re.Match[str]) -> bool:
    """Letters on both sides: a hexadecimal reference, not a number that somebody typed."""
    before, after = text[match.start() - 1 : match.start()], text[match.end() : match.end() + 1]
    return before.isalpha() and after.isalpha()


def _nir_candidates(text: str) -> Iterator[str]:
    for match in _NIR.finditer(text):
        key = match.group("key")
        glued = match.group().isalnum()
        if _inside_a_word(text, match):
            continue
        if key and glued and not nir.is_valid(match.group()):
            continue  # 15 digits in one piece with a wrong key: some other reference
        yield match.group()
    for run in _DIGIT_RUN.finditer(text):
        digits = re.sub(r"\D", "", run.group())
        if _NIR.fullmatch(digits) and nir.is_valid(digits) and not _inside_a_word(text, run):
            yield run.group()


def contains_nir(text: str) -> bool:
    """Tell whether a text holds what looks like a French social security number (NIR), alone or not.

    - 13 characters with a plausible sex, month, department, commune and order, in one piece or cut at the
      usual groups (``1 85 05 78 006 084``), with or without the 2-digit key;
    - 15 digits in one piece, or cut in any other way, only with the right key (97 - n mod 97): references of
      15 digits exist.
    More digits on either side make it another number: SIRET (14), RPPS (11), telephone, RIB; valid IBANs are
    left alone. Sources: INSEE, structure of the NIR; python-stdnum for the key.
    """
    plain = _DASHES.sub("-", _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))).upper()
    plain = _OTHER_DIGITS.sub(lambda match: str(unicodedata.decimal(match.group())), plain)
    return any(True for _ in _nir_candidates(_without_ibans(plain)))


def refuse_nir(text: str) -> None:
    """Validator of every free text and file name: no NIR in this system. The message does not repeat it."""
    if contains_nir(text):
        raise ValidationError(NIR_REFUSED, code="nir")
