"""``manage.py load_territory``: bring communes, EPCI, departments and regions to an edition of the COG."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from association.territory import EditionOlder, EditionUnreadable, Loaded, load_edition


def _number(count: int) -> str:
    return f"{count:,}".replace(",", "\u202f")


def _count(count: int, one: str, many: str) -> str:
    """French plural: it starts at two."""
    return f"{_number(count)}\u00a0{many if count > 1 else one}"


def summary(loaded: Loaded) -> str:
    """Return the French line that says what a load did."""
    edition = f"édition {loaded.year} ({loaded.version})" if loaded.year else f"édition {loaded.version}"
    if loaded.already:
        return f"Territoire\u00a0: {edition} déjà en place, rien à faire."
    held = ", ".join(
        (
            _count(loaded.regions, "région", "régions"),
            _count(loaded.departments, "département", "départements"),
            f"{_number(loaded.epcis)}\u00a0EPCI",
            _count(loaded.communes, "commune", "communes"),
            _count(loaded.districts, "arrondissement municipal", "arrondissements municipaux"),
            _count(loaded.former, "ancienne commune", "anciennes communes"),
        )
    )
    done = ", ".join(
        (
            _count(loaded.added, "ajoutée", "ajoutées"),
            _count(loaded.changed, "modifiée", "modifiées"),
            _count(loaded.vanished, "disparue", "disparues"),
        )
    )
    line = f"Territoire\u00a0: {edition} chargée. {held}. Communes\u00a0: {done}."
    if loaded.orphans:
        line += f" Sans commune de rattachement connue\u00a0: {', '.join(sorted(loaded.orphans))}."
    return line


class Command(BaseCommand):
    help = "Charge les communes, EPCI, départements et régions de France (édition livrée, ou plus récente)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--from",
            dest="source",
            type=Path,
            metavar="CHEMIN",
            help="Édition plus récente\u00a0: paquet @etalab/decoupage-administratif (.tgz ou dossier), "
            "ou fichier réduit par build_territory.",
        )

    def handle(self, *args: Any, source: Path | None = None, **options: Any) -> None:
        try:
            loaded = load_edition(source)
        except EditionUnreadable as error:
            raise CommandError(f"{error} Rien n'a été changé.") from error
        except EditionOlder as error:
            # without --from, a newer edition in place is no fault: the shipped one has simply been overtaken
            if source is not None:
                raise CommandError(str(error)) from error
            self.stdout.write(f"Territoire\u00a0: {error}")
            return
        self.stdout.write(summary(loaded))
