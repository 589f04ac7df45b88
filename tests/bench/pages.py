"""Every page that somebody opens, by whom, and on which objects: the busiest of a region."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.db.models import Count, Model, QuerySet
from django.urls import reverse
from django.utils import timezone

from actions.models import Action
from actions.monthly.jobs import CHECK_JOB as MONTH_JOB
from association.bulk_steps import ASSIGN_OFFICER
from association.jobs import run_job
from association.listing.bulk import Selection
from association.listing.declaration import listings
from association.models import (
    BulkOperation,
    Commune,
    Company,
    CoordinationAllowance,
    DossierDocument,
    EtpProgramme,
    ExternalStructure,
    HealthProject,
    Job,
    Membership,
    OutgoingMail,
    Professional,
    RecognitionRequest,
    StructureLink,
    Team,
    TeamStructure,
    User,
)
from association.nomenclature import TeamKind
from association.services.bulk import draw_up_operation, start_operation
from association.workflow import enter_at
from config.import_jobs import CHECK_JOB
from conventions.models import Amendment, Convention, ConventionTemplate
from conventions.services.templates import start_version
from payments.models import (
    Account,
    BankAnswer,
    Beneficiary,
    BoardMandate,
    ControlSample,
    Grant,
    GrantInstalment,
    Payment,
    PriceScenario,
    RepaymentRequest,
    Run,
    RunningCost,
    Slip,
)
from payments.services.bank_answers import import_answer
from payments.services.control import draw_sample
from payments.services.runs import last_month, prepare_run
from payments.services.scenarios import create_scenario, default_period
from payments.services.slips import make_slips
from reports.models import ExtractRequest, Report, ReportTemplate, TeamReview
from reports.periods import Rhythm
from reports.services.building import build_report, start_report, usual_template
from reports.services.extracts import ask_extract
from tests.factories import (
    ActionFactory,
    AdhesionFactory,
    AmendmentFactory,
    BoardMandateFactory,
    CompanyFactory,
    ConventionFactory,
    EtpProgrammeFactory,
    ExternalStructureFactory,
    GrantFactory,
    GrantInstalmentFactory,
    JobFactory,
    RunningCostFactory,
    StructureLinkFactory,
    TeamStructureFactory,
)
from tests.factories.correspondence import DossierDocumentFactory, OutgoingMailFactory
from tests.factories.dossier import RecognitionRequestFactory
from tests.factories.reviews import TeamReviewFactory
from tests.payments.answers import debit, statement

STAFF, TREASURER, ARS, REFERENT, ADMIN = "gestion", "tresorier", "ars", "referent", "admin"
TICKED = 6  # participants of the action that is typed


class Page(NamedTuple):
    """One request: the account that makes it, and the address."""

    account: str
    url: str


def busiest(rows: QuerySet[Any], counted: str) -> Any:
    """Return the row with most of what is counted."""
    return rows.order_by().annotate(bench_count=Count(counted)).order_by("-bench_count", "pk").first()


def first(rows: QuerySet[Any], make: Callable[[], Model]) -> Any:
    """Return the first row, made when the region has none."""
    return rows.order_by("pk").first() or make()


class Objects:
    """The objects that the addresses point at."""

    @cached_property
    def team(self) -> Team:
        return busiest(Team.objects.filter(kind=TeamKind.ESP_CLAP, state="under_convention"), "actions")  # type: ignore[no-any-return]

    @cached_property
    def of_referent(self) -> Team:
        return Team.objects.visible_to(User.objects.get(email="referent@demo.example"))[0]

    @cached_property
    def stay(self) -> Membership:
        return self.team.memberships.order_by("pk")[0]

    @cached_property
    def person(self) -> Professional:
        return busiest(Professional.objects.filter(merged_into=None), "participations")  # type: ignore[no-any-return]

    @cached_property
    def other(self) -> Professional:
        return Professional.objects.filter(merged_into=None).exclude(pk=self.person.pk).order_by("pk")[0]

    @cached_property
    def action(self) -> Action:
        """Of the referent's team, which the office sees too."""
        declared = Action.objects.filter(team=self.of_referent, state="declared")
        return first(declared, lambda: ActionFactory(team=self.of_referent, declared=True))  # type: ignore[no-any-return]

    @cached_property
    def draft_action(self) -> Action:
        return first(Action.objects.filter(state="draft"), lambda: ActionFactory(team=self.team, draft=True))  # type: ignore[no-any-return]

    @cached_property
    def project(self) -> HealthProject:
        return HealthProject.objects.filter(team__memberships__isnull=False).exclude(state="draft").order_by("pk")[0]

    @cached_property
    def draft_project(self) -> HealthProject:
        return busiest(HealthProject.objects.filter(state="draft"), "team__memberships")  # type: ignore[no-any-return]

    @cached_property
    def recognition(self) -> RecognitionRequest:
        waiting = RecognitionRequest.objects.filter(team__state="submitted", project__isnull=False)
        return first(waiting, lambda: RecognitionRequestFactory(project=self.project, team=self.project.team))  # type: ignore[no-any-return]

    @cached_property
    def convention(self) -> Convention:
        return busiest(Convention.objects.filter(state="signed"), "adhesions")  # type: ignore[no-any-return]

    @cached_property
    def draft(self) -> Convention:
        return first(Convention.objects.filter(state="draft"), lambda: ConventionFactory(team=self.team, draft=True))  # type: ignore[no-any-return]

    @cached_property
    def in_signing(self) -> Convention:
        """A convention that the referent is invited to sign."""
        made: Convention = ConventionFactory(team=self.of_referent, signing=True)
        for stay in Membership.objects.current().filter(team=self.of_referent):
            AdhesionFactory(convention=made, membership=stay, invited=True)
        return made

    @cached_property
    def amendment(self) -> Amendment:
        return first(Amendment.objects.filter(state="draft"), lambda: AmendmentFactory(convention=self.convention))  # type: ignore[no-any-return]

    @cached_property
    def amendment_in_signing(self) -> Amendment:
        """One that the referent is asked to sign."""
        convention = Convention.objects.filter(team=self.of_referent, state="signed").order_by("-pk")[0]
        referent = Membership.objects.current().get(team=self.of_referent, is_referent=True)
        made: Amendment = AmendmentFactory(convention=convention, number=99, signing=True, signed_by=referent.pk)
        return made

    @cached_property
    def run(self) -> Run:
        return busiest(Run.objects.exclude(kind="opening"), "lines")  # type: ignore[no-any-return]

    @cached_property
    def draft_run(self) -> Run:
        """The last month, prepared and not submitted yet."""
        actor = User.objects.get(email="gestion@demo.example")
        return prepare_run(month=last_month(timezone.localdate()), actor=actor)

    @cached_property
    def report_template(self) -> ReportTemplate:
        return usual_template()

    @cached_property
    def report(self) -> Report:
        """The one of the year before, produced."""
        actor = User.objects.get(email="gestion@demo.example")
        period = Rhythm.YEAR.before(Rhythm.YEAR.period_of(timezone.localdate()))
        report = start_report(period=period, department=None, template=usual_template(), actor=actor)
        return build_report(report=report, actor=actor).report

    @cached_property
    def payment(self) -> Payment:
        return busiest(self.run.payments.all(), "allocations")  # type: ignore[no-any-return]

    @cached_property
    def slip(self) -> Slip:
        """Of the busiest run, all of whose slips are made."""
        if not self.run.slips.exists():
            make_slips(run=self.run, actor=User.objects.get(email="tresorier@demo.example"))
        return self.run.slips.order_by("-paid_cents", "pk")[0]

    @cached_property
    def bank_answer(self) -> BankAnswer:
        """A statement of all transfers of the busiest run."""
        rows = self.run.payments.order_by("reference").values_list("reference", "amount_cents")
        content = statement([debit(reference, cents) for reference, cents in rows])
        actor = User.objects.get(email="tresorier@demo.example")
        return import_answer(content=content, actor=actor)[0]

    @cached_property
    def account(self) -> Account:
        return busiest(Account.objects.filter(state="verified"), "payments")  # type: ignore[no-any-return]

    @cached_property
    def grant(self) -> Grant:
        """The one of the present year."""
        return first(Grant.objects.filter(state="signed").order_by("-starts_on"), lambda: GrantFactory(signed=True))  # type: ignore[no-any-return]

    @cached_property
    def extract(self) -> ExtractRequest:
        """What the ARS asks of a team, not decided yet."""
        return ask_extract(
            team=self.team,
            rpps="",
            first_on=timezone.localdate().replace(month=1, day=1),
            last_on=timezone.localdate(),
            reason="Contrôle sur pièces de l’année.",
            actor=User.objects.get(email="ars@demo.example"),
        )

    @cached_property
    def draft_grant(self) -> Grant:
        return first(Grant.objects.filter(state="draft"), lambda: GrantFactory(draft=True))  # type: ignore[no-any-return]

    @cached_property
    def instalment(self) -> GrantInstalment:
        return first(GrantInstalment.objects.filter(grant=self.grant), lambda: GrantInstalmentFactory(grant=self.grant))  # type: ignore[no-any-return]

    @cached_property
    def cost(self) -> RunningCost:
        return first(RunningCost.objects.all(), RunningCostFactory)  # type: ignore[no-any-return]

    @cached_property
    def mandate(self) -> BoardMandate:
        return first(BoardMandate.objects.all(), lambda: BoardMandateFactory(professional=self.person))  # type: ignore[no-any-return]

    @cached_property
    def sample(self) -> ControlSample:
        """Of what was paid in the last year."""
        actor, today = User.objects.get(email="tresorier@demo.example"), timezone.localdate()
        return ControlSample.objects.first() or draw_sample(
            starts_on=today.replace(year=today.year - 1), ends_on=today, size=25, seed=1, actor=actor
        )

    @cached_property
    def beneficiary(self) -> Beneficiary:
        return self.account.beneficiary

    @cached_property
    def repayment(self) -> RepaymentRequest:
        actor = User.objects.get(email="tresorier@demo.example")
        request = RepaymentRequest(
            number="TP-2026-900", beneficiary=self.beneficiary, amount_cents=50_00, requested_on=timezone.localdate(),
            reason="Action annulée", requested_by=actor,
        )  # fmt: skip
        return first(
            RepaymentRequest.objects.all(),
            lambda: enter_at([(request, RepaymentRequest.State.REQUESTED)], actor=actor, origin="demo")[0],
        )

    @cached_property
    def scenario(self) -> PriceScenario:
        actor, (start, end) = User.objects.get(email="admin@demo.example"), default_period(timezone.localdate())
        values = {"name": "Mesure", "first_month": start, "last_month": end}
        return first(PriceScenario.objects.all(), lambda: create_scenario(values=values, actor=actor))

    @cached_property
    def operation(self) -> BulkOperation:
        """An officer for all teams, drawn up."""
        listing, actor = listings["equipes"], User.objects.get(email="gestion@demo.example")
        selection = Selection(listing.rows(actor))
        return draw_up_operation(listing=listing, step=ASSIGN_OFFICER, selection=selection, actor=actor)

    @cached_property
    def operation_done(self) -> BulkOperation:
        """The same, done."""
        actor, drawn_up = User.objects.get(email="gestion@demo.example"), Objects().operation
        done = start_operation(operation=drawn_up, answers={"officer": [str(actor.pk)]}, actor=actor)
        run_job(done.job.pk)
        return done

    @cached_property
    def company(self) -> Company:
        return first(Company.objects.all(), CompanyFactory)  # type: ignore[no-any-return]

    @cached_property
    def structure(self) -> ExternalStructure:
        return busiest(ExternalStructure.objects.all(), "links") or ExternalStructureFactory()  # type: ignore[no-any-return]

    @cached_property
    def export(self) -> Job:
        return first(Job.objects.filter(kind__contains="export"), lambda: JobFactory(done=True))  # type: ignore[no-any-return]

    @cached_property
    def checked_month(self) -> Job:
        staff, params = User.objects.get(email="gestion@demo.example"), {"document": 0, "declare": True}
        return JobFactory(done=True, kind=MONTH_JOB, params=params, created_by=staff)  # type: ignore[no-any-return]

    @cached_property
    def checked_workbook(self) -> Job:
        admin = User.objects.get(email="admin@demo.example")
        return JobFactory(done=True, kind=CHECK_JOB, params={"document": 0}, created_by=admin)  # type: ignore[no-any-return]

    @cached_property
    def document(self) -> DossierDocument:
        return first(DossierDocument.objects.filter(team=self.team), lambda: DossierDocumentFactory(team=self.team))  # type: ignore[no-any-return]

    @cached_property
    def carrying(self) -> TeamStructure:
        return first(TeamStructure.objects.all(), lambda: TeamStructureFactory(team=self.team))  # type: ignore[no-any-return]

    @cached_property
    def link(self) -> StructureLink:
        return first(StructureLink.objects.all(), lambda: StructureLinkFactory(team=self.team))  # type: ignore[no-any-return]

    @cached_property
    def programme(self) -> EtpProgramme:
        return first(EtpProgramme.objects.all(), lambda: EtpProgrammeFactory(team=self.team))  # type: ignore[no-any-return]

    @cached_property
    def mail(self) -> OutgoingMail:
        return first(OutgoingMail.objects.all(), OutgoingMailFactory)  # type: ignore[no-any-return]

    @cached_property
    def template(self) -> ConventionTemplate:
        """One that is not published yet: it may be edited."""
        admin = User.objects.get(email="admin@demo.example")
        return start_version(kind=TeamKind.ESP_CLAP, actor=admin)

    @cached_property
    def allowance(self) -> CoordinationAllowance:
        return CoordinationAllowance.objects.order_by("pk")[0]

    @cached_property
    def review(self) -> TeamReview:
        """That of the referent's team, which the office sees too."""
        known = TeamReview.objects.filter(team=self.of_referent, state__in=TeamReview.OPEN)
        return first(known, lambda: TeamReviewFactory(team=self.of_referent, year=2001))  # type: ignore[no-any-return]

    @cached_property
    def review_received(self) -> TeamReview:
        return first(TeamReview.objects.filter(state="submitted"), lambda: TeamReviewFactory(submitted=True))  # type: ignore[no-any-return]

    @cached_property
    def commune(self) -> Commune:
        return self.team.communes.order_by("pk")[0]


