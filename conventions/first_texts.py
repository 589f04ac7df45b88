"""The first text of a convention for each kind of team, which an administrator then changes in new versions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.utils import timezone

from association.nomenclature import TeamKind

TEXTS = Path(__file__).with_name("texts")
TITLES = {
    TeamKind.ESP_CLAP: "Convention d’équipe de soins primaires coordonnée localement autour du patient",
    TeamKind.ESS: "Convention d’équipe de soins spécialisés",
}


def publish_first_texts(using: str = "default", **_: Any) -> None:
    """Publish the first text of each kind that has none (receiver of ``post_migrate``: also after a flush)."""
    from django.db import connections

    from conventions.models import ConventionTemplate

    if ConventionTemplate._meta.db_table not in connections[using].introspection.table_names():
        return
    templates = ConventionTemplate.objects.using(using)
    known = set(templates.values_list("kind", flat=True))
    templates.bulk_create(
        ConventionTemplate(kind=kind, version=1, title=title, body=first_text(kind), published_at=timezone.now())
        for kind, title in TITLES.items()
        if kind not in known
    )


def first_text(kind: str) -> str:
    """Return the text that comes with the programme for a kind of team."""
    return (TEXTS / f"{kind}.txt").read_text(encoding="utf-8")
