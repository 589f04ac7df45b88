"""Evidence brought to an action, and taken back."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from actions.models import DECLARE, Action, Evidence, EvidenceKind
from actions.models.evidence import kinds_of
from association.journal import record
from association.machine import TransitionRefused
from association.models import DossierDocument, User
from association.permissions import require
from association.services.filing import file_brought
from association.uploads import CheckedUpload
from association.workflow import lock

VIEW = "actions.view_evidence"
OPEN_TO_EVIDENCE = (Action.State.DRAFT, Action.State.TO_COMPLETE, Action.State.DECLARED)
OPEN_TO_WITHDRAWAL = (Action.State.DRAFT, Action.State.TO_COMPLETE)


def add_evidence(*, action: Action, kind: str, upload: CheckedUpload, actor: User) -> Evidence:
    """Bring a file as evidence of an action; it is filed in the team's dossier, where it can be put in quarantine.

    Raises:
        TransitionRefused: once the action is decided.
        ValidationError: for a kind that the type does not take, the same file twice, or bytes in quarantine.
    """
    require(actor, DECLARE)
    with transaction.atomic():
        fresh = lock(action)
        if fresh.state not in OPEN_TO_EVIDENCE:
            raise TransitionRefused(f"Cette action est « {fresh.get_state_label()} » : elle ne reçoit plus de pièce.")
        if kind not in kinds_of(fresh.type):
            taken = ", ".join(str(one.label).lower() for one in kinds_of(fresh.type))
            raise ValidationError({"evidence_kind": f"Ce type d'action prend : {taken}."})
        label = EvidenceKind(kind).label
        filing = file_brought(
            team=fresh.team,
            upload=upload,
            kind=DossierDocument.Kind.OTHER,
            title=f"{label}, action {fresh.reference}",
            permission=VIEW,
            actor=actor,
        )
        if Evidence.objects.current().filter(action=fresh, document=filing.document).exists():
            raise ValidationError({"evidence_file": "Ce fichier est déjà une pièce de cette action."})
        made = Evidence.objects.create(
            action=fresh, kind=kind, document=filing.document, sha256=filing.document.sha256, added_by=actor
        )
        record(fresh, [("evidence", "Pièce", "", str(label))], actor=actor, team=fresh.team)
    return made


def withdraw_evidence(*, evidence: Evidence, actor: User) -> Evidence:
    """Take a piece of evidence back, while the action is being written; the file stays in the dossier.

    Raises:
        TransitionRefused: once the action is declared, or when it was taken back already.
    """
    require(actor, DECLARE)
    with transaction.atomic():
        action = lock(evidence.action)
        fresh = Evidence.objects.select_for_update(of=("self",)).get(pk=evidence.pk)
        if action.state not in OPEN_TO_WITHDRAWAL:
            raise TransitionRefused(f"Cette action est « {action.get_state_label()} » : ses pièces ne changent plus.")
        if fresh.withdrawn_at is not None:
            raise TransitionRefused("Cette pièce a déjà été retirée.")
        fresh.withdrawn_at, fresh.withdrawn_by = timezone.now(), actor
        fresh.save(update_fields=["withdrawn_at", "withdrawn_by"])
        record(action, [("evidence", "Pièce", fresh.get_kind_display(), "")], actor=actor, team=action.team)
    return fresh
