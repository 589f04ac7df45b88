"""Every address of the site, for every role and for nobody: a new one without a line in this table fails."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone
from django.utils.html import escape

from actions.models import Action, Evidence
from actions.services.evidence import add_evidence
from association.bulk_steps import ASSIGN_OFFICER
from association.jobs import run_job
from association.listing.bulk import Selection
from association.listing.declaration import listings
from association.models import BulkOperation, CoordinationAllowance, HealthProject, Membership, RecognitionRequest, User
from association.permissions import granted
from association.services.bulk import draw_up_operation, start_operation
from association.services.calendar_keys import make_key
from association.uploads import CheckedUpload
from conventions.services.templates import start_version
from payments.models import BoardMandate, ControlSample, Grant, PriceScenario, Run
from payments.services.accounts import propose_account
from payments.services.bank_answers import import_answer
from payments.services.control import draw_sample
from payments.services.runs import settle_run
from payments.services.slips import make_slips
from payments.services.steps import move_payment
from reports.models import ExtractRequest, Report, ReportSchedule, TeamReview
from reports.services.building import usual_template
from reports.services.extracts import ask_extract, move_extract
from reports.services.planning import add_schedule
from tests.association.files import png
from tests.factories import (
    AdhesionFactory,
    AmendmentFactory,
    BoardMandateFactory,
    CompanyFactory,
    ConventionFactory,
    DepartmentFactory,
    EtpProgrammeFactory,
    ExternalStructureFactory,
    GrantFactory,
    GrantInstalmentFactory,
    JobFactory,
    ProfessionalFactory,
    RunningCostFactory,
    StructureLinkFactory,
    TeamFactory,
    TeamStructureFactory,
    UserFactory,
)
from tests.factories.correspondence import DossierDocumentFactory, ExchangeFactory, OutgoingMailFactory
from tests.factories.dossier import ComplementPointFactory, HealthProjectFactory, RecognitionRequestFactory
from tests.factories.money import french_iban
from tests.factories.reviews import ReviewObjectiveFactory, TeamReviewFactory
from tests.payments.answers import credit, debit, statement
from tests.payments.office import IBANS, JULY, asked_back
from tests.reports.making import begun, transmitted
from tests.web.conftest import ROLES, World

OFFICE = {"staff", "treasurer"}
SIMULATING = {"treasurer", "admin"}
EVERYBODY = set(ROLES)


@dataclass(frozen=True)
class Route:
    """Who gets ``status``; the others get ``otherwise``; somebody who is not signed in is sent to the door."""

    roles: set[str]
    status: int = 200
    otherwise: int = 403
    method: str = "get"
    of: Callable[[World], Any] | None = None
    data: dict[str, str] | None = None


def team(world: World) -> int:
    return world.office.team.pk


def member(world: World) -> int:
    return world.office.team.memberships.order_by("pk").first().pk


def run(world: World) -> int:
    return world.run.pk


def grant(world: World) -> int:
    return (Grant.objects.order_by("pk").first() or GrantFactory()).pk


def grant_row(world: World) -> tuple[int, str, int]:
    row = GrantInstalmentFactory(grant_id=grant(world))
    return row.grant_id, "echeances", row.pk


def mandate(world: World) -> int:
    return (BoardMandate.objects.first() or BoardMandateFactory(professional=world.office.people[0])).pk


def sample(world: World) -> int:
    """July, settled, and a sample of its transfers."""
    known = ControlSample.objects.first()
    if known is not None:
        return known.pk
    run = Run.objects.get(pk=world.run.pk)
    if run.state == Run.State.EXPORTED:
        settle_run(run=run, actor=world.office.treasurer)
    today = timezone.localdate()
    return draw_sample(starts_on=today, ends_on=today, size=2, seed=1, actor=world.office.treasurer).pk


def sent_report(world: World) -> int:
    """The report of July 2026, transmitted."""
    known = Report.objects.filter(first_on=JULY).first()
    return (known or transmitted(world.office)).pk


def report_schedule(world: World) -> int:
    known = ReportSchedule.objects.first()
    return (known or add_schedule(every=3, days_after=30, starts_on=date(2026, 1, 1), actor=world.office.staff)).pk


def report_template(world: World) -> int:
    return usual_template().pk


def draft_report(world: World) -> int:
    return begun(world.office, "2026-06").pk


def transfer(world: World) -> int:
    return world.run.payments.order_by("pk").first().pk


def scenario(world: World) -> int:
    made, _ = PriceScenario.objects.get_or_create(
        name="Essai",
        defaults={"first_month": JULY, "last_month": JULY, "created_by": world.office.admin},
    )
    return made.pk


def repayment(world: World) -> int:
    return asked_back(world.office).pk


def _action(world: World, reference: str, state: str) -> Action:
    known = Action.objects.filter(reference=reference).first()
    return known or world.office.rcp(date(2026, 7, 8), reference=reference, state=state)


def action(world: World) -> int:
    """Declared, with a piece of evidence."""
    waiting = _action(world, "A-DECLARED", "declared")
    if not waiting.evidence.exists():
        add_evidence(action=waiting, kind="presence", upload=SHEET, actor=world.office.staff)
    return waiting.pk


def draft_action(world: World) -> int:
    return _action(world, "A-DRAFT", "draft").pk


def validated_action(world: World) -> int:
    return _action(world, "A-VALIDATED", "validated").pk


def piece(world: World) -> int:
    return Evidence.objects.get(action=action(world)).pk


def part(world: World) -> int:
    return _action(world, "A-PART", "declared").participations.order_by("pk").first().pk


def slip(world: World) -> int:
    """Of a run that was exported, its beneficiary without an address."""
    if not world.run.slips.exists():
        make_slips(run=world.run, actor=world.office.treasurer)
    return world.run.slips.order_by("pk").first().pk


def bank_answer(world: World) -> int:
    """A statement with one transfer of the run, and lines that are nobody's; account numbers stand in the file."""
    reference = world.run.payments.order_by("pk").first().reference
    entries = [debit(reference, 1_00), debit(reference, 1_00), debit(IBANS[0], 1_00), credit("AUTRE", 9)]
    return import_answer(content=statement(entries), actor=world.office.treasurer)[0].pk


def year(world: World) -> int:
    """The present one."""
    return timezone.localdate().year


def paid_in_year(world: World) -> tuple[int, int]:
    """The present year, and somebody who was paid in it."""
    sent = world.run.payments.filter(state="sent").order_by("pk").first()
    if sent is not None:
        move_payment(payment=sent, step="pay", actor=world.office.treasurer)
    paid = world.run.payments.filter(state="paid").order_by("pk").first()
    return year(world), paid.beneficiary_id


def account(world: World) -> int:
    return world.office.account_of(world.office.people[0]).pk


