"""Templates of reports: made, copied, put in order, retired; and the plan that a report takes from one."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse

from association.journal import StaleEdit
from association.machine import TransitionRefused
from association.models import FieldChange
from reports.forms.reports import NewReportForm
from reports.forms.schedules import ScheduleForm
from reports.indicators.model import Section
from reports.models import Report, ReportTemplate
from reports.models.planning import usual_plan
from reports.periods import Rhythm, parse
from reports.services.building import start_report, usual_template
from reports.services.planning import add_schedule, prepare_due_reports, stop_schedule
from reports.services.plans import add_template, change_template, restore_template, retire_template
from tests.factories import UserFactory
from tests.factories.reports import ReportFactory, ReportTemplateFactory

pytestmark = pytest.mark.django_db
SHORT = [{"code": "money", "text": "Chaque trimestre."}, {"code": "teams", "text": ""}]


@pytest.fixture
def staff() -> Any:
    return UserFactory(staff=True)


@pytest.fixture
def client(client: Client, staff: Any) -> Client:
    client.force_login(staff)
    return client


def typed(template: Any, **changed: str) -> dict[str, str]:
    """What the page of a template sends when nothing is touched, and ``changed``."""
    known = [part["code"] for part in template.plan]
    codes = [*known, *(section.value for section in Section if section.value not in known)]
    sent = {"name": getattr(template, "name", ""), "version": str(template.version)}
    for place, code in enumerate(codes, start=1):
        sent[f"place_{code}"] = str(place)
        sent[f"text_{code}"] = next((part["text"] for part in template.plan if part["code"] == code), "")
        if code in known:
            sent[f"in_{code}"] = "on"
    return {**sent, **changed}


def test_copy_has_the_plan_and_the_texts_and_goes_its_own_way(staff: Any) -> None:
    first = add_template(name="Trimestre", copied=None, actor=staff)
    change_template(template=first, name="Trimestre", plan=SHORT, version=0, actor=staff)
    first.refresh_from_db()
    copy = add_template(name="Année", copied=first, actor=staff)
    assert copy.plan == SHORT
    change_template(template=copy, name="Année", plan=SHORT[1:], version=0, actor=staff)
    first.refresh_from_db()
    assert first.plan == SHORT
    with pytest.raises(ValidationError, match="déjà ce nom"):
        add_template(name="Année", copied=None, actor=staff)


def test_report_takes_the_plan_of_its_template_and_keeps_it(staff: Any) -> None:
    template = ReportTemplateFactory(plan=SHORT)
    report = start_report(period=parse("2026-T3"), department=None, template=template, actor=staff)
    change_template(template=template, name="Autre nom", plan=SHORT[:1], version=0, actor=staff)
    assert Report.objects.get(pk=report.pk).plan == SHORT


def test_change_of_a_template_is_in_the_journal_and_guarded_from_two_writers(staff: Any) -> None:
    template = ReportTemplateFactory()
    change_template(template=template, name="Court", plan=SHORT, version=0, actor=staff)
    assert set(FieldChange.objects.values_list("field", flat=True)) == {"name", "plan", "money"}
    with pytest.raises(StaleEdit):
        change_template(template=template, name="Long", plan=SHORT, version=0, actor=staff)
    with pytest.raises(ValidationError):
        change_template(
            template=template, name="Court", plan=[{"code": "money", "text": "1 85 05 78 006 084 91"}], version=1,
            actor=staff,
        )  # fmt: skip
    with pytest.raises(PermissionDenied):
        change_template(template=template, name="Court", plan=SHORT, version=1, actor=UserFactory(ars=True))


def test_retired_template_is_offered_no_more_and_comes_back(staff: Any) -> None:
    kept, other = ReportTemplateFactory(), ReportTemplateFactory()
    retire_template(template=kept, actor=staff)
    assert retire_template(template=kept, actor=staff) == kept
    assert usual_template() == other
    for form in (NewReportForm(), ScheduleForm()):
        assert list(form.fields["template"].queryset) == [other]  # type: ignore[attr-defined]
    restore_template(template=kept, actor=staff)
    assert usual_template() == kept
    assert FieldChange.objects.filter(field="retired_at").count() == 2


def test_last_template_in_service_is_not_retired(staff: Any) -> None:
    kept, other = ReportTemplateFactory(), ReportTemplateFactory()
    retire_template(template=kept, actor=staff)
    with pytest.raises(TransitionRefused, match="dernier modèle"):
        retire_template(template=other, actor=staff)


def test_template_of_a_schedule_is_not_retired_before_it_is_stopped(staff: Any) -> None:
    ReportTemplateFactory()
    taken = ReportTemplateFactory(plan=SHORT)
    schedule = add_schedule(every=Rhythm.MONTH, days_after=15, starts_on=date(2026, 1, 1), actor=staff, template=taken)
    with pytest.raises(TransitionRefused, match="échéance en cours"):
        retire_template(template=taken, actor=staff)
    prepare_due_reports(date(2026, 8, 1))
    assert (Report.objects.get().template, Report.objects.get().plan) == (taken, SHORT)
    stop_schedule(schedule=schedule, actor=staff)
    assert retire_template(template=taken, actor=staff).retired_at is not None


def test_page_moves_a_chapter_keeps_what_was_typed_and_saves_nothing(client: Client) -> None:
    template = ReportTemplateFactory()
    address = reverse("reports:report_template", args=[template.pk])
    first, second = (part["code"] for part in template.plan[:2])
    sent = typed(template, move=f"down:{first}", **{f"text_{first}": "Un texte que je n’ai pas fini"})
    sent.pop(f"in_{second}")
    answer = client.post(address, sent)
    assert answer.status_code == 200
    page = answer.content.decode()
    assert page.index(f"chapitre-{second}") < page.index(f"chapitre-{first}")
    assert "Un texte que je n’ai pas fini" in page
    assert "autofocus" in page
    assert not answer.context["form"][f"in_{second}"].value()
    template.refresh_from_db()
    assert template.plan == usual_plan()


def test_page_saves_order_chapters_and_texts(client: Client) -> None:
    template = ReportTemplateFactory()
    address = reverse("reports:report_template", args=[template.pk])
    sent = typed(template, place_money="0", text_money="Dit à chaque fois.", name="Bref")
    sent.pop("in_teams")
    assert client.post(address, sent).status_code == 302
    template.refresh_from_db()
    assert template.name == "Bref"
    assert template.plan[0] == {"code": "money", "text": "Dit à chaque fois."}
    assert "teams" not in [part["code"] for part in template.plan]


@pytest.mark.parametrize("place", ["", "-1", "1e9", "²", "9" * 40])
def test_page_takes_a_place_that_is_no_number_for_the_one_of_before(client: Client, place: str) -> None:
    template = ReportTemplateFactory()
    client.post(reverse("reports:report_template", args=[template.pk]), typed(template, place_teams=place))
    template.refresh_from_db()
    assert [part["code"] for part in template.plan] == [part["code"] for part in usual_plan()]


def test_page_without_a_chapter_or_a_name_says_so(client: Client) -> None:
    template = ReportTemplateFactory()
    answer = client.post(reverse("reports:report_template", args=[template.pk]), {"name": " ", "version": "0"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Gardez au moins un chapitre." in page
    assert "Donnez un nom à ce modèle." in page


def test_plan_of_a_report_is_moved_the_same_way(client: Client, staff: Any) -> None:
    report = ReportFactory(created_by=staff)
    address = reverse("reports:report_plan", args=[report.pk])
    sent = typed(report, move="up:path")
    page = client.post(address, sent).content.decode()
    assert page.index("chapitre-path") < page.index("chapitre-teams")
    saved = client.post(address, typed(report, place_path="1", place_teams="2"))
    assert saved.status_code == 302
    assert [part["code"] for part in Report.objects.get(pk=report.pk).plan][:2] == ["path", "teams"]


def test_list_offers_a_copy_and_new_begins_with_it(client: Client) -> None:
    template = ReportTemplateFactory(name="Bilan court", plan=SHORT)
    address = f"{reverse('reports:report_template_new')}?modele={template.pk}"
    assert address in client.get(reverse("reports:report_templates")).content.decode()
    page = client.get(address).content.decode()
    assert f'<option value="{template.pk}" selected>' in page
    client.post(address, {"name": "Bilan long", "copied": template.pk})
    assert ReportTemplate.objects.get(name="Bilan long").plan == SHORT
    answer = client.post(address, {"name": "Bilan long", "copied": template.pk})
    assert "Un modèle porte déjà ce nom." in answer.content.decode()
