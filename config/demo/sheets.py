"""Signed attendance sheets of some actions of the last month: what a queue with its evidence beside it looks like."""

from __future__ import annotations

import random
from io import BytesIO

import pypdfium2 as pdfium
from django.conf import settings

from actions.models import Action, Evidence, EvidenceKind
from actions.models.evidence import kinds_of
from actions.pdf import AttendanceContent, Sheet, attendance_pdf
from actions.services.evidence import VIEW
from association.documents import store_bytes
from association.models import DossierDocument
from association.upload_formats import PDF, PNG
from config.demo.papers import NOTICE
from config.demo.plan import Session, TeamPlan
from config.demo.span import Span, at
from config.demo.users import DemoUsers

# Of those that wait to be validated nearly all have their sheet; of what is validated a few are enough to look at.
SHARES = {Action.State.DECLARED: 0.85, Action.State.VALIDATED: 0.06}
AS_PICTURE = 0.4
DOTS_PER_INCH = 110


def file_sheets(plans: list[TeamPlan], *, span: Span, users: DemoUsers, seed: int) -> None:
    """File a sheet for some actions of the last month, as PDF or as the picture of a scan."""
    rng = random.Random(f"sheets {seed} {plans[0].team.code}")  # noqa: S311 - a demo wants the same draw again
    for plan in plans:
        for session in plan.sessions:
            is_recent = session.action.held_on >= span.last
            takes_sheets = EvidenceKind.ATTENDANCE in kinds_of(session.action.type)
            if is_recent and takes_sheets and rng.random() < SHARES.get(Action.State(session.state), 0):
                _file(plan, session, users, as_picture=rng.random() < AS_PICTURE)


def _file(plan: TeamPlan, session: Session, users: DemoUsers, *, as_picture: bool) -> None:
    action, by = session.action, plan.team.officer or users.gestion
    content = _sheet(session)
    day = at(action.declared_on or action.held_on, 18)
    document = store_bytes(
        content=_picture(content) if as_picture else content,
        filename=f"presence-{action.reference}{'.png' if as_picture else '.pdf'}",
        content_type=PNG if as_picture else PDF,
        permission=VIEW,
        actor=by,
    )
    title = f"{EvidenceKind.ATTENDANCE.label}, action {action.reference}"
    DossierDocument.objects.create(
        team=plan.team,
        document=document,
        kind=DossierDocument.Kind.OTHER,
        title=title,
        filed_at=day,
        filed_by=by,
    )
    Evidence.objects.create(
        action=action,
        kind=EvidenceKind.ATTENDANCE,
        document=document,
        sha256=document.sha256,
        added_by=by,
        added_at=day,
    )


def _sheet(session: Session) -> bytes:
    action, buffer = session.action, BytesIO()
    people = tuple((str(person), person.get_profession_display()) for person, _ in session.people)
    content = AttendanceContent(
        reference=action.reference,
        organisation=f"{settings.ORGANISATION_NAME}. {NOTICE}",
        team=action.team.name,
        type=str(action.get_type_display()),
        sheets=(Sheet(action.held_on, people),),
    )
    attendance_pdf(content, buffer)
    return buffer.getvalue()


def _picture(content: bytes) -> bytes:
    document, buffer = pdfium.PdfDocument(content), BytesIO()
    document[0].render(scale=DOTS_PER_INCH / 72, grayscale=True).to_pil().save(buffer, "PNG", optimize=True)
    document.close()
    return buffer.getvalue()
