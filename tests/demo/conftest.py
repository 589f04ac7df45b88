"""A small territory, and one demo region made once per test process and taken back at the end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.db import transaction

from association.models import Commune, Department, Epci, Region
from config.demo import Span, Summary, seed_region

SPAN = Span(date(2026, 10, 1), 6)
TEAMS = 52  # a whole cycle of parts, and two more

TOWNS = {
    "44": (("44003", "Ancenis-Saint-Géréon"), ("44096", "Mésanger"), ("44117", "Orvault"), ("44110", "Nozay")),
    "72": (("72181", "Le Mans"), ("72154", "La Flèche"), ("72264", "Sablé-sur-Sarthe")),
    "85": (("85109", "Les Herbiers"), ("85113", "L'Île-d'Yeu"), ("85047", "Challans")),
}


def make_territory() -> None:
    """Ten communes in the region of the settings, and one in another, with an EPCI for some."""
    Region.objects.bulk_create([Region(code="52", name="Pays de la Loire"), Region(code="53", name="Bretagne")])
    Department.objects.bulk_create(
        [
            Department(code=code, name=name, region_id=region)
            for code, name, region in (
                ("44", "Loire-Atlantique", "52"),
                ("72", "Sarthe", "52"),
                ("85", "Vendée", "52"),
                ("35", "Ille-et-Vilaine", "53"),
            )
        ]
    )
    epci = Epci.objects.create(siren="244400552", name="CC du Pays d'Ancenis", kind="CC")
    communes = [
        Commune(
            code=code,
            name=name,
            search_name=name.lower(),
            department_id=department,
            population=4_000,
            epci=epci if code in ("44003", "44096") else None,
        )
        for department, towns in {**TOWNS, "35": (("35238", "Rennes"),)}.items()
        for code, name in towns
    ]
    Commune.objects.bulk_create(communes)


@pytest.fixture(scope="module")
def region(django_db_setup: Any, django_db_blocker: Any) -> Iterator[Summary]:
    """Return what was made of a demo region; whoever only reads it needs no other database fixture."""
    with django_db_blocker.unblock(), transaction.atomic():
        make_territory()
        yield seed_region(teams=TEAMS, span=SPAN, seed=1)
        transaction.set_rollback(True)
