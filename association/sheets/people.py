"""The sheets ``Bénéficiaires`` (companies) and ``Professionnels``; their accounts are the payments floor's."""

from __future__ import annotations

from typing import Any

from association.identifiers import rpps, rpps_key_is_valid, siret
from association.models import Company, Professional
from association.nomenclature import Profession
from association.sheets.known import check_commune, stored_companies, stored_people
from association.sheets.teams import COMMUNE
from association.workbook import Book, Column, Loading, Row, Sheet, kinds

RPPS = kinds.digits(11, validator=rpps, expected="un numéro RPPS de 11 chiffres")
PROFESSION = kinds.choice(
    {code: code for code in Profession.values},
    expected="le code d'une profession (" + ", ".join(f"{p.value} {p.label.lower()}" for p in Profession) + ")",
)
MAY_BE_BIOLOGIST = (Profession.MEDECIN, Profession.PHARMACIEN)


def check_companies(book: Book) -> None:
    stored = stored_companies(book)
    book.sort_out("Bénéficiaires", lambda row: stored.get(row["Code"]), _company_as_written)


def _company_as_written(row: Row, company: Company) -> dict[str, Any]:
    return {"Raison sociale": company.name, "SIRET": company.siret, "Courriel": company.email}


def load_companies(book: Book, loading: Loading) -> None:
    rows = book["Bénéficiaires"].new
    companies = Company.objects.bulk_create(
        [
            Company(
                code=row["Code"],
                name=row["Raison sociale"],
                siret=row["SIRET"] or "",
                email=row["Courriel"] or "",
            )
            for row in rows
        ],
        batch_size=2_000,
    )
    for row, company in zip(rows, companies, strict=True):
        row.pk = company.pk


def check_people(book: Book) -> None:
    """The RPPS key only warns; a GP is a doctor, a biologist a doctor or a pharmacist."""
    stored = stored_people(book)
    book.sort_out("Professionnels", lambda row: stored.get(row["RPPS"]), _person_as_written)
    book.check_rows("Professionnels", _check_commune, _check_rpps, _check_gp, _check_biologist)


def _check_commune(book: Book, row: Row) -> None:
    check_commune(book, row, "Commune", row["Commune"])


def _check_rpps(book: Book, row: Row) -> None:
    if not rpps_key_is_valid(row["RPPS"]):
        book.warn(row, "RPPS", "la clé de contrôle de ce RPPS ne correspond pas : vérifiez-le")


def _check_gp(book: Book, row: Row) -> None:
    if row["Médecin généraliste"] and row["Profession"] != Profession.MEDECIN:
        book.fault(row, "Médecin généraliste", says="seul un médecin (code 10) peut être médecin généraliste")


def _check_biologist(book: Book, row: Row) -> None:
    if row["Biologiste"] and row["Profession"] not in MAY_BE_BIOLOGIST:
        book.fault(row, "Biologiste", says="un biologiste est médecin (10) ou pharmacien (21)")


def _person_as_written(row: Row, person: Professional) -> dict[str, Any]:
    return {
        "Nom": person.last_name,
        "Prénom": person.first_name,
        "Profession": person.profession,
        "Médecin généraliste": person.is_general_practitioner,
        "Spécialité": person.specialty,
        "Biologiste": person.is_biologist,
        "Courriel": person.email,
        "Téléphone": person.phone,
        "MSSanté": person.mssante,
        "Commune": person.commune_id,
    }


def _person(row: Row) -> Professional:
    return Professional(
        rpps=row["RPPS"],
        last_name=row["Nom"],
        first_name=row["Prénom"],
        profession=row["Profession"],
        is_general_practitioner=row["Médecin généraliste"],
        specialty=row["Spécialité"] or "",
        is_biologist=row["Biologiste"],
        email=row["Courriel"] or "",
        phone=row["Téléphone"] or "",
        mssante=row["MSSanté"] or "",
        commune_id=row["Commune"],
    )


def load_people(book: Book, loading: Loading) -> None:
    rows = book["Professionnels"].new
    people = Professional.objects.bulk_create([_person(row) for row in rows], batch_size=2_000)
    for row, person in zip(rows, people, strict=True):
        row.pk = person.pk


COMPANIES = Sheet(
    name="Bénéficiaires",
    columns=(
        Column("Code", kinds.text(40), required=True),
        Column("Raison sociale", kinds.text(200), required=True),
        Column("SIRET", kinds.digits(14, validator=siret, expected="un numéro SIRET de 14 chiffres")),
        Column("Courriel", kinds.email()),
    ),
    key=("Code",),
    order=30,
    check=check_companies,
    load=load_companies,
)

PROFESSIONALS = Sheet(
    name="Professionnels",
    columns=(
        Column("RPPS", RPPS, required=True),
        Column("Nom", kinds.text(100), required=True),
        Column("Prénom", kinds.text(100), required=True),
        Column("Profession", PROFESSION, required=True),
        Column("Médecin généraliste", kinds.yes_no(), default=False),
        Column("Spécialité", kinds.text(100)),
        Column("Biologiste", kinds.yes_no(), default=False),
        Column("Courriel", kinds.email()),
        Column("Téléphone", kinds.phone()),
        Column("MSSanté", kinds.email()),
        Column("Commune", COMMUNE),
    ),
    key=("RPPS",),
    order=40,
    check=check_people,
    load=load_people,
)
