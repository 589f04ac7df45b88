"""An edition of the territory as rows: read from the npm package or from the compact file made from it.

Pure: no database. Whatever comes out of here holds together (codes well formed, every reference present).
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import re
import tarfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from association.models.territory import Commune

_FORMAT = "1"
_LARGEST_TEXT = 64 * 1024 * 1024  # bytes; the largest file of the package has 9 million

_COMMUNE_KINDS = {
    "commune-actuelle": Commune.Kind.COMMUNE.value,
    "arrondissement-municipal": Commune.Kind.DISTRICT.value,
    "commune-deleguee": Commune.Kind.DELEGATED.value,
    "commune-associee": Commune.Kind.ASSOCIATED.value,
}


class EditionUnreadable(Exception):
    """The source is not a complete edition. The message is one French sentence."""


class RegionRow(NamedTuple):
    code: str
    name: str


class DepartmentRow(NamedTuple):
    code: str
    name: str
    region: str


class EpciRow(NamedTuple):
    siren: str
    name: str
    kind: str


class CommuneRow(NamedTuple):
    """``parent``: the commune it is merged into or a district of; ``former_codes``: codes it took over."""

    code: str
    name: str
    kind: str
    department: str
    epci: str
    population: str
    postal_codes: str
    parent: str
    former_codes: str

    @property
    def in_force(self) -> bool:
        return self.kind in (Commune.Kind.COMMUNE, Commune.Kind.DISTRICT)


Row = RegionRow | DepartmentRow | EpciRow | CommuneRow
_ROW_TYPES: dict[str, type[Row]] = {
    "region": RegionRow,
    "department": DepartmentRow,
    "epci": EpciRow,
    "commune": CommuneRow,
}
_CODE_PATTERNS = {
    "region": r"\d{2,3}",
    "department": r"\d{2,3}|2[AB]",
    "epci": r"\d{9}",
    "commune": r"\d{5}|2[AB]\d{3}",
}


@dataclass(frozen=True)
class Edition:
    """A whole edition: package version (``6.0.0``), year of the COG ("" if unknown), rows by type."""

    version: str
    year: str
    regions: tuple[RegionRow, ...]
    departments: tuple[DepartmentRow, ...]
    epcis: tuple[EpciRow, ...]
    communes: tuple[CommuneRow, ...]

    @cached_property
    def text(self) -> str:
        """The compact form: a header line, then one tab-separated line per row, sorted by code."""
        lines = ["\t".join(("territoire", _FORMAT, self.version, self.year))]
        sections: tuple[tuple[str, tuple[Row, ...]], ...] = (
            ("region", self.regions),
            ("department", self.departments),
            ("epci", self.epcis),
            ("commune", self.communes),
        )
        for label, rows in sections:
            lines.extend("\t".join((label, *row)) for row in sorted(rows))
        return "\n".join(lines) + "\n"

    @property
    def checksum(self) -> str:
        return checksum_of(self.text)


def checksum_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def read_text(source: Path) -> str:
    """Return the compact text of a package (folder, .tgz) or of a compact file.

    Raises EditionUnreadable, with the reason, for anything else.
    """
    try:
        return _text_of(source)
    except FileNotFoundError as error:
        raise EditionUnreadable(f"Fichier introuvable\u00a0: {error.filename or source}.") from error
    except (OSError, EOFError, zlib.error, tarfile.TarError) as error:
        raise EditionUnreadable(f"{source.name}\u00a0: fichier illisible, tronqué ou d'un autre type.") from error
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise EditionUnreadable(f"{source.name}\u00a0: contenu mal formé.") from error
    except (AttributeError, KeyError, TypeError) as error:
        raise EditionUnreadable(f"{source.name}\u00a0: champ absent ou inattendu ({error}).") from error


def _text_of(source: Path) -> str:
    if source.is_dir():
        return _reduce(_FolderPackage(source)).text
    with gzip.open(source) as stream:
        start = stream.read(len("territoire\t"))
        if start == b"territoire\t":
            text = (start + _read_capped(stream)).decode()
            parse(text)
            return text
    with tarfile.open(source, "r:gz") as archive:
        return _reduce(_TarPackage(archive)).text


def _read_capped(stream: Any) -> bytes:
    content: bytes = stream.read(_LARGEST_TEXT + 1)
    if len(content) > _LARGEST_TEXT:
        raise EditionUnreadable("Fichier beaucoup trop gros pour une édition du territoire.")
    return content


class _FolderPackage:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def read(self, name: str) -> bytes:
        with (self.folder / name).open("rb") as stream:
            return _read_capped(stream)


class _TarPackage:
    """Reads members in memory by their exact name: nothing is extracted to the disk."""

    def __init__(self, archive: tarfile.TarFile) -> None:
        self.archive = archive

    def read(self, name: str) -> bytes:
        try:
            stream = self.archive.extractfile(f"package/{name}")
        except KeyError:
            stream = None
        if stream is None:
            raise EditionUnreadable(f"Le paquet ne contient pas {name}.")
        return _read_capped(stream)


def _reduce(package: _FolderPackage | _TarPackage) -> Edition:
    """Keep what the house uses of the package, and check that it holds together."""
    version = str(json.loads(package.read("package.json"))["version"])
    tables = {
        name: json.loads(package.read(f"data/{name}.json")) for name in ("regions", "departements", "epci", "communes")
    }
    edition = Edition(
        version=version,
        year=_year_of(package, version),
        regions=tuple(RegionRow(row["code"], row["nom"]) for row in tables["regions"]),
        departments=tuple(DepartmentRow(row["code"], row["nom"], row["region"]) for row in tables["departements"]),
        epcis=tuple(EpciRow(row["code"], row["nom"], row["type"]) for row in tables["epci"]),
        communes=tuple(_reduce_communes(tables["communes"], tables["epci"])),
    )
    # strict: a tab or a missing value in the source shows here, before the database
    parse(edition.text)
    return edition


def _year_of(package: _FolderPackage | _TarPackage, version: str) -> str:
    """The year stands only in a table of the README (``| 2026 | 6.0.0 |``); without it, no year."""
    try:
        readme = package.read("README.md").decode(errors="replace")
    except (EditionUnreadable, OSError):
        return ""
    row = re.search(rf"\|\s*(20\d\d)\s*\|\s*{re.escape(version)}\s*\|", readme)
    return row.group(1) if row else ""


def _reduce_communes(communes: list[dict[str, Any]], epcis: list[dict[str, Any]]) -> Iterator[CommuneRow]:
    epci_of = {member["code"]: epci["code"] for epci in epcis for member in epci["membres"]}
    in_force = {row["code"] for row in communes if row["type"] == "commune-actuelle"}
    for row in communes:
        kind = _COMMUNE_KINDS.get(row["type"])
        if kind is None:
            raise EditionUnreadable(f"Type de commune inconnu\u00a0: {row['type']}.")
        if kind != Commune.Kind.COMMUNE and row["code"] in in_force:
            continue  # the seat of a new commune is also listed as its own commune déléguée
        parent = row.get("commune") or row.get("chefLieu") or ""
        population = row.get("population") if kind == Commune.Kind.COMMUNE else None
        yield CommuneRow(
            code=row["code"],
            name=row["nom"],
            kind=kind,
            department=row["departement"],
            epci=epci_of.get(row["code"] if kind == Commune.Kind.COMMUNE else parent, ""),
            population="" if population is None else str(population),
            postal_codes=";".join(row.get("codesPostaux", [])),
            parent="" if kind == Commune.Kind.COMMUNE else parent,
            former_codes=";".join(row.get("anciensCodes", [])),
        )


def parse(text: str) -> Edition:
    """Read a compact text; raises EditionUnreadable with the first thing that does not hold together."""
    header, *lines = text.removesuffix("\n").split("\n")
    fields = header.split("\t")
    if len(fields) != 4 or fields[:2] != ["territoire", _FORMAT] or not version_key(fields[2]):
        raise EditionUnreadable("En-tête de l'édition mal formé.")
    rows: dict[str, dict[str, Row]] = {label: {} for label in _ROW_TYPES}
    for number, line in enumerate(lines, start=2):
        label, *values = line.split("\t")
        row_type = _ROW_TYPES.get(label)
        if row_type is None or len(values) != len(row_type._fields) or not (values[0] and values[1]):
            raise EditionUnreadable(f"Ligne {number} mal formée.")
        if not "".join(values).isprintable():
            raise EditionUnreadable(f"Ligne {number}\u00a0: caractère interdit.")
        if values[0] in rows[label]:
            raise EditionUnreadable(f"Ligne {number}\u00a0: code {values[0]} en double.")
        rows[label][values[0]] = row_type(*values)
    edition = Edition(
        version=fields[2],
        year=fields[3],
        regions=tuple(rows["region"].values()),  # type: ignore[arg-type]
        departments=tuple(rows["department"].values()),  # type: ignore[arg-type]
        epcis=tuple(rows["epci"].values()),  # type: ignore[arg-type]
        communes=tuple(rows["commune"].values()),  # type: ignore[arg-type]
    )
    _check(edition, rows)
    return edition


def _check(edition: Edition, rows: dict[str, dict[str, Row]]) -> None:
    for label, pattern in _CODE_PATTERNS.items():
        if not rows[label]:
            raise EditionUnreadable("Édition incomplète\u00a0: il manque des régions, départements, EPCI ou communes.")
        for code in rows[label]:
            if not re.fullmatch(pattern, code, re.ASCII):
                raise EditionUnreadable(f"Code mal formé\u00a0: {code[:20]!r}.")
    for department in edition.departments:
        if department.region not in rows["region"]:
            raise EditionUnreadable(f"Département {department.code}\u00a0: région {department.region} inconnue.")
    for commune in edition.communes:
        if fault := _fault_of(commune, rows):
            raise EditionUnreadable(f"Commune {commune.code}\u00a0: {fault}.")


def _fault_of(commune: CommuneRow, rows: dict[str, dict[str, Row]]) -> str:
    if commune.department not in rows["department"]:
        return f"département {commune.department} inconnu"
    if commune.epci and commune.epci not in rows["epci"]:
        return f"EPCI {commune.epci} inconnu"
    if commune.kind not in Commune.Kind.values:
        return f"nature {commune.kind} inconnue"
    parent = rows["commune"].get(commune.parent)
    if (commune.kind != Commune.Kind.COMMUNE) != (
        isinstance(parent, CommuneRow) and parent.kind == Commune.Kind.COMMUNE
    ):
        return "commune de rattachement absente ou inattendue"
    if not re.fullmatch(r"\d{0,9}", commune.population, re.ASCII):
        return "population illisible"
    if len(commune.name) > 100 or len(commune.postal_codes) > 400:
        return "nom ou codes postaux trop longs"
    return ""


def version_key(version: str) -> tuple[int, ...]:
    """``6.0.0`` as (6, 0, 0), to tell which edition is newer; () when it is no version."""
    return tuple(map(int, version.split("."))) if re.fullmatch(r"\d+(\.\d+)*", version, re.ASCII) else ()


def build_edition(package: Path, out: Path) -> Edition:
    """Reduce a package to the compact file `out`; the same package always gives the same bytes."""
    text = read_text(package)
    buffer = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=buffer, mtime=0) as stream:
        stream.write(text.encode())
    out.write_bytes(buffer.getvalue())
    return parse(text)
