"""Extracts for a contrôle: asked for, decided by somebody else, handed out for some days with each look logged."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from association.documents import draft_folder
from association.journal import save_changes
from association.machine import TransitionRefused
from association.models import LookLog, Team, User
from association.permissions import require
from association.workflow import enter_at, fire
from reports.extracts.content import ExtractContent
from reports.extracts.pdf import extract_pdf
from reports.extracts.workbook import extract_workbook
from reports.models import ExtractRequest, ExtractSettings
from reports.models.extracts import ASK, MOST_DAYS
from reports.selectors.extracts import LOOK, extract_content, last_day

STEPS = ("grant", "refuse", "withdraw", "close")
PDF, XLSX = "pdf", "xlsx"


def ask_extract(
    *, team: Team | None, rpps: str, first_on: date, last_on: date, reason: str, actor: User
) -> ExtractRequest:
    """Ask for the extract of a team of the actor's scope, or of the professional with an RPPS.

    Args:
        rpps: of anybody: whether they are known here is told by the extract alone.
        first_on, last_on: days of actions, both included; `MOST_DAYS` at most, none to come.

    Raises:
        ValidationError: by field, in French.
    """
    require(actor, ASK)
    if team is not None and not Team.objects.visible_to(actor).filter(pk=team.pk).exists():
        raise ValidationError({"team": "Cette équipe n’est pas dans votre périmètre."})
    if last_on > timezone.localdate():
        raise ValidationError({"last_on": "Cette date est à venir : un extrait porte sur des actions passées."})
    if (last_on - first_on).days >= MOST_DAYS:
        raise ValidationError({"last_on": f"Une demande porte sur {MOST_DAYS} jours au plus : faites-en plusieurs."})
    request = ExtractRequest(
        team=team,
        rpps=rpps,
        scope_department=actor.department,
        first_on=first_on,
        last_on=last_on,
        reason=" ".join(reason.split()),
        asked_by=actor,
    )
    request.full_clean(exclude=["state", "content"])
    with transaction.atomic():
        return enter_at([(request, ExtractRequest.State.ASKED)], actor=actor, origin="")[0]


def move_extract(*, request: ExtractRequest, step: str, actor: User, comment: str = "") -> ExtractRequest:
    """Do one step of a request and return the fresh row; granting freezes what the extract says.

    Raises:
        TransitionRefused: with the reason in French.
    """
    if step not in STEPS:
        raise TransitionRefused("Cette étape n’existe pas pour une demande d’extrait.")
    with transaction.atomic():
        given: dict[str, Any] = {}
        if step in ("grant", "refuse"):
            given = {"decided_by": actor, "reason": comment.strip()}
        if step == "grant":
            require(actor, "reports.decide_extract")
            given |= {"open_until": last_day(), "content": extract_content(request, actor=actor).to_json()}
        return fire(request, step, actor=actor, comment=comment, **given)


def hand_out_extract(*, request: ExtractRequest, form: str, actor: User) -> bytes:
    """Return a file of a granted extract to who asked for it; the look is logged.

    Args:
        form: `PDF` or `XLSX`.

    Raises:
        PermissionDenied: for anybody else, and once its days are over or the access was closed; in French.
    """
    require(actor, ASK)
    with transaction.atomic():
        fresh = ExtractRequest.objects.select_for_update().get(pk=request.pk)
        if fresh.asked_by_id != actor.pk:
            raise PermissionDenied("Cet extrait a été demandé par une autre personne : elle seule le télécharge.")
        if not fresh.is_open:
            raise PermissionDenied(
                "Cet extrait n’est pas ouvert aujourd’hui : si le contrôle continue, faites une nouvelle demande."
            )
        content = ExtractContent.from_json(fresh.content)
        LookLog.objects.create(
            content_type=ContentType.objects.get_for_model(ExtractRequest),
            object_id=fresh.pk,
            what=f"{LOOK} ({form})",
            actor=actor,
            reason=fresh.number,
        )
    return _file(content, form)


def change_extract_settings(*, values: Mapping[str, Any], version: int, actor: User) -> ExtractSettings:
    """Write for how many days an extract is open; those granted before keep their last day.

    Raises:
        StaleEdit: when somebody else changed it since; nothing is written.
        ValidationError: in French, by field.
    """
    require(actor, "reports.change_extract_settings")
    with transaction.atomic():
        row, _ = ExtractSettings.objects.get_or_create(pk=1)
        return save_changes(row, values=values, version=version, actor=actor)


def _file(content: ExtractContent, form: str) -> bytes:
    if form == PDF:
        buffer = BytesIO()
        extract_pdf(content, buffer)
        return buffer.getvalue()
    with draft_folder("extrait") as folder:
        path = Path(folder) / f"{content.number}.xlsx"
        extract_workbook(content, path)
        return path.read_bytes()
