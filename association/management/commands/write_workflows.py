"""``manage.py write_workflows``: docs/workflows.md from the machines themselves."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from association.workflow_page import workflow_page


class Command(BaseCommand):
    help = "Écrit docs/workflows.md d'après les machines à états ; --check dit seulement s'il est à jour."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="ne rien écrire ; échouer si la page n'est plus à jour"
        )

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        path = Path(settings.BASE_DIR) / "docs" / "workflows.md"
        page = workflow_page()
        if check:
            if not path.exists() or path.read_text(encoding="utf-8") != page:
                self.stderr.write("docs/workflows.md n'est plus à jour : lancez « make workflows ».")
                sys.exit(1)
            return
        path.write_text(page, encoding="utf-8")
        self.stdout.write("docs/workflows.md écrit.")
