"""Attestations in the browser: issued from the member, verified by anybody, figures entered by the administrator."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from association.attestation_numbers import new_number
from association.models import Attestation, CoordinationAllowance, Membership
from association.services.attestations import issue_attestation
from tests.factories import CompanyFactory, MembershipFactory, ProfessionalFactory, TeamFactory, UserFactory
from tests.web.conftest import plain

pytestmark = pytest.mark.django_db

VERIFY = "association:attestation_verify"


@pytest.fixture(autouse=True)
def _no_looks_yet() -> None:
    cache.clear()


@pytest.fixture
def membership() -> Membership:
    return MembershipFactory(
        team=TeamFactory(recognised=True, name="Équipe du Loroux"),
        professional=ProfessionalFactory(pharmacist=True, last_name="Le Goff", first_name="Anaïs"),
        period__company=CompanyFactory(name="Pharmacie du Marché", siret="73282932000074", finess="440012345"),
    )


@pytest.fixture
def issued(membership: Membership) -> Attestation:
    return issue_attestation(membership=membership, year=2026, actor=UserFactory(staff=True))


def client_of(**traits: Any) -> Client:
    client = Client()
    client.force_login(UserFactory(**traits))
    return client


def verify(number: str) -> Any:
    return Client().get(reverse(VERIFY, args=[number]))


# --- issuing -------------------------------------------------------------------------------------------------


def test_attestation_is_issued_from_the_page_of_the_member(membership: Membership) -> None:
    staff = client_of(staff=True)
    page = reverse("association:attestations", args=[membership.pk])
    assert "Aucune attestation" in plain(staff.get(page))
    answer = staff.post(reverse("association:attestation_issue", args=[membership.pk]), {"year": 2026, "replaces": ""})
    assert answer.url == page
    attestation = Attestation.objects.get()
    assert attestation.number in plain(staff.get(page))
    pdf = staff.get(reverse("association:document", args=[attestation.document_id]))
    assert pdf.headers["Content-Type"] == "application/pdf"


def test_second_press_is_told_of_the_first(membership: Membership, issued: Attestation) -> None:
    url = reverse("association:attestation_issue", args=[membership.pk])
    page = client_of(staff=True).post(url, {"year": 2026, "replaces": ""})
    assert page.status_code == 409
    assert "entre-temps" in plain(page)
    assert client_of(staff=True).post(url, {"year": 2026, "replaces": issued.number}).status_code == 302
    assert Attestation.objects.count() == 2


def test_button_elsewhere_needs_only_the_year(membership: Membership, issued: Attestation) -> None:
    url = reverse("association:attestation_issue", args=[membership.pk])
    assert client_of(staff=True).post(url, {"year": 2026}).status_code == 302
    assert Attestation.objects.filter(replaced_at=None).count() == 1


@pytest.mark.parametrize("year", ["", "deux mille", "1066", "99999999999"])
def test_year_that_is_none_is_refused_in_a_sentence(membership: Membership, year: str) -> None:
    url = reverse("association:attestation_issue", args=[membership.pk])
    page = client_of(staff=True).post(url, {"year": year})
    assert page.status_code == 400
    assert "Choisissez" in plain(page)


def test_nothing_to_attest_is_said(membership: Membership) -> None:
    url = reverse("association:attestation_issue", args=[membership.pk])
    page = client_of(staff=True).post(url, {"year": 2024})
    assert page.status_code == 409
    assert "n'était pas reconnue en 2024" in plain(page)


def test_referent_reads_the_attestations_of_the_own_team_and_no_other(
    membership: Membership, issued: Attestation
) -> None:
    referent = MembershipFactory(team=membership.team, is_referent=True)
    own, other = Client(), client_of(referent=True)
    own.force_login(UserFactory(referent=True, professional=referent.professional))
    page = reverse("association:attestations", args=[membership.pk])
    document = reverse("association:document", args=[issued.document_id])
    assert issued.number in plain(own.get(page))
    assert "Délivrer une attestation" not in plain(own.get(page))
    assert (own.get(document).status_code, other.get(page).status_code) == (200, 404)
    assert other.get(document).status_code == 404


@pytest.fixture
def without_officine() -> Membership:
    return MembershipFactory(
        team=TeamFactory(recognised=True), professional=ProfessionalFactory(pharmacist=True, last_name="Morvan")
    )


def test_pharmacist_without_an_officine_is_refused_with_the_way_to_write_it(without_officine: Membership) -> None:
    url = reverse("association:attestation_issue", args=[without_officine.pk])
    page = client_of(staff=True).post(url, {"year": 2026, "replaces": ""})
    assert page.status_code == 409
    assert "nomme son officine, et aucune n'est inscrite pour Morvan" in plain(page)
    assert reverse("association:member", args=[without_officine.pk]) in page.content.decode()
    assert not Attestation.objects.exists()


def test_officine_without_its_numbers_is_completed_and_the_attestation_issued(without_officine: Membership) -> None:
    staff, company = client_of(staff=True), CompanyFactory(name="Pharmacie du Port", siret="", finess="440012345")
    without_officine.periods.update(company=company)
    url = reverse("association:attestation_issue", args=[without_officine.pk])
    page = staff.post(url, {"year": 2026, "replaces": ""})
    assert page.status_code == 409
    assert "De « Pharmacie du Port », il manque : SIRET." in plain(page)
    form = staff.get(page.context["refused"]["url"])
    assert list(form.context["form"].fields) == ["siret"]
    wrong = staff.post(page.context["refused"]["url"], {"siret": "123"})
    assert wrong.context["form"]["siret"].value() == "123"
    answer = staff.post(page.context["refused"]["url"], {"siret": "732 829 320 00074", "finess": "440099999"})
    assert answer.url == reverse("association:attestations", args=[without_officine.pk])
    company.refresh_from_db()
    assert (company.siret, company.finess) == ("73282932000074", "440012345")
    assert staff.post(url, {"year": 2026, "replaces": ""}).status_code == 302
    assert Attestation.objects.get().content["company"]["siret"] == "73282932000074"


def test_biologist_and_nurse_need_no_officine() -> None:
    staff = client_of(staff=True)
    for traits in ({"pharmacist": True, "is_biologist": True}, {"nurse": True}):
        stay = MembershipFactory(team=TeamFactory(recognised=True), professional=ProfessionalFactory(**traits))
        assert staff.post(reverse("association:attestation_issue", args=[stay.pk]), {"year": 2026}).status_code == 302


# --- verifying -----------------------------------------------------------------------------------------------


def test_anybody_verifies_a_number(issued: Attestation) -> None:
    page = verify(issued.number)
    assert page.status_code == 200
    text = plain(page)
    for said in ("Valable", "Le Goff Anaïs", "Pharmacie du Marché", "Équipe du Loroux", "1er janvier 2026"):
        assert said in text
    assert page.headers["X-Robots-Tag"].startswith("noindex")
    assert "no-store" in page.headers["Cache-Control"]


def test_number_typed_carelessly_is_found(issued: Attestation) -> None:
    typed = issued.number.lower().replace("-", " ")
    answer = Client().get(reverse(VERIFY), {"number": typed})
    assert answer.url == reverse(VERIFY, args=[issued.number])
    assert verify(typed).status_code == 200


def test_number_that_is_unknown_or_badly_copied_is_told_apart() -> None:
    unknown = verify(new_number(2026))
    assert "Numéro inconnu" in plain(unknown)
    copied = Client().get(reverse(VERIFY), {"number": "ATT-2026-7K3M"})
    assert "mal recopié" in plain(copied)
    assert 'value="ATT-2026-7K3M"' in copied.content.decode()
    assert "<script>alert" not in verify("<script>alert(1)" * 20).content.decode()


def test_departure_and_replacement_are_said(membership: Membership, issued: Attestation) -> None:
    Membership.objects.filter(pk=membership.pk).update(left_on=date(2026, 6, 30))
    page = plain(verify(issued.number))
    assert "Terminée par un départ" in page
    assert "a quitté l'équipe le 30/06/2026" in page
    membership.refresh_from_db()
    issue_attestation(membership=membership, year=2026, actor=UserFactory(staff=True))
    assert "Remplacée" in plain(verify(issued.number))


def test_page_says_nothing_but_what_the_paper_says(issued: Attestation) -> None:
    text = verify(issued.number).content.decode()
    assert issued.membership.professional.rpps not in text
    assert "document" not in text.split("<main", 1)[1].split("</main", 1)[0]


def test_address_that_asks_all_the_time_has_to_wait(issued: Attestation) -> None:
    codes = [verify(issued.number).status_code for _ in range(31)]
    assert codes[:30] == [200] * 30
    assert codes[30] == 429
    assert Client(REMOTE_ADDR="192.0.2.7").get(reverse(VERIFY)).status_code == 200


# --- figures -------------------------------------------------------------------------------------------------


def test_administrator_enters_and_corrects_a_figure() -> None:
    admin = client_of(admin=True)
    url = reverse("association:allowances")
    assert "280,00 €" in plain(admin.get(url))
    sent = {"profession": "21", "year": "2026", "amount_cents": "1 420,50", "source": "Avenant du 1er mars"}
    assert admin.post(url, sent).status_code == 302
    figure = CoordinationAllowance.objects.get(year=2026)
    assert figure.amount_cents == 1_420_50
    edit = reverse("association:allowance", args=[figure.pk])
    assert "1 420,50" in plain(admin.get(edit))
    assert admin.post(edit, {"amount_cents": "430", "source": "Avenant", "version": "0"}).status_code == 302
    figure.refresh_from_db()
    assert figure.amount_cents == 430_00


def test_figure_that_is_wrong_is_told_beside_its_field_and_kept() -> None:
    admin = client_of(admin=True)
    sent = {"profession": "21", "year": "2018", "amount_cents": "beaucoup", "source": ""}
    page = admin.post(reverse("association:allowances"), sent)
    assert set(page.context["form"].errors) == {"amount_cents", "source"}
    assert page.context["form"]["amount_cents"].value() == "beaucoup"
    page = admin.post(reverse("association:allowances"), {**sent, "amount_cents": "10", "source": "Note"})
    assert "a déjà un montant pour cette année" in plain(page)


def test_figure_that_somebody_else_corrected_is_told() -> None:
    figure = CoordinationAllowance.objects.get(year=2018)
    edit = reverse("association:allowance", args=[figure.pk])
    client_of(admin=True).post(edit, {"amount_cents": "281", "source": "Avenant", "version": "0"})
    page = client_of(admin=True).post(edit, {"amount_cents": "290", "source": "Autre note", "version": "0"})
    assert page.status_code == 409
    assert "a modifié cette fiche" in plain(page)
    assert "Autre note" in plain(page)
