"""Writing a review: section by section as one types, by a referent or, from paper, by the office."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max, TextField
from django.utils import timezone

from association.journal import in_words, record
from association.machine import TransitionRefused
from association.models import User
from association.permissions import require
from association.workflow import lock
from reports.models import ReviewObjective, TeamReview
from reports.models.team_reviews import WRITE
from reports.review_sections import objective_key, text_section

# Of a text one journal row per sitting: saved as one types, a row per save would bury the journal.
SITTING = timedelta(minutes=30)
MOST_OBJECTIVES = 40
CLOSED = "Ce bilan est à l’état « {} » : il ne se modifie plus. Copiez votre texte avant de quitter la page."


class SectionMoved(Exception):
    """Somebody wrote the section since the page was shown; nothing was written.

    Attributes:
        review: as it is now.
        by, at: who wrote the section last, and when; empty for one that nobody wrote, sent by a page without version.
    """

    def __init__(self, review: TeamReview, code: str) -> None:
        super().__init__(code)
        stamp = review.stamps.get(code)
        self.review, self.by = review, str(stamp["by"]) if stamp else ""
        self.at = datetime.fromisoformat(stamp["at"]) if stamp else None


def section_version(review: TeamReview, code: str) -> int:
    """Return how often a section was written; a page carries it, and a save names the one that it had shown."""
    return int(review.stamps.get(code, {}).get("version", 0))


def subject_of(review: TeamReview, code: str) -> TeamReview | ReviewObjective:
    """Return what a section writes: the review itself, or one of its objectives.

    Raises:
        LookupError: for a section that the review does not have.
    """
    if text_section(code) is not None:
        return review
    found = review.objectives.filter(pk=objective_key(code) or 0).first()
    if found is None:
        raise LookupError(f"review {review.pk} has no section {code!r}")
    return found


@transaction.atomic
def write_section(*, review: TeamReview, code: str, values: Mapping[str, Any], version: int, actor: User) -> TeamReview:
    """Write the answers of one section that differ, and return the fresh review.

    The journal keeps every change of a choice; of a text, for each sitting (one person, without a pause of half an
    hour), what stood there before and the first thing that was written.

    Args:
        code: ``difficulties``, ``plans``, or the ``code`` of an objective.
        version: `section_version` as the page had shown it.

    Raises:
        SectionMoved: when the section was written since, otherwise than it is written now.
        TransitionRefused: when the review is not open any more.
        ValidationError: by field, in French (a NIR, among others).
        LookupError: for a section that the review does not have.
    """
    require(actor, WRITE)
    fresh = _open(review)
    subject = subject_of(fresh, code)
    changed = [name for name, value in values.items() if getattr(subject, name) != value]
    if not changed:
        return fresh
    if version != section_version(fresh, code):
        raise SectionMoved(fresh, code)
    before = {name: _words(subject, name) for name in changed}
    for name in changed:
        setattr(subject, name, values[name])
    subject.full_clean(
        exclude=[field.name for field in subject._meta.concrete_fields if field.name not in changed],
        validate_unique=False,
        validate_constraints=False,
    )
    begun = _stamp(fresh, code, changed, actor)
    if subject is not fresh:
        subject.save(update_fields=changed)
    fresh.save(update_fields=["stamps", *(changed if subject is fresh else ())])
    told = [name for name in changed if name in begun or not _is_text(subject, name)]
    _journal(fresh, subject, told, before, actor)
    return fresh


@transaction.atomic
def add_objective(*, review: TeamReview, actor: User) -> ReviewObjective:
    """Add an empty objective at the end, to be written like the others.

    Raises:
        TransitionRefused: when the review is not open any more, or has very many already.
    """
    require(actor, WRITE)
    fresh = _open(review)
    if fresh.objectives.count() >= MOST_OBJECTIVES:
        raise TransitionRefused(f"Un bilan tient en {MOST_OBJECTIVES} objectifs au plus : complétez ceux qui y sont.")
    last = fresh.objectives.aggregate(last=Max("place"))["last"] or 0
    added = ReviewObjective.objects.create(review=fresh, place=last + 1, audience=ReviewObjective.Audience.PATIENTS)
    record(fresh, [("objectives", "Objectif", "", f"objectif {added.place} ajouté")], actor=actor, team=fresh.team)
    return added


@transaction.atomic
def remove_objective(*, objective: ReviewObjective, actor: User) -> TeamReview:
    """Take away an objective that the project does not have; what it said stays in the journal.

    Raises:
        TransitionRefused: when the review is not open any more, or the objective is the project's.
    """
    require(actor, WRITE)
    fresh = _open(objective.review)
    found = fresh.objectives.filter(pk=objective.pk).first()
    if found is None:
        return fresh
    if found.of_project:
        raise TransitionRefused(
            "Cet objectif vient du projet de santé : s’il n’est pas suivi, choisissez « Non suivi cette année »."
        )
    said = " · ".join(words for name in ReviewObjective.ANSWERS if (words := _words(found, name)))
    record(fresh, [("objectives", f"Objectif {found.place} retiré", said, "")], actor=actor, team=fresh.team)
    fresh.stamps.pop(found.code, None)
    fresh.save(update_fields=["stamps"])
    found.delete()
    return fresh


def _open(review: TeamReview) -> TeamReview:
    fresh = lock(review)
    if not fresh.is_open:
        raise TransitionRefused(CLOSED.format(fresh.get_state_label()))
    return fresh


def _stamp(review: TeamReview, code: str, changed: list[str], actor: User) -> list[str]:
    """Note who wrote the section; return the fields that are written for the first time in this sitting."""
    now = timezone.now()
    old = review.stamps.get(code, {})
    goes_on = old.get("by_pk") == actor.pk and now - datetime.fromisoformat(old["at"]) < SITTING
    written = old["fields"] if goes_on else []
    review.stamps[code] = {
        "version": section_version(review, code) + 1,
        "by": str(actor),
        "by_pk": actor.pk,
        "at": now.isoformat(),
        "fields": [*written, *(name for name in changed if name not in written)],
    }
    return [name for name in changed if name not in written]


def _journal(review: TeamReview, subject: Any, names: list[str], before: Mapping[str, str], actor: User) -> None:
    where = f"Objectif {subject.place}, " if isinstance(subject, ReviewObjective) else ""
    changes = []
    for name in names:
        label = str(subject._meta.get_field(name).verbose_name)
        label = f"{where}{label}" if where else label[:1].upper() + label[1:]
        sitting = " (début d’une rédaction)" if _is_text(subject, name) else ""
        changes.append((name, f"{label}{sitting}", before[name], _words(subject, name)))
    record(review, changes, actor=actor, team=review.team)


def _words(subject: Any, name: str) -> str:
    field = subject._meta.get_field(name)
    return str(getattr(subject, f"get_{name}_display")()) if field.choices else in_words(getattr(subject, name))


def _is_text(subject: Any, name: str) -> bool:
    return isinstance(subject._meta.get_field(name), TextField)
