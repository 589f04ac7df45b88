"""What the database itself refuses to change: one declaration, triggers on SQLite and PostgreSQL.

The triggers are installed again after every migration (a table rebuilt by SQLite loses them), and a test
compares what is declared with what each database holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models


@dataclass(frozen=True)
class Rule:
    """One refusal.

    Attributes:
        table, name: table, and suffix of the trigger's name.
        operation: ``INSERT``, ``UPDATE`` or ``DELETE``.
        columns: for an update, the columns that may not differ (none: no column may).
        when: SQL condition on ``OLD`` and ``NEW`` under which it is refused (empty: always).
        message: the French sentence of the refusal.
    """

    table: str
    name: str
    operation: str
    columns: tuple[str, ...]
    when: str
    message: str

    @property
    def trigger(self) -> str:
        return f"frozen_{self.table}_{self.name}"

    def condition(self, *, distinct: str) -> str:
        parts = [f"({self.when})"] if self.when else []
        if self.columns:
            changed = " OR ".join(f'NEW."{c}" {distinct} OLD."{c}"' for c in self.columns)
            parts.append(f"({changed})")
        return " AND ".join(parts) or "TRUE"


_rules: dict[str, Rule] = {}


def declare_append_only(model: type[models.Model]) -> None:
    """Refuse every update and delete of the rows of ``model``."""
    table, label = model._meta.db_table, model._meta.verbose_name
    for operation in ("UPDATE", "DELETE"):
        _declare(
            Rule(
                table,
                operation.lower(),
                operation,
                (),
                "",
                f"{label} : une ligne écrite ne se modifie ni ne s'efface.",
            )
        )


def declare_frozen(
    model: type[models.Model], *, columns: Sequence[str], when: str = "", message: str, name: str = "frozen"
) -> None:
    """Refuse an update that changes one of ``columns`` (field names), and every delete, while ``when`` holds."""
    table = model._meta.db_table
    names = tuple(_column(model, c) for c in columns)
    _declare(Rule(table, f"{name}_update", "UPDATE", names, when, message))
    _declare(Rule(table, f"{name}_delete", "DELETE", (), when, message))


def declare_refusal(model: type[models.Model], *, name: str, operation: str, when: str, message: str) -> None:
    """Refuse an ``INSERT`` or ``UPDATE`` for which the SQL condition ``when`` holds."""
    _declare(Rule(model._meta.db_table, name, operation, (), when, message))


def rules() -> list[Rule]:
    """Return all the rules, in the order of their triggers' names."""
    return sorted(_rules.values(), key=lambda rule: rule.trigger)


def install(connection: Any) -> None:
    """Write the triggers of every declared rule whose table exists, in place of the older ones."""
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for rule in rules():
            if rule.table in tables:
                for statement in _drop(rule, connection.vendor) + _create(rule, connection.vendor):
                    cursor.execute(statement)


def remove(connection: Any) -> None:
    """Drop the triggers (a test that empties the tables puts them back with `install`)."""
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for rule in rules():
            if rule.table in tables:
                for statement in _drop(rule, connection.vendor):
                    cursor.execute(statement)


def install_after_migrate(using: str, **_: Any) -> None:
    """Receiver of ``post_migrate``."""
    from django.db import connections

    install(connections[using])


def _declare(rule: Rule) -> None:
    _rules[rule.trigger] = rule


def _column(model: type[models.Model], name: str) -> str:
    return str(model._meta.get_field(name).column)  # type: ignore[union-attr]


def _drop(rule: Rule, vendor: str) -> list[str]:
    if vendor == "sqlite":
        return [f'DROP TRIGGER IF EXISTS "{rule.trigger}"']
    return [
        f'DROP TRIGGER IF EXISTS "{rule.trigger}" ON "{rule.table}"',
        f'DROP TRIGGER IF EXISTS "{rule.trigger}_truncate" ON "{rule.table}"',
    ]


def _create(rule: Rule, vendor: str) -> list[str]:
    message = rule.message.replace("'", "''")
    if vendor == "sqlite":
        return [
            f'CREATE TRIGGER "{rule.trigger}" BEFORE {rule.operation} ON "{rule.table}" '
            f"WHEN {rule.condition(distinct='IS NOT')} BEGIN SELECT RAISE(ABORT, '{message}'); END"
        ]
    function = f"{rule.trigger}_refuse"
    refuse = f"RAISE EXCEPTION USING MESSAGE = '{message}', ERRCODE = 'integrity_constraint_violation'"
    condition = rule.condition(distinct="IS DISTINCT FROM")
    when = f"WHEN ({condition})"
    if "SELECT" in condition:  # it asks another table, which PostgreSQL's WHEN may not
        refuse, when = f"IF {condition} THEN {refuse}; END IF; RETURN NEW", ""
    statements = [
        f'CREATE OR REPLACE FUNCTION "{function}"() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {refuse}; END $$',
        f'CREATE TRIGGER "{rule.trigger}" BEFORE {rule.operation} ON "{rule.table}" FOR EACH ROW '
        f'{when} EXECUTE FUNCTION "{function}"()',
    ]
    if rule.operation == "DELETE" and not rule.when:
        statements.append(
            f'CREATE TRIGGER "{rule.trigger}_truncate" BEFORE TRUNCATE ON "{rule.table}" '
            f'FOR EACH STATEMENT EXECUTE FUNCTION "{function}"()'
        )
    return statements
