"""Files kept byte for byte: written once, read with their checksum."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from association.models.documents import ERASED_NAME, Document
from association.models.users import User
from association.upload_formats import SUFFIXES

DRAFT_SECONDS = 3_600  # far above the longest export: what is older was left by a killed one
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class DocumentDamaged(Exception):
    """The stored bytes are missing or no longer those that were written."""


def store_file(
    *,
    source: Path,
    filename: str,
    content_type: str,
    permission: str,
    actor: User,
    stored_as: str = "",
    personal: bool = False,
) -> Document:
    """Copy ``source`` into the documents and return its row.

    The bytes reach the disk before the row exists; a transaction rolled back leaves at most a file without a row.

    Args:
        stored_as: a place of its own (relative), for a file that is made again after a crash: the second making then
            takes the place of the first. A new one is drawn by default.
        personal: for the actor alone, whoever else has the permission.
    """
    stored_as = stored_as or f"{timezone.localdate():%Y/%m}/{uuid.uuid4().hex}{_suffix(filename)}"
    target = Path(settings.DOCUMENTS_DIR) / stored_as
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(target.name + ".part")
    with source.open("rb") as reader, draft.open("wb") as writer:
        shutil.copyfileobj(reader, writer)
        writer.flush()
        os.fsync(writer.fileno())
    draft.replace(target)
    return Document.objects.create(
        filename=filename,
        content_type=content_type,
        sha256=sha256_of(target),
        size=target.stat().st_size,
        stored_as=stored_as,
        permission=permission,
        created_by=actor,
        personal=personal,
    )


@contextmanager
def draft_folder(name: str) -> Iterator[Path]:
    """Give a folder of one's own for a file on its way; what a killed export left goes with a later one."""
    drafts = Path(settings.DRAFTS_DIR)
    drafts.mkdir(parents=True, exist_ok=True, mode=0o700)
    for left in drafts.iterdir():
        with suppress(FileNotFoundError):  # another export cleans up too
            if time.time() - left.stat().st_mtime > DRAFT_SECONDS:
                shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=f"{name}-", dir=drafts) as folder:
        yield Path(folder)


def store_bytes(
    *, content: bytes, filename: str, content_type: str, permission: str, actor: User, personal: bool = False
) -> Document:
    """Keep ``content`` under its own checksum and return a row for it.

    The same bytes lie once on the disk, however many rows name them; what lies there damaged is written again.

    Args:
        personal: for the actor alone, whoever else has the permission.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    target = _place_of(sha256).with_suffix(SUFFIXES.get(content_type, ""))
    if not target.is_file() or sha256_of(target) != sha256:
        target.parent.mkdir(parents=True, exist_ok=True)
        # Two people may bring the same file at the same moment: each writes a draft of their own.
        draft = target.with_name(f"{target.name}.{uuid.uuid4().hex}.part")
        with draft.open("wb") as writer:
            writer.write(content)
            writer.flush()
            os.fsync(writer.fileno())
        draft.replace(target)
    return Document.objects.create(
        filename=filename,
        content_type=content_type,
        sha256=sha256,
        size=len(content),
        stored_as=target.relative_to(settings.DOCUMENTS_DIR).as_posix(),
        permission=permission,
        created_by=actor,
        personal=personal,
    )


def erase_bytes(sha256: str) -> int:
    """Delete the bytes with this checksum wherever they lie, and return how many files that were.

    Raises:
        OSError: when one cannot be deleted; those before it are gone.
    """
    places = {document.path for document in Document.objects.filter(sha256=sha256)}
    own = _place_of(sha256)
    places |= set(own.parent.glob(f"{sha256}*"))  # with the drafts that a crash left
    found = [path for path in sorted(places) if path.exists()]
    for path in found:
        path.unlink(missing_ok=True)
    return len(found)


def forget_document(document: Document) -> None:
    """Delete the bytes of a document that nothing uses any more, unless another has the same, and what it was called.

    The row stays, as every row of a document: it says that there was one. Called again it does nothing more.

    Raises:
        OSError: when the file cannot be deleted; the row then keeps its name.
    """
    with transaction.atomic():
        Document.objects.filter(pk=document.pk).update(filename=ERASED_NAME)
        # Before the commit: a row says "erased" only once the bytes are gone.
        if not Document.objects.filter(sha256=document.sha256).exclude(filename=ERASED_NAME).exists():
            document.path.unlink(missing_ok=True)


def verified_path(document: Document) -> Path:
    """Return where the bytes lie, after comparing them with the checksum.

    Raises:
        DocumentDamaged: with a French sentence, when they are missing or differ.
    """
    path = document.path
    if not path.is_file():
        raise DocumentDamaged(f"Le fichier « {document.filename} » n'est plus dans le dossier des documents.")
    if sha256_of(path) != document.sha256:
        raise DocumentDamaged(f"Le fichier « {document.filename} » a été altéré : son empreinte a changé.")
    return path


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _place_of(sha256: str) -> Path:
    return Path(settings.DOCUMENTS_DIR) / "sha256" / sha256[:2] / sha256


def _suffix(filename: str) -> str:
    suffix = Path(filename).suffix.lower()
    return suffix if re.fullmatch(r"\.[a-z0-9]{1,8}", suffix) else ""
