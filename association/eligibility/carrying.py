"""What carries the team, and what its payment stands on."""

import datetime as dt
from collections.abc import Callable, Iterator

from association.eligibility.facts import (
    ASSOCIATION,
    ESP,
    ESP_CLAP,
    ESS,
    NO_STRUCTURE,
    NOTICE,
    StructureFacts,
    TeamFacts,
    covered_until,
)
from association.eligibility.finding import Code, Gate, Lack, Level
from association.eligibility.wording import ESS_PAGE, LEAFLET, day, listed

FOR_ASSOCIATIONS = {"PREVENTION": "des actions de prévention", "ETP": "de l’éducation thérapeutique"}


def a_structure_for_an_ess(facts: TeamFacts) -> Iterator[Lack]:
    """ESS: a carrying structure of any form, on the day."""
    if facts.kind != ESS or _until(facts, _carrying(facts)) >= facts.on:
        return
    ended = _last_end(facts, _carrying(facts))
    state = f"n’a plus de structure porteuse depuis le {day(ended)}" if ended else "n’a pas de structure porteuse"
    yield Lack(
        Code.NO_STRUCTURE,
        f"L’équipe {state}. Enregistrez celle qui la porte, par exemple une association loi 1901.",
        ESS_PAGE,
    )


def an_association_for_prevention(facts: TeamFacts) -> Iterator[Lack]:
    """ESP CLAP: prevention and patient education only when an association loi 1901 with RNA and SIRET carries it."""
    if facts.kind != ESP_CLAP or _is_carried_by_a_registered_association(facts):
        return
    planned = [name for code, name in FOR_ASSOCIATIONS.items() if code in facts.action_types]
    if not planned:
        return
    yield Lack(
        Code.ASSOCIATION_NEEDED,
        f"L’équipe prévoit {listed(planned)}, ce que seule permet une association loi 1901 ; {_what_is_missing(facts)}",
        LEAFLET,
        gate=Gate.CONVENTION,
    )


def a_structure_that_ends(facts: TeamFacts) -> Iterator[Lack]:
    """An association status (of an ESS: any carrying structure) that ends within 90 days, or ended as lately.

    What replaces it from the next day on counts. An end that another finding already names is not named twice.
    """
    if facts.kind not in (ESP, ESP_CLAP, ESS):
        return
    needed = facts.kind == ESP_CLAP and bool(set(FOR_ASSOCIATIONS) & set(facts.action_types))
    carried_by = _carrying(facts) if facts.kind == ESS else _associations(facts)
    if needed:  # one without its numbers does not replace it
        carried_by = [structure for structure in carried_by if _is_registered(structure)]
    until = _until(facts, carried_by)
    if facts.on <= until <= facts.on + NOTICE:
        what = "La structure porteuse" if facts.kind == ESS else "Le statut d’association"
        yield _ending(
            f"{what} de l’équipe prend fin le {day(until)}, sans suite enregistrée. Enregistrez son renouvellement, "
            "ou ce qui la remplace.",
            facts,
        )
    elif until < facts.on and facts.kind != ESS and not needed:
        ended = _last_end(facts, carried_by)
        if ended and ended >= facts.on - NOTICE:
            yield _ending(
                f"Le statut d’association de l’équipe a pris fin le {day(ended)}. S’il se poursuit, enregistrez son "
                "renouvellement.",
                facts,
            )


def prices_of_an_ess(facts: TeamFacts) -> Iterator[Lack]:
    """ESS: its funding is not settled, so that nothing is paid before prices of its own exist."""
    if facts.kind == ESS and not facts.own_price_list:
        yield Lack(
            Code.NO_PRICE_LIST,
            "Aucun tarif n’est fixé pour les équipes de soins spécialisés : leurs actions ne sont pas indemnisées. "
            "Publiez un barème pour cette nature d’équipe quand son financement est arrêté.",
            ESS_PAGE,
            gate=Gate.PAYMENT,
            level=Level.WARNING,
        )


CARRYING: tuple[Callable[[TeamFacts], Iterator[Lack]], ...] = (
    a_structure_for_an_ess,
    an_association_for_prevention,
    a_structure_that_ends,
    prices_of_an_ess,
)


def _ending(sentence: str, facts: TeamFacts) -> Lack:
    source = ESS_PAGE if facts.kind == ESS else LEAFLET
    return Lack(Code.STRUCTURE_ENDS, sentence, source, gate=Gate.WATCH, level=Level.WARNING)


def _carrying(facts: TeamFacts) -> list[StructureFacts]:
    return [structure for structure in facts.structures if structure.form != NO_STRUCTURE]


def _associations(facts: TeamFacts) -> list[StructureFacts]:
    return [structure for structure in facts.structures if structure.form == ASSOCIATION]


def _is_registered(structure: StructureFacts) -> bool:
    return bool(structure.rna.strip() and structure.siret.strip())


def _holds(structure: StructureFacts, on: dt.date) -> bool:
    return (structure.starts_on or on) <= on <= (structure.ends_on or on)


def _is_carried_by_a_registered_association(facts: TeamFacts) -> bool:
    return any(_holds(structure, facts.on) and _is_registered(structure) for structure in _associations(facts))


def _until(facts: TeamFacts, structures: list[StructureFacts]) -> dt.date:
    """Return the last day on which they carry the team without a hole; earlier than the day when they do not."""
    running = [structure for structure in structures if structure.ends_on is None or structure.ends_on >= facts.on]
    return covered_until(facts.on, running) or dt.date.max


def _last_end(facts: TeamFacts, structures: list[StructureFacts]) -> dt.date | None:
    return max((s.ends_on for s in structures if s.ends_on is not None and s.ends_on < facts.on), default=None)


def _what_is_missing(facts: TeamFacts) -> str:
    """Say what the association of the day lacks, or that there is none, and what to do."""
    held = [structure for structure in _associations(facts) if _holds(structure, facts.on)]
    if held:
        lacks = min(((not s.rna.strip(), not s.siret.strip()) for s in held), key=lambda found: (sum(found), found))
        names = [name for name, lacking in zip(("RNA", "SIRET"), lacks, strict=True) if lacking]
        verb = "manquent" if len(names) > 1 else "manque"
        article = listed(f"le numéro {name}" for name in names)
        return f"{article} de la sienne {verb}. Complétez la structure juridique."
    if ended := _last_end(facts, _associations(facts)):
        return f"la sienne a pris fin le {day(ended)}. Enregistrez son renouvellement, ou retirez ces actions."
    return "aucune ne la porte. Enregistrez l’association avec ses numéros RNA et SIRET, ou retirez ces actions."
