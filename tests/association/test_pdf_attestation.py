"""The attestation of membership: one page that anybody can verify."""

from __future__ import annotations

import dataclasses
import json
from datetime import date

import pytest

from association.pdf.attestation import AttestationContent, Company, attestation_pdf
from tests.association.pdf_reading import qr_of, qr_squares, reader, text_of, written


@pytest.fixture
def content() -> AttestationContent:
    return AttestationContent(
        number="ATT-2026-7K4Q",
        verify_url="https://clap.example.org/attestations/ATT-2026-7K4Q/",
        year=2026,
        professional="LEFÈVRE Élodie",
        rpps="10101234567",
        profession="Pharmacien",
        company=Company("SELARL du Sillon", "12345678900012", "440012345"),
        team_code="044-0012",
        team_name="Équipe du Sillon",
        team_kind="ESP CLAP",
        recognised_on=date(2025, 11, 3),
        recognition_reference="ARS-2025-1187",
        period_from=date(2026, 1, 1),
        period_to=date(2026, 12, 31),
        amount_cents=42000,
        issued_on=date(2026, 2, 14),
        issued_by="GUÉGUEN Maëlle",
        organisation="Association d’essai",
        recognition_label="Enregistrement par l’ARS",
    )


def test_attestation_names_who_where_and_when_on_one_page(content: AttestationContent) -> None:
    paper = written(attestation_pdf, content)
    assert len(reader(paper).pages) == 1
    text = text_of(paper)
    for wanted in (
        "ATT-2026-7K4Q", "LEFÈVRE Élodie", "Pharmacien", "10101234567", "SELARL du Sillon", "12345678900012",
        "440012345", "Équipe du Sillon", "044-0012 – ESP CLAP", "Enregistrement par l’ARS", "3 novembre 2025",
        "ARS-2025-1187", "du 1er janvier 2026 au 31 décembre 2026", "420,00 €", "Fait le 14 février 2026",
        "GUÉGUEN Maëlle", "Association d’essai atteste que",
    ):  # fmt: skip
        assert wanted in text


def test_attestation_says_how_it_ends_and_how_it_is_verified(content: AttestationContent) -> None:
    text = text_of(written(attestation_pdf, content))
    assert "prend fin à la date du départ du professionnel de l’équipe" in text
    assert "sans se connecter" in text


def test_qr_code_holds_the_address_that_verifies(content: AttestationContent) -> None:
    assert qr_squares(written(attestation_pdf, content)) == qr_of(content.verify_url)


def test_attestation_without_company_finess_amount_or_recognition_leaves_no_hole(content: AttestationContent) -> None:
    bare = dataclasses.replace(content, company=None, amount_cents=None, recognised_on=None, recognition_reference="")
    text = text_of(written(attestation_pdf, bare))
    assert "SIRET" not in text
    assert "Montant" not in text
    assert "Enregistrement par l’ARS Non renseigné." in text
    without = dataclasses.replace(content, company=Company("SELARL du Sillon", "12345678900012"))
    assert "Sans numéro FINESS" in text_of(written(attestation_pdf, without))


def test_names_of_a_hundred_characters_stay_on_one_page(content: AttestationContent) -> None:
    long = dataclasses.replace(
        content, professional="É" * 100, team_name="Équipe très longue " * 5, company=Company("S" * 100, "1" * 14)
    )
    assert len(reader(written(attestation_pdf, long)).pages) == 1


def test_names_of_ten_thousand_characters_are_printed_over_more_pages(content: AttestationContent) -> None:
    absurd = dataclasses.replace(
        content, professional="<b>" + "x" * 10_000, team_name="y" * 10_000, issued_by="z" * 10_000
    )
    text = text_of(written(attestation_pdf, absurd))
    assert text.count("x") >= 10_000
    assert text.count("y") >= 10_000


def test_same_attestation_gives_the_same_bytes(content: AttestationContent) -> None:
    assert written(attestation_pdf, content) == written(attestation_pdf, content)


def test_content_survives_its_frozen_form(content: AttestationContent) -> None:
    for one in (content, dataclasses.replace(content, company=None, recognised_on=None, amount_cents=None)):
        assert AttestationContent.from_json(json.loads(json.dumps(one.to_json()))) == one
