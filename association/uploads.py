"""A file that somebody brings: what it is by its content, under a name that one can keep.

PDF, PNG and JPEG only, `MAX_BYTES` at most. The name is kept for the reader, never for the disk: a stored file lies
under its content hash (association.documents).
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from association.identifiers import contains_nir
from association.upload_formats import SUFFIXES, content_type_of, refused

MEGABYTES = 20
MAX_BYTES = MEGABYTES * 1024 * 1024
NAME_LENGTH = 200
WARNING = "Aucun patient ne doit être nommé dans un document ni dans son nom."
EXPECTED = f"PDF, PNG ou JPEG, {MEGABYTES} Mo au plus."

_SAME_SUFFIX = {".jpeg": ".jpg", ".jpe": ".jpg", ".jfif": ".jpg"}


@dataclass(frozen=True)
class CheckedUpload:
    """A file that passed `check_upload`: its bytes, its type by content, and a name that fits it."""

    filename: str
    content_type: str
    content: bytes = field(repr=False)

    @property
    def sha256(self) -> str:
        """The checksum of the bytes, in hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()

    @property
    def size(self) -> int:
        """The number of bytes."""
        return len(self.content)


def check_upload(upload: UploadedFile) -> CheckedUpload:
    """Read an upload and return it with its true type and a safe name.

    Raises:
        ValidationError: in French, with what is wrong and what to do: another format (whatever the name says), more
            than `MAX_BYTES`, cut, protected by a password, a PDF with a program in it, a name that holds a NIR.
    """
    name = str(upload.name or "")
    if contains_nir(name):
        raise refused(
            "Le nom de ce fichier semble contenir un numéro de sécurité sociale (NIR) : aucune donnée de patient ne "
            "doit être déposée ici. Renommez-le, et vérifiez qu’il ne nomme aucun patient.",
            "nir",
        )
    if upload.size is not None and upload.size > MAX_BYTES:
        raise too_big(upload.size)
    upload.seek(0)
    content = upload.read(MAX_BYTES + 1)
    upload.seek(0)
    if len(content) > MAX_BYTES:
        raise too_big(len(content))
    content_type = content_type_of(content)
    return CheckedUpload(safe_filename(name, SUFFIXES[content_type]), content_type, content)


def too_big(size: int) -> ValidationError:
    """Return the refusal of a file of ``size`` bytes."""
    megabytes = f"{size / 1024 / 1024:.1f}".replace(".", ",")
    return refused(
        f"Ce fichier fait {megabytes} Mo, la limite est de {MEGABYTES} Mo. Numérisez-le en moins fin (200 points par "
        "pouce suffisent), ou en plusieurs fichiers.",
        "too_big",
    )


def safe_filename(name: str, suffix: str) -> str:
    """Return a name without folders, control characters and hidden marks, with the suffix of the content.

    Letters of every script are kept; a name longer than `NAME_LENGTH` is cut before its suffix.
    """
    name = unicodedata.normalize("NFC", name.replace("\\", "/"))
    # Cf: marks of direction ("\\u202egpj.exe" would be read as "exe.jpg"); the other C are control characters.
    seen = (char for char in PurePosixPath(name).name if unicodedata.category(char) != "Cf")
    name = "".join(" " if unicodedata.category(char)[0] in "CZ" else char for char in seen)
    stem, found = _parts(re.sub(r'[<>:"|?*]', "-", re.sub(r" +", " ", name)).strip(" ."))
    if found and _SAME_SUFFIX.get(found.lower(), found.lower()) != suffix:
        stem, found = stem + found, ""
    ending = found or suffix
    return f"{(stem or 'document')[: NAME_LENGTH - len(ending)].rstrip(' .')}{ending}"


def _parts(name: str) -> tuple[str, str]:
    match = re.fullmatch(r"(.+)(\.[A-Za-z0-9]{1,8})", name)
    return (match[1], match[2]) if match else (name, "")