def scanned_account(world: World) -> int:
    scan = CheckedUpload("rib.png", "image/png", png())
    beneficiary = world.office.account_of(world.office.people[0]).beneficiary
    return propose_account(
        beneficiary=beneficiary, iban=french_iban(4_711), holder="Évrard Loïc", scan=scan, actor=world.office.staff
    ).pk


def project(world: World) -> int:
    """A submitted version: the ARS reads it too, nobody writes it any more."""
    known = HealthProject.objects.filter(team=world.office.team).first()
    return (known or HealthProjectFactory(team=world.office.team, submitted=True)).pk


def recognition(world: World) -> int:
    """The request that the ARS accepted; its dossier was on paper."""
    known = RecognitionRequest.objects.filter(team=world.office.team).first()
    return (known or RecognitionRequestFactory(team=world.office.team, of_paper=True, accepted=True)).pk


def complement(world: World) -> int:
    return ComplementPointFactory(request=RecognitionRequest.objects.get(pk=recognition(world))).pk


def stay(world: World) -> int:
    return Membership.objects.get(team=world.office.team, professional=world.office.people[0]).pk


def checked_workbook(world: World) -> int:
    return JobFactory(
        done=True, kind="config.check_workbook", params={"document": 0}, created_by=world.users["admin"]
    ).pk


def checked_month(world: World) -> int:
    """The check of a workbook that somebody else brought: it is theirs alone."""
    params = {"document": 0, "declare": True}
    return JobFactory(done=True, kind="actions.check_month", params=params, created_by=UserFactory(staff=True)).pk


def convention(world: World) -> int:
    return world.office.convention.pk


def draft(world: World) -> int:
    return ConventionFactory(team=world.office.team, draft=True).pk


def in_signing(world: World) -> int:
    """A convention that the referent is invited to sign."""
    signing = ConventionFactory(team=world.office.team, signing=True)
    stay = Membership.objects.get(team=world.office.team, professional=world.office.people[0])
    AdhesionFactory(convention=signing, membership=stay, invited=True)
    return signing.pk


def signed_adhesion(world: World) -> int:
    return world.office.convention.adhesions.first().pk


def amendment(world: World) -> int:
    """A draft that raises the ceiling."""
    return AmendmentFactory(convention=world.office.convention, effective_on=date(2026, 3, 1)).pk


def amendment_in_signing(world: World) -> int:
    """One that the referent is asked to sign."""
    return AmendmentFactory(convention=world.office.convention, signing=True, signed_by=stay(world)).pk


def unpublished_text(world: World) -> int:
    return start_version(kind="esp_clap", actor=world.office.admin).pk


def filing(world: World) -> int:
    return DossierDocumentFactory(team=world.office.team).pk


def exchange(world: World) -> int:
    return ExchangeFactory(team=world.office.team).pk


def person(world: World) -> int:
    return world.office.people[0].pk


def joined(world: World) -> int:
    """A record that was joined with that of a member."""
    return ProfessionalFactory(merged_into=world.office.people[2], merged_at=timezone.now()).pk


def carrying(world: World) -> int:
    return TeamStructureFactory(team=world.office.team).pk


def link(world: World) -> int:
    return StructureLinkFactory(team=world.office.team).pk


def programme(world: World) -> int:
    return EtpProgrammeFactory(team=world.office.team).pk


def device(world: World) -> int:
    """A key of somebody who is not in the world."""
    return make_key(device="Téléphone", only_mine=False, actor=UserFactory(staff=True))[0].pk


def _operation(world: World) -> BulkOperation:
    """The officer of the team, to be given by the staff."""
    listing, actor = listings["equipes"], world.users["staff"]
    selection = Selection(listing.rows(actor), [team(world)])
    return draw_up_operation(listing=listing, step=ASSIGN_OFFICER, selection=selection, actor=actor)


def operation_to_confirm(world: World) -> int:
    return _operation(world).pk


def operation_done(world: World) -> int:
    answers, actor = {"officer": [str(world.users["staff"].pk)]}, world.users["staff"]
    started = start_operation(operation=_operation(world), answers=answers, actor=actor)
    run_job(started.job.pk)
    return started.pk


def review(world: World) -> int:
    """Open, of the year that the run pays."""
    known = TeamReview.objects.filter(team=world.office.team, year=2026).first()
    return (known or TeamReviewFactory(team=world.office.team, year=2026)).pk  # type: ignore[no-any-return]


def own_objective(world: World) -> int:
    """One that the team added itself."""
    return ReviewObjectiveFactory(review=TeamReview.objects.get(pk=review(world)), of_project=False).pk


def _extract(world: World, asked_by: User) -> ExtractRequest:
    return ask_extract(
        team=world.office.team,
        rpps="",
        first_on=date(2026, 7, 1),
        last_on=date(2026, 7, 31),
        reason="Contrôle sur pièces.",
        actor=asked_by,
    )


def extract(world: World) -> int:
    return _extract(world, world.users["ars"]).pk


def granted_extract(world: World) -> tuple[int, str]:
    """Of the user of the ARS, granted by a treasurer."""
    asked = _extract(world, world.users["ars"])
    return move_extract(request=asked, step="grant", actor=world.office.treasurer).pk, "xlsx"


