"""Who has to be in the team. Confirmed members of the day count; those who are expected do not yet."""

from collections.abc import Callable, Iterator

from association.eligibility.facts import (
    DOCTOR,
    ESP_CLAP,
    ESS,
    EXPECTED,
    INFORMAL,
    PRIMARY_CARE,
    SALARIED,
    MemberFacts,
    TeamFacts,
)
from association.eligibility.finding import Code, Gate, Lack, Level
from association.eligibility.wording import ARS_NOTE, HOUSE, LAW, LEAFLET, day, listed

MINIMUM = 2
PARAMEDICALS = frozenset({"60", "70", "80", "91", "92", "94", "95", "96"})
# A doctor (10) is of first recourse as a GP or a biologist only.
FIRST_RECOURSE = PARAMEDICALS | {"21", "40", "50"}


def enough_members(facts: TeamFacts) -> Iterator[Lack]:
    """ESP, ESP CLAP: two health professionals; the sentence says since when there are fewer."""
    members = facts.confirmed
    if facts.kind not in PRIMARY_CARE or len(members) >= MINIMUM:
        return
    departure = _departure_that_left_too_few(facts)
    if not members:
        state = "n’a plus aucun membre confirmé" if departure else "n’a aucun membre confirmé"
    else:
        state = f"n’a {'plus ' if departure else ''}qu’un membre confirmé ({members[0].name})"
    yield Lack(
        Code.TOO_FEW_MEMBERS,
        f"L’équipe {state}{departure} : il en faut au moins deux, dont un médecin généraliste. "
        "Ajoutez un professionnel, ou confirmez un membre pressenti.",
        _source(facts),
    )


def a_general_practitioner(facts: TeamFacts) -> Iterator[Lack]:
    """ESP, ESP CLAP: one GP; the sentence says when the last one left, and who is expected."""
    if facts.kind not in PRIMARY_CARE or any(member.is_gp for member in facts.confirmed):
        return
    gone = _last_to_leave(member for member in facts.departed if member.is_gp)
    state = f"n’a plus de médecin généraliste{_since(gone)}" if gone else "n’a pas de médecin généraliste confirmé"
    expected = [member.name for member in facts.present if member.is_gp and member.status == EXPECTED]
    hint = f", ou confirmez un membre pressenti ({listed(expected)})" if expected else ""
    yield Lack(Code.NO_GP, f"L’équipe {state} : il en faut au moins un. Ajoutez un médecin généraliste{hint}.", LAW)


def enough_specialists(facts: TeamFacts) -> Iterator[Lack]:
    """ESS: doctors, in the plural of the law, of a specialty other than general practice."""
    specialists = [member for member in facts.confirmed if member.is_specialist]
    if facts.kind != ESS or len(specialists) >= MINIMUM:
        return
    count = (
        f"qu’un médecin spécialiste confirmé ({specialists[0].name})" if specialists else "aucun médecin spécialiste"
    )
    departure = _since(_last_to_leave(member for member in facts.departed if member.is_specialist))
    yield Lack(
        Code.TOO_FEW_SPECIALISTS,
        f"L’équipe n’a {'plus ' if departure else ''}{count}{departure} : il en faut au moins deux, hors médecine "
        "générale. Ajoutez un médecin spécialiste, ou confirmez un membre pressenti.",
        LAW,
    )


def no_general_practitioner_in_an_ess(facts: TeamFacts) -> Iterator[Lack]:
    """ESS: its doctors are specialists outside general practice."""
    for member in facts.confirmed if facts.kind == ESS else ():
        if member.is_gp:
            yield Lack(
                Code.GP_IN_ESS,
                f"{member.name} est médecin généraliste : les médecins d’une équipe de soins spécialisés exercent une "
                "autre spécialité. Mettez fin à sa participation, ou corrigez sa fiche.",
                LAW,
                subject=member.name,
            )


def a_specialty(facts: TeamFacts) -> Iterator[Lack]:
    """ESS: one specialty or more."""
    if facts.kind == ESS and not any(m.is_specialist and m.specialty.strip() for m in facts.confirmed):
        yield Lack(
            Code.NO_SPECIALTY,
            "Aucune spécialité n’est indiquée : une équipe de soins spécialisés réunit une ou plusieurs spécialités "
            "hors médecine générale. Indiquez la spécialité sur la fiche de ses médecins.",
            LAW,
        )


