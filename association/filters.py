"""Filters above the lists of the ground; their state is in the address."""

from __future__ import annotations

from django.db.models import QuerySet

from association.listing.carried import CountedFilter
from association.listing.filters import (
    ChoicesFilter,
    DatesFilter,
    ListFilter,
    NamedFilter,
    NumbersFilter,
    ObjectsFilter,
    SearchFilter,
    any_of,
)
from association.models import (
    Department,
    DossierDocument,
    ExternalStructure,
    HealthProject,
    OutgoingMail,
    Professional,
    Team,
    Theme,
    User,
)
from association.nomenclature import Profession, TeamKind
from association.searching import having, words
from association.selectors import named
from association.selectors.documents import DOCUMENT_STATES, in_document_state, search_documents
from association.selectors.findings import teams_with, watch_choices
from association.selectors.people import people_of_department, search_people
from association.selectors.recognition import waiting_for, with_the_ars
from association.selectors.structures import search_structures
from association.selectors.teams import search_teams, teams_named


def departments(user: User) -> QuerySet[Department]:
    """Return the departments that have teams."""
    return Department.objects.filter(teams__isnull=False).distinct()


def officers(user: User) -> QuerySet[User]:
    """Return those who follow a team."""
    return User.objects.filter(teams__isnull=False).distinct().order_by("full_name", "pk")


def team_filter(field_name: str = "team") -> NamedFilter:
    """Return the filter that asks for teams by typing their names."""
    return NamedFilter(
        "Équipe",
        known=Team.objects.visible_to,
        find=named.team_typed,
        show=named.team_name,
        url="association:teams_named",
        field_name=field_name,
    )


class TeamFilter(ListFilter):
    q = SearchFilter("Nom, code ou commune")
    state = ChoicesFilter("État", Team.State.choices)
    kind = ChoicesFilter("Nature", TeamKind.choices)
    department = ObjectsFilter("Département", departments)
    officer = ObjectsFilter("Suivie par", officers, nobody="Personne")
    constat = ChoicesFilter("Constat", watch_choices, method="found")
    members_count = NumbersFilter("Membres")
    compte = CountedFilter("equipes")

    def closed(self) -> list[str]:
        return [] if self.user.has_perm("association.view_findings") else ["constat"]

    def search(self, teams: QuerySet[Team], name: str, value: str) -> QuerySet[Team]:
        return search_teams(teams, value)

    def found(self, teams: QuerySet[Team], name: str, value: list[str]) -> QuerySet[Team]:
        return any_of(teams, value, teams_with)


class RecognitionFilter(ListFilter):
    WAITING = (("instruire", "À l’instruction"), ("retard", "Avis en retard"), ("completer", "À compléter"))

    q = SearchFilter("Nom, code ou commune")
    waiting = ChoicesFilter("Ce qui est attendu", WAITING, method="for_what")
    department = ObjectsFilter("Département", departments)
    officer = ObjectsFilter("Suivie par", officers, nobody="Personne")
    submitted_on = DatesFilter("Déposé le")

    def search(self, teams: QuerySet[Team], name: str, value: str) -> QuerySet[Team]:
        return search_teams(teams, value)

    def for_what(self, teams: QuerySet[Team], name: str, value: list[str]) -> QuerySet[Team]:
        return any_of(teams, value, lambda rows, what: waiting_for(with_the_ars(self.user), what))


class PeopleFilter(ListFilter):
    q = SearchFilter("Nom, RPPS ou commune")
    profession = ChoicesFilter("Profession", Profession.choices)
    department = ObjectsFilter("Département", departments, method="of_departments")
    compte = CountedFilter("professionnels")

    def search(self, people: QuerySet[Professional], name: str, value: str) -> QuerySet[Professional]:
        return search_people(people, value)

    def of_departments(
        self, people: QuerySet[Professional], name: str, value: list[str]
    ) -> QuerySet[Professional]:  # fmt: skip
        return any_of(people, value, people_of_department)


class StructureFilter(ListFilter):
    q = SearchFilter("Nom, commune ou numéro")
    kind = ChoicesFilter("Nature", ExternalStructure.Kind.choices)
    teams_count = NumbersFilter("Équipes liées")

    def search(self, structures: QuerySet[ExternalStructure], name: str, value: str) -> QuerySet[ExternalStructure]:
        return search_structures(structures, value)


def themes(user: User) -> QuerySet[Theme]:
    """Return the themes that projects name."""
    return Theme.objects.filter(pk__in=HealthProject.themes.through.objects.values("theme")).order_by("name")


class ProjectFilter(ListFilter):
    q = SearchFilter("Nom ou code d’équipe")
    state = ChoicesFilter("État", HealthProject.State.choices)
    department = ObjectsFilter("Département", departments, field_name="team__department")
    theme = ObjectsFilter("Thème", themes, method="on_themes")
    submitted_on = DatesFilter("Déposé le")

    def search(self, projects: QuerySet[HealthProject], name: str, value: str) -> QuerySet[HealthProject]:
        for word in words(value):
            projects = projects.filter(team__in=teams_named(word).values("pk"))
        return projects

    def on_themes(self, projects: QuerySet[HealthProject], name: str, value: list[str]) -> QuerySet[HealthProject]:
        named_in = HealthProject.themes.through.objects.filter(theme__in=map(int, value))
        return projects.filter(pk__in=named_in.values("healthproject"))


class DocumentFilter(ListFilter):
    q = SearchFilter("Intitulé ou équipe")
    kind = ChoicesFilter("Nature", DossierDocument.Kind.choices)
    state = ChoicesFilter("État", DOCUMENT_STATES, method="in_states")
    team = team_filter()
    filed_at = DatesFilter("Classé le", field_name="filed_at__date")

    def search(self, filings: QuerySet[DossierDocument], name: str, value: str) -> QuerySet[DossierDocument]:
        return search_documents(filings, value)

    def in_states(self, filings: QuerySet[DossierDocument], name: str, value: list[str]) -> QuerySet[DossierDocument]:
        return any_of(filings, value, in_document_state)


class OutboxFilter(ListFilter):
    q = SearchFilter("Objet ou destinataire")
    created_at = DatesFilter("Écrit le", field_name="created_at__date")

    def search(self, mails: QuerySet[OutgoingMail], name: str, value: str) -> QuerySet[OutgoingMail]:
        for word in words(value):
            mails = having(mails, word, "subject", "to")
        return mails
