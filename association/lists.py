"""The lists of the ground: which columns, which filters, for whom (docs/lists.md)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet

from association.bulk_steps import DOCUMENT_STEPS, MAIL_STEPS, TEAM_STEPS
from association.dossier_tables import DocumentTable, ProjectTable
from association.filters import (
    DocumentFilter,
    OutboxFilter,
    PeopleFilter,
    ProjectFilter,
    RecognitionFilter,
    StructureFilter,
    TeamFilter,
)
from association.listing.declaration import Listing
from association.models import (
    DossierDocument,
    ExternalStructure,
    HealthProject,
    OutgoingMail,
    Professional,
    Team,
    User,
)
from association.outbox import OutboxTable
from association.people_table import PeopleTable
from association.selectors import documents, exchanges, people, projects, structures, teams
from association.selectors.recognition import with_the_ars
from association.structure_table import StructureTable
from association.tables import RecognitionTable, TeamTable


class TeamList(Listing):
    """The teams of one's scope."""

    name = "equipes"
    title, noun = "Équipes", "équipe,équipes"
    permission = "association.view_team"
    address = "association:team_list"
    row_address = "association:team"
    table, filters = TeamTable, TeamFilter
    shown = ("name", "code", "state", "kind", "members_count", "officer")
    bulk = TEAM_STEPS
    template = "association/team_list.html"

    def rows(self, user: User, **about: Any) -> QuerySet[Team]:
        return teams.team_list(user)


class PeopleList(Listing):
    """The professionals of one's scope."""

    name = "professionnels"
    title, noun = "Professionnels", "professionnel,professionnels"
    permission = "association.view_professional"
    address = "association:professional_list"
    row_address = "association:professional"
    table, filters = PeopleTable, PeopleFilter
    shown = ("last_name", "rpps", "profession", "commune", "teams")
    template = "association/professional_list.html"

    def rows(self, user: User, **about: Any) -> QuerySet[Professional]:
        return people.people_list(user)


class StructureList(Listing):
    """The structures around the teams."""

    name = "structures"
    title, noun = "Structures", "structure,structures"
    lead = "CPTS, PTA, MSP, centres de santé autour des équipes"
    permission = "association.view_structure"
    address = "association:structure_list"
    row_address = "association:structure"
    table, filters = StructureTable, StructureFilter
    template = "association/structure_list.html"

    def rows(self, user: User, **about: Any) -> QuerySet[ExternalStructure]:
        return structures.structure_list(user)


class RecognitionList(Listing):
    """The dossiers that are with the ARS, or that it handed back, the oldest first."""

    name = "reconnaissances"
    title, noun = "Dossiers à l’ARS", "dossier déposé ou à compléter,dossiers déposés ou à compléter"
    permission = "association.view_recognition"
    address = "association:recognition_list"
    row_address = "association:team"
    table, filters = RecognitionTable, RecognitionFilter

    def rows(self, user: User, **about: Any) -> QuerySet[Team]:
        return with_the_ars(user)


class OutboxList(Listing):
    """The messages that the house wrote."""

    name = "messages"
    title, noun = "Boîte d’envoi", "message,messages"
    permission = "association.view_outbox"
    address = "association:outbox"
    row_address = "association:outbox_mail"
    table, filters = OutboxTable, OutboxFilter
    bulk = MAIL_STEPS
    template = "association/outbox.html"

    def about(self, user: User, **route: Any) -> dict[str, Any]:
        return {"mail_is_sent": exchanges.mail_is_sent(), "uncertain": exchanges.uncertain_mails(user)}

    def rows(self, user: User, **about: Any) -> QuerySet[OutgoingMail]:
        return exchanges.outbox(user)


class ProjectList(Listing):
    """The versions of the health projects in one's scope."""

    name = "projets"
    title, noun = "Projets de santé", "version,versions"
    permission = "association.view_project"
    address = "association:project_list"
    row_address = "association:project"
    table, filters = ProjectTable, ProjectFilter

    def rows(self, user: User, **about: Any) -> QuerySet[HealthProject]:
        return projects.project_list(user)


class DocumentList(Listing):
    """What is filed in the dossiers of one's scope, as far as one may open it or watches over it."""

    name = "documents"
    title, noun = "Documents", "document,documents"
    permission = "association.open_document"
    address = "association:document_list"
    table, filters = DocumentTable, DocumentFilter
    bulk = DOCUMENT_STEPS

    def rows(self, user: User, **about: Any) -> QuerySet[DossierDocument]:
        return documents.document_list(user)

    def row_urls(self, keys: Sequence[int]) -> dict[int, str]:
        return documents.lines_in_dossiers(keys)


LISTS: tuple[type[Listing], ...] = (
    TeamList,
    PeopleList,
    StructureList,
    RecognitionList,
    OutboxList,
    ProjectList,
    DocumentList,
)