NO_STEP = {"step": "rien"}
SHEET = CheckedUpload("emargement.png", "image/png", png())
DECLARING = {*OFFICE, "referent"}
REVIEWING = {*DECLARING, "auditor"}
ROUTES = {
    "association:structure_list_export": Route(EVERYBODY - {"referent"}, method="post"),
    "association:recognition_list_export": Route({*OFFICE, "ars", "referent"}, method="post"),
    "association:outbox_export": Route({*OFFICE, "admin"}, method="post"),
    "association:outbox_bulk": Route({*OFFICE, "admin"}, method="post"),
    "association:document_list": Route(EVERYBODY),
    "association:document_list_views": Route(EVERYBODY, 302, method="post", data=NO_STEP),
    "association:document_list_export": Route(EVERYBODY, method="post"),
    "association:document_list_bulk": Route(EVERYBODY, method="post"),
    "actions:action_list_export": Route({*OFFICE, "auditor", "referent"}, method="post"),
    "actions:action_list_bulk": Route({*OFFICE, "auditor", "referent"}, method="post"),
    "actions:action_new": Route(DECLARING),
    "actions:attendance": Route(DECLARING),
    "actions:alerts": Route(DECLARING),
    "actions:sessions": Route(DECLARING, method="post"),
    "actions:rapid": Route(DECLARING),
    "actions:rapid_more": Route(DECLARING, 404, of=team),
    "actions:rapid_row": Route(DECLARING, 404, method="post", of=team),
    "actions:month_import": Route(DECLARING),
    "actions:month_template": Route(DECLARING, data={"mois": f"{timezone.localdate():%Y-%m}-01"}),
    "actions:month_report": Route(DECLARING, 404, of=checked_month),
    "actions:month_load": Route(DECLARING, 404, method="post", of=checked_month),
    "actions:scans": Route(DECLARING),
    "actions:scan": Route(DECLARING, 404, of=draft_action),
    "actions:scan_file": Route(DECLARING, 404, method="post", of=draft_action),
    "actions:queue": Route(OFFICE),
    "actions:queue_one": Route(OFFICE, of=action),
    "actions:queue_step": Route(OFFICE, 409, method="post", of=action, data=NO_STEP),
    "actions:settings": Route({"admin"}),
    "actions:action": Route({*DECLARING, "auditor"}, of=action),
    "actions:action_edit": Route(DECLARING, of=draft_action),
    "actions:action_step": Route({*DECLARING, "auditor"}, 409, method="post", of=validated_action, data=NO_STEP),
    "actions:attendance_sheet": Route(DECLARING, of=draft_action),
    "actions:evidence_add": Route(DECLARING, 422, method="post", of=draft_action),
    "actions:evidence": Route({*DECLARING, "auditor"}, of=piece),
    "actions:evidence_withdraw": Route(DECLARING, 409, method="post", of=piece),
    "actions:deadline_lift": Route(OFFICE, of=validated_action),
    "actions:participation_step": Route(OFFICE, 409, method="post", of=part),
    "payments:meter": Route({*DECLARING, "auditor"}),
    "payments:meter_total": Route({*DECLARING, "auditor"}),
    "payments:of_action": Route({*DECLARING, "auditor"}, of=validated_action),
    "payments:run_list_export": Route({*OFFICE, "auditor"}, method="post"),
    "payments:run_lines_export": Route({*OFFICE, "auditor"}, method="post", of=run),
    "payments:run_exclusions_export": Route({*OFFICE, "auditor"}, method="post", of=run),
    "payments:run_payments_export": Route({*OFFICE, "auditor"}, method="post", of=run),
    "payments:run_payments_bulk": Route({*OFFICE, "auditor"}, method="post", of=run),
    "payments:account_list": Route({"treasurer", "auditor"}),
    "payments:account_list_views": Route({"treasurer", "auditor"}, 302, method="post", data=NO_STEP),
    "payments:account_list_export": Route({"treasurer", "auditor"}, method="post"),
    "payments:account_list_bulk": Route({"treasurer", "auditor"}, method="post"),
    "home": Route(EVERYBODY),
    "home_changes": Route(EVERYBODY),
    "home_figures": Route(EVERYBODY),
    "association:professional_list": Route(EVERYBODY - {"ars"}),
    "association:professional_list_export": Route(EVERYBODY - {"ars"}, method="post"),
    "association:professional_list_views": Route(EVERYBODY - {"ars"}, 302, method="post", data=NO_STEP),
    "association:professional": Route(EVERYBODY - {"ars"}, of=person),
    "association:professional_create": Route(OFFICE),
    "association:professional_edit": Route(OFFICE, of=person),
    "association:possible_duplicates": Route(OFFICE),
    "association:professional_apart": Route(OFFICE, 404, method="post", of=person),
    "association:professional_other": Route(OFFICE, of=person),
    "association:professional_join": Route(OFFICE, of=lambda w: (w.office.people[0].pk, w.office.people[1].pk)),
    "association:professional_separate": Route(OFFICE, 409, method="post", of=joined),
    "actions:of_professional": Route({*OFFICE, "auditor", "referent"}, of=person),
    "conventions:of_professional": Route({*OFFICE, "auditor", "referent"}, of=person),
    "payments:of_professional": Route({*OFFICE, "auditor", "referent"}, of=person),
    "association:team_list": Route(EVERYBODY),
    "association:team_list_export": Route(EVERYBODY, method="post"),
    "association:team_list_bulk": Route(EVERYBODY, method="post"),
    "association:bulk": Route({*OFFICE, "admin", "auditor"}, otherwise=404, of=operation_done),
    "association:bulk_confirm": Route({"staff"}, otherwise=404, of=operation_to_confirm),
    "association:bulk_step": Route({"staff"}, 409, otherwise=404, method="post", of=operation_done),
    "association:team_list_views": Route(EVERYBODY, 302, method="post", data=NO_STEP),
    "association:look_list": Route({"admin"}),
    "association:look_list_views": Route({"admin"}, 302, method="post", data=NO_STEP),
    "association:look_list_export": Route({"admin"}, method="post"),
    "association:team_board": Route(EVERYBODY - {"referent"}),
    "association:team_map": Route(EVERYBODY - {"referent"}),
    "association:team_map_tables": Route(EVERYBODY - {"referent"}),
    "association:search": Route(EVERYBODY),
    "association:preferences": Route(EVERYBODY),
    "association:calendar": Route(EVERYBODY),
    "association:calendar_keys": Route(EVERYBODY),
    # Own keys alone.
    "association:calendar_key_revoke": Route(set(), 302, otherwise=404, method="post", of=device),
    "association:team": Route(EVERYBODY, of=team),
    "association:team_step": Route(EVERYBODY, 409, method="post", of=team, data=NO_STEP),
    "association:team_findings": Route({*OFFICE, "admin", "referent"}, of=team),
    "association:rule_settings": Route({"admin"}),
    "association:project_list": Route({*OFFICE, "ars", "referent"}),
    "association:project_list_views": Route({*OFFICE, "ars", "referent"}, 302, method="post", data=NO_STEP),
    "association:project_list_export": Route({*OFFICE, "ars", "referent"}, method="post"),
    "association:structure_list": Route(EVERYBODY - {"referent"}),
    "association:structure_list_views": Route(EVERYBODY - {"referent"}, 302, method="post", data=NO_STEP),
    "association:structure_create": Route(OFFICE),
    "association:structure": Route(EVERYBODY - {"referent"}, of=lambda w: ExternalStructureFactory().pk),
    "association:structure_edit": Route(OFFICE, of=lambda w: ExternalStructureFactory().pk),
    "association:team_structures": Route(EVERYBODY - {"referent"}, of=team),
    "association:carrying_add": Route(OFFICE, of=team),
    "association:carrying_change": Route(OFFICE, of=carrying),
    "association:carrying_remove": Route(OFFICE, 302, method="post", of=carrying),
    "association:link_add": Route(OFFICE, of=team),
    "association:link_change": Route(OFFICE, of=link),
    "association:link_remove": Route(OFFICE, 302, method="post", of=link),
    "association:programme_add": Route(OFFICE, of=team),
    "association:programme_change": Route(OFFICE, of=programme),
    "association:programme_remove": Route(OFFICE, 302, method="post", of=programme),
    "association:team_new": Route(OFFICE),
    "association:team_edit": Route(OFFICE, of=team),
    "association:team_journal": Route({*OFFICE, "auditor", "admin"}, of=team),
    "association:team_members": Route(EVERYBODY, of=team),
    "association:member_add": Route(OFFICE, of=team),
    "association:member": Route(OFFICE, of=member),
    "association:member_leave": Route(OFFICE, method="post", of=member),
    "association:member_leave_correct": Route(OFFICE, method="post", of=member),
    "association:member_referent": Route(OFFICE, 409, method="post", of=member),
    "association:communes": Route(EVERYBODY),
    "association:epcis": Route(EVERYBODY),
    "association:teams_named": Route(EVERYBODY),
    "association:people_named": Route({*OFFICE, "auditor", "referent", "admin"}),
    "association:companies": Route(OFFICE),
    "association:company_new": Route(OFFICE),
    "association:company_complete": Route(OFFICE, of=lambda w: CompanyFactory().pk),
    "association:job": Route({*OFFICE, "admin", "auditor"}, otherwise=404, of=lambda w: w.export.pk),
    "association:job_progress": Route({*OFFICE, "admin", "auditor"}, otherwise=404, of=lambda w: w.export.pk),
    "association:job_step": Route(
        {*OFFICE, "admin"}, 409, otherwise=404, method="post", of=lambda w: w.export.pk, data=NO_STEP
    ),
    "association:team_project": Route({*OFFICE, "ars", "referent"}, of=team),
    "association:project": Route({*OFFICE, "ars", "referent"}, of=project),
    "association:project_section": Route(
        {*OFFICE, "referent"}, 409, method="post", of=lambda w: (project(w), "means"), data={"means": "Trop tard."}
    ),
    "association:project_gate": Route({*OFFICE, "referent"}, of=project),
    "association:project_submit": Route(OFFICE, 302, method="post", of=project),
    "association:project_start": Route({*OFFICE, "referent"}, 302, method="post", of=team),
    "association:project_pdf": Route({*OFFICE, "ars", "referent"}, of=project),
    "association:project_compare": Route({*OFFICE, "ars", "referent"}, of=lambda w: (project(w), project(w))),
    "association:team_recognition": Route({*OFFICE, "ars", "referent"}, of=team),
    "association:recognition_list": Route({*OFFICE, "ars", "referent"}),
    "association:recognition_list_views": Route({*OFFICE, "ars", "referent"}, 302, method="post", data=NO_STEP),
    "association:recognition_file": Route({*OFFICE, "ars", "referent"}, of=recognition),
    "association:recognition_open": Route(OFFICE, of=team),
    "association:recognition_opinion": Route({*OFFICE, "ars"}, of=recognition),
    "association:recognition_complements": Route({*OFFICE, "ars"}, of=recognition),
    "association:recognition_answers": Route(OFFICE, of=recognition),
    "association:complement_answer": Route(OFFICE, method="post", of=complement),
    "association:recognition_decision": Route({*OFFICE, "ars"}, of=recognition),
    "association:recognition_letter": Route({*OFFICE, "ars"}, of=recognition),
    "association:recognition_withdrawal": Route({*OFFICE, "ars"}, of=team),
    "association:attestations": Route({*OFFICE, "referent"}, of=stay),
    "association:attestation_issue": Route(OFFICE, 400, method="post", of=stay),
    "association:allowances": Route({"admin"}),
    "association:allowance": Route({"admin"}, of=lambda w: CoordinationAllowance.objects.first().pk),
    "association:document": Route({"treasurer"}, otherwise=404, of=lambda w: w.document.pk),
    "association:team_documents": Route(EVERYBODY, of=team),
    "association:document_file": Route(OFFICE, of=team),
    "association:document_quarantine": Route({*OFFICE, "admin"}, 409, method="post", of=filing),
    "association:document_release": Route({*OFFICE, "admin"}, 409, method="post", of=filing),
    "association:document_erase": Route({*OFFICE, "admin"}, 409, method="post", of=filing),
    "association:team_exchanges": Route(OFFICE, of=team),
    "association:exchange_write": Route(OFFICE, of=team),
    "association:message_write": Route(OFFICE, of=team),
    "association:exchange_follow_up": Route(OFFICE, 422, method="post", of=exchange, data={"follow_up_on": "hier"}),
    "association:exchange_followed_up": Route(OFFICE, 409, method="post", of=exchange),
    "association:outbox": Route({*OFFICE, "admin"}),
    "association:outbox_views": Route({*OFFICE, "admin"}, 302, method="post", data=NO_STEP),
    "association:outbox_mail": Route({*OFFICE, "admin"}, of=lambda w: OutgoingMailFactory().pk),
    "association:outbox_send": Route(
        {*OFFICE, "admin"}, 409, method="post", of=lambda w: OutgoingMailFactory(sent=True).pk
    ),
    "association:outbox_hold": Route(
        {*OFFICE, "admin"}, 409, method="post", of=lambda w: OutgoingMailFactory(sent=True).pk
    ),
    "conventions:of_team": Route(EVERYBODY - {"admin"}, of=team),
    "conventions:draft_new": Route(OFFICE, of=team),
    "conventions:file_signed": Route(OFFICE, of=team),
    "conventions:convention_list": Route(EVERYBODY - {"admin"}),
    "conventions:convention_list_export": Route(EVERYBODY - {"admin"}, method="post"),
    "conventions:convention_list_bulk": Route(EVERYBODY - {"admin"}, method="post"),
    "conventions:convention_list_views": Route(EVERYBODY - {"admin"}, 302, method="post", data=NO_STEP),
    "conventions:convention": Route(EVERYBODY - {"admin"}, of=convention),
    "conventions:convention_step": Route(EVERYBODY - {"admin"}, 409, method="post", of=convention, data=NO_STEP),
    "conventions:convention_text": Route({*OFFICE, "auditor", "referent"}, of=convention),
    "conventions:convention_pdf": Route({*OFFICE, "auditor", "referent"}, of=draft),
    "conventions:draft_edit": Route(OFFICE, of=draft),
    "conventions:signatures": Route(OFFICE, of=in_signing),
    "conventions:association_signature": Route(OFFICE, 409, method="post", of=in_signing),
    "conventions:reminders": Route(OFFICE, 302, method="post", of=in_signing),
    "conventions:own_signature": Route({"referent"}, of=in_signing),
    "conventions:decline": Route(OFFICE, 409, method="post", of=signed_adhesion),
    "conventions:life_of": Route(EVERYBODY - {"admin"}, of=convention),
    "conventions:suspend": Route(OFFICE, of=convention),
    "conventions:resume": Route(OFFICE, of=convention),
    "conventions:terminate": Route(OFFICE, of=convention),
    "conventions:renew": Route(OFFICE, of=convention),
    "conventions:amendments_of": Route(EVERYBODY - {"admin"}, of=convention),
    "conventions:amendment_new": Route(OFFICE, of=convention),
    "conventions:amendment_invite": Route(OFFICE, 404, method="post", of=convention),
    "conventions:amendment": Route({*OFFICE, "auditor", "referent"}, of=amendment),
    "conventions:amendment_pdf": Route({*OFFICE, "auditor", "referent"}, of=amendment),
    "conventions:amendment_step": Route(OFFICE, 409, method="post", of=amendment, data=NO_STEP),
    "conventions:amendment_signatures": Route(OFFICE, of=amendment_in_signing),
    "conventions:amendment_reminders": Route(OFFICE, 302, method="post", of=amendment_in_signing),
    "conventions:amendment_own": Route({"referent"}, of=amendment_in_signing),
    "conventions:template_list": Route({*OFFICE, "admin"}),
    "conventions:template": Route({*OFFICE, "admin"}, of=unpublished_text),
    "conventions:template_new": Route({"admin"}, 302, method="post", data={"kind": "esp_clap"}),
    "conventions:template_edit": Route({"admin"}, of=unpublished_text),
    "conventions:template_publish": Route({"admin"}, 302, method="post", of=unpublished_text),
    "actions:action_list": Route({*OFFICE, "auditor", "referent"}),
    "actions:action_list_views": Route({*OFFICE, "auditor", "referent"}, 302, method="post", data=NO_STEP),
    "actions:of_team": Route({*OFFICE, "auditor", "referent"}, of=team),
    "payments:of_team": Route({*OFFICE, "auditor", "referent"}, of=team),
    "payments:run_list": Route({*OFFICE, "auditor"}),
    "payments:run_list_views": Route({*OFFICE, "auditor"}, 302, method="post", data=NO_STEP),
    "payments:run_prepare": Route(OFFICE),
    "payments:preparation": Route(OFFICE, 302, of=lambda w: w.preparation.pk),
    "payments:run": Route({*OFFICE, "auditor"}, of=run),
    "payments:run_step": Route({*OFFICE, "auditor"}, 409, method="post", of=run, data=NO_STEP),
    "payments:run_lines": Route({*OFFICE, "auditor"}, of=run),
    "payments:run_lines_views": Route({*OFFICE, "auditor"}, 302, method="post", data=NO_STEP, of=run),
    "payments:run_exclusions": Route({*OFFICE, "auditor"}, of=run),
    "payments:run_exclusions_views": Route({*OFFICE, "auditor"}, 302, method="post", data=NO_STEP, of=run),
    "payments:run_left_due": Route({*OFFICE, "auditor"}, of=run),
    "payments:run_check": Route({*OFFICE, "auditor"}, of=lambda w: (w.run.pk, "new_account")),
    "payments:preflight_settings": Route({"admin"}),
    "payments:rule_settings": Route({"admin"}),
    "payments:scenario_list": Route(SIMULATING),
    "payments:scenario_list_views": Route(SIMULATING, 302, method="post", data=NO_STEP),
    "payments:scenario_list_export": Route(SIMULATING, method="post"),
    "payments:scenario_new": Route(SIMULATING),
    "payments:scenario": Route(SIMULATING, of=scenario),
    "payments:scenario_edit": Route(SIMULATING, of=scenario),
    "payments:scenario_grid": Route(SIMULATING, of=lambda w: (scenario(w), "esp_clap")),
    "payments:scenario_step": Route(SIMULATING, 302, method="post", of=scenario, data=NO_STEP),
    "payments:scenario_export": Route(SIMULATING, 302, of=scenario),
    "payments:debt_list": Route({*OFFICE, "auditor"}),
    "payments:debt_list_views": Route({*OFFICE, "auditor"}, 302, method="post", data=NO_STEP),
    "payments:debt_list_export": Route({*OFFICE, "auditor"}, method="post"),
    "payments:repayment_list": Route({*OFFICE, "auditor"}),
    "payments:repayment_list_views": Route({*OFFICE, "auditor"}, 302, method="post", data=NO_STEP),
    "payments:repayment_list_export": Route({*OFFICE, "auditor"}, method="post"),
    "payments:repayment_ask": Route({"treasurer"}, of=lambda w: w.office.people[0].beneficiary.pk),
    "payments:repayment": Route({*OFFICE, "auditor"}, of=repayment),
    "payments:repayment_letter": Route({*OFFICE, "auditor"}, of=repayment),
    "payments:repayment_step": Route({*OFFICE, "auditor"}, 409, method="post", of=repayment, data=NO_STEP),
    "payments:year_reopen": Route({"treasurer"}, of=team),
    "payments:price_grid": Route({*OFFICE, "auditor", "admin"}),
    "payments:price_edit": Route({"admin"}),
    "payments:price_export": Route({*OFFICE, "auditor", "admin"}),
    "payments:price_history": Route({*OFFICE, "auditor", "admin"}),
    "payments:price_history_views": Route({*OFFICE, "auditor", "admin"}, 302, method="post", data=NO_STEP),
    "payments:price_history_export": Route({*OFFICE, "auditor", "admin"}, method="post"),
    "payments:run_slips": Route({"treasurer", "auditor"}, of=run),
    "payments:run_slips_views": Route({"treasurer", "auditor"}, 302, method="post", data=NO_STEP, of=run),
    "payments:run_slips_export": Route({"treasurer", "auditor"}, method="post", of=run),
    "payments:run_slips_bulk": Route({"treasurer", "auditor"}, method="post", of=run),
    "payments:run_slips_step": Route({"treasurer"}, 302, method="post", of=run, data=NO_STEP),
    "payments:slip": Route({"treasurer", "auditor"}, of=slip),
    "payments:slip_send": Route({"treasurer"}, 409, method="post", of=slip),
    "payments:run_file_refused": Route({"treasurer"}, of=run),
    "payments:bank_answers": Route({"treasurer", "auditor"}),
    "payments:bank_answers_views": Route({"treasurer", "auditor"}, 302, method="post", data=NO_STEP),
    "payments:bank_answers_export": Route({"treasurer", "auditor"}, method="post"),
    "payments:bank_answer_import": Route({"treasurer"}),
    "payments:bank_answer": Route({"treasurer", "auditor"}, of=bank_answer),
    "payments:bank_answer_views": Route({"treasurer", "auditor"}, 302, method="post", data=NO_STEP, of=bank_answer),
    "payments:bank_answer_export": Route({"treasurer", "auditor"}, method="post", of=bank_answer),
    "payments:bank_answer_bulk": Route({"treasurer", "auditor"}, method="post", of=bank_answer),
    "payments:bank_answer_confirm": Route({"treasurer"}, 302, method="post", of=bank_answer),
    "payments:run_totals": Route({*OFFICE, "auditor"}, of=run),
    "payments:run_payments": Route({*OFFICE, "auditor"}, of=run),
    "payments:run_payments_views": Route({*OFFICE, "auditor"}, 302, method="post", data=NO_STEP, of=run),
    "payments:ledger": Route({*OFFICE, "auditor"}),
    "payments:ledger_views": Route({*OFFICE, "auditor"}, 302, method="post", data=NO_STEP),
    "payments:ledger_export": Route({*OFFICE, "auditor"}, method="post"),
    "payments:excluded": Route({*OFFICE, "auditor"}),
    "payments:excluded_views": Route({*OFFICE, "auditor"}, 302, method="post", data=NO_STEP),
    "payments:excluded_export": Route({*OFFICE, "auditor"}, method="post"),
    "payments:payment_list": Route({"treasurer", "auditor"}),
    "payments:payment_list_views": Route({"treasurer", "auditor"}, 302, method="post", data=NO_STEP),
    "payments:payment_list_export": Route({"treasurer", "auditor"}, method="post"),
    "payments:payment_list_bulk": Route({"treasurer", "auditor"}, method="post"),
    "payments:payment": Route({"treasurer", "auditor"}, of=transfer),
    "payments:payment_step": Route({"treasurer", "auditor"}, 409, method="post", of=transfer, data=NO_STEP),
    "payments:account": Route({"treasurer", "auditor"}, of=account),
    "payments:account_step": Route({"treasurer", "auditor"}, 409, method="post", of=account, data=NO_STEP),
    "payments:account_iban": Route({"treasurer"}, method="post", of=account),
    "payments:account_compare": Route({"treasurer"}, method="post", of=account),
    "payments:account_scan": Route({"treasurer"}, of=scanned_account),
    "payments:account_propose": Route(OFFICE),
    "payments:bank_details": Route({"treasurer"}),
    "payments:year": Route({"treasurer", "auditor"}),
    "payments:year_figures": Route({"treasurer", "auditor"}, of=year),
    "payments:statement_list": Route({"treasurer", "auditor"}, of=year),
    "payments:statement_list_views": Route({"treasurer", "auditor"}, 302, method="post", data=NO_STEP, of=year),
    "payments:statement_list_export": Route({"treasurer", "auditor"}, method="post", of=year),
    "payments:statements_request": Route({"treasurer"}, 302, method="post", of=year),
    "payments:statements_send": Route({"treasurer"}, 302, method="post", of=year),
    "payments:statement": Route({"treasurer", "auditor"}, of=paid_in_year),
    "payments:statement_page": Route({"treasurer", "auditor"}, of=paid_in_year),
    "payments:statement_send": Route({"treasurer"}, 409, method="post", of=paid_in_year),
    "payments:das2_file": Route({"treasurer", "auditor"}, of=year),
    "payments:das2_list": Route({"treasurer", "auditor"}, of=year),
    "payments:das2_list_views": Route({"treasurer", "auditor"}, 302, method="post", data=NO_STEP, of=year),
    "payments:das2_list_export": Route({"treasurer", "auditor"}, method="post", of=year),
    "payments:tax_identity": Route({"treasurer"}, of=paid_in_year),
    "payments:accounting": Route({"treasurer", "auditor"}, of=year),
    # Without the accounts chosen with the accountant there is no export.
    "payments:accounting_export": Route({"treasurer"}, 422, method="post", of=year),
    "payments:year_closing": Route({"treasurer", "auditor"}, of=year),
    # The year is not over.
    "payments:year_closing_step": Route({"treasurer"}, 409, method="post", of=year),
    "payments:dedicated": Route({"treasurer", "auditor"}, of=year),
    "payments:dedicated_file": Route({"treasurer", "auditor"}, of=year),
    "payments:reconciliation": Route({"treasurer", "auditor"}, of=year),
    "payments:reconciliation_file": Route({"treasurer", "auditor"}, of=year),
    "payments:accounting_settings": Route({"treasurer"}),
    "payments:das2_settings": Route({"treasurer"}),
    "payments:whereabouts_search": Route({*OFFICE, "auditor"}),
    "payments:whereabouts": Route({*OFFICE, "auditor"}, of=person),
    "payments:account_of_professional": Route(OFFICE, of=person),
    "payments:account_of_company": Route(OFFICE, of=lambda w: CompanyFactory().pk),
    "payments:grant_list": Route({*OFFICE, "auditor"}),
    "payments:grant_list_views": Route({*OFFICE, "auditor"}, 302, method="post", data=NO_STEP),
    "payments:grant_list_export": Route({*OFFICE, "auditor"}, method="post"),
    "payments:grant_new": Route(OFFICE),
    "payments:grant": Route({*OFFICE, "auditor"}, of=grant),
    "payments:grant_step": Route({*OFFICE, "auditor"}, 409, method="post", of=grant, data=NO_STEP),
    "payments:grant_edit": Route(OFFICE, of=grant),
    "payments:grant_act": Route({"treasurer"}, of=lambda w: (grant(w), "avenant")),
    "payments:grant_row_add": Route(OFFICE, of=lambda w: (grant(w), "echeances")),
    "payments:grant_row": Route(OFFICE, of=grant_row),
    "payments:grant_row_remove": Route(OFFICE, 302, method="post", of=grant_row),
    "payments:cost_list": Route({*OFFICE, "auditor"}),
    "payments:cost_list_views": Route({*OFFICE, "auditor"}, 302, method="post", data=NO_STEP),
    "payments:cost_list_export": Route({*OFFICE, "auditor"}, method="post"),
    "payments:cost_new": Route(OFFICE),
    "payments:cost_edit": Route(OFFICE, of=lambda w: RunningCostFactory().pk),
    "payments:cost_remove": Route(OFFICE, 302, method="post", of=lambda w: RunningCostFactory().pk),
    "payments:mandate_list": Route({*OFFICE, "auditor", "admin"}),
    "payments:mandate_list_views": Route({*OFFICE, "auditor", "admin"}, 302, method="post", data=NO_STEP),
    "payments:mandate_list_export": Route({*OFFICE, "auditor", "admin"}, method="post"),
    "payments:mandate_new": Route({"staff", "admin"}),
    "payments:mandate_edit": Route({"staff", "admin"}, of=mandate),
    "payments:board_paid": Route({*OFFICE, "auditor"}, of=lambda w: 2026),
    "payments:board_paid_views": Route({*OFFICE, "auditor"}, 302, method="post", data=NO_STEP, of=lambda w: 2026),
    "payments:board_paid_export": Route({*OFFICE, "auditor"}, method="post", of=lambda w: 2026),
    "payments:run_board": Route({*OFFICE, "auditor"}, of=run),
    "payments:sample_list": Route({"treasurer", "auditor"}),
    "payments:sample_list_views": Route({"treasurer", "auditor"}, 302, method="post", data=NO_STEP),
    "payments:sample_list_export": Route({"treasurer", "auditor"}, method="post"),
    "payments:sample_draw": Route({"treasurer", "auditor"}),
    "payments:sample": Route({"treasurer", "auditor"}, of=sample),
    "payments:sample_file": Route({"treasurer", "auditor"}, 302, method="post", of=sample),
    "payments:access_list": Route({"treasurer", "auditor"}),
    "payments:access_list_views": Route({"treasurer", "auditor"}, 302, method="post", data=NO_STEP),
    "payments:access_list_export": Route({"treasurer", "auditor"}, method="post"),
    "payments:account_changes": Route({"treasurer", "auditor"}),
    "payments:account_changes_views": Route({"treasurer", "auditor"}, 302, method="post", data=NO_STEP),
    "payments:account_changes_export": Route({"treasurer", "auditor"}, method="post"),
    "reports:dashboard": Route(EVERYBODY - {"referent"}),
    "reports:review_list": Route(REVIEWING),
    "reports:review_list_views": Route(REVIEWING, 302, method="post", data=NO_STEP),
    "reports:review_list_export": Route(REVIEWING, method="post"),
    "reports:review_list_bulk": Route(REVIEWING, method="post"),
    "reports:review": Route(REVIEWING, of=review),
    "reports:review_section": Route(
        DECLARING, 302, method="post", of=lambda w: (review(w), "plans"), data={"plans": "", "version": "0"}
    ),
    "reports:review_gate": Route(DECLARING, of=review),
    "reports:objective_add": Route(DECLARING, 302, method="post", of=review),
    "reports:objective_remove": Route(DECLARING, 302, method="post", of=own_objective),
    "reports:review_step": Route(REVIEWING, 409, method="post", of=review, data=NO_STEP),
    "reports:review_remind": Route(OFFICE, 409, method="post", of=lambda w: TeamReviewFactory().pk),
    "reports:review_pdf": Route(REVIEWING, of=review),
    "reports:review_settings": Route({"admin"}),
    "reports:of_team": Route(REVIEWING, of=team),
    "reports:review_ask": Route(OFFICE, 409, method="post", of=team),
    "reports:report_list": Route(EVERYBODY - {"referent"}),
    "reports:report_list_views": Route(EVERYBODY - {"referent"}, 302, method="post", data=NO_STEP),
    "reports:report_list_export": Route(EVERYBODY - {"referent"}, method="post"),
    "reports:report_new": Route(OFFICE),
    "reports:report_schedules": Route(OFFICE),
    "reports:report_schedule_stop": Route(OFFICE, 302, method="post", of=report_schedule),
    "reports:report_templates": Route(OFFICE),
    "reports:report_template_new": Route(OFFICE),
    "reports:report_template": Route(OFFICE, of=report_template),
    "reports:report_template_retire": Route(OFFICE, 302, method="post", of=report_template),
    "reports:report_template_restore": Route(OFFICE, 302, method="post", of=report_template),
    "reports:report": Route(EVERYBODY - {"referent"}, of=sent_report),
    "reports:report_step": Route(EVERYBODY - {"referent"}, 409, method="post", of=sent_report, data=NO_STEP),
    "reports:report_plan": Route(OFFICE, of=draft_report),
    "reports:report_version": Route(EVERYBODY - {"referent"}, of=lambda w: (sent_report(w), 1)),
    "reports:report_file": Route(EVERYBODY - {"referent"}, of=lambda w: (sent_report(w), 1, "pdf")),
    "reports:ars_space": Route({"ars"}),
    "reports:extract_list": Route({"ars", "treasurer", "admin", "auditor"}),
    "reports:extract_ask": Route({"ars"}),
    "reports:extract": Route({"ars", "treasurer", "admin", "auditor"}, of=extract),
    "reports:extract_step": Route(
        {"ars", "treasurer", "admin", "auditor"}, 409, method="post", of=extract, data=NO_STEP
    ),
    "reports:extract_file": Route({"ars"}, of=granted_extract),
    "reports:extract_settings": Route({"admin"}),
    "reports:statement": Route({*OFFICE, "auditor"}, of=grant),
    "reports:statement_edit": Route(OFFICE, of=grant),
    "reports:statement_file": Route({*OFFICE, "auditor"}, of=lambda w: (grant(w), "pdf")),
    "reports:open_data": Route(EVERYBODY - {"referent"}),
    "reports:open_data_csv": Route(EVERYBODY - {"referent"}, of=lambda w: "actions"),
    "reports:open_data_schema": Route(EVERYBODY - {"referent"}, of=lambda w: "equipes"),
    "import_workbook": Route({"admin"}),
    "import_report": Route({"admin"}, of=checked_workbook),
    "import_load": Route({"admin"}, 409, method="post", of=checked_workbook),
}
# Of django-allauth, the same for all roles: what a person who is signed in gets, and what anybody else gets.
ACCOUNT = {
    "account_login": (302, 200),
    "account_logout": (200, 302),
    "account_inactive": (200, 200),
    "account_signup": (302, 200),
    "account_reauthenticate": (200, 302),
    "account_email": (404, 302),
    "account_email_verification_sent": (200, 200),
    "account_change_password": (200, 302),
    "account_set_password": (302, 302),
    "account_reset_password": (200, 200),
    "account_confirm_login_code": (302, 302),
    "account_confirm_email": (200, 200),
    "account_reset_password_from_key_done": (200, 200),
    "account_reset_password_from_key": (200, 200),
    "account_reset_password_done": (200, 200),
    "mfa_index": (200, 302),
    "mfa_authenticate": (302, 302),
    "mfa_reauthenticate": (302, 302),
    "mfa_activate_totp": (302, 302),
    "mfa_deactivate_totp": (404, 302),
    "mfa_view_recovery_codes": (404, 302),
    "mfa_generate_recovery_codes": (302, 302),
    "mfa_download_recovery_codes": (404, 302),
}
KEYS = {
    "account_confirm_email": {"key": "nothing"},
    "account_reset_password_from_key": {"uidb36": "1", "key": "nothing"},
}
FOR_ANYBODY = {"health", "association:attestation_verify", "association:calendar_feed", "association:digest_stop"}
# Own views that are open to whoever is signed in, whatever the role.
WITHOUT_PERMISSION = {
    "home",
    "home_changes",
    "home_figures",
    "health",
    "closed",
    "attestation_verify",
    "calendar_feed",
    "digest_stop",
}


