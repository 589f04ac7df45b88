"""Teams, people and places that a workbook may refer to: those in its own sheets, and those already stored."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import models

from association.models import Commune, Company, MembershipPeriod, Professional, Team, TransitionLog
from association.nomenclature import MemberStatus
from association.workbook import INVALID, Book, Facts, InvalidCell
from association.workbook.book import Row, chunked, stored_by

REPRISE = "reprise"


@dataclass(frozen=True, slots=True)
class TeamFacts(Facts):
    """What other sheets ask about a team."""

    kind: str
    recognised_on: date | None


@dataclass(frozen=True, slots=True)
class PersonFacts(Facts):
    """What other sheets ask about a professional."""

    profession: str
    is_gp: bool


@dataclass(frozen=True, slots=True)
class Stay:
    """A professional in a team between two days (inclusive; None: without limit), and who is paid (company code)."""

    first: date | None
    last: date | None
    confirmed: bool
    company: str | None
    is_gp: bool

    def covers(self, day: date) -> bool:
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


# --- stored rows, by what the workbook calls them -------------------------------------------------------------


def stored_teams(book: Book) -> dict[str, Team]:
    teams = Team.objects.select_related("officer").prefetch_related("communes", "themes")
    return book.memo("teams", lambda: stored_by(teams, "code", book.mentioned("Code équipe")))


def stored_people(book: Book) -> dict[str, Professional]:
    return book.memo("people", lambda: stored_by(Professional.objects.all(), "rpps", book.mentioned("RPPS")))


def stored_companies(book: Book) -> dict[str, Company]:
    def find() -> dict[str, Company]:
        codes = book.mentioned("Bénéficiaire") | {row.get("Code") for row in book["Bénéficiaires"].rows}
        return stored_by(Company.objects.all(), "code", codes - {None})

    return book.memo("companies", find)


def stored_communes(book: Book) -> dict[str, Commune]:
    def find() -> dict[str, Commune]:
        codes = book.mentioned("Commune", "Lieu d'exercice")
        for row in book["Équipes"].rows:
            codes.update(row.get("Communes", ()))
        places = Commune.objects.select_related("department")
        return stored_by(places, "code", codes)

    return book.memo("communes", find)


# --- in the workbook or stored ------------------------------------------------------------------------------


def team_facts(book: Book, code: str) -> TeamFacts | None:
    """Return what is known of a team, or None for an unknown code."""
    if row := book["Équipes"].by_key.get((code,)):
        return TeamFacts(row.get("Nature", INVALID), row.get("Reconnue le", INVALID))
    stored = stored_teams(book).get(code)
    return TeamFacts(stored.kind, stored.recognised_on) if stored else None


def person_facts(book: Book, rpps: str) -> PersonFacts | None:
    """Return what is known of a professional, or None for an unknown RPPS."""
    if row := book["Professionnels"].by_key.get((rpps,)):
        return PersonFacts(row.get("Profession", INVALID), row.get("Médecin généraliste", INVALID))
    stored = stored_people(book).get(rpps)
    return PersonFacts(stored.profession, stored.is_general_practitioner) if stored else None


def may_be_gp(book: Book, rpps: str) -> bool:
    """Whether somebody is known for a general practitioner, or the cell that would say so is at fault."""
    facts = person_facts(book, rpps)
    try:
        return facts is not None and facts.is_gp
    except InvalidCell:
        return True


def check_team(book: Book, row: Row) -> TeamFacts | None:
    """Return the facts of a row's team, or note that its code is unknown."""
    facts = team_facts(book, row["Code équipe"])
    if facts is None:
        book.fault(row, "Code équipe", "le code d'une équipe du classeur ou déjà enregistrée")
    return facts


def check_person(book: Book, row: Row) -> PersonFacts | None:
    """Return the facts of a row's professional, or note that the RPPS is unknown."""
    facts = person_facts(book, row["RPPS"])
    if facts is None:
        book.fault(row, "RPPS", "le RPPS d'un professionnel du classeur ou déjà enregistré")
    return facts