# Who opens a page, the name of its address, and what it is of.
OF = {
    "report": ((STAFF, "reports:report"), (STAFF, "reports:report_plan")),
    "report_template": ((STAFF, "reports:report_template"),),
    "team": (
        (STAFF, "association:team"), (ARS, "association:team"), (STAFF, "association:team_findings"),
        (STAFF, "association:team_members"), (ARS, "association:team_members"), (STAFF, "association:team_project"),
        (STAFF, "association:team_recognition"), (STAFF, "association:team_structures"),
        (STAFF, "association:team_documents"), (STAFF, "association:team_exchanges"),
        (STAFF, "association:team_journal"), (STAFF, "association:team_edit"), (STAFF, "association:member_add"),
        (STAFF, "association:carrying_add"), (STAFF, "association:link_add"), (STAFF, "association:programme_add"),
        (STAFF, "association:document_file"), (STAFF, "association:exchange_write"),
        (STAFF, "association:message_write"), (STAFF, "association:recognition_open"),
        (STAFF, "association:recognition_withdrawal"), (STAFF, "conventions:of_team"),
        (STAFF, "conventions:draft_new"), (STAFF, "conventions:file_signed"), (STAFF, "actions:of_team"),
        (TREASURER, "payments:of_team"), (TREASURER, "payments:year_reopen"), (STAFF, "reports:of_team"),
    ),
    "of_referent": (
        (REFERENT, "association:team"), (REFERENT, "association:team_members"),
        (REFERENT, "association:team_findings"), (REFERENT, "actions:of_team"), (REFERENT, "payments:of_team"),
    ),
    "stay": ((STAFF, "association:member"), (STAFF, "association:attestations")),
    "person": (
        (STAFF, "association:professional"), (STAFF, "association:professional_edit"),
        (STAFF, "association:professional_other"), (STAFF, "conventions:of_professional"),
        (STAFF, "actions:of_professional"), (TREASURER, "payments:of_professional"),
        (STAFF, "payments:account_of_professional"), (STAFF, "payments:whereabouts"),
    ),
    "project": ((STAFF, "association:project"), (ARS, "association:project")),
    "draft_project": ((STAFF, "association:project"), (STAFF, "association:project_gate")),
    "recognition": (
        (ARS, "association:recognition_file"), (STAFF, "association:recognition_file"),
        (ARS, "association:recognition_opinion"), (ARS, "association:recognition_complements"),
        (STAFF, "association:recognition_answers"), (ARS, "association:recognition_decision"),
        (ARS, "association:recognition_letter"),
    ),
    "action": (
        (STAFF, "actions:action"), (REFERENT, "actions:action"), (STAFF, "actions:queue_one"),
        (STAFF, "payments:of_action"), (STAFF, "actions:deadline_lift"),
    ),
    "draft_action": ((STAFF, "actions:action_edit"),),
    "convention": (
        (STAFF, "conventions:convention"), (STAFF, "conventions:convention_text"), (STAFF, "conventions:life_of"),
        (STAFF, "conventions:suspend"), (STAFF, "conventions:resume"), (STAFF, "conventions:terminate"),
        (STAFF, "conventions:renew"), (STAFF, "conventions:amendments_of"), (STAFF, "conventions:amendment_new"),
    ),
    "draft": (
        (STAFF, "conventions:convention"), (STAFF, "conventions:convention_text"), (STAFF, "conventions:draft_edit"),
    ),
    "in_signing": (
        (STAFF, "conventions:convention"), (STAFF, "conventions:signatures"),
        (REFERENT, "conventions:own_signature"),
    ),
    "amendment": ((STAFF, "conventions:amendment"),),
    "amendment_in_signing": (
        (STAFF, "conventions:amendment_signatures"), (REFERENT, "conventions:amendment_own"),
    ),
    "run": (
        (TREASURER, "payments:run"), (TREASURER, "payments:run_lines"), (TREASURER, "payments:run_exclusions"),
        (TREASURER, "payments:run_totals"), (TREASURER, "payments:run_payments"),
        (TREASURER, "payments:run_left_due"), (TREASURER, "payments:run_slips"),
        (TREASURER, "payments:run_file_refused"),
    ),
    "slip": ((TREASURER, "payments:slip"),),
    "bank_answer": ((TREASURER, "payments:bank_answer"),),
    "draft_run": (
        (STAFF, "payments:run"), (STAFF, "payments:run_lines"), (STAFF, "payments:run_totals"),
        (STAFF, "payments:run_payments"), (STAFF, "payments:run_board"),
    ),
    "payment": ((TREASURER, "payments:payment"),),
    "account": ((TREASURER, "payments:account"),),
    "grant": ((STAFF, "payments:grant"), (STAFF, "reports:statement"), (STAFF, "reports:statement_edit")),
    "extract": ((TREASURER, "reports:extract"),),
    "draft_grant": ((STAFF, "payments:grant_edit"),),
    "cost": ((STAFF, "payments:cost_edit"),),
    "mandate": ((STAFF, "payments:mandate_edit"),),
    "sample": ((TREASURER, "payments:sample"),),
    "beneficiary": ((TREASURER, "payments:repayment_ask"),),
    "scenario": ((ADMIN, "payments:scenario"), (ADMIN, "payments:scenario_edit")),
    "repayment": ((TREASURER, "payments:repayment"),),
    "operation": ((STAFF, "association:bulk_confirm"),),
    "operation_done": ((STAFF, "association:bulk"),),
    "company": ((STAFF, "association:company_complete"), (STAFF, "payments:account_of_company")),
    "structure": ((STAFF, "association:structure"), (STAFF, "association:structure_edit")),
    "export": ((TREASURER, "association:job"), (TREASURER, "association:job_progress")),
    "checked_workbook": ((ADMIN, "import_report"),),
    "checked_month": ((STAFF, "actions:month_report"),),
    "carrying": ((STAFF, "association:carrying_change"),),
    "link": ((STAFF, "association:link_change"),),
    "programme": ((STAFF, "association:programme_change"),),
    "review": ((STAFF, "reports:review"), (REFERENT, "reports:review"), (REFERENT, "reports:review_gate")),
    "review_received": ((STAFF, "reports:review"),),
    "mail": ((STAFF, "association:outbox_mail"),),
    "template": ((ADMIN, "conventions:template"), (ADMIN, "conventions:template_edit")),
    "allowance": ((ADMIN, "association:allowance"),),
}  # fmt: skip
# Pages of no object, with what is asked of them.
ALONE = (
    *((account, name, "") for name in ("home", "home_figures", "home_changes")
      for account in (STAFF, TREASURER, ARS, REFERENT, ADMIN)),
    (STAFF, "association:team_list", ""), (ARS, "association:team_list", ""),
    (STAFF, "association:team_list", "?q=sante+saint"), (STAFF, "association:team_list", "?constat=bloquants"),
    (STAFF, "association:team_list", "?tri=-members_count"), (STAFF, "association:team_new", ""),
    (STAFF, "association:team_board", ""), (STAFF, "association:team_map", ""),
    (STAFF, "association:team_map_tables", ""),
    (STAFF, "association:calendar", ""), (STAFF, "association:calendar_keys", ""),
    (STAFF, "association:teams_named", "?q=sante"),
    (STAFF, "association:professional_list", ""), (STAFF, "association:professional_list", "?q=martin"),
    (STAFF, "association:professional_list", "?tri=-last_name&page=20"),
    (STAFF, "association:professional_create", ""), (STAFF, "association:possible_duplicates", ""),
    (STAFF, "association:recognition_list", ""), (ARS, "association:recognition_list", ""),
    (STAFF, "association:structure_list", ""), (STAFF, "association:structure_create", ""),
    (STAFF, "association:outbox", ""), (ADMIN, "association:rule_settings", ""),
    (STAFF, "association:project_list", ""), (STAFF, "association:document_list", ""),
    (STAFF, "association:preferences", ""),
    (ADMIN, "association:allowances", ""), (STAFF, "association:communes", "?q=saint"),
    (STAFF, "association:epcis", "?q=pays"), (STAFF, "association:people_named", "?q=mar"),
    (STAFF, "association:companies", "?q=ph"), (STAFF, "association:company_new", ""),
    (STAFF, "association:search", "?q=martin+saint"), (STAFF, "association:search", "?q=ancnis"),
    (STAFF, "association:search", "?q=B00012"), (TREASURER, "association:search", "?q=octobre+2026"),
    (REFERENT, "association:search", "?q=sante"), (ARS, "association:search", "?q=saint"),
    (STAFF, "conventions:convention_list", ""), (ADMIN, "conventions:template_list", ""),
    (STAFF, "actions:action_list", ""), (STAFF, "actions:action_list", "?q=sante"),
    (STAFF, "actions:action_list", "?state=validated&page=500"),
    (STAFF, "actions:action_new", ""), (STAFF, "actions:queue", ""), (ADMIN, "actions:settings", ""),
    (STAFF, "actions:month_import", ""), (STAFF, "actions:scans", ""),
    (REFERENT, "actions:action_list", ""), (TREASURER, "payments:run_list", ""),
    (TREASURER, "payments:run_prepare", ""), (TREASURER, "payments:payment_list", ""),
    (TREASURER, "payments:ledger", ""), (TREASURER, "payments:excluded", ""),
    (TREASURER, "payments:account_list", ""), (STAFF, "payments:account_propose", ""),
    (TREASURER, "payments:bank_details", ""), (ADMIN, "payments:preflight_settings", ""),
    (ADMIN, "payments:rule_settings", ""),
    (ADMIN, "payments:scenario_list", ""), (ADMIN, "payments:scenario_new", ""),
    (TREASURER, "payments:debt_list", ""), (TREASURER, "payments:repayment_list", ""),
    (TREASURER, "payments:price_grid", ""), (TREASURER, "payments:price_history", ""),
    (ADMIN, "payments:price_edit", "?nature=esp_clap&au=2027-01-01"),
    (TREASURER, "payments:bank_answers", ""), (TREASURER, "payments:bank_answer_import", ""),
    (TREASURER, "payments:year", ""), (TREASURER, "payments:accounting_settings", ""),
    (TREASURER, "payments:das2_settings", ""), (STAFF, "payments:whereabouts_search", ""),
    (STAFF, "payments:grant_list", ""), (STAFF, "payments:grant_new", ""), (STAFF, "payments:cost_list", ""),
    (STAFF, "payments:cost_new", ""), (STAFF, "payments:mandate_list", ""), (STAFF, "payments:mandate_new", ""),
    (TREASURER, "payments:sample_list", ""), (TREASURER, "payments:sample_draw", ""),
    (TREASURER, "payments:access_list", ""), (TREASURER, "payments:account_changes", ""),
    (ARS, "reports:ars_space", ""), (ARS, "reports:extract_list", ""), (ARS, "reports:extract_ask", ""),
    (ADMIN, "reports:extract_settings", ""), (ADMIN, "association:look_list", ""), (STAFF, "reports:open_data", ""),
    (ADMIN, "import_workbook", ""),
    (STAFF, "reports:dashboard", ""), (TREASURER, "reports:dashboard", ""), (ARS, "reports:dashboard", ""),
    (STAFF, "reports:review_list", ""), (STAFF, "reports:review_list", "?retard=oui"),
    (ADMIN, "reports:review_settings", ""),
    (STAFF, "reports:report_list", ""), (STAFF, "reports:report_new", ""),
    (STAFF, "reports:report_schedules", ""), (STAFF, "reports:report_templates", ""),
    (STAFF, "reports:report_template_new", ""),
)  # fmt: skip

