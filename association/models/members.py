"""What carries a team, and its members with dated facts."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db import models
from django.db.models.functions import Coalesce
from django.utils import timezone

from association.identifiers import rna, siret
from association.nomenclature import LegalForm, MemberStatus, PracticeMode

if TYPE_CHECKING:
    from association.models.professionals import Professional

# Who is a member, under whichever of the records that were joined: the key of the one that stays.
PERSON = Coalesce("professional__merged_into", "professional")
NEVER = models.Value(date.max, output_field=models.DateField())


class TeamStructure(models.Model):
    """What carries a team between two dates (inclusive; none means without limit)."""

    team = models.ForeignKey("association.Team", models.CASCADE, related_name="structures", verbose_name="équipe")
    form = models.CharField("structure juridique", max_length=12, choices=LegalForm)
    rna = models.CharField("RNA", max_length=10, blank=True, validators=[rna])
    siret = models.CharField("SIRET", max_length=14, blank=True, validators=[siret])
    starts_on = models.DateField("du", null=True, blank=True)
    ends_on = models.DateField("au", null=True, blank=True)
    version = models.PositiveIntegerField("version de la fiche", default=0, editable=False)

    class Meta:
        verbose_name = "structure juridique"
        ordering = ["team", "starts_on"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(starts_on__isnull=True)
                | models.Q(ends_on__isnull=True)
                | models.Q(ends_on__gte=models.F("starts_on")),
                name="team_structure_dates_in_order",
                violation_error_message="La fin précède le début.",
            )
        ]

    def __str__(self) -> str:
        return self.get_form_display()


class MembershipQuerySet(models.QuerySet["Membership"]):
    def current(self, on: date | None = None) -> MembershipQuerySet:
        """Memberships that cover a day (today by default)."""
        day = on or timezone.localdate()
        return self.filter(models.Q(left_on__isnull=True) | models.Q(left_on__gte=day), joined_on__lte=day)

    def of_person(self, professional: int | None) -> MembershipQuerySet:
        """The stays of the person of whom this is one record, whichever record they were entered under."""
        from association.models.professionals import Professional

        if professional is None:
            return self.none()
        return self.filter(professional__in=Professional.objects.same_person(professional))

    def one_each(self) -> MembershipQuerySet:
        """Leave out the doubles: of several of these stays by which one person is in one team at the same time, the
        one of the record that stays is kept, else the oldest. Only records that were joined can have such stays."""
        is_joined = models.Case(models.When(professional__merged_into=None, then=0), default=1)
        ranked = self.alias(whose=PERSON, is_joined=is_joined)
        before = models.Q(is_joined__lt=models.OuterRef("is_joined")) | models.Q(
            is_joined=models.OuterRef("is_joined"), pk__lt=models.OuterRef("pk")
        )
        same_time = overlapping(models.OuterRef("joined_on"), models.OuterRef("left_on"))
        found = ranked.order_by().filter(
            same_time, before, team=models.OuterRef("team"), whose=models.OuterRef("whose")
        )
        return ranked.exclude(models.Exists(found))


def overlapping(joined_on: models.OuterRef, left_on: models.OuterRef, stay: str = "") -> models.Q:
    """Return the condition that a stay (under the path ``stay``) has a day in common with one of an outer query."""
    not_over = models.Q(**{f"{stay}left_on": None}) | models.Q(**{f"{stay}left_on__gte": joined_on})
    return not_over & models.Q(**{f"{stay}joined_on__lte": Coalesce(left_on, NEVER)})


class Membership(models.Model):
    """A professional's stay in a team, from ``joined_on`` to ``left_on``, both inclusive."""

    team = models.ForeignKey("association.Team", models.PROTECT, related_name="memberships", verbose_name="équipe")
    professional = models.ForeignKey(
        "association.Professional", models.PROTECT, related_name="memberships", verbose_name="professionnel"
    )
    joined_on = models.DateField("entrée le")
    left_on = models.DateField("sortie le", null=True, blank=True)
    is_referent = models.BooleanField("référent", default=False)
    version = models.PositiveIntegerField("version de la fiche", default=0, editable=False)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = "membre"
        ordering = ["team", "joined_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["team", "professional", "joined_on"],
                name="membership_unique",
                violation_error_message="Ce professionnel est déjà entré dans l'équipe à cette date.",
            ),
            models.UniqueConstraint(
                fields=["team", "professional"],
                condition=models.Q(left_on__isnull=True),
                name="membership_one_open",
                violation_error_message="Ce professionnel est déjà membre de l'équipe.",
            ),
            models.CheckConstraint(
                condition=models.Q(left_on__isnull=True) | models.Q(left_on__gte=models.F("joined_on")),
                name="membership_dates_in_order",
                violation_error_message="La sortie précède l'entrée.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.professional} ({self.team})"

    @property
    def person(self) -> Professional:
        """Who is a member: the record that stays, when the stay was entered under one that was joined with it."""
        return self.professional.person

    def is_beside(self, other: Membership) -> bool:
        """Whether another stay of the same team has a day in common with this one."""
        begins, ends = max(self.joined_on, other.joined_on), [self.left_on or date.max, other.left_on or date.max]
        return self.team_id == other.team_id and begins <= min(ends)


class MembershipPeriod(models.Model):
    """What holds of a member between two dates (inclusive; none means without limit).

    ``company`` is who is paid in the member's place (SEL, pharmacy, employer); none: the member.
    """

    membership = models.ForeignKey(Membership, models.CASCADE, related_name="periods", verbose_name="membre")
    starts_on = models.DateField("du", null=True, blank=True)
    ends_on = models.DateField("au", null=True, blank=True)
    status = models.CharField("statut", max_length=10, choices=MemberStatus)
    mode = models.CharField("mode d'exercice", max_length=8, choices=PracticeMode, default=PracticeMode.LIBERAL)
    place = models.ForeignKey(
        "association.Commune", models.PROTECT, null=True, blank=True, verbose_name="lieu d'exercice"
    )
    company = models.ForeignKey(
        "association.Company",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="member_periods",
        verbose_name="bénéficiaire",
    )

    class Meta:
        verbose_name = "période de membre"
        ordering = ["membership", "starts_on"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(starts_on__isnull=True)
                | models.Q(ends_on__isnull=True)
                | models.Q(ends_on__gte=models.F("starts_on")),
                name="membership_period_dates_in_order",
                violation_error_message="La fin précède le début.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.membership} : {self.get_status_display()}"
