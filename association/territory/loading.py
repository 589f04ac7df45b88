"""Bring the database to an edition of the territory."""

from __future__ import annotations

import gzip
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from django.db import transaction
from django.db.models import Model

from association.models.territory import Commune, Department, Epci, Region, TerritoryEdition, search_key
from association.territory.edition import (
    CommuneRow,
    Edition,
    EditionUnreadable,
    checksum_of,
    parse,
    read_text,
    version_key,
)

SHIPPED_EDITION = Path(__file__).parent.parent / "reference" / "territoire.tsv.gz"

_BATCH = 2000
# A yearly edition merges less than 1 % of the communes: more than a tenth missing is a truncated file.
_LARGEST_LOSS = 0.1


class EditionOlder(Exception):
    """The source is older than the edition in place. The message is one French sentence."""


@dataclass
class Loaded:
    """What a load did, in rows. ``already``: this very edition was in place and nothing was written."""

    version: str
    year: str
    already: bool = False
    regions: int = 0
    departments: int = 0
    epcis: int = 0
    communes: int = 0  # in force, without municipal districts
    districts: int = 0
    former: int = 0  # not in force, as the source lists them
    added: int = 0  # communes of any kind
    changed: int = 0
    vanished: int = 0
    orphans: list[str] = field(default_factory=list)  # vanished, and the edition does not say into which


def load_edition(source: Path | None = None) -> Loaded:
    """Bring the territory to the edition of `source` (default: the one shipped), in one transaction.

    Adds what is new, updates what changed, deletes nothing: a commune that the edition no longer has is put
    out of force and linked to the commune that took its code over, when the edition says so. Loading the same
    edition again writes nothing. Raises EditionUnreadable or EditionOlder, and then nothing was changed.
    """
    text = _shipped_text() if source is None else read_text(source)
    in_place = TerritoryEdition.objects.order_by("loaded_at", "pk").last()
    version, year = text[: text.index("\n")].split("\t")[2:4]
    if in_place and in_place.checksum == checksum_of(text):
        return Loaded(version=version, year=year, already=True)
    if in_place and version_key(version) < version_key(in_place.name):
        raise EditionOlder(
            f"L'édition {version} est plus ancienne que celle en place ({in_place.name})\u00a0: rien n'a été changé."
        )
    edition = parse(text)
    with transaction.atomic():
        return _Loader(edition).run()


def _shipped_text() -> str:
    """Return the text of the shipped edition without parsing it: most of the time its checksum settles it."""
    with gzip.open(SHIPPED_EDITION) as stream:
        return stream.read().decode()


_M = TypeVar("_M", bound=Model)


def _upsert(objects: list[_M], columns: tuple[str, ...]) -> tuple[int, int]:
    """Write what is absent or different, in bulk; returns (added, changed). `columns` are attnames."""
    if not objects:
        return 0, 0
    manager = type(objects[0])._default_manager
    stored = {row[0]: row[1:] for row in manager.values_list("pk", *columns)}
    wanted = [(thing, tuple(getattr(thing, column) for column in columns)) for thing in objects]
    fresh = [thing for thing, _ in wanted if thing.pk not in stored]
    changed = [thing for thing, values in wanted if thing.pk in stored and stored[thing.pk] != values]
    # update_conflicts for the new ones too: two machines that start together may load together
    manager.bulk_create(
        fresh + changed,
        batch_size=_BATCH,
        update_conflicts=True,
        unique_fields=["pk"],
        update_fields=[column.removesuffix("_id") for column in columns],
    )
    return len(fresh), len(changed)


class _Loader:
    """One load: reference tables first, then the communes, then what vanished."""

    def __init__(self, edition: Edition) -> None:
        self.edition = edition
        self.result = Loaded(version=edition.version, year=edition.year)

    def run(self) -> Loaded:
        edition, result = self.edition, self.result
        before = set(Commune.objects.filter(is_current=True).values_list("pk", flat=True))
        self._refuse_truncated(before)
        _upsert([Region(code=row.code, name=row.name) for row in edition.regions], ("name",))
        _upsert(
            [Department(code=row.code, name=row.name, region_id=row.region) for row in edition.departments],
            ("name", "region_id"),
        )
        _upsert(
            [Epci(siren=row.siren, name=row.name, kind=row.kind) for row in edition.epcis],
            ("name", "kind", "is_current"),
        )
        Epci.objects.filter(is_current=True).exclude(pk__in=[row.siren for row in edition.epcis]).update(
            is_current=False
        )
        result.added, result.changed = _upsert(
            [self._commune(row) for row in edition.communes],
            (
                "name",
                "search_name",
                "kind",
                "department_id",
                "epci_id",
                "population",
                "postal_codes",
                "is_current",
                "merged_into_id",
                "part_of_id",
            ),
        )
        self._retire_vanished(before)
        result.vanished = len(before - {row.code for row in edition.communes if row.in_force})
        self._count()
        TerritoryEdition.objects.create(name=edition.version, year=edition.year, checksum=edition.checksum)
        return result

    def _refuse_truncated(self, before: set[str]) -> None:
        lost = len(before - {row.code for row in self.edition.communes})
        if lost > len(before) * _LARGEST_LOSS:
            raise EditionUnreadable(
                f"Édition refusée\u00a0: {lost} communes en vigueur sur {len(before)} n'y sont plus, "
                "le fichier semble incomplet."
            )

    @staticmethod
    def _commune(row: CommuneRow) -> Commune:
        return Commune(
            code=row.code,
            name=row.name,
            search_name=search_key(row.name),
            kind=row.kind,
            department_id=row.department,
            epci_id=row.epci or None,
            population=int(row.population) if row.population else None,
            postal_codes=row.postal_codes,
            is_current=row.in_force,
            merged_into_id=None if row.in_force else row.parent,
            part_of_id=(row.parent or None) if row.in_force else None,
        )

    def _retire_vanished(self, before: set[str]) -> None:
        """Put out of force the communes that the edition no longer has, and link those that it can place."""
        listed = {row.code for row in self.edition.communes}
        heir = {
            former: row.code
            for row in self.edition.communes
            if row.kind == Commune.Kind.COMMUNE
            for former in filter(None, row.former_codes.split(";"))
        }
        gone = before - listed
        orphans = set(Commune.objects.filter(is_current=False, merged_into=None).values_list("pk", flat=True))
        touched = list(Commune.objects.filter(pk__in=gone | (orphans & heir.keys()) - listed))
        for commune in touched:
            commune.is_current = False
            commune.part_of = None
            # a commune of this edition or nothing: the link exists for sure
            commune.merged_into = Commune(pk=heir[commune.pk]) if commune.pk in heir else None
        Commune.objects.bulk_update(touched, ["is_current", "merged_into", "part_of"], batch_size=_BATCH)
        self.result.orphans = sorted(gone - heir.keys())

    def _count(self) -> None:
        result, edition = self.result, self.edition
        kinds = [row.kind for row in edition.communes]
        result.regions, result.departments = len(edition.regions), len(edition.departments)
        result.epcis = len(edition.epcis)
        result.communes = kinds.count(Commune.Kind.COMMUNE)
        result.districts = kinds.count(Commune.Kind.DISTRICT)
        result.former = len(kinds) - result.communes - result.districts