def patterns() -> Iterator[tuple[str, URLPattern]]:
    """Yield every address of the site with its full name."""

    def walk(entries: list[Any], namespace: str) -> Iterator[tuple[str, URLPattern]]:
        for entry in entries:
            if isinstance(entry, URLResolver):
                yield from walk(entry.url_patterns, f"{entry.namespace}:" if entry.namespace else namespace)
            else:
                yield f"{namespace}{entry.name}", entry

    yield from walk(get_resolver().url_patterns, "")


def arguments(route: Route, world: World) -> list[Any]:
    """What stands in the address: one value, or several as a tuple."""
    found = route.of(world) if route.of else ()
    return list(found) if isinstance(found, tuple) else [found]


def ask(client: Client, name: str, route: Route, world: World) -> int:
    url = reverse(name, args=arguments(route, world))
    return int(getattr(client, route.method)(url, route.data or {}).status_code)


def test_every_address_has_a_line_in_the_table() -> None:
    names = {name for name, _ in patterns() if not name.endswith("None")}
    assert names == ROUTES.keys() | ACCOUNT.keys() | FOR_ANYBODY


@pytest.mark.parametrize("role", ROLES)
def test_each_role_gets_what_the_table_says(role: str, world: World, signed_in: Callable[[str], Client]) -> None:
    client = signed_in(role)
    got = {name: ask(client, name, route, world) for name, route in ROUTES.items()}
    assert got == {
        name: route.status if role in route.roles else route.otherwise for name, route in ROUTES.items()
    } | _refused_by_row(role)


