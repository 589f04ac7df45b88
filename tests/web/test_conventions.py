"""The pages of conventions, from the draft to the signature: what each role sees, what is refused and kept."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from association.models import Membership, Team, User
from association.services.people import join_professionals
from conventions.models import Convention, ConventionTemplate
from conventions.services.drafting import change_draft
from conventions.services.templates import start_version
from tests import factories
from tests.conventions.making import (
    DAY,
    SIGNATORY,
    adhesion_of,
    drafted,
    in_signing,
    member,
    recognised_team,
    scan,
    sign_members,
    signed,
)
from tests.web.conftest import plain


@pytest.fixture
def staff(db: None) -> User:
    return factories.UserFactory(staff=True, full_name="Camille Gestion")


@pytest.fixture
def team(db: None) -> Team:
    return recognised_team()


@pytest.fixture
def client(staff: User) -> Client:
    return of(staff)


def of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def url(name: str, pk: int) -> str:
    return reverse(f"conventions:{name}", args=[pk])


def edited(convention: Convention, **fields: Any) -> dict[str, Any]:
    """Return what the form of the draft would send, all else as it is."""
    return {
        "version": convention.version,
        "starts_on": convention.starts_on.isoformat(),
        "ends_on": convention.ends_on.isoformat(),
        "action_types": ["RCP", "PPS"],
        "ceiling_cents": "10 000,00 €",
        "members": [adhesion.membership_id for adhesion in convention.adhesions.all()],
    } | fields


# --- draft ------------------------------------------------------------------------------------------------------


def test_convention_is_prepared_from_the_page_of_the_team(client: Client, team: Team) -> None:
    assert "Préparer une convention" in plain(client.get(url("of_team", team.pk)))
    answer = client.post(url("draft_new", team.pk), {"starts_on": "2026-09-01", "ends_on": ""})
    convention = Convention.objects.get()
    assert answer.url == url("convention", convention.pk)  # type: ignore[attr-defined]
    page = plain(client.get(answer.url))  # type: ignore[attr-defined]
    assert f"{convention.number}" in page
    assert "du 1er septembre 2026 au 31 août 2028" in page


def test_team_that_may_have_no_convention_is_told_why(client: Client) -> None:
    team = factories.TeamFactory(recognised=True, kind="esp")
    assert "Seules une ESP CLAP ou une ESS passent une convention" in plain(client.get(url("draft_new", team.pk)))
    assert "Préparer une convention" not in plain(client.get(url("of_team", team.pk)))


def test_end_before_start_is_said_beside_the_field_and_kept(client: Client, team: Team) -> None:
    page = client.post(url("draft_new", team.pk), {"starts_on": "2026-09-01", "ends_on": "2026-08-31"})
    assert page.status_code == 409
    assert "La fin précède le début" in page.context["form"].errors["ends_on"][0]
    assert 'value="2026-08-31"' in page.content.decode()


def test_overlap_is_said_beside_the_first_day(client: Client, team: Team, staff: User) -> None:
    other = signed(team, staff)
    page = client.post(url("draft_new", team.pk), {"starts_on": "2027-01-01", "ends_on": "2028-12-31"})
    assert other.number in page.context["form"].errors["starts_on"][0]


def test_draft_is_changed(client: Client, team: Team, staff: User) -> None:
    convention = drafted(team, staff)
    client.post(url("draft_edit", convention.pk), edited(convention, ceiling_cents="8 500,50", action_types=["PPS"]))
    terms = convention.terms.get()
    assert (terms.ceiling_cents, terms.action_types) == (8_500_50, ["PPS"])
    assert "Plafond annuel : 10 000,00 € → 8 500,50 €" in plain(client.get(url("convention", convention.pk))).replace(
        "\u202f", " "
    )


@pytest.mark.parametrize(
    ("typed", "said"), [("beaucoup", "Écrivez un montant"), ("-5", "Écrivez un montant"), ("2000000", "dépasse")]
)
def test_amount_that_is_none_is_said_and_kept(client: Client, team: Team, staff: User, typed: str, said: str) -> None:
    convention = drafted(team, staff)
    page = client.post(url("draft_edit", convention.pk), edited(convention, ceiling_cents=typed))
    assert said in page.context["form"].errors["ceiling_cents"][0]
    assert f'value="{typed}"' in page.content.decode()


def test_second_person_to_save_is_told_and_saves_at_the_second_press(client: Client, team: Team, staff: User) -> None:
    convention = drafted(team, staff)
    shown = edited(convention, action_types=["PPS"])
    first = {key: shown[key] for key in ("starts_on", "ends_on")}
    assert first
    change_draft(
        convention=convention,
        starts_on=convention.starts_on,
        ends_on=date(2027, 8, 31),
        action_types=["RCP", "PPS"],
        ceiling_cents=10_000_00,
        memberships=[one.membership for one in convention.adhesions.all()],
        version=0,
        actor=factories.UserFactory(staff=True, full_name="Dominique Bureau"),
    )
    page = client.post(url("draft_edit", convention.pk), shown)
    assert page.status_code == 409
    assert "Dominique Bureau a modifié cette fiche" in plain(page)
    assert "« 31/08/2028 » est devenu « 31/08/2027 »" in plain(page)
    assert convention.terms.get().action_types == ["RCP", "PPS"]
    again = client.post(url("draft_edit", convention.pk), shown | {"version": page.context["form"]["version"].value()})
    assert again.status_code == 302
    assert convention.terms.get().action_types == ["PPS"]


# --- text and issue --------------------------------------------------------------------------------------------


def test_draft_is_previewed_on_screen_and_on_paper(client: Client, team: Team, staff: User) -> None:
    convention = drafted(team, staff)
    page = plain(client.get(url("convention_text", convention.pk)))
    assert "Brouillon" in page
    assert "Article 1 – Les parties" in page
    paper = client.get(url("convention_pdf", convention.pk))
    assert paper["Content-Type"] == "application/pdf"
    assert "BROUILLON" in PdfReader(BytesIO(paper.content)).pages[0].extract_text()


def test_name_with_markup_is_shown_as_it_was_typed(client: Client, staff: User) -> None:
    team = recognised_team(name="<script>alert(1)</script>")
    page = client.get(url("convention_text", drafted(team, staff).pk))
    assert "<script>alert(1)" not in page.content.decode()
    assert "&lt;script&gt;alert(1)" in page.content.decode()


def test_convention_goes_from_issued_to_signed_by_its_page(client: Client, team: Team, staff: User) -> None:
    convention = drafted(team, staff)
    today = timezone.localdate().isoformat()
    for step in ("issue", "open_signing"):
        assert client.post(url("convention_step", convention.pk), {"step": step}).status_code == 302
    rows = {f"signed_{adhesion_of(convention, name).pk}": "on" for name in ("Évrard", "Le Goff")}
    assert client.post(url("signatures", convention.pk), {"day": today, **rows}).status_code == 302
    given = {
        "association-signed_on": today,
        "association-signatory": SIGNATORY,
        "association-version": Convention.objects.get().version,
    }
    answer = client.post(url("association_signature", convention.pk), given, follow=True)
    assert "constatez la signature" in plain(answer)
    assert answer.context["steps"][0].form.initial["signed_on"] == timezone.localdate()
    client.post(url("convention_step", convention.pk), {"step": "sign", "sign-signed_on": today})
    assert Convention.objects.get().state == "signed"
    assert Team.objects.get(pk=team.pk).state == "under_convention"


def test_greyed_step_says_what_is_missing(client: Client, team: Team, staff: User) -> None:
    page = plain(client.get(url("convention", in_signing(team, staff).pk)))
    assert "Il manque la signature de l'association" in page


def test_refused_step_gives_back_what_was_typed(client: Client, team: Team, staff: User) -> None:
    convention = in_signing(team, staff)
    typed = {"step": "sign", "sign-signed_on": "2026-09-10", "sign-early_effect_reason": "Motif déjà écrit"}
    page = client.post(url("convention_step", convention.pk), typed)
    assert page.status_code == 409
    assert "Il manque la signature de l'association" in plain(page)
    assert Convention.objects.get().state == "signing"


# --- signatures ---------------------------------------------------------------------------------------------------


def test_member_who_signed_before_joining_is_said_beside_the_row_and_all_is_kept(
    client: Client, team: Team, staff: User
) -> None:
    member(team, "Tardif", joined_on=date(2026, 10, 1), nurse=True)
    convention = in_signing(team, staff)
    late, gp = adhesion_of(convention, "Tardif").pk, adhesion_of(convention, "Évrard").pk
    typed = {f"signed_{late}": "on", f"signed_{gp}": "on", "day": DAY.isoformat(), f"day_{gp}": "2026-09-12"}
    page = client.post(url("signatures", convention.pk), typed)
    assert page.status_code == 409
    assert "est membre depuis le 01/10/2026" in page.context["form"].errors[f"day_{late}"][0]
    assert 'value="2026-09-12"' in page.content.decode()
    assert f'name="signed_{late}" class="form-check-input" id="id_signed_{late}" checked' in page.content.decode()
    assert not convention.adhesions.filter(state="signed").exists()


def test_signature_without_a_day_is_asked_for_it(client: Client, team: Team, staff: User) -> None:
    convention = in_signing(team, staff)
    pk = adhesion_of(convention, "Évrard").pk
    page = client.post(url("signatures", convention.pk), {f"signed_{pk}": "on", "day": ""})
    assert "Indiquez la date de cette signature" in page.context["form"].errors[f"day_{pk}"][0]


def test_nobody_ticked_is_said(client: Client, team: Team, staff: User) -> None:
    page = client.post(url("signatures", in_signing(team, staff).pk), {"day": DAY.isoformat()})
    assert "Cochez au moins un membre qui a signé" in plain(page)


def test_refusal_without_a_reason_opens_its_dialog_again(client: Client, team: Team, staff: User) -> None:
    adhesion = adhesion_of(in_signing(team, staff), "Duval")
    page = client.post(url("decline", adhesion.pk), {"comment": " "})
    assert page.status_code == 409
    assert "data-dialog-open" in page.content.decode()
    assert client.post(url("decline", adhesion.pk), {"comment": "Retraite"}).status_code == 302
    adhesion.refresh_from_db()
    assert adhesion.state == "declined"


def test_referent_reads_and_signs_on_screen(team: Team, staff: User) -> None:
    convention = in_signing(team, staff)
    gp = team.memberships.get(professional__last_name="Évrard")
    gp.is_referent = True
    gp.save()
    referent = of(factories.UserFactory(role="referent", professional=gp.professional))
    assert "Signer à l'écran" in plain(referent.get(url("convention", convention.pk)))
    page = referent.get(url("own_signature", convention.pk))
    assert "Je, soussigné·e <strong>Évrard Anaïs</strong>" in plain(page)
    assert "Article 1 – Les parties" in plain(page)
    assert "Cochez cette case" in plain(referent.post(url("own_signature", convention.pk), {}))
    assert referent.post(url("own_signature", convention.pk), {"confirmed": "on"}).status_code == 302
    assert adhesion_of(convention, "Évrard").how == "ecran"
    assert referent.get(url("own_signature", convention.pk)).status_code == 404
    assert referent.get(reverse("association:document", args=[convention.document_id])).status_code == 200


def test_reminders_say_to_whom_they_went(client: Client, team: Team, staff: User) -> None:
    convention = in_signing(team, staff)
    sign_members(convention, staff, "Évrard", "Duval")
    page = client.post(url("reminders", convention.pk), follow=True)
    assert "Relance écrite à : Le Goff Anaïs." in plain(page)
    assert "Déjà relancés aujourd'hui : Le Goff" in plain(client.post(url("reminders", convention.pk), follow=True))


# --- filing -------------------------------------------------------------------------------------------------------


def paper(team: Team, **fields: Any) -> dict[str, Any]:
    stays = {stay.professional.last_name: stay.pk for stay in team.memberships.select_related("professional")}
    return {
        "number": "2026/17",
        "starts_on": "2026-03-01",
        "ends_on": "2028-02-29",
        "action_types": ["RCP"],
        "ceiling_cents": "10000",
        "association_signed_on": "2026-03-05",
        "association_signatory": SIGNATORY,
        f"signed_{stays['Évrard']}": "2026-03-02",
        f"signed_{stays['Le Goff']}": "2026-03-10",
        "scan": scan(),
    } | fields


def test_signed_paper_is_filed_in_one_step(client: Client, team: Team) -> None:
    page = client.post(url("file_signed", team.pk), paper(team), follow=True)
    assert "La convention 2026/17 est enregistrée" in plain(page)
    assert Convention.objects.get().state == "signed"
    assert "Exemplaire signé" in plain(page)


def test_paper_that_is_a_program_is_refused_beside_the_file(client: Client, team: Team) -> None:
    program = scan()
    program.file.seek(0)
    program.file.write(b"MZ\x90\x00")
    program.file.seek(0)
    page = client.post(url("file_signed", team.pk), paper(team, scan=program))
    assert page.status_code == 409
    assert "scan" in page.context["form"].errors
    assert 'value="2026/17"' in page.content.decode()
    assert not Convention.objects.exists()


def test_paper_signed_before_joining_is_said_beside_the_member(client: Client, team: Team) -> None:
    late = member(team, "Tardif", joined_on=date(2026, 10, 1), nurse=True)
    page = client.post(url("file_signed", team.pk), paper(team, **{f"signed_{late.pk}": "2026-03-02"}))
    assert "est membre depuis le 01/10/2026" in page.context["form"].errors[f"signed_{late.pk}"][0]
    assert 'value="2026-03-10"' in page.content.decode()


# --- who sees what -------------------------------------------------------------------------------------------------


def test_ars_sees_dates_and_state_without_names_text_or_money(team: Team, staff: User) -> None:
    convention = signed(team, staff)
    ars = of(factories.UserFactory(ars=True))
    for page in (ars.get(url("convention", convention.pk)), ars.get(url("of_team", team.pk))):
        assert convention.number in plain(page)
        assert "Évrard" not in plain(page)
        assert "000,00 €" not in plain(page)
    assert ars.get(url("convention_text", convention.pk)).status_code == 403
    assert ars.get(reverse("association:document", args=[convention.document_id])).status_code == 404


def test_referent_of_another_team_finds_nothing(team: Team, staff: User) -> None:
    convention = signed(team, staff)
    stay = factories.MembershipFactory(is_referent=True)
    elsewhere = of(factories.UserFactory(role="referent", professional=stay.professional))
    for name in ("convention", "convention_text", "convention_pdf", "own_signature"):
        assert elsewhere.get(url(name, convention.pk)).status_code == 404, name


def test_list_finds_by_number_team_and_state(client: Client, team: Team, staff: User) -> None:
    convention = signed(team, staff)
    factories.ConventionFactory(number="AUTRE-1", draft=True)
    listed = reverse("conventions:convention_list")
    for query in (f"q={convention.number}", "q=rives", "state=signed"):
        page = plain(client.get(f"{listed}?{query}"))
        assert convention.number in page
        assert "AUTRE-1" not in page


@pytest.mark.parametrize("name", ["convention", "signatures"])
def test_number_of_queries_does_not_grow_with_the_members(name: str, client: Client, staff: User) -> None:
    counts = []
    for more in (0, 8):
        team = recognised_team()
        for number in range(more):
            member(team, f"Membre {number}", nurse=True)
        convention = in_signing(team, staff)
        client.get(url(name, convention.pk))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(url(name, convention.pk))
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 40


# --- templates ---------------------------------------------------------------------------------------------------


def test_administrator_writes_and_publishes_a_version(db: None) -> None:
    admin = of(factories.UserFactory(admin=True))
    answer = admin.post(reverse("conventions:template_new"), {"kind": "esp_clap"})
    template = ConventionTemplate.objects.get(version=2)
    assert answer.url == url("template_edit", template.pk)  # type: ignore[attr-defined]
    admin.post(answer.url, {"title": "Convention", "body": "# Objet\nLa convention {numero}.", "edit": 0})  # type: ignore[attr-defined]
    assert "La convention CLAP-2026-044-0012." in plain(admin.get(url("template", template.pk)))
    assert "est publié" in plain(admin.post(url("template_publish", template.pk), follow=True))


def test_second_writer_of_a_text_is_told_what_the_first_wrote_and_saves_at_the_second_press(db: None) -> None:
    first, second = factories.UserFactory(admin=True, full_name="Anne Admin"), factories.UserFactory(admin=True)
    template = start_version(kind="esp_clap", actor=first)
    address, mine = url("template_edit", template.pk), {"title": "Le mien", "body": "# Objet\nMon article."}
    shown = of(second).get(address).context["form"]["edit"].value()
    of(first).post(address, {"title": "Le sien", "body": "# Objet\nSon article.", "edit": shown})
    page = of(second).post(address, mine | {"edit": shown})
    assert page.status_code == 409
    assert "Anne Admin a modifié" in plain(page)
    assert "« Le sien »" in plain(page)
    assert "Mon article." in plain(page)
    assert ConventionTemplate.objects.get(pk=template.pk).title == "Le sien"
    of(second).post(address, mine | {"edit": page.context["form"]["edit"].value()})
    assert ConventionTemplate.objects.get(pk=template.pk).title == "Le mien"


def test_unknown_placeholder_is_named_beside_the_text_and_all_is_kept(db: None) -> None:
    user = factories.UserFactory(admin=True)
    template = start_version(kind="esp_clap", actor=user)
    page = of(user).post(url("template_edit", template.pk), {"title": "T", "body": "# Objet\nCher {prenom}"})
    assert page.status_code == 409
    assert "{prenom}" in page.context["form"].errors["body"][0]
    assert "Cher {prenom}" in plain(page)


def test_reminder_of_tomorrow_is_not_today(team: Team, staff: User, client: Client) -> None:
    convention = in_signing(team, staff)
    convention.adhesions.update(reminded_at=timezone.now() - timedelta(days=1))
    assert "Relance écrite à" in plain(client.post(url("reminders", convention.pk), follow=True))


def test_forged_version_is_refused_and_nothing_is_written(team: Team, staff: User, client: Client) -> None:
    convention = in_signing(team, staff)
    answer = client.post(
        url("association_signature", convention.pk),
        {"association-version": "9" * 30, "association-signed_on": DAY, "association-signatory": SIGNATORY},
    )
    assert answer.status_code == 409
    assert "a pu être modifiée depuis" in plain(answer)
    assert Convention.objects.get(pk=convention.pk).association_signed_on is None


@pytest.mark.parametrize("page", ["draft_edit", "association_signature"])
def test_convention_sent_without_its_version_is_refused_and_saved_at_the_second_press(
    team: Team, staff: User, client: Client, page: str
) -> None:
    if page == "draft_edit":
        convention = drafted(team, staff)
        prefix, typed, name = "", edited(convention, action_types=["PPS"]), "form"
        del typed["version"]
    else:
        convention = in_signing(team, staff)
        prefix, name = "association-", "association"
        typed = {"association-signed_on": DAY, "association-signatory": SIGNATORY}
    before = Convention.objects.get(pk=convention.pk)
    answer = client.post(url(page, convention.pk), typed)
    assert answer.status_code == 409
    assert "a pu être modifiée depuis que vous l'avez ouverte" in plain(answer)
    assert Convention.objects.get(pk=convention.pk).version == before.version
    again = {**typed, f"{prefix}version": answer.context[name]["version"].value()}
    assert client.post(url(page, convention.pk), again).status_code == 302


def test_signatory_with_markup_is_refused_beside_the_field_and_kept(team: Team, staff: User, client: Client) -> None:
    convention = in_signing(team, staff)
    typed = {"version": convention.version, "signed_on": DAY, "signatory": "<b>Anne</b>"}
    answer = client.post(
        url("association_signature", convention.pk), {f"association-{name}": value for name, value in typed.items()}
    )
    form = answer.context["association"]
    assert "Retirez-les" in form.errors["signatory"][0]
    assert form["signatory"].value() == "<b>Anne</b>"


def test_member_number_that_nobody_can_have_is_refused_in_french(team: Team, staff: User, client: Client) -> None:
    convention = drafted(team, staff)
    answer = client.post(url("draft_edit", convention.pk), edited(convention, members=["9" * 30]))
    assert answer.status_code == 409
    assert "members" in answer.context["form"].errors


@pytest.mark.parametrize("account", ["kept", "joined"])
def test_joined_person_signs_on_screen_under_either_record(team: Team, staff: User, account: str) -> None:
    convention = in_signing(team, staff)
    adhesion = adhesion_of(convention, "Le Goff")
    joined = adhesion.membership.professional
    Membership.objects.filter(pk=adhesion.membership_id).update(is_referent=True)
    kept = factories.ProfessionalFactory(nurse=True)
    join_professionals(kept=kept, other=joined, actor=staff, comment="Même personne")
    nurse = of(factories.UserFactory(role="referent", professional=kept if account == "kept" else joined))
    assert "Convention à signer" in plain(nurse.get("/"))
    assert nurse.post(url("own_signature", convention.pk), {"confirmed": "on"}).status_code == 302
    assert convention.adhesions.get(pk=adhesion.pk).state == "signed"


def test_number_that_is_taken_in_other_letters_is_said_beside_it(client: Client, team: Team, staff: User) -> None:
    number = signed(team, staff).number
    other = recognised_team(name="Équipe du Sillon")
    answer = client.post(url("file_signed", other.pk), paper(other, number=number.lower()))
    assert "existe déjà" in answer.context["form"].errors["number"][0]
