"""The sheet ``Conventions``, and the members' signatures (``Signature le`` of ``Membres``)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import combinations
from typing import Any

from django.conf import settings

from association.models import Team
from association.nomenclature import ActionType, TeamKind
from association.registries import sheets
from association.sheets.known import (
    REPRISE,
    check_team,
    entered_states,
    may_be_gp,
    stored_teams,
    team_facts,
    team_pk,
    teams_under_convention,
)
from association.workbook import Book, Column, Loading, Row, Sheet, Supplement, kinds
from association.workbook.book import chunked, stored_by
from association.workflow import enter_at
from conventions.models import DEFAULT_CEILING_CENTS, MINIMUM_SIGNATURES, Adhesion, Convention, ConventionTerms

NAME, MEMBERS, SIGNATURE = "Conventions", "Membres", "Signature le"
EARLY_EFFECT_REASON = "Effet repris du classeur"
MAY_HAVE_CONVENTION = (TeamKind.ESP_CLAP, TeamKind.ESS)


def register() -> None:
    """Add the sheet and the signatures to the registry (from ``AppConfig.ready``)."""
    sheets.add(CONVENTIONS.name, CONVENTIONS)
    sheets.add("Membres : signatures", SIGNATURES)


# --- conventions --------------------------------------------------------------------------------------------


def stored_conventions(book: Book) -> dict[str, Convention]:
    def find() -> dict[str, Convention]:
        conventions = Convention.objects.select_related("team").prefetch_related("terms")
        return stored_by(conventions, "number", book[NAME].each(lambda row: row["Numéro"]))

    return book.memo("conventions", find)


def usual_effect(row: Row) -> date:
    """The later of start and signature (docs/payment-rules.md, CONVENTION)."""
    return max(row["Début"], row["Signée le"])


def effect(row: Row) -> date | None:
    """The prise d'effet of a row: none for a convention that is not signed."""
    return (row["Effet le"] or usual_effect(row)) if row["Signée le"] else None


def check(book: Book) -> None:
    """Codes known, dates and effect that the rules allow; overlaps and thin signatures are warned of."""
    stored = stored_conventions(book)
    entered = entered_states(Convention, [convention.pk for convention in stored.values()])
    book.sort_out(
        NAME,
        lambda row: stored.get(row["Numéro"]),
        lambda row, convention: _as_written(row, convention, entered.get(convention.pk)),
    )
    book.check_rows(
        NAME, check_team, _check_end, _check_effect, _check_recognised, _check_use, _check_kind, _check_stored_team
    )
    _note_teams_under_convention(book)
    _check_overlaps(book)


def _check_stored_team(book: Book, row: Row) -> None:
    """The state of a stored team is changed on screen only; what is paid follows dates, not this state."""
    team = stored_teams(book).get(row["Code équipe"]) if row.pk is None else None
    recognised = team is not None and team.state == Team.State.RECOGNISED
    if recognised and _state(row, book.today) == Convention.State.SIGNED:
        book.warn(row, "Code équipe", "cette équipe déjà enregistrée reste « Reconnue » : passez-la sous convention")


def _check_end(book: Book, row: Row) -> None:
    if row["Fin"] < row["Début"]:
        book.fault(row, "Fin", f"une date à partir du début ({row['Début']:%d/%m/%Y})")


def _check_effect(book: Book, row: Row) -> None:
    if row["Effet le"] and not row["Signée le"]:
        book.fault(row, "Effet le", says="une convention sans signature n'a pas d'effet : indiquez « Signée le »")
    elif row["Effet le"]:
        earliest = usual_effect(row) - timedelta(days=settings.CONVENTION_EARLY_EFFECT_DAYS)
        if row["Effet le"] < earliest:
            book.fault(
                row,
                "Effet le",
                says=f"l'effet ne peut précéder le {usual_effect(row):%d/%m/%Y} (début ou signature) de plus de "
                f"{settings.CONVENTION_EARLY_EFFECT_DAYS} jour(s), réglage CONVENTION_EARLY_EFFECT_DAYS",
            )


def _check_recognised(book: Book, row: Row) -> None:
    facts = team_facts(book, row["Code équipe"])
    if row["Signée le"] and facts and facts.recognised_on is None:
        book.fault(row, "Signée le", says="une convention signée demande que l'équipe ait une date « Reconnue le »")


def _check_use(book: Book, row: Row) -> None:
    if (begins := effect(row)) and begins > row["Fin"]:
        book.warn(row, "Signée le", "cette convention prend effet après sa fin : elle n'ouvre aucune indemnité")


