"""Health professionals and the companies that may be paid in their place."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models.functions import Coalesce

from association.fields import WordsField
from association.identifiers import finess, rpps, rpps_key_is_valid, siret
from association.models.members import Membership
from association.nomenclature import Profession


class ProfessionalQuerySet(models.QuerySet["Professional"]):
    def visible_to(self, user: Any) -> ProfessionalQuerySet:
        """Staff see the region; a referent the members of the own teams; the ARS nobody by name here.

        A member joined with another record shows that one too.
        """
        if not user.has_perm("association.view_professional"):
            return self.none()
        if user.role == "referent":
            own = Membership.objects.of_person(user.professional_id).filter(is_referent=True).current()
            members = Membership.objects.filter(team__in=own.values("team")).order_by()
            return self.filter(
                models.Q(pk=user.professional_id)  # also of a referent who has left the team
                | models.Q(pk__in=members.values("professional"))
                | models.Q(pk__in=members.values("professional__merged_into"))
            )
        return self

    def same_person(self, record: int) -> ProfessionalQuerySet:
        """The records of the person of whom this is one: the one that stays, and those joined with it."""
        stays = Professional.objects.filter(pk=record).order_by().values(stays=Coalesce("merged_into", "pk"))
        return self.filter(models.Q(pk__in=stays) | models.Q(merged_into__in=stays)).order_by()


class Professional(models.Model):
    """A person, known by the RPPS number (national directory; 11 digits, its Luhn key only warns).

    A duplicate points to the person who stays (``merged_into``): nothing is moved, the ceilings count both as one.
    """

    rpps = models.CharField("RPPS", max_length=11, unique=True, validators=[rpps])
    last_name = WordsField("nom", max_length=100)
    first_name = WordsField("prénom", max_length=100)
    profession = models.CharField("profession", max_length=2, choices=Profession)
    is_general_practitioner = models.BooleanField("médecin généraliste", default=False)
    specialty = WordsField("spécialité", max_length=100, blank=True)
    is_biologist = models.BooleanField("biologiste", default=False)
    email = models.EmailField("courriel", blank=True)
    phone = models.CharField("téléphone", max_length=30, blank=True)
    mssante = models.EmailField("MSSanté", blank=True)
    commune = models.ForeignKey("association.Commune", models.PROTECT, null=True, blank=True, verbose_name="commune")
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="duplicates", verbose_name="doublon de"
    )
    merged_at = models.DateTimeField("réunie le", null=True, blank=True)
    version = models.PositiveIntegerField("version de la fiche", default=0, editable=False)

    JOURNALED = (
        "last_name", "first_name", "profession", "is_general_practitioner", "specialty", "is_biologist", "email",
        "phone", "mssante", "commune",
    )  # fmt: skip

    objects = ProfessionalQuerySet.as_manager()

    class Meta:
        verbose_name = "professionnel"
        ordering = ["last_name", "first_name", "rpps"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(is_general_practitioner=False) | models.Q(profession="10"),
                name="professional_gp_is_doctor",
                violation_error_message="Seul un médecin (code 10) peut être médecin généraliste.",
            ),
            models.CheckConstraint(
                condition=models.Q(is_biologist=False) | models.Q(profession__in=["10", "21"]),
                name="professional_biologist_is_doctor_or_pharmacist",
                violation_error_message="Un biologiste est médecin (10) ou pharmacien (21).",
            ),
            models.CheckConstraint(
                condition=models.Q(merged_into__isnull=True) | ~models.Q(merged_into=models.F("id")),
                name="professional_not_own_duplicate",
                violation_error_message="Une personne n'est pas son propre doublon.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.last_name} {self.first_name}"

    @property
    def person(self) -> Professional:
        """Who this is: the record that stays, for one that was joined with it."""
        return self.merged_into or self

    @property
    def rpps_warning(self) -> str:
        """Why the RPPS looks wrong, or nothing (the key warns, it does not refuse)."""
        return "" if rpps_key_is_valid(self.rpps) else "La clé de contrôle de ce RPPS ne correspond pas."


class Company(models.Model):
    """A SEL, a pharmacy or an employer that is paid in a professional's place.

    Funding is individual (docs/sources.md, 3): what the company receives is still what this person's part earned.
    """

    code = models.CharField("code", max_length=40, unique=True)
    name = WordsField("raison sociale", max_length=200)
    siret = models.CharField("SIRET", max_length=14, blank=True, validators=[siret])
    finess = models.CharField("FINESS", max_length=9, blank=True, validators=[finess])
    email = models.EmailField("courriel", blank=True)

    class Meta:
        verbose_name = "société ou employeur"
        ordering = ["name", "code"]

    def __str__(self) -> str:
        return self.name
