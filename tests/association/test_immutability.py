"""What the database itself refuses, whoever writes; and that it still does after a migration."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import CharField

from association import immutability
from association.immutability import Rule
from association.models import LookLog, TransitionLog
from tests import factories

pytestmark = pytest.mark.django_db


def installed() -> set[str]:
    """Return the names of the triggers that the database holds."""
    query = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
    }[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(query)
        return {name for (name,) in cursor.fetchall() if name.startswith("frozen_")}


def declared() -> set[str]:
    names = {rule.trigger for rule in immutability.rules()}
    if connection.vendor == "postgresql":
        names |= {
            f"{rule.trigger}_truncate" for rule in immutability.rules() if rule.operation == "DELETE" and not rule.when
        }
    return names


def refused(statement: str, *arguments: Any) -> str:
    """Return the sentence with which the database refuses a statement."""
    with pytest.raises(DatabaseError) as raised, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, arguments)
    return str(raised.value)


@pytest.fixture
def entry() -> TransitionLog:
    job = factories.JobFactory(waiting=True)
    return TransitionLog.objects.get(object_id=job.pk, to_state="waiting")


def test_declared_rules_are_the_installed_triggers() -> None:
    assert installed() == declared()


def test_names_fit_in_both_databases() -> None:
    """PostgreSQL cuts a name at 63 bytes in silence: two rules could then be one."""
    assert max(len(f"{name}_refuse") for name in declared()) <= 63


def test_every_frozen_column_exists() -> None:
    for rule in immutability.rules():
        with connection.cursor() as cursor:
            columns = {column.name for column in connection.introspection.get_table_description(cursor, rule.table)}
        assert set(rule.columns) <= columns, rule


def test_encrypted_columns_are_not_named(entry: TransitionLog) -> None:
    """Rotation writes the ciphertext of frozen rows anew."""
    from association.rotation import encrypted_columns

    encrypted = {(field.model._meta.db_table, field.column) for field in encrypted_columns()}
    frozen = {(rule.table, column) for rule in immutability.rules() for column in rule.columns}
    assert encrypted
    assert not encrypted & frozen


def test_history_refuses_update(entry: TransitionLog) -> None:
    with pytest.raises(DatabaseError, match="ne se modifie ni ne s'efface"), transaction.atomic():
        TransitionLog.objects.filter(pk=entry.pk).update(comment="autre")
    entry.refresh_from_db()
    assert entry.comment == ""


def test_history_refuses_delete(entry: TransitionLog) -> None:
    with pytest.raises(DatabaseError, match="ne se modifie ni ne s'efface"), transaction.atomic():
        TransitionLog.objects.filter(pk=entry.pk).delete()
    assert TransitionLog.objects.filter(pk=entry.pk).exists()


def test_history_refuses_bare_sql(entry: TransitionLog) -> None:
    table = TransitionLog._meta.db_table
    assert "ne s'efface" in refused(f'UPDATE "{table}" SET comment = %s', "autre")
    assert "ne s'efface" in refused(f'DELETE FROM "{table}"')


def test_looks_refuse_update_and_delete() -> None:
    from django.contrib.contenttypes.models import ContentType

    user = factories.UserFactory()
    look = LookLog.objects.create(
        content_type=ContentType.objects.get_for_model(user), object_id=user.pk, what="iban", actor=user
    )
    table = LookLog._meta.db_table
    assert "ne s'efface" in refused(f'UPDATE "{table}" SET reason = %s WHERE id = %s', "autre", look.pk)
    assert "ne s'efface" in refused(f'DELETE FROM "{table}" WHERE id = %s', look.pk)


def test_truncate_is_refused_on_postgresql(entry: TransitionLog) -> None:
    if connection.vendor != "postgresql":
        assert not any(name.endswith("_truncate") for name in installed())  # SQLite has no TRUNCATE
        return
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what still waits for the commit would refuse it first
    assert "ne s'efface" in refused(f'TRUNCATE "{TransitionLog._meta.db_table}"')
    assert TransitionLog.objects.filter(pk=entry.pk).exists()


def test_triggers_come_back_after_removal(entry: TransitionLog) -> None:
    immutability.remove(connection)
    assert installed() == set()
    immutability.install(connection)
    assert installed() == declared()
    assert "ne s'efface" in refused(f'DELETE FROM "{TransitionLog._meta.db_table}"')


def test_installation_twice_changes_nothing() -> None:
    immutability.install(connection)
    immutability.install(connection)
    assert installed() == declared()


@pytest.mark.parametrize("vendor", ["sqlite", "postgresql"])
def test_apostrophes_and_percents_of_a_message_are_kept(vendor: str) -> None:
    rule = Rule("t", "delete", "DELETE", (), "", "L'état n'a pas 100 % changé")
    created = " ".join(immutability._create(rule, vendor))
    assert "L''état n''a pas 100 % changé" in created


def test_frozen_columns_are_compared_with_null() -> None:
    """NULL to a value is a change: plain inequality would let it through."""
    rule = Rule("t", "frozen_update", "UPDATE", ("a",), "OLD.state = 'x'", "non")
    assert rule.condition(distinct="IS NOT") == """(OLD.state = 'x') AND (NEW."a" IS NOT OLD."a")"""


@pytest.mark.django_db(transaction=True)
def test_triggers_are_back_after_a_migration_that_rebuilds_the_table() -> None:
    """SQLite rebuilds a table to change it, and drops its triggers without a word; ``post_migrate`` puts them back."""
    from django.apps import apps
    from django.db.models.signals import post_migrate

    longer = CharField("étape", max_length=61)
    longer.set_attributes_from_name("transition")
    longer.model = TransitionLog
    shorter = TransitionLog._meta.get_field("transition")
    try:
        with connection.schema_editor() as editor:
            editor.alter_field(TransitionLog, shorter, longer)  # type: ignore[arg-type]
        if connection.vendor == "sqlite":
            assert installed() < declared()
        post_migrate.send(
            sender=apps.get_app_config("association"),
            app_config=apps.get_app_config("association"),
            verbosity=0,
            interactive=False,
            using=connection.alias,
            plan=[],
            apps=apps,
        )
        assert installed() == declared()
    finally:
        with connection.schema_editor() as editor:
            editor.alter_field(TransitionLog, longer, shorter)  # type: ignore[arg-type]
        immutability.install(connection)
