"""XML of an untrusted file, streamed: no tree, no DOCTYPE (so no entity), bounded depth, names and tokens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Protocol
from xml.parsers import expat

from association.workbook.caps import MAX_DEPTH, MAX_NAMES, MAX_TOKEN_BYTES, Clock, Unreadable

_CHUNK = 65_536
Start = Callable[[str, dict[str, str]], None]
End = Callable[[str], None]
Text = Callable[[str], None]


class Source(Protocol):
    """Bytes, a chunk at a time."""

    def read(self, size: int) -> bytes: ...


class _Watch:
    """Counts what expat itself does not bound."""

    def __init__(self) -> None:
        self.depth = 0
        self.moved = True

    def guarded(self, start: Start, end: End, text: Text) -> tuple[Start, End, Text]:
        def on_start(name: str, attributes: dict[str, str]) -> None:
            self.moved = True
            self.depth += 1
            if self.depth > MAX_DEPTH:
                raise Unreadable("le contenu XML est imbriqué sans fin : le fichier est refusé.")
            start(name, attributes)

        def on_end(name: str) -> None:
            self.moved = True
            self.depth -= 1
            end(name)

        def on_text(data: str) -> None:
            self.moved = True
            text(data)

        return on_start, on_end, on_text


def _refuse_doctype(*_: Any) -> None:
    raise Unreadable("le contenu XML déclare un DOCTYPE, ce qu'aucun tableur n'écrit : le fichier est refusé.")


def _ignore_text(data: str) -> None:
    return


def _ignore_end(name: str) -> None:
    return


def stream(
    source: Source, clock: Clock, start: Start, end: End = _ignore_end, text: Text = _ignore_text
) -> Iterator[None]:
    """Parse ``source`` and call the handlers; yield after each chunk, so that a caller can hand over what it has.

    Names come as ``namespace local`` (expat's own namespace processing).

    Raises:
        Unreadable: for what is not XML, or is not bounded.
    """
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    watch = _Watch()
    on_start, on_end, on_text = watch.guarded(start, end, text)
    parser.StartElementHandler, parser.EndElementHandler = on_start, on_end
    parser.CharacterDataHandler = on_text
    still = 0
    try:
        while chunk := source.read(_CHUNK):
            watch.moved = False
            parser.Parse(chunk, False)
            still = 0 if watch.moved else still + len(chunk)
            if still > MAX_TOKEN_BYTES or len(parser.intern) > MAX_NAMES:
                raise Unreadable("le contenu XML n'est pas celui d'un tableur : le fichier est refusé.")
            clock.check()
            yield
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise Unreadable("le contenu XML est abîmé ou incomplet : enregistrez de nouveau le classeur.") from error
    yield


def walk(source: Source, clock: Clock, start: Start, end: End = _ignore_end, text: Text = _ignore_text) -> None:
    """Parse the whole of a small part."""
    for _ in stream(source, clock, start, end, text):
        pass


def local(name: str) -> str:
    """Return a name without its namespace."""
    return name.rpartition(" ")[2]
