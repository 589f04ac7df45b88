"""What a file is by its content, and the name under which it is kept."""

from __future__ import annotations

import io
import time
import zipfile

import pytest
from django import forms
from django.core.exceptions import ValidationError
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, TextStringObject

from association.forms.uploads import ScanField
from association.upload_formats import JPEG, PDF, PNG
from association.uploads import MAX_BYTES, check_upload, safe_filename
from tests.association.files import jpeg, pdf, png, upload


def said(content: bytes, name: str = "lettre.pdf") -> str:
    """Return the sentence of a refusal, with plain spaces and apostrophes."""
    with pytest.raises(ValidationError) as refused:
        check_upload(upload(content, name))
    [sentence] = refused.value.messages
    return sentence.replace("\u00a0", " ").replace("’", "'")


def encrypted(user_password: str) -> bytes:
    return pdf(change=lambda writer: writer.encrypt(user_password, owner_password="propriétaire", algorithm="AES-256"))


def with_action(action: DictionaryObject, *, on: str) -> bytes:
    def add(writer: PdfWriter) -> None:
        if on == "open":
            writer.root_object[NameObject("/OpenAction")] = writer._add_object(action)
        elif on == "page":
            writer.pages[0][NameObject("/AA")] = DictionaryObject({NameObject("/O"): action})
        else:
            link = DictionaryObject(
                {NameObject("/Subtype"): NameObject("/Link"), NameObject("/A"): writer._add_object(action)}
            )
            writer.pages[0][NameObject("/Annots")] = ArrayObject([writer._add_object(link)])

    return pdf(change=add)


def named_script(writer: PdfWriter) -> None:
    """As `app.alert` on opening: a script in the names of the document, which no action points at."""
    script = DictionaryObject({NameObject("/JS"): TextStringObject("app.alert(1)")})
    names = ArrayObject([TextStringObject("a"), writer._add_object(script)])
    tree = DictionaryObject({NameObject("/JavaScript"): DictionaryObject({NameObject("/Names"): names})})
    writer.root_object[NameObject("/Names")] = tree


def action(kind: str) -> DictionaryObject:
    return DictionaryObject({NameObject("/S"): NameObject(kind), NameObject("/F"): TextStringObject("calc.exe")})


@pytest.mark.parametrize(
    ("content", "content_type", "suffix"),
    [(pdf(), PDF, ".pdf"), (png(), PNG, ".png"), (jpeg(), JPEG, ".jpg")],
    ids=["pdf", "png", "jpeg"],
)
def test_type_is_read_from_the_content_not_from_the_name(content: bytes, content_type: str, suffix: str) -> None:
    checked = check_upload(upload(content, "scan.exe"))
    assert (checked.content_type, checked.filename, checked.content) == (content_type, f"scan.exe{suffix}", content)


def test_jpeg_with_data_of_the_telephone_after_its_end_is_accepted() -> None:
    assert check_upload(upload(jpeg() + b"\0SEFT", "photo.JPEG")).filename == "photo.JPEG"


def test_pdf_that_only_restricts_printing_is_accepted() -> None:
    assert check_upload(upload(encrypted(""))).content_type == PDF


