"""Conventions with their signatures, actions with their participants."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from actions.models import Action, Participation
from association.nomenclature import ActionType, ParticipationRole
from conventions.models import Adhesion, Amendment, AmendmentSignature, Convention, ConventionTerms, Suspension
from tests.factories.base import StatefulFactory, at
from tests.factories.ground import BEGINNING, MembershipFactory, ProfessionalFactory, TeamFactory, UserFactory

SIGNED = {"signed_on": BEGINNING, "effective_on": BEGINNING}


class ConventionTermsFactory(DjangoModelFactory):
    """All types of action, 10,000 EUR a year."""

    class Meta:
        model = ConventionTerms

    convention = factory.SubFactory("tests.factories.field.ConventionFactory", terms=None)
    action_types = factory.LazyFunction(lambda: list(ActionType.values))


class ConventionFactory(StatefulFactory):
    """From 2026 to 2028, with its first terms; a draft by default."""

    class Meta:
        model = Convention
        skip_postgeneration_save = True

    class Params:
        draft = at("draft")
        issued = at("issued")
        signing = at("signing")
        signed = at("signed", **SIGNED)
        suspended = at("suspended", **SIGNED)
        ended = at("ended", ends_on=date(2026, 6, 30), **SIGNED)
        terminated = at("terminated", terminated_on=date(2026, 6, 30), **SIGNED)
        abandoned = at("abandoned")

    number = factory.Sequence(lambda n: f"CONV-{n:03d}")
    team = factory.SubFactory(TeamFactory, under_convention=True)
    starts_on, ends_on = BEGINNING, date(2028, 12, 31)
    terms = factory.RelatedFactory(ConventionTermsFactory, factory_related_name="convention")


class SuspensionFactory(DjangoModelFactory):
    class Meta:
        model = Suspension

    convention = factory.SubFactory(ConventionFactory, suspended=True)
    starts_on = date(2026, 5, 1)


class AdhesionFactory(StatefulFactory):
    """Of a member of the convention's team; invited by default."""

    class Meta:
        model = Adhesion

    class Params:
        invited = at("invited")
        signed = at("signed", signed_on=BEGINNING)
        declined = at("declined")
        ended = at("ended", signed_on=BEGINNING, ended_on=date(2026, 6, 30))

    convention = factory.SubFactory(ConventionFactory, signed=True)
    membership = factory.SubFactory(MembershipFactory, team=factory.SelfAttribute("..convention.team"))


class AmendmentFactory(StatefulFactory):
    """Of a signed convention, raises its ceiling to 12,000 EUR; a draft by default.

    ``signed_by``: the pk of a membership that is asked to sign it.
    """

    class Meta:
        model = Amendment
        skip_postgeneration_save = True

    class Params:
        draft = at("draft")
        issued = at("issued", issued_on=BEGINNING)
        signing = at("signing", issued_on=BEGINNING)
        signed = at("signed", issued_on=BEGINNING, signed_on=BEGINNING)
        abandoned = at("abandoned")

    convention = factory.SubFactory(ConventionFactory, signed=True)
    number = factory.Sequence(lambda n: n + 1)
    kind = Amendment.Kind.CEILING
    effective_on = BEGINNING
    changes = factory.LazyFunction(lambda: {"action_types": list(ActionType.values), "ceiling_cents": 12_000_00})

    @factory.post_generation
    def signed_by(self: Any, create: bool, given: Any, **options: Any) -> None:
        if given:
            AmendmentSignature.objects.create(amendment=self, membership_id=given)


class ActionFactory(StatefulFactory):
    """A concertation meeting in July 2026, without participants; a draft by default."""

    class Meta:
        model = Action

    class Params:
        draft = at("draft", declared_on=None)
        declared = at("declared")
        to_complete = at("to_complete")
        validated = at("validated")
        not_retained = at("not_retained")
        withdrawn = at("withdrawn")
        cancelled = at("cancelled")
        discarded = at("discarded", declared_on=None)

    reference = factory.Sequence(lambda n: f"ACT-{n:05d}")
    team = factory.SubFactory(TeamFactory, under_convention=True)
    type = ActionType.RCP
    held_on = date(2026, 7, 6)
    declared_on = factory.SelfAttribute("held_on")


class ParticipationFactory(DjangoModelFactory):
    class Meta:
        model = Participation

    class Params:
        refused = factory.Trait(
            refused_at=datetime(2026, 7, 31, 12, tzinfo=timezone.get_default_timezone()),
            refused_by=factory.SubFactory(UserFactory, staff=True),
            refused_reason="Absent à la réunion.",
        )

    action = factory.SubFactory(ActionFactory, validated=True)
    professional = factory.SubFactory(ProfessionalFactory)
    role = ParticipationRole.PARTICIPANT
