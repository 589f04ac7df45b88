"""The sheet ``Contrôles``: the proof of the run, its totals, who did what, and that the lists agree with the ledger."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Sum
from openpyxl import Workbook

from association.nomenclature import ActionType, Profession
from association.typed_sheets import COUNT, EUROS, HEADER_HEIGHT, INSTANT, TEXT, TITLE, Sheet
from payments.models import LineKind, Payment, Run
from payments.reasons import explain
from payments.selectors.ledger import prove
from payments.workbook.lists import TO_BANK, Tally, Written
from payments.workbook.reading import TeamWords

WIDTHS = (32, 52, 17, 16, 16, 16, 16)


class WorkbookUnbalanced(AssertionError):
    """The lists do not add up to what was frozen: a fault of the program, and no file is made."""


@dataclass(frozen=True)
class Check:
    """Two figures that have to be the same, in rows and in euro cents."""

    words: str
    found: Written
    expected: Written

    @property
    def holds(self) -> bool:
        return self.found == self.expected


def checks(run: Run, tally: Tally) -> list[Check]:
    """Compare what was written with what was frozen at the approval.

    Raises:
        WorkbookUnbalanced: naming what differs.
    """
    to_bank, all_payments = Written(), Written()
    for state, written in tally.by_state.items():
        for target in (all_payments, to_bank) if state in TO_BANK else (all_payments,):
            target.rows += written.rows
            target.cents += written.cents
    found = [
        Check("Feuille Paiements = virements à remettre à la banque", tally.payments, to_bank),
        Check("Tous les virements = payé", all_payments, Written(all_payments.rows, run.paid_cents)),
        Check(
            "Feuille Détail = indemnités de ce paiement",
            tally.detail,
            Written(run.lines_count, run.new_cents),
        ),
        Check(
            "Feuille Reports, restant dues = dû à la clôture",
            tally.still_due,
            Written(tally.still_due.rows, run.closing_cents),
        ),
    ]
    failed = [check.words for check in found if not check.holds]
    if failed:
        raise WorkbookUnbalanced(f"run {run.name}: {', '.join(failed)}")
    return found


@dataclass
class _Totals:
    """Lines priced in the run, added up by what they have in common."""

    by_kind: dict[str, Written]
    by_type: dict[str, Written]
    by_department: dict[str, Written]
    by_profession: dict[str, Written]
    by_team: dict[int, Written]

    @classmethod
    def read(cls, run: Run, teams: dict[int, TeamWords]) -> _Totals:
        totals = cls(*(defaultdict(Written) for _ in range(5)))
        groups = (
            run.lines.order_by()
            .values_list("kind", "action_type", "team_id", "professional__profession")
            .annotate(Count("id"), Sum("amount_cents"))
        )
        for kind, type_, team, profession, rows, cents in groups:
            for sums, key in (
                (totals.by_kind, kind),
                (totals.by_type, type_),
                (totals.by_department, teams[team].department),
                (totals.by_profession, profession),
                (totals.by_team, team),
            ):
                sums[key].rows += rows  # type: ignore[index]
                sums[key].cents += cents  # type: ignore[index]
        return totals


def write_controls(workbook: Workbook, run: Run, teams: dict[int, TeamWords], tally: Tally) -> None:
    """Write the sheet.

    Raises:
        WorkbookUnbalanced: when the lists differ from the ledger.
    """
    sheet = _ControlSheet(workbook, run)
    totals = _Totals.read(run, teams)
    sheet.table(
        "Équilibre",
        ("", "Lignes", "Montant"),
        [
            ("Dû à l'ouverture", "", None, run.opening_cents),
            ("+ Indemnités de ce paiement", "", run.lines_count, run.new_cents),
            ("= À régler", "", None, run.opening_cents + run.new_cents),
            ("Payé", "", None, run.paid_cents),
            ("+ Dû à la clôture", "", None, run.closing_cents),
            ("= Payé ou encore dû", "", None, run.paid_cents + run.closing_cents),
        ],
        last=("Écart", "", None, run.opening_cents + run.new_cents - run.paid_cents - run.closing_cents),
    )
    sheet.checks(checks(run, tally))
    sheet.table(
        "Virements",
        ("", "Nombre", "Montant"),
        _payments(tally),
        last=("Payé", "", *_sum(tally.by_state.values())),
    )
    sheet.table(
        "Reports",
        ("", "Lignes", "Montant"),
        [
            ("Indemnités antérieures réglées par ce paiement", "", *_pair(tally.older_paid)),
            ("Indemnités restant dues à la clôture", "", *_pair(tally.still_due)),
            ("De nouveau dues depuis le bon à payer", "", *_pair(tally.due_again)),
        ],
    )
    sheet.trace(run)
    labels: tuple[tuple[str, dict[str, Written], Callable[[str], str]], ...] = (
        ("Indemnités par nature", totals.by_kind, lambda code: str(LineKind(code).label)),
        ("Indemnités par type d'action", totals.by_type, lambda code: f"{code} – {ActionType(code).label}"),
        ("Indemnités par département", totals.by_department, str),
        ("Indemnités par profession", totals.by_profession, lambda code: f"{code} – {Profession(code).label}"),
    )
    for title, sums, label in labels:
        rows = [(label(code), "", *_pair(sums[code])) for code in sorted(sums)]
        sheet.table(title, ("", "Lignes", "Montant"), rows, last=("Total", "", *_sum(sums.values())))
    sheet.table(
        "Non indemnisés par motif",
        ("", "Lignes", ""),
        [(code, explain(code).label, count, None) for code, count in sorted(tally.excluded.items())],
        last=("Total", "", tally.excluded.total(), None),
    )
    _write_teams(sheet, run, teams, totals)
    sheet.close()


def _write_teams(sheet: _ControlSheet, run: Run, teams: dict[int, TeamWords], totals: _Totals) -> None:
    """One proof per team: opening + new = paid + closing."""
    proofs = prove(run, by="team")
    rows = [
        (
            teams[pk].code,
            f"{teams[pk].name} ({teams[pk].department})",
            totals.by_team[pk].rows,
            proof.opening,
            proof.new,
            proof.paid,
            proof.closing,
        )
        for pk, proof in sorted(proofs.items(), key=lambda item: teams[item[0]].code)
    ]
    parts = [(proof.opening, proof.new, proof.paid, proof.closing) for proof in proofs.values()]
    whole = [sum(column) for column in zip(*parts, strict=True)] or [0] * 4
    sheet.table(
        "Équilibre par équipe",
        ("", "Lignes", "Ouverture", "Indemnités", "Payé", "Clôture"),
        rows,
        last=("Total", "", run.lines_count, *whole),
    )


def _payments(tally: Tally) -> list[tuple[Any, ...]]:
    groups = (
        ("À remettre à la banque (feuille Paiements)", TO_BANK),
        ("En suspens, hors de ce fichier", (Payment.State.HELD,)),
        ("Sans effet, rejetés ou retournés : indemnités de nouveau dues", Payment.GONE),
        ("Compensations, sans mouvement bancaire", (Payment.State.CLEARED,)),
    )
    return [
        (words, "", *_sum(tally.by_state[state] for state in states if state in tally.by_state))
        for words, states in groups
    ]


def _pair(written: Written) -> tuple[int, int]:
    return written.rows, written.cents


def _sum(parts: Iterable[Written]) -> tuple[int, int]:
    found = list(parts)
    return sum(part.rows for part in found), sum(part.cents for part in found)


class _ControlSheet(Sheet):
    """Titled tables one below the other: words, words, a number, then amounts."""

    def __init__(self, workbook: Workbook, run: Run) -> None:
        super().__init__(workbook, "Contrôles", heading=f"Paiement mensuel {run.name}")
        self.widths(WIDTHS)
        self._width = len(WIDTHS)
        self.put(
            self.cells([TITLE] * self._width, header=True),
            self._padded(f"Contrôles du paiement mensuel {run.name}"),
            height=HEADER_HEIGHT,
        )

    def table(
        self,
        title: str,
        headers: Sequence[str],
        rows: Iterable[Sequence[Any]],
        last: Sequence[Any] | None = None,
    ) -> None:
        """Write a title with the headers of its columns (from the second on), the rows, and the total."""
        self._gap()
        formats = [TEXT, TEXT, COUNT, *[EUROS] * (self._width - 3)]
        self.put(self.cells(formats, header=True), self._padded(title, *headers))
        body = self.cells(formats)
        for row in rows:
            self.put(body, self._padded(*row))
        if last is not None:
            self.put(self.cells(formats, total=True), self._padded(*last))

    def checks(self, found: Sequence[Check]) -> None:
        """Write the comparisons; all of them hold, or there would be no file."""
        rows = [
            (
                check.words,
                "",
                check.found.rows,
                check.found.cents,
                check.expected.cents,
                check.found.cents - check.expected.cents,
            )
            for check in found
        ]
        self.table("Vérifications", ("", "Lignes", "Trouvé", "Attendu", "Écart"), rows)

    def trace(self, run: Run) -> None:
        """Write who did what and when, and the checksum of the computation."""
        self._gap()
        formats = [TEXT, TEXT, INSTANT, *[TEXT] * (self._width - 3)]
        self.put(self.cells(formats, header=True), self._padded("Suivi", "par", "le"))
        steps = (
            ("Préparé", run.prepared_by, run.prepared_at),
            ("Soumis", run.submitted_by, run.submitted_at),
            ("Contresigné", run.countersigned_by, run.countersigned_at),
            ("Bon à payer", run.approved_by, run.approved_at),
        )
        body = self.cells(formats)
        for words, who, when in steps:
            if who is not None:
                self.put(body, self._padded(words, f"{who.full_name} ({who.email})", when))
        self.put(self.cells([TEXT] * self._width), self._padded("Empreinte du calcul (SHA-256)", run.checksum))

    def _gap(self) -> None:
        self.put((), ())

    def _padded(self, *values: Any) -> tuple[Any, ...]:
        return (*values, *[None] * (self._width - len(values)))
