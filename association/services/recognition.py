"""What the ARS does with a submitted dossier: an opinion, complements, a decision, and one day a withdrawal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from association.findings import refresh_findings
from association.journal import in_words, record, save_changes
from association.machine import TransitionRefused
from association.models import (
    ComplementPoint,
    DossierDocument,
    HealthProject,
    LookLog,
    RecognitionRequest,
    Team,
    User,
)
from association.permissions import require
from association.project_content import Person
from association.registries import after_withdrawal
from association.selectors.projects import persons_of, project_content
from association.selectors.recognition import recognised_word
from association.workflow import MOST_COMMENT, fire, lock

DECIDE = "association.decide_recognition"
LOOK = "dossier de reconnaissance"
LOGGED = "association.look_is_logged"


@dataclass(frozen=True)
class Missing:
    """One thing that the ARS misses in a dossier, and until when it waits for it."""

    kind: str
    text: str
    due_on: date


@transaction.atomic
def open_request(*, team: Team, submitted_on: date, actor: User) -> RecognitionRequest:
    """Take over a dossier that was submitted before this register, so that it can be decided here.

    Raises:
        TransitionRefused: when the team is not with the ARS, or its request is there already.
        ValidationError: for a day to come.
    """
    require(actor, "association.manage_team")
    fresh = lock(team)
    if fresh.state != Team.State.SUBMITTED:
        raise TransitionRefused(f"L'équipe est à l'état « {fresh.get_state_label()} » : rien n'est déposé à l'ARS.")
    if fresh.recognition_requests.filter(decision="", closed_at=None).exists():
        raise TransitionRefused("La demande de cette équipe est déjà ouverte.")
    _refuse_day("submitted_on", submitted_on, to_come="Cette date est à venir : indiquez le jour du dépôt.")
    project = fresh.projects.filter(state=HealthProject.State.SUBMITTED, recognition_request=None).first()
    request = RecognitionRequest(
        team=fresh,
        project=project,
        submitted_on=submitted_on,
        submitted_by=actor,
        opinion_due_on=RecognitionRequest.opinion_expected(submitted_on),
    )
    request.full_clean()
    request.save()
    record(request, [("submitted_on", "Déposée le", "", in_words(submitted_on))], actor=actor, team=fresh)
    return request


@transaction.atomic
def give_opinion(
    *, request: RecognitionRequest, opinion: str, given_on: date, text: str, version: int | None, actor: User
) -> RecognitionRequest:
    """Write the délégation's opinion, or correct it before the decision, and return the fresh row.

    Args:
        opinion: a code of `RecognitionRequest.Opinion`; all but a favourable one ask for a text.
        version: of the request as the page had shown it.

    Raises:
        TransitionRefused: when the request is no longer open.
        StaleEdit: when somebody else wrote an opinion since.
        ValidationError: by field, in French.
    """
    require(actor, "association.give_opinion")
    fresh = _open(request)
    _refuse_day("opinion_on", given_on, to_come="Cette date est à venir : indiquez le jour de l'avis.")
    _refuse_before("opinion_on", given_on, fresh)
    if opinion != RecognitionRequest.Opinion.FAVOURABLE and not text.strip():
        raise ValidationError({"opinion_text": "Dites ce qui motive cet avis : l'équipe doit savoir quoi revoir."})
    values = {"opinion": opinion, "opinion_on": given_on, "opinion_text": text.strip()}
    saved = save_changes(fresh, values=values, version=version, actor=actor, team=fresh.team)
    saved.opinion_by = actor
    saved.save(update_fields=["opinion_by"])
    return saved


@transaction.atomic
def ask_complements(*, request: RecognitionRequest, missing: Sequence[Missing], actor: User) -> RecognitionRequest:
    """Ask for what is missing, point by point: the request is closed, the version goes back to the team.

    Raises:
        TransitionRefused: when the request is no longer open.
        ValidationError: without a point, or for a deadline that has passed.
    """
    fresh = _open(request)
    if not missing:
        raise ValidationError("Indiquez au moins un point : ce qui manque, et pour quand.")
    if any(point.due_on < timezone.localdate() for point in missing):
        raise ValidationError("Une échéance est déjà passée : laissez à l'équipe le temps de répondre.")
    comment = _told(missing)
    fire(fresh.team, "ask_complements", actor=actor, comment=comment)
    if fresh.project is not None:
        fire(fresh.project, "hand_back", actor=actor, comment=comment)
    for point in missing:
        row = ComplementPoint(
            request=fresh, kind=point.kind, text=point.text.strip(), due_on=point.due_on, asked_by=actor
        )
        row.full_clean()
        row.save()
    fresh.closed_at = timezone.now()
    fresh.save(update_fields=["closed_at"])
    refresh_findings(teams=[fresh.team])
    return fresh


@transaction.atomic
def answer_complement(*, point: ComplementPoint, answer: str, version: int | None, actor: User) -> ComplementPoint:
    """Answer one point that the ARS asked for, or change the answer before the dossier goes back to it.

    Raises:
        TransitionRefused: when the dossier is not with the team.
        StaleEdit: when somebody else answered since.
        ValidationError: for an empty answer.
    """
    require(actor, "association.manage_team")
    team = lock(point.request.team)
    if team.state != Team.State.TO_COMPLETE:
        raise TransitionRefused(
            f"L'équipe est à l'état « {team.get_state_label()} » : les réponses s'écrivent quand elle est à compléter."
        )
    if not answer.strip():
        raise ValidationError({"answer": "Écrivez la réponse à ce point."})
    saved = save_changes(point, values={"answer": answer.strip()}, version=version, actor=actor, team=team)
    saved.answered_at, saved.answered_by = timezone.now(), actor
    saved.save(update_fields=["answered_at", "answered_by"])
    return saved


@transaction.atomic
def decide(
    *,
    request: RecognitionRequest,
    decision: str,
    decided_on: date,
    reference: str,
    actor: User,
    reason: str = "",
    letter: Any = None,
) -> RecognitionRequest:
    """Write the decision of the ARS: the team is recognised from ``decided_on``, or refused and may write anew.

    Args:
        decision: a code of `RecognitionRequest.Decision`.
        decided_on: the date of the letter.
        reference: of the letter.
        reason: of a refusal.
        letter: the scan (association.uploads), filed in the dossier; it can also follow later (`attach_letter`).

    Raises:
        TransitionRefused: while a correction is pending, or when it is decided already.
        ValidationError: by field, in French.
    """
    require(actor, DECIDE)
    fresh = _open(request)
    _refuse_day("decided_on", decided_on, to_come="Cette date est à venir : indiquez la date du courrier.")
    _refuse_before("decided_on", decided_on, fresh)
    if not reference.strip():
        raise ValidationError({"letter_reference": "Indiquez la référence du courrier."})
    accepted = decision == RecognitionRequest.Decision.ACCEPTED
    if not accepted and not reason.strip():
        raise ValidationError({"reason": "Un refus a un motif : l'équipe doit savoir quoi revoir."})
    fresh.decision, fresh.decided_on, fresh.decided_by = decision, decided_on, actor
    fresh.letter_reference, fresh.reason = reference.strip(), reason.strip()
    fresh.full_clean()
    said, comment = f"Courrier {fresh.letter_reference} du {decided_on:%d/%m/%Y}.", ""
    if accepted:
        team = fire(fresh.team, "recognise", actor=actor, said=said, recognised_on=decided_on)
    else:
        comment = fresh.reason
        team = fire(fresh.team, "refuse", actor=actor, comment=comment, said=said)
    if fresh.project is not None:
        fire(fresh.project, "accept" if accepted else "hand_back", actor=actor, comment=comment, said=said)
    if letter is not None:
        fresh.letter = _filed(fresh, letter, actor)
    fresh.save()
    refresh_findings(teams=[team])
    return fresh


@transaction.atomic
def attach_letter(*, request: RecognitionRequest, letter: Any, actor: User) -> RecognitionRequest:
    """File the scan of the letter of a decision that was recorded without it, or in place of a wrong one.

    Raises:
        TransitionRefused: before the decision.
    """
    require(actor, DECIDE)
    lock(request.team)
    fresh = lock(request)
    if not fresh.decision:
        raise TransitionRefused("Cette demande n'est pas décidée : il n'y a pas encore de courrier à joindre.")
    before, fresh.letter = fresh.letter, _filed(fresh, letter, actor)
    if fresh.letter == before:
        return fresh
    fresh.save(update_fields=["letter"])
    record(fresh, [("letter", "Courrier", in_words(before), in_words(fresh.letter))], actor=actor, team=fresh.team)
    return fresh


@transaction.atomic
def withdraw_recognition(*, team: Team, withdrawn_on: date, comment: str, actor: User) -> Team:
    """Withdraw a recognition: the team is no longer recognised from ``withdrawn_on`` on, and what hung on it ends.

    Raises:
        TransitionRefused: with the reason in French; nothing is written then, on any floor.
        ValidationError: for a day to come, or before the recognition.
    """
    require(actor, DECIDE)
    fresh = lock(team)
    _refuse_day("withdrawn_on", withdrawn_on, to_come="Cette date est à venir : enregistrez le retrait ce jour-là.")
    if fresh.recognised_on and withdrawn_on < fresh.recognised_on:
        word = recognised_word(fresh.kind)
        said = f"L'équipe a été {word} le {fresh.recognised_on:%d/%m/%Y} : le retrait ne peut précéder ce jour."
        raise ValidationError({"withdrawn_on": said})
    moved = fire(fresh, "withdraw_recognition", actor=actor, comment=comment, withdrawn_on=withdrawn_on)
    for follow in after_withdrawal:
        follow(team=moved, withdrawn_on=withdrawn_on, reason=comment, actor=actor)
    refresh_findings(teams=[moved])
    return moved


def open_file(*, request: RecognitionRequest, actor: User) -> tuple[Person, ...]:
    """Return the people of a dossier, as they were when it was submitted; a look of the ARS is logged."""
    require(actor, "association.view_recognition")
    if actor.has_perm(LOGGED):
        LookLog.objects.create(
            content_type=ContentType.objects.get_for_model(RecognitionRequest),
            object_id=request.pk,
            what=LOOK,
            actor=actor,
            reason=f"{request.team.code}, {request}"[:200],
        )
    if request.project is not None and request.project.content is not None:
        return project_content(request.project).people
    return persons_of(request.team)


def _open(request: RecognitionRequest) -> RecognitionRequest:
    """Return the request read again under the lock of its team, if the ARS still has it in hand."""
    team = lock(request.team)
    fresh = lock(request)
    fresh.team = team
    if fresh.decision:
        raise TransitionRefused(
            f"Cette demande est décidée depuis le {fresh.decided_on:%d/%m/%Y} ({fresh.decision_label.lower()})."
        )
    if fresh.closed_at is not None:
        raise TransitionRefused(
            "Des compléments sont demandés à l'équipe : rien ne se décide avant le nouveau dépôt de son dossier."
        )
    if team.state != Team.State.SUBMITTED:
        raise TransitionRefused(
            f"L'équipe est à l'état « {team.get_state_label()} » : le dossier n'est pas entre les mains de l'ARS."
        )
    return fresh


def _refuse_day(field: str, day: date, *, to_come: str) -> None:
    if day > timezone.localdate():
        raise ValidationError({field: to_come})


def _refuse_before(field: str, day: date, request: RecognitionRequest) -> None:
    if day < request.submitted_on:
        said = f"Le dossier a été déposé le {request.submitted_on:%d/%m/%Y} : cette date le précède."
        raise ValidationError({field: said})


def _told(missing: Sequence[Missing]) -> str:
    """The points as the history shows them; the dossier keeps each of them whole."""
    kinds = dict(ComplementPoint.Kind.choices)
    told = "\n".join(
        f"{kinds.get(point.kind, point.kind)} : {point.text.strip()} (pour le {point.due_on:%d/%m/%Y})"
        for point in missing
    )
    return told if len(told) <= MOST_COMMENT else f"{told[: MOST_COMMENT - 1]}…"


def _filed(request: RecognitionRequest, letter: Any, actor: User) -> Any:
    from association.services.filing import file_document

    title = f"Courrier de l'ARS {request.letter_reference}, {request.decision_label.lower()}"
    filing = file_document(
        team=request.team, upload=letter, kind=DossierDocument.Kind.LETTER, title=title[:200], actor=actor
    )
    return filing.document
