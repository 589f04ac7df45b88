"""Stands in for the real command in the tests of the site's process: they need no commune."""

from typing import Any

from django.core.management.base import BaseCommand


class Command(BaseCommand):
    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write("Territoire : sans objet ici.")
