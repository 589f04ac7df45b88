"""Files as banks write them, for the tests: a status report, a statement, a notice."""

from __future__ import annotations

from collections.abc import Iterable

REPORT = "urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"
STATEMENT = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"
NOTICE = "urn:iso:std:iso:20022:tech:xsd:camt.054.001.02"


def status_report(*rows: tuple[str, str, str, int | None], message: str = "CLAP-0", group: str = "PART") -> bytes:
    """Return a pain.002. Each row: end-to-end id, status, reason, cents (None: the bank gives no amount)."""
    details = "".join(
        f"<TxInfAndSts><OrgnlEndToEndId>{reference}</OrgnlEndToEndId><TxSts>{status}</TxSts>"
        + (f"<StsRsnInf><Rsn><Cd>{reason}</Cd></Rsn></StsRsnInf>" if reason else "")
        + "<AccptncDtTm>2026-08-05T23:30:00Z</AccptncDtTm>"
        + (f'<OrgnlTxRef><Amt><InstdAmt Ccy="EUR">{euros(cents)}</InstdAmt></Amt></OrgnlTxRef>' if cents else "")
        + "</TxInfAndSts>"
        for reference, status, reason, cents in rows
    )
    block = f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>{message}</OrgnlPmtInfId>{details}</OrgnlPmtInfAndSts>" if rows else ""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><Document xmlns="{REPORT}"><CstmrPmtStsRpt><GrpHdr><MsgId>BQ-1</MsgId>'
        f"<CreDtTm>2026-08-06T06:00:00</CreDtTm></GrpHdr><OrgnlGrpInfAndSts><OrgnlMsgId>{message}</OrgnlMsgId>"
        f"<OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId><GrpSts>{group}</GrpSts>"
        f"{'<StsRsnInf><Rsn><Cd>FF01</Cd></Rsn></StsRsnInf>' if group == 'RJCT' else ''}</OrgnlGrpInfAndSts>"
        f"{block}</CstmrPmtStsRpt></Document>"
    ).encode()


def debit(reference: str, cents: int, *, day: str = "2026-08-05", currency: str = "EUR") -> str:
    """Return an entry of one transfer that left the account."""
    return _entry("DBIT", cents, day, f"<TxDtls>{_refs(reference)}{_amount(cents, currency)}</TxDtls>")


def credit(reference: str, cents: int, *, reason: str = "", day: str = "2026-08-10") -> str:
    """Return an entry of one transfer that came back."""
    why = f"<RtrInf><Rsn><Cd>{reason}</Cd></Rsn></RtrInf>" if reason else ""
    return _entry("CRDT", cents, day, f"<TxDtls>{_refs(reference)}{_amount(cents, 'EUR')}{why}</TxDtls>")


def batch(message: str, cents: int, *, day: str = "2026-08-05") -> str:
    """Return one debit for a whole file."""
    return _entry("DBIT", cents, day, f"<Btch><PmtInfId>{message}</PmtInfId></Btch>")


def announced(reference: str, cents: int) -> str:
    """Return an entry that is not on the account yet."""
    return debit(reference, cents).replace("<Cd>BOOK</Cd>", "<Cd>PDNG</Cd>")


def statement(entries: Iterable[str], *, number: int = 1) -> bytes:
    """Return a camt.053."""
    return _document(STATEMENT, "BkToCstmrStmt", "Stmt", entries, number)


def notice(entries: Iterable[str], *, number: int = 1) -> bytes:
    """Return a camt.054 of the older version, whose status has no code element."""
    older = [entry.replace("<Sts><Cd>BOOK</Cd></Sts>", "<Sts>BOOK</Sts>") for entry in entries]
    return _document(NOTICE, "BkToCstmrDbtCdtNtfctn", "Ntfctn", older, number)


def euros(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"


def _document(namespace: str, body: str, part: str, entries: Iterable[str], number: int) -> bytes:
    head = f"<GrpHdr><MsgId>REL-{number}</MsgId><CreDtTm>2026-08-11T06:00:00</CreDtTm></GrpHdr>"
    content = f"<{part}><Id>{number}</Id>{''.join(entries)}</{part}>"
    whole = f'<Document xmlns="{namespace}"><{body}>{head}{content}</{body}></Document>'
    return f'<?xml version="1.0" encoding="UTF-8"?>{whole}'.encode()


def _entry(sign: str, cents: int, day: str, details: str) -> str:
    return (
        f'<Ntry><Amt Ccy="EUR">{euros(cents)}</Amt><CdtDbtInd>{sign}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>'
        f"<BookgDt><Dt>{day}</Dt></BookgDt><NtryDtls>{details}</NtryDtls></Ntry>"
    )


def _refs(reference: str) -> str:
    return f"<Refs><EndToEndId>{reference}</EndToEndId></Refs>"


def _amount(cents: int, currency: str) -> str:
    return f'<Amt Ccy="{currency}">{euros(cents)}</Amt>'