# Papers of the present year, and those of one beneficiary of it.
OF_YEAR = ("year_figures", "statement_list", "das2_list", "accounting", "year_closing", "dedicated", "reconciliation")
OF_PAYEE = ("tax_identity", "statement_page")


def pages() -> Iterator[Page]:
    """Yield every page of the tables above; the objects that the region lacks are made."""
    objects = Objects()
    for account, name, asked in ALONE:
        yield Page(account, reverse(name) + asked)
    for of, visits in OF.items():
        for account, name in visits:
            yield Page(account, reverse(name, args=[getattr(objects, of).pk]))
    yield Page(STAFF, reverse("association:professional_join", args=[objects.person.pk, objects.other.pk]))
    yield Page(STAFF, reverse("association:project_compare", args=[objects.project.pk, objects.project.pk]))
    people = list(objects.team.memberships.filter(left_on=None).values_list("professional", flat=True)[:TICKED])
    day = f"{timezone.localdate():%Y-%m-%d}"
    typed = urlencode({"team": objects.team.pk, "held_on": day, "type": "RCP", "people": people}, doseq=True)
    for name in ("actions:attendance", "actions:alerts", "payments:meter", "payments:meter_total"):
        yield Page(STAFF, f"{reverse(name)}?{typed}")
    grid = f"{reverse('actions:rapid')}?equipe={objects.team.pk}&mois={timezone.localdate():%Y-%m}-01"
    yield Page(STAFF, grid)
    yield Page(STAFF, f"{reverse('actions:rapid_more', args=[objects.team.pk])}?mois={timezone.localdate():%Y-%m}-01")
    yield Page(ADMIN, reverse("payments:scenario_grid", args=[objects.scenario.pk, "esp_clap"]))
    yield Page(STAFF, reverse("reports:report_version", args=[objects.report.pk, 1]))
    yield Page(STAFF, reverse("payments:run_check", args=[objects.draft_run.pk, "new_account"]))
    yield from _of_year(timezone.localdate().year)
    grant, instalment = objects.grant, objects.instalment
    yield Page(TREASURER, reverse("payments:grant_act", args=[grant.pk, "avenant"]))
    yield Page(STAFF, reverse("payments:grant_row_add", args=[grant.pk, "echeances"]))
    yield Page(STAFF, reverse("payments:grant_row", args=[grant.pk, "echeances", instalment.pk]))
    objects.mandate  # noqa: B018 - somebody sits on the board
    yield Page(TREASURER, reverse("payments:board_paid", args=[timezone.localdate().year]))
    opening = Run.objects.filter(kind="opening").first()
    if opening:
        yield from (Page(TREASURER, reverse(f"payments:{name}", args=[opening.pk])) for name in ("run", "run_lines"))


def _of_year(year: int) -> Iterator[Page]:
    for name in OF_YEAR:
        yield Page(TREASURER, reverse(f"payments:{name}", args=[year]))
    payee = Payment.objects.filter(state="paid", paid_on__year=year).values_list("beneficiary", flat=True).first()
    if payee:
        yield from (Page(TREASURER, reverse(f"payments:{name}", args=[year, payee])) for name in OF_PAYEE)


def visited() -> set[str]:
    """Return the names of the addresses that `pages` opens."""
    of = {name for visits in OF.values() for _, name in visits}
    apart = {"association:professional_join", "association:project_compare", "payments:run_check"}
    apart |= {f"payments:{name}" for name in ("grant_act", "grant_row_add", "grant_row", "board_paid", "scenario_grid")}
    apart |= {"reports:report_version"}
    while_typing = {"actions:attendance", "actions:alerts", "payments:meter", "payments:meter_total"}
    while_typing |= {"actions:rapid", "actions:rapid_more"}
    of_year = {f"payments:{name}" for name in (*OF_YEAR, *OF_PAYEE)}
    return of | {name for _, name, _ in ALONE} | apart | while_typing | of_year
