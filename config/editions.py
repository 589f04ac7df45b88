"""Databases that an edition before the first version made: they are told apart, and not updated.

See docs/decisions/0014-first-migrations.md.
"""

from __future__ import annotations

from django.conf import settings
from django.core.management.base import CommandError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.recorder import MigrationRecorder

# Steps that no first version has: every database made before it had taken one of these.
BEFORE_THE_FIRST = frozenset({("actions", "0002_initial"), ("association", "0002_dossiers")})


def refuse_earlier_edition(connection: BaseDatabaseWrapper) -> None:
    """Say in one French sentence that a database cannot be updated, before anything is changed in it.

    Raises:
        CommandError: when an edition before the first version made it.
    """
    if BEFORE_THE_FIRST.isdisjoint(MigrationRecorder(connection).applied_migrations()):
        return
    name = connection.settings_dict["NAME"]
    place = f"le dossier {settings.DATA_DIR}" if connection.vendor == "sqlite" else f"la base « {name} »"
    raise CommandError(
        "Cette base de données a été faite par une édition antérieure à la première version : elle ne peut pas être "
        f"mise à jour, et rien n'y a été changé. Mettez de côté {place} (ou effacez-le, s'il ne tient que la région de "
        "démonstration), puis relancez la commande : une base neuve sera faite."
    )
