"""What time changes, and nobody does: watched every day. Nothing here blocks."""

import datetime as dt
from collections.abc import Callable, Iterator

from association.eligibility.facts import EXPECTED, LIVE, NOTICE, ConventionFacts, TeamFacts, covered_until
from association.eligibility.finding import Code, Gate, Lack, Level
from association.eligibility.wording import HOUSE, LEAFLET, day, months_after

PATIENCE_MONTHS = 6
IN_PREPARATION = ("draft", "issued", "signing")


def a_convention_that_ends(facts: TeamFacts) -> Iterator[Lack]:
    """A convention in force that ends within 90 days; one that was signed and follows without a hole counts."""
    in_force = _in_force(facts)
    if not in_force:
        return
    live = [c for c in facts.conventions if c.state in LIVE]
    until = covered_until(facts.on, live)
    if until is None or until > facts.on + NOTICE:
        return
    last = max((c for c in live if c.ends_on == until), key=lambda c: c.number)
    next_day = day(until + dt.timedelta(1))
    waiting = sorted(c.number for c in facts.conventions if c.state in IN_PREPARATION and c.ends_on > until)
    remedy = (
        f"Faites signer {waiting[0]}, pour qu’elle prenne effet le {next_day} au plus tard."
        if waiting
        else f"Préparez le renouvellement, pour qu’il prenne effet le {next_day} au plus tard."
    )
    yield _watched(
        Code.CONVENTION_ENDS,
        f"La convention {last.number} prend fin le {day(until)}, et aucune convention signée ne la suit. {remedy}",
        subject=last.number,
    )


def a_recognition_behind_the_convention(facts: TeamFacts) -> Iterator[Lack]:
    """A convention in force while the ARS's recognition is missing, yet to come, or withdrawn."""
    withdrawn, recognised = facts.recognition_withdrawn_on, facts.recognised_on
    if withdrawn is not None and withdrawn <= facts.on:
        why = f"alors que la reconnaissance par l’ARS a été retirée le {day(withdrawn)}. Décidez de sa résiliation."
    elif recognised is None or recognised > facts.on:
        why = (
            "sans reconnaissance par l’ARS à cette date. Enregistrez la décision de l’ARS, ou suspendez la convention."
        )
    else:
        return
    for convention in _in_force(facts):
        yield _watched(
            Code.RECOGNITION,
            f"La convention {convention.number} est en cours {why}",
            subject=convention.number,
            source=LEAFLET,
        )


def expected_for_too_long(facts: TeamFacts) -> Iterator[Lack]:
    """An expected member who is still expected six months after joining."""
    for member in facts.present:
        if member.status == EXPECTED and facts.on >= months_after(member.joined_on, PATIENCE_MONTHS):
            yield _watched(
                Code.EXPECTED_TOO_LONG,
                f"{member.name} est pressenti·e depuis le {day(member.joined_on)}, soit six mois ou plus. Confirmez sa "
                "participation, ou mettez-y fin.",
                subject=member.name,
            )


WATCH: tuple[Callable[[TeamFacts], Iterator[Lack]], ...] = (
    a_convention_that_ends,
    a_recognition_behind_the_convention,
    expected_for_too_long,
)


def _watched(code: Code, sentence: str, *, subject: str, source: str = HOUSE) -> Lack:
    return Lack(code, sentence, source, gate=Gate.WATCH, level=Level.WARNING, subject=subject)


def _in_force(facts: TeamFacts) -> list[ConventionFacts]:
    return [c for c in facts.conventions if c.state in LIVE and c.starts_on <= facts.on <= c.ends_on]
