"""The pages of amendments: proposed, read, issued, signed on paper and on screen, by whom and seen by whom."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pypdf import PdfReader

from association.models import Membership, OutgoingMail, Role, Team, User
from association.services.members import add_member
from conventions.models import Amendment, Convention, ConventionTerms
from conventions.services.amending import issue_amendment, sign_amendment
from conventions.services.amendment_drafting import propose_terms
from tests import factories
from tests.conventions.making import SIGNATORY, adhesion_of, member, recognised_team, scan, signed
from tests.conventions.months import travel
from tests.web.conftest import plain

TODAY = date(2026, 11, 20)
DECEMBER = date(2026, 12, 1)


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    travel(monkeypatch, TODAY)


@pytest.fixture
def staff(db: None) -> User:
    return factories.UserFactory(staff=True, full_name="Camille Gestion")


@pytest.fixture
def team(db: None) -> Team:
    return recognised_team()


@pytest.fixture
def convention(team: Team, staff: User) -> Convention:
    return signed(team, staff)


@pytest.fixture
def in_signing(convention: Convention, staff: User) -> Amendment:
    draft = propose_terms(
        convention=convention,
        effective_on=DECEMBER,
        action_types=["RCP", "PROTOCOLE"],
        ceiling_cents=12_000_00,
        actor=staff,
    )
    return issue_amendment(amendment=draft, actor=staff)


def of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def url(name: str, pk: int) -> str:
    return reverse(f"conventions:{name}", args=[pk])


def account_of(stay: Membership) -> User:
    stay.is_referent = True
    stay.save()
    user: User = factories.UserFactory(role=Role.REFERENT, professional=stay.professional)
    return user


PROPOSAL = {"effective_on": "2026-12-01", "action_types": ["RCP", "PROTOCOLE"], "ceiling_cents": "12 000 €"}


def test_amendment_is_proposed_read_issued_and_signed_from_its_pages(convention: Convention, staff: User) -> None:
    client = of(staff)
    assert "Proposer un avenant" in plain(client.get(url("amendments_of", convention.pk)))
    answer = client.post(url("amendment_new", convention.pk), PROPOSAL)
    amendment = Amendment.objects.get()
    assert answer.url == url("amendment", amendment.pk)
    page = plain(client.get(answer.url))
    assert "Types d'action et plafond annuel" in page
    assert "10 000,00 €" in page
    assert "12 000,00 €" in page
    client.post(url("amendment_step", amendment.pk), {"step": "issue"})
    rows = amendment.signatures.values_list("pk", flat=True)
    answer = client.post(
        url("amendment_signatures", amendment.pk),
        {"day": "2026-11-20", "association": "on", "signatory": SIGNATORY, "scan": scan()}
        | {f"signed_{pk}": "on" for pk in rows},
        follow=True,
    )
    assert "L'avenant est signé et appliqué." in plain(answer)
    assert ConventionTerms.objects.get(effective_on=DECEMBER).ceiling_cents == 12_000_00
    assert "Exemplaire signé" in plain(answer)


def test_proposal_that_changes_nothing_is_told_and_kept(convention: Convention, staff: User) -> None:
    same = {"effective_on": "2026-12-01", "action_types": ["RCP", "PPS"], "ceiling_cents": "10 000"}
    page = of(staff).post(url("amendment_new", convention.pk), same)
    assert page.status_code == 409
    assert "Rien ne change" in plain(page)
    assert 'value="10 000"' in page.content.decode()


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("effective_on", "2030-01-01", "prend effet entre"),
        ("effective_on", "hier", "Écrivez une date"),
        ("action_types", [], "Cochez au moins un type"),
        ("ceiling_cents", "beaucoup", "Écrivez un montant"),
    ],
)
def test_proposal_that_makes_no_sense_is_told_beside_its_field(
    field: str, typed: object, said: str, convention: Convention, staff: User
) -> None:
    page = of(staff).post(url("amendment_new", convention.pk), PROPOSAL | {field: typed})
    assert page.status_code == 409
    assert said in str(page.context["form"].errors[field])
    assert not Amendment.objects.exists()


def test_second_proposal_names_the_one_that_is_open(in_signing: Amendment, staff: User) -> None:
    page = of(staff).post(url("amendment_new", in_signing.convention_id), PROPOSAL | {"effective_on": "2027-01-01"})
    assert page.status_code == 409
    assert "L'avenant n° 1 modifie déjà" in plain(page)


def test_signature_before_the_issue_is_told_beside_that_member_and_the_rest_is_kept(
    in_signing: Amendment, staff: User
) -> None:
    first, second = in_signing.signatures.order_by("pk")
    page = of(staff).post(
        url("amendment_signatures", in_signing.pk),
        {
            "day": "2026-11-20",
            f"signed_{first.pk}": "on",
            f"signature_{second.pk}": "2026-11-01",
            "association": "on",
            "signatory": "",
        },
    )
    assert page.status_code == 409
    errors = page.context["form"].errors
    assert "ne peut précéder" in str(errors[f"signature_{second.pk}"])
    assert "qui signe pour l'association" in str(errors["signatory"]).replace("&#x27;", "'")
    assert 'value="2026-11-01"' in page.content.decode()
    assert not in_signing.signatures.exclude(signed_on=None).exists()


def test_signatures_need_a_signatory(in_signing: Amendment, staff: User) -> None:
    page = of(staff).post(url("amendment_signatures", in_signing.pk), {"day": "2026-11-20"})
    assert page.status_code == 409
    assert "Cochez au moins un signataire" in plain(page)


def test_association_that_signs_alone_is_ticked_already(in_signing: Amendment, staff: User) -> None:
    alone = factories.AmendmentFactory(kind=Amendment.Kind.LEFT, signing=True)
    for amendment, ticked in ((alone, True), (in_signing, False)):
        page = of(staff).get(url("amendment_signatures", amendment.pk))
        assert bool(page.context["form"]["association"].value()) is ticked


def test_member_who_is_signed_in_reads_and_signs_and_nobody_else_does(in_signing: Amendment, staff: User) -> None:
    convention = in_signing.convention
    user = account_of(adhesion_of(convention, "Le Goff").membership)
    client = of(user)
    assert "Signer à l'écran" in plain(client.get(url("amendment", in_signing.pk)))
    page = client.get(url("amendment_own", in_signing.pk))
    assert "déclare avoir lu l'avenant" in plain(page)
    assert "Le Goff Anaïs" in plain(page)
    assert client.post(url("amendment_own", in_signing.pk), {}).status_code == 409
    answer = client.post(url("amendment_own", in_signing.pk), {"confirmed": "on"}, follow=True)
    assert "Votre signature est enregistrée" in plain(answer)
    row = in_signing.signatures.get(membership__professional=user.professional)
    assert (row.signed_on, row.how) == (TODAY, "ecran")
    assert client.get(url("amendment_own", in_signing.pk)).status_code == 404
    never_signed = account_of(adhesion_of(convention, "Duval").membership)
    assert of(never_signed).get(url("amendment_own", in_signing.pk)).status_code == 404


def test_last_signature_on_screen_says_that_the_amendment_is_applied(in_signing: Amendment, staff: User) -> None:
    first, last = in_signing.signatures.order_by("pk")
    sign_amendment(
        amendment=in_signing,
        signatures={first.pk: TODAY},
        association_signed_on=TODAY,
        signatory=SIGNATORY,
        actor=staff,
    )
    client = of(account_of(last.membership))
    answer = client.post(url("amendment_own", in_signing.pk), {"confirmed": "on"}, follow=True)
    assert "L'avenant est signé et appliqué." in plain(answer)


def test_newcomer_is_shown_with_the_amendment_by_which_they_enter(convention: Convention, staff: User) -> None:
    person = factories.ProfessionalFactory(last_name="Riou")
    stay = add_member(
        team=convention.team,
        professional=person,
        joined_on=date(2026, 11, 2),
        status="confirme",
        mode="liberal",
        actor=staff,
    )
    page = of(staff).get(url("convention", convention.pk))
    assert url("amendment", Amendment.objects.get().pk) in page.content.decode()
    assert "par l'avenant n° 1" in plain(page)
    assert "Riou" not in plain(of(staff).get(url("signatures", convention.pk)))
    asked = of(account_of(stay)).get(url("own_signature", convention.pk))
    assert asked.status_code == 404


def test_member_left_out_is_invited_from_the_page(convention: Convention, staff: User) -> None:
    left_out = member(convention.team, "Riou", joined_on=date(2026, 2, 1), nurse=True)
    client = of(staff)
    assert "Riou" in plain(client.get(url("amendment_new", convention.pk)))
    answer = client.post(url("amendment_invite", convention.pk), {"membership": left_out.pk})
    assert answer.url == url("amendment", Amendment.objects.get().pk)
    again = client.post(url("amendment_invite", convention.pk), {"membership": left_out.pk}, follow=True)
    assert "reste à inviter" in plain(again)
    elsewhere = factories.MembershipFactory()
    assert client.post(url("amendment_invite", convention.pk), {"membership": elsewhere.pk}).status_code == 404


def test_amendment_is_abandoned_with_a_reason_only(in_signing: Amendment, staff: User) -> None:
    client = of(staff)
    page = client.post(url("amendment_step", in_signing.pk), {"step": "abandon", "comment": " "})
    assert page.status_code == 409
    assert "Un motif est demandé" in plain(page)
    client.post(url("amendment_step", in_signing.pk), {"step": "abandon", "comment": "Erreur de plafond"})
    in_signing.refresh_from_db()
    assert in_signing.state == "abandoned"
    assert "Erreur de plafond" in plain(client.get(url("amendment", in_signing.pk)))


def test_reminder_says_to_whom_it_went(in_signing: Amendment, staff: User) -> None:
    client = of(staff)
    answer = client.post(url("amendment_reminders", in_signing.pk), follow=True)
    assert "Relance écrite à" in plain(answer)
    assert OutgoingMail.objects.count() == 2
    again = client.post(url("amendment_reminders", in_signing.pk), follow=True)
    assert "Déjà relancés aujourd'hui" in plain(again)
    assert OutgoingMail.objects.count() == 2


def test_draft_on_paper_says_so_and_an_issued_one_is_the_filed_file(in_signing: Amendment, staff: User) -> None:
    client = of(staff)
    filed = client.get(url("amendment_pdf", in_signing.pk))
    assert filed.url == reverse("association:document", args=[in_signing.document_id])
    draft = factories.AmendmentFactory(convention=in_signing.convention, number=9, effective_on=date(2027, 1, 1))
    answer = client.get(url("amendment_pdf", draft.pk))
    assert "BROUILLON" in PdfReader(BytesIO(answer.content)).pages[0].extract_text()
    assert "attachment" in answer.headers["Content-Disposition"]


def test_referent_opens_the_paper_of_an_amendment(in_signing: Amendment) -> None:
    user = account_of(adhesion_of(in_signing.convention, "Évrard").membership)
    answer = of(user).get(url("amendment_pdf", in_signing.pk), follow=True)
    assert answer.status_code == 200


def test_ars_sees_that_there_are_amendments_and_no_name_nor_amount(in_signing: Amendment) -> None:
    page = plain(of(factories.UserFactory(ars=True)).get(url("amendments_of", in_signing.convention_id)))
    assert "Types d'action" in page
    assert "N° 1" in page
    assert url("amendment", in_signing.pk) not in page
    assert "Évrard" not in page


def test_pages_ask_as_much_for_many_as_for_few(convention: Convention, staff: User) -> None:
    client = of(staff)

    def queries(address: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        return len(captured)

    def more(count: int) -> Amendment:
        for _ in range(count):
            amendment = factories.AmendmentFactory(convention=convention, signing=True)
            for _ in range(count):
                stay = factories.MembershipFactory(team=convention.team)
                amendment.signatures.create(membership=stay)
        return amendment

    addresses = [url("amendments_of", convention.pk), url("life_of", convention.pk)]
    few = [queries(url("amendment", more(2).pk)), *map(queries, addresses)]
    assert [queries(url("amendment", more(6).pk)), *map(queries, addresses)] == few
    assert max(few) <= 25
