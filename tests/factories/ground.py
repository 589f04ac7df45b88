"""Places, users, professionals, teams and their members."""

from __future__ import annotations

from datetime import date
from typing import Any

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory
from stdnum import luhn

from association.models import (
    Commune,
    Company,
    Department,
    Job,
    Membership,
    MembershipPeriod,
    Professional,
    Region,
    Role,
    Team,
    TeamStructure,
    User,
)
from association.nomenclature import LegalForm, MemberStatus, PracticeMode, Profession, TeamKind
from tests.factories.base import StatefulFactory, at

PASSWORD = "des-mots-de-passe-longs"
BEGINNING = date(2026, 1, 1)


class RegionFactory(DjangoModelFactory):
    class Meta:
        model = Region
        django_get_or_create = ("code",)

    code, name = "52", "Pays de la Loire"


class DepartmentFactory(DjangoModelFactory):
    class Meta:
        model = Department
        django_get_or_create = ("code",)

    code, name = "44", "Loire-Atlantique"
    region = factory.SubFactory(RegionFactory)


class CommuneFactory(DjangoModelFactory):
    class Meta:
        model = Commune
        django_get_or_create = ("code",)

    code = factory.Sequence(lambda n: f"44{n % 1000:03d}")
    name = factory.Sequence(lambda n: f"Commune-{n}")
    department = factory.SubFactory(DepartmentFactory)
    population = 3_000


class UserFactory(DjangoModelFactory):
    """Staff by default; a trait per role. Everybody's password is `PASSWORD`."""

    class Meta:
        model = User

    class Params:
        staff = factory.Trait(role=Role.STAFF)
        treasurer = factory.Trait(role=Role.TREASURER)
        ars = factory.Trait(role=Role.ARS)
        auditor = factory.Trait(role=Role.AUDITOR, access_until=date(2099, 12, 31))
        referent = factory.Trait(
            role=Role.REFERENT,
            professional=factory.SubFactory("tests.factories.ground.ProfessionalFactory"),
        )
        admin = factory.Trait(role=Role.ADMIN)

    email = factory.Sequence(lambda n: f"personne{n}@test.example")
    full_name = factory.Sequence(lambda n: f"Personne {n}")
    role = Role.STAFF
    seen_at = factory.LazyFunction(timezone.now)  # at work: a page does not begin a visit

    @classmethod
    def _create(cls, model_class: Any, *args: Any, **kwargs: Any) -> User:
        return User.objects.create_user(password=kwargs.pop("password", PASSWORD), **kwargs)


def rpps_number(number: int) -> str:
    """Return the RPPS number that begins with 10 and ends with its key."""
    stem = f"10{number:08d}"
    return stem + luhn.calc_check_digit(stem)


class ProfessionalFactory(DjangoModelFactory):
    """A nurse by default."""

    class Meta:
        model = Professional

    class Params:
        general_practitioner = factory.Trait(profession=Profession.MEDECIN, is_general_practitioner=True)
        nurse = factory.Trait(profession=Profession.INFIRMIER)
        pharmacist = factory.Trait(profession=Profession.PHARMACIEN)

    rpps = factory.Sequence(lambda n: rpps_number(1_000_000 + n))
    last_name = factory.Sequence(lambda n: f"Nom-{n}")
    first_name = "Anaïs"
    profession = Profession.INFIRMIER


class CompanyFactory(DjangoModelFactory):
    class Meta:
        model = Company

    code = factory.Sequence(lambda n: f"SEL-{n:03d}")
    name = factory.Sequence(lambda n: f"SELARL Pharmacie n° {n}")


class TeamFactory(StatefulFactory):
    """An ESP CLAP, registered by default."""

    class Meta:
        model = Team

    class Params:
        registered = at("registered")
        accompanied = at("accompanied")
        drafting = at("drafting")
        submitted = at("submitted")
        to_complete = at("to_complete")
        recognised = at("recognised", recognised_on=BEGINNING)
        refused = at("refused")
        under_convention = at("under_convention", recognised_on=BEGINNING)
        suspended = at("suspended", recognised_on=BEGINNING)
        withdrawn = at("withdrawn", recognised_on=BEGINNING, recognition_withdrawn_on=date(2026, 6, 30))
        closed = at("closed", closed_on=date(2026, 6, 30), outcome="dissoute")

    code = factory.Sequence(lambda n: f"EQ-{n:03d}")
    name = factory.Sequence(lambda n: f"Équipe n° {n}")
    kind = TeamKind.ESP_CLAP
    department = factory.SubFactory(DepartmentFactory)


class TeamStructureFactory(DjangoModelFactory):
    """An association loi 1901 without limit of time."""

    class Meta:
        model = TeamStructure

    team = factory.SubFactory(TeamFactory)
    form = LegalForm.ASSOCIATION


class MembershipPeriodFactory(DjangoModelFactory):
    """Confirmed and liberal, without limit of time."""

    class Meta:
        model = MembershipPeriod

    class Params:
        confirmed = factory.Trait(status=MemberStatus.CONFIRMED)
        expected = factory.Trait(status=MemberStatus.EXPECTED)
        salaried = factory.Trait(mode=PracticeMode.SALARIED)

    membership = factory.SubFactory("tests.factories.ground.MembershipFactory", period=None)
    status = MemberStatus.CONFIRMED


class MembershipFactory(DjangoModelFactory):
    """A member since 2026, with one period (``period=None``: none; ``period__company``: paid in the member's place)."""

    class Meta:
        model = Membership
        skip_postgeneration_save = True

    team = factory.SubFactory(TeamFactory, under_convention=True)
    professional = factory.SubFactory(ProfessionalFactory)
    joined_on = BEGINNING
    period = factory.RelatedFactory(MembershipPeriodFactory, factory_related_name="membership")


class JobFactory(StatefulFactory):
    class Meta:
        model = Job

    class Params:
        waiting = at("waiting")
        running = at("running", attempts=1)
        done = at("done", attempts=1)
        failed = at("failed", attempts=3, error="Arrêt après 3 tentatives.")
        cancelled = at("cancelled")

    kind = "payments.export_run"
    title = "Export du paiement mensuel 2026-07"
    key = factory.Sequence(lambda n: f"payments.export_run:{n}")
    created_by = factory.SubFactory(UserFactory, treasurer=True)
