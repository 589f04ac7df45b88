"""The health project: what is complete, two people at once, copies, what a submission freezes."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from association.machine import TransitionRefused
from association.models import DossierDocument, FieldChange, HealthProject, RecognitionRequest, Team, User
from association.project_content import Person, ProjectContent, Section
from association.project_diff import Mark, compare, compare_texts
from association.project_sections import SECTIONS, completeness, entries, missing, section_named
from association.registries import history_sources
from association.selectors.project_pages import obstacles_to_submission, progress_of
from association.selectors.projects import completeness_of, project_content, projects_for, section_facts
from association.services.projects import SectionMoved, section_version, start_project, submit_project, write_section
from association.workflow import fire
from tests.factories import MembershipFactory, ProfessionalFactory, TeamFactory, UserFactory
from tests.factories.dossier import ANSWERS, HealthProjectFactory

TODAY = timezone.localdate()


@pytest.fixture
def staff(db: None) -> User:
    return UserFactory(staff=True, full_name="Camille Gestion")


@pytest.fixture
def other(db: None) -> User:
    return UserFactory(staff=True, full_name="Dominique Relais")


def ready(**team: Any) -> HealthProject:
    """Return a complete draft of an ESP CLAP that lacks nothing."""
    from association.models import Theme

    made = TeamFactory(**{"drafting": True, **team})
    for profession in ({"general_practitioner": True}, {"nurse": True}):
        person = ProfessionalFactory(mssante="a@medecin.mssante.fr", **profession)
        MembershipFactory(team=made, professional=person)
    project = HealthProjectFactory(team=made, complete=True)
    project.themes.add(Theme.objects.get_or_create(name="Diabète")[0])
    return project


def write(project: HealthProject, code: str, actor: User, version: int = 0, **values: Any) -> HealthProject:
    return write_section(project=project, code=code, values=values, version=version, actor=actor)


# --- completeness --------------------------------------------------------------------------------------------

COMPLETE: dict[str, Any] = {
    **ANSWERS,
    "people": 2,
    "themes": ("Diabète",),
    "core_missions": "Avis.",
    "territorial_diagnosis": "Peu de spécialistes.",
}


def test_every_section_with_all_answers_is_complete() -> None:
    assert [one.code for one in SECTIONS if missing(one, COMPLETE)] == []


@pytest.mark.parametrize(
    ("code", "without"),
    [
        ("people", {"people": 0}),
        ("problem", {"problem": "  "}),
        ("problem", {"problem_indicators": ""}),
        ("present_ways", {"present_ways": ""}),
        ("means", {"means": ""}),
        ("goals", {"goals_patients": ""}),
        ("goals", {"goals_professionals": ""}),
        ("shared_patients", {"shared_patients": None}),
        ("shared_patients", {"shared_patients": 0}),
        ("scope", {"covers_all_patients": None}),
        ("scope", {"covers_all_patients": False, "patients_concerned": None}),
        ("territory", {"cantons": ""}),
        ("calendar", {"building_from": None}),
        ("calendar", {"submission_planned_on": None}),
        ("calendar", {"starting_on": None}),
        ("themes", {"themes": ()}),
        ("actions", {"action_types": []}),
        ("actions", {"action_types": ["PROJET"]}),
        ("missions_socle", {"core_missions": ""}),
        ("diagnostic", {"territorial_diagnosis": ""}),
    ],
)
def test_section_without_one_answer_says_what_to_do(code: str, without: dict[str, Any]) -> None:
    section = next(one for one in SECTIONS if one.code == code)
    assert len(missing(section, {**COMPLETE, **without})) == 1


@pytest.mark.parametrize("given", [{"communes": ("Ancenis (44003)",)}, {"epcis": ("COMPA",)}, {"cantons": "Ancenis"}])
def test_territory_with_any_of_its_three_is_complete(given: dict[str, Any]) -> None:
    assert missing(section_named("territory", "esp"), given) == ()


def test_scope_of_a_part_with_its_number_is_complete() -> None:
    answers = {"covers_all_patients": False, "patients_concerned": 40}
    assert missing(section_named("scope", "esp"), answers) == ()
    assert [text for _, text in entries(section_named("scope", "esp"), answers)] == ["Non.", "40"]


@pytest.mark.parametrize(("kind", "needed", "seen"), [("esp", 9, 11), ("esp_clap", 11, 11), ("ess", 11, 13)])
def test_kind_of_team_decides_which_sections_are_asked(kind: str, needed: int, seen: int) -> None:
    found = completeness(kind, {})
    assert (sum(one.needed for one in found), len(found)) == (needed, seen)


def test_section_of_an_ess_is_unknown_to_an_esp() -> None:
    with pytest.raises(LookupError):
        section_named("diagnostic", "esp_clap")


def test_facts_for_the_rules_are_the_nine_questions(db: None) -> None:
    facts = section_facts(HealthProjectFactory(complete=True))
    assert (len(facts), all(one.complete for one in facts)) == (9, True)
    assert sum(one.complete for one in section_facts(HealthProjectFactory())) == 1  # who takes part has its own rules


def test_facts_of_read_projects_ask_the_database_nothing(db: None, django_assert_num_queries: Any) -> None:
    for _ in range(3):
        HealthProjectFactory(complete=True)
    read = list(projects_for(UserFactory(staff=True)))
    with django_assert_num_queries(0):
        assert all(len(section_facts(project)) == 9 for project in read)


# --- starting ------------------------------------------------------------------------------------------------


def test_first_version_starts_with_what_the_team_s_page_says(staff: User) -> None:
    team = TeamFactory(accompanied=True, shared_patients=80)
    project = start_project(team=team, actor=staff)
    team.refresh_from_db()
    assert (project.number, project.shared_patients, team.state) == (1, 80, "drafting")


def test_start_asked_twice_gives_the_same_draft(staff: User) -> None:
    team = TeamFactory(drafting=True)
    assert start_project(team=team, actor=staff) == start_project(team=team, actor=staff)


def test_version_after_a_returned_one_is_its_copy(staff: User) -> None:
    returned = HealthProjectFactory(team__to_complete=True, returned=True, complete=True, communes=True)
    copy = start_project(team=returned.team, actor=staff)
    assert (copy.number, copy.state, copy.stamps) == (2, "draft", {})
    assert [getattr(copy, name) for name in HealthProject.ANSWERS] == [
        getattr(returned, name) for name in HealthProject.ANSWERS
    ]
    assert list(copy.communes.all()) == list(returned.communes.all()) != []
    write(copy, "problem", staff, problem="Autre chose.")
    returned.refresh_from_db()
    assert returned.problem == ANSWERS["problem"]


@pytest.mark.parametrize("state", ["registered", "submitted", "recognised", "under_convention", "suspended", "closed"])
def test_start_from_a_wrong_state_is_refused(staff: User, state: str) -> None:
    with pytest.raises(TransitionRefused):
        start_project(team=TeamFactory(**{state: True}), actor=staff)


def test_start_for_an_informal_team_is_refused(staff: User) -> None:
    with pytest.raises(TransitionRefused, match="informelle"):
        start_project(team=TeamFactory(accompanied=True, kind="informelle"), actor=staff)


# --- writing, alone and together -----------------------------------------------------------------------------


def test_section_is_written_and_remembers_who_and_when(staff: User) -> None:
    project = write(HealthProjectFactory(), "problem", staff, problem="Diabète.", problem_indicators="")
    stamp = project.stamps["problem"]
    assert (project.problem, stamp["version"], stamp["by"]) == ("Diabète.", 1, "Camille Gestion")


def test_second_to_save_is_told_and_nothing_is_overwritten(staff: User, other: User) -> None:
    project = HealthProjectFactory()
    write(project, "problem", other, problem="Le texte de Dominique.")
    with pytest.raises(SectionMoved) as told:
        write(project, "problem", staff, problem="Le texte de Camille.")
    assert (told.value.by, told.value.project.problem) == ("Dominique Relais", "Le texte de Dominique.")
    project.refresh_from_db()
    assert project.problem == "Le texte de Dominique."


def test_keeping_one_s_own_leaves_the_other_s_text_in_the_journal(staff: User, other: User) -> None:
    project = write(HealthProjectFactory(), "problem", other, problem="Le texte de Dominique.")
    write(project, "problem", staff, version=1, problem="Le texte de Camille.")
    last = FieldChange.objects.first()
    assert last is not None
    assert (last.before, last.after, last.actor) == ("Le texte de Dominique.", "Le texte de Camille.", staff)
    assert last.team == project.team


def test_two_people_in_two_sections_do_not_meet(staff: User, other: User) -> None:
    project = HealthProjectFactory()
    write(project, "problem", other, problem="L’un.")
    write(project, "means", staff, means="L’autre.")
    project.refresh_from_db()
    assert (project.problem, project.means) == ("L’un.", "L’autre.")


def test_same_words_as_the_other_are_no_conflict(staff: User, other: User) -> None:
    project = HealthProjectFactory()
    write(project, "problem", other, problem="Pareil.")
    assert section_version(write(project, "problem", staff, problem="Pareil."), "problem") == 1


def test_saves_of_one_sitting_are_one_row_of_the_journal(staff: User) -> None:
    project = HealthProjectFactory(problem="Avant.")
    for version, text in enumerate(("P", "Pr", "Problème.")):
        project = write(project, "problem", staff, version=version, problem=text)
    assert list(FieldChange.objects.values_list("before", flat=True)) == ["Avant."]
    project.stamps["problem"]["at"] = (timezone.now() - timedelta(hours=1)).isoformat()
    project.save(update_fields=["stamps"])
    write(project, "problem", staff, version=3, problem="Repris le soir.")
    assert set(FieldChange.objects.values_list("before", flat=True)) == {"Avant.", "Problème."}


def test_every_change_of_a_number_is_in_the_journal(staff: User) -> None:
    project = HealthProjectFactory()
    for version, number in enumerate((100, 120)):
        write(project, "shared_patients", staff, version=version, shared_patients=number)
    assert set(FieldChange.objects.values_list("before", "after")) == {("", "100"), ("100", "120")}


def test_nir_is_refused_and_not_written(staff: User) -> None:
    project = HealthProjectFactory()
    with pytest.raises(ValidationError):
        write(project, "problem", staff, problem="Le 1 85 05 78 006 084 36 vient souvent.")
    project.refresh_from_db()
    assert (project.problem, project.stamps) == ("", {})


def test_submitted_version_is_not_written(staff: User) -> None:
    with pytest.raises(TransitionRefused, match="déposée"):
        write(HealthProjectFactory(submitted=True), "problem", staff, problem="Trop tard.")


def test_role_without_the_permission_is_refused(db: None) -> None:
    with pytest.raises(PermissionDenied):
        write(HealthProjectFactory(), "problem", UserFactory(ars=True), problem="ARS.")


# --- submission ----------------------------------------------------------------------------------------------


def test_submission_freezes_the_version_and_asks_for_recognition(staff: User, settings: Any) -> None:
    draft = ready()
    project = submit_project(team=draft.team, submitted_on=TODAY, actor=staff)
    request = RecognitionRequest.objects.get(project=project)
    assert (project.state, project.submitted_on, project.team.state) == ("submitted", TODAY, "submitted")
    assert request.opinion_due_on == TODAY + timedelta(days=settings.OPINION_DAYS)
    assert DossierDocument.objects.get(team=project.team).kind == "projet"


def test_content_of_a_submitted_version_stays_when_the_team_changes(staff: User) -> None:
    draft = ready()
    project = submit_project(team=draft.team, submitted_on=TODAY, actor=staff)
    before = project_content(project)
    MembershipFactory(team=draft.team)
    project.themes.clear()
    Team.objects.filter(pk=draft.team_id).update(name="Un autre nom")
    assert project_content(HealthProject.objects.get(pk=project.pk)) == before
    assert len(before.people) == 2


@pytest.mark.parametrize("column", ["problem", "number", "submitted_on", "action_types", "content"])
def test_database_refuses_a_change_of_a_submitted_version(db: None, column: str) -> None:
    project = HealthProjectFactory(submitted=True)
    table = HealthProject._meta.db_table
    value = {"number": 7, "submitted_on": "2020-01-01", "action_types": '["RCP"]', "content": "{}"}.get(column, "Autre")
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {column} = %s WHERE id = %s", [value, project.pk])
    with pytest.raises(DatabaseError), transaction.atomic():
        HealthProject.objects.filter(pk=project.pk).delete()


def test_incomplete_draft_is_refused_and_everything_stays(staff: User) -> None:
    draft = ready()
    HealthProject.objects.filter(pk=draft.pk).update(means="")
    with pytest.raises(TransitionRefused, match="Moyens"):
        submit_project(team=draft.team, submitted_on=TODAY, actor=staff)
    draft.refresh_from_db()
    assert (draft.state, RecognitionRequest.objects.count()) == ("draft", 0)


def test_submission_without_a_draft_is_refused(staff: User) -> None:
    with pytest.raises(TransitionRefused, match="pas de projet"):
        submit_project(team=TeamFactory(drafting=True), submitted_on=TODAY, actor=staff)


def test_submission_on_a_day_to_come_is_refused(staff: User) -> None:
    with pytest.raises(ValidationError, match="à venir"):
        submit_project(team=ready().team, submitted_on=TODAY + timedelta(days=1), actor=staff)


def test_submission_before_the_last_one_is_refused(staff: User) -> None:
    draft = ready()
    HealthProject.objects.filter(pk=draft.pk).update(number=2)
    HealthProjectFactory(team=draft.team, returned=True, submitted_on=TODAY)
    with pytest.raises(ValidationError, match="précède"):
        submit_project(team=draft.team, submitted_on=TODAY - timedelta(days=1), actor=staff)


def test_referent_writes_and_does_not_submit(db: None) -> None:
    draft = ready()
    referent = UserFactory(referent=True)
    write(draft, "means", referent, means="Une réunion par semaine.")
    with pytest.raises(TransitionRefused, match="rôle"):
        submit_project(team=draft.team, submitted_on=TODAY, actor=referent)


def test_returned_version_is_followed_and_submitted_again(staff: User) -> None:
    first = submit_project(team=ready().team, submitted_on=TODAY, actor=staff)
    fire(first.team, "ask_complements", actor=staff, comment="Précisez.")
    fire(first, "hand_back", actor=staff, comment="Précisez.")
    RecognitionRequest.objects.update(closed_at=timezone.now())
    second = start_project(team=first.team, actor=staff)
    write(second, "means", staff, means="Deux réunions par mois et un protocole commun.")
    again = submit_project(team=first.team, submitted_on=TODAY, actor=staff)
    found = compare(project_content(HealthProject.objects.get(pk=first.pk)), project_content(again))
    assert [section.code for section in found if section.changed] == ["means"]


# --- what still prevents it ----------------------------------------------------------------------------------


def obstacles(project: HealthProject, people: int = 2) -> list[tuple[str, str]]:
    sections, reader = completeness_of(project, people=people), UserFactory(staff=True)
    return [(one.section, one.sentence) for one in obstacles_to_submission(project, sections, user=reader)]


def test_complete_draft_of_a_complete_team_has_no_obstacle(db: None) -> None:
    assert obstacles(ready()) == []


def test_every_obstacle_is_told_with_its_section(db: None) -> None:
    project = HealthProjectFactory()
    found = obstacles(project, people=0)
    sections = [section for section, _ in found if section]
    assert {"problem", "means", "shared_patients", "calendar", "themes", "actions"} <= set(sections)
    assert len(sections) == len(set(sections))
    assert any("généraliste" in sentence for section, sentence in found if not section)


def test_progress_counts_the_needed_sections_only(db: None) -> None:
    project = HealthProjectFactory(team__kind="esp", complete=True)
    progress = progress_of(completeness_of(project, people=2))
    assert (progress.complete, progress.needed, progress.left) == (9, 9, 0)


# --- comparison ----------------------------------------------------------------------------------------------


def content(text: str, *people: Person) -> ProjectContent:
    sections = (
        Section("people", 1, "Personnes", (), complete=True),
        Section("means", 4, "Moyens", (("", text),), complete=True),
    )
    return ProjectContent("EQ", "Équipe", "ESP", "44", 1, "Déposé", date(2026, 1, 1), "Asso", people, sections)


def test_changed_words_are_marked_on_both_sides() -> None:
    left, right = compare_texts(
        "Réunions mensuelles du médecin.", "Réunions hebdomadaires du médecin et du pharmacien."
    )
    assert [piece.text.strip() for piece in left if piece.mark is Mark.REMOVED] == ["mensuelles"]
    assert [piece.text.strip() for piece in right if piece.mark is Mark.ADDED] == ["hebdomadaires", "et du pharmacien"]


@pytest.mark.parametrize(
    ("before", "after"), [("", ""), ("", "Un texte."), ("Un\n\ntexte  long.", ""), ("a\nb\nc", "a\nd\nc\n"), ("x", "x")]
)
def test_pieces_give_their_text_back(before: str, after: str) -> None:
    left, right = compare_texts(before, after)
    assert ("".join(p.text for p in left), "".join(p.text for p in right)) == (before, after)


def test_sentences_with_only_small_words_in_common_are_replaced_whole() -> None:
    left, right = compare_texts("Réunions en visio toutes les six semaines.", "Un plan pour les situations complexes.")
    assert [len(left), len(right), left[0].mark, right[0].mark] == [1, 1, Mark.REMOVED, Mark.ADDED]


def test_equal_versions_have_no_changed_section() -> None:
    assert not any(section.changed for section in compare(content("A"), content("A")))


def test_member_who_became_certain_is_a_change() -> None:
    expected, certain = (
        Person("Évrard Loïc", "Médecin", "Ancenis", "Libéral", expected=flag) for flag in (True, False)
    )
    people, means = compare(content("A", expected), content("A", certain))
    assert (people.changed, means.changed) == (True, False)


def test_versions_are_in_the_history_of_the_dossier(db: None) -> None:
    project = HealthProjectFactory()
    source = history_sources["association.projects"]
    assert list(source.of_team(project.team)) == [(project.pk, "Projet de santé, version 1")]
