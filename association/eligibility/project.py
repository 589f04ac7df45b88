"""What the health project has to say before the ARS judges it; from its recognition on, these only warn."""

from collections.abc import Callable, Iterator

from association.eligibility.facts import ESP_CLAP, ESS, INFORMAL, PRIMARY_CARE, SectionFacts, TeamFacts, covered_until
from association.eligibility.finding import Code, Gate, Lack, Level
from association.eligibility.wording import ARS_NOTE, ESS_PAGE, ETP_LAW, LEAFLET, listed

QUESTIONS = 9  # of the ARS's annex (docs/sources.md, 1)
CORE_MISSIONS, TERRITORIAL_DIAGNOSIS = "missions_socle", "diagnostic"
OF_AN_ESS = (CORE_MISSIONS, TERRITORIAL_DIAGNOSIS)
WRITING = "PROJET"  # the writing of the project is paid, and is not an action that it announces


def patients_in_common(facts: TeamFacts) -> Iterator[Lack]:
    """ESP, ESP CLAP: a number, above zero."""
    if facts.kind in PRIMARY_CARE and not facts.shared_patients:
        yield Lack(
            Code.NO_SHARED_PATIENTS,
            "Le nombre de patients communs aux membres n’est pas indiqué, ou il est nul. Indiquez un nombre, même "
            "approché, dans le projet de santé.",
            ARS_NOTE,
            settled_by_ars=True,
        )


def every_question_answered(facts: TeamFacts) -> Iterator[Lack]:
    """ESP, ESP CLAP: the nine questions of the annex. An ESS is asked its own two sections; these only help it."""
    asked = [section for section in facts.sections if section.code not in OF_AN_ESS]
    open_ones = [section for section in asked if not section.complete]
    if facts.kind == INFORMAL or (len(asked) >= QUESTIONS and not open_ones):
        return
    if not facts.sections:
        sentence = "Le projet de santé n’est pas commencé. Créez-en une version, et complétez ses rubriques."
    elif open_ones:
        sentence = f"Le projet de santé est à compléter : {listed(_quoted(section) for section in open_ones)}."
    else:
        sentence = "Le projet de santé ne répond pas aux neuf questions. Ouvrez-le, et complétez chaque rubrique."
    yield Lack(
        Code.PROJECT_INCOMPLETE,
        sentence,
        ARS_NOTE,
        level=Level.WARNING if facts.kind == ESS else Level.BLOCKING,
        settled_by_ars=True,
    )


def sections_of_an_ess(facts: TeamFacts) -> Iterator[Lack]:
    """ESS: core missions, and the health diagnosis of its territory."""
    if facts.kind != ESS:
        return
    complete = {section.code for section in facts.sections if section.complete}
    if CORE_MISSIONS not in complete:
        yield Lack(
            Code.CORE_MISSIONS,
            "Les missions socle de l’équipe ne sont pas décrites. Complétez cette rubrique du projet de santé.",
            ESS_PAGE,
            settled_by_ars=True,
        )
    if TERRITORIAL_DIAGNOSIS not in complete:
        yield Lack(
            Code.TERRITORIAL_DIAGNOSIS,
            "Le diagnostic territorial de santé manque. Complétez cette rubrique du projet de santé.",
            ESS_PAGE,
            settled_by_ars=True,
        )


def a_territory(facts: TeamFacts) -> Iterator[Lack]:
    """ESS: where it works."""
    if facts.kind == ESS and facts.communes_count < 1:
        yield Lack(
            Code.NO_TERRITORY,
            "Le territoire d’intervention n’est pas défini. Choisissez ses communes.",
            ESS_PAGE,
            settled_by_ars=True,
        )


def a_theme(facts: TeamFacts) -> Iterator[Lack]:
    """ESP CLAP: one theme or more."""
    if facts.kind == ESP_CLAP and facts.themes_count < 1:
        yield Lack(
            Code.NO_THEME,
            "Aucune thématique n’est choisie : il en faut au moins une. Choisissez-la dans le projet de santé.",
            LEAFLET,
            settled_by_ars=True,
        )


def a_planned_action(facts: TeamFacts) -> Iterator[Lack]:
    """ESP CLAP: one pre-identified type of action or more."""
    if facts.kind == ESP_CLAP and not set(facts.action_types) - {WRITING}:
        yield Lack(
            Code.NO_ACTION_TYPE,
            "Aucune action pré-identifiée n’est prévue : il en faut au moins une, outre la rédaction du projet. "
            "Choisissez-la dans le projet de santé.",
            LEAFLET,
            settled_by_ars=True,
        )


def a_declared_programme(facts: TeamFacts) -> Iterator[Lack]:
    """A setting: patient education asks for a programme declared to the ARS, that runs on the day."""
    if facts.kind not in (ESP_CLAP, ESS) or "ETP" not in facts.action_types:
        return
    until = covered_until(facts.on, facts.programmes)
    if until is not None and until < facts.on:
        yield Lack(
            Code.ETP_PROGRAMME,
            "L’équipe prévoit de l’éducation thérapeutique, et aucun programme déclaré à l’ARS n’est en cours. "
            "Enregistrez sa déclaration (référence et dates), ou retirez ce type d’action.",
            ETP_LAW,
            gate=Gate.CONVENTION,
        )


PROJECT: tuple[Callable[[TeamFacts], Iterator[Lack]], ...] = (
    patients_in_common,
    every_question_answered,
    sections_of_an_ess,
    a_territory,
    a_theme,
    a_planned_action,
    a_declared_programme,
)


def _quoted(section: SectionFacts) -> str:
    return f"« {section.title} »"
