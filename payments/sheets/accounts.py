"""The accounts in ``Bénéficiaires`` and ``Professionnels``; each row there is a beneficiary, also without one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from association.fields import keyed_hash
from association.identifiers import bic_of, clean_iban
from association.sheets.known import REPRISE, entered_states
from association.workbook import Book, Column, Loading, Row, Supplement, kinds
from association.workbook.book import chunked
from association.workbook.cells import Raw
from association.workflow import enter_at
from payments.models import Account, Beneficiary

IBAN, HOLDER, VERIFIED = "IBAN", "Titulaire du compte", "Compte vérifié"
MAX_HOLDER = 140


def _iban_kind() -> kinds.Kind:
    def parse(raw: Raw) -> str:
        if not isinstance(raw, str):
            raise kinds.Unexpected
        return kinds.validated(clean_iban, raw)

    return kinds.Kind(parse, "un IBAN, par exemple FR76…")


COLUMNS = (
    Column(IBAN, _iban_kind(), secret=True),
    Column(HOLDER, kinds.text(MAX_HOLDER)),
    Column(VERIFIED, kinds.yes_no(), default=False),
)


def supplement(sheet: str, owner: str, order: int, holder_of: Callable[[Row], str]) -> Supplement:
    """Return the accounts of a sheet.

    Args:
        owner: the field of `Beneficiary` that points to the sheet's rows (``company``, ``professional``).
        holder_of: the holder when the sheet does not give one.
    """

    def check(book: Book) -> None:
        _check(book, sheet, owner, holder_of)

    def load(book: Book, loading: Loading) -> None:
        _load(book, sheet, owner, loading)

    return Supplement(sheet=sheet, columns=COLUMNS, order=order, check=check, load=load)


def _check(book: Book, sheet: str, owner: str, holder_of: Callable[[Row], str]) -> None:
    """Set apart the accounts to create; an owner whose stored accounts have another IBAN is a fault."""
    stored = _stored_accounts(book, sheet, owner)
    entered = entered_states(Account, [account.pk for found in stored.values() for account in found])
    wanted: list[tuple[Row, str]] = book.memo(("accounts", sheet), list)
    rows_of_iban: dict[str, Row] = {}

    def check_shared(_: Book, row: Row) -> None:
        first = rows_of_iban.setdefault(row[IBAN], row) if row[IBAN] else row
        if first is not row and first.key != row.key:
            book.warn(row, IBAN, f"même IBAN qu’à la ligne {first.number} : deux bénéficiaires, deux virements")

    def check_account(_: Book, row: Row) -> None:
        if row[IBAN] is None:
            return
        if accounts := stored.get(row.pk, []):
            _compare(book, row, accounts, entered)
            return
        if not row[HOLDER]:
            book.warn(row, HOLDER, f"titulaire absent : « {holder_of(row)[:MAX_HOLDER]} » est repris")
        wanted.append((row, row[HOLDER] or holder_of(row)[:MAX_HOLDER]))

    book.check_rows(sheet, _check_without_iban, check_shared, check_account)
    book.report.details["comptes bancaires"] += len(wanted)


def _check_without_iban(book: Book, row: Row) -> None:
    """An empty IBAN says nothing of the accounts that are stored."""
    if row[IBAN] is None and row[VERIFIED]:
        book.fault(row, VERIFIED, says="un compte vérifié demande un IBAN sur la même ligne")


def _stored_accounts(book: Book, sheet: str, owner: str) -> dict[int, list[Account]]:
    owners = [row.pk for row in book[sheet].rows if row.pk]
    accounts = Account.objects.select_related("beneficiary").order_by("-pk")
    found: dict[int, list[Account]] = defaultdict(list)
    for account in chunked(accounts, f"beneficiary__{owner}_id", owners):
        found[getattr(account.beneficiary, f"{owner}_id")].append(account)
    return found


def _compare(book: Book, row: Row, accounts: list[Account], entered: dict[int, str]) -> None:
    same = next((account for account in accounts if account.iban_hash == keyed_hash(row[IBAN])), None)
    if same is None:
        end = accounts[0].iban_last4
        says = f"un autre compte (•••• {end}) est déjà enregistré : un changement de compte se fait à l’écran"
        book.fault(row, IBAN, says=says)
        return
    values: dict[str, Any] = {HOLDER: same.holder} if row.get(HOLDER) else {}
    if same.pk in entered:
        values[VERIFIED] = entered[same.pk] == Account.State.VERIFIED
    book.differs(row, values)


def _load(book: Book, sheet: str, owner: str, loading: Loading) -> None:
    """Create the beneficiaries that are missing, then the accounts: verified as checked before, or proposed."""
    rows = book[sheet].rows
    known = _beneficiaries(owner, [row.pk for row in rows])
    missing = [row.pk for row in rows if row.pk not in known]
    Beneficiary.objects.bulk_create([Beneficiary(**{f"{owner}_id": pk}) for pk in missing], batch_size=2_000)
    known |= _beneficiaries(owner, missing)
    wanted: list[tuple[Row, str]] = book.memo(("accounts", sheet), list)
    enter_at(
        ((_account(row, holder, known[row.pk], loading), _state(row)) for row, holder in wanted),
        actor=loading.actor,
        origin=REPRISE,
    )


def _beneficiaries(owner: str, pks: list[int]) -> dict[int, int]:
    """Return the beneficiaries of owners: primary key of the owner to that of the beneficiary."""
    pairs = Beneficiary.objects.order_by().values_list(f"{owner}_id", "pk")
    return dict(chunked(pairs, f"{owner}_id", pks))


def _state(row: Row) -> str:
    return Account.State.VERIFIED if row[VERIFIED] else Account.State.PROPOSED


def _account(row: Row, holder: str, beneficiary: int, loading: Loading) -> Account:
    iban = row[IBAN]
    return Account(
        beneficiary_id=beneficiary,
        iban=iban,
        iban_hash=keyed_hash(iban),
        iban_last4=iban[-4:],
        bic=bic_of(iban),
        holder=holder,
        origin=REPRISE,
        entered_by=loading.actor,
    )


COMPANY_ACCOUNTS = supplement("Bénéficiaires", "company", 35, lambda row: row["Raison sociale"])
PERSON_ACCOUNTS = supplement("Professionnels", "professional", 45, lambda row: f"{row['Prénom']} {row['Nom']}")
