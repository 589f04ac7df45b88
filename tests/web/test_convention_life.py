"""The life of a convention on its page: suspended, taken up again, terminated, renewed; and what waits at home."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from association.models import Role, Team, User
from association.workflow import fire
from conventions.models import Amendment, Convention, Suspension
from conventions.services.amending import issue_amendment
from conventions.services.amendment_drafting import propose_terms
from conventions.services.ending import end_conventions
from conventions.services.issuing import issue_convention
from conventions.services.renewing import renew_convention
from conventions.services.signing import sign_for_association
from tests import factories
from tests.conventions.making import SIGNATORY, adhesion_of, in_signing, recognised_team, sign_members, signed
from tests.conventions.months import travel
from tests.web.conftest import plain

TODAY = date(2026, 11, 20)


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    travel(monkeypatch, TODAY)


@pytest.fixture
def staff(db: None) -> User:
    return factories.UserFactory(staff=True, full_name="Camille Gestion")


@pytest.fixture
def team(staff: User) -> Team:
    return recognised_team(officer=staff)


@pytest.fixture
def convention(team: Team, staff: User) -> Convention:
    """In force from 10 September 2026 to 31 August 2028."""
    return signed(team, staff)


def of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def url(name: str, pk: int) -> str:
    return reverse(f"conventions:{name}", args=[pk])


def life(user: User, convention: Convention) -> str:
    return plain(of(user).get(url("life_of", convention.pk)))


def home(user: User) -> str:
    return plain(of(user).get(reverse("home")))


# --- gestures ----------------------------------------------------------------------------------------------------


def test_convention_is_suspended_then_taken_up_again_from_its_page(convention: Convention, staff: User) -> None:
    client = of(staff)
    answer = client.post(
        url("suspend", convention.pk),
        {"suspend-starts_on": "2026-11-01", "suspend-reason": "Départ du médecin"},
    )
    assert answer.url == url("convention", convention.pk)
    assert "Suspendue depuis le 01/11/2026" in life(staff, convention)
    assert "Départ du médecin" in life(staff, convention)
    client.post(url("resume", convention.pk), {"resume-resumed_on": "2026-11-15"})
    assert Suspension.objects.get().ends_on == date(2026, 11, 15)
    assert "En vigueur depuis le 10/09/2026, jusqu'au 31/08/2028 (650 jours)" in life(staff, convention)


def test_date_that_does_not_fit_is_told_beside_it_and_what_was_typed_is_kept(
    convention: Convention, staff: User
) -> None:
    page = of(staff).post(
        url("suspend", convention.pk),
        {"suspend-starts_on": "2026-01-01", "suspend-reason": "Départ du médecin"},
    )
    assert page.status_code == 409
    assert page.context["form"].errors["starts_on"] == ["La suspension commence entre le 10/09/2026 et le 20/11/2026."]
    assert 'value="2026-01-01"' in page.content.decode()
    assert "Départ du médecin" in page.content.decode()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Indiquez le motif"),
        ("Dossier du 1 85 05 78 006 084 91", "NIR"),
        ("a" * 201, "Raccourcissez-le"),
    ],
)
def test_reason_that_is_missing_endless_or_names_a_patient_is_refused(
    typed: str, said: str, convention: Convention, staff: User
) -> None:
    page = of(staff).post(
        url("terminate", convention.pk),
        {"terminate-terminated_on": "2026-11-20", "terminate-reason": typed},
    )
    assert page.status_code == 409
    assert said in str(page.context["form"].errors)
    convention.refresh_from_db()
    assert convention.state == "signed"


def test_termination_to_come_says_until_when_the_convention_is_in_force(convention: Convention, staff: User) -> None:
    of(staff).post(
        url("terminate", convention.pk),
        {"terminate-terminated_on": "2026-12-15", "terminate-reason": "Dissolution"},
    )
    assert "Résiliée à compter du 15/12/2026 ; en vigueur jusqu'au 14/12/2026." in life(staff, convention)


def test_gesture_that_somebody_else_did_meanwhile_is_refused_with_a_sentence(
    convention: Convention, staff: User
) -> None:
    asked = {"suspend-starts_on": "2026-11-01", "suspend-reason": "Départ"}
    assert of(staff).post(url("suspend", convention.pk), asked).status_code == 302
    page = of(staff).post(url("suspend", convention.pk), asked)
    assert page.status_code == 409
    assert "à l'état « Suspendue »" in plain(page)
    assert Suspension.objects.count() == 1


def test_renewal_is_offered_from_ninety_days_before_the_end_on(
    convention: Convention, staff: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for day, offered in (
        (TODAY, False),
        (date(2028, 6, 1), False),
        (date(2028, 6, 2), True),
        (date(2028, 8, 31), True),
    ):
        travel(monkeypatch, day)
        assert ("Renouveler" in life(staff, convention)) is offered, day


def test_renewal_leads_to_its_draft_and_is_shown_on_both_pages(
    convention: Convention, staff: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    travel(monkeypatch, date(2028, 7, 1))
    answer = of(staff).post(url("renew", convention.pk))
    draft = Convention.objects.get(renews=convention)
    assert answer.url == url("convention", draft.pk)
    page = life(staff, convention)
    assert url("convention", draft.pk) in page
    assert f"déjà renouvelée par {draft.number}" in page
    assert convention.number in life(staff, draft)


def test_late_renewal_offers_to_take_effect_where_the_one_before_ended(
    convention: Convention, staff: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = date(2028, 11, 10)
    travel(monkeypatch, late)
    end_conventions()
    draft = renew_convention(convention=Convention.objects.get(), actor=staff)
    renewal = fire(issue_convention(convention=draft, actor=staff), "open_signing", actor=staff)
    sign_for_association(convention=renewal, signed_on=late, signatory=SIGNATORY, actor=staff)
    sign_members(renewal, staff, "Évrard", "Le Goff", on=late)
    page = of(staff).get(url("convention", renewal.pk)).content.decode()
    assert 'name="sign-effective_on" value="2028-09-01"' in page
    assert f"Renouvellement de {convention.number}, signé le 10/11/2028" in page


def test_gestures_are_the_offices_alone(convention: Convention, staff: User) -> None:
    assert "Résilier" in life(staff, convention)
    for user in (
        factories.UserFactory(ars=True),
        factories.UserFactory(auditor=True),
        factories.UserFactory(role=Role.REFERENT, professional=_referent(convention)),
    ):
        page = life(user, convention)
        assert "En vigueur depuis le 10/09/2026" in page
        assert "<button" not in page


def _referent(convention: Convention):  # type: ignore[no-untyped-def]
    stay = adhesion_of(convention, "Évrard").membership
    stay.is_referent = True
    stay.save()
    return stay.professional


def test_convention_in_signing_offers_none_of_them(team: Team, staff: User) -> None:
    page = life(staff, in_signing(team, staff))
    assert "n'est pas encore signée" in page
    assert "<button" not in page


# --- what waits --------------------------------------------------------------------------------------------------


def test_signature_missing_for_more_than_fifteen_days_waits_for_the_officer(
    convention: Convention, staff: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pharmacist has not signed what was issued on 20 August."""
    travel(monkeypatch, date(2026, 9, 3))
    assert "signatures manquent" not in home(staff)
    travel(monkeypatch, date(2026, 9, 4))
    page = home(staff)
    assert "Conventions dont des signatures manquent depuis 15 jours" in page
    assert "depuis le 20/08/2026 (il y a 15 jours)" in page
    assert url("convention", convention.pk) in page
    assert "signatures manquent" not in home(factories.UserFactory(staff=True))


