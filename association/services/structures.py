"""Structures around the teams, and what binds a team to them, dated: its own legal structure, links, ETP programmes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NoReturn, TypeVar

from django.core.exceptions import ValidationError
from django.db import models, transaction

from association.eligibility import typeset
from association.findings import refresh_findings
from association.journal import in_full, record, save_changes
from association.models import EtpProgramme, ExternalStructure, StructureLink, Team, TeamStructure, User
from association.nomenclature import LegalForm
from association.periods import Period, in_words, overlap
from association.permissions import require
from association.workflow import lock

MANAGE = "association.manage_structure"
Relation, Kind = StructureLink.Relation, ExternalStructure.Kind
# What a structure has to be for a link to mean what it says; the other links take any structure.
FITTING = {
    Relation.SUPPORTED: (Kind.PTA,),
    Relation.EVOLVED: (Kind.MSP, Kind.CDS),
    Relation.FUNDED_ACI: (Kind.MSP, Kind.CDS, Kind.SISA),
    Relation.FUNDED_CPTS: (Kind.CPTS,),
}
OF_THE_WHOLE_TEAM = (Relation.SUPPORTED, Relation.EVOLVED)
# What the journal follows of each.
CARRYING = ("form", "rna", "siret", "starts_on", "ends_on")
LINK = ("structure", "membership", "relation", "starts_on", "ends_on", "comment")
PROGRAMME = ("title", "reference", "starts_on", "ends_on", "trained_on", "notes")
NAMES: dict[type[models.Model], tuple[str, ...]] = {
    TeamStructure: CARRYING,
    StructureLink: LINK,
    EtpProgramme: PROGRAMME,
}
RowT = TypeVar("RowT", TeamStructure, StructureLink, EtpProgramme)
Values = Mapping[str, Any]


def create_structure(*, values: Values, actor: User) -> ExternalStructure:
    """Create a structure and say so in the journal.

    Raises:
        ValidationError: with what is wrong, by field, in French.
    """
    require(actor, MANAGE)
    _refuse_known_finess(values, None)
    structure = ExternalStructure(**values)
    structure.full_clean()
    with transaction.atomic():
        structure.save()
        record(structure, in_full(structure, ExternalStructure.JOURNALED), actor=actor)
    return structure


def change_structure(
    *, structure: ExternalStructure, values: Values, version: int | None, actor: User
) -> ExternalStructure:
    """Change a structure, and return the fresh row.

    Raises:
        StaleEdit: when somebody else changed it since ``version``.
        ValidationError: by field, in French; also when a link would no longer mean what it says.
    """
    require(actor, MANAGE)
    _refuse_known_finess(values, structure)
    with transaction.atomic():
        for link in structure.links.select_related("team").order_by("pk") if "kind" in values else ():
            if values["kind"] not in FITTING.get(Relation(link.relation), Kind.values):
                _refuse(
                    "kind",
                    f"L’équipe {link.team} a un lien « {link.get_relation_display()} » avec cette structure, ce que "
                    "cette nature ne permet pas. Corrigez d’abord ce lien.",
                )
        fresh = save_changes(structure, values=values, version=version, actor=actor)
        refresh_findings(teams=Team.objects.filter(structure_links__structure=fresh).distinct())
    return fresh


def carry_team(
    *, team: Team, values: Values, actor: User, carried: TeamStructure | None = None, version: int | None = None
) -> TeamStructure:
    """Write what carries a team between two dates: a new row, or ``carried`` changed.

    Raises:
        StaleEdit: when somebody else changed it since ``version``.
        ValidationError: by field, in French: dates the wrong way round, or that overlap another structure.
    """
    _check_dates(values)
    if values["form"] != LegalForm.ASSOCIATION and values["rna"]:
        _refuse("rna", "Un numéro RNA est celui d’une association. Retirez-le, ou changez la forme.")
    if values["form"] == LegalForm.NONE and values["siret"]:
        _refuse("siret", "Sans structure, il n’y a pas de SIRET. Retirez-le, ou choisissez la forme.")

    def check(fresh: Team) -> None:
        for other in _overlapping(fresh.structures.exclude(pk=_pk(carried)).order_by("pk"), values):
            period = in_words(other.starts_on, other.ends_on)
            _refuse(
                "starts_on",
                f"Ces dates en recoupent d’autres : « {other} », {period}. Mettez-y fin la veille, ou changez-les.",
            )

    return _write(TeamStructure(team=team) if carried is None else carried, values, version, actor, check)


def link_team(
    *, team: Team, values: Values, actor: User, link: StructureLink | None = None, version: int | None = None
) -> StructureLink:
    """Write a dated link of a team, or of one of its members, to a structure: a new row, or ``link`` changed.

    Raises:
        StaleEdit: when somebody else changed it since ``version``.
        ValidationError: by field, in French: dates, a structure that does not fit the link, the same link twice.
    """
    _check_dates(values)
    _check_link(team, values)

    def check(fresh: Team) -> None:
        same = fresh.structure_links.filter(
            structure=values["structure"], relation=values["relation"], membership=values["membership"]
        )
        for other in _overlapping(same.exclude(pk=_pk(link)).order_by("pk"), values):
            period = in_words(other.starts_on, other.ends_on)
            _refuse("starts_on", f"Ce lien est déjà enregistré, {period}. Modifiez-le, ou changez ces dates.")

    return _write(StructureLink(team=team) if link is None else link, values, version, actor, check)


def declare_programme(
    *, team: Team, values: Values, actor: User, programme: EtpProgramme | None = None, version: int | None = None
) -> EtpProgramme:
    """Write a programme of patient education that a team declared to the ARS: a new row, or ``programme`` changed.

    Raises:
        StaleEdit: when somebody else changed it since ``version``.
        ValidationError: by field, in French: dates, or a reference that the team has declared already.
    """
    _check_dates(values)

    def check(fresh: Team) -> None:
        if fresh.etp_programmes.filter(reference=values["reference"]).exclude(pk=_pk(programme)).exists():
            _refuse("reference", "Cette équipe a déjà déclaré un programme sous cette référence.")

    return _write(EtpProgramme(team=team) if programme is None else programme, values, version, actor, check)


@transaction.atomic
def remove_from_team(*, row: TeamStructure | StructureLink | EtpProgramme, actor: User) -> None:
    """Take away what was entered by mistake; the journal keeps what it said. What is over gets an end date instead."""
    require(actor, MANAGE)
    team = lock(row.team)
    fresh = lock(row)
    record(fresh, in_full(fresh, NAMES[type(fresh)], gone=True), actor=actor, team=team)
    fresh.delete()
    refresh_findings(teams=[team])


@transaction.atomic
def _write(row: RowT, values: Values, version: int | None, actor: User, check: Any) -> RowT:
    """Under the lock of the team: whoever else writes its dates waits for these."""
    require(actor, MANAGE)
    team = lock(row.team)
    check(team)
    if row.pk is None:
        for name, value in values.items():
            setattr(row, name, value)
        row.full_clean()
        row.save()
        record(row, in_full(row, NAMES[type(row)]), actor=actor, team=team)
    else:
        row = save_changes(row, values=values, version=version, actor=actor, team=team)
    refresh_findings(teams=[team])
    return row


def _check_dates(values: Values) -> None:
    starts_on, ends_on = values["starts_on"], values["ends_on"]
    if starts_on and ends_on and ends_on < starts_on:
        period = f"La fin ({ends_on:%d/%m/%Y}) précède le début ({starts_on:%d/%m/%Y})"
        _refuse("ends_on", f"{period}. Corrigez l’une des deux dates.")


def _check_link(team: Team, values: Values) -> None:
    structure, member, relation = values["structure"], values["membership"], Relation(values["relation"])
    fitting = FITTING.get(relation)
    if fitting and structure.kind not in fitting:
        kinds = " ou ".join(str(Kind(kind).label) for kind in fitting)
        _refuse(
            "structure",
            f"Le lien « {relation.label} » demande une structure de nature {kinds} ; celle-ci est de nature "
            f"{structure.get_kind_display()}. Choisissez-en une autre, ou changez le lien.",
        )
    if member and relation in OF_THE_WHOLE_TEAM:
        _refuse("membership", "Ce lien est celui de toute l’équipe. Ne choisissez pas de membre.")
    if member and member.team_id != team.pk:
        _refuse("membership", "Cette personne n’est pas membre de cette équipe.")
    if relation == Relation.EVOLVED and not values["starts_on"]:
        _refuse("starts_on", "Indiquez depuis quand l’équipe est devenue cette structure.")


def _refuse_known_finess(values: Values, structure: ExternalStructure | None) -> None:
    number = values.get("finess", "")
    known = ExternalStructure.objects.filter(finess=number).exclude(pk=_pk(structure)).first() if number else None
    if known is not None:
        _refuse("finess", f"« {known} » porte déjà ce numéro FINESS. Utilisez sa fiche, ou corrigez-le.")


def _refuse(field: str, sentence: str) -> NoReturn:
    raise ValidationError({field: typeset(sentence)})


def _overlapping(rows: Iterable[Any], values: Values) -> list[Any]:
    wanted: Period = (values["starts_on"], values["ends_on"])
    return [row for row in rows if overlap((row.starts_on, row.ends_on), wanted)]


def _pk(row: models.Model | None) -> Any:
    return row.pk if row is not None else None
