"""The four lists of the payment workbook. What each wrote is counted, and checked against the ledger (controls)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache

from openpyxl import Workbook

from association.nomenclature import ParticipationRole, Profession
from association.registries import Progress
from association.typed_sheets import DAY, EUROS, MONTH, PROSE, Column, ListSheet
from payments.models import LineKind, Payment, Run
from payments.reasons import explain
from payments.workbook import reading
from payments.workbook.reading import Ledger, Report, TeamWords

PAYMENTS = (
    Column("Référence", 22),
    Column("RPPS", 13),
    Column("Nom", 23),
    Column("Prénom", 16),
    Column("Profession", 24),
    Column("Titulaire du compte", 30),
    Column("IBAN", 31),
    Column("BIC", 13),
    Column("Montant", 13, EUROS),
    Column("Libellé", 29),
)
DETAIL = (
    Column("Référence action", 19),
    Column("Date", 12, DAY),
    Column("Code équipe", 13),
    Column("Type", 12),
    Column("RPPS", 13),
    Column("Rôle", 12),
    Column("Tarif", 12, EUROS),
    Column("Montant", 12, EUROS),
    Column("Écrêté", 38),
    Column("Nature", 15),
    Column("Virement", 22),
)
EXCLUDED = (
    Column("Référence action", 19),
    Column("Date", 12, DAY),
    Column("Code équipe", 13),
    Column("RPPS", 13),
    Column("Motif", 13),
    Column("Explication", 88, PROSE),
    Column("Depuis", 10, MONTH),
)
REPORTS = (
    Column("Situation", 22),
    Column("Motif", 13),
    Column("Référence action", 19),
    Column("Date", 12, DAY),
    Column("Code équipe", 13),
    Column("Type", 12),
    Column("RPPS", 13),
    Column("Bénéficiaire", 25),
    Column("Montant", 12, EUROS),
    Column("Paiement d'origine", 12),
    Column("Virement", 22),
    Column("Explication", 64, PROSE),
)
# What goes to the bank, or went and has not come back.
TO_BANK = (Payment.State.PENDING, Payment.State.SENT, Payment.State.PAID)


@dataclass
class Written:
    """Rows and euro cents of a sheet, or of a part of it."""

    rows: int = 0
    cents: int = 0

    def add(self, cents: int = 0) -> None:
        self.rows += 1
        self.cents += cents


@dataclass
class Tally:
    """What the lists hold, counted while they are written."""

    payments: Written = field(default_factory=Written)
    detail: Written = field(default_factory=Written)
    excluded: Counter[str] = field(default_factory=Counter)
    older_paid: Written = field(default_factory=Written)
    still_due: Written = field(default_factory=Written)
    due_again: Written = field(default_factory=Written)
    by_state: dict[str, Written] = field(default_factory=dict)


@dataclass
class Lists:
    """Writes the lists of one run, in the order of the sheets."""

    workbook: Workbook
    run: Run
    teams: dict[int, TeamWords]
    progress: Progress | None = None
    whole_ibans: bool = True
    tally: Tally = field(default_factory=Tally)

    def __post_init__(self) -> None:
        self._transfers: dict[int, str] = {}
        self._ledger = Ledger(self.run)

    def write(self) -> Tally:
        """Write the four lists and return what they hold."""
        if self.progress:
            self.progress.total(self.run.payments.count() + self.run.lines_count + self.run.exclusions.count())
        self._write_payments()
        self._write_detail()
        self._write_excluded()
        self._write_reports()
        return self.tally

    def _sheet(self, title: str, columns: tuple[Column, ...]) -> ListSheet:
        return ListSheet(self.workbook, title, columns, heading=f"Paiement mensuel {self.run.name}")

    def _advance(self, rows: int) -> None:
        if self.progress:
            self.progress.advance(rows)

    def _write_payments(self) -> None:
        """One row per transfer to make; those held, void or of zero are counted only (sheet Contrôles).

        A company is paid under its name: it has no RPPS, first name or profession.
        """
        sheet = self._sheet("Paiements", PAYMENTS)
        for batch in reading.payments(self.run):
            for _, reference, state, beneficiary, cents, *account, rpps, last, first, profession, company in batch:
                self.tally.by_state.setdefault(state, Written()).add(cents)
                if state not in Payment.GONE:
                    self._transfers[beneficiary] = reference
                if state in TO_BANK:
                    holder, iban, bic, label = account
                    iban = iban if self.whole_ibans else f"•••• {iban[-4:]}"
                    profession = Profession(profession).label if profession else None
                    sheet.row(reference, rpps, company or last, first, profession, holder, iban, bic, cents, label)
                    self.tally.payments.add(cents)
            self._advance(len(batch))
        sheet.close()

    def _write_detail(self) -> None:
        """The lines priced in this run; a reversal is negative, and ``Virement`` is empty while a line waits."""
        sheet = self._sheet("Détail", DETAIL)
        row, add, teams, transfers = sheet.row, self.tally.detail.add, self.teams, self._transfers
        for joined, payee in self._ledger.payees.items():
            if payee in transfers:
                transfers.setdefault(joined, transfers[payee])
        for batch in reading.lines(self.run):
            for _, action, day, team, type_, rpps, role, price, cents, cut_by, kind, beneficiary in batch:
                row(
                    action,
                    day,
                    teams[team].code,
                    type_,
                    rpps,
                    _role(role),
                    price,
                    cents,
                    cut_in_words(cut_by),
                    _kind(kind),
                    transfers.get(beneficiary),
                )
                add(cents)
            self._advance(len(batch))
        sheet.close()

    def _write_excluded(self) -> None:
        sheet = self._sheet("Non indemnisés", EXCLUDED)
        for batch in reading.exclusions(self.run):
            for _, action, day, team, rpps, reason, since in batch:
                sheet.row(action, day, self.teams[team].code, rpps, reason, explain(reason).sentence, since)
                self.tally.excluded[reason] += 1
            self._advance(len(batch))
        sheet.close()

    def _write_reports(self) -> None:
        sheet = self._sheet("Reports", REPORTS)
        ledger = self._ledger
        parts: tuple[tuple[str, Iterable[list[Report]], Written], ...] = (
            ("Réglée par ce paiement", ledger.older_lines_paid(), self.tally.older_paid),
            ("Reste due", ledger.still_due(), self.tally.still_due),
            ("De nouveau due", ledger.due_again(), self.tally.due_again),
        )
        for situation, rows, written in parts:
            for batch in rows:
                for report in batch:
                    self._write_report(sheet, situation, report)
                    written.add(report.cents)
        sheet.close()

    def _write_report(self, sheet: ListSheet, situation: str, report: Report) -> None:
        explained = explain(report.reason)
        said = f"{report.detail.rstrip('.')}. " if report.detail else ""
        sheet.row(
            situation,
            report.reason,
            report.reference_of_action,
            report.held_on,
            self.teams[report.team_id].code,
            report.action_type,
            report.rpps,
            report.beneficiary,
            report.cents,
            report.origin,
            report.payment,
            f"{said}{explained.sentence}",
        )


@cache
def cut_in_words(cut_by: str) -> str:
    """Return why a line was cut, one or both ceilings: ``CAP_TEAM : Plafond annuel de l'équipe``."""
    return " ; ".join(f"{code} : {explain(code).label}" for code in cut_by.split("+") if code)


@cache
def _role(code: str) -> str:
    return str(ParticipationRole(code).label)


@cache
def _kind(code: str) -> str:
    return str(LineKind(code).label)
