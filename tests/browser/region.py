"""What the visit of every page looks at: a small region in which each page has something to show."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from actions.monthly.jobs import CHECK_JOB as MONTH_JOB
from association.jobs import run_job
from association.models import Attestation, BulkOperation, CoordinationAllowance, Membership, Team, User
from association.services.attestations import issue_attestation
from association.services.members import add_member
from config.import_jobs import CHECK_JOB
from conventions.services.amending import issue_amendment
from conventions.services.amendment_drafting import propose_terms
from payments.models import Run
from payments.services.exporting import request_export
from payments.services.preparing import PREPARE_JOB, request_preparation
from payments.services.runs import approve_run, submit_run
from tests.conventions.making import adhesion_of, recognised_team, signed
from tests.factories import (
    AccountFactory,
    ConventionFactory,
    EtpProgrammeFactory,
    JobFactory,
    ProfessionalFactory,
    StructureLinkFactory,
    SuspensionFactory,
    TeamFactory,
)
from tests.factories.correspondence import DossierDocumentFactory, ExchangeFactory, OutgoingMailFactory
from tests.factories.dossier import ComplementPointFactory, HealthProjectFactory, RecognitionRequestFactory
from tests.payments.office import AUGUST, JULY, Office
from tests.web.conftest import World

__all__ = ["World", "a_region", "states"]

REPORT = {
    "faults": [
        {
            "sheet": "Équipes",
            "row": 2,
            "column": "Nature",
            "found": "Amicale",
            "expected": "ESP CLAP ou ESS",
            "severity": "fault",
            "sentence": "« Amicale » n'est pas une nature d'équipe.",
            "coordinate": "C2",
        }
    ],
    "warnings": [],
    "faults_count": 1,
    "warnings_count": 0,
    "counts": {},
    "details": {},
    "loaded": False,
}


def a_region(office: Office, users: dict[str, User]) -> World:
    """Make July, exported, and August, submitted, with lines of every sort; return what the addresses point at."""
    CoordinationAllowance.objects.get_or_create(profession="21", year=2026, defaults={"amount_cents": 420_00})
    office.rcp(date(2026, 7, 6))
    office.rcp(date(2026, 7, 7), people=1)
    preparation = request_preparation(month=JULY, actor=office.staff)
    run_job(preparation.pk)
    run = approve_run(run=submit_run(run=Run.objects.get(), actor=office.staff), actor=office.treasurer)
    export = request_export(run=run, actor=office.treasurer)
    run_job(export.pk)
    export.refresh_from_db()
    office.rcp(date(2026, 8, 6))
    office.rcp(date(2026, 8, 7), people=1)
    office.submitted(AUGUST)
    return World(office, users, Run.objects.get(month=JULY), preparation, export, export.result)


def states(world: World) -> dict[str, list[str]]:
    """Make, and return by role, the addresses of pages in states that the table of permissions does not open."""
    own = reverse("association:team", args=[world.office.team.pk])
    found = {
        "staff": [],
        "admin": ["/"],
        "treasurer": ["/"],
        "referent": ["/", own],
        "ars": ["/", own, "/reconnaissances/"],
        "auditor": ["/", f"/paiements/{world.run.pk}/"],
    }
    for role, path in [*of_dossiers(world), *of_conventions(world), *of_lists(world), *of_money_and_jobs(world)]:
        found[role].append(path)
    return found


def of_dossiers(world: World) -> Iterator[tuple[str, str]]:
    """Teams at every stage, a draft project, complements to answer, an attestation, two records of one person."""
    staff = world.office.staff
    ProfessionalFactory.create_batch(2, last_name="Jumelle", first_name="Anne")
    for stage in ("registered", "refused", "suspended", "withdrawn", "closed"):
        yield "staff", dossier_of(TeamFactory(**{stage: True}, officer=staff))
    yield "staff", dossier_of(TeamFactory(accompanied=True, kind="informelle", officer=staff))
    yield "staff", reverse("association:project", args=[HealthProjectFactory(complete=True).pk])
    missing = ComplementPointFactory()
    yield "staff", reverse("association:recognition_answers", args=[missing.request_id])
    yield "staff", dossier_of(missing.request.team)
    yield "ars", reverse("association:recognition_decision", args=[RecognitionRequestFactory().pk])
    stay = Membership.objects.get(team=world.office.team, professional=world.office.people[1])
    attestation: Attestation = issue_attestation(membership=stay, year=timezone.localdate().year, actor=staff)
    yield "staff", reverse("association:attestations", args=[stay.pk])
    yield "staff", reverse("association:attestation_verify", args=[attestation.number])


def of_conventions(world: World) -> Iterator[tuple[str, str]]:
    """A full dossier: a signed convention, an amendment of each sort; who signs on screen; what came to its end."""
    staff = world.office.staff
    convention = signed(recognised_team(officer=staff, name="Équipe pluriprofessionnelle du Vignoble"), staff)
    team = convention.team
    today = timezone.localdate()
    newcomer = ProfessionalFactory(last_name="Riou", email="riou@test.example")
    add_member(team=team, professional=newcomer, joined_on=today, status="confirme", mode="liberal", actor=staff)
    new_terms = {"effective_on": today, "action_types": ["RCP", "PROTOCOLE"], "ceiling_cents": 12_000_00}
    amendment = issue_amendment(amendment=propose_terms(convention=convention, actor=staff, **new_terms), actor=staff)
    for factory, traits in (
        (ExchangeFactory, {"visit": True}),
        (ExchangeFactory, {"message": True}),
        (DossierDocumentFactory, {"quarantined": True}),
        (StructureLinkFactory, {"funded": True}),
        (EtpProgrammeFactory, {}),
    ):
        factory(team=team, **traits)
    yield "staff", dossier_of(team)
    yield "staff", reverse("conventions:convention", args=[convention.pk])
    yield "staff", f"{reverse('conventions:convention_list')}?waiting=signatures"
    entry = convention.amendments.get(kind="entree")
    for one in (amendment, entry):
        yield "staff", reverse("conventions:amendment", args=[one.pk])
    yield "staff", reverse("conventions:amendment_signatures", args=[amendment.pk])
    for other in (SuspensionFactory().convention, *(ConventionFactory(**{s: True}) for s in ("terminated", "ended"))):
        yield "staff", reverse("conventions:convention", args=[other.pk])
    yield "staff", reverse("association:member", args=[adhesion_of(convention, "Duval").membership_id])


def of_lists(world: World) -> Iterator[tuple[str, str]]:
    """A step for many teams: to be confirmed, and done."""
    client = Client()
    client.force_login(world.office.staff)
    for answer in (None, {}):
        teams = TeamFactory.create_batch(2, registered=True)
        selection = {"id": ",".join(str(team.pk) for team in teams), "step": "accompany"}
        page = client.post(reverse("association:team_list_bulk"), selection)["Location"]
        if answer is not None:
            page = client.post(page, answer)["Location"]
            run_job(BulkOperation.objects.latest("pk").job_id)
        yield "staff", page


def of_money_and_jobs(world: World) -> Iterator[tuple[str, str]]:
    """Runs that wait for each role, jobs at work and failed, a workbook with a fault, messages that did not leave."""
    open_run = Run.objects.get(month=AUGUST)
    for role in ("staff", "treasurer"):
        for run in (world.run, open_run):
            yield role, reverse("payments:run", args=[run.pk])
    for part in ("run_lines", "run_exclusions", "run_totals", "run_payments"):
        yield "treasurer", reverse(f"payments:{part}", args=[open_run.pk])
    alike = AccountFactory.create_batch(2, number=99)
    yield "treasurer", reverse("payments:account", args=[alike[0].pk])
    waiting = JobFactory(kind=PREPARE_JOB, created_by=world.office.staff)
    yield "staff", reverse("payments:preparation", args=[waiting.pk])
    yield "staff", reverse("association:job", args=[JobFactory(failed=True, created_by=world.office.staff).pk])
    of_check = {"kind": CHECK_JOB, "params": {"document": 0}, "created_by": world.office.admin}
    found = JobFactory(done=True, summary={"report": REPORT}, **of_check)
    yield "admin", reverse("import_report", args=[found.pk])
    of_month = {"kind": MONTH_JOB, "params": {"document": 0, "declare": True}, "created_by": world.users["staff"]}
    found = JobFactory(done=True, summary={"report": REPORT}, **of_month)
    yield "staff", reverse("actions:month_report", args=[found.pk])
    yield "staff", reverse("association:outbox_mail", args=[OutgoingMailFactory(failed=True).pk])


def dossier_of(team: Team) -> str:
    return reverse("association:team", args=[team.pk])
