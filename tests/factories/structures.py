"""Structures around the teams, links with them, ETP programmes."""

from __future__ import annotations

from datetime import date

import factory
from factory.django import DjangoModelFactory

from association.models import EtpProgramme, ExternalStructure, StructureLink
from tests.factories.ground import BEGINNING, TeamFactory


class ExternalStructureFactory(DjangoModelFactory):
    """A CPTS by default, without numbers."""

    class Meta:
        model = ExternalStructure

    kind = "cpts"
    name = factory.Sequence(lambda n: f"du Pays n° {n}")


class StructureLinkFactory(DjangoModelFactory):
    """The team belongs to a CPTS since 2026; ``funded``: an MSP pays it under the ACI."""

    class Meta:
        model = StructureLink

    class Params:
        funded = factory.Trait(
            relation=StructureLink.Relation.FUNDED_ACI,
            structure=factory.SubFactory(ExternalStructureFactory, kind="msp"),
        )

    team = factory.SubFactory(TeamFactory, under_convention=True)
    structure = factory.SubFactory(ExternalStructureFactory)
    relation = StructureLink.Relation.BELONGS
    starts_on = BEGINNING


class EtpProgrammeFactory(DjangoModelFactory):
    class Meta:
        model = EtpProgramme

    team = factory.SubFactory(TeamFactory, under_convention=True)
    title = "Vivre avec son diabète"
    reference = factory.Sequence(lambda n: f"ETP-44-{n:04d}")
    starts_on = date(2026, 1, 1)