def _refused_by_row(role: str) -> dict[str, int]:
    """What the permission opens and the object does not: the auditor sees jobs of others but moves none."""
    return {"association:job_step": 409} if role == "auditor" else {}


def test_nobody_gets_further_than_the_door(world: World) -> None:
    for name, route in ROUTES.items():
        url = reverse(name, args=arguments(route, world))
        response = getattr(Client(), route.method)(url)
        assert response.status_code == 302, name
        assert response.url.startswith(reverse("account_login")), name


@pytest.mark.parametrize("name", ACCOUNT)
def test_pages_of_the_account(name: str, db: None) -> None:
    url = reverse(name, kwargs=KEYS.get(name, {}))
    inside = Client()
    inside.force_login(UserFactory(staff=True))
    assert (inside.get(url).status_code, Client().get(url).status_code) == ACCOUNT[name]


def test_sign_up_is_closed(db: None) -> None:
    page = Client().get(reverse("account_signup"))
    assert "password1" not in page.content.decode()


def test_own_address_cannot_be_changed(users: dict[str, Any], signed_in: Callable[[str], Client]) -> None:
    url = reverse("account_email")
    assert signed_in("staff").post(url, {"action_add": "", "email": "autre@test.example"}).status_code == 404


def test_every_own_view_names_a_permission_that_exists() -> None:
    own = ("association.", "conventions.", "actions.", "payments.", "reports.", "config.")
    for name, pattern in patterns():
        view = pattern.callback
        if view.__module__.startswith(own) and view.__name__ not in WITHOUT_PERMISSION:
            assert getattr(view, "permission", None) in granted(), name


