"""The rules of eligibility that the association sets, per kind of team."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Max

from association.eligibility import DEFAULT_LEVELS, LEVEL_LABELS, Level
from association.findings import refresh_findings, rule_levels
from association.jobs import request_job
from association.journal import StaleEdit, record
from association.models import EligibilityLevel, FieldChange, Job, User
from association.permissions import require
from association.registries import Progress
from association.selectors.rules import REFRESH_JOB

Levels = Mapping[tuple[str, str], Level]


def rules_version() -> int:
    """Return how often the settings were changed: the version that their page carries."""
    newest = FieldChange.objects.filter(content_type=_content_type()).aggregate(newest=Max("version"))["newest"]
    return int(newest or 0)


@transaction.atomic
def set_levels(*, levels: Levels, version: int, actor: User) -> list[FieldChange]:
    """Write the levels that differ, each with its line in the journal; a job notes anew what is found on every team.

    A dossier and its steps judge by the new levels at once; lists and what waits follow with the job.

    Args:
        levels: by (kind of team, code of the rule); those that are left out keep theirs.
        version: `rules_version` as the page had shown it.

    Raises:
        StaleEdit: when somebody else changed a setting since; nothing is written.
        LookupError: for a rule that is not a setting of that kind.
    """
    require(actor, "association.manage_rules")
    if unknown := levels.keys() - DEFAULT_LEVELS.keys():
        raise LookupError(sorted(unknown))
    stored = {(row.kind, row.rule): row for row in EligibilityLevel.objects.select_for_update().order_by("pk")}
    moved = FieldChange.objects.filter(content_type=_content_type(), version__gt=version).select_related("actor")
    found = list(moved.order_by("at", "pk"))
    if found or version < 0:
        raise StaleEdit(found if version >= 0 else [], version=rules_version())
    before, changes = rule_levels(), []
    for kind, rule in DEFAULT_LEVELS:
        level = Level(levels.get((kind, rule), before[kind, rule]))
        if level is not before[kind, rule]:
            row = stored.get((kind, rule)) or EligibilityLevel(kind=kind, rule=str(rule))
            changes += _write(row, before[kind, rule], level, version + 1, actor)
    if changes:
        # A key of its own for each change: a job that is half done has judged its first teams by the levels before.
        request_job(
            kind=REFRESH_JOB,
            title="Mise à jour des constats de tous les dossiers",
            key=f"{REFRESH_JOB}:{version + 1}",
            params={},
            actor=actor,
        )
    return changes


def refresh_all_findings(job: Job, progress: Progress) -> dict[str, Any]:
    """Note what is found today on every team (kind of job `REFRESH_JOB`); run again, it writes the same."""
    return {"findings": refresh_findings(progress=progress)}


def _write(row: EligibilityLevel, before: Level, level: Level, version: int, actor: User) -> list[FieldChange]:
    row.level, row.changed_by = level.value, actor
    row.full_clean()
    row.save()
    row.version = version  # type: ignore[attr-defined] # of the settings as a whole: one page shows them all
    said = (setting_name(row.kind, row.rule), str(row), LEVEL_LABELS[before], LEVEL_LABELS[level])
    return record(row, [said], actor=actor)


def setting_name(kind: str, rule: str) -> str:
    """Return the name of a setting, on its page and in the journal."""
    return f"{kind}-{rule}"


def _content_type() -> ContentType:
    return ContentType.objects.get_for_model(EligibilityLevel)
