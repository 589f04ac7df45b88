"""Declaring and validating as people do it: how many presses it takes, by keyboard alone, with two people at once."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from actions.models import Action
from actions.pdf import AttendanceContent, attendance_pdf
from actions.selectors.sessions import sheets_of
from actions.services import turn_down_action
from actions.services.evidence import add_evidence
from association.jobs import run_job
from association.uploads import CheckedUpload
from tests.association.files import pdf
from tests.browser.conftest import Visit
from tests.factories import AdhesionFactory, MembershipFactory, ProfessionalFactory
from tests.payments.office import Office

pytestmark = pytest.mark.browser
MOST = 12  # clicks, or fields typed into, for an action with six participants


class Counted:
    """Counts each click, choice and field that is typed into."""

    def __init__(self, visit: Visit) -> None:
        self.page, self.count = visit.page, 0

    def click(self, name: str, role: str = "button") -> None:
        self.page.get_by_role(role, name=name, exact=True).click()  # type: ignore[arg-type]
        self.count += 1

    def choose(self, label: str, value: str) -> None:
        self.page.get_by_label(label, exact=True).select_option(value)
        self.count += 1

    def type(self, label: str, value: str) -> None:
        self.page.get_by_label(label, exact=True).fill(value)
        self.page.keyboard.press("Tab")
        self.count += 1

    def tick(self, box: str) -> None:
        self.page.locator(box).check()
        self.count += 1


def with_three_more(office: Office) -> None:
    for number in range(3):
        person = ProfessionalFactory(last_name=f"Membre {number}")
        stay = MembershipFactory(team=office.team, professional=person)
        AdhesionFactory(convention=office.convention, membership=stay, signed=True)


def test_action_of_six_takes_at_most_twelve_interactions(visit: Visit, office: Office) -> None:
    with_three_more(office)
    visit.enter(office.staff)
    visit.open("/actions/")
    do = Counted(visit)
    do.click("Nouvelle action", role="link")
    do.choose("Équipe", str(office.team.pk))
    do.type("Date", "2026-07-06")
    do.choose("Type", "RCP")
    grid = visit.page.locator("#presence input[name=people]")
    expect(grid).to_have_count(6)
    visit.page.wait_for_load_state("networkidle")
    for place in range(6):
        do.tick(f"#presence li:nth-child({place + 1}) input[name=people]")
    expect(visit.page.locator("#compteur")).to_contain_text("300,00")
    do.tick("#id_not_funded_elsewhere")
    do.click("Déclarer")
    expect(visit.page.locator("h1")).to_contain_text("A26-00001")
    assert Action.objects.get().participations.count() == 6
    assert do.count <= MOST


def test_action_is_declared_by_keyboard_alone_and_the_next_begins_at_its_date(visit: Visit, office: Office) -> None:
    visit.enter(office.staff)
    visit.open(f"/actions/nouvelle/?equipe={office.team.pk}&type=RCP&date=2026-07-06")
    page = visit.page
    page.locator("#presence input[name=people]").first.focus()
    for _ in range(2):
        page.keyboard.press("Space")
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")  # over the role
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")  # over the third member, who was not there
    expect(page.locator("#id_not_funded_elsewhere")).to_be_focused()
    page.keyboard.press("Space")
    expect(page.locator("#compteur")).to_contain_text("100,00")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("A26-00001")
    assert Action.objects.get().state == "declared"


def test_next_action_starts_at_the_date_with_team_and_type_kept(visit: Visit, office: Office) -> None:
    visit.enter(office.staff)
    visit.open(f"/actions/nouvelle/?equipe={office.team.pk}&type=RCP&date=2026-07-06")
    page = visit.page
    page.locator("#presence input[name=people]").first.check()
    page.locator("#id_not_funded_elsewhere").check()
    page.get_by_role("button", name="Déclarer et saisir la suivante").click()
    expect(page.locator(".alert-success")).to_contain_text("A26-00001")
    expect(page.locator("#id_held_on")).to_be_focused()
    assert page.locator("#id_team").input_value() == str(office.team.pk)
    assert page.locator("#id_type").input_value() == "RCP"
    assert page.locator("#presence input:checked").count() == 0


def test_another_day_keeps_the_ticks_of_those_who_are_members(visit: Visit, office: Office) -> None:
    late = MembershipFactory(team=office.team, joined_on=date(2026, 7, 7)).professional
    visit.enter(office.staff)
    visit.open(f"/actions/nouvelle/?equipe={office.team.pk}&type=RCP&date=2026-07-08")
    page = visit.page
    page.locator(f"#people_{late.pk}").check()
    page.locator(f"#people_{office.people[1].pk}").check()
    page.locator("#id_held_on").fill("2026-07-06")
    page.locator("#id_type").focus()
    expect(page.locator(f"#people_{late.pk}")).to_have_count(0)
    expect(page.locator("#presence")).to_contain_text("a été décoché")
    assert page.locator(f"#people_{office.people[1].pk}").is_checked()


def test_alert_shows_while_one_types(visit: Visit, office: Office) -> None:
    office.rcp(date(2026, 7, 6), reference="A-TWIN", people=1)
    visit.enter(office.staff)
    visit.open(f"/actions/nouvelle/?equipe={office.team.pk}&type=RCP&date=2026-07-06")
    visit.page.locator(f"#people_{office.people[0].pk}").check()
    expect(visit.page.locator("#signalements [data-code=SAME_ACTION]")).to_contain_text("A-TWIN")


def test_queue_is_worked_through_by_keys(visit: Visit, office: Office) -> None:
    first, second, third = (office.rcp(date(2026, 7, day), state="declared") for day in (6, 7, 8))
    scan = CheckedUpload("emargement.pdf", "application/pdf", pdf())
    add_evidence(action=first, kind="presence", upload=scan, actor=office.staff)
    visit.enter(office.treasurer)
    visit.open("/actions/a-valider/")
    page = visit.page
    title = page.locator("h1")
    expect(title).to_contain_text(first.reference)
    expect(page.locator(".evidence-side iframe")).to_have_count(1)
    page.keyboard.press("ArrowRight")
    expect(title).to_contain_text(second.reference)
    page.keyboard.press("ArrowLeft")
    expect(title).to_contain_text(first.reference)
    page.keyboard.press("v")
    expect(title).to_contain_text(second.reference)
    page.keyboard.press("r")
    page.keyboard.type("Il manque la feuille : vérifier")  # the letters are typed, and decide nothing
    page.locator("dialog[open] button[type=submit]").click()
    expect(title).to_contain_text(third.reference)
    turn_down_action(action=third, actor=office.president, reason="Doublon.")
    visit.forgive("409")
    page.keyboard.press("v")
    expect(page.locator("main")).to_contain_text("Président l’a fait passer à «\u00a0Non retenue\u00a0»")
    assert list(Action.objects.order_by("held_on").values_list("state", flat=True)) == [
        "validated",
        "to_complete",
        "not_retained",
    ]


def test_month_is_typed_in_the_grid_by_keyboard_alone(visit: Visit, office: Office) -> None:
    visit.enter(office.staff)
    month = timezone.localdate().replace(day=1)
    visit.open(f"/actions/saisie-rapide/?equipe={office.team.pk}&mois={month.isoformat()}")
    page = visit.page
    first, second = page.locator(".rapid-row").nth(0), page.locator(".rapid-row").nth(1)
    first.locator("[name=held_on]").fill(month.isoformat())
    first.locator("[name=type]").focus()
    page.keyboard.type("RCP")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")  # not funded elsewhere
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")  # the first member takes part
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    page.keyboard.press("Space")  # the second one wrote
    expect(page.locator(":focus")).to_have_text("R")
    expect(page.locator("#rapid-state")).to_have_text("1 ligne non enregistrée")
    # The second row as the first, cell by cell from above; its day is left out: it is refused, and keeps what is typed.
    for name in ("type", "not_funded_elsewhere"):
        second.locator(f"[name={name}]").focus()
        page.keyboard.press("Control+d")
    for place in range(2):
        second.locator("[data-tick]").nth(place).focus()
        page.keyboard.press("p")
    page.keyboard.press("Control+Enter")
    expect(second.locator("[role=alert]")).to_contain_text("Indiquez la date")
    expect(second.locator("[data-tick]").nth(0)).to_have_text("P")
    expect(second.locator("[name=held_on]")).to_be_focused()
    first.locator("[data-tick]").nth(0).focus()
    page.keyboard.press("Control+Enter")
    expect(first).to_contain_text("A26-00001" if month.year == 2026 else "-00001")
    expect(first).to_contain_text("Déclarée")
    action = Action.objects.get()
    assert sorted(action.participations.values_list("role", flat=True)) == ["participant", "redacteur"]
    # Leaving with the second row unsaved asks first.
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.get_by_role("link", name="Accueil", exact=True).click()
    expect(page.locator(".rapid")).to_be_visible()
    assert asked == ["beforeunload"]
    second.locator("[name=held_on]").fill(month.isoformat())
    page.keyboard.press("Control+s")
    expect(second).to_contain_text("enregistrée comme brouillon")
    expect(page.locator("#rapid-state")).to_have_text("")
    assert sorted(Action.objects.values_list("state", flat=True)) == ["declared", "draft"]


def test_scan_that_is_dropped_on_the_list_files_itself(visit: Visit, office: Office) -> None:
    action = office.rcp(date(2026, 7, 6), state="declared", reference="A26-00042")
    buffer = BytesIO()
    attendance_pdf(AttendanceContent(action.reference, "Association", "Équipe", "RCP", sheets_of(action)), buffer)
    visit.enter(office.staff)
    visit.open("/actions/")
    page = visit.page
    dropped = page.evaluate_handle(
        """(bytes) => {
            const transfer = new DataTransfer();
            transfer.items.add(new File([new Uint8Array(bytes)], "scan.pdf", {type: "application/pdf"}));
            return transfer;
        }""",
        list(buffer.getvalue()),
    )
    page.locator("form[data-drop]").dispatch_event("drop", {"dataTransfer": dropped})
    page.wait_for_url("**/numerisations/?lecture=*")
    run_job(int(page.url.split("=")[-1]))
    expect(page.locator("main")).to_contain_text("1 feuille classée dans son action.")
    page.get_by_role("link", name="A26-00042").click()
    expect(page.locator("#pieces")).to_contain_text("Feuille de présence")


def test_session_is_added_to_a_protocol_and_the_text_stays_typed(visit: Visit, office: Office) -> None:
    visit.enter(office.staff)
    visit.open(f"/actions/nouvelle/?equipe={office.team.pk}&type=PROTOCOLE&date=2026-07-06")
    page = visit.page
    add = page.get_by_role("button", name="Ajouter une séance")
    add.click()
    page.locator("#id_session_0-held_on").fill("2026-06-10")
    page.locator("#id_session_0-minutes").fill("Plan décidé")
    page.locator("[name='session_0-people']").first.check()
    add.click()
    expect(page.locator(".session")).to_have_count(2)
    expect(page.locator("#id_session_0-minutes")).to_have_value("Plan décidé")
    page.get_by_role("button", name="Retirer la séance 2").click()
    expect(page.locator(".session")).to_have_count(1)
    page.get_by_role("button", name="Enregistrer comme brouillon").click()
    expect(page.locator("#seances")).to_contain_text("Plan décidé")
    assert Action.objects.get().sessions.get().attendees.count() == 1
