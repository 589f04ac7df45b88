"""Every page asks the database as often for many rows as for few."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from association.findings import refresh_findings
from payments.models import Grant
from reports.models import TeamReview
from tests.factories import (
    AccountFactory,
    ActionFactory,
    AdhesionFactory,
    AmendmentFactory,
    BeneficiaryFactory,
    BoardMandateFactory,
    CommuneFactory,
    CompanyFactory,
    ConventionFactory,
    EtpProgrammeFactory,
    ExternalStructureFactory,
    GrantDeliverableFactory,
    GrantFactory,
    GrantInstalmentFactory,
    JobFactory,
    MembershipFactory,
    ParticipationFactory,
    ProfessionalFactory,
    RunningCostFactory,
    StructureLinkFactory,
    TeamFactory,
    TeamStructureFactory,
    UserFactory,
)
from tests.factories.correspondence import DossierDocumentFactory, ExchangeFactory, OutgoingMailFactory
from tests.factories.dossier import ComplementPointFactory, HealthProjectFactory, RecognitionRequestFactory
from tests.factories.reviews import ReviewObjectiveFactory, TeamReviewFactory
from tests.web.conftest import World
from tests.web.test_permissions import ROUTES, arguments

SignedIn = Callable[[str], Client]
# What most roles open is asked as each role that sees it differently.
SEEN_BY = ("staff", "treasurer", "ars", "referent", "admin")
# A page that is opened to fill a form in, an answer to typing, a file: as many rows as somebody typed or as it has.
FILES = {
    "association:project_pdf",
    "reports:review_pdf",
    "conventions:convention_pdf",
    "conventions:amendment_pdf",
    "association:document",
    "actions:evidence",
    "reports:report_file",
    "actions:month_template",
}


def grow(world: World, numbers: range) -> None:
    """Add to the team of the office, and beside it, one of all that a page lists for each number."""
    office = world.office
    team, convention, staff = office.team, office.convention, office.staff
    for number in numbers:
        person = ProfessionalFactory()
        stay = MembershipFactory(team=team, professional=person)
        AdhesionFactory(convention=convention, membership=stay, signed=True)
        AccountFactory(verified=True, beneficiary=BeneficiaryFactory(professional=person))
        twin = ProfessionalFactory(merged_into=person, merged_at=timezone.now())
        action = ActionFactory(team=team, validated=True)
        for one in (person, *office.people):
            ParticipationFactory(action=action, professional=one)
        ParticipationFactory(action=ActionFactory(team=team, validated=True), professional=twin)
        MembershipFactory(team=TeamFactory(under_convention=True), professional=office.people[0])
        team.communes.add(CommuneFactory())
        DossierDocumentFactory(team=team)
        ExchangeFactory(team=team, message=True)
        ExchangeFactory(team=team, author=staff, follow_up_on=date(2026, 1, 1 + number))
        OutgoingMailFactory(team=team)
        TeamStructureFactory(team=team)
        StructureLinkFactory(team=team, structure=ExternalStructureFactory(kind="msp"))
        EtpProgrammeFactory(team=team)
        CompanyFactory()
        grant = Grant.objects.order_by("pk").first() or GrantFactory(signed=True)
        GrantInstalmentFactory(grant=grant)
        GrantDeliverableFactory(grant=grant)
        RunningCostFactory()
        BoardMandateFactory(professional=person)
        project = HealthProjectFactory(team=team, number=10 + number, returned=True)
        request = RecognitionRequestFactory(team=team, project=project, closed_at=timezone.now())
        ComplementPointFactory.create_batch(2, request=request)
        RecognitionRequestFactory()
        AmendmentFactory(convention=convention, number=9_000 + number, signed_by=stay.pk)
        ConventionFactory(team=team, draft=True)
        ConventionFactory(team=TeamFactory(under_convention=True, officer=staff), signing=True)
        JobFactory(failed=True, created_by=staff)
        TeamReviewFactory(team=team, year=2000 + number)
        TeamReviewFactory(team=TeamFactory(under_convention=True, officer=staff), submitted=True)
        for review in TeamReview.objects.filter(team=team, state="to_fill"):
            ReviewObjectiveFactory(review=review, answered=True)
        UserFactory(staff=True)
    refresh_findings()


def test_pages_ask_as_much_for_many_rows_as_for_few(world: World, signed_in: SignedIn) -> None:
    visits = [
        (role, name, reverse(name, args=arguments(route, world)))
        for name, route in ROUTES.items()
        if route.method == "get" and route.status == 200 and name not in FILES
        for role in SEEN_BY
        if role in route.roles
    ]
    clients: dict[str, Client] = {role: signed_in(role) for role in SEEN_BY}
    grow(world, range(1))
    few = {visit: queries(clients, visit) for visit in visits}
    grow(world, range(1, 5))
    many = {visit: queries(clients, visit) for visit in visits}
    grown = {visit[:2]: (few[visit], many[visit]) for visit in visits if many[visit] > few[visit]}
    assert grown == {}


def queries(clients: dict[str, Client], visit: tuple[str, str, str]) -> int:
    role, _, url = visit
    clients[role].get(url)  # what is read once for all
    with CaptureQueriesContext(connection) as captured:
        answer: Any = clients[role].get(url)
    assert answer.status_code == 200, visit
    return len(captured)
