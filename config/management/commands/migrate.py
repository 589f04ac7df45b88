"""``manage.py migrate``: Django's own, which first refuses a database that it could not bring up to date."""

from __future__ import annotations

from typing import Any

from django.core.management.commands.migrate import Command as Migrate
from django.db import connections

from config.editions import refuse_earlier_edition


class Command(Migrate):
    def handle(self, *args: Any, **options: Any) -> None:
        refuse_earlier_edition(connections[options["database"]])
        super().handle(*args, **options)
