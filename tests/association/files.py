"""Little files as people bring them, for the tests of uploads and dossiers."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable

from django.core.files.uploadedfile import SimpleUploadedFile
from pypdf import PdfWriter

# A grey pixel: start, tables, frame, scan, end.
_JPEG = (
    "ffd8ffe000104a46494600010100000100010000ffdb004300" + "10" * 64 + "ffc0000b080001000101011100"
    "ffc40014000100000000000000000000000000000009ffc40014100100000000000000000000000000000000"
    "ffda0008010100003f0054ff00ffd9"
)


def pdf(*, pages: int = 1, mark: str = "", change: Callable[[PdfWriter], object] | None = None) -> bytes:
    """Return a PDF; ``mark`` makes its bytes differ from another's."""
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(width=595, height=842)
    if mark:
        writer.add_metadata({"/Subject": mark})
    if change:
        change(writer)
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def png() -> bytes:
    """Return a PNG of one pixel."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")


def jpeg() -> bytes:
    """Return a JPEG of one pixel."""
    return bytes.fromhex(_JPEG)


def upload(content: bytes, name: str = "lettre.pdf") -> SimpleUploadedFile:
    """Return the bytes as a form receives them, under a type that says nothing."""
    return SimpleUploadedFile(name, content, content_type="application/octet-stream")
