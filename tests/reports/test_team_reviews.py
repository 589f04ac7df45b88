"""Yearly reviews: asked for in January, pre-filled, written, handed in, validated; what is frozen stays."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from association.findings import findings_of
from association.machine import TransitionRefused
from association.models import FieldChange, Membership, OutgoingMail, Role, Team, TransitionLog, User
from association.registries import inbox
from conventions.models import ConventionTerms
from conventions.selectors.life import renewal_warnings_of
from payments.services.runs import approve_run, submit_run
from reports.indicators import Scope, measure
from reports.models import ReviewObjective, ReviewSettings, TeamReview
from reports.periods import parse
from reports.review_hooks import MISSING
from reports.selectors.team_review_figures import figures_by_team, figures_of
from reports.selectors.team_reviews import year_to_ask
from reports.services.team_review_mails import remind_of_review, remind_of_reviews
from reports.services.team_review_writing import (
    SectionMoved,
    add_objective,
    remove_objective,
    section_version,
    write_section,
)
from reports.services.team_reviews import (
    ask_again,
    hand_back_review,
    open_review,
    open_reviews,
    submit_review,
    validate_review,
    waive_review,
)
from reports.team_review_content import YearFigures
from tests.factories import ConventionFactory, ProfessionalFactory, TeamFactory, UserFactory
from tests.factories.dossier import HealthProjectFactory
from tests.factories.reviews import FIGURES, ReviewObjectiveFactory, TeamReviewFactory
from tests.payments.office import JULY, Office

JANUARY = date(2027, 1, 2)
STATES = [state.value for state in TeamReview.State]


@pytest.fixture
def office(db: None) -> Office:
    """Under convention since January 2026; its first member is the referent, with an account and an address."""
    office = Office()
    person = office.people[0]
    person.email = "loic@soins.example"
    person.save()
    Membership.objects.filter(professional=person).update(is_referent=True)
    return office


@pytest.fixture
def referent(office: Office) -> User:
    return UserFactory(role=Role.REFERENT, professional=office.people[0])


@pytest.fixture
def review(office: Office) -> TeamReview:
    """Complete, not handed in yet, of the year in which the team was paid."""
    made = TeamReviewFactory(team=office.team, year=2026, difficulties="Peu de temps.")
    ReviewObjectiveFactory(review=made, place=1, answered=True)
    return made


def in_state(state: str, office: Office) -> TeamReview:
    return TeamReviewFactory(team=office.team, **{state: True})  # type: ignore[no-any-return]


def inbox_of(user: User) -> list[Any]:
    return [item for source in inbox for item in source(user)]


def mails() -> list[tuple[str, str]]:
    return list(OutgoingMail.objects.order_by("pk").values_list("to", "subject"))


# --- asked for -----------------------------------------------------------------------------------------------


def test_january_asks_each_team_under_convention_once(office: Office) -> None:
    TeamFactory(under_convention=True)  # without a convention that year
    HealthProjectFactory(team=office.team, complete=True, accepted=True)
    assert [open_reviews(on=JANUARY), open_reviews(on=JANUARY), open_reviews(on=date(2027, 2, 1))] == [1, 0, 0]
    review = TeamReview.objects.get()
    assert (review.team, review.year, review.due_on) == (office.team, 2026, date(2027, 3, 31))
    assert list(review.objectives.values_list("audience", "statement", "of_project")) == [
        ("patients", "Un bilan annuel pour tous.", True),
        ("professionnels", "Un temps d’échange régulier.", True),
    ]
    assert mails() == [("loic@soins.example", "Bilan 2026 de votre équipe, à remplir")]


def test_machine_that_slept_in_january_catches_up_until_june(office: Office) -> None:
    assert open_reviews(on=date(2027, 7, 1)) == 0
    assert open_reviews(on=date(2027, 6, 20)) == 1
    assert TeamReview.objects.get().due_on == date(2027, 7, 11)


@pytest.mark.parametrize(
    ("dates", "asked"),
    [
        ({"effective_on": date(2026, 12, 31), "ends_on": date(2027, 12, 30)}, 1),
        ({"effective_on": date(2027, 1, 1), "ends_on": date(2027, 12, 31)}, 0),
        ({"effective_on": date(2025, 1, 1), "ends_on": date(2025, 12, 31), "state": "ended"}, 0),
        ({"effective_on": date(2025, 1, 1), "ends_on": date(2026, 1, 1), "state": "ended"}, 1),
        (
            {
                "effective_on": date(2025, 1, 1),
                "ends_on": date(2027, 1, 1),
                "terminated_on": date(2026, 1, 1),
                "state": "terminated",
            },
            0,
        ),
        (
            {
                "effective_on": date(2025, 1, 1),
                "ends_on": date(2027, 1, 1),
                "terminated_on": date(2026, 1, 2),
                "state": "terminated",
            },
            1,
        ),
    ],
)
def test_one_day_under_convention_in_the_year_is_enough(db: None, dates: dict[str, Any], asked: int) -> None:
    state = dates.pop("state", "signed")
    ConventionFactory(
        team=TeamFactory(recognised=True),
        state=state,
        starts_on=dates["effective_on"],
        signed_on=dates["effective_on"],
        **dates,
    )
    assert open_reviews(on=JANUARY) == asked


def test_list_in_a_project_gives_one_objective_each(office: Office) -> None:
    HealthProjectFactory(
        team=office.team,
        accepted=True,
        goals_patients="Nous voulons :\n- dépister\n- suivre\n  mieux",
        submitted_on=JULY,
    )
    open_reviews(on=JANUARY)
    assert list(ReviewObjective.objects.values_list("statement", flat=True)) == [
        "Nous voulons :",
        "dépister",
        "suivre\n  mieux",
    ]


def test_review_is_not_asked_twice_nor_of_a_year_that_runs(office: Office) -> None:
    today = timezone.localdate()
    with pytest.raises(TransitionRefused, match="n’est pas terminée"):
        open_review(team=office.team, year=today.year, actor=office.staff)
    with pytest.raises(TransitionRefused, match="pas sous convention en 2025"):
        open_review(team=office.team, year=2025, actor=office.staff)
    open_review(team=office.team, year=2026, actor=office.staff, on=JANUARY)
    with pytest.raises(TransitionRefused, match="déjà demandé"):
        open_review(team=office.team, year=2026, actor=office.staff, on=JANUARY)


def test_team_has_one_review_a_year(office: Office) -> None:
    TeamReviewFactory(team=office.team)
    with pytest.raises(IntegrityError), transaction.atomic():
        TeamReviewFactory(team=office.team)


def test_year_to_ask_is_the_last_full_one_without_a_review(office: Office) -> None:
    assert year_to_ask(office.team, today=JANUARY) == 2026
    assert year_to_ask(office.team, today=date(2026, 5, 1)) is None
    TeamReviewFactory(team=office.team, year=2026)
    assert year_to_ask(office.team, today=JANUARY) is None


# --- figures -------------------------------------------------------------------------------------------------


def test_figures_are_those_of_the_year(office: Office) -> None:
    for day, reference in ((date(2026, 7, 6), "A-1"), (date(2026, 7, 7), "A-2")):
        action = office.rcp(day, reference=reference, people=3 if reference == "A-1" else 1)
        action.patients_count = 4
        action.save()
    office.rcp(date(2026, 7, 8), reference="A-3", state="declared")
    refused = office.rcp(date(2026, 7, 9), reference="A-4").participations.order_by("pk")[0]
    refused.refused_at, refused.refused_by, refused.refused_reason = timezone.now(), office.staff, "Absente"
    refused.save()
    twin = ProfessionalFactory(merged_into=office.people[0], merged_at=timezone.now())
    office.rcp(date(2026, 7, 10), reference="A-5", people=0).participations.create(
        professional=twin, role="participant"
    )
    approve_run(run=submit_run(run=office.prepared(), actor=office.staff), actor=office.treasurer)
    found = figures_of(office.team.pk, 2026)
    assert dict(found.actions) == {"RCP": 4}
    assert (found.participations, found.professionals, found.patients) == (3 + 1 + 2 + 1, 3, 8)
    due = sum(office.team.due_lines.values_list("amount_cents", flat=True))
    assert due > 0
    assert (found.due_cents, found.paid_cents, found.ceiling_cents) == (due, 0, 10_000_00)
    assert found.use_percent == due * 100 // 10_000_00
    assert figures_of(office.team.pk, 2025) == YearFigures(timezone.localdate(), {}, 0, 0, 0, 0, 0, None)


def test_paid_is_what_confirmed_transfers_settle(office: Office) -> None:
    from association.workflow import fire
    from tests.payments.office import payments_by_person

    office.rcp(date(2026, 7, 6))
    run = approve_run(run=submit_run(run=office.prepared(), actor=office.staff), actor=office.treasurer)
    amounts = payments_by_person(run)
    assert figures_of(office.team.pk, 2026).paid_cents == 0
    payment = run.payments.order_by("pk").first()
    fire(payment, "send", actor=office.treasurer)
    assert figures_of(office.team.pk, 2026).paid_cents == 0
    payment.refresh_from_db()
    fire(payment, "pay", actor=office.treasurer, paid_on=date(2026, 8, 15))
    assert figures_of(office.team.pk, 2026).paid_cents == payment.amount_cents == next(iter(amounts.values()))


def test_ceiling_is_the_one_as_amended_at_the_end_of_the_year(office: Office) -> None:
    ConventionTerms.objects.create(
        convention=office.convention, effective_on=date(2026, 9, 1), ceiling_cents=12_000_00, action_types=["RCP"]
    )
    ConventionTerms.objects.create(
        convention=office.convention, effective_on=date(2027, 1, 1), ceiling_cents=15_000_00, action_types=["RCP"]
    )
    assert figures_of(office.team.pk, 2026).ceiling_cents == 12_000_00
    assert figures_of(office.team.pk, 2027).ceiling_cents == 15_000_00


def test_figures_of_a_region_take_as_many_queries_as_those_of_a_team(
    office: Office, django_assert_num_queries: Any
) -> None:
    teams = [office.team.pk, *(ConventionFactory(signed=True).team_id for _ in range(5))]
    with django_assert_num_queries(6):
        figures_by_team(teams, 2026)
    with django_assert_num_queries(6):
        figures_by_team(teams[:1], 2026)


# --- written -------------------------------------------------------------------------------------------------


def test_section_is_written_by_the_referent_and_the_journal_keeps_it(review: TeamReview, referent: User) -> None:
    fresh = write_section(review=review, code="plans", values={"plans": "Une sage-femme."}, version=0, actor=referent)
    assert (fresh.plans, section_version(fresh, "plans")) == ("Une sage-femme.", 1)
    change = FieldChange.objects.get(field="plans")
    assert (change.after, change.team, change.actor) == ("Une sage-femme.", review.team, referent)


def test_second_writer_is_told_and_overwrites_nothing(review: TeamReview, referent: User, office: Office) -> None:
    code = review.objectives.get().code
    write_section(review=review, code=code, values={"value": "50"}, version=0, actor=referent)
    with pytest.raises(SectionMoved) as moved:
        write_section(review=review, code=code, values={"value": "60"}, version=0, actor=office.staff)
    assert moved.value.by == str(referent)
    assert review.objectives.get().value == "50"
    # The same words are no conflict, and another section is none either.
    write_section(review=review, code=code, values={"value": "50"}, version=0, actor=office.staff)
    write_section(review=review, code="plans", values={"plans": "Autre."}, version=0, actor=office.staff)


def test_nir_is_refused_in_every_text(review: TeamReview, referent: User) -> None:
    for code, name in (
        ("plans", "plans"),
        (review.objectives.get().code, "value"),
        (review.objectives.get().code, "comment"),
    ):
        with pytest.raises(ValidationError):
            write_section(
                review=review, code=code, values={name: "Vu avec 1 85 05 78 006 084 36."}, version=0, actor=referent
            )


def test_section_of_another_review_is_none(review: TeamReview, referent: User) -> None:
    other = ReviewObjectiveFactory()
    with pytest.raises(LookupError):
        write_section(review=review, code=other.code, values={"value": "1"}, version=0, actor=referent)


def test_own_objective_is_added_and_taken_away_the_project_s_stays(review: TeamReview, referent: User) -> None:
    added = add_objective(review=review, actor=referent)
    assert (added.place, added.of_project) == (2, False)
    remove_objective(objective=added, actor=referent)
    with pytest.raises(TransitionRefused, match="vient du projet"):
        remove_objective(objective=review.objectives.get(), actor=referent)


@pytest.mark.parametrize("state", ["submitted", "validated", "waived"])
def test_nothing_is_written_once_it_is_handed_in(state: str, office: Office, referent: User) -> None:
    review = in_state(state, office)
    with pytest.raises(TransitionRefused, match="ne se modifie plus"):
        write_section(review=review, code="plans", values={"plans": "Trop tard."}, version=0, actor=referent)
    with pytest.raises(TransitionRefused, match="ne se modifie plus"):
        add_objective(review=review, actor=referent)


# --- states --------------------------------------------------------------------------------------------------


def test_review_is_handed_in_with_its_figures_then_validated(
    review: TeamReview, referent: User, office: Office
) -> None:
    office.rcp(date(2026, 7, 6))
    handed_in = submit_review(review=review, actor=referent)
    office.rcp(date(2026, 7, 7))
    assert YearFigures.from_json(handed_in.figures).actions_count == 1
    assert handed_in.objectives.get().frozen
    validated = validate_review(review=handed_in, actor=office.staff)
    assert (validated.state, validated.validated_on) == ("validated", timezone.localdate())
    assert TransitionLog.objects.filter(object_id=review.pk, transition__in=["submit", "validate"]).count() == 2


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda review: review.objectives.update(value="", result=""), "sans valeur ni résultat"),
        (lambda review: review.objectives.all().delete(), "au moins un objectif"),
        (lambda review: review.objectives.update(statement=" "), "n'a pas de texte"),
        (lambda review: TeamReview.objects.filter(pk=review.pk).update(difficulties=" "), "difficultés"),
    ],
)
def test_incomplete_review_is_not_handed_in(review: TeamReview, referent: User, spoil: Any, said: str) -> None:
    spoil(review)
    with pytest.raises(TransitionRefused, match=said):
        submit_review(review=review, actor=referent)
    review.refresh_from_db()
    assert (review.state, review.figures) == ("to_fill", None)


def test_handed_back_review_is_written_again_and_its_figures_are_counted_again(
    review: TeamReview, referent: User, office: Office
) -> None:
    handed_in = submit_review(review=review, actor=referent)
    back = hand_back_review(review=handed_in, reason="Précisez la valeur.", due_on=None, actor=office.staff)
    assert back.due_on > timezone.localdate()
    assert mails()[-1] == ("loic@soins.example", "Bilan 2026 de votre équipe, à revoir")
    assert "Précisez la valeur." in OutgoingMail.objects.latest("pk").body
    code = back.objectives.get().code
    write_section(review=back, code=code, values={"value": "45"}, version=0, actor=referent)
    office.rcp(date(2026, 7, 6))
    again = submit_review(review=back, actor=referent)
    assert YearFigures.from_json(again.figures).actions_count == 1


def test_reason_is_asked_to_hand_back_and_to_waive(office: Office) -> None:
    with pytest.raises(TransitionRefused, match="motif"):
        hand_back_review(review=in_state("submitted", office), reason=" ", due_on=None, actor=office.staff)
    other = TeamReviewFactory()
    with pytest.raises(TransitionRefused, match="motif"):
        waive_review(review=other, reason="", actor=office.staff)


def test_past_day_is_refused_to_hand_back(office: Office) -> None:
    with pytest.raises(ValidationError):
        hand_back_review(
            review=in_state("submitted", office), reason="À revoir.", due_on=date(2026, 1, 1), actor=office.staff
        )


STEPS: dict[str, tuple[set[str], Any]] = {
    "submit": ({"to_fill", "returned"}, lambda review, office: submit_review(review=review, actor=office.staff)),
    "validate": ({"submitted"}, lambda review, office: validate_review(review=review, actor=office.staff)),
    "hand_back": (
        {"submitted"},
        lambda review, office: hand_back_review(review=review, reason="Non.", due_on=None, actor=office.staff),
    ),
    "waive": (
        {"to_fill", "returned"},
        lambda review, office: waive_review(review=review, reason="Dissoute.", actor=office.staff),
    ),
    "ask_again": ({"waived"}, lambda review, office: ask_again(review=review, due_on=None, actor=office.staff)),
}


@pytest.mark.parametrize(
    ("step", "state"),
    [(step, state) for step, (sources, _) in STEPS.items() for state in STATES if state not in sources],
)
def test_step_is_refused_from_every_wrong_state(step: str, state: str, office: Office) -> None:
    review = in_state(state, office)
    with pytest.raises(TransitionRefused):
        STEPS[step][1](review, office)
    review.refresh_from_db()
    assert review.state == state


def test_team_neither_validates_nor_waives_nor_asks(office: Office, referent: User) -> None:
    handed_in = in_state("submitted", office)
    for refused in (
        lambda: validate_review(review=handed_in, actor=referent),
        lambda: hand_back_review(review=handed_in, reason="Non.", due_on=None, actor=referent),
    ):
        with pytest.raises(TransitionRefused, match="rôle"):
            refused()
    with pytest.raises(PermissionDenied):
        open_review(team=office.team, year=2026, actor=referent, on=JANUARY)


# --- what the database refuses -------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["submitted", "validated"])
@pytest.mark.parametrize("change", [{"plans": "Autre."}, {"figures": {}}, {"year": 2024}, {"submitted_on": JULY}])
def test_handed_in_review_is_frozen_by_the_database(state: str, change: dict[str, Any], office: Office) -> None:
    review = in_state(state, office)
    with pytest.raises(IntegrityError), transaction.atomic():
        TeamReview.objects.filter(pk=review.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        review.delete()


def test_validated_review_has_no_way_back_in_the_database(office: Office) -> None:
    review = in_state("validated", office)
    with pytest.raises(IntegrityError), transaction.atomic():
        TeamReview.objects.filter(pk=review.pk).update(state="returned")


def test_objectives_of_a_handed_in_review_are_frozen(review: TeamReview, referent: User) -> None:
    submit_review(review=review, actor=referent)
    with pytest.raises(IntegrityError), transaction.atomic():
        review.objectives.update(value="99")
    with pytest.raises(IntegrityError), transaction.atomic():
        review.objectives.all().delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        ReviewObjectiveFactory(review=review, place=9)


# --- reminders -----------------------------------------------------------------------------------------------


def test_reminders_go_once_each_on_their_day(review: TeamReview) -> None:
    due = review.due_on  # 31 March 2026
    assert remind_of_reviews(on=date(2026, 3, 15)) == 0
    assert [remind_of_reviews(on=date(2026, 3, 16)), remind_of_reviews(on=date(2026, 3, 17))] == [1, 0]
    assert [remind_of_reviews(on=date(2026, 4, 20)), remind_of_reviews(on=date(2026, 4, 20))] == [1, 0]
    review.refresh_from_db()
    assert (review.reminded_for, review.due_on) == (date(2026, 4, 15), due)
    assert [subject for _, subject in mails()] == [
        "Bilan 2026 de votre équipe, bientôt attendu",
        "Bilan 2026 de votre équipe, en retard",
    ]


@pytest.mark.parametrize("state", ["submitted", "validated", "waived"])
def test_nobody_is_reminded_of_what_is_not_awaited(state: str, office: Office) -> None:
    in_state(state, office)
    assert remind_of_reviews(on=date(2026, 5, 20)) == 0


def test_reminder_by_hand_goes_once_a_day(review: TeamReview, office: Office) -> None:
    assert remind_of_review(review=review, actor=office.staff) == 1
    with pytest.raises(TransitionRefused, match="déjà été relancée aujourd’hui"):
        remind_of_review(review=review, actor=office.staff)


def test_team_without_address_is_told(db: None) -> None:
    with pytest.raises(TransitionRefused, match="adresse"):
        remind_of_review(review=TeamReviewFactory(), actor=UserFactory(staff=True))


def test_settings_move_the_due_date_of_the_next_ones_only(review: TeamReview, office: Office) -> None:
    ReviewSettings.objects.create(due_month=2, due_day=15)
    assert open_review(
        team=ConventionFactory(signed=True).team, year=2026, actor=office.staff, on=JANUARY
    ).due_on == date(2027, 2, 15)
    review.refresh_from_db()
    assert review.due_on == date(2026, 3, 31)


# --- what others are told ------------------------------------------------------------------------------------


def test_missing_review_warns_on_the_dossier_and_before_a_renewal_and_blocks_nothing(
    review: TeamReview, office: Office, referent: User
) -> None:
    team = Team.objects.get(pk=office.team.pk)
    found = [one for one in findings_of(team) if one.code == MISSING]
    assert [(one.level.value, one.blocks_from) for one in found] == [("warning", None)]
    assert "Le bilan 2026 était attendu le 31/03/2026" in found[0].sentence
    assert [said for said in renewal_warnings_of(office.convention) if "bilan 2026" in said]
    submit_review(review=review, actor=referent)
    assert [one for one in findings_of(team) if one.code == MISSING] == []
    assert renewal_warnings_of(office.convention) == []


def test_review_that_is_not_late_warns_of_nothing(office: Office) -> None:
    TeamReviewFactory(team=office.team, due_on=timezone.localdate())
    assert [one for one in findings_of(office.team) if one.code == MISSING] == []


def test_inbox_leads_each_to_what_is_theirs(review: TeamReview, office: Office, referent: User) -> None:
    assert "Bilan 2026 à remplir" in [item.title for item in inbox_of(referent)]
    assert "Bilans annuels en retard" in [item.title for item in inbox_of(office.staff)]
    submit_review(review=review, actor=referent)
    assert "Bilans annuels à valider" in [item.title for item in inbox_of(office.staff)]
    assert "Bilan 2026 à remplir" not in [item.title for item in inbox_of(referent)]


def test_reviews_are_seen_by_their_team_and_the_office(review: TeamReview, office: Office, referent: User) -> None:
    TeamReviewFactory()
    seen = {
        who: TeamReview.objects.visible_to(user).count()
        for who, user in {
            "staff": office.staff,
            "referent": referent,
            "other": UserFactory(role=Role.REFERENT, professional=ProfessionalFactory()),
            "ars": UserFactory(ars=True),
            "admin": office.admin,
        }.items()
    }
    assert seen == {"staff": 2, "referent": 1, "other": 0, "ars": 0, "admin": 0}


def test_counts_for_the_report_leave_the_waived_out(office: Office) -> None:
    states = ["to_fill", "submitted", "returned", "validated", "waived"]
    for state in states:
        made = TeamReviewFactory(team=TeamFactory(under_convention=True, department=office.team.department))
        ReviewObjectiveFactory(review=made, answered=True)
        ReviewObjectiveFactory(review=made)
        ReviewObjectiveFactory(review=made, result="non_suivi")
        if state != "to_fill":
            fields = {"submitted_on": JULY, "validated_on": JULY, "figures": FIGURES.to_json()}
            TeamReview._base_manager.filter(pk=made.pk).update(state=state, **fields)
    TeamReviewFactory(year=2024)
    told = measure(Scope("44"), parse("2025"))
    keys = ("reviews.expected", "reviews.received", "reviews.validated", "reviews.missing", "objectives.all")
    assert [told[key].value for key in keys] == [4, 2, 1, 2, 3]
    assert told["objectives.followed"].value == 1
    assert told["reviews.share"].value == 500  # tenths of a per cent
    assert measure(Scope(), parse("2026-T2"))["reviews.expected"].value == 4  # 2025 is the last year that is over
    assert measure(Scope(), parse("2023"))["reviews.expected"].value == 0
