"""What goes to the ARS: activity reports and individual extracts."""

from __future__ import annotations

from datetime import date, datetime

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from reports.models import ExtractRequest, Report, ReportTemplate
from tests.factories.base import StatefulFactory, at
from tests.factories.ground import TeamFactory, UserFactory

DECIDED = datetime(2026, 8, 12, 12, tzinfo=timezone.get_default_timezone())


class ReportTemplateFactory(DjangoModelFactory):
    """Each report has one of its own, so that several of one period stand beside each other."""

    class Meta:
        model = ReportTemplate

    name = factory.Sequence(lambda n: f"Modèle {n}")


class ReportFactory(StatefulFactory):
    """Of July 2026 and the whole region, a draft; without a version: its numbers are the services' work."""

    class Meta:
        model = Report

    class Params:
        approval = factory.Trait(approved_by=factory.SubFactory(UserFactory, treasurer=True), approved_at=DECIDED)
        draft = at("draft")
        generated = at("generated")
        approved = at("approved", approval=True)
        transmitted = at("transmitted", approval=True)
        acknowledged = at("acknowledged", approval=True)

    first_on = date(2026, 7, 1)
    last_on = date(2026, 7, 31)
    template = factory.SubFactory(ReportTemplateFactory)
    created_by = factory.SubFactory(UserFactory, staff=True)


class ExtractRequestFactory(StatefulFactory):
    """Of a team under convention, asked for by somebody of the ARS."""

    class Meta:
        model = ExtractRequest

    class Params:
        decision = factory.Trait(
            decided_by=factory.SubFactory(UserFactory, treasurer=True),
            decided_at=DECIDED,
            decision_reason="Contrôle annoncé par courrier.",
        )
        asked = at("asked")
        granted = at("granted", decision=True, open_until=date(2099, 12, 31))
        refused = at("refused", decision=True)
        withdrawn = at("withdrawn")
        closed = at("closed", decision=True, open_until=date(2099, 12, 31))

    team = factory.SubFactory(TeamFactory, under_convention=True)
    first_on = date(2026, 7, 1)
    last_on = date(2026, 7, 31)
    reason = "Contrôle sur pièces."
    asked_by = factory.SubFactory(UserFactory, ars=True)
