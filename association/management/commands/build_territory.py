"""``manage.py build_territory PACKAGE OUT``: reduce a package to the compact file that is committed."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from association.territory import EditionUnreadable, build_edition


class Command(BaseCommand):
    help = "Réduit un paquet @etalab/decoupage-administratif au fichier livré (association/reference)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("package", type=Path, metavar="PAQUET", help="Fichier .tgz ou dossier.")
        parser.add_argument("out", type=Path, metavar="SORTIE", help="Fichier à écrire (territoire.tsv.gz).")

    def handle(self, *args: Any, package: Path, out: Path, **options: Any) -> None:
        try:
            edition = build_edition(package, out)
        except EditionUnreadable as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"Écriture impossible\u00a0: {out} ({error.strerror}).") from error
        self.stdout.write(
            f"Édition {edition.year or '?'} ({edition.version})\u00a0: {len(edition.communes)} communes, "
            f"{out.stat().st_size} octets dans {out}."
        )