def _check_kind(book: Book, row: Row) -> None:
    facts = team_facts(book, row["Code équipe"])
    if facts and facts.kind not in MAY_HAVE_CONVENTION:
        book.warn(row, "Code équipe", "seule une ESP CLAP ou une ESS passe une convention, d'après sa nature")


def _note_teams_under_convention(book: Book) -> None:
    states = book[NAME].each(lambda row: (row["Code équipe"], _state(row, book.today)))
    teams_under_convention(book).update(team for team, state in states if state == Convention.State.SIGNED)


def _check_overlaps(book: Book) -> None:
    by_team: dict[str, list[tuple[date, date, str, Row | None]]] = {}
    numbers = set(book[NAME].each(lambda row: row["Numéro"]))
    teams = set(book[NAME].each(lambda row: row["Code équipe"]))
    others = Convention.objects.filter(state__in=Convention.PAYING).select_related("team")
    for convention in chunked(others, "team__code", teams):
        if convention.number not in numbers:
            span = (convention.effective_on, convention.ends_on, convention.number, None)
            by_team.setdefault(convention.team.code, []).append(span)
    spans_of_rows = book[NAME].each(lambda row: (row["Code équipe"], effect(row), row["Fin"], row["Numéro"], row))
    for team, begins, ends, number, row in spans_of_rows:
        if begins and book[NAME].by_key[row.key] is row:
            by_team.setdefault(team, []).append((begins, ends, number, row))
    for spans in by_team.values():
        for one, other in combinations(spans, 2):
            if other[3] is not None and max(one[0], other[0]) <= min(one[1], other[1]):
                book.warn(other[3], "Début", f"cette convention et {one[2]} sont en vigueur en même temps")


def _state(row: Row, today: date) -> str:
    if not row["Signée le"]:
        return Convention.State.ISSUED
    return Convention.State.ENDED if row["Fin"] < today else Convention.State.SIGNED


def _as_written(row: Row, convention: Convention, entered: str | None) -> dict[str, Any]:
    """Return what the sheet would say of a stored convention (signed since, on screen: as it was loaded)."""
    terms = next(iter(convention.terms.all()), None)
    signed_on = None if entered == Convention.State.ISSUED else convention.signed_on
    begins = convention.effective_on if signed_on else None
    by_default = signed_on is not None and begins == max(convention.starts_on, signed_on)
    return {
        "Code équipe": convention.team.code,
        "Début": convention.starts_on,
        "Fin": convention.ends_on,
        "Signée le": signed_on,
        "Effet le": None if by_default and row.get("Effet le") is None else begins,
        "Plafond annuel": terms.ceiling_cents if terms else None,
        "Types d'action": tuple(terms.action_types) if terms else (),
    }


def load(book: Book, loading: Loading) -> None:
    rows = book[NAME].new
    conventions = enter_at(
        ((_convention(book, row), _state(row, loading.today)) for row in rows),
        actor=loading.actor,
        origin=REPRISE,
    )
    for row, convention in zip(rows, conventions, strict=True):
        row.pk = convention.pk
    ConventionTerms.objects.bulk_create(
        [
            ConventionTerms(
                convention_id=row.pk,
                ceiling_cents=row["Plafond annuel"],
                action_types=list(row["Types d'action"]),
            )
            for row in rows
        ],
        batch_size=2_000,
    )


def _convention(book: Book, row: Row) -> Convention:
    begins = effect(row)
    early = begins is not None and begins < usual_effect(row)
    return Convention(
        number=row["Numéro"],
        team_id=team_pk(book, row["Code équipe"]),
        starts_on=row["Début"],
        ends_on=row["Fin"],
        signed_on=row["Signée le"],
        effective_on=begins,
        early_effect_reason=EARLY_EFFECT_REASON if early else "",
    )


# --- signatures of the members --------------------------------------------------------------------------------


def _numbers_by_team(book: Book) -> dict[str, list[str]]:
    """Return the numbers of the conventions in the workbook, by team code."""
    found: dict[str, list[str]] = {}
    for team, number in book[NAME].each(lambda row: (row["Code équipe"], row.get("Numéro", "?"))):
        found.setdefault(team, []).append(number)
    return found


def _stored_by_team(book: Book, teams: Iterable[str]) -> dict[str, dict[str, int]]:
    """Return the stored conventions of teams that have new members: number to primary key, by team code."""
    found: dict[str, dict[str, int]] = {}
    for convention in chunked(Convention.objects.select_related("team"), "team__code", set(teams)):
        found.setdefault(convention.team.code, {})[convention.number] = convention.pk
    return found