def check_commune(book: Book, row: Row, header: str, code: str | None) -> Commune | None:
    """Return a commune, or note that its code is unknown (fault) or no longer in force (warning)."""
    if code is None:
        return None
    commune = stored_communes(book).get(code)
    if commune is None:
        book.fault(row, header, says=f"commune {code} inconnue : le code INSEE est attendu, pas le code postal")
    elif not commune.is_current:
        book.warn(row, header, f"la commune {code} ({commune.name}) n'existe plus sous ce code")
    return commune


def team_pk(book: Book, code: str) -> int:
    """Return the primary key of a team, once teams are loaded."""
    row = book["Équipes"].by_key.get((code,))
    if row:
        return int(row.pk)
    stored = stored_teams(book)
    if code not in stored:  # the team of a stored action, which no sheet mentions
        stored[code] = Team.objects.get(code=code)
    return int(stored[code].pk)


def person_pk(book: Book, rpps: str) -> int:
    row = book["Professionnels"].by_key.get((rpps,))
    return int(row.pk if row else stored_people(book)[rpps].pk)


def company_pk(book: Book, code: str) -> int:
    row = book["Bénéficiaires"].by_key.get((code,))
    if row:
        return int(row.pk)
    stored = stored_companies(book)
    if code not in stored:  # the company of a stored membership, which no sheet mentions
        stored[code] = Company.objects.get(code=code)
    return int(stored[code].pk)


# --- memberships --------------------------------------------------------------------------------------------


def stays(book: Book, teams: Iterable[str]) -> dict[tuple[str, str], list[Stay]]:
    """Return the stays by (team code, RPPS), of the workbook and of the stored members of ``teams``."""
    index: dict[tuple[str, str], list[Stay]] = book.memo("stays", lambda: _stays_in_workbook(book))
    asked: set[str] = book.memo("teams whose stays are read", set)
    missing = set(teams) - asked
    asked |= missing
    periods = MembershipPeriod.objects.select_related("membership__team", "membership__professional", "company")
    for period in chunked(periods, "membership__team__code", missing):
        membership = period.membership
        key = (membership.team.code, membership.professional.rpps)
        first = max((d for d in (membership.joined_on, period.starts_on) if d), default=None)
        last = min((d for d in (membership.left_on, period.ends_on) if d), default=None)
        company = period.company.code if period.company else None
        confirmed = period.status == MemberStatus.CONFIRMED
        is_gp = membership.professional.is_general_practitioner
        index.setdefault(key, []).append(Stay(first, last, confirmed, company, is_gp))
    return index


def _stays_in_workbook(book: Book) -> dict[tuple[str, str], list[Stay]]:
    index: dict[tuple[str, str], list[Stay]] = {}
    for key, stay in book["Membres"].each(lambda row: ((row["Code équipe"], row["RPPS"]), _stay(book, row))):
        index.setdefault(key, []).append(stay)
    return index


def _stay(book: Book, row: Row) -> Stay:
    """What a cell at fault would say is taken for the best, not to warn of what only follows from it."""
    confirmed = row.get("Statut", MemberStatus.CONFIRMED) == MemberStatus.CONFIRMED
    first, last, company = (row.get(header) for header in ("Entrée le", "Sortie le", "Bénéficiaire"))
    return Stay(first, last, confirmed, company, may_be_gp(book, row["RPPS"]))


def stay_on(found: list[Stay], day: date) -> Stay | None:
    """Return the stay that covers a day, a confirmed one first."""
    covering = [stay for stay in found if stay.covers(day)]
    return next((stay for stay in covering if stay.confirmed), covering[0] if covering else None)


# --- what the first loading said ----------------------------------------------------------------------------


def entered_states(model: type[models.Model], pks: Iterable[Any]) -> dict[int, str]:
    """Return the state in which stored rows were loaded, by primary key, for those that a workbook brought.

    Reading the same workbook again compares with this: what people did on screen since is no contradiction.
    """
    logs = TransitionLog.objects.filter(
        content_type=ContentType.objects.get_for_model(model), transition="enter_at", origin=REPRISE
    ).order_by()
    pairs = chunked(logs.values_list("object_id", "to_state"), "object_id", set(pks))
    return {pk: sys.intern(state) for pk, state in pairs}


# --- what upper floors tell this one ------------------------------------------------------------------------


def teams_under_convention(book: Book) -> set[str]:
    """Return the codes of the teams that a signed convention of the workbook covers (filled by `conventions`)."""
    return book.memo("teams under convention", set)
