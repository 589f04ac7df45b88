"""What is typed for the "compte rendu financier" of a grant."""

from __future__ import annotations

from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.db import transaction

from association.journal import StaleEdit, changes_since, record
from association.models import User
from association.money import euros
from association.permissions import require
from association.workflow import lock
from payments.models import Grant
from reports.financial.headings import BY_CODE
from reports.financial.statement import Written
from reports.models import FinancialStatement, StatementLine
from reports.selectors.financial import written_lines


def write_statement(
    *,
    grant: Grant,
    teams_heading: str,
    threshold_percent: int,
    lines: Mapping[str, Written],
    version: int,
    actor: User,
) -> FinancialStatement:
    """Write the lines that differ, each change with its row of the journal, and return the fresh row.

    Args:
        lines: heading -> what was typed for it; a heading left out stays as it is.
        version: the one that the page had shown (0 before the first time).

    Raises:
        StaleEdit: when somebody else typed meanwhile; nothing is written.
        ValidationError: for a heading that the form does not have, an amount below zero, a NIR; in French.
    """
    require(actor, "reports.write_statement")
    with transaction.atomic():
        lock(grant)
        typed = FinancialStatement.objects.get_or_create(grant=grant)[0]
        if typed.version != version:
            raise StaleEdit(changes_since(typed, version), version=typed.version)
        before = written_lines(typed)
        changed = {code: line for code, line in lines.items() if line != before.get(code, Written())}
        told = [told for code, line in changed.items() for told in _told(code, before.get(code, Written()), line)]
        for name, label, value in (
            ("teams_heading", "Rubrique des indemnités des équipes", teams_heading),
            ("threshold_percent", "Écart à expliquer, en % du prévu", threshold_percent),
        ):
            if getattr(typed, name) != value:
                told.append((name, label, str(getattr(typed, name)), str(value)))
                setattr(typed, name, value)
        typed.full_clean(exclude=["grant"])
        for code, line in changed.items():
            _write(typed, code, line)
        if told:
            typed.version += 1
            typed.save()
            record(typed, told, actor=actor)
    return typed


def _write(typed: FinancialStatement, code: str, line: Written) -> None:
    if code not in BY_CODE:
        raise ValidationError("Cette rubrique n’est pas dans le compte rendu financier.")
    row = StatementLine.objects.filter(statement=typed, heading=code).first()
    row = row or StatementLine(statement=typed, heading=code)
    row.planned_cents, row.typed_cents, row.explanation = line.planned_cents, line.typed_cents, line.explanation
    row.full_clean(exclude=["statement"], validate_unique=False)
    row.save()


def _told(code: str, before: Written, after: Written) -> list[tuple[str, str, str, str]]:
    label = BY_CODE[code].label if code in BY_CODE else code
    said = [
        (f"{code}_planned", f"{label}, prévu", euros(before.planned_cents), euros(after.planned_cents)),
        (f"{code}_typed", f"{label}, réalisé saisi", euros(before.typed_cents), euros(after.typed_cents)),
        (f"{code}_why", f"{label}, explication", before.explanation, after.explanation),
    ]
    return [(name, words[:120], old, new) for name, words, old, new in said if old != new]
