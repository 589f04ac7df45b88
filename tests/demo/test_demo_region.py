"""What a demo region holds: invented people with right keys, real places, states of every kind, money that adds up."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import models, transaction
from django.db.models import Sum
from django.utils import timezone
from pypdf import PdfReader

from actions.models import Action, Evidence, Participation
from actions.scans.reading import codes_by_page
from association.documents import verified_path
from association.fields import ProseField, WordsField
from association.identifiers import clean_iban, contains_nir, rna, rpps_key_is_valid, siret
from association.models import (
    Commune,
    Company,
    DossierDocument,
    Membership,
    MembershipPeriod,
    Professional,
    Team,
    TeamStructure,
    TransitionLog,
    User,
)
from association.nomenclature import MemberStatus, PracticeMode, Profession
from association.selectors.documents import document_list
from association.uploads import check_upload
from association.workflow import machines
from config.demo import Summary
from config.demo.casting import Oddity
from config.demo.span import shift
from conventions.models import Adhesion, Convention
from payments.models import Account, DueLine, Exclusion, LineKind, Payment, Run
from payments.selectors.ledger import prove, total
from payments.services.runs import prepare_run
from reports.models import TeamReview
from tests.demo.conftest import SPAN, TEAMS

CEILING_CENTS = 10_000_00


@pytest.fixture
def last_run(region: Summary) -> Iterator[Run]:
    """Return the draft of the last month, prepared on the demo region and taken back afterwards."""
    with transaction.atomic():
        yield prepare_run(month=SPAN.last, actor=User.objects.get(email="gestion@demo.example"))
        transaction.set_rollback(True)


def test_region_has_the_teams_asked_for(region: Summary) -> None:
    assert (region.teams, Team.objects.count()) == (TEAMS, TEAMS)
    assert region.professionals == Professional.objects.count() > TEAMS * 8


def test_rpps_are_valid_and_of_nobody(region: Summary) -> None:
    numbers = list(Professional.objects.values_list("rpps", flat=True))
    assert [number for number in numbers if not rpps_key_is_valid(number) or not number.startswith("109")] == []
    assert len(set(numbers)) == len(numbers)


def test_ibans_are_valid_and_different(region: Summary) -> None:
    ibans = [account.iban for account in Account.objects.all()]
    assert [clean_iban(iban) for iban in ibans] == ibans
    assert len(set(ibans)) == len(ibans)


def test_every_account_has_a_bic_and_a_holder(region: Summary) -> None:
    assert not Account.objects.filter(models.Q(bic="") | models.Q(holder="")).exists()


def test_companies_and_structures_have_valid_numbers(region: Summary) -> None:
    for number in Company.objects.values_list("siret", flat=True):
        siret(number)
    for structure in TeamStructure.objects.exclude(rna=""):
        rna(structure.rna)
    assert Company.objects.filter(name__contains="PHARMACIE").exists()


def test_addresses_are_reserved_for_examples(region: Summary) -> None:
    assert not Professional.objects.exclude(email="").exclude(email__endswith="@demo.example").exists()
    assert not Professional.objects.exclude(mssante="").exclude(mssante__endswith="@demo.mssante.example").exists()


def test_every_commune_is_of_the_region(region: Summary) -> None:
    used = Commune.objects.filter(
        models.Q(teams__isnull=False) | models.Q(professional__isnull=False) | models.Q(membershipperiod__isnull=False)
    )
    assert set(used.values_list("department__region_id", flat=True)) == {settings.REGION}
    assert not Team.objects.exclude(department__region_id=settings.REGION).exists()


def test_texts_name_no_patient(region: Summary) -> None:
    found = []
    for model in (Team, Professional, Company, Action, Participation, Convention, Account, Payment):
        names = [f.name for f in model._meta.fields if isinstance(f, WordsField | ProseField)]
        for row in model._base_manager.order_by().values_list(*names).distinct():
            found += [text for text in row if contains_nir(text) or re.search(r"patient|\d{6}", text, re.IGNORECASE)]
    assert found == []


def test_names_keep_accents_hyphens_and_particles(region: Summary) -> None:
    names = {f"{p.first_name} {p.last_name}" for p in Professional.objects.all()}
    assert any("é" in name for name in names)
    assert any("-" in name for name in names)
    assert any(" Le " in name for name in names)


def test_every_esp_clap_team_has_a_gp(region: Summary) -> None:
    with_gp = Membership.objects.filter(professional__is_general_practitioner=True).values("team")
    assert not Team.objects.filter(kind="esp_clap").exclude(pk__in=with_gp).exists()


def test_teams_are_in_every_state_and_of_every_kind(region: Summary) -> None:
    assert set(Team.objects.values_list("state", flat=True)) == set(Team.State.values)
    assert set(Team.objects.values_list("kind", flat=True)) == {"informelle", "esp", "esp_clap", "ess"}
    assert Team.objects.filter(state=Team.State.UNDER_CONVENTION).count() > TEAMS // 2


def test_conventions_and_adhesions_are_in_every_state(region: Summary) -> None:
    assert set(Convention.objects.values_list("state", flat=True)) == set(Convention.State.values)
    assert set(Adhesion.objects.values_list("state", flat=True)) == set(Adhesion.State.values)


def test_signed_conventions_have_not_run_out(region: Summary) -> None:
    signed = Convention.objects.filter(state=Convention.State.SIGNED)
    assert not signed.filter(ends_on__lt=SPAN.end).exists()


def test_members_practise_and_belong_in_every_way(region: Summary) -> None:
    assert set(MembershipPeriod.objects.values_list("mode", flat=True)) == set(PracticeMode.values)
    assert set(MembershipPeriod.objects.values_list("status", flat=True)) == set(MemberStatus.values)
    assert Membership.objects.filter(left_on__isnull=False).exists()
    assert set(Professional.objects.values_list("profession", flat=True)) == set(Profession.values)
    of_two = Professional.objects.annotate(teams=models.Count("memberships__team", distinct=True))
    assert of_two.filter(teams__gt=1).exists()


def test_actions_are_in_every_state_that_a_declared_one_has(region: Summary) -> None:
    undeclared = {Action.State.DRAFT, Action.State.DISCARDED}
    assert set(Action.objects.values_list("state", flat=True)) == set(Action.State.values) - undeclared
    assert Participation.objects.filter(refused_at__isnull=False).count() < Participation.objects.count() / 50


def test_every_stateful_row_has_its_log_row(region: Summary) -> None:
    for model in machines():
        entered = TransitionLog.objects.filter(content_type__model=model._meta.model_name, from_state="")
        assert entered.count() == model._base_manager.count(), model


def test_referent_follows_a_team(region: Summary) -> None:
    referent = User.objects.get(email="referent@demo.example")
    assert Team.objects.visible_to(referent).exists()


@pytest.mark.parametrize("by", ["beneficiary", "team"])
def test_every_run_proves_itself(region: Summary, by: str) -> None:
    runs = list(Run.objects.order_by("id"))
    assert [run.state for run in runs] == [Run.State.SETTLED] * 3
    for run in runs:
        proofs = prove(run, by=by)
        assert all(proof.holds for proof in proofs.values())
        assert total(proofs).paid == run.paid_cents > 0


def test_opening_run_is_paid_and_unpriced(region: Summary) -> None:
    opening = Run.objects.get(kind=Run.Kind.OPENING)
    assert opening.month == SPAN.opening[-1]
    assert not opening.lines.exclude(kind=LineKind.INITIAL, price=None, cut_by="").exists()
    assert not opening.lines.exclude(held_on__lt=shift(SPAN.last, -2)).exists()
    assert not opening.lines.exclude(price_cents=models.F("amount_cents")).exists()
    assert set(opening.payments.values_list("state", "account")) == {(Payment.State.PAID, None)}
    assert {day.day for day in opening.payments.values_list("paid_on", flat=True)} == {15}


def test_payments_are_the_sum_of_their_lines(region: Summary) -> None:
    payments = Payment.objects.exclude(state=Payment.State.RETURNED).annotate(
        sum=Sum("allocations__line__amount_cents")
    )
    assert not payments.exclude(amount_cents=models.F("sum")).exists()


def test_no_team_is_paid_above_its_ceiling(region: Summary) -> None:
    sums = DueLine.objects.values("team", "held_on__year").annotate(cents=Sum("amount_cents"))
    assert max(row["cents"] for row in sums) <= CEILING_CENTS


def test_something_was_reversed_and_something_came_back(region: Summary) -> None:
    assert DueLine.objects.filter(kind=LineKind.REVERSAL).exists()
    assert Payment.objects.filter(state=Payment.State.RETURNED).count() == 1


def test_no_payment_of_the_demo_is_dated_before_its_approval_or_what_was_asked_of_the_bank(region: Summary) -> None:
    paid = Payment.objects.exclude(run__kind=Run.Kind.OPENING).exclude(paid_on=None).select_related("run")
    assert {payment.run.month for payment in paid} == set(SPAN.settled)
    for payment in paid:
        asked = payment.run.exports.get().execution_on
        assert timezone.localdate(payment.run.approved_at) <= asked <= payment.paid_on <= SPAN.end
        assert payment.run.last_day < timezone.localdate(payment.run.submitted_at)
    back = Payment.objects.get(state=Payment.State.RETURNED)
    assert back.run.exports.get().execution_on < back.back_on <= SPAN.end


def test_every_step_of_a_settled_month_is_logged_on_its_day(region: Summary) -> None:
    """The history of a run and its transfers reads in the order of the days, none of them that of the seeding."""
    for run in Run.objects.exclude(kind=Run.Kind.OPENING):
        steps = TransitionLog.objects.filter(content_type__model="run", object_id=run.pk).order_by("at", "pk")
        assert [step.to_state for step in steps] == ["draft", "submitted", "approved", "exported", "settled"]
        assert {timezone.localdate(step.at).replace(day=1) for step in steps} == {shift(run.month, 1)}


def test_preparing_the_last_month_finds_every_price(last_run: Run) -> None:
    assert last_run.errors.count() == 0
    assert last_run.lines_count > 0


def test_preparing_the_last_month_shows_every_reason_planted(last_run: Run) -> None:
    planted = {oddity.value for oddity in Oddity if oddity.value.isupper()}
    new = last_run.provisional_exclusions.filter(since=SPAN.last).values_list("reason", flat=True)
    assert set(new) == planted
    frozen = Exclusion.objects.values_list("reason", flat=True)
    assert planted - {"CAP_TEAM", "CAP_COUNT"} <= set(frozen)


def test_preparing_the_last_month_keeps_since_when_it_was_not_paid(last_run: Run) -> None:
    old = last_run.provisional_exclusions.filter(since=SPAN.settled[0])
    assert {"TYPE", "STRUCTURE", "PLURI", "MEMBER", "LIBERAL", "SIGNATURE"} <= set(old.values_list("reason", flat=True))


def test_preparing_the_last_month_pays_the_late_and_takes_back_the_cancelled(last_run: Run) -> None:
    lines = last_run.provisional_lines
    assert lines.filter(kind=LineKind.REVERSAL, held_on__lt=SPAN.last).exists()
    assert lines.filter(kind=LineKind.INITIAL, held_on__lt=shift(SPAN.last, -1)).exists()
    assert lines.filter(cut_by="CAP_TEAM").exists()


def test_some_beneficiaries_wait_for_an_account(region: Summary) -> None:
    assert set(Account.objects.values_list("state", flat=True)) >= {"verified", "proposed", "suspended"}
    assert region.settled[-1].waiting_cents > 0


# --- dossiers --------------------------------------------------------------------------------------------------


def test_versions_of_projects_follow_the_state_of_their_team(region: Summary) -> None:
    latest = {
        team.state: project.state
        for team in Team.objects.exclude(kind="informelle").order_by("pk")
        if (project := team.projects.order_by("number").last())
    }
    wanted = {
        "drafting": "draft",
        "to_complete": "draft",
        "submitted": "submitted",
        "refused": "returned",
        "recognised": "accepted",
        "under_convention": "accepted",
    }
    assert {state: latest[state] for state in wanted if state in latest} == {
        state: project for state, project in wanted.items() if state in latest
    }
    assert {"drafting", "submitted", "under_convention"} <= latest.keys()


def test_recognised_team_has_the_decision_of_its_day(region: Summary) -> None:
    for team in Team.objects.filter(state__in=["recognised", "under_convention"]):
        decided = team.recognition_requests.get(decision="reconnue")
        assert decided.decided_on == team.recognised_on
        assert decided.letter_reference


def test_team_to_complete_has_points_without_answer(region: Summary) -> None:
    for team in Team.objects.filter(state="to_complete"):
        points = [point for request in team.recognition_requests.all() for point in request.points.all()]
        assert any(point.answered_at is None for point in points)
        assert any(point.answered_at for point in points)


def test_most_teams_under_convention_lack_nothing_that_blocks(region: Summary) -> None:
    teams = Team.objects.filter(state="under_convention")
    blocked = teams.filter(findings__level="blocking").distinct().count()
    assert 0 < blocked < teams.count() / 2


def test_actions_that_wait_have_their_sheet_as_paper_or_picture(region: Summary) -> None:
    pieces = Evidence.objects.select_related("action", "document")
    assert {piece.document.content_type for piece in pieces} == {"application/pdf", "image/png"}
    assert {piece.action.held_on.replace(day=1) for piece in pieces} == {region.last_month}
    for piece in pieces[:3]:
        content = verified_path(piece.document).read_bytes()
        codes = codes_by_page(content, piece.document.content_type)
        assert codes == [[piece.action.reference]]


def test_dossiers_hold_papers_that_open_and_say_that_they_are_invented(region: Summary) -> None:
    every = DossierDocument.objects.select_related("document", "team")
    assert {paper.kind for paper in every} == {"courrier", "statuts", "autre"}
    papers = every.exclude(kind="autre")  # sheets of actions: test_actions_that_wait_have_their_sheet
    for paper in papers:
        content = verified_path(paper.document).read_bytes()
        check_upload(SimpleUploadedFile(paper.document.filename, content))
        said = PdfReader(io.BytesIO(content)).pages[0].extract_text()
        assert "tout y est inventé" in said
        assert paper.team.code in said
        assert paper.filed_at <= timezone.now()
    letters = papers.filter(kind="courrier")
    assert {letter.document.permission for letter in letters} == {"association.view_recognition"}
    assert set(document_list(User.objects.get(email="ars@demo.example"))) == set(letters)


def test_reviews_of_the_year_before_are_in_every_state(region: Summary) -> None:
    reviews = TeamReview.objects.all()
    assert set(reviews.values_list("state", flat=True)) == {state.value for state in TeamReview.State}
    assert set(reviews.values_list("year", flat=True)) == {SPAN.last.year - 1}
    own = reviews.visible_to(User.objects.get(email="referent@demo.example"))
    assert [one.state for one in own] == ["to_fill"] * len(own)
    for review in reviews.filter(state="validated"):
        assert review.figures["actions"] is not None
        assert all(one.frozen and one.is_followed for one in review.objectives.all())