def test_team_of_nobody_is_told_to_everybody(convention: Convention, staff: User) -> None:
    Team.objects.update(officer=None)
    page = home(factories.UserFactory(staff=True))
    assert "signatures manquent" in page
    assert "personne n'en est chargé" in page


def test_ended_convention_waits_until_another_follows_or_it_is_too_late(
    convention: Convention, staff: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    title = "Conventions arrivées à terme, sans suite"
    travel(monkeypatch, date(2028, 9, 1))
    assert title not in home(staff)
    end_conventions()
    assert title in home(staff)
    draft = renew_convention(convention=Convention.objects.get(), actor=staff)
    assert title not in home(staff)
    fire(draft, "abandon", actor=staff, comment="Erreur")
    assert title in home(staff)
    travel(monkeypatch, date(2028, 8, 31) + timedelta(days=121))
    assert title not in home(staff)


def test_several_that_wait_lead_to_the_list_of_exactly_these(convention: Convention, staff: User) -> None:
    other = factories.ConventionFactory(signed=True, issued_on=date(2026, 9, 1), team__officer=staff)
    factories.AdhesionFactory(convention=other)
    factories.ConventionFactory(signed=True, team__officer=staff)
    client = of(staff)
    page = client.get(reverse("home"))
    item = next(one for one in page.context["waiting"] if "signatures manquent" in one.title)
    assert (item.count, item.detail) == (2, "au plus tôt le 20/08/2026 (il y a 92 jours)")
    listed = client.get(item.url).context["asked"].rows
    assert {row.pk for row in listed} == {convention.pk, other.pk}


def test_amendment_to_issue_then_in_signing_for_too_long_waits(
    convention: Convention, staff: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    amendment = propose_terms(
        convention=convention, effective_on=TODAY, action_types=["RCP"], ceiling_cents=10_000_00, actor=staff
    )
    page = home(staff)
    assert "Avenants à émettre" in page
    assert url("amendment", amendment.pk) in page
    issue_amendment(amendment=amendment, actor=staff)
    assert "Avenants à émettre" not in home(staff)
    assert "Avenants en signature depuis" not in home(staff)
    travel(monkeypatch, TODAY + timedelta(days=15))
    assert "Avenants en signature depuis 15 jours" in home(staff)
    assert Amendment.objects.count() == 1


def test_referent_is_told_what_to_sign(convention: Convention, staff: User) -> None:
    stay = adhesion_of(convention, "Duval").membership
    stay.is_referent = True
    stay.save()
    user = factories.UserFactory(role=Role.REFERENT, professional=stay.professional)
    page = home(user)
    assert "Convention à signer" in page
    assert url("own_signature", convention.pk) in page
