"""``manage.py import_workbook``: check a workbook and load it, all or nothing."""

import json
import sys
from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError, CommandParser

from association.models import User
from association.permissions import require
from association.workbook import Report, annotated_copy
from association.workbook.report import french
from config.importing import PERMISSION, as_json, check_workbook, load_workbook_file, summary_lines


class Command(BaseCommand):
    help = "Charge un classeur de reprise (.xlsx) : contrôlé d'abord, chargé en entier ou pas du tout."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FICHIER", help="Classeur .xlsx.")
        parser.add_argument("--as", dest="email", required=True, metavar="COURRIEL", help="Administrateur qui charge.")
        parser.add_argument("--dry-run", action="store_true", help="Contrôler seulement, ne rien charger.")
        parser.add_argument("--json", action="store_true", help="Un seul objet JSON sur la sortie.")
        parser.add_argument(
            "--annotated", type=Path, metavar="COPIE.xlsx", help="Copie des valeurs, cellules fautives commentées."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        actor = _actor(options["email"])
        path, dry_run = options["file"], options["dry_run"]
        report = check_workbook(path) if dry_run else load_workbook_file(path, actor)
        if options["annotated"]:
            annotated_copy(path, report, options["annotated"])
        if options["json"]:
            self.stdout.write(json.dumps(as_json(report, dry_run=dry_run), ensure_ascii=False))
        else:
            self._write(report, dry_run=dry_run)
        if not report.is_sound:
            sys.exit(1)

    def _write(self, report: Report, *, dry_run: bool) -> None:
        for line in report.warning_lines():
            self.stdout.write(f"Avertissement. {line}")
        for line in report.fault_lines():
            self.stderr.write(f"Faute. {line}")
        for line in summary_lines(report, dry_run=dry_run):
            (self.stdout if report.is_sound else self.stderr).write(line)


def _actor(email: str) -> User:
    actor = User.objects.filter(email__iexact=email).first()
    if actor is None:
        raise CommandError(french(f"aucun compte ne porte l'adresse {email} : rien n'a été chargé."))
    try:
        require(actor, PERMISSION)
    except PermissionDenied as error:
        raise CommandError(f"{error} Seul un administrateur charge un classeur.") from error
    return actor
