"""Real communes of the region, and the names that teams give themselves after them."""

from __future__ import annotations

import io
import random
import re
from collections import defaultdict
from dataclasses import dataclass

from django.conf import settings
from django.core.management import call_command

from association.models import Commune, Theme
from association.nomenclature import TeamKind

THEMES = (
    "Soins palliatifs à domicile",
    "Diabète",
    "Personnes âgées fragiles",
    "Santé mentale",
    "Plaies et cicatrisation",
    "Insuffisance cardiaque",
    "Sortie d'hospitalisation",
    "Prévention des chutes",
    "Maladies respiratoires chroniques",
    "Santé de l'enfant",
    "Périnatalité",
    "Addictions",
    "Surpoids et obésité",
    "Iatrogénie médicamenteuse",
    "Troubles cognitifs et aidants",
    "Douleur chronique",
    "Accès aux soins des personnes handicapées",
    "Lombalgie",
)
LARGE = 30_000  # a town of more weighs no more: such teams are mostly rural
NEIGHBOURS = 5
LONGEST_THEME = 24  # letters, in the name of a team


class NoTerritory(Exception):
    """The region of the settings has no commune."""


@dataclass
class Place:
    """Where a team works: its main commune first."""

    communes: list[Commune]

    @property
    def centre(self) -> Commune:
        return self.communes[0]

    @property
    def department_id(self) -> str:
        return str(self.centre.department_id)


class Places:
    """Draws places and names; no team has the name of another."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._communes = region_communes()
        self._weights = [min(commune.population or 1, LARGE) for commune in self._communes]
        self._near: dict[tuple[str, str | None], list[Commune]] = defaultdict(list)
        for commune in self._communes:
            self._near[commune.department_id, commune.epci_id].append(commune)
        self._names: set[str] = set()

    def draw(self) -> Place:
        """Return a commune and some of its EPCI, in the same department."""
        rng = self._rng
        centre = rng.choices(self._communes, self._weights)[0]
        near = [c for c in self._near[centre.department_id, centre.epci_id] if c.pk != centre.pk]
        count = min(len(near), rng.choice((0, 0, 1, 1, 2, 2, 3, 4, NEIGHBOURS)))
        return Place([centre, *rng.sample(near, count)])

    def name(self, place: Place, kind: str, theme: str, specialty: str = "") -> str:
        """Return a name that no team has yet."""
        for _ in range(20):
            name = self._one_name(place, kind, theme, specialty)
            if name not in self._names:
                break
        number, base = 2, name
        while name in self._names:
            name, number = f"{base} ({number})", number + 1
        self._names.add(name)
        return name

    def _one_name(self, place: Place, kind: str, theme: str, specialty: str) -> str:
        rng, centre = self._rng, place.centre
        around = intercommunality(centre) if centre.epci and rng.random() < 0.4 else of(centre.name)
        if kind == TeamKind.ESS:
            head = rng.choice(("ESS", "Équipe de soins spécialisés"))
            return f"{head} {specialty.lower()} – {centre.department.name}"
        if kind == TeamKind.INFORMAL:
            return f"{rng.choice(('Groupe pluriprofessionnel', 'Professionnels de santé'))} {around}"
        head = "Équipe de soins primaires"
        if rng.random() < (0.7 if kind == TeamKind.ESP_CLAP else 0.4):
            head = "ESP CLAP" if kind == TeamKind.ESP_CLAP else "ESP"
        style = rng.random()
        if style < 0.15 and len(place.communes) > 1:
            return f"{head} {centre.name} – {place.communes[1].name}"
        if style < 0.3 and len(theme) <= LONGEST_THEME:
            return f"{head} {theme} {around}"
        return f"{head} {around}"


def region_communes() -> list[Commune]:
    """Return the communes in force of the region, by code; loads the territory when there is none.

    Raises:
        NoTerritory: when the region has none.
    """
    if not Commune.objects.exists():
        call_command("load_territory", verbosity=0, stdout=io.StringIO())
    found = Commune.objects.filter(department__region_id=settings.REGION, is_current=True, kind=Commune.Kind.COMMUNE)
    communes = list(found.select_related("epci", "department").order_by("code"))
    if not communes:
        raise NoTerritory(f"La région {settings.REGION} n'a aucune commune : vérifiez la variable REGION.")
    return communes


def themes() -> list[Theme]:
    """Return the themes, made if they are not there."""
    return [Theme.objects.get_or_create(name=name)[0] for name in THEMES]


def intercommunality(commune: Commune) -> str:
    """Return the name of the commune's EPCI as it follows "équipe": "du Pays d'Ancenis", "Loire Layon Aubance".

    Falls back on the commune outside any EPCI.
    """
    if commune.epci is None:
        return commune.name
    name = re.sub(r"\s*\(.*\)", "", commune.epci.name)
    name = re.sub(r"^(CC|CA|CU)\s+", "", name)
    return re.sub(r"[\s-]*(Communauté|Agglomération|Agglo)$", "", name).strip()


def of(name: str) -> str:
    """Return a place name after "de": "du Mans", "des Herbiers", "d'Ancenis", "de Nozay"."""
    if name.startswith("Le "):
        return f"du {name[3:]}"
    if name.startswith("Les "):
        return f"des {name[4:]}"
    return f"d'{name}" if name[0] in "AÀÂEÉÈÊIÎOÔUYH" else f"de {name}"