def test_only_named_views_are_open_to_anybody() -> None:
    """The middleware asks for a sign-in everywhere but where a view says otherwise."""
    opened = {name for name, pattern in patterns() if not getattr(pattern.callback, "login_required", True)}
    assert {name for name in opened if not name.startswith(("account_", "mfa_"))} == FOR_ANYBODY


def test_object_of_another_scope_is_not_found(world: World, signed_in: Callable[[str], Client]) -> None:
    elsewhere = TeamFactory(under_convention=True)
    for name in ("association:team", "conventions:of_team", "actions:of_team", "payments:of_team"):
        assert signed_in("referent").get(reverse(name, args=[elsewhere.pk])).status_code == 404, name
    other = ConventionFactory(team=elsewhere, signed=True)
    for name in (
        "conventions:convention",
        "conventions:convention_text",
        "conventions:convention_pdf",
        "conventions:life_of",
        "conventions:amendments_of",
    ):
        assert signed_in("referent").get(reverse(name, args=[other.pk])).status_code == 404, name
    not_theirs = AmendmentFactory(convention=other)
    for name in ("conventions:amendment", "conventions:amendment_pdf"):
        assert signed_in("referent").get(reverse(name, args=[not_theirs.pk])).status_code == 404, name


def test_delegation_sees_its_department_only(world: World) -> None:
    client = Client()
    client.force_login(UserFactory(ars=True, department=DepartmentFactory(code="85")))
    assert client.get(reverse("association:team", args=[world.office.team.pk])).status_code == 404
    assert world.office.team.name not in client.get(reverse("association:team_list")).content.decode()


