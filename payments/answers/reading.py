"""Read a report (`pain.002.001.*`), a statement (`camt.053`) or a notice (`camt.054`) of any version.

Elements are found by their name, whatever the version of the namespace. A file is refused before it is read when it is
too big or brings a document type (entities, external files); nothing is fetched. Of what a bank writes, names, accounts
and free words are not taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from zoneinfo import ZoneInfo

from lxml import etree

from association.identifiers import contains_nir

MEGABYTES = 10
MAX_BYTES = MEGABYTES * 1024 * 1024
MAX_LINES = 20_000
PARIS = ZoneInfo("Europe/Paris")
NAMESPACE = re.compile(r"\Aurn:iso:std:iso:20022:tech:xsd:(pain\.002|camt\.053|camt\.054)\.001\.\d{2}\Z")
CODE = re.compile(r"\A[A-Z0-9]{1,10}\Z")
REFERENCE = re.compile(r"[^A-Za-z0-9/\-?:().,'+ _]")
# Account numbers have no place in a reference; some banks put one there.
IBAN_LIKE = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{10,30}")
NO_REFERENCE = ("NOTPROVIDED", "")
# External status codes: the money has left the debtor's account for good, or has reached the creditor's.
SETTLED, REFUSED = ("ACSC", "ACCC"), "RJCT"


class Effect(StrEnum):
    """What a line would change; the codes are those of `BankAnswerLine.Effect`."""

    PAID = "paid"
    REJECTED = "rejected"
    RETURNED = "returned"
    FILE_REFUSED = "file_refused"
    NONE = "none"


class Unreadable(Exception):
    """A file that is not taken; the French sentence says why and what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True)
class Said:
    """One thing that a file says. ``reference``: an end-to-end id; of a whole file or batch, its message number.

    ``cents``: euro cents, None where the file has no amount; -1 for another currency, which matches nothing.
    """

    effect: Effect
    reference: str
    is_file: bool = False
    cents: int | None = None
    day: date | None = None
    reason: str = ""
    status: str = ""


@dataclass(frozen=True)
class Answer:
    """What a file is and says."""

    kind: str
    message_id: str
    said: tuple[Said, ...]


def read_answer(content: bytes) -> Answer:
    """Read the bytes of a file.

    Raises:
        Unreadable: too big, no XML, with a document type, of another kind, or with too many lines.
    """
    if len(content) > MAX_BYTES:
        raise Unreadable(f"Ce fichier dépasse {MEGABYTES} Mo : demandez à la banque un relevé par jour ou par semaine.")
    root = _root(content)
    found = NAMESPACE.match(etree.QName(root).namespace or "")
    if not found:
        raise Unreadable(
            "Ce fichier n’est ni un compte rendu pain.002 ni un relevé camt.053 ou camt.054. Demandez à la banque "
            "l’un des trois, en XML."
        )
    kind = found[1]
    said = []
    for one in _status_report(root) if kind == "pain.002" else _statement(root):
        said.append(one)
        if len(said) > MAX_LINES:
            raise Unreadable(f"Ce fichier a plus de {MAX_LINES} opérations : demandez une période plus courte.")
    return Answer(kind, _reference(_text(root, "GrpHdr", "MsgId")), tuple(said))


def _root(content: bytes) -> etree._Element:
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise Unreadable(
            "Ce fichier n’est pas un fichier XML entier : téléchargez-le de nouveau à la banque."
        ) from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise Unreadable(
            "Ce fichier définit ses propres règles (DOCTYPE) : aucune banque n’en envoie, il n’est pas lu."
        )
    return root


# --- pain.002 ------------------------------------------------------------------------------------------------


def _status_report(root: etree._Element) -> Iterator[Said]:
    group = _first(root, "OrgnlGrpInfAndSts")
    message = _reference(_text(group, "OrgnlMsgId"))
    made_on = _day(_text(root, "GrpHdr", "CreDtTm"))
    group_status = _code(_text(group, "GrpSts"))
    if group_status == REFUSED:
        yield Said(Effect.FILE_REFUSED, message, True, reason=_reason(group), status=group_status)
        return
    blocks = _all(root, "OrgnlPmtInfAndSts")
    if not blocks and group_status:
        yield Said(Effect.NONE, message, True, status=group_status)
    for block in blocks:
        payment_info, status = _reference(_text(block, "OrgnlPmtInfId")), _code(_text(block, "PmtInfSts"))
        details = _all(block, "TxInfAndSts")
        if status == REFUSED and not details:
            # A file of ours has one block, under the number of its message.
            yield Said(Effect.FILE_REFUSED, payment_info or message, True, reason=_reason(block), status=status)
        elif not details and status:
            yield Said(Effect.NONE, payment_info or message, True, status=status)
        for one in details:
            yield _transaction(one, status, made_on)


