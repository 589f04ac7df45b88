"""Kinds of value in a column: what a cell may hold, as a person or a spreadsheet wrote it, and what it means."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from association.identifiers import compact, contains_nir
from association.workbook.cells import ErrorValue, Formula, Raw
from association.workbook.report import grouped, quoted

FIRST_YEAR, LAST_YEAR = 1900, 2100
MAX_AMOUNT_CENTS = 100_000_00
_OUT_OF_BOUNDS = f"un montant supérieur à 0 et au plus égal à {grouped(MAX_AMOUNT_CENTS // 100)} est attendu"
_SPACES = "[ \u00a0\u202f\u2009]"
_AMOUNT = re.compile(rf"-?(\d{{1,3}}({_SPACES}\d{{3}})+|\d+)(,\d+)?", re.ASCII)
_INTEGER = re.compile(rf"\d{{1,3}}({_SPACES}\d{{3}})+|\d+", re.ASCII)
_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})", re.ASCII)


class Unexpected(Exception):
    """A value is not what its column expects; ``reason`` is a clause in place of the column's "attendu : …"."""

    def __init__(self, reason: str = "", *, hide: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.hide = reason, hide


@dataclass(frozen=True)
class Kind:
    """How a cell of a column is read.

    ``parse`` takes a filled cell and returns the value, or raises Unexpected; ``expected`` says in French what may
    stand there; ``show`` writes a value again, for a message.
    """

    parse: Callable[[Raw], Any]
    expected: str
    show: Callable[[Any], str] = str


def fold(text: str) -> str:
    """Reduce to what headers and choices are compared by: no case, no accent, blanks as one."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("’", "'"))
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).split())


def shown(raw: Any) -> str:
    """Write a cell for a message."""
    if isinstance(raw, bool):
        return "VRAI" if raw else "FAUX"
    if isinstance(raw, date):
        return f"{raw:%d/%m/%Y}"
    if isinstance(raw, Formula | ErrorValue):
        return raw.text
    if isinstance(raw, float):
        return f"{raw:.15g}".replace(".", ",")
    return "" if raw is None else str(raw)


def read(kind: Kind, raw: Raw) -> Any:
    """Return the value of a filled cell.

    Raises:
        Unexpected: also for what no column takes: a formula, an error, a control character, a NIR.
    """
    if isinstance(raw, Formula):
        raise Unexpected("une valeur est attendue, pas une formule : collez les valeurs")
    if isinstance(raw, ErrorValue):
        raise Unexpected("la cellule est en erreur, corrigez-la")
    if isinstance(raw, str):
        return kind.parse(_clean(raw))
    return kind.parse(raw)


def _clean(text: str) -> str:
    text = unicodedata.normalize("NFC", text).replace("\ufeff", "").replace("\u200b", "")
    text = re.sub(r"[ \t\r\n]+", " ", text).strip()
    if any(unicodedata.category(c) in ("Cc", "Cs", "Cn") or c in "\u202a\u202b\u202d\u202e" for c in text):
        raise Unexpected("un texte sans caractère de contrôle est attendu")
    if len(text) >= 13 and contains_nir(text):
        raise Unexpected(
            "ce texte semble contenir un numéro de sécurité sociale (NIR) : aucune donnée de patient ici", hide=True
        )
    return text


# --- the kinds ------------------------------------------------------------------------------------------------


def text(max_length: int) -> Kind:
    """Text; a number is taken as it is written."""

    def parse(raw: Raw) -> str:
        if isinstance(raw, bool | date):
            raise Unexpected
        value = shown(raw)
        if len(value) > max_length:
            raise Unexpected(f"{max_length} caractères sont permis, pas {grouped(len(value))}")
        return value

    return Kind(parse, "du texte")


def digits(length: int, *, validator: Callable[[str], None] | None = None, expected: str) -> Kind:
    """A code of digits, with the leading zeros that a spreadsheet took away when it made a number of it."""

    def parse(raw: Raw) -> str:
        if isinstance(raw, bool | date) or (isinstance(raw, float) and not raw.is_integer()):
            raise Unexpected
        value = compact(raw) if isinstance(raw, str) else str(int(raw)).zfill(length)  # type: ignore[arg-type]
        if validator:
            validated(validator, value)
        return value

    return Kind(parse, expected)


def checked(max_length: int, validator: Callable[[str], None], *, expected: str) -> Kind:
    """An identifier with letters, stored compact."""

    def parse(raw: Raw) -> str:
        if not isinstance(raw, str):
            raise Unexpected
        value = compact(raw)
        validated(validator, value)
        return value[:max_length]

    return Kind(parse, expected)


def email() -> Kind:
    def parse(raw: Raw) -> str:
        if not isinstance(raw, str) or len(raw) > 254:
            raise Unexpected
        validated(validate_email, raw)
        return raw.lower()

    return Kind(parse, "une adresse électronique, par exemple nom@exemple.fr")


def phone() -> Kind:
    """A telephone number; nine digits are one that lost its zero."""

    def parse(raw: Raw) -> str:
        value = str(raw).zfill(10) if isinstance(raw, int) and not isinstance(raw, bool) else raw
        if not isinstance(value, str) or len(value) > 30 or not re.fullmatch(r"[\d +().\-/\u00a0\u202f]+", value):
            raise Unexpected
        return value

    return Kind(parse, "un numéro de téléphone")


def day() -> Kind:
    """A civil date: a real one, or JJ/MM/AAAA."""

    def parse(raw: Raw) -> date:
        value = raw if isinstance(raw, date) else _written_date(raw)
        if value is None:
            raise Unexpected
        if not FIRST_YEAR <= value.year <= LAST_YEAR:
            raise Unexpected(f"une date entre {FIRST_YEAR} et {LAST_YEAR} est attendue")
        return value

    return Kind(parse, "une date (JJ/MM/AAAA)", shown)


def _written_date(raw: Raw) -> date | None:
    match = _DATE.fullmatch(raw) if isinstance(raw, str) else None
    try:
        return date(int(match.group(3)), int(match.group(2)), int(match.group(1))) if match else None
    except ValueError:
        return None


def amount_cents() -> Kind:
    """Euros as a number or ``1 234,56``, above zero, at most 100,000, at most two decimals; read as cents."""

    def parse(raw: Raw) -> int:
        euros = _euros(raw)
        cents = euros * 100
        if cents != cents.to_integral_value():
            raise Unexpected("un montant avec au plus deux décimales est attendu")
        if not 0 < cents <= MAX_AMOUNT_CENTS:
            raise Unexpected(_OUT_OF_BOUNDS)
        return int(cents)

    return Kind(parse, f"un montant, par exemple {euros_text(1_234_56)}", euros_text)


def _euros(raw: Raw) -> Decimal:
    """The decimal that a person sees: 15 significant digits, as every spreadsheet shows a number."""
    if isinstance(raw, bool | date) or (isinstance(raw, str) and not _AMOUNT.fullmatch(raw)):
        raise Unexpected
    written = re.sub(_SPACES, "", raw).replace(",", ".") if isinstance(raw, str) else f"{raw:.15g}"
    try:
        value = Decimal(written)
    except InvalidOperation:
        raise Unexpected from None
    if abs(value) > MAX_AMOUNT_CENTS:
        raise Unexpected(_OUT_OF_BOUNDS)
    return value


def euros_text(cents: int) -> str:
    """Write cents as ``1 234,56``."""
    whole = f"{Decimal(cents).scaleb(-2).quantize(Decimal('0.01'), ROUND_HALF_EVEN):,}"
    return whole.replace(",", "\u202f").replace(".", ",")


def integer(*, least: int = 0, most: int) -> Kind:
    def parse(raw: Raw) -> int:
        if isinstance(raw, str) and _INTEGER.fullmatch(raw):
            raw = int(re.sub(_SPACES, "", raw)) if len(raw) < 16 else most + 1
        if isinstance(raw, bool) or not isinstance(raw, int) or not least <= raw <= most:
            raise Unexpected
        return raw

    return Kind(parse, f"un nombre entier de {grouped(least)} à {grouped(most)}")


def choice(options: Mapping[str, Any], *, expected: str = "") -> Kind:
    """One of the words given, whatever their case and accents."""
    by_word = {fold(word): value for word, value in options.items()}
    words = {value: word for word, value in reversed(list(options.items()))}

    def parse(raw: Raw) -> Any:
        if isinstance(raw, bool | date) or fold(shown(raw)) not in by_word:
            raise Unexpected
        return by_word[fold(shown(raw))]

    return Kind(parse, expected or either(list(options)), lambda value: str(words.get(value, value)))


def yes_no() -> Kind:
    return choice({"oui": True, "non": False})


def many(one: Kind) -> Kind:
    """Several values in one cell, ``;`` between; order and repetition do not count."""

    def parse(raw: Raw) -> tuple[Any, ...]:
        parts = [part.strip() for part in raw.split(";") if part.strip()] if isinstance(raw, str) else [raw]
        return tuple(dict.fromkeys(one.parse(part) for part in parts))

    return Kind(
        parse,
        f"{one.expected} ; séparés par des points-virgules s'il y en a plusieurs",
        lambda values: " ; ".join(sorted(one.show(value) for value in values)),
    )


def either(words: list[str]) -> str:
    """Return "a, b ou c"."""
    return " ou ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def validated(validator: Callable[[str], Any], value: str) -> Any:
    """Return what a validator of the house returns; its own sentence is the reason otherwise."""
    try:
        return validator(value)
    except ValidationError as error:
        raise Unexpected(" ".join(error.messages).rstrip(".")) from None


def quoted_value(column: Any, value: Any) -> str:
    """Write a typed value of a column between French quotes, nothing for an empty one; a secret but for its end."""
    if value is None or value in ("", ()):
        return ""
    written = column.kind.show(value)
    return quoted(f"•••• {written[-4:]}" if column.secret else written)
