"""The versions of the text of conventions, as their pages show them."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.db.models import QuerySet

from association.models import User
from association.money import euros
from association.nomenclature import ActionType, TeamKind
from conventions.models import DEFAULT_CEILING_CENTS, ConventionTemplate
from conventions.wording import Article, faults_of, listed, rendered

KINDS = (TeamKind.ESP_CLAP, TeamKind.ESS)


@dataclass(frozen=True)
class KindOfText:
    """The versions for a kind of team, the newest first; ``in_force``: the one that conventions are issued with."""

    kind: str
    label: str
    versions: tuple[ConventionTemplate, ...]
    in_force: ConventionTemplate | None
    in_writing: ConventionTemplate | None


def templates_seen_by(user: User) -> QuerySet[ConventionTemplate]:
    """Return the versions that a user may read: all, or none."""
    found = ConventionTemplate.objects.select_related("created_by")
    return found if user.has_perm("conventions.view_template") else found.none()


def texts_by_kind(user: User) -> list[KindOfText]:
    """Return the versions by kind of team."""
    rows = list(templates_seen_by(user).order_by("kind", "-version"))
    return [_of_kind(kind, tuple(row for row in rows if row.kind == kind)) for kind in KINDS]


def sample_of(template: ConventionTemplate) -> tuple[Article, ...]:
    """Return the articles with invented values, as a preview; none while the text has faults."""
    return () if faults_of(template.body) else rendered(template.body, _sample(template.kind))


def _of_kind(kind: TeamKind, versions: tuple[ConventionTemplate, ...]) -> KindOfText:
    return KindOfText(
        kind=kind,
        label=str(kind.label),
        versions=versions,
        in_force=next((one for one in versions if one.published_at), None),
        in_writing=next((one for one in versions if one.published_at is None), None),
    )


def _sample(kind: str) -> dict[str, str]:
    return {
        "numero": "CLAP-2026-044-0012",
        "association": settings.ORGANISATION_NAME,
        "equipe": "Équipe des Rives",
        "code_equipe": "EQ-44-001",
        "nature": str(TeamKind(kind).label),
        "departement": "Loire-Atlantique",
        "communes": "Ancenis-Saint-Géréon, Mésanger",
        "reconnaissance": "1er\u00a0février\u00a02026",
        "membres": listed(
            ["Exemple Camille, médecin généraliste, RPPS 10000000017", "Modèle Alex, infirmier, RPPS 10000000025"]
        ),
        "debut": "1er\u00a0mars\u00a02026",
        "fin": "29\u00a0février\u00a02028",
        "duree": "24",
        "plafond": euros(DEFAULT_CEILING_CENTS),
        "types": listed([str(ActionType.RCP.label), str(ActionType.PPS.label)]),
    }