def archive(name: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr(name, "texte")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "Ce fichier est vide"),
        (b"MZ\x90\0" + b"\0" * 60, "est un programme, quel que soit son nom"),
        (b"\x7fELF\2\1", "est un programme"),
        (b"#!/bin/sh\nrm -rf /", "est un programme"),
        (archive("word/document.xml"), "document de bureautique ou une archive"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "document de bureautique"),
        (b"\0\0\0\x18ftypheic", "photo HEIC"),
        (b"GIF89a", "format d'image n'est pas accepté"),
        (b"<html><script>alert(1)</script>", "n'est ni un PDF, ni une image PNG ou JPEG"),
        (b"\0\0MZ" + pdf(), "n'est ni un PDF"),
        (pdf()[:400], "est incomplet ou abîmé"),
        (pdf()[:-8], "est incomplet ou abîmé"),
        (pdf() + b"PK\x03\x04" + b"x" * 4000, "est incomplet ou abîmé"),
        (b"%PDF-1.7\nrien\n%%EOF", "est incomplet ou abîmé"),
        (pdf(pages=0), "n'a aucune page"),
        (png()[:-6], "est incomplet ou abîmé"),
        (png()[:40] + b"\0" + png()[41:], "est incomplet ou abîmé"),
        (png() + b"<html>", "est incomplet ou abîmé"),
        (jpeg()[:-2], "est incomplet ou abîmé"),
        (jpeg()[:30], "est incomplet ou abîmé"),
        (b"\xff\xd8\xff\xd9", "est incomplet ou abîmé"),
        (encrypted("secret"), "est protégé par un mot de passe"),
        (with_action(action("/Launch"), on="open"), "contient un programme"),
        (with_action(action("/JavaScript"), on="page"), "contient un programme"),
        (with_action(action("/SubmitForm"), on="link"), "contient un programme"),
        (pdf(change=named_script), "contient un programme"),
        (pdf(change=lambda writer: writer.add_attachment("dossier.exe", b"MZ")), "contient d'autres fichiers"),
    ],
)
def test_what_is_not_a_sound_file_is_refused_with_what_to_do(content: bytes, sentence: str) -> None:
    told = said(content)
    assert sentence in told
    assert told.endswith((".", "nom."))


def test_pdf_with_a_link_to_a_page_of_the_web_is_accepted() -> None:
    assert check_upload(upload(with_action(action("/URI"), on="link"))).content_type == PDF


def test_file_above_the_limit_is_refused_with_its_size() -> None:
    told = said(b"%PDF-1.7" + b"\0" * MAX_BYTES)
    assert "fait 20,0 Mo, la limite est de 20 Mo" in told


def test_refusals_of_large_files_are_quick() -> None:
    begun = time.perf_counter()
    said(b"\xff\xd8\xff\xe0\0\x02\xff\xc0\0\x02\xff\xda\0\x02" + b"\xff\0" * 9_000_000)
    assert time.perf_counter() - begun < 10


@pytest.mark.parametrize("name", ["1 85 05 78 006 084.pdf", "ordonnance_185057800608491.pdf"])
def test_name_with_a_nir_is_refused_and_not_repeated(name: str) -> None:
    told = said(pdf(), name)
    assert "numéro de sécurité sociale" in told
    assert "006" not in told


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("Courrier ARS n° 12.pdf", "Courrier ARS n° 12.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Temp\\lettre.PDF", "lettre.PDF"),
        ("健康プロジェクト.pdf", "健康プロジェクト.pdf"),
        ("مشروع الصحة.pdf", "مشروع الصحة.pdf"),
        ("e\u0301quipe.pdf", "équipe.pdf"),
        ("lettre\u202efdp.exe", "lettrefdp.exe.pdf"),
        ('a"b\r\nSet-Cookie: x=1.pdf', "a-b Set-Cookie- x=1.pdf"),
        ("lettre.docx", "lettre.docx.pdf"),
        (".pdf", "pdf.pdf"),
        ("...", "document.pdf"),
        ("", "document.pdf"),
        ("x" * 250 + ".pdf", "x" * 196 + ".pdf"),
    ],
)
def test_name_is_kept_without_what_could_harm(name: str, kept: str) -> None:
    assert safe_filename(name, ".pdf") == kept


class _Form(forms.Form):
    scan = ScanField(label="Scan", required=False)


def test_field_gives_the_checked_file_and_warns_about_patients() -> None:
    form = _Form({}, {"scan": upload(png(), "page.png")})
    assert form.is_valid()
    assert form.cleaned_data["scan"].content_type == PNG
    assert "Aucun patient ne doit être nommé" in form["scan"].help_text
    assert _Form({}, {}).is_valid()


def test_field_says_beside_itself_what_is_wrong() -> None:
    form = _Form({}, {"scan": upload(b"MZ\x90", "lettre.pdf")})
    assert "programme" in form.errors["scan"][0]
    empty = _Form({}, {"scan": upload(b"", "lettre.pdf")})
    assert "vide" in empty.errors["scan"][0]