def check_signatures(book: Book) -> None:
    """A signature counts for every convention of the team in the workbook; of a new member, for the stored ones too.

    A stored signature of such a convention with another date is a fault.
    """
    if SIGNATURE not in book[MEMBERS].letters:
        return
    in_workbook = _numbers_by_team(book)
    stored = _stored_by_team(book, book[MEMBERS].each(lambda row: str(row["Code équipe"])))
    signed = _stored_signatures(book)
    wanted: list[tuple[Row, str]] = book.memo("adhesions to create", list)
    for row, team, signature in book[MEMBERS].each(lambda row: (row, row["Code équipe"], row[SIGNATURE])):
        numbers = list(in_workbook.get(team, ()))
        if row.pk is None:
            numbers += [number for number in stored.get(team, ()) if number not in numbers]
        if signature and not numbers:
            book.warn(row, SIGNATURE, "cette équipe n'a pas de convention : la signature n'est pas retenue")
        wanted += [(row, number) for number in numbers if not _is_stored(book, row, number, signed)]
    book.report.details["adhésions"] += len(wanted)
    _check_minimum_signatures(book)


def _stored_signatures(book: Book) -> dict[tuple[int, str], date | None]:
    """Return the signatures of stored members, by (membership, convention number)."""
    members = [row.pk for row in book[MEMBERS].rows if row.pk]
    adhesions = Adhesion.objects.select_related("convention")
    return {
        (adhesion.membership_id, adhesion.convention.number): adhesion.signed_on
        for adhesion in chunked(adhesions, "membership_id", members)
    }


def _is_stored(book: Book, row: Row, number: str, signed: dict[tuple[int, str], date | None]) -> bool:
    """Whether nothing is to be written for a member and a convention; note a stored date that differs."""
    if (row.pk, number) not in signed:
        return row[SIGNATURE] is None
    stored = signed[row.pk, number]
    if stored != row[SIGNATURE]:
        was = f"{stored:%d/%m/%Y}" if stored else "aucune signature"
        book.fault(row, SIGNATURE, says=f"la signature déjà enregistrée pour la convention {number} est : {was}")
    return True


def _check_minimum_signatures(book: Book) -> None:
    """An ESP CLAP's convention is signed by two professionals with a GP (docs/sources.md, 3): warned of."""
    signers: dict[str, set[str]] = {}
    for team, rpps, signed in book[MEMBERS].each(
        lambda row: (row["Code équipe"], row["RPPS"], row.get(SIGNATURE, otherwise=True))
    ):
        if signed:
            signers.setdefault(team, set()).add(rpps)
    for row, team, signed in book[NAME].each(lambda row: (row, row["Code équipe"], row["Signée le"])):
        people = signers.get(team, set())
        if row.pk is not None or not signed:
            continue
        if len(people) < MINIMUM_SIGNATURES:
            book.warn(row, "Signée le", f"moins de {MINIMUM_SIGNATURES} membres ont une date « Signature le »")
        elif not any(may_be_gp(book, rpps) for rpps in people):
            book.warn(row, "Signée le", "aucun médecin généraliste n'a de date « Signature le »")


def load_signatures(book: Book, loading: Loading) -> None:
    wanted: list[tuple[Row, str]] = book.memo("adhesions to create", list)
    stored = _stored_by_team(book, {row["Code équipe"] for row, _ in wanted})
    rows = (
        (
            Adhesion(
                convention_id=stored[row["Code équipe"]][number],
                membership_id=row.pk,
                signed_on=row[SIGNATURE],
            ),
            Adhesion.State.SIGNED,
        )
        for row, number in wanted
    )
    enter_at(rows, actor=loading.actor, origin=REPRISE)


CONVENTIONS = Sheet(
    name=NAME,
    columns=(
        Column("Numéro", kinds.text(40), required=True),
        Column("Code équipe", kinds.text(40), required=True),
        Column("Début", kinds.day(), required=True),
        Column("Fin", kinds.day(), required=True),
        Column("Signée le", kinds.day()),
        Column("Effet le", kinds.day()),
        Column("Plafond annuel", kinds.amount_cents(), default=DEFAULT_CEILING_CENTS),
        Column(
            "Types d'action",
            kinds.many(kinds.choice({code: code for code in ActionType.values})),
            required=True,
        ),
    ),
    key=("Numéro",),
    order=60,
    check=check,
    load=load,
)

SIGNATURES = Supplement(
    sheet=MEMBERS,
    columns=(Column(SIGNATURE, kinds.day()),),
    order=65,
    check=check_signatures,
    load=load_signatures,
)
