"""What changed between two versions of a health project, section by section and word by word. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from association.project_content import PEOPLE, Person, ProjectContent, Section

# A word or a sign keeps the space behind it (spaces alone would be found equal everywhere), and is compared without.
WORD = re.compile(r"\w+\s*|[^\w\s]\s*|\s+")
ALIKE = 0.4  # share of words in common, of 1


class Mark(StrEnum):
    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True)
class Piece:
    """A run of words: in both versions, or in one of them."""

    mark: Mark
    text: str


@dataclass(frozen=True)
class AnswerDiff:
    """One answer in both versions: the pieces of each, none where there was no answer."""

    label: str
    before: tuple[Piece, ...]
    after: tuple[Piece, ...]

    @property
    def changed(self) -> bool:
        return any(piece.mark is not Mark.SAME for piece in (*self.before, *self.after))


@dataclass(frozen=True)
class SectionDiff:
    """One section in both versions."""

    code: str
    heading: str
    answers: tuple[AnswerDiff, ...]

    @property
    def changed(self) -> bool:
        return any(answer.changed for answer in self.answers)


def compare(before: ProjectContent, after: ProjectContent) -> tuple[SectionDiff, ...]:
    """Return every section of either version, in the order of the later one, then those that only the earlier has."""
    known = {section.code: section for section in before.sections}
    kept = [_section(section, known.pop(section.code, None), section, before, after) for section in after.sections]
    return (*kept, *(_section(section, section, None, before, after) for section in known.values()))


def compare_texts(before: str, after: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Return the pieces of both texts; joined again, each gives its text back.

    Lines that are equal are found first, so that a long text costs no more than its changed lines.
    """
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    left: list[Piece] = []
    right: list[Piece] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        gone, come = "".join(old[i1:i2]), "".join(new[j1:j2])
        if tag == "equal":
            left.append(Piece(Mark.SAME, gone))
            right.append(Piece(Mark.SAME, come))
        else:
            _words(gone, come, left, right)
    return _joined(left), _joined(right)


def _words(before: str, after: str, left: list[Piece], right: list[Piece]) -> None:
    old, new = WORD.findall(before), WORD.findall(after)
    matcher = SequenceMatcher(None, [word.rstrip() for word in old], [word.rstrip() for word in new])
    # Two sentences that share only small words read better as one replaced by the other.
    whole = [("replace", 0, len(old), 0, len(new))]
    for tag, i1, i2, j1, j2 in matcher.get_opcodes() if matcher.ratio() >= ALIKE else whole:
        same = tag == "equal"
        left.append(Piece(Mark.SAME if same else Mark.REMOVED, "".join(old[i1:i2])))
        right.append(Piece(Mark.SAME if same else Mark.ADDED, "".join(new[j1:j2])))


def _joined(pieces: Iterable[Piece]) -> tuple[Piece, ...]:
    """Put neighbours of one mark together, and leave out the empty ones."""
    found: list[Piece] = []
    for piece in pieces:
        if not piece.text:
            continue
        if found and found[-1].mark is piece.mark:
            found[-1] = Piece(piece.mark, found[-1].text + piece.text)
        else:
            found.append(piece)
    return tuple(found)


def _section(
    named: Section, old: Section | None, new: Section | None, was: ProjectContent, now: ProjectContent
) -> SectionDiff:
    before, after = dict(old.entries if old else ()), dict(new.entries if new else ())
    if named.code == PEOPLE:
        before, after = {"Membres": _people(was.people)} | before, {"Membres": _people(now.people)} | after
    labels = dict.fromkeys([*after, *before])
    answers = tuple(AnswerDiff(label, *compare_texts(before.get(label, ""), after.get(label, ""))) for label in labels)
    return SectionDiff(named.code, f"{named.number}. {named.title}" if named.number else named.title, answers)


def _people(people: tuple[Person, ...]) -> str:
    return "\n".join(
        ", ".join(filter(None, (one.name, one.quality, one.place, one.mode, "pressenti" if one.expected else "")))
        for one in people
    )
