from association.models.documents import Document
from association.models.history import LookLog, TransitionLog
from association.models.jobs import Job
from association.models.professionals import Company, Professional
from association.models.teams import Membership, MembershipPeriod, Team, TeamStructure, Theme
from association.models.territory import Commune, Department, Epci, Region, TerritoryEdition
from association.models.users import Role, User

__all__ = [
    "Commune",
    "Company",
    "Department",
    "Document",
    "Epci",
    "Job",
    "LookLog",
    "Membership",
    "MembershipPeriod",
    "Professional",
    "Region",
    "Role",
    "Team",
    "TeamStructure",
    "TerritoryEdition",
    "Theme",
    "TransitionLog",
    "User",
]
