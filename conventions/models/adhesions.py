"""A member's own signature of a convention."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import models
from django.db.models.functions import Coalesce

from association.machine import StateField, Stateful, transition
from association.models import Membership, Professional
from association.models.members import overlapping

MANAGE = "conventions.manage_convention"
SIGN = "conventions.sign_convention"
STOP = "conventions.stop_convention"


class SignedHow(models.TextChoices):
    """How a signature was given; empty for what was imported."""

    PAPER = "papier", "Sur papier"
    SCREEN = "ecran", "À l’écran"


def is_the_member(obj: Any, actor: Any, arguments: Any) -> str | None:
    if is_signed_for_oneself(obj.membership, actor):
        return None
    return "Chacun signe pour soi : connectez-vous avec le compte de ce membre."


def is_signed_for_oneself(membership: Membership, actor: Any) -> bool:
    """Whether the signed-in user is this member, under whichever of the joined records each is known."""
    own = actor.professional_id
    return own is not None and Professional.objects.same_person(own).filter(pk=membership.professional_id).exists()


def after_joining(obj: Any, actor: Any, arguments: Any) -> str | None:
    """A signature within the stay: nobody signs before joining or after leaving."""
    signed_on, stay = arguments.get("signed_on"), obj.membership
    if signed_on is None:
        return None
    if signed_on < stay.joined_on:
        return f"{stay.person} est membre depuis le {stay.joined_on:%d/%m/%Y} : la signature ne peut précéder."
    if stay.left_on and signed_on > stay.left_on:
        return f"{stay.person} a quitté l'équipe le {stay.left_on:%d/%m/%Y} : la signature ne peut suivre."
    return None


def the_text_is_in_signing(obj: Any, actor: Any, arguments: Any) -> str | None:
    """A convention in signing, or one already signed that a member joins later; on a day when the text was there."""
    from conventions.gates import day_is_refused

    convention = obj.convention
    if convention.state not in ("signing", "signed", "suspended"):
        return (
            f"La convention {convention.number} est à l'état « {convention.get_state_label()} » : "
            "elle ne reçoit pas de signature."
        )
    signed_on = arguments.get("signed_on")
    return day_is_refused(signed_on, convention) if signed_on else None


def enters_by_no_amendment(obj: Any, actor: Any, arguments: Any) -> str | None:
    """Who joined a signed convention signs the amendment that says so, and not the convention beside it."""
    from conventions.models.amendments import Amendment

    entry = obj.convention.amendments.filter(
        kind=Amendment.Kind.JOINED, state__in=Amendment.OPEN, signatures__membership=obj.membership_id
    ).first()
    if entry is None:
        return None
    return (
        f"{obj.membership.person} entre par l'avenant n° {entry.number} : recueillez sa signature sur cet "
        "avenant, ou abandonnez-le d'abord."
    )


def without_doubles(rows: models.QuerySet[Any], parent: str, weight: models.Expression) -> models.QuerySet[Any]:
    """Leave out the rows that another row of the same ``parent`` doubles: by the same person, known under records that
    were joined, for a stay of the same time. The row of least ``weight`` counts; then that of the record that stays."""
    person = Coalesce("membership__professional__merged_into", "membership__professional")
    is_joined = models.Case(models.When(membership__professional__merged_into=None, then=0), default=1)
    order = {"weight": weight, "is_joined": is_joined}
    ranked = rows.alias(whose=person, **order)
    outer = {name: models.OuterRef(name) for name in order}
    counts = (
        models.Q(weight__lt=outer["weight"])
        | models.Q(weight=outer["weight"], is_joined__lt=outer["is_joined"])
        | models.Q(weight=outer["weight"], is_joined=outer["is_joined"], pk__lt=models.OuterRef("pk"))
    )
    same_time = overlapping(
        models.OuterRef("membership__joined_on"), models.OuterRef("membership__left_on"), "membership__"
    )
    others = rows.model._default_manager.order_by().alias(whose=person, **order)
    same = {parent: models.OuterRef(parent), "whose": models.OuterRef("whose")}
    return ranked.exclude(models.Exists(others.filter(counts, same_time, **same)))


class AdhesionQuerySet(models.QuerySet["Adhesion"]):
    def one_each(self) -> AdhesionQuerySet:
        """Leave out the doubles of a person's adhesion to one convention; a signed one counts first."""
        weight = models.Case(
            models.When(state=Adhesion.State.SIGNED, then=0),
            models.When(state=Adhesion.State.ENDED, then=2),
            default=1,
        )
        return without_doubles(self, "convention", weight)


