from actions.models.actions import DECLARE, VALIDATE, Action, Participation
from actions.models.evidence import Evidence, EvidenceKind
from actions.models.kept import KeptUpload
from actions.models.scans import ReceivedScan
from actions.models.sessions import ActionSession
from actions.models.settings import ActionSequence, ActionSettings

__all__ = [
    "DECLARE",
    "VALIDATE",
    "Action",
    "ActionSequence",
    "ActionSession",
    "ActionSettings",
    "Evidence",
    "EvidenceKind",
    "KeptUpload",
    "Participation",
    "ReceivedScan",
]
