"""Issuing: the text and the data are frozen, with a checksum and a PDF in the dossier."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from io import BytesIO

import pytest
from django.db import IntegrityError, transaction
from pypdf import PdfReader

from association.machine import TransitionRefused
from association.models import DossierDocument, Membership, Team, User
from association.workflow import enter_at, fire, offers
from conventions.models import Convention
from conventions.services import issuing
from conventions.services.drafting import change_draft
from conventions.services.issuing import articles_to_read, draft_pdf, issue_convention
from conventions.wording import checksum_of
from tests import factories
from tests.conventions.making import ISSUED_ON, drafted, in_signing


def issued(team: Team, staff: User) -> Convention:
    return issue_convention(convention=drafted(team, staff), actor=staff, issued_on=ISSUED_ON)


def text_of(content: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages).split())


def test_issue_freezes_text_and_data_with_their_checksum(team: Team, staff: User) -> None:
    convention = issued(team, staff)
    canonical = json.dumps(convention.agreed, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert convention.agreed_sha256 == hashlib.sha256(canonical.encode()).hexdigest()
    data = Convention.objects.get(pk=convention.pk).agreed["data"]
    assert data["number"] == convention.number
    assert [one["name"] for one in data["members"]] == ["Duval Anaïs", "Le Goff Anaïs", "Évrard Anaïs"]
    assert (data["starts_on"], data["ceiling_cents"], data["action_types"]) == ("2026-09-01", 10_000_00, ["RCP", "PPS"])


def test_issue_fills_every_placeholder(team: Team, staff: User) -> None:
    text = " ".join(article.text for article in articles_to_read(issued(team, staff)))
    assert "{" not in text
    assert "10\u202f000,00\u00a0€" in text
    assert "– Évrard Anaïs, médecin généraliste, RPPS" in text
    assert "du 1er\u00a0septembre\u00a02026 au 31\u00a0août\u00a02028, soit 24 mois" in text
    assert "aucune donnée relative à un patient" in text


def test_issue_files_the_paper_in_the_dossier(team: Team, staff: User) -> None:
    convention = issued(team, staff)
    filed = DossierDocument.objects.get(team=team, kind=DossierDocument.Kind.CONVENTION)
    content = filed.document.path.read_bytes()
    assert convention.document == filed.document
    assert convention.agreed_sha256 in text_of(content).replace(" ", "")
    assert "Signature" in text_of(content)
    assert "BROUILLON" not in text_of(content)


def test_draft_on_paper_says_so_and_has_no_checksum(team: Team, staff: User) -> None:
    text = text_of(draft_pdf(drafted(team, staff)))
    assert "BROUILLON" in text
    assert "il ne se signe pas" in text


def test_name_with_braces_stays_as_it_was_typed(team: Team, staff: User) -> None:
    Team.objects.filter(pk=team.pk).update(name="Équipe {numero} <b>")
    convention = issued(Team.objects.get(pk=team.pk), staff)
    assert any("Équipe {numero} <b>" in article.text for article in articles_to_read(convention))


def test_checksum_does_not_depend_on_the_order_of_keys() -> None:
    assert checksum_of({"a": 1, "b": [{"c": "é", "d": None}]}) == checksum_of({"b": [{"d": None, "c": "é"}], "a": 1})


def test_database_refuses_to_change_an_issued_text(team: Team, staff: User) -> None:
    convention = issued(team, staff)
    for fields in ({"ends_on": date(2030, 1, 1)}, {"agreed": {}}, {"agreed_sha256": "0" * 64}, {"document": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Convention.objects.filter(pk=convention.pk).update(**fields)


def test_issue_without_published_text_is_refused(team: Team, staff: User, monkeypatch: pytest.MonkeyPatch) -> None:
    draft = drafted(team, staff)
    monkeypatch.setattr(issuing, "template_of", lambda team: None)
    with pytest.raises(TransitionRefused, match="Aucun modèle de texte n'est publié pour une équipe « ESP CLAP »"):
        issue_convention(convention=draft, actor=staff)


def test_issue_of_a_team_with_a_blocking_finding_is_refused(team: Team, staff: User) -> None:
    draft = drafted(team, staff)
    Membership.objects.filter(team=team, professional__is_general_practitioner=True).update(left_on=date(2026, 6, 30))
    with pytest.raises(TransitionRefused, match="médecin généraliste"):
        issue_convention(convention=draft, actor=staff)
    assert Convention.objects.get(pk=draft.pk).agreed is None
    assert not DossierDocument.objects.filter(team=team).exists()


def test_issue_of_a_team_that_is_not_recognised_any_more_is_refused(team: Team, staff: User) -> None:
    draft = drafted(team, staff)
    fire(team, "suspend", actor=staff, comment="Contrôle")
    with pytest.raises(TransitionRefused, match="l'équipe soit enregistrée"):
        issue_convention(convention=draft, actor=staff)


def test_issue_without_a_member_to_sign_is_refused_on_the_page_too(team: Team, staff: User) -> None:
    draft = drafted(team, staff)
    terms = draft.terms.get()
    change_draft(
        convention=draft,
        starts_on=draft.starts_on,
        ends_on=draft.ends_on,
        action_types=terms.action_types,
        ceiling_cents=terms.ceiling_cents,
        memberships=[],
        version=None,
        actor=staff,
    )
    offer = next(one for one in offers(Convention.objects.get(pk=draft.pk), actor=staff) if one.name == "issue")
    assert offer.reason == "Aucun membre n'est invité à signer."


def test_two_drafts_of_the_same_days_only_one_is_issued(team: Team, staff: User) -> None:
    first = drafted(team, staff)
    other = Convention(number="X-1", team=team, starts_on=first.starts_on, ends_on=first.ends_on)
    enter_at([(other, "draft")], actor=staff, origin="test")
    factories.ConventionTermsFactory(convention=other)
    factories.AdhesionFactory(convention=other, membership=team.memberships.first(), invited=True)
    issue_convention(convention=first, actor=staff)
    with pytest.raises(TransitionRefused, match=first.number):
        issue_convention(convention=other, actor=staff)


@pytest.mark.parametrize("state", ["issued", "signing", "signed", "suspended", "ended", "terminated", "abandoned"])
def test_issue_from_a_wrong_state_is_refused(state: str, staff: User) -> None:
    with pytest.raises(TransitionRefused, match="n'est pas possible maintenant"):
        issue_convention(convention=factories.ConventionFactory(**{state: True}), actor=staff)


def test_withdrawal_from_signing_goes_back_to_issued_while_nobody_has_signed(team: Team, staff: User) -> None:
    convention = in_signing(team, staff)
    assert fire(convention, "withdraw_from_signing", actor=staff, comment="Erreur de date").state == "issued"
