"""The sections of a health project: what each asks, of which kind of team, and when its answer is complete. Pure.

The nine numbered ones are the questions of the annex of the ARS's note (docs/sources.md, 1); the leaflet of the ESP
CLAP adds themes and actions, the page of the ESS its core missions and the diagnosis of its territory.

Answers are plain values by name: those of the fields, tuples of words for what is chosen from a list, and ``people``,
how many persons take part.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from association.money import grouped
from association.pdf.text import long_date
from association.project_content import PEOPLE

Answers = Mapping[str, Any]
Rule = Callable[[Answers], tuple[str, ...]]

ESP_CLAP, ESS = "esp_clap", "ess"
WRITING = "PROJET"  # the writing of the project is paid, and is not an action that it announces


@dataclass(frozen=True)
class Question:
    """One field of a section. ``lacking``: what to do while it is empty; none for what may stay empty."""

    name: str
    label: str
    help: str = ""
    lacking: str = ""


@dataclass(frozen=True)
class SectionDefinition:
    """One section. ``number``: of the question in the annex. ``only_for``: the kinds of team that see it (none: all).

    ``needed_by``: the kinds that have to complete it (none: all that see it). ``rule``: what is missing beyond the
    questions' own ``lacking``.
    """

    code: str
    number: int | None
    title: str
    help: str
    questions: tuple[Question, ...]
    only_for: frozenset[str] | None = None
    needed_by: frozenset[str] | None = None
    rule: Rule | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The fields that it holds."""
        return tuple(question.name for question in self.questions)

    @property
    def heading(self) -> str:
        """Its title with its number."""
        return f"{self.number}. {self.title}" if self.number else self.title


@dataclass(frozen=True)
class Completeness:
    """How far a section is: ``missing`` says in French what to do, and is empty when it is complete."""

    code: str
    heading: str
    needed: bool
    missing: tuple[str, ...]
    started: bool

    @property
    def complete(self) -> bool:
        return not self.missing

    @property
    def label(self) -> str:
        """What the list of sections says of it."""
        if self.needed:
            return "À compléter" if self.missing else "Complète"
        return "Remplie" if self.started else "Facultative"


def somebody(answers: Answers) -> tuple[str, ...]:
    return () if answers.get("people") else ("Ajoutez les membres sur la page de l’équipe.",)


def a_number_of_patients(answers: Answers) -> tuple[str, ...]:
    return () if answers.get("shared_patients") else ("Indiquez un nombre, même approché, supérieur à zéro.",)


def all_or_how_many(answers: Answers) -> tuple[str, ...]:
    if answers.get("covers_all_patients") is None:
        return ("Dites si le projet concerne toute la patientèle commune.",)
    if answers["covers_all_patients"] or answers.get("patients_concerned"):
        return ()
    return ("Indiquez combien de patients sont concernés.",)


def somewhere(answers: Answers) -> tuple[str, ...]:
    if any(filled(answers.get(name)) for name in ("communes", "epcis", "cantons")):
        return ()
    return ("Choisissez au moins une commune ou un EPCI, ou nommez les cantons.",)


def an_action_besides_the_writing(answers: Answers) -> tuple[str, ...]:
    if set(answers.get("action_types") or ()) - {WRITING}:
        return ()
    return ("Choisissez au moins une action, outre la rédaction du projet.",)


