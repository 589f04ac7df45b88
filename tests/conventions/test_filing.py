"""A convention signed elsewhere, filed in one step: all of it, or nothing."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from association.machine import TransitionRefused
from association.models import DossierDocument, Team, TransitionLog, User
from conventions.models import Convention, ConventionSequence
from conventions.services.filing import file_signed_convention
from conventions.services.signing import SignaturesRefused
from conventions.wording import checksum_of
from tests import factories
from tests.conventions.making import SIGNATORY, member, scan, sign_members, signed

GP_DAY, NURSE_DAY, ASSOCIATION_DAY = date(2026, 3, 2), date(2026, 3, 10), date(2026, 3, 5)


def filed(team: Team, actor: User, **fields: Any) -> Convention:
    stays = {stay.professional.last_name: stay for stay in team.memberships.select_related("professional")}
    values = {
        "starts_on": date(2026, 3, 1),
        "ends_on": date(2028, 2, 29),
        "action_types": ["RCP", "RCPP"],
        "ceiling_cents": 8_000_00,
        "signatures": {stays["Évrard"].pk: GP_DAY, stays["Le Goff"].pk: NURSE_DAY},
        "invited": [stays["Duval"]],
        "association_signed_on": ASSOCIATION_DAY,
        "association_signatory": SIGNATORY,
        "scan": scan(),
    } | fields
    return file_signed_convention(team=team, actor=actor, **values)  # type: ignore[arg-type]


def test_scan_becomes_a_signed_convention_in_one_step(team: Team, staff: User) -> None:
    convention = filed(team, staff, number="2026/17")
    assert (convention.number, convention.state) == ("2026/17", "signed")
    assert (convention.signed_on, convention.effective_on, convention.issued_on) == (NURSE_DAY, NURSE_DAY, GP_DAY)
    assert convention.terms.get().ceiling_cents == 8_000_00
    assert Team.objects.get(pk=team.pk).state == "under_convention"
    days = dict(convention.adhesions.values_list("membership__professional__last_name", "signed_on"))
    assert days == {"Évrard": GP_DAY, "Le Goff": NURSE_DAY, "Duval": None}


def test_every_step_is_in_the_history(team: Team, staff: User) -> None:
    convention = filed(team, staff)
    steps = TransitionLog.objects.filter(object_id=convention.pk, content_type__model="convention").order_by("pk")
    assert list(steps.values_list("transition", flat=True)) == ["enter_at", "issue", "open_signing", "sign"]


def test_what_was_agreed_is_the_scan_by_its_checksum(team: Team, staff: User) -> None:
    convention = filed(team, staff)
    document = DossierDocument.objects.get(team=team).document
    assert convention.scan == convention.document == document
    assert convention.agreed["data"]["scan_sha256"] == document.sha256
    assert convention.agreed_sha256 == checksum_of(Convention.objects.get(pk=convention.pk).agreed)


def test_number_is_ours_when_none_is_given(team: Team, staff: User) -> None:
    assert filed(team, staff).number.endswith("-044-0001")


def test_number_that_is_taken_is_refused_beside_its_field(team: Team, staff: User) -> None:
    factories.ConventionFactory(number="2026/17")
    with pytest.raises(ValidationError) as refused:
        filed(team, staff, number="2026/17")
    assert "existe déjà" in refused.value.message_dict["number"][0]


def test_member_who_signed_before_joining_refuses_the_whole(team: Team, staff: User) -> None:
    late = member(team, "Tardif", joined_on=date(2026, 9, 1), nurse=True)
    gp = team.memberships.get(professional__last_name="Évrard")
    with pytest.raises(SignaturesRefused) as refused:
        filed(team, staff, signatures={gp.pk: GP_DAY, late.pk: NURSE_DAY})
    assert "est membre depuis le 01/09/2026" in refused.value.reasons[late.pk]
    assert not Convention.objects.exists()
    assert not ConventionSequence.objects.exists()
    assert not DossierDocument.objects.exists()


def test_paper_without_a_general_practitioner_is_refused(team: Team, staff: User) -> None:
    stays = {stay.professional.last_name: stay.pk for stay in team.memberships.select_related("professional")}
    with pytest.raises(TransitionRefused, match="médecin généraliste"):
        filed(team, staff, signatures={stays["Le Goff"]: NURSE_DAY, stays["Duval"]: NURSE_DAY})
    assert not Convention.objects.exists()


def test_program_that_is_called_a_pdf_is_refused(team: Team, staff: User) -> None:
    program = SimpleUploadedFile("convention.pdf", b"MZ" + b"\x00" * 500, content_type="application/pdf")
    with pytest.raises(ValidationError):
        filed(team, staff, scan=program)
    assert not Convention.objects.exists()


def test_paper_that_overlaps_another_convention_is_refused(team: Team, staff: User) -> None:
    other = signed(team, staff, starts_on=date(2026, 9, 1))
    with pytest.raises(ValidationError, match=other.number):
        filed(Team.objects.get(pk=team.pk), staff)


def test_member_who_did_not_sign_the_paper_adheres_later(team: Team, staff: User) -> None:
    convention = filed(team, staff)
    adhesion = sign_members(convention, staff, "Duval", on=date(2026, 5, 1))[0]
    assert (adhesion.state, adhesion.effective_on) == ("signed", date(2026, 5, 1))
