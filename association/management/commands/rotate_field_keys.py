"""``manage.py rotate_field_keys``: after a new key was put first in FIELD_KEYS, write everything with it."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from association.fields import FieldKeyMissing
from association.rotation import encrypted_columns, rotate


class Command(BaseCommand):
    help = (
        "Chiffre de nouveau toutes les valeurs avec la première clé de FIELD_KEYS ; les suivantes peuvent alors sortir."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        for field in encrypted_columns():
            try:
                count = sum(rotate(field))
            except FieldKeyMissing as missing:
                raise CommandError(str(missing)) from missing
            self.stdout.write(f"{field.model._meta.label}.{field.name} : {count} valeur{'s' if count > 1 else ''}")
