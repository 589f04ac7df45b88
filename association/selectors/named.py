"""Things that a person names by typing: communes, EPCI, professionals, companies; and what to suggest meanwhile.

A name is shown as « Ancenis-Saint-Géréon (44003) »: the name for the reader, the code for the machine.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet

from association.identifiers import compact
from association.models import Commune, Company, Epci, Professional, Team
from association.models.territory import search_key
from association.searching import having, words
from association.territory.places import search_communes

NBSP = "\u00a0"
FEW = 12  # suggestions at once
CODE_IN_BRACKETS = re.compile(r"\(\s*([0-9A-Za-z][\w\s.-]*)\)\s*$")


@dataclass(frozen=True)
class Suggestion:
    """One line under an input: what it writes there, and what tells it from the others."""

    value: str
    note: str = ""


class Unknown(Exception):
    """What was typed names nothing, or several things; the French sentence says which, and what to write."""


def code_typed(text: str) -> str:
    """Return the code that a text is, or ends with in brackets; nothing when it is a name."""
    found = CODE_IN_BRACKETS.search(text)
    alone = compact(found.group(1) if found else text)
    return alone if found or re.search(r"\d{3}", alone) else ""


# --- communes ------------------------------------------------------------------------------------------------


def communes_typed(texts: Sequence[str]) -> list[Commune | Unknown]:
    """Return what each text names, in order: a commune in force, or why none can be told."""
    codes = {code_typed(text) for text in texts} - {""}
    rows = Commune.objects.filter(code__in=codes).select_related("department", "merged_into")
    by_code = {commune.code: commune for commune in rows}
    return [_commune(text, by_code) for text in texts]


def _commune(text: str, by_code: dict[str, Commune]) -> Commune | Unknown:
    code = code_typed(text)
    found = by_code.get(code)
    if found is not None and (code != compact(text) or not _is_postal_code_of_others(found)):
        now = found.in_force()
        return now or Unknown(f"La commune {found} n’existe plus{NBSP}: choisissez celle qui l’a remplacée.")
    matches = _in_force(search_communes(text))
    exact = [one for one in matches if one.search_name == search_key(text)]
    ours = [one for one in exact if one.department.region_id == settings.REGION]
    chosen = ours or exact or matches
    if len(chosen) == 1:
        return chosen[0]
    if not chosen:
        return Unknown(
            f"«{NBSP}{_short(text)}{NBSP}» n’est pas une commune connue{NBSP}: vérifiez le nom ou le code INSEE."
        )
    return Unknown(_several(text, chosen))


def _in_force(found: QuerySet[Commune]) -> list[Commune]:
    """Each commune in force once, whatever the old names by which it was found."""
    known = {now.pk: now for commune in found[:40] if (now := commune.in_force())}
    return list(known.values())


def _is_postal_code_of_others(commune: Commune) -> bool:
    """Five digits may be one commune's INSEE code and another's postal code."""
    others = Commune.objects.filter(postal_codes__contains=commune.code, is_current=True)
    return commune.code not in commune.postal_codes and others.exists()


def suggest_communes(text: str) -> list[Suggestion]:
    """Return communes in force whose name begins with the text, the largest first."""
    found = _in_force(search_communes(code_typed(text) if CODE_IN_BRACKETS.search(text) else text))
    return [Suggestion(str(one), one.department.name) for one in found[:FEW]]


# --- EPCI ----------------------------------------------------------------------------------------------------


def epcis_typed(texts: Sequence[str]) -> list[Epci | Unknown]:
    """Return what each text names, in order: an EPCI in force, or why none can be told."""
    codes = {code_typed(text) for text in texts} - {""}
    by_code = Epci.objects.filter(is_current=True).in_bulk(list(codes)) if codes else {}
    return [by_code.get(code_typed(text)) or _epci(text) for text in texts]


def _epci(text: str) -> Epci | Unknown:
    matches = list(_epcis_named(text)[:FEW])
    exact = [one for one in matches if search_key(one.name) == search_key(text)]
    chosen = exact or matches
    if len(chosen) == 1:
        return chosen[0]
    if not chosen:
        return Unknown(f"«{NBSP}{_short(text)}{NBSP}» n’est pas un EPCI connu{NBSP}: vérifiez le nom ou le SIREN.")
    return Unknown(_several(text, [epci_name(one) for one in chosen]))


def epci_name(epci: Epci) -> str:
    """Return an EPCI as an input shows it."""
    return f"{epci.name} ({epci.siren})"


def _epcis_named(text: str) -> QuerySet[Epci]:
    found = Epci.objects.filter(is_current=True)
    typed = words(CODE_IN_BRACKETS.sub("", text))
    for word in typed:
        found = found.filter(pk__in=having(Epci.objects.order_by(), word, "name").values("pk"))
    return found if typed else found.none()


def suggest_epcis(text: str) -> list[Suggestion]:
    """Return EPCI in force of which every word typed is in the name."""
    return [Suggestion(epci_name(one), one.get_kind_display()) for one in _epcis_named(text)[:FEW]]


# --- professionals -------------------------------------------------------------------------------------------


def professional_typed(text: str, known: QuerySet[Professional]) -> Professional:
    """Return the professional that a text names among those known; a joined record gives the person who stays.

    Raises:
        Unknown: with the sentence.
    """
    code = code_typed(text)
    if code:
        found = known.filter(rpps=code).select_related("merged_into").first()
        if found is None:
            raise Unknown(
                f"Aucun professionnel n’est enregistré sous le RPPS {_short(code)}{NBSP}: "
                "vérifiez le numéro, ou créez sa fiche ci-dessous."
            )
        return found.merged_into or found
    matches = list(_people(known, text)[:FEW])
    exact = [one for one in matches if search_key(text) in (_key(one), _key(one, first_name_first=True))]
    chosen = exact or matches
    if len(chosen) == 1:
        return chosen[0]
    if not chosen:
        raise Unknown(
            f"Personne ne s’appelle «{NBSP}{_short(text)}{NBSP}» ici{NBSP}: vérifiez le nom, ou créez sa fiche."
        )
    raise Unknown(_several(text, [person_name(one) for one in chosen]))


def person_name(person: Professional) -> str:
    """Return a professional as an input shows them."""
    return f"{person} ({person.rpps})"


def _people(known: QuerySet[Professional], text: str) -> QuerySet[Professional]:
    found = known.filter(merged_into__isnull=True)
    typed = words(CODE_IN_BRACKETS.sub("", text))
    for word in typed:
        named = having(Professional.objects.order_by(), word, "last_name", "first_name", "rpps")
        found = found.filter(pk__in=named.values("pk"))
    return found if typed else found.none()


def _key(person: Professional, *, first_name_first: bool = False) -> str:
    names = (person.last_name, person.first_name)
    return search_key(" ".join(reversed(names) if first_name_first else names))


def suggest_people(text: str, known: QuerySet[Professional]) -> list[Suggestion]:
    """Return the professionals of whom every word typed is in the name or the RPPS."""
    found = _people(known, text).select_related("commune")[:FEW]
    return [Suggestion(person_name(one), _profession_and_place(one)) for one in found]


def _profession_and_place(person: Professional) -> str:
    return ", ".join(filter(None, [person.get_profession_display(), person.commune.name if person.commune else ""]))


# --- teams ---------------------------------------------------------------------------------------------------


def team_typed(text: str, known: QuerySet[Team]) -> Team:
    """Return the team that a text names among those that are known, by its code or its name.

    Raises:
        Unknown: with the sentence.
    """
    found = CODE_IN_BRACKETS.search(text)
    exact = known.filter(code__iexact=(found.group(1) if found else text).strip()).first()
    if exact is not None:
        return exact
    matches = list(_teams(text, known)[:FEW])
    chosen = [one for one in matches if search_key(one.name) == search_key(text)] or matches
    if len(chosen) == 1:
        return chosen[0]
    if not chosen:
        raise Unknown(f"Aucune équipe ne s’appelle «{NBSP}{_short(text)}{NBSP}» ici{NBSP}: vérifiez le nom ou le code.")
    raise Unknown(_several(text, [team_name(one) for one in chosen]))


def team_name(team: Team) -> str:
    """Return a team as an input shows it."""
    return f"{team.name} ({team.code})"


def _teams(text: str, known: QuerySet[Team]) -> QuerySet[Team]:
    typed = words(CODE_IN_BRACKETS.sub("", text))
    for word in typed:
        known = known.filter(pk__in=having(Team.objects.order_by(), word, "name", "code").values("pk"))
    return known if typed else known.none()


def suggest_teams(text: str, known: QuerySet[Team]) -> list[Suggestion]:
    """Return the teams of which every word typed is in the name or the code."""
    return [Suggestion(team_name(one), str(one.get_state_label())) for one in _teams(text, known)[:FEW]]


# --- companies -----------------------------------------------------------------------------------------------


def company_typed(text: str) -> Company:
    """Return the company that a text names, by its code, its SIRET or its name.

    Raises:
        Unknown: with the sentence.
    """
    found = CODE_IN_BRACKETS.search(text)
    code = found.group(1).strip() if found else text.strip()
    exact = Company.objects.filter(Q(code__iexact=code) | Q(siret=compact(code)) & ~Q(siret="")).first()
    if exact is not None:
        return exact
    matches = list(_companies(text)[:FEW])
    chosen = [one for one in matches if search_key(one.name) == search_key(text)] or matches
    if len(chosen) == 1:
        return chosen[0]
    if not chosen:
        raise Unknown(f"Aucune société ne s’appelle «{NBSP}{_short(text)}{NBSP}»{NBSP}: vérifiez le nom ou le SIRET.")
    raise Unknown(_several(text, [company_name(one) for one in chosen]))


def company_name(company: Company) -> str:
    """Return a company as an input shows it."""
    return f"{company.name} ({company.code})"


def _companies(text: str) -> QuerySet[Company]:
    found = Company.objects.all()
    typed = words(CODE_IN_BRACKETS.sub("", text))
    for word in typed:
        found = found.filter(pk__in=having(Company.objects.order_by(), word, "name", "code", "siret").values("pk"))
    return found if typed else found.none()


def suggest_companies(text: str) -> list[Suggestion]:
    """Return the companies of which every word typed is in the name, the code or the SIRET."""
    return [Suggestion(company_name(one), one.siret) for one in _companies(text)[:FEW]]


# --- words ---------------------------------------------------------------------------------------------------


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 60 else f"{text[:60]}…"


def _several(text: str, found: Iterable[Any]) -> str:
    named = [str(one) for one in found]
    shown = ", ".join(named[:5])
    more = f" et {len(named) - 5} autres" if len(named) > 5 else ""
    return f"«{NBSP}{_short(text)}{NBSP}» peut être {shown}{more}{NBSP}: recopiez celui qui convient, avec son code."