SECTIONS: tuple[SectionDefinition, ...] = (
    SectionDefinition(
        PEOPLE,
        1,
        "Personnes impliquées dans le projet",
        "Les membres de l’équipe à ce jour, avec leur qualité, leur lieu et leur mode d’exercice. Ceux dont la "
        "participation est encore incertaine sont en orange, avec le mot «\u00a0pressenti\u00a0».",
        (
            Question(
                "people_notes",
                "Précisions sur les personnes",
                "Le rôle de chacun dans la construction du projet, les partenaires sollicités.",
            ),
        ),
        rule=somebody,
    ),
    SectionDefinition(
        "problem",
        2,
        "Problématique de santé",
        "Ce que les professionnels constatent dans leur patientèle\u00a0: la prise en charge ou les parcours qui "
        "posent problème.",
        (
            Question("problem", "Problématique identifiée", lacking="Décrivez la problématique identifiée."),
            Question(
                "problem_indicators",
                "Indicateurs de l’existant",
                "Des chiffres et des constats sur la situation de départ, jamais des cas de patients.",
                lacking="Donnez au moins un indicateur de l’existant, chiffré ou non.",
            ),
        ),
    ),
    SectionDefinition(
        "present_ways",
        3,
        "Modalités de travail actuelles",
        "Comment les professionnels travaillent ensemble aujourd’hui\u00a0: système d’information commun, téléphone, "
        "messagerie sécurisée, réunions, protocoles.",
        (
            Question(
                "present_ways",
                "Modalités de travail actuelles",
                lacking="Décrivez les modalités d’aujourd’hui.",
            ),
        ),
    ),
    SectionDefinition(
        "means",
        4,
        "Moyens d’action envisagés",
        "Ce que l’équipe mettra en place pour répondre à la problématique\u00a0: outils, réunions, protocoles communs.",
        (Question("means", "Moyens d’action envisagés", lacking="Décrivez les moyens envisagés."),),
    ),
    SectionDefinition(
        "goals",
        5,
        "Objectifs visés",
        "Ce que le projet doit améliorer, avec des indicateurs de coordination que l’on pourra suivre.",
        (
            Question(
                "goals_patients", "Pour les patients du territoire", lacking="Fixez l’objectif pour les patients."
            ),
            Question(
                "goals_professionals",
                "Pour les professionnels impliqués",
                lacking="Fixez l’objectif pour les professionnels.",
            ),
        ),
    ),
    SectionDefinition(
        "shared_patients",
        6,
        "Patients communs",
        "Les patients suivis par plusieurs professionnels de l’équipe. Un nombre approché suffit.",
        (Question("shared_patients", "Nombre de patients communs"),),
        rule=a_number_of_patients,
    ),
    SectionDefinition(
        "scope",
        7,
        "Patientèle concernée",
        "Le projet porte sur toute la patientèle commune, ou sur une partie seulement.",
        (
            Question("covers_all_patients", "Le projet concerne-t-il toute la patientèle commune\u00a0?"),
            Question("patients_concerned", "Sinon, nombre de patients concernés"),
        ),
        rule=all_or_how_many,
    ),
    SectionDefinition(
        "territory",
        8,
        "Territoire",
        "Où le projet se réalise\u00a0: communes, EPCI ou cantons, selon ce qui le décrit le mieux.",
        (
            Question("communes", "Communes"),
            Question("epcis", "EPCI", "Communautés de communes ou d’agglomération, métropoles."),
            Question("cantons", "Cantons", "En toutes lettres, par exemple «\u00a0Ancenis et Nort-sur-Erdre\u00a0»."),
        ),
        rule=somewhere,
    ),
    SectionDefinition(
        "calendar",
        9,
        "Calendrier",
        "Les trois étapes prévues. Une date approchée suffit\u00a0: le premier jour du mois, par exemple.",
        (
            Question("building_from", "Construction à partir du", lacking="Datez le début de la construction."),
            Question("submission_planned_on", "Dépôt du projet prévu le", lacking="Datez le dépôt prévu."),
            Question("starting_on", "Mise en œuvre à partir du", lacking="Datez le début de la mise en œuvre."),
            Question("calendar_notes", "Précisions sur le calendrier"),
        ),
    ),
    SectionDefinition(
        "themes",
        None,
        "Thématiques",
        "Les thèmes sur lesquels l’équipe se coordonne.",
        (Question("themes", "Thématiques", lacking="Choisissez au moins une thématique."),),
        needed_by=frozenset({ESP_CLAP}),
    ),
    SectionDefinition(
        "actions",
        None,
        "Actions prévues",
        "Les types d’action que l’équipe compte mener\u00a0; la convention ouvre ceux qui sont retenus.",
        (Question("action_types", "Types d’action"),),
        needed_by=frozenset({ESP_CLAP}),
        rule=an_action_besides_the_writing,
    ),
    SectionDefinition(
        "missions_socle",
        None,
        "Missions socle de l’ESS",
        "Comment l’équipe assure les missions communes à toute équipe de soins spécialisés.",
        (Question("core_missions", "Missions socle", lacking="Décrivez les missions socle."),),
        only_for=frozenset({ESS}),
    ),
    SectionDefinition(
        "diagnostic",
        None,
        "Diagnostic territorial de santé",
        "Les besoins du territoire et l’offre de soins spécialisés qui y répond aujourd’hui.",
        (Question("territorial_diagnosis", "Diagnostic territorial", lacking="Décrivez le diagnostic du territoire."),),
        only_for=frozenset({ESS}),
    ),
)
# Judged by rules of their own (association.eligibility): themes and actions are counted, whatever the section says.
COUNTED_ELSEWHERE = frozenset({"themes", "actions"})


def sections_for(kind: str) -> tuple[SectionDefinition, ...]:
    """Return the sections that a kind of team fills in, in order."""
    return tuple(section for section in SECTIONS if section.only_for is None or kind in section.only_for)


def section_named(code: str, kind: str) -> SectionDefinition:
    """Return a section by its code.

    Raises:
        LookupError: when the kind of team has no such section.
    """
    for section in sections_for(kind):
        if section.code == code:
            return section
    raise LookupError(f"a project of kind {kind!r} has no section {code!r}")


def completeness(kind: str, answers: Answers) -> tuple[Completeness, ...]:
    """Return how far each section of a project is."""
    return tuple(
        Completeness(
            section.code,
            section.heading,
            needed=needed(section, kind),
            missing=missing(section, answers) if needed(section, kind) else (),
            started=any(filled(answers.get(name)) for name in section.names),
        )
        for section in sections_for(kind)
    )


def needed(section: SectionDefinition, kind: str) -> bool:
    """Whether a kind of team has to complete a section."""
    return section.needed_by is None or kind in section.needed_by


def missing(section: SectionDefinition, answers: Answers) -> tuple[str, ...]:
    """Return what is missing in a section, one French sentence each."""
    own = tuple(q.lacking for q in section.questions if q.lacking and not filled(answers.get(q.name)))
    return own + (section.rule(answers) if section.rule else ())


def filled(value: Any) -> bool:
    """Whether an answer was given; blank text is none, and « non » or zero is one."""
    if isinstance(value, str):
        return bool(value.strip())
    return value is not None and value != () and value != []


def entries(section: SectionDefinition, answers: Answers) -> tuple[tuple[str, str], ...]:
    """Return the answers of a section in words, as (label, text); blank where nothing was answered.

    The label is left out where it would repeat the title. ``action_types`` and the like are read from
    ``<name>_in_words`` when the answers carry it.
    """
    if section.code == "scope" and answers.get("covers_all_patients"):
        return ((section.questions[0].label, "Oui."),)
    return tuple(
        (
            "" if question.label == section.title else question.label,
            in_words(answers.get(f"{question.name}_in_words", answers.get(question.name))),
        )
        for question in section.questions
    )


def in_words(value: Any) -> str:
    """Return an answer as it is read: dates in full, lists with commas."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "Oui." if value else "Non."
    if isinstance(value, int):
        return grouped(value)
    if isinstance(value, date):
        return long_date(value)
    if isinstance(value, (tuple, list)):
        return ", ".join(str(one) for one in value)
    return str(value).strip()