def professions_of_first_recourse(facts: TeamFacts) -> Iterator[Lack]:
    """ESP CLAP: the leaflet's list; of the doctors, GPs and biologists."""
    for member in facts.confirmed if facts.kind == ESP_CLAP else ():
        if _is_of_first_recourse(member):
            continue
        why = (
            "est médecin sans être généraliste ni biologiste"
            if member.profession == DOCTOR
            else "exerce une profession qui n’est pas de premier recours"
        )
        yield Lack(
            Code.PROFESSION_NOT_LISTED,
            f"{member.name} {why} : une ESP CLAP réunit les seules professions de la liste régionale. Corrigez sa "
            "fiche, ou mettez fin à sa participation.",
            LEAFLET,
            subject=member.name,
        )


def a_paramedical(facts: TeamFacts) -> Iterator[Lack]:
    """A setting per kind: the association's variant of the second professional (docs/sources.md, 4)."""
    if facts.kind != INFORMAL and not any(member.profession in PARAMEDICALS for member in facts.confirmed):
        yield Lack(
            Code.PARAMEDICAL,
            "Aucun auxiliaire médical (infirmier, masseur-kinésithérapeute, orthophoniste…) n’est membre confirmé. "
            "Ajoutez-en un, ou confirmez un membre pressenti.",
            HOUSE,
        )


def secure_messaging(facts: TeamFacts) -> Iterator[Lack]:
    """ESP CLAP: an address for every confirmed member; a setting for ESP and ESS, advice to an informal team."""
    without = [member for member in facts.confirmed if not member.mssante.strip()]
    if facts.kind == INFORMAL and without:
        names = listed(member.name for member in without)
        yield Lack(
            Code.MSSANTE,
            f"Une messagerie sécurisée (MSSanté) est conseillée pour échanger entre professionnels. Sans adresse : "
            f"{names}.",
            HOUSE,
            level=Level.WARNING,
        )
        return
    for member in without:
        yield Lack(
            Code.MSSANTE,
            f"{member.name} n’a pas d’adresse de messagerie sécurisée (MSSanté). Indiquez-la sur sa fiche.",
            LEAFLET if facts.kind == ESP_CLAP else HOUSE,
            subject=member.name,
        )


def liberal_practice(facts: TeamFacts) -> Iterator[Lack]:
    """ESP CLAP: made for liberal practice; an employee's part is paid to the employer alone (docs/payment-rules.md)."""
    for member in facts.confirmed if facts.kind == ESP_CLAP else ():
        if member.mode == SALARIED and not member.has_company:
            yield Lack(
                Code.SALARIED_WITHOUT_COMPANY,
                f"{member.name} exerce comme salarié·e, sans employeur enregistré comme bénéficiaire : ses "
                "participations ne seront pas indemnisées. Enregistrez l’employeur, ou corrigez le mode d’exercice.",
                LEAFLET,
                gate=Gate.PAYMENT,
                level=Level.WARNING,
                subject=member.name,
            )


COMPOSITION: tuple[Callable[[TeamFacts], Iterator[Lack]], ...] = (
    enough_members,
    a_general_practitioner,
    enough_specialists,
    no_general_practitioner_in_an_ess,
    a_specialty,
    professions_of_first_recourse,
    a_paramedical,
    secure_messaging,
    liberal_practice,
)


def _source(facts: TeamFacts) -> str:
    return LEAFLET if facts.kind == ESP_CLAP else ARS_NOTE


def _is_of_first_recourse(member: MemberFacts) -> bool:
    if member.profession == DOCTOR:
        return member.is_gp or member.is_biologist
    return member.profession in FIRST_RECOURSE


def _departure_that_left_too_few(facts: TeamFacts) -> str:
    gone = _last_to_leave(facts.departed)
    was_enough = gone and gone[0].left_on and facts.confirmed_count(gone[0].left_on) >= MINIMUM
    return _since(gone) if was_enough else ""


def _last_to_leave(gone: Iterator[MemberFacts] | tuple[MemberFacts, ...]) -> list[MemberFacts]:
    """Return those who left on the latest day of departure, by name."""
    stays = list(gone)
    latest = max((stay.left_on for stay in stays if stay.left_on), default=None)
    return [stay for stay in stays if stay.left_on == latest]


def _since(gone: list[MemberFacts]) -> str:
    if not gone or gone[0].left_on is None:
        return ""
    departure = "un départ" if len(gone) == 1 else "des départs"
    return f" depuis {departure} ({listed(stay.name for stay in gone)}, dernier jour le {day(gone[0].left_on)})"
