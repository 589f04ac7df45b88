"""What the ARS is told of how things went: its own words, the house of who acted, and nobody's name."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from association.jobs import run_job
from association.machine import TransitionRefused
from association.models import Job, User
from association.selectors.history import history_of
from association.workflow import fire
from conventions.selectors.pages import convention_history
from conventions.services.suspending import suspend_convention
from reports.inbox import waiting_reports
from reports.models import Report
from reports.selectors.ars_space import ars_space
from reports.selectors.reports import report_list
from reports.services.building import build_report
from reports.services.steps import approve_report, transmit_report
from tests.factories import DepartmentFactory
from tests.payments.office import Office
from tests.reports.making import ars, generated, transmitted

pytestmark = pytest.mark.django_db
BACK, INSIDE = "Le tableau 3 ne correspond pas à la convention.", "Mme Le Goff a signalé une erreur."


@pytest.fixture
def office() -> Office:
    return Office()


def page_of(user: User, report: Report) -> str:
    client = Client()
    client.force_login(user)
    answer = client.get(reverse("reports:report", args=[report.pk]))
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def handed_back(office: Office) -> tuple[Report, User]:
    """Taken back once within the association, transmitted, handed back by the ARS, produced again."""
    of_ars = ars()
    report = fire(generated(office), "take_back", actor=office.staff, comment=INSIDE)
    report = build_report(report=report, actor=office.staff).report
    report = approve_report(report=report, actor=office.treasurer)
    run_job(Job.objects.get(key=f"reports.seal_report:{report.pk}", state="waiting").pk)
    report = transmit_report(report=Report.objects.get(pk=report.pk), actor=office.staff, recipient="ARS")
    report = fire(report, "hand_back", actor=of_ars, comment=BACK)
    return build_report(report=report, actor=office.staff).report, of_ars


def test_the_ars_reads_what_it_handed_back_and_when(handed_back: tuple[Report, User], office: Office) -> None:
    report, of_ars = handed_back
    text = page_of(of_ars, report)
    assert "Historique" in text
    assert BACK in text
    assert "Rendre, à revoir" in text
    assert "Transmettre à l’ARS" in text
    # How the association worked on its version, its words and who it was are its own.
    assert INSIDE not in text
    assert "Reprendre en brouillon" not in text
    assert str(office.staff) not in text
    assert INSIDE in page_of(office.staff, report)


def test_the_ars_is_told_the_number_of_the_last_version_that_it_received(handed_back: tuple[Report, User]) -> None:
    report, of_ars = handed_back
    sent = report.versions.get(transmission__isnull=False).number
    assert report.versions.latest("number").number > sent
    assert report_list(of_ars).get().last_version == sent


def test_a_delegation_reads_the_region_s_report_and_its_own_never_another_s(office: Office) -> None:
    other = DepartmentFactory(code="85", name="Vendée")
    region, own = transmitted(office), transmitted(office, department=office.team.department)
    of_44, of_85 = ars(office.team.department), ars(other)
    assert {page_of(of_44, one) != "" for one in (region, own)} == {True}
    page_of(of_85, region)
    client = Client()
    client.force_login(of_85)
    for name, more in (("report", []), ("report_version", [1]), ("report_file", [1, "pdf"])):
        assert client.get(reverse(f"reports:{name}", args=[own.pk, *more])).status_code == 404
        assert client.get(reverse(f"reports:{name}", args=[region.pk, *more])).status_code == 200
    assert list(ars_space(of_85).reports) == [region]
    # The région answers its reports; a délégation is neither asked to nor may.
    for step in ("acknowledge", "hand_back"):
        with pytest.raises(TransitionRefused, match="c'est la région qui y répond"):
            fire(region, step, actor=of_44, comment="Motif.")
    assert [item.url for item in waiting_reports(of_44)] == [reverse("reports:report", args=[own.pk])]
    assert fire(own, "acknowledge", actor=of_44).state == Report.State.ACKNOWLEDGED


def test_words_of_the_association_about_a_convention_are_not_for_the_ars(office: Office) -> None:
    """A reason may name somebody; what the ARS itself wrote, of a recognition that it withdraws, it reads again."""
    of_ars, convention = ars(), office.convention
    suspend_convention(convention=convention, starts_on=timezone.localdate(), reason=INSIDE, actor=office.staff)
    told = convention_history(convention, actor=of_ars)
    assert told[0].actor == "l’association"
    assert [entry.comment for entry in told if entry.comment] == []
    assert INSIDE in {entry.comment for entry in history_of(convention, reader=office.staff)}
    assert INSIDE in {entry.comment for entry in convention_history(convention, actor=office.staff)}
