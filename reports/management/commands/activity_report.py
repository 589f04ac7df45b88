"""``manage.py activity_report 2026-T3 [--department 44] [--out DIR] [--json]``: a report, and where its files lie."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from association.documents import verified_path
from association.jobs import run_here
from association.machine import TransitionRefused
from association.models import Department, Job, User
from reports.models import Report, ReportVersion
from reports.periods import HOW, parse
from reports.services.building import request_build, start_report, usual_template


class Command(BaseCommand):
    help = "Produit le rapport d'activité d'une période : chiffres figés, PDF et classeur."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("period", help=HOW)
        parser.add_argument("--department", default="", help="code d'un département ; toute la région par défaut")
        parser.add_argument("--out", type=Path, help="dossier où copier le PDF et le classeur")
        parser.add_argument("--json", action="store_true", help="dire le résultat en JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        report = self.report(options["period"], options["department"])
        version = self.version(report)
        files = self.files(version, options["out"])
        # The ground of the maps is a drawing of some 50 kB: whoever computes wants the numbers.
        numbers = {name: told for name, told in version.numbers.items() if name != "ground"}
        if options["json"]:
            told = {"version": version.number, "sha256": version.sha256, "files": files, "numbers": numbers}
            self.stdout.write(json.dumps(told, ensure_ascii=False))
            return
        self.stdout.write(f"{report}, version {version.number} ({version.sha256[:12]})")
        for path in files:
            self.stdout.write(f"  fichier : {path}")

    def report(self, text: str, department: str) -> Report:
        """Return the report that is asked for, begun if it was not."""
        try:
            period = parse(text)
        except ValueError as error:
            raise CommandError(str(error)) from None
        found = Department.objects.filter(pk=department).first() if department else None
        if department and found is None:
            raise CommandError(f"Aucun département ne porte le code « {department} ».")
        return start_report(period=period, department=found, template=usual_template(), actor=User.objects.system())

    def version(self, report: Report) -> ReportVersion:
        """Produce it in this process, unless it was approved: then its last version is the answer."""
        if report.state not in Report.SEALED:
            try:
                job = run_here(request_build(report=report, actor=User.objects.system()))
            except TransitionRefused as refused:
                raise CommandError(refused.reason) from None
            if job.state != Job.State.DONE:
                raise CommandError(job.error or "La production a été annulée.")
        version = report.versions.first()
        if version is None or version.pdf is None or version.workbook is None:
            raise CommandError("Les documents de ce rapport ne sont pas encore faits : réessayez dans un instant.")
        return version

    def files(self, version: ReportVersion, out: Path | None) -> list[str]:
        """Return where the documents lie, copied to ``out`` if it is given."""
        documents = [document for document in (version.pdf, version.workbook) if document]
        if out is None:
            return [str(document.path) for document in documents]
        out.mkdir(parents=True, exist_ok=True)
        return [str(shutil.copyfile(verified_path(document), out / document.filename)) for document in documents]
