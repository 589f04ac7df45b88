"""The file of transfers: ISO 20022 `pain.001.001.09`, as the implementation guidelines of the EPC restrict it for SEPA.

Written with lxml and not by a library: docs/decisions/0016-bank-file.md. Texts are expected to be bank-safe already
(`characters`); one that is not is a fault of the program and writes no file.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from lxml import etree

from payments.sepa.characters import MESSAGE_LENGTH, NAME_LENGTH, REFERENCE_LENGTH, is_bank_safe

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
# With the quotation marks that readers of a bank which is no XML parser expect.
DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>\n'
MOST_CENTS = 999_999_999_99  # EPC: an amount is 0.01 to 999 999 999.99


@dataclass(frozen=True)
class Debtor:
    """Who pays: names as banks take them, ``organisation_id`` the number that the bank gave to the sender of files."""

    name: str
    iban: str
    bic: str
    organisation_id: str
    batch_booking: bool


@dataclass(frozen=True)
class Transfer:
    """One transfer; ``reference`` is its end-to-end reference, ``cents`` euro cents above zero."""

    reference: str
    cents: int
    name: str
    iban: str
    bic: str
    message: str


@dataclass(frozen=True)
class Sum:
    """How many transfers a file holds, and their sum in euro cents."""

    count: int
    cents: int

    @classmethod
    def of(cls, transfers: Iterable[Transfer]) -> Sum:
        amounts = [transfer.cents for transfer in transfers]
        return cls(len(amounts), sum(amounts))


class BankFileUnbalanced(AssertionError):
    """What was written is not what was to be: a fault of the program, no file is left."""


def write_credit_transfer(
    path: Path,
    *,
    message_id: str,
    made_at: datetime,
    execution_on: date,
    debtor: Debtor,
    transfers: Sequence[Transfer],
) -> Sum:
    """Write the file, read it again, and return what it holds.

    Args:
        message_id: at most 35 characters, never used twice; the bank refuses a second file under the same one.
        made_at: in the association's time zone.
        execution_on: a business day (`calendar`).

    Raises:
        ValueError: without a transfer, or for a text or an amount that a bank does not take; it names the transfer.
        BankFileUnbalanced: when the file read again has another count or sum; no file is left.
    """
    if not transfers:
        raise ValueError("a file without a transfer is refused by every bank")
    for transfer in transfers:
        _check(transfer)
    whole = Sum.of(transfers)
    root = etree.Element(f"{{{NAMESPACE}}}Document", nsmap={None: NAMESPACE})  # type: ignore[dict-item]
    initiation = _add(root, "CstmrCdtTrfInitn")
    _write_header(initiation, message_id, made_at, debtor, whole)
    block = _write_block(initiation, message_id, execution_on, debtor, whole)
    for transfer in transfers:
        _write_transfer(block, transfer)
    path.write_bytes(DECLARATION + etree.tostring(root, encoding="UTF-8", xml_declaration=False, pretty_print=True))
    if read_back(path) != whole:
        path.unlink()
        raise BankFileUnbalanced(f"{path.name}: {whole} were to be written")
    return whole


def read_back(path: Path) -> Sum:
    """Count and add up the transfers of a file as a bank does, and compare with what its two heads say.

    Raises:
        BankFileUnbalanced: when a head says something else.
    """
    space = {"p": NAMESPACE}
    root = etree.parse(str(path), etree.XMLParser(resolve_entities=False, no_network=True)).getroot()
    amounts = [cents_of(str(one.text)) for one in root.iterfind(".//p:InstdAmt", space)]
    found = Sum(len(amounts), sum(amounts))
    for head in ("GrpHdr", "PmtInf"):
        count, total = (root.findtext(f".//p:{head}/p:{name}", "", space) for name in ("NbOfTxs", "CtrlSum"))
        if Sum(int(count), cents_of(total)) != found:
            raise BankFileUnbalanced(f"{path.name}: {head} says {count}, {total}; there are {found}")
    return found


def amount_of(cents: int) -> str:
    """Write euro cents as a bank reads them: ``1234.50``."""
    return f"{cents // 100}.{cents % 100:02d}"


def cents_of(amount: str) -> int:
    """Read an amount of two decimals as euro cents, without a float."""
    whole, _, rest = amount.partition(".")
    return int(whole) * 100 + int(rest.ljust(2, "0"))


def _check(transfer: Transfer) -> None:
    texts = (
        (transfer.reference, REFERENCE_LENGTH),
        (transfer.name, NAME_LENGTH),
        (transfer.message, MESSAGE_LENGTH),
    )
    if not all(is_bank_safe(text, longest=longest) for text, longest in texts):
        raise ValueError(f"transfer {transfer.reference}: a text that banks do not take")
    if not 0 < transfer.cents <= MOST_CENTS:
        raise ValueError(f"transfer {transfer.reference}: {transfer.cents} cents")


def _write_header(parent: etree._Element, message_id: str, made_at: datetime, debtor: Debtor, whole: Sum) -> None:
    head = _add(parent, "GrpHdr")
    _add(head, "MsgId", message_id)
    _add(head, "CreDtTm", f"{made_at:%Y-%m-%dT%H:%M:%S}")
    _add(head, "NbOfTxs", str(whole.count))
    _add(head, "CtrlSum", amount_of(whole.cents))
    initiator = _add(head, "InitgPty")
    _add(initiator, "Nm", debtor.name)
    if debtor.organisation_id:
        _add(_add(_add(_add(initiator, "Id"), "OrgId"), "Othr"), "Id", debtor.organisation_id)


def _write_block(
    parent: etree._Element, message_id: str, execution_on: date, debtor: Debtor, whole: Sum
) -> etree._Element:
    block = _add(parent, "PmtInf")
    _add(block, "PmtInfId", message_id)
    _add(block, "PmtMtd", "TRF")
    _add(block, "BtchBookg", "true" if debtor.batch_booking else "false")
    _add(block, "NbOfTxs", str(whole.count))
    _add(block, "CtrlSum", amount_of(whole.cents))
    _add(_add(_add(block, "PmtTpInf"), "SvcLvl"), "Cd", "SEPA")
    _add(_add(block, "ReqdExctnDt"), "Dt", execution_on.isoformat())
    _add(_add(block, "Dbtr"), "Nm", debtor.name)
    _add(_add(_add(block, "DbtrAcct"), "Id"), "IBAN", debtor.iban)
    agent = _add(_add(block, "DbtrAgt"), "FinInstnId")
    if debtor.bic:
        _add(agent, "BICFI", debtor.bic)
    else:  # what the guidelines want where the IBAN alone is known
        _add(_add(agent, "Othr"), "Id", "NOTPROVIDED")
    _add(block, "ChrgBr", "SLEV")
    return block


def _write_transfer(block: etree._Element, transfer: Transfer) -> None:
    one = _add(block, "CdtTrfTxInf")
    _add(_add(one, "PmtId"), "EndToEndId", transfer.reference)
    _add(_add(one, "Amt"), "InstdAmt", amount_of(transfer.cents)).set("Ccy", "EUR")
    if transfer.bic:
        _add(_add(_add(one, "CdtrAgt"), "FinInstnId"), "BICFI", transfer.bic)
    _add(_add(one, "Cdtr"), "Nm", transfer.name)
    _add(_add(_add(one, "CdtrAcct"), "Id"), "IBAN", transfer.iban)
    _add(_add(one, "RmtInf"), "Ustrd", transfer.message)


def _add(parent: etree._Element, name: str, text: str | None = None) -> etree._Element:
    element = etree.SubElement(parent, f"{{{NAMESPACE}}}{name}")
    element.text = text
    return element
