"""Whom a report is about: the region, or one of its departments."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.db.models import Q

from association.models import Department, Region


@dataclass(frozen=True)
class Scope:
    """The region (no department), or the department of this code."""

    department: str = ""

    def teams(self, path: str = "") -> Q:
        """Return the condition that a row is of a team of the scope; ``path``: how to get to the team."""
        return Q(**{f"{path}department": self.department}) if self.department else Q()

    @property
    def name(self) -> str:
        """How the scope is called: « Pays de la Loire », « Loire-Atlantique (44) »."""
        if self.department:
            return str(Department.objects.filter(pk=self.department).first() or self.department)
        region = Region.objects.filter(pk=settings.REGION).values_list("name", flat=True).first()
        return region or settings.REGION
