"""The sheets ``Actions`` and ``Participations``; what was already paid is the payments floor's."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from actions.joined import check_same_person
from actions.models import Action, Participation
from association.nomenclature import ActionType, Modality, ParticipationRole
from association.registries import sheets
from association.sheets.known import (
    REPRISE,
    Stay,
    check_person,
    check_team,
    entered_states,
    person_facts,
    person_pk,
    stay_on,
    stays,
    team_pk,
)
from association.sheets.people import RPPS
from association.workbook import INVALID, Book, Column, Count, Facts, InvalidCell, Loading, Row, Sheet, kinds
from association.workbook.book import chunked
from association.workflow import enter_at

ACTIONS_NAME, PARTICIPATIONS_NAME = "Actions", "Participations"
MODALITIES = {
    "présentiel": Modality.ON_SITE.value,
    "visio": Modality.VIDEO.value,
    "domicile": Modality.AT_HOME.value,
}
ROLES = {"participant": ParticipationRole.PARTICIPANT.value, "rédacteur": ParticipationRole.REDACTEUR.value}
MEETINGS = (ActionType.RCP, ActionType.RCPP)  # concertation meetings: two people of two professions at least
TAKES_PARTICIPATIONS = (Action.State.DECLARED, Action.State.TO_COMPLETE, Action.State.VALIDATED)
ONCE_VALIDATED = (Action.State.VALIDATED, Action.State.CANCELLED)
_CHUNK = 5_000  # objects held at a time
MAX_MINUTES, MAX_PATIENTS = 10_000, 100_000


def register() -> None:
    """Add the sheets to the registry (from ``AppConfig.ready``)."""
    for sheet in (ACTIONS, PARTICIPATIONS):
        sheets.add(sheet.name, sheet)


@dataclass(frozen=True, slots=True)
class ActionFacts(Facts):
    """What a participation asks about its action."""

    team: str
    type: str
    held_on: date
    validated: bool


# --- actions ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StoredAction:
    """A stored action, as little of it as is asked: a region has tens of thousands."""

    pk: int
    reference: str
    team: str
    type: str
    held_on: date
    duration_minutes: int | None
    modality: str
    theme: str
    patients_count: int | None
    state: str


_STORED_FIELDS = (
    "pk", "reference", "team__code", "type", "held_on",
    "duration_minutes", "modality", "theme", "patients_count", "state",
)  # fmt: skip


def stored_actions(book: Book) -> dict[str, StoredAction]:
    """Return the stored actions that the workbook mentions, by reference."""

    def find() -> dict[str, StoredAction]:
        references = {row.get("Référence") for row in book[ACTIONS_NAME].rows}
        references.update(row.get("Référence action") for row in book[PARTICIPATIONS_NAME].rows)
        rows = chunked(Action.objects.order_by().values_list(*_STORED_FIELDS), "reference", references - {None})
        return {action.reference: action for action in (StoredAction(*row) for row in rows)}

    return book.memo("actions", find)


def action_facts(book: Book, reference: str) -> ActionFacts | None:
    """Return what is known of an action, of the workbook or stored; None for an unknown reference."""
    known: dict[str, ActionFacts | None] = book.memo("facts of actions", dict)
    if reference not in known:
        known[reference] = _facts(book, reference)
    return known[reference]


def _facts(book: Book, reference: str) -> ActionFacts | None:
    if row := book[ACTIONS_NAME].by_key.get((reference,)):
        return ActionFacts(*(row.get(header, INVALID) for header in ("Code équipe", "Type", "Date", "Validée")))
    action = stored_actions(book).get(reference)
    if action is None:
        return None
    return ActionFacts(action.team, action.type, action.held_on, action.state == Action.State.VALIDATED)


def check_actions(book: Book) -> None:
    """Teams known; a meeting with one profession, and an action of tomorrow, are warned of."""
    stored = stored_actions(book)
    entered = entered_states(Action, [action.pk for action in stored.values()])
    book.sort_out(
        ACTIONS_NAME,
        lambda row: stored.get(row["Référence"]),
        lambda _, action: _action_as_written(action, entered.get(action.pk)),
    )
    book.check_rows(ACTIONS_NAME, check_team, _check_date, _check_people)


def _check_date(book: Book, row: Row) -> None:
    if row["Date"] > book.today:
        book.warn(row, "Date", "cette action est dans l'avenir")


def _people_by_action(book: Book) -> dict[str, list[str | None]]:
    """Return the RPPS of the participants by reference, None for one that is at fault."""

    def find() -> dict[str, list[str | None]]:
        found: dict[str, list[str | None]] = {}
        table = book[PARTICIPATIONS_NAME]
        for reference, rpps in table.each(lambda row: (row["Référence action"], row.get("RPPS"))):
            found.setdefault(reference, []).append(rpps)
        return found

    return book.memo("people of actions", find)


def _check_people(book: Book, row: Row) -> None:
    if row.pk is not None:
        return
    people = _people_by_action(book).get(row["Référence"], [])
    if None in people:
        return
    professions = {facts.profession for rpps in people if rpps and (facts := person_facts(book, rpps))}
    if not people:
        book.warn(row, "Référence", "cette action n'a aucun participant")
    elif row["Type"] in MEETINGS and (len(people) < 2 or len(professions) < 2):
        book.warn(row, "Type", "une concertation réunit au moins deux professions : elle ne sera pas indemnisée")


def _action_as_written(action: StoredAction, entered: str | None) -> dict[str, Any]:
    """Return what the sheet would say of a stored action (validated since, on screen: as it was loaded)."""
    return {
        "Code équipe": action.team,
        "Type": action.type,
        "Date": action.held_on,
        "Durée (min)": action.duration_minutes,
        "Modalité": action.modality,
        "Thématique": action.theme,
        "Patients concernés": action.patients_count,
        "Validée": (entered or action.state) in ONCE_VALIDATED,
    }


def load_actions(book: Book, loading: Loading) -> None:
    """Declared on the day of the import; in chunks, so that few objects are held at a time."""
    rows = iter(book[ACTIONS_NAME].new)
    while chunk := list(islice(rows, _CHUNK)):
        actions = enter_at(
            ((_action(book, row, loading), _state(row)) for row in chunk), actor=loading.actor, origin=REPRISE
        )
        for row, action in zip(chunk, actions, strict=True):
            row.pk = action.pk


def _state(row: Row) -> str:
    return Action.State.VALIDATED if row["Validée"] else Action.State.DECLARED


def _action(book: Book, row: Row, loading: Loading) -> Action:
    return Action(
        reference=row["Référence"],
        team_id=team_pk(book, row["Code équipe"]),
        type=row["Type"],
        held_on=row["Date"],
        declared_on=loading.today,
        duration_minutes=row["Durée (min)"],
        modality=row["Modalité"] or "",
        theme=row["Thématique"] or "",
        patients_count=row["Patients concernés"],
    )


# --- participations -------------------------------------------------------------------------------------------


def _find_stored(book: Book) -> dict[int, str]:
    """Give each row that is stored its primary key; return the stored roles by primary key."""
    table = book[PARTICIPATIONS_NAME]
    references = {action.pk: reference for reference, action in stored_actions(book).items()}
    found = chunked(
        Participation.objects.order_by().values_list("pk", "action_id", "professional__rpps", "role"),
        "action_id",
        references,
    )
    roles: dict[int, str] = {}
    for pk, action, rpps, role in found:
        if row := table.by_key.get((references[action], rpps)):
            row.pk = pk
            roles[pk] = sys.intern(role)
    return roles


def check_participations(book: Book) -> None:
    """Action and person known, the action in a state that takes people; who is no member then is warned of."""
    roles = _find_stored(book)
    table, actions = book[PARTICIPATIONS_NAME], stored_actions(book)
    count = book.report.counts.setdefault(PARTICIPATIONS_NAME, Count())
    members = stays(book, book.mentioned("Code équipe") | {action.team for action in actions.values()})
    for row in table.rows:
        if row.pk is not None:
            count.unchanged += not book.differs(row, {"Rôle": roles[row.pk]})
        elif _is_new(book, row):
            table.new.append(row)
            count.new += 1
    new = {id(row) for row in table.new}
    book.check_rows(
        PARTICIPATIONS_NAME,
        check_person,
        _check_action,
        lambda _, row: _check_state(book, row, is_new=id(row) in new),
        lambda _, row: _check_membership(book, row, members),
        lambda _, row: check_same_person(book, row) if id(row) in new else None,
    )


def _is_new(book: Book, row: Row) -> bool:
    """Whether a row that was not found is new: one whose RPPS is at fault is, unless its action is stored."""
    try:
        return book[PARTICIPATIONS_NAME].by_key[row.key] is row
    except InvalidCell:
        reference = row.get("Référence action")
        return reference is not None and reference not in stored_actions(book)


def _check_action(book: Book, row: Row) -> None:
    if action_facts(book, row["Référence action"]) is None:
        book.fault(row, "Référence action", "la référence d'une action du classeur ou déjà enregistrée")


def _check_state(book: Book, row: Row, *, is_new: bool) -> None:
    action = stored_actions(book).get(row["Référence action"])
    if is_new and action and action.state not in TAKES_PARTICIPATIONS:
        label = Action.State(action.state).label
        says = f"cette action est « {label} » : on ne peut plus y ajouter personne"
        book.fault(row, "Référence action", says=says)


def _check_membership(book: Book, row: Row, members: Mapping[tuple[str, str], list[Stay]]) -> None:
    facts = action_facts(book, row["Référence action"])
    if facts is None:
        return
    stay = stay_on(members.get((facts.team, row["RPPS"]), []), facts.held_on)
    if stay is None or not stay.confirmed:
        day = f"{facts.held_on:%d/%m/%Y}"
        book.warn(row, "RPPS", f"n'est pas membre confirmé de l'équipe {facts.team} le {day}")


def load_participations(book: Book, loading: Loading) -> None:
    rows = iter(book[PARTICIPATIONS_NAME].new)
    while chunk := list(islice(rows, _CHUNK)):
        created = Participation.objects.bulk_create(
            [
                Participation(
                    action_id=_action_pk(book, row["Référence action"]),
                    professional_id=person_pk(book, row["RPPS"]),
                    role=row["Rôle"],
                )
                for row in chunk
            ]
        )
        for row, participation in zip(chunk, created, strict=True):
            row.pk = participation.pk


def _action_pk(book: Book, reference: str) -> int:
    row = book[ACTIONS_NAME].by_key.get((reference,))
    return int(row.pk if row else stored_actions(book)[reference].pk)


ACTIONS = Sheet(
    name=ACTIONS_NAME,
    columns=(
        Column("Référence", kinds.text(40), required=True),
        Column("Code équipe", kinds.text(40), required=True),
        Column("Type", kinds.choice({code: code for code in ActionType.values}), required=True),
        Column("Date", kinds.day(), required=True),
        Column("Durée (min)", kinds.integer(most=MAX_MINUTES)),
        Column("Modalité", kinds.choice(MODALITIES)),
        Column("Thématique", kinds.text(120)),
        Column("Patients concernés", kinds.integer(most=MAX_PATIENTS)),
        Column("Validée", kinds.yes_no(), default=False),
    ),
    key=("Référence",),
    order=70,
    check=check_actions,
    load=load_actions,
)

PARTICIPATIONS = Sheet(
    name=PARTICIPATIONS_NAME,
    columns=(
        Column("Référence action", kinds.text(40), required=True),
        Column("RPPS", RPPS, required=True),
        Column("Rôle", kinds.choice(ROLES), required=True),
    ),
    key=("Référence action", "RPPS"),
    order=80,
    check=check_participations,
    load=load_participations,
)
