"""A list as a workbook: typed, in the order shown, inert, and complete."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
import zipfile
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import django_tables2 as tables
import pytest
from django.http import QueryDict
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from association.jobs import run_job
from association.listing.declaration import Listing, listings
from association.listing.filters import ChoicesFilter, ListFilter
from association.listing.workbook import HIDDEN, write_list
from association.models import Document, Job, LookLog, Team, User
from association.services.list_exports import (
    KEPT_DAYS,
    export_at_once,
    remove_old_exports,
    request_export,
    with_columns,
)
from association.tasks import remove_leftovers
from payments.models import Account
from tests.factories import AccountFactory, TeamFactory, UserFactory

pytestmark = pytest.mark.django_db
MADE = datetime(2026, 3, 29, 9, 5, tzinfo=timezone.get_default_timezone())


class CentsColumn(tables.Column):
    def value(self, value: int) -> Decimal:
        return Decimal(value).scaleb(-2)


class ExportedTable(tables.Table):
    name = tables.Column(verbose_name="Équipe")
    code = tables.Column(verbose_name="Code")
    recognised_on = tables.DateColumn(verbose_name="Reconnue le")
    created_at = tables.Column(verbose_name="Créée le")
    shared_patients = tables.Column(verbose_name="Patients")
    cents = CentsColumn(verbose_name="Montant", accessor="shared_patients")
    is_open = tables.Column(verbose_name="Ouverte", accessor="is_open", empty_values=())

    class Meta:
        order_by = "code"

    def value_recognised_on(self, value: date) -> date:
        return value

    def value_is_open(self, record: Team) -> bool:
        return record.state != "closed"


class ExportedFilter(ListFilter):
    state = ChoicesFilter("État", [("registered", "Inscrite"), ("recognised", "Reconnue"), ("closed", "Close")])


class ExportedTeams(Listing):
    name = "tests.exported"
    title, noun = "Équipes : essai [1/2]", "équipe,équipes"
    permission = "association.view_team"
    address = "association:team_list"
    table, filters = ExportedTable, ExportedFilter

    def rows(self, user: User, **about: Any) -> Any:
        return Team.objects.visible_to(user)


EXPORTED = ExportedTeams()


@pytest.fixture
def staff() -> User:
    return UserFactory(staff=True, full_name="Zoé Gestion")


def written(user: User, path: Path, query: str = "") -> Any:
    asked = EXPORTED.asked(user, QueryDict(query))
    write_list(path, listing=EXPORTED, asked=asked, user=user, total=asked.count)
    return load_workbook(path)


def rows_of(book: Any) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in book.active.iter_rows(values_only=True)]


def test_cells_are_of_their_type(staff: User, tmp_path: Path) -> None:
    TeamFactory(
        recognised=True,
        code="A",
        name="Équipe A",
        recognised_on=date(2026, 1, 5),
        created_at=MADE,
        shared_patients=1995,
    )
    TeamFactory(registered=True, code="B", name="Équipe B", created_at=MADE)
    book = written(staff, tmp_path / "liste.xlsx")
    _, header, first, second = rows_of(book)
    assert header == ("Équipe", "Code", "Reconnue le", "Créée le", "Patients", "Montant", "Ouverte")
    assert first == (
        "Équipe A", "A", datetime(2026, 1, 5), datetime(2026, 3, 29, 9, 5), 1995, 19.95, "oui",  # noqa: DTZ001
    )  # fmt: skip
    assert second[2] is None
    assert second[4] is None
    cells = book.active[3]
    assert "€" in cells[5].number_format
    assert cells[2].number_format == "dd/mm/yyyy"
    assert cells[0].data_type == "s"


@pytest.mark.parametrize("name", ['=HYPERLINK("http://x")', "+33 2 40", "-1", "@SUM(A1)", "00012", "1e5", "\t=1+1"])
def test_text_stays_text(staff: User, tmp_path: Path, name: str) -> None:
    TeamFactory(name=name)
    cell = written(staff, tmp_path / "liste.xlsx").active["A3"]
    assert (cell.value, cell.data_type, cell.number_format) == (name, "s", "@")


def test_characters_that_xml_cannot_hold_are_left_out(staff: User, tmp_path: Path) -> None:
    TeamFactory(name="Équi\x08pe\x0b \ufffe<&>")
    assert written(staff, tmp_path / "liste.xlsx").active["A3"].value == "Équipe <&>"


def test_rows_columns_and_order_are_those_shown(staff: User, tmp_path: Path) -> None:
    for code in "BCA":
        TeamFactory(registered=True, code=code, name=f"Équipe {code}")
    TeamFactory(closed=True, code="D")
    book = written(staff, tmp_path / "liste.xlsx", "state=registered&tri=-code&col=created_at&col=code")
    said, header, *rows = rows_of(book)
    assert header == ("Équipe", "Créée le", "Code")
    assert [row[2] for row in rows] == ["C", "B", "A"]
    assert said[0].startswith(
        "Équipes : essai [1/2]\u00a0: 3\u00a0équipes. Filtres\u00a0: État\u00a0: Inscrite. Exporté le "
    )
    assert said[0].endswith("par Zoé Gestion.")


def test_sheet_is_ready_to_read_and_to_print(staff: User, tmp_path: Path) -> None:
    TeamFactory.create_batch(3)
    sheet = written(staff, tmp_path / "liste.xlsx").active
    assert sheet.freeze_panes == "A3"
    assert sheet.auto_filter.ref == "A2:G5"
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert sheet.print_title_rows == "$1:$2"
    assert sheet.title == "Équipes  essai 12"
    assert sheet.column_dimensions["A"].width > sheet.column_dimensions["B"].width


def test_encrypted_column_is_never_written(tmp_path: Path) -> None:
    class IbanTable(tables.Table):
        holder = tables.Column()
        iban = tables.Column()

    class Accounts(ExportedTeams):
        name = "tests.accounts"
        table, filters = IbanTable, ListFilter

        def rows(self, user: User, **about: Any) -> Any:
            return Account.objects.visible_to(user)

    account, treasurer, path = AccountFactory(), UserFactory(treasurer=True), tmp_path / "liste.xlsx"
    asked = Accounts().asked(treasurer, QueryDict())
    write_list(path, listing=Accounts(), asked=asked, user=treasurer, total=1)
    with zipfile.ZipFile(path) as parts:
        assert not [name for name in parts.namelist() if account.iban.encode() in parts.read(name)]
    assert load_workbook(path).active["B3"].value == HIDDEN


def test_every_export_is_noted_with_who_what_and_how_many(staff: User) -> None:
    TeamFactory.create_batch(2, registered=True)
    asked = EXPORTED.asked(staff, QueryDict("state=registered"))
    assert export_at_once(listing=EXPORTED, asked=asked, actor=staff)
    look = LookLog.objects.get()
    assert (look.what, look.actor, look.content_type.model) == ("export", staff, "team")
    assert look.reason == "Équipes : essai [1/2], 2 lignes (État Inscrite)"


def test_long_list_is_made_by_a_job_once(staff: User) -> None:
    listings.add(EXPORTED.name, EXPORTED)
    TeamFactory.create_batch(3, registered=True)
    asked = EXPORTED.asked(staff, QueryDict("tri=-code"))
    job = request_export(listing=EXPORTED, asked=asked, route={}, actor=staff)
    assert request_export(listing=EXPORTED, asked=asked, route={}, actor=staff) == job
    done = run_job(job.pk)
    assert (done.state, done.done_count, done.total_count) == ("done", 3, 3)
    codes = [row[1] for row in rows_of(load_workbook(done.result.path))[2:]]
    assert codes == sorted(codes, reverse=True)
    assert LookLog.objects.count() == 1


def test_file_of_a_job_is_for_whoever_asked_alone(staff: User) -> None:
    listings.add(EXPORTED.name, EXPORTED)
    TeamFactory(registered=True)
    job = request_export(listing=EXPORTED, asked=EXPORTED.asked(staff, QueryDict()), route={}, actor=staff)
    document = run_job(job.pk).result
    assert list(Document.objects.visible_to(staff)) == [document]
    for role in ("staff", "treasurer", "ars", "admin", "auditor", "referent"):
        assert not Document.objects.visible_to(UserFactory(**{role: True})).exists(), role


def test_job_holds_the_rows_of_whoever_asked(staff: User) -> None:
    listings.add(EXPORTED.name, EXPORTED)
    TeamFactory(registered=True)
    ars = UserFactory(ars=True)
    job = request_export(listing=EXPORTED, asked=EXPORTED.asked(ars, QueryDict()), route={}, actor=ars)
    assert len(rows_of(load_workbook(run_job(job.pk).result.path))) == 2  # the ARS sees no team before its submission


def test_job_of_a_role_that_lost_the_list_fails(staff: User) -> None:
    listings.add(EXPORTED.name, EXPORTED)
    job = request_export(listing=EXPORTED, asked=EXPORTED.asked(staff, QueryDict()), route={}, actor=staff)
    User.objects.filter(pk=staff.pk).update(is_active=False)
    assert run_job(job.pk).state == "failed"
    assert not Document.objects.exists()


def test_job_run_again_after_its_file_was_stored_makes_no_second_one(staff: User) -> None:
    listings.add(EXPORTED.name, EXPORTED)
    TeamFactory(registered=True)
    job = request_export(listing=EXPORTED, asked=EXPORTED.asked(staff, QueryDict()), route={}, actor=staff)
    document = run_job(job.pk).result
    from association.services.list_exports import export_job

    assert export_job(Job.objects.get(pk=job.pk), None)["document"] == document  # type: ignore[arg-type]
    assert (Document.objects.count(), LookLog.objects.count()) == (1, 1)


def test_file_of_a_job_is_deleted_after_a_week_and_its_page_says_how_to_make_it_again(
    staff: User, settings: Any, tmp_path: Path
) -> None:
    settings.DOCUMENTS_DIR = tmp_path / "documents"
    TeamFactory.create_batch(2, registered=True)
    listing, client = listings["equipes"], Client()
    client.force_login(staff)
    query = QueryDict("state=registered&tri=-code")
    jobs = [
        request_export(listing=listing, asked=listing.asked(staff, one), route={}, actor=staff)
        for one in (query, QueryDict())
    ]
    old, fresh = (run_job(job.pk).result for job in jobs)
    before = time.time() - (KEPT_DAYS * 24 + 1) * 3_600
    os.utime(old.path, (before, before))
    page = f"/taches/{jobs[0].pk}/"
    assert f'href="/documents/{old.pk}/"' in client.get(page).content.decode()

    remove_leftovers()
    assert (old.path.exists(), old.path.parent.exists(), fresh.path.exists()) == (False, False, True)
    assert remove_old_exports() == 0
    said = client.get(page).content.decode()
    assert "supprimé au bout de 7\u00a0jours" in said or "supprimé au bout de 7 jours" in said
    assert "/documents/" not in said.partition("<main")[2]
    assert 'href="/equipes/?state=registered&amp;tri=-code"' in said
    assert client.get(f"/documents/{old.pk}/").url == page
    assert client.get(f"/documents/{fresh.pk}/").status_code == 200
    assert LookLog.objects.filter(what="export").count() == 2


def test_template_of_columns_takes_the_place_of_those_shown() -> None:
    changed = with_columns("state=closed&col=code&tri=name", ["created_at", "name"])
    assert changed.urlencode() == "state=closed&col=created_at&col=name&tri=name"


@pytest.mark.office
@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice n'est pas installé")
def test_libreoffice_opens_it_and_computes_nothing(staff: User, tmp_path: Path) -> None:
    TeamFactory(
        recognised=True, name="=1+1", code="A", recognised_on=date(2026, 1, 5), created_at=MADE, shared_patients=123456
    )
    path = tmp_path / "liste.xlsx"
    written(staff, path)
    command = ["soffice", "--headless", "--convert-to", "csv:Text - txt - csv (StarCalc):59,34,76,1", "--outdir"]
    home = f"-env:UserInstallation=file://{tmp_path}/profile"
    subprocess.run([command[0], home, *command[1:], str(tmp_path), str(path)], check=True, capture_output=True)
    row = (tmp_path / "liste.csv").read_text("utf-8").splitlines()[2].replace("\u202f", " ").replace("\u00a0", " ")
    assert row == '"=1+1";"A";05/01/2026;29/03/2026 09:05;123 456;1 234,56 €;"oui"'  # quoted: text