def test_access_that_has_ended_is_at_the_door(world: World, signed_in: Callable[[str], Client]) -> None:
    client = signed_in("auditor")
    user = world.users["auditor"]
    user.access_until = "2020-01-01"
    user.save()
    assert client.get(reverse("home")).status_code == 302


# Not of a team: what a délégation reads of the whole region, or its own.
OF_NO_TEAM = {
    "association:structure",
    "association:bulk",
    "association:bulk_confirm",
    "reports:open_data_csv",
    "reports:open_data_schema",
    # The report of the table is the region's, transmitted: every délégation reads it, and answers it not.
    "reports:report",
    "reports:report_version",
    "reports:report_file",
    "reports:report_step",
}


def test_delegation_of_another_department_gets_nothing_of_a_team(world: World) -> None:
    client = Client()
    client.force_login(UserFactory(ars=True, department=DepartmentFactory(code="85", name="Vendée")))
    got = {
        name: ask(client, name, route, world)
        for name, route in ROUTES.items()
        if route.of and "ars" in route.roles and name not in OF_NO_TEAM
    }
    assert {name: status for name, status in got.items() if status not in (403, 404)} == {}


def test_pages_of_a_delegation_name_nothing_of_another_department(world: World) -> None:
    client = Client()
    client.force_login(UserFactory(ars=True, department=DepartmentFactory(code="85", name="Vendée")))
    office = world.office
    names = (office.team.name, office.team.code, office.convention.number, *(p.last_name for p in office.people))
    # As words of their own: what is short stands in a token by chance.
    hidden = {word: re.compile(rf"(?<![\w-]){re.escape(escape(word))}(?![\w-])") for word in names}
    for name, route in ROUTES.items():
        if route.of or route.method != "get" or "ars" not in route.roles:
            continue
        for query in ("", "?q=ancenis", "?q=evrard"):
            page = client.get(reverse(name) + query, follow=True).content.decode()
            assert [word for word, seen in hidden.items() if seen.search(page)] == [], name + query


@pytest.mark.parametrize("role", ["ars", "auditor", "referent", "admin"])
def test_no_page_of_a_role_beside_the_treasurer_shows_an_iban(
    role: str, world: World, signed_in: Callable[[str], Client]
) -> None:
    client = signed_in(role)
    for name, route in ROUTES.items():
        if route.method == "get" and role in route.roles:
            answer = client.get(reverse(name, args=arguments(route, world)), follow=True)
            body = answer.getvalue() if answer.streaming else answer.content
            page = "".join(body.decode(errors="replace").split())
            assert not any(iban in page for iban in IBANS), name
            if role == "ars":
                assert "FR76" not in page, name
