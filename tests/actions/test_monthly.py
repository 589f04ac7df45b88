"""A month's actions from a spreadsheet: the template takes what it hands out, every fault at once, nothing twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import Workbook, load_workbook

from actions.models import Action, ActionSettings, Participation
from actions.monthly.checking import check_month, read_month
from actions.monthly.jobs import report_of
from actions.monthly.loading import load_month
from actions.monthly.template import write_template
from actions.services import discard_draft
from actions.services.monthly import request_month_check, request_month_loading
from association.documents import XLSX
from association.jobs import run_job
from association.machine import TransitionRefused
from association.models import Document, MembershipPeriod, User
from association.workbook import Report
from tests.factories import TeamFactory, UserFactory
from tests.payments.office import JULY, Office
from tests.web.conftest import plain

pytestmark = pytest.mark.django_db
FIXED = ("Date", "Type", "N°", "Modalité", "Durée (min)", "Thématique", "Patients concernés")
STATEMENT = "Non financée par ailleurs"


@pytest.fixture
def office(db: None) -> Office:
    return Office()


def header(office: Office, place: int) -> str:
    person = office.people[place]
    return f"{person} {person.rpps}"


def row(office: Office, day: int = 6, people: str = "PP", **changes: Any) -> dict[str, Any]:
    said: dict[str, Any] = {"Date": date(2026, 7, day), "Type": "RCP", STATEMENT: "oui"}
    said |= {header(office, place): role for place, role in enumerate(people) if role != " "}
    return said | changes


@pytest.fixture
def filled(office: Office, tmp_path: Path) -> Callable[..., Path]:
    """The template of July, filled in with rows; ``sheet`` renames it."""

    def fill(*rows: dict[str, Any], sheet: str = "T1") -> Path:
        buffer = BytesIO()
        write_template(buffer, teams=[office.team], month=JULY)
        book = load_workbook(buffer)
        page = book["T1"]
        places = {cell.value: cell.column for cell in page[1]}
        for number, said in enumerate(rows, start=2):
            for name, value in said.items():
                place = places.setdefault(name, len(places) + 1)
                page.cell(row=1, column=place, value=name).data_type = "s"
                page.cell(row=number, column=place, value=value)
        page.title = sheet
        path = tmp_path / "juillet.xlsx"
        book.save(path)
        return path

    return fill


def checked(path: Path, user: User, *, declare: bool = True) -> Report:
    return check_month(read_month(path, user=user), declare=declare, user=user, advance=lambda: None)


def loaded(path: Path, actor: User, *, declare: bool = True) -> Report:
    return load_month(path, declare=declare, actor=actor, total=lambda _: None, advance=lambda: None)


def places(report: Report) -> list[tuple[int, str]]:
    return [(found.row, found.column) for found in report.faults]


def test_template_has_a_column_per_member_and_lists_to_choose_from(office: Office) -> None:
    buffer = BytesIO()
    write_template(buffer, teams=[office.team], month=JULY)
    sheet = load_workbook(buffer)["T1"]
    heads = [cell.value for cell in sheet[1]]
    assert heads[:8] == [*FIXED, STATEMENT]
    assert set(heads[8:]) == {header(office, place) for place in range(3)}
    assert all(cell.data_type == "s" for cell in sheet[1])  # =Duval is a name, not a formula
    lists = [rule.formula1 for rule in sheet.data_validations.dataValidation if rule.type == "list"]
    assert '"P,R"' in lists
    assert any("RCPP" in one for one in lists)


def test_empty_template_is_sound_and_brings_nothing(office: Office, filled: Callable[..., Path]) -> None:
    report = checked(filled(), office.staff)
    assert report.is_sound
    assert report.changes_nothing
    assert not report.warnings


def test_rows_become_declared_actions_with_their_roles(office: Office, filled: Callable[..., Path]) -> None:
    path = filled(row(office, people="PR", Thématique="Diabète"), row(office, day=7, people="P P"))
    assert checked(path, office.staff).is_sound
    assert not Action.objects.exists()  # a check writes nothing
    report = loaded(path, office.staff)
    assert report.loaded
    first, second = Action.objects.order_by("held_on")
    assert (first.state, first.theme, first.declared_by) == ("declared", "Diabète", office.staff)
    assert dict(first.participations.values_list("professional__last_name", "role")) == {
        "Évrard": "participant",
        "Le Goff": "redacteur",
    }
    assert second.participations.count() == 2


def test_same_workbook_twice_creates_nothing_twice(office: Office, filled: Callable[..., Path]) -> None:
    path = filled(row(office), row(office, **{"N°": 2}))
    assert loaded(path, office.staff).loaded
    again = loaded(path, office.staff)
    assert again.changes_nothing
    assert not again.loaded
    assert again.counts["T1"].unchanged == 2
    assert (Action.objects.count(), Participation.objects.count()) == (2, 4)


def test_row_that_was_changed_since_it_was_loaded_is_a_fault_at_its_cell(
    office: Office, filled: Callable[..., Path]
) -> None:
    loaded(filled(row(office)), office.staff)
    report = loaded(filled(row(office, people="PPP", Thématique="Diabète")), office.staff)
    assert set(places(report)) == {(2, "Thématique"), (2, header(office, 2))}
    assert Participation.objects.count() == 2


def test_all_faults_come_in_one_answer_with_their_places_and_nothing_is_written(
    office: Office, filled: Callable[..., Path]
) -> None:
    MembershipPeriod.objects.filter(membership__professional=office.people[2]).update(status="pressenti")
    path = filled(
        row(office, Type="RÉUNION"),
        row(office, day=7, people="P P"),
        row(office, day=8, people=""),
        row(office, day=9, **{STATEMENT: "non"}),
        row(office, day=10),
        row(office, day=10),
        row(office, day=11, people="PZ"),
        row(office, day=12, Thématique="2 55 08 14 168 025 38"),
        row(office, Date=date(2027, 7, 6)),
        row(office, day=13),
    )
    for report in (checked(path, office.staff), loaded(path, office.staff)):
        assert places(report) == [
            (2, "Type"),
            (3, header(office, 2)),
            (4, "Date"),
            (5, STATEMENT),
            (7, "N°"),
            (8, header(office, 1)),
            (9, "Thématique"),
            (10, "Date"),
        ]
    assert not Action.objects.exists()


def test_drafts_ask_for_less_and_are_completed_on_screen(office: Office, filled: Callable[..., Path]) -> None:
    ActionSettings.objects.create(pk=1, required_evidence={"RCP": ["presence"]})
    path = filled(row(office, people="", **{STATEMENT: "non"}), row(office, day=7))
    assert set(places(checked(path, office.staff))) == {(2, "Type"), (2, "Date"), (2, STATEMENT), (3, "Type")}
    assert loaded(path, office.staff, declare=False).loaded
    assert set(Action.objects.values_list("state", flat=True)) == {"draft"}


def test_discarded_draft_can_be_loaded_anew(office: Office, filled: Callable[..., Path]) -> None:
    path = filled(row(office))
    loaded(path, office.staff, declare=False)
    discard_draft(action=Action.objects.get(), actor=office.staff)
    assert loaded(path, office.staff).loaded
    assert sorted(Action.objects.values_list("state", flat=True)) == ["declared", "discarded"]


def test_unknown_member_or_sheet_is_a_fault_and_not_left_out_in_silence(
    office: Office, filled: Callable[..., Path]
) -> None:
    report = checked(filled(row(office, **{"Inconnu Jean 10000000099": "P"})), office.staff)
    assert places(report) == [(1, "Inconnu Jean 10000000099")]
    other = checked(filled(row(office), sheet="AUTRE"), office.staff)
    assert not other.is_sound
    assert any(found.sheet == "AUTRE" for found in other.faults)


def test_referent_s_workbook_brings_nothing_for_another_team(office: Office, filled: Callable[..., Path]) -> None:
    stranger = UserFactory(referent=True)
    TeamFactory()
    report = loaded(filled(row(office)), stranger)
    assert not report.is_sound
    assert not Action.objects.exists()


def test_action_that_is_there_already_under_another_hand_is_signalled(
    office: Office, filled: Callable[..., Path]
) -> None:
    office.rcp(date(2026, 7, 6), people=2, reference="A-DEJA", state="declared")
    report = checked(filled(row(office)), office.staff)
    assert report.is_sound
    assert any("A-DEJA" in found.sentence for found in report.warnings)


def test_row_that_the_database_refuses_at_the_last_moment_takes_the_whole_back(
    office: Office, filled: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    from actions.monthly import loading

    def changed_meanwhile(*, typed: Any, **known: Any) -> Any:
        if typed.held_on.day == 7:
            raise TransitionRefused("La convention a été résiliée.")
        return save(typed=typed, **known)

    save = loading.save_and_declare
    monkeypatch.setattr(loading, "save_and_declare", changed_meanwhile)
    report = loaded(filled(row(office), row(office, day=7)), office.staff)
    assert places(report) == [(3, "Date")]
    assert "résiliée" in report.faults[0].sentence
    assert not report.loaded
    assert not Action.objects.exists()


def test_job_checks_with_progress_then_loads_once_confirmed(office: Office, filled: Callable[..., Path]) -> None:
    upload = SimpleUploadedFile("juillet.xlsx", filled(row(office)).read_bytes(), content_type=XLSX)
    check = request_month_check(upload=upload, declare=True, actor=office.staff)
    with pytest.raises(TransitionRefused):
        request_month_loading(check=check, actor=office.staff)
    run_job(check.pk)
    check.refresh_from_db()
    assert (check.state, check.done_count, check.total_count) == ("done", 1, 1)
    with pytest.raises(TransitionRefused):
        request_month_loading(check=check, actor=office.treasurer)  # a workbook is for whoever brought it
    load = request_month_loading(check=check, actor=office.staff)
    run_job(load.pk)
    run_job(load.pk)  # delivered twice
    load.refresh_from_db()
    report = report_of(load)
    assert report is not None
    assert report.loaded
    assert Action.objects.count() == 1
    assert Document.objects.filter(personal=False).count() == 0


def test_pages_lead_from_the_template_to_the_loaded_actions(
    client: Client, office: Office, filled: Callable[..., Path]
) -> None:
    client.force_login(office.staff)
    given = {"equipe": office.team.pk, "mois": "2026-11-01"}
    template = client.get("/actions/import/modele/", given)
    assert template["Content-Disposition"] == 'attachment; filename="actions-2026-11-T1.xlsx"'
    assert load_workbook(BytesIO(template.content)).sheetnames == ["T1"]
    upload = SimpleUploadedFile("juillet.xlsx", filled(row(office)).read_bytes(), content_type=XLSX)
    address = client.post("/actions/import/", {"file": upload, "become": "declarees"})["Location"]
    run_job(int(address.split("/")[-2]))
    page = client.get(address)
    assert "Aucune faute" in plain(page)
    loading = client.post(f"{address}charger/")["Location"]
    run_job(int(loading.split("/")[-2]))
    assert "Classeur chargé" in plain(client.get(loading))
    assert client.get(address).status_code == 200


def test_file_that_is_no_workbook_is_told(client: Client, office: Office) -> None:
    client.force_login(office.staff)
    upload = SimpleUploadedFile("juillet.xlsx", b"not a workbook")
    address = client.post("/actions/import/", {"file": upload, "become": "declarees"})["Location"]
    run_job(int(address.split("/")[-2]))
    assert "rien n'est chargé" in plain(client.get(address))
    other = client.post("/actions/import/", {"become": "declarees"})
    assert other.status_code == 422


def test_formula_in_a_cell_is_a_fault_and_never_computed(office: Office, tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "T1"
    sheet.append(["Date", "Type"])
    sheet.append([date(2026, 7, 6), '=HYPERLINK("http://x")'])
    path = tmp_path / "formule.xlsx"
    book.save(path)
    assert (2, "Type") in places(checked(path, office.staff))
