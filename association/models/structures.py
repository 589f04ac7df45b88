"""Structures around the teams (CPTS, PTA, MSP, CDS, SISA), the dated links with them, and ETP programmes."""

from __future__ import annotations

from django.db import models

from association.fields import ProseField, WordsField
from association.identifiers import finess, siret
from association.models.members import Membership
from association.models.teams import Team


def _dates_in_order(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=models.Q(starts_on__isnull=True)
        | models.Q(ends_on__isnull=True)
        | models.Q(ends_on__gte=models.F("starts_on")),
        name=name,
        violation_error_message="La fin précède le début.",
    )


class ExternalStructure(models.Model):
    """A structure of coordinated care that is not a team of the association."""

    class Kind(models.TextChoices):
        CPTS = "cpts", "CPTS"
        PTA = "pta", "PTA, DAC"
        MSP = "msp", "MSP"
        CDS = "cds", "Centre de santé"
        SISA = "sisa", "SISA"
        OTHER = "autre", "Autre"

    kind = models.CharField("nature", max_length=8, choices=Kind)
    name = WordsField("nom", max_length=200)
    finess = models.CharField("FINESS", max_length=9, blank=True, validators=[finess])
    siret = models.CharField("SIRET", max_length=14, blank=True, validators=[siret])
    commune = models.ForeignKey("association.Commune", models.PROTECT, null=True, blank=True, verbose_name="commune")
    phone = models.CharField("téléphone", max_length=30, blank=True)
    email = models.EmailField("courriel", blank=True)
    version = models.PositiveIntegerField("version de la fiche", default=0, editable=False)

    JOURNALED = ("kind", "name", "finess", "siret", "commune", "phone", "email")

    class Meta:
        verbose_name = "structure"
        ordering = ["kind", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["finess"],
                condition=~models.Q(finess=""),
                name="external_structure_finess_unique",
                violation_error_message="Une structure porte déjà ce numéro FINESS.",
            )
        ]

    def __str__(self) -> str:
        return self.name if self.kind == self.Kind.OTHER else f"{self.get_kind_display()} {self.name}"


class StructureLink(models.Model):
    """A dated link of a team, or of one member, to a structure or to another funding (none: without limit).

    ``FUNDED`` is what may pay the same work twice (an MSP under the ACI, a CPTS, another scheme): an overlap with
    actions is a finding.
    """

    class Relation(models.TextChoices):
        BELONGS = "membre", "Membre de"
        SUPPORTED = "appui", "Appuyée par"
        EVOLVED = "devenue", "Devenue"
        FUNDED_ACI = "aci", "Financement ACI (MSP, CDS)"
        FUNDED_CPTS = "aci_cpts", "Financement ACI CPTS"
        FUNDED_OTHER = "autre", "Autre financement"

    FUNDED = (Relation.FUNDED_ACI, Relation.FUNDED_CPTS, Relation.FUNDED_OTHER)

    team = models.ForeignKey(Team, models.PROTECT, related_name="structure_links", verbose_name="équipe")
    membership = models.ForeignKey(
        Membership,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="structure_links",
        verbose_name="membre concerné",
    )
    structure = models.ForeignKey(ExternalStructure, models.PROTECT, related_name="links", verbose_name="structure")
    relation = models.CharField("lien", max_length=10, choices=Relation)
    starts_on = models.DateField("du", null=True, blank=True)
    ends_on = models.DateField("au", null=True, blank=True)
    comment = WordsField("précision", max_length=200, blank=True)
    version = models.PositiveIntegerField("version de la fiche", default=0, editable=False)

    class Meta:
        verbose_name = "lien avec une structure"
        ordering = ["team", "relation", "starts_on"]
        constraints = [_dates_in_order("structure_link_dates_in_order")]

    def __str__(self) -> str:
        return f"{self.get_relation_display()} {self.structure}"


class EtpProgramme(models.Model):
    """A programme of patient education, declared to the ARS by a trained team (dates inclusive, none: still on)."""

    team = models.ForeignKey(Team, models.PROTECT, related_name="etp_programmes", verbose_name="équipe")
    title = WordsField("programme", max_length=200)
    reference = WordsField("référence de la déclaration à l'ARS", max_length=80)
    starts_on = models.DateField("déclaré du")
    ends_on = models.DateField("au", null=True, blank=True)
    trained_on = models.DateField("équipe formée le", null=True, blank=True)
    notes = ProseField("précisions", blank=True)
    version = models.PositiveIntegerField("version de la fiche", default=0, editable=False)

    class Meta:
        verbose_name = "programme d'ETP"
        ordering = ["team", "starts_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["team", "reference"],
                name="etp_programme_unique",
                violation_error_message="Ce programme est déjà déclaré pour cette équipe.",
            ),
            _dates_in_order("etp_programme_dates_in_order"),
        ]

    def __str__(self) -> str:
        return self.title
