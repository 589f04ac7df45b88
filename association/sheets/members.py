"""The sheet ``Membres``: stays in a team, with one undated period each; signatures are the conventions floor's."""

from __future__ import annotations

from datetime import date
from typing import Any

from association.models import Membership, MembershipPeriod
from association.nomenclature import MemberStatus, PracticeMode
from association.sheets.known import (
    check_commune,
    check_person,
    check_team,
    company_pk,
    person_pk,
    stored_companies,
    team_pk,
)
from association.sheets.people import RPPS
from association.sheets.teams import COMMUNE
from association.workbook import Book, Column, Loading, Row, Sheet, kinds
from association.workbook.book import chunked

NAME = "Membres"
STATUSES = {"confirmé": MemberStatus.CONFIRMED.value, "pressenti": MemberStatus.EXPECTED.value}
MODES = {
    "libéral": PracticeMode.LIBERAL.value,
    "salarié": PracticeMode.SALARIED.value,
    "mixte": PracticeMode.MIXED.value,
}


def stored_members(book: Book) -> dict[tuple[str, str, date], Membership]:
    """Return the stored memberships of the teams in the sheet, by the key of a row."""

    def find() -> dict[tuple[str, str, date], Membership]:
        memberships = Membership.objects.select_related("team", "professional").prefetch_related("periods__company")
        codes = {row.get("Code équipe") for row in book[NAME].rows} - {None}
        return {(m.team.code, m.professional.rpps, m.joined_on): m for m in chunked(memberships, "team__code", codes)}

    return book.memo("members", find)


def check(book: Book) -> None:
    """Codes known, dates in order, at most one open stay per person and team; overlaps are warned of."""
    stored = stored_members(book)
    book.sort_out(NAME, lambda row: stored.get(row.key), _as_written)
    book.check_rows(NAME, check_team, check_person, _check_place, _check_company, _check_leaving, _check_employer)
    _check_stays(book, stored)


def _check_place(book: Book, row: Row) -> None:
    check_commune(book, row, "Lieu d'exercice", row["Lieu d'exercice"])


def _check_company(book: Book, row: Row) -> None:
    company = row["Bénéficiaire"]
    if company and company not in stored_companies(book) and (company,) not in book["Bénéficiaires"].by_key:
        book.fault(row, "Bénéficiaire", "le code d'une ligne de la feuille « Bénéficiaires » ou déjà enregistré")


def _check_leaving(book: Book, row: Row) -> None:
    if row["Sortie le"] and row["Sortie le"] < row["Entrée le"]:
        book.fault(row, "Sortie le", f"une date à partir de l'entrée ({row['Entrée le']:%d/%m/%Y})")


def _check_employer(book: Book, row: Row) -> None:
    if row["Mode d'exercice"] == PracticeMode.SALARIED and not row["Bénéficiaire"]:
        book.warn(row, "Mode d'exercice", "un salarié sans employeur bénéficiaire n'est pas indemnisé")


def _check_stays(book: Book, stored: dict[tuple[str, str, date], Membership]) -> None:
    """The database allows one open stay; two that overlap leave it unclear which one decides on a day."""
    spans: dict[tuple[str, str], list[tuple[date, date]]] = {}
    for (team, rpps, joined), membership in stored.items():
        spans.setdefault((team, rpps), []).append((joined, membership.left_on or date.max))
    for row, (team, rpps, first), last in book[NAME].each(lambda row: (row, row.key, row["Sortie le"] or date.max)):
        others = spans.setdefault((team, rpps), [])
        for other_first, other_last in others:
            if other_first == first:
                continue  # the row itself, stored
            if last == other_last == date.max:
                book.fault(row, "Sortie le", says=f"une autre entrée, le {other_first:%d/%m/%Y}, n'a pas de sortie")
            elif first <= other_last and other_first <= last:
                book.warn(row, "Entrée le", f"ce séjour et celui entré le {other_first:%d/%m/%Y} se chevauchent")
        others.append((first, last))


def _as_written(row: Row, membership: Membership) -> dict[str, Any]:
    period = next(iter(membership.periods.all()), None)
    return {
        "Sortie le": membership.left_on,
        "Référent": membership.is_referent,
        "Statut": period.status if period else None,
        "Mode d'exercice": period.mode if period else None,
        "Lieu d'exercice": period.place_id if period else None,
        "Bénéficiaire": period.company.code if period and period.company else None,
    }


def load(book: Book, loading: Loading) -> None:
    rows = book[NAME].new
    memberships = Membership.objects.bulk_create(
        [
            Membership(
                team_id=team_pk(book, row["Code équipe"]),
                professional_id=person_pk(book, row["RPPS"]),
                joined_on=row["Entrée le"],
                left_on=row["Sortie le"],
                is_referent=row["Référent"],
            )
            for row in rows
        ],
        batch_size=2_000,
    )
    for row, membership in zip(rows, memberships, strict=True):
        row.pk = membership.pk
    MembershipPeriod.objects.bulk_create([_period(book, row) for row in rows], batch_size=2_000)


def _period(book: Book, row: Row) -> MembershipPeriod:
    company = row["Bénéficiaire"]
    return MembershipPeriod(
        membership_id=row.pk,
        status=row["Statut"],
        mode=row["Mode d'exercice"],
        place_id=row["Lieu d'exercice"],
        company_id=company_pk(book, company) if company else None,
    )


MEMBERS = Sheet(
    name=NAME,
    columns=(
        Column("Code équipe", kinds.text(40), required=True),
        Column("RPPS", RPPS, required=True),
        Column("Entrée le", kinds.day(), required=True),
        Column("Sortie le", kinds.day()),
        Column("Statut", kinds.choice(STATUSES), required=True),
        Column("Référent", kinds.yes_no(), default=False),
        Column("Mode d'exercice", kinds.choice(MODES), default=PracticeMode.LIBERAL.value),
        Column("Lieu d'exercice", COMMUNE),
        Column("Bénéficiaire", kinds.text(40)),
    ),
    key=("Code équipe", "RPPS", "Entrée le"),
    order=50,
    check=check,
    load=load,
)
