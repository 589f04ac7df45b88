"""The papers of a year at a glance, and where the accounting periods of a fiscal year stand."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date

from django.db.models import Max, Min, QuerySet, Sum
from django.urls import reverse
from django.utils import timezone

from association.models import User
from association.money import euros, grouped
from association.pdf.text import long_date
from payments.exercise import Exercise
from payments.models import AccountingExport, AccountingSettings, Grant, Payment, YearClosing
from payments.selectors.accounting import Kind, next_start, pending_events, possible_ends
from payments.selectors.das2 import das2_rows, incomplete, threshold_of
from payments.selectors.reconciliation import reconcile
from payments.selectors.statements import paid_in, statement_rows
from payments.selectors.year_days import end_of, exercise_at

KIND_WORDS = {
    Kind.RUN: ("bon à payer", "bons à payer"),
    Kind.PAID: ("virement payé", "virements payés"),
    Kind.BACK: ("virement revenu", "virements revenus"),
    Kind.REPAID: ("remboursement reçu", "remboursements reçus"),
    Kind.WAIVED: ("trop-perçu abandonné", "trop-perçus abandonnés"),
    Kind.ACCRUAL: ("charge à payer", "charges à payer"),
    Kind.REVERSAL: ("extourne", "extournes"),
}


def years() -> list[int]:
    """Return the civil years of which there may be papers, the present one first."""
    present = timezone.localdate().year
    first = Payment.objects.aggregate(first=Min("paid_on"))["first"]
    return list(range(present, min(present, first.year if first else present) - 1, -1))


@dataclass(frozen=True)
class Paper:
    """One paper of the year: what it is, what can be said of it now, in a badge and a sentence."""

    title: str
    url: str
    text: str
    label: str
    tone: str


@dataclass(frozen=True)
class YearFigures:
    """The three figures of a year, in words, and whether its reconciliation sheet adds up to the cent."""

    paid: str
    due: str
    left: str
    holds: bool


def year_figures(year: int) -> YearFigures:
    """Sum the ledger for the figures of a year: a part of the page, which comes when it is ready."""
    sheet = reconcile(year)
    paid = paid_in(year).aggregate(cents=Sum("amount_cents"))["cents"] or 0
    return YearFigures(euros(paid), euros(sheet.total.new), euros(sheet.total.closing.left), sheet.holds)


def papers_of(year: int, *, user: User) -> list[Paper]:
    """Return the papers of a year for who may see them."""
    exercise = exercise_at(end_of(year))
    return [
        _statements(year, user),
        _das2(year, user),
        _entries(exercise),
        _closing(exercise),
        _dedicated(exercise),
        _sheet(year),
    ]


def _statements(year: int, user: User) -> Paper:
    count = statement_rows(user, year).count()
    return Paper(
        "Relevés annuels",
        reverse("payments:statement_list", args=[year]),
        "Ce que chacun a reçu dans l’année, à la date du versement : un PDF par bénéficiaire.",
        _count(count, "bénéficiaire", "bénéficiaires"),
        "good" if count else "idle",
    )


def _das2(year: int, user: User) -> Paper:
    rows = das2_rows(user, year)
    count, lacking = rows.count(), incomplete(rows).count()
    label = (
        f"{_count(count, 'à déclarer', 'à déclarer')}, {grouped(lacking)} à compléter"
        if lacking
        else (_count(count, "à déclarer", "à déclarer"))
    )
    return Paper(
        "DAS2",
        reverse("payments:das2_list", args=[year]),
        f"Qui a reçu plus de {euros(threshold_of(year))} dans l’année, et ce qui manque pour déclarer.",
        label,
        "attention" if lacking else "good" if count else "idle",
    )


def _entries(exercise: Exercise) -> Paper:
    waiting = len(pending_events(until=exercise.ends_on))
    missing = AccountingSettings.current().missing
    last = exports_of(exercise).aggregate(last=Max("ends_on"))["last"]
    if missing:
        label, tone = "comptes à choisir", "attention"
    elif waiting:
        label, tone = _count(waiting, "écriture à exporter", "écritures à exporter"), "waiting"
    else:
        label, tone = "à jour", "good"
    said = f"Exportées jusqu’au {last:%d/%m/%Y}." if last else "Aucune période de l’exercice n’est exportée."
    return Paper(
        "Écritures comptables",
        reverse("payments:accounting", args=[exercise.year]),
        f"Les écritures à importer par votre comptable, chaque période une fois. {said}",
        label,
        tone,
    )


def _closing(exercise: Exercise) -> Paper:
    closing = YearClosing.objects.filter(ends_on=exercise.ends_on).first()
    if closing:
        label, tone = f"arrêtées : {euros(closing.total_cents)}", "good"
    elif timezone.localdate() > exercise.ends_on:
        label, tone = "à arrêter", "attention"
    else:
        label, tone = "exercice en cours", "idle"
    return Paper(
        "Charges à payer",
        reverse("payments:year_closing", args=[exercise.year]),
        f"Ce qui est dû au {long_date(exercise.ends_on)} sans y avoir été compté, et son extourne le lendemain.",
        label,
        tone,
    )


def _dedicated(exercise: Exercise) -> Paper:
    inside = Grant.objects.binding().filter(starts_on__lte=exercise.ends_on, ends_on__gte=exercise.starts_on)
    count = inside.count()
    return Paper(
        "Fonds dédiés",
        reverse("payments:dedicated", args=[exercise.year]),
        f"Ce qui est reçu de chaque dotation et n’a pas servi au {long_date(exercise.ends_on)} : une proposition.",
        _count(count, "dotation", "dotations"),
        "waiting" if count else "idle",
    )


def _sheet(year: int) -> Paper:
    return Paper(
        "État de rapprochement",
        reverse("payments:reconciliation", args=[year]),
        "Dû = payé + en cours + en attente + revenu + reporté : par bénéficiaire, par équipe et au total.",
        "à tout jour",
        "idle",
    )


@dataclass(frozen=True)
class Accounting:
    """Where the accounting periods stand.

    Attributes:
        exports: the periods of the fiscal year, the last first.
        start: the first day of the next period, None while nothing happened.
        ends: the days on which it may end.
        waiting: what is in no period yet, in words with their number.
    """

    exports: list[AccountingExport]
    start: date | None
    ends: list[date]
    waiting: list[tuple[int, str]]


def exports_of(exercise: Exercise) -> QuerySet[AccountingExport]:
    """Return the periods of a fiscal year that were exported."""
    return AccountingExport.objects.filter(ends_on__range=(exercise.starts_on, exercise.ends_on))


def accounting_of(exercise: Exercise, *, user: User) -> Accounting:
    """Return the periods of a fiscal year that were exported, and what waits up to its end."""
    if not user.has_perm("payments.view_year"):
        return Accounting([], None, [], [])
    exports = exports_of(exercise).select_related("document", "workbook", "made_by")
    events = pending_events(until=exercise.ends_on)
    start = next_start(events)
    counts = Counter(event.kind for event in events)
    waiting = [(counts[kind], KIND_WORDS[kind][counts[kind] > 1]) for kind in Kind if counts[kind]]
    is_inside = start is not None and exercise.starts_on <= start <= exercise.ends_on
    return Accounting(list(exports), start, possible_ends(start) if is_inside else [], waiting)


def _count(number: int, one: str, many: str) -> str:
    return f"{grouped(number)} {many if number > 1 else one}"
