"""The numbers of a report with their definitions, as canonical JSON: the same facts give the same characters."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from django.conf import settings

from reports.indicators import INDICATORS, Indicator, Measure, Scope
from reports.periods import Period

FORMAT = 2  # 1: without what the reviews say; it is read as before


def canonical(numbers: Mapping[str, Any]) -> str:
    """Return the one way to write these numbers: sorted keys, no blanks, no float."""
    return json.dumps(numbers, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def checksum(snapshot: str) -> str:
    """Return the SHA-256 of a snapshot, in hexadecimal."""
    return hashlib.sha256(snapshot.encode()).hexdigest()


def numbers_of(
    scope: Scope,
    period: Period,
    told: Mapping[str, Measure],
    before: Mapping[str, Measure],
    targets: Mapping[str, int],
    reviews: Mapping[str, Any],
) -> dict[str, Any]:
    """Return what a snapshot holds: each indicator with its definition, its value, that of the year before, its target.

    Args:
        told, before: measures of the period and of the same period a year before, by key.
        targets: by key, for the year of the last day; none for a department.
        reviews: what teams say in their validated reviews (`reports.selectors.review_texts`).
    """
    return {
        "format": FORMAT,
        "organisation": settings.ORGANISATION_NAME,
        "scope": {"department": scope.department, "name": scope.name},
        "period": {
            "code": period.code,
            "first": period.first.isoformat(),
            "last": period.last.isoformat(),
            "words": period.in_words,
            "before": period.year_before.in_words,
        },
        "indicators": [
            _told(found, told[key], before[key].value, targets.get(key)) for key, found in INDICATORS.items()
        ],
        "reviews": reviews,
    }


def _told(found: Indicator, measure: Measure, before: int | None, target: int | None) -> dict[str, Any]:
    return {
        "key": found.key,
        "section": found.section.value,
        "name": found.name,
        "definition": found.definition,
        "unit": found.unit.value,
        "source": found.source,
        "value": measure.value,
        "before": before,
        "target": target,
        "cuts": [
            {
                "by": cut.by,
                "label": cut.label,
                "unit": (cut.unit or found.unit).value,
                "sums": cut.sums,
                "hides": cut.hides,
                "rows": [[row.key, row.label, row.value] for row in cut.rows],
            }
            for cut in measure.cuts
        ],
    }