class Adhesion(Stateful):
    """A member's own signature of a convention, at its signing or later (rule SIGNATURE)."""

    lock_parents = ("convention",)

    class State(models.TextChoices):
        INVITED = "invited", "Invité"
        SIGNED = "signed", "Signée"
        DECLINED = "declined", "Refusée"
        ENDED = "ended", "Terminée"

    state = StateField(choices=State, default=State.INVITED)
    convention = models.ForeignKey(
        "conventions.Convention", models.PROTECT, related_name="adhesions", verbose_name="convention"
    )
    membership = models.ForeignKey(Membership, models.PROTECT, related_name="adhesions", verbose_name="membre")
    signed_on = models.DateField("signée le", null=True, blank=True)
    # From when it counts for payments; the day of the signature, or earlier with a renewal signed late (same bound).
    effective_on = models.DateField("prise d'effet", null=True, blank=True)
    how = models.CharField("recueillie", max_length=8, choices=SignedHow, blank=True)
    scan = models.ForeignKey(
        "association.Document", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="scan"
    )
    reminded_at = models.DateTimeField("relancée le", null=True, blank=True)
    ended_on = models.DateField("terminée le", null=True, blank=True)

    objects = AdhesionQuerySet.as_manager()

    class Meta:
        verbose_name = "adhésion"
        ordering = ["convention", "membership"]
        constraints = [
            models.UniqueConstraint(
                fields=["convention", "membership"],
                name="adhesion_unique",
                violation_error_message="Ce membre a déjà une adhésion à cette convention.",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["signed", "ended"]) | models.Q(signed_on__isnull=False),
                name="adhesion_signed_has_date",
                violation_error_message="Une adhésion signée a une date de signature.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.membership.person} : {self.convention}"

    @transition(
        state,
        source=[State.INVITED, State.DECLINED],
        target=State.SIGNED,
        permission=SIGN,
        label="Signer",
        guards=[the_text_is_in_signing, after_joining, enters_by_no_amendment],
    )
    def sign(
        self, *, signed_on: date, how: str = SignedHow.PAPER, effective_on: date | None = None, scan: Any = None
    ) -> None:
        self.signed_on, self.how, self.scan = signed_on, how, scan
        self.effective_on = effective_on or signed_on

    @transition(
        state,
        source=[State.INVITED, State.DECLINED],
        target=State.SIGNED,
        permission="conventions.sign_own",
        label="Signer à l’écran",
        guards=[is_the_member, the_text_is_in_signing, after_joining, enters_by_no_amendment],
    )
    def sign_on_screen(self, *, signed_on: date, effective_on: date | None = None) -> None:
        """By the signed-in member: reading the text and confirming it on screen."""
        self.signed_on, self.how = signed_on, SignedHow.SCREEN
        self.effective_on = effective_on or signed_on

    @transition(
        state, source=State.INVITED, target=State.DECLINED, permission=SIGN, label="Refuser", needs_comment=True
    )
    def decline(self) -> None: ...

    @transition(
        state,
        source=State.SIGNED,
        target=State.ENDED,
        permission="conventions.end_adhesion",
        label="Mettre fin",
    )
    def end(self, *, ended_on: date) -> None:
        """Ends with the membership; the signature still counts for the dates before (rule MEMBER says the rest)."""
        self.ended_on = ended_on

    @transition(
        state,
        source=State.ENDED,
        target=State.SIGNED,
        permission="conventions.end_adhesion",
        label="Reprendre",
    )
    def take_up(self) -> None:
        """The departure had been recorded by mistake: the stay goes on, and so does the signature."""
        self.ended_on = None
