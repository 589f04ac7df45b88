"""The territory of France: regions, departments, EPCI, communes.

Source: INSEE's Code officiel géographique and the DGCL's list of EPCI, by way of the npm package
``@etalab/decoupage-administratif`` (see ``association/reference/SOURCE.md``). Written only by
``association.territory.load_edition``; nothing is ever deleted, so that what was recorded stays readable.
"""

import re
import unicodedata
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone

from association.identifiers import commune_code
from association.identifiers import siren as siren_number

_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae"})
_ABBREVIATIONS = {"st": "saint", "ste": "sainte"}


def search_key(text: str) -> str:
    """Reduce a place name to what is compared: no case, accent, hyphen or apostrophe; "St" is "Saint".

    >>> search_key("St-Étienne-de-Mer-Morte")
    'saint etienne de mer morte'
    """
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_LIGATURES))
    plain = "".join(char for char in decomposed if not unicodedata.combining(char))
    words = re.sub(r"[^a-z0-9]+", " ", plain).split()
    return " ".join(_ABBREVIATIONS.get(word, word) for word in words)


class Region(models.Model):
    """A region, or an overseas collectivity that stands for one (its code is then its department's)."""

    code = models.CharField("code", max_length=3, primary_key=True)
    name = models.CharField("nom", max_length=100)

    class Meta:
        verbose_name = "région"
        verbose_name_plural = "régions"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Department(models.Model):
    """A department, or an overseas collectivity (975, 977…) under its INSEE code."""

    code = models.CharField("code", max_length=3, primary_key=True)
    name = models.CharField("nom", max_length=100)
    region = models.ForeignKey(Region, verbose_name="région", on_delete=models.PROTECT, related_name="departments")

    class Meta:
        verbose_name = "département"
        verbose_name_plural = "départements"
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"


class Epci(models.Model):
    """A group of communes with its own taxation (EPCI à fiscalité propre), known by its SIREN."""

    class Kind(models.TextChoices):
        """The codes of the source; a newer edition may bring another, which is shown as it is."""

        CC = "CC", "Communauté de communes"
        CA = "CA", "Communauté d’agglomération"
        CU = "CU", "Communauté urbaine"
        METRO = "METRO", "Métropole"
        MET69 = "MET69", "Métropole de Lyon"

    siren = models.CharField("SIREN", max_length=9, primary_key=True, validators=[siren_number])
    name = models.CharField("nom", max_length=200)
    kind = models.CharField("nature", max_length=10, choices=Kind.choices)
    is_current = models.BooleanField("en vigueur", default=True)

    class Meta:
        verbose_name = "EPCI"
        verbose_name_plural = "EPCI"
        ordering = ["name"]
        indexes = [models.Index(fields=["name"], name="epci_name")]

    def __str__(self) -> str:
        return self.name


class Commune(models.Model):
    """A commune under its INSEE code, in force or not.

    Three kinds of row beside the communes themselves: the municipal districts of Paris, Lyon and Marseille
    (in force, ``part_of`` their commune, no population so that a sum counts nobody twice); communes déléguées
    and associées (not in force, ``merged_into`` the commune they belong to); communes that a later edition no
    longer has (not in force, ``merged_into`` when the edition says so).
    """

    class Kind(models.TextChoices):
        COMMUNE = "commune", "Commune"
        DISTRICT = "district", "Arrondissement municipal"
        DELEGATED = "delegated", "Commune déléguée"
        ASSOCIATED = "associated", "Commune associée"

    code = models.CharField("code INSEE", max_length=5, primary_key=True, validators=[commune_code])
    name = models.CharField("nom", max_length=100)
    search_name = models.CharField("nom pour la recherche", max_length=100, db_index=True, editable=False)
    kind = models.CharField("nature", max_length=10, choices=Kind.choices, default=Kind.COMMUNE)
    department = models.ForeignKey(
        Department, verbose_name="département", on_delete=models.PROTECT, related_name="communes"
    )
    epci = models.ForeignKey(
        Epci, verbose_name="EPCI", null=True, blank=True, on_delete=models.PROTECT, related_name="communes"
    )
    population = models.PositiveIntegerField(
        "population municipale",
        null=True,
        blank=True,
        help_text="Population légale de l'édition ; vide si elle n'est pas publiée.",
    )
    postal_codes = models.CharField(
        "codes postaux", max_length=400, blank=True, help_text="Séparés par des points-virgules."
    )
    is_current = models.BooleanField("en vigueur", default=True)
    merged_into = models.ForeignKey(
        "self",
        verbose_name="fusionnée dans",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="former_communes",
    )
    part_of = models.ForeignKey(
        "self",
        verbose_name="arrondissement de",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="districts",
    )

    class Meta:
        verbose_name = "commune"
        verbose_name_plural = "communes"
        ordering = ["search_name", "code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(is_current=False) | Q(merged_into__isnull=True),
                name="commune_in_force_is_not_merged",
                violation_error_message="Une commune en vigueur ne peut pas être fusionnée dans une autre.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.search_name = search_key(self.name)
        super().save(*args, **kwargs)

    def in_force(self) -> "Commune | None":
        """Return this commune, or the one in force that followed it; None when the source does not say."""
        commune: Commune | None = self
        while commune is not None and not commune.is_current:
            commune = commune.merged_into
        return commune


class TerritoryEdition(models.Model):
    """An edition of the territory that was loaded; the last one is the one in place."""

    name = models.CharField("édition", max_length=60, help_text="Version du paquet, par exemple 6.0.0.")
    year = models.CharField("millésime", max_length=4, blank=True)
    checksum = models.CharField("empreinte", max_length=64, help_text="SHA-256 du fichier réduit.")
    loaded_at = models.DateTimeField("chargée le", default=timezone.now)

    class Meta:
        verbose_name = "édition du territoire"
        verbose_name_plural = "éditions du territoire"
        get_latest_by = ["loaded_at", "pk"]

    def __str__(self) -> str:
        return f"{self.year} ({self.name})" if self.year else self.name
