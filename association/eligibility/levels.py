"""The few rules that the association sets for itself, per kind of team; the others are the law's or the ARS's."""

from collections.abc import Mapping
from dataclasses import dataclass

from association.eligibility.facts import ESP, ESP_CLAP, ESS
from association.eligibility.finding import Code, Level

# (kind of team, code of the rule) -> level
RuleLevels = Mapping[tuple[str, str], Level]

DEFAULT_LEVELS: RuleLevels = {
    (ESP, Code.PARAMEDICAL): Level.OFF,
    (ESP_CLAP, Code.PARAMEDICAL): Level.WARNING,
    (ESS, Code.PARAMEDICAL): Level.OFF,
    (ESP_CLAP, Code.ETP_PROGRAMME): Level.WARNING,
    (ESS, Code.ETP_PROGRAMME): Level.WARNING,
    (ESP, Code.MSSANTE): Level.OFF,
    (ESS, Code.MSSANTE): Level.OFF,
}

LEVEL_LABELS: Mapping[Level, str] = {
    Level.OFF: "Non demandé",
    Level.WARNING: "Avertissement",
    Level.BLOCKING: "Bloquant",
}


@dataclass(frozen=True, slots=True)
class ConfigurableRule:
    """A rule on the settings page: French label and explanation, and the kinds of team for which it can be set."""

    code: Code
    label: str
    explanation: str
    kinds: tuple[str, ...]


CONFIGURABLE_RULES: tuple[ConfigurableRule, ...] = (
    ConfigurableRule(
        Code.PARAMEDICAL,
        "Un auxiliaire médical dans l’équipe",
        "Au moins un membre confirmé est infirmier, masseur-kinésithérapeute, pédicure-podologue, orthophoniste, "
        "orthoptiste, ergothérapeute, diététicien ou psychomotricien. S’il bloque, l’équipe ne peut pas déposer son "
        "projet.",
        (ESP, ESP_CLAP, ESS),
    ),
    ConfigurableRule(
        Code.MSSANTE,
        "Une adresse MSSanté pour chaque membre",
        "Chaque membre confirmé a une messagerie sécurisée. Elle est toujours exigée d’une ESP CLAP, et toujours "
        "conseillée à une équipe informelle.",
        (ESP, ESS),
    ),
    ConfigurableRule(
        Code.ETP_PROGRAMME,
        "Un programme d’ETP déclaré à l’ARS",
        "Une équipe qui prévoit de l’éducation thérapeutique a un programme déclaré, en cours de validité. "
        "S’il bloque, la convention ne peut pas être émise. Les actions d’ETP déclarées hors de tout programme "
        "sont signalées au même niveau.",
        (ESP_CLAP, ESS),
    ),
)


def level_of(kind: str, code: Code, levels: RuleLevels, *, otherwise: Level) -> Level:
    """Return the level of a rule for a kind of team; ``otherwise`` where it is not a setting."""
    if (kind, code) not in DEFAULT_LEVELS:
        return otherwise
    return Level(levels.get((kind, code), DEFAULT_LEVELS[kind, code]))
