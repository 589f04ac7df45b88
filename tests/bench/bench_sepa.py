# ruff: noqa: T201 - a benchmark prints
"""The file of transfers against the same transfers written by the package `sepaxml`, in one run.

    python -m tests.bench.bench_sepa [TRANSFERS]

10,000 transfers by default. `sepaxml` is a requirement of this measure alone (tests/bench/requirements.lock, installed
beside the others by `make bench`; docs/decisions/0016-bank-file.md says why the site does not use it). It is measured
as it writes, without its validation, and once with it. The other floor is lxml alone: the same elements in the same
order, without a check of any text, without reading the file again and adding it up.
"""

import sys
import tempfile
from datetime import date, datetime
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter

from lxml import etree

from payments.sepa.message import DECLARATION, NAMESPACE, Debtor, Sum, Transfer, read_back, write_credit_transfer

ROUNDS = 5
DEBTOR = Debtor("Association regionale", "FR7630006000011234567890189", "AGRIFRPP", "", True)
MADE_AT = datetime(2026, 8, 3, 12)  # noqa: DTZ001 - as the message writes it


def transfers(count: int) -> list[Transfer]:
    return [
        Transfer(
            reference=f"CLAP-202607-1-{number:05d}",
            cents=50_00 + number,
            name=f"Nom Prenom {number}",
            iban="FR7630004000031234567890143",
            bic="BNPAFRPPXXX",
            message="Indemnites ESP CLAP 07/2026",
        )
        for number in range(1, count + 1)
    ]


def bare(path: Path, rows: list[Transfer]) -> None:
    """Write the same elements, and nothing else."""
    made = etree.SubElement
    root = etree.Element("Document", nsmap={None: NAMESPACE})  # type: ignore[dict-item]
    initiation = made(root, "CstmrCdtTrfInitn")
    total = sum(one.cents for one in rows)
    said = f"{total // 100}.{total % 100:02d}"
    head = made(initiation, "GrpHdr")
    for name, text in (
        ("MsgId", "M"),
        ("CreDtTm", "2026-08-03T12:00:00"),
        ("NbOfTxs", str(len(rows))),
        ("CtrlSum", said),
    ):
        made(head, name).text = text
    made(made(head, "InitgPty"), "Nm").text = DEBTOR.name
    block = made(initiation, "PmtInf")
    for name, text in (("PmtInfId", "M"), ("PmtMtd", "TRF"), ("BtchBookg", "true"), ("NbOfTxs", str(len(rows)))):
        made(block, name).text = text
    made(block, "CtrlSum").text = said
    made(made(made(block, "PmtTpInf"), "SvcLvl"), "Cd").text = "SEPA"
    made(made(block, "ReqdExctnDt"), "Dt").text = "2026-08-04"
    made(made(block, "Dbtr"), "Nm").text = DEBTOR.name
    made(made(made(block, "DbtrAcct"), "Id"), "IBAN").text = DEBTOR.iban
    made(made(made(block, "DbtrAgt"), "FinInstnId"), "BICFI").text = DEBTOR.bic
    made(block, "ChrgBr").text = "SLEV"
    for one in rows:
        entry = made(block, "CdtTrfTxInf")
        made(made(entry, "PmtId"), "EndToEndId").text = one.reference
        amount = made(made(entry, "Amt"), "InstdAmt", Ccy="EUR")
        amount.text = f"{one.cents // 100}.{one.cents % 100:02d}"
        made(made(made(entry, "CdtrAgt"), "FinInstnId"), "BICFI").text = one.bic
        made(made(entry, "Cdtr"), "Nm").text = one.name
        made(made(made(entry, "CdtrAcct"), "Id"), "IBAN").text = one.iban
        made(made(entry, "RmtInf"), "Ustrd").text = one.message
    path.write_bytes(DECLARATION + etree.tostring(root, encoding="UTF-8", pretty_print=True))


def whole(path: Path, rows: list[Transfer]) -> None:
    written = write_credit_transfer(
        path, message_id="M", made_at=MADE_AT, execution_on=date(2026, 8, 4), debtor=DEBTOR, transfers=rows
    )
    assert written == Sum.of(rows)


def best(write, path: Path, rows: list[Transfer]) -> float:
    """Seconds of the fastest of some rounds: the machine's other work only adds."""
    found = []
    for _ in range(ROUNDS):
        started = perf_counter()
        write(path, rows)
        found.append(perf_counter() - started)
    return min(found)


def by_sepaxml(path: Path, rows: list[Transfer], *, validate: bool = False) -> None:
    """Write the same transfers by `sepaxml`, in the same version of the message."""
    from sepaxml import SepaTransfer

    config = {
        "name": DEBTOR.name, "IBAN": DEBTOR.iban, "BIC": DEBTOR.bic, "batch": True, "currency": "EUR",
    }  # fmt: skip
    written = SepaTransfer(config, schema="pain.001.001.09", clean=True)
    for one in rows:
        written.add_payment(
            {
                "name": one.name, "IBAN": one.iban, "BIC": one.bic, "amount": one.cents,
                "execution_date": date(2026, 8, 4), "description": one.message, "endtoend_id": one.reference,
            }
        )  # fmt: skip
    path.write_bytes(written.export(validate=validate))


def measure(count: int) -> None:
    rows = transfers(count)
    with tempfile.TemporaryDirectory() as folder:
        ours, floor, theirs = (Path(folder) / name for name in ("ours.xml", "floor.xml", "theirs.xml"))
        seconds, least = best(whole, ours, rows), best(bare, floor, rows)
        started = perf_counter()
        read_back(ours)
        reading = perf_counter() - started
        print(
            f"{count} virements, {ours.stat().st_size / 1e6:.1f} Mo : {seconds:.2f} s, relecture {reading:.2f} s ; "
            f"lxml seul {least:.2f} s, rapport {seconds / least:.2f}"
        )
        if find_spec("sepaxml") is None:
            print("sepaxml n'est pas installé : « make bench » l'installe à part.")
            return
        other = best(by_sepaxml, theirs, rows)
        assert theirs.read_bytes().count(b"<CdtTrfTxInf>") == count
        started = perf_counter()
        by_sepaxml(theirs, rows, validate=True)
        validated = perf_counter() - started
        print(
            f"sepaxml seul {other:.2f} s, rapport {seconds / other:.2f} ; avec sa validation {validated:.2f} s, "
            f"rapport {seconds / validated:.2f}"
        )


if __name__ == "__main__":
    measure(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
