from association.models.access import AccessRecord
from association.models.attestations import Attestation, CoordinationAllowance
from association.models.bulk import BulkItem, BulkOperation
from association.models.calendar import CalendarKey
from association.models.documents import Document
from association.models.dossiers import DossierDocument, EligibilityLevel, Exchange, OutgoingMail, TeamFinding
from association.models.duplicates import NotDuplicate
from association.models.history import FieldChange, LookLog, TransitionLog
from association.models.jobs import Job
from association.models.lists import SavedView
from association.models.members import Membership, MembershipPeriod, TeamStructure
from association.models.professionals import Company, Professional
from association.models.projects import HealthProject
from association.models.recognition import ComplementPoint, RecognitionRequest
from association.models.structures import EtpProgramme, ExternalStructure, StructureLink
from association.models.teams import Team, Theme
from association.models.territory import Commune, Department, Epci, Region, TerritoryEdition
from association.models.users import Digest, DigestDay, Role, User

__all__ = [
    "AccessRecord",
    "Attestation",
    "BulkItem",
    "BulkOperation",
    "CalendarKey",
    "Commune",
    "Company",
    "ComplementPoint",
    "CoordinationAllowance",
    "Department",
    "Digest",
    "DigestDay",
    "Document",
    "DossierDocument",
    "EligibilityLevel",
    "Epci",
    "EtpProgramme",
    "Exchange",
    "ExternalStructure",
    "FieldChange",
    "HealthProject",
    "Job",
    "LookLog",
    "Membership",
    "MembershipPeriod",
    "NotDuplicate",
    "OutgoingMail",
    "Professional",
    "RecognitionRequest",
    "Region",
    "Role",
    "SavedView",
    "StructureLink",
    "Team",
    "TeamFinding",
    "TeamStructure",
    "TerritoryEdition",
    "Theme",
    "TransitionLog",
    "User",
]
