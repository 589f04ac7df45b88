"""What a dossier gathers on the way to the recognition: health projects, and what the ARS does with them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import factory
from django.conf import settings
from django.utils import timezone
from factory.django import DjangoModelFactory

from association.models import ComplementPoint, HealthProject, RecognitionRequest
from association.project_content import ProjectContent, Section
from association.project_sections import entries, missing, sections_for
from association.selectors.projects import persons_of
from tests.factories.base import StatefulFactory, at
from tests.factories.ground import BEGINNING, CommuneFactory, TeamFactory, UserFactory

# Every question of the annex has its answer; what an ESS answers besides is left open.
ANSWERS: dict[str, Any] = {
    "people_notes": "Le projet est né d’une réunion de quartier.",
    "problem": "Les patients diabétiques sont suivis par plusieurs professionnels qui se parlent peu.",
    "problem_indicators": "Un patient sur trois sans bilan annuel.",
    "present_ways": "Téléphone et messagerie sécurisée.",
    "means": "Une réunion par mois et un protocole commun.",
    "goals_patients": "Un bilan annuel pour tous.",
    "goals_professionals": "Un temps d’échange régulier.",
    "shared_patients": 120,
    "covers_all_patients": True,
    "cantons": "Ancenis",
    "building_from": date(2026, 1, 1),
    "submission_planned_on": date(2026, 3, 1),
    "starting_on": date(2026, 6, 1),
    "action_types": ["RCP", "PPS"],
}


class HealthProjectFactory(StatefulFactory):
    """The first version of a team's project, a draft without answers by default; ``complete``: all nine questions."""

    class Meta:
        model = HealthProject
        skip_postgeneration_save = True

    class Params:
        complete = factory.Trait(**ANSWERS)
        draft = at("draft")
        submitted = at("submitted", submitted_on=BEGINNING)
        accepted = at("accepted", submitted_on=BEGINNING)
        returned = at("returned", submitted_on=BEGINNING)

    team = factory.SubFactory(TeamFactory, drafting=True)
    number = 1
    created_by = factory.SubFactory(UserFactory, staff=True)

    @classmethod
    def _create(cls, model_class: Any, *args: Any, **kwargs: Any) -> Any:
        if kwargs.get("submitted_on") and "content" not in kwargs:
            kwargs["content"] = _content(kwargs)
        return super()._create(model_class, *args, **kwargs)

    @factory.post_generation
    def communes(self: Any, create: bool, given: Any, **options: Any) -> None:
        if given:
            self.communes.set(given if isinstance(given, list) else [CommuneFactory()])


def _content(said: dict[str, Any]) -> dict[str, Any]:
    """What a version with these answers froze at its submission."""
    team = said["team"]
    people = persons_of(team)
    answers = {**said, "people": len(people)}
    sections = tuple(
        Section(one.code, one.number, one.title, entries(one, answers), complete=not missing(one, answers))
        for one in sections_for(team.kind)
    )
    frozen = ProjectContent(
        team_code=team.code,
        team_name=team.name,
        kind_label=team.get_kind_display(),
        department=team.department.name,
        version=said["number"],
        state_label="Déposé",
        submitted_on=said["submitted_on"],
        organisation=settings.ORGANISATION_NAME,
        people=people,
        sections=sections,
    )
    return frozen.to_json()


class RecognitionRequestFactory(DjangoModelFactory):
    """Of a team that submitted its first version at the beginning; open by default."""

    class Meta:
        model = RecognitionRequest

    class Params:
        of_paper = factory.Trait(project=None)
        with_opinion = factory.Trait(
            opinion="favorable", opinion_on=date(2026, 1, 20), opinion_by=factory.SubFactory(UserFactory, ars=True)
        )
        accepted = factory.Trait(
            decision="reconnue",
            decided_on=date(2026, 2, 2),
            letter_reference="ARS-2026-001",
            decided_by=factory.SubFactory(UserFactory, ars=True),
        )

    team = factory.SubFactory(TeamFactory, submitted=True)
    project = factory.SubFactory(HealthProjectFactory, submitted=True, team=factory.SelfAttribute("..team"))
    submitted_on = BEGINNING
    submitted_by = factory.SubFactory(UserFactory, staff=True)
    opinion_due_on = date(2026, 2, 15)


class ComplementPointFactory(DjangoModelFactory):
    """A missing document, not answered, of a request that was handed back."""

    class Meta:
        model = ComplementPoint

    class Params:
        answered = factory.Trait(
            answer="Les statuts sont joints.",
            answered_at=datetime(2026, 2, 1, 12, tzinfo=timezone.get_default_timezone()),
            answered_by=factory.SubFactory(UserFactory, staff=True),
        )

    request = factory.SubFactory(
        RecognitionRequestFactory,
        team=factory.SubFactory(TeamFactory, to_complete=True),
        project=factory.SubFactory(HealthProjectFactory, returned=True, team=factory.SelfAttribute("..team")),
        closed_at=datetime(2026, 1, 15, 12, tzinfo=timezone.get_default_timezone()),
    )
    kind = ComplementPoint.Kind.DOCUMENT
    text = "Les statuts de l’association"
    due_on = date(2026, 3, 1)
    asked_by = factory.SubFactory(UserFactory, ars=True)