def _transaction(one: etree._Element, block_status: str, made_on: date | None) -> Said:
    status = _code(_text(one, "TxSts")) or block_status
    effect = Effect.REJECTED if status == REFUSED else Effect.PAID if status in SETTLED else Effect.NONE
    amount = _first(_first(_first(one, "OrgnlTxRef"), "Amt"), "InstdAmt")
    return Said(
        effect,
        _reference(_text(one, "OrgnlEndToEndId")),
        cents=_cents(amount),
        day=_day(_text(one, "AccptncDtTm")) or made_on,
        reason=_reason(one) if effect is Effect.REJECTED else "",
        status=status,
    )


# --- camt.053 and camt.054 -----------------------------------------------------------------------------------


def _statement(root: etree._Element) -> Iterator[Said]:
    for entry in root.iter("{*}Ntry"):
        status = _first(entry, "Sts")
        booked = _code(_text(status, "Cd") or (status.text or "" if status is not None else ""))
        if booked != "BOOK":
            continue  # announced, not on the account yet
        day = _day(_text(entry, "BookgDt", "Dt") or _text(entry, "BookgDt", "DtTm"))
        credit = _text(entry, "CdtDbtInd") == "CRDT"
        if not _all(entry, "NtryDtls"):
            # Nothing to know it by: listed all the same, money that comes back may be one of these.
            effect = Effect.RETURNED if credit else Effect.PAID
            yield Said(effect, "", cents=_cents(_first(entry, "Amt")), day=day, status="BOOK")
        for details in _all(entry, "NtryDtls"):
            found = _all(details, "TxDtls")
            batch = _first(details, "Btch")
            if batch is not None and not found:
                yield _batch(entry, batch, credit, day)
            for one in found:
                yield _booked(entry, one, credit, day, alone=len(found) == 1)


def _batch(entry: etree._Element, batch: etree._Element, credit: bool, day: date | None) -> Said:
    reference = _reference(_text(batch, "PmtInfId") or _text(batch, "MsgId"))
    effect = Effect.NONE if credit else Effect.PAID
    return Said(effect, reference, True, cents=_cents(_first(entry, "Amt")), day=day, status="BOOK")


def _booked(entry: etree._Element, one: etree._Element, credit: bool, day: date | None, *, alone: bool) -> Said:
    own = _text(one, "CdtDbtInd")
    is_credit = own == "CRDT" if own else credit
    is_return = _first(one, "RtrInf") is not None
    amount = _first(one, "Amt")
    if amount is None:
        amount = _first(_first(_first(one, "AmtDtls"), "TxAmt"), "Amt")
    if amount is None and alone:
        amount = _first(entry, "Amt")
    # A transfer of ours leaves the account; the same reference coming in is one that came back.
    effect = Effect.RETURNED if is_credit or is_return else Effect.PAID
    return Said(
        effect,
        _reference(_text(one, "Refs", "EndToEndId")),
        cents=_cents(amount),
        day=day,
        reason=_reason(_first(one, "RtrInf")) if is_return else "",
        status="BOOK",
    )


# --- pieces --------------------------------------------------------------------------------------------------


def _all(parent: etree._Element | None, name: str) -> list[etree._Element]:
    if parent is None:
        return []
    found = parent.findall(f"{{*}}{name}")
    return found or (parent.findall(f"*/{{*}}{name}") if parent.getparent() is None else [])


def _first(parent: etree._Element | None, name: str) -> etree._Element | None:
    found = _all(parent, name)
    return found[0] if found else None


def _text(parent: etree._Element | None, *names: str) -> str:
    for name in names:
        parent = _first(parent, name)
    return (parent.text or "").strip() if parent is not None else ""


def _reason(parent: etree._Element | None) -> str:
    """Return the ISO code of why: ``StsRsnInf/Rsn/Cd`` of a report, ``RtrInf/Rsn/Cd`` of a statement."""
    for place in ((), ("StsRsnInf",)):
        one = parent
        for name in place:
            one = _first(one, name)
        if code := _code(_text(one, "Rsn", "Cd") or _text(one, "Rsn", "Prtry")):
            return code
    return ""


def _code(text: str) -> str:
    return text if CODE.match(text) else ""


def _reference(text: str) -> str:
    if IBAN_LIKE.search(re.sub(r"\s", "", text.upper())) or contains_nir(text):
        return ""
    plain = REFERENCE.sub("", text)[:35].strip()
    return "" if plain in NO_REFERENCE else plain


def _cents(amount: etree._Element | None) -> int | None:
    if amount is None:
        return None
    if amount.get("Ccy", "EUR") != "EUR":
        return -1
    try:
        cents = Decimal((amount.text or "").strip()) * 100
        return int(cents) if cents == cents.to_integral_value() and 0 <= cents < 10**15 else -1
    except (InvalidOperation, ValueError, OverflowError):
        return -1


def _day(text: str) -> date | None:
    """Return a civil day; an instant with an offset is placed on the calendar of Paris."""
    try:
        if len(text) <= 10:
            return date.fromisoformat(text)
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at.astimezone(PARIS).date() if at.tzinfo else at.date()
