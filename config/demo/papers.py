"""The papers in the dossiers of the demo: one page each, which says that all in it is invented."""

from __future__ import annotations

import io
import random
from collections.abc import Iterator
from datetime import date

from django.conf import settings

from association.documents import store_bytes
from association.models import DossierDocument, RecognitionRequest
from association.pdf.pieces import line
from association.pdf.pieces import title as printed_title
from association.pdf.sheet import write_pdf
from association.services.filing import PERMISSION_OF, READ
from association.upload_formats import PDF
from config.demo.plan import TeamPlan
from config.demo.span import at
from config.demo.users import DemoUsers

LETTERS, STATUTES = 0.4, 0.3  # of the decisions, and of the structures, that have their paper in the dossier
NOTICE = "Document de démonstration : tout y est inventé."
Kind = DossierDocument.Kind


def papers_of(
    plan: TeamPlan, requests: list[RecognitionRequest], *, users: DemoUsers, seed: int
) -> Iterator[DossierDocument]:
    """Yield the filings of a team, unsaved, their bytes stored: letters of the ARS, statutes of its structures."""
    rng = random.Random(f"papers {seed} {plan.team.code}")  # noqa: S311 - a demo wants the same draw again
    for request in requests:
        if request.decided_on and rng.random() < LETTERS:
            title = f"Décision de l’ARS, {request.letter_reference}"
            yield _filed(plan, Kind.LETTER, title, request.decided_on, users)
    for structure in plan.structures:
        if rng.random() < STATUTES:
            title = f"Statuts, {structure.get_form_display()}"
            yield _filed(plan, Kind.STATUTES, title, plan.team.created_at.date(), users)


def _filed(plan: TeamPlan, kind: str, title: str, day: date, users: DemoUsers) -> DossierDocument:
    by = plan.team.officer or users.gestion
    document = store_bytes(
        content=_page(title, plan.team.name, plan.team.code, day),
        filename=f"{kind}-{plan.team.code}.pdf",
        content_type=PDF,
        permission=PERMISSION_OF.get(DossierDocument.Kind(kind), READ),
        actor=by,
    )
    return DossierDocument(team=plan.team, document=document, kind=kind, title=title, filed_at=at(day, 11), filed_by=by)


def _page(title: str, name: str, code: str, day: date) -> bytes:
    written = io.BytesIO()
    story = [printed_title(title), line(f"{name} ({code})"), line(f"Le {day:%d/%m/%Y}"), line(NOTICE)]
    write_pdf(written, story, title=title, reference=code, organisation=settings.ORGANISATION_NAME)
    return written.getvalue()
