"""The "convention de financement" with the ARS (dotation FIR): amounts, instalments, targets, deliverables, decisions.

An action belongs to the signed grant whose period holds its date (docs/payment-rules.md, "Grants"): no due line names
a grant, and no two signed grants share a day.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone

from association.fields import WordsField
from association.machine import StateField, Stateful, transition
from association.money import euros

MANAGE, DECIDE = "payments.manage_grant", "payments.decide_grant"


def has_an_amount(grant: Grant, actor: Any, arguments: Any) -> str | None:
    if not grant.team_cents + grant.running_cents:
        return "Indiquez d'abord le montant accordé : la part des équipes, ou celle du fonctionnement."
    return None


def is_signed_on_a_day(grant: Grant, actor: Any, arguments: Any) -> str | None:
    day = arguments.get("signed_on")
    if day is None:
        return "Indiquez la date de signature." if arguments else None
    if day > timezone.localdate():
        return f"Le {day:%d/%m/%Y} n'est pas encore venu : une signature se note une fois donnée."
    return None


def shares_no_day(grant: Grant, actor: Any, arguments: Any) -> str | None:
    """An action has one grant: the periods of those that are signed never overlap."""
    other = Grant.objects.holding(grant.starts_on, grant.ends_on).exclude(pk=grant.pk).first()
    if other is not None:
        return (
            f"Ces dates sont aussi celles de la dotation {other.reference} (du {other.starts_on:%d/%m/%Y} au "
            f"{other.ends_on:%d/%m/%Y}) : corrigez la période de l'une des deux."
        )
    return None


def has_ended(grant: Grant, actor: Any, arguments: Any) -> str | None:
    if grant.ends_on >= timezone.localdate():
        return f"La période court jusqu'au {grant.ends_on:%d/%m/%Y} : la clôture vient après."
    return None


def everything_left_is_decided(grant: Grant, actor: Any, arguments: Any) -> str | None:
    from payments.selectors.grants import undecided

    found = {label: cents for label, cents in undecided(grant).items() if cents}
    if found:
        said = " ; ".join(f"{label} : {euros(cents)}" for label, cents in found.items())
        return f"Il reste à décider d'un report ou d'un reversement ({said})."
    return None


class GrantQuerySet(models.QuerySet["Grant"]):
    def visible_to(self, user: Any) -> GrantQuerySet:
        return self if user.has_perm("payments.view_grant") else self.none()

    def binding(self) -> GrantQuerySet:
        """Those that were signed, closed ones included: the actions of their period are theirs."""
        return self.filter(state__in=Grant.BINDING)

    def holding(self, first: Any, last: Any) -> GrantQuerySet:
        """Those that were signed and have a day between two days, both included."""
        return self.binding().filter(starts_on__lte=last, ends_on__gte=first)


class Grant(Stateful):
    """One "convention de financement": the money of a period, in two parts.

    ``team_cents`` pays the teams' professionals, ``running_cents`` the association's own costs; both as first agreed:
    what amendments changed is in `GrantAmendment`, what was carried over in `GrantDecision`.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "Brouillon"
        SIGNED = "signed", "Signée"
        CLOSED = "closed", "Close"
        ABANDONED = "abandoned", "Abandonnée"

    BINDING = (State.SIGNED, State.CLOSED)

    state = StateField(choices=State, default=State.DRAFT)
    reference = WordsField(
        "référence",
        max_length=60,
        unique=True,
        error_messages={"unique": "Une autre dotation porte déjà cette référence."},
    )
    funder = WordsField("financeur", max_length=120, default="Agence régionale de santé")
    starts_on = models.DateField("début")
    ends_on = models.DateField("fin")
    team_cents = models.PositiveBigIntegerField("part des équipes (indemnités)", default=0)
    running_cents = models.PositiveBigIntegerField("part du fonctionnement", default=0)
    comment = WordsField("remarque", max_length=300, blank=True)
    signed_on = models.DateField("signée le", null=True, blank=True)
    scan = models.ForeignKey(
        "association.Document", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="exemplaire signé"
    )
    version = models.PositiveIntegerField("version", default=0)
    created_by = models.ForeignKey("association.User", models.PROTECT, related_name="+", verbose_name="saisie par")
    created_at = models.DateTimeField("saisie le", default=timezone.now)

    # What the form of a draft changes, in its order (association.journal).
    JOURNALED = ("reference", "funder", "starts_on", "ends_on", "team_cents", "running_cents", "comment")

    objects = GrantQuerySet.as_manager()

    class Meta:
        verbose_name = "dotation"
        ordering = ["-starts_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on__gte=models.F("starts_on")),
                name="grant_dates_in_order",
                violation_error_message="La fin de la période précède son début.",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["draft", "abandoned"]) | models.Q(signed_on__isnull=False),
                name="grant_signed_has_date",
                violation_error_message="Une dotation signée a sa date de signature.",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @transition(
        state,
        source=State.DRAFT,
        target=State.SIGNED,
        permission=DECIDE,
        label="Noter la signature",
        guards=[has_an_amount, shares_no_day, is_signed_on_a_day],
    )
    def sign(self, *, signed_on: Any) -> None:
        self.signed_on = signed_on

    @transition(state, source=State.DRAFT, target=State.ABANDONED, permission=MANAGE, label="Abandonner", danger=True)
    def abandon(self) -> None: ...

    @transition(
        state,
        source=State.SIGNED,
        target=State.CLOSED,
        permission=DECIDE,
        label="Clore",
        guards=[has_ended, everything_left_is_decided],
    )
    def close(self) -> None: ...


class GrantAmendment(models.Model):
    """An "avenant" to the grant: what it adds to each part, or takes from it (cents), from its signature on."""

    grant = models.ForeignKey(Grant, models.PROTECT, related_name="amendments", verbose_name="dotation")
    number = models.PositiveSmallIntegerField("numéro")
    signed_on = models.DateField("signé le")
    team_change_cents = models.BigIntegerField("part des équipes, en plus ou en moins", default=0)
    running_change_cents = models.BigIntegerField("part du fonctionnement, en plus ou en moins", default=0)
    reason = WordsField("objet", max_length=200)
    entered_by = models.ForeignKey("association.User", models.PROTECT, related_name="+", verbose_name="saisi par")
    entered_at = models.DateTimeField("saisi le", default=timezone.now)

    class Meta:
        verbose_name = "avenant à la dotation"
        ordering = ["grant", "number"]
        constraints = [
            models.UniqueConstraint(fields=["grant", "number"], name="grant_amendment_number_unique"),
            models.CheckConstraint(
                condition=~models.Q(team_change_cents=0) | ~models.Q(running_change_cents=0),
                name="grant_amendment_changes_something",
                violation_error_message="Un avenant change l'une des deux parts.",
            ),
        ]

    def __str__(self) -> str:
        return f"Avenant n° {self.number} à {self.grant}"


class GrantInstalment(models.Model):
    """An "échéance de versement": what the funder is to pay, when and on which condition; and what it paid."""

    grant = models.ForeignKey(Grant, models.PROTECT, related_name="instalments", verbose_name="dotation")
    condition = WordsField("condition", max_length=200)
    expected_on = models.DateField("attendu le")
    expected_cents = models.PositiveBigIntegerField("montant attendu")
    received_on = models.DateField("reçu le", null=True, blank=True)
    received_cents = models.PositiveBigIntegerField("montant reçu", null=True, blank=True)
    version = models.PositiveIntegerField("version", default=0)

    JOURNALED = ("condition", "expected_on", "expected_cents", "received_on", "received_cents")

    class Meta:
        verbose_name = "échéance de versement"
        ordering = ["grant", "expected_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(received_on__isnull=True, received_cents__isnull=True)
                | models.Q(received_on__isnull=False, received_cents__gt=0),
                name="grant_instalment_received_has_amount",
                violation_error_message="Un versement reçu a sa date et son montant.",
            ),
            models.CheckConstraint(
                condition=models.Q(expected_cents__gt=0),
                name="grant_instalment_is_positive",
                violation_error_message="Le montant attendu est supérieur à zéro.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.condition} : {euros(self.expected_cents)} attendus le {self.expected_on:%d/%m/%Y}"


class Indicator(models.TextChoices):
    """What a target counts: stable keys, those of the activity report (reports.indicators) where it has one."""

    TEAMS = "teams.under_convention", "Équipes sous convention"
    PROFESSIONALS = "activity.people", "Professionnels ayant participé à une action validée"
    ACTIONS = "activity.validated", "Actions validées"
    RCP = "concertation.meetings", "Réunions de concertation validées (RCP et RCPP)"
    PPS = "activity.validated.pps", "PPS validés"
    PROTOCOLE = "activity.validated.protocole", "Protocoles validés"
    PREVENTION = "activity.validated.prevention", "Actions de prévention et d’ETP validées"


class GrantTarget(models.Model):
    """An "objectif chiffré": an indicator, and the number to reach by the end of the period."""

    grant = models.ForeignKey(Grant, models.PROTECT, related_name="targets", verbose_name="dotation")
    indicator = models.CharField("indicateur", max_length=30, choices=Indicator)
    value = models.PositiveIntegerField("objectif")
    version = models.PositiveIntegerField("version", default=0)

    JOURNALED = ("indicator", "value")

    class Meta:
        verbose_name = "objectif chiffré"
        ordering = ["grant", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["grant", "indicator"],
                name="grant_target_unique",
                violation_error_message="Cette dotation a déjà un objectif pour cet indicateur.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_indicator_display()} : {self.value}"


class GrantDeliverable(models.Model):
    """A "livrable": what is to be handed over to the funder, by which day, and when it was."""

    grant = models.ForeignKey(Grant, models.PROTECT, related_name="deliverables", verbose_name="dotation")
    label = WordsField("livrable", max_length=200)
    due_on = models.DateField("à remettre le")
    delivered_on = models.DateField("remis le", null=True, blank=True)
    version = models.PositiveIntegerField("version", default=0)

    JOURNALED = ("label", "due_on", "delivered_on")

    class Meta:
        verbose_name = "livrable"
        ordering = ["grant", "due_on", "id"]

    def __str__(self) -> str:
        return f"{self.label}, à remettre le {self.due_on:%d/%m/%Y}"


class GrantDecision(models.Model):
    """What becomes of money that is left of one part: carried over to another grant, or given back to the funder."""

    class Kind(models.TextChoices):
        CARRIED = "report", "Report"
        GIVEN_BACK = "reversement", "Reversement"

    class Part(models.TextChoices):
        TEAMS = "teams", "Part des équipes"
        RUNNING = "running", "Part du fonctionnement"

    grant = models.ForeignKey(Grant, models.PROTECT, related_name="decisions", verbose_name="dotation")
    kind = models.CharField("décision", max_length=12, choices=Kind)
    part = models.CharField("part", max_length=8, choices=Part)
    amount_cents = models.PositiveBigIntegerField("montant")
    to_grant = models.ForeignKey(
        Grant, models.PROTECT, null=True, blank=True, related_name="carried_in", verbose_name="reportée sur"
    )
    decided_on = models.DateField("décidé le")
    reason = WordsField("motif", max_length=200)
    entered_by = models.ForeignKey("association.User", models.PROTECT, related_name="+", verbose_name="saisie par")
    entered_at = models.DateTimeField("saisie le", default=timezone.now)

    class Meta:
        verbose_name = "décision sur un reliquat"
        ordering = ["grant", "decided_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(amount_cents__gt=0),
                name="grant_decision_is_positive",
                violation_error_message="Le montant décidé est supérieur à zéro.",
            ),
            models.CheckConstraint(
                condition=models.Q(kind="report", to_grant__isnull=False)
                | models.Q(kind="reversement", to_grant__isnull=True),
                name="grant_decision_carried_has_target",
                violation_error_message="Un report va à une autre dotation ; un reversement retourne au financeur.",
            ),
            models.CheckConstraint(
                condition=models.Q(to_grant__isnull=True) | ~models.Q(to_grant=models.F("grant")),
                name="grant_decision_to_another",
                violation_error_message="Un report va à une autre dotation.",
            ),
            models.CheckConstraint(
                condition=~models.Q(reason=""),
                name="grant_decision_has_reason",
                violation_error_message="Une décision sur un reliquat porte un motif.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} de {euros(self.amount_cents)} ({self.grant})"


class CostHeading(models.TextChoices):
    """Headings of the charges in the "compte rendu financier de subvention" (Cerfa 15059), by account."""

    SUPPLIES = "60", "60 Achats : matières, fournitures"
    RENT = "613", "61 Services extérieurs : locations"
    UPKEEP = "615", "61 Services extérieurs : entretien et réparation"
    INSURANCE = "616", "61 Services extérieurs : assurance"
    DOCUMENTATION = "618", "61 Services extérieurs : documentation"
    FEES = "622", "62 Autres services extérieurs : intermédiaires et honoraires"
    PUBLICITY = "623", "62 Autres services extérieurs : publicité, publications"
    TRAVEL = "625", "62 Autres services extérieurs : déplacements, missions"
    BANK = "627", "62 Autres services extérieurs : services bancaires, autres"
    PAYROLL_TAX = "631", "63 Impôts et taxes : sur rémunération"
    OTHER_TAX = "635", "63 Impôts et taxes : autres"
    SALARIES = "641", "64 Charges de personnel : rémunérations"
    SOCIAL = "645", "64 Charges de personnel : charges sociales"
    OTHER_STAFF = "648", "64 Charges de personnel : autres"
    MANAGEMENT = "65", "65 Autres charges de gestion courante"
    FINANCIAL = "66", "66 Charges financières"
    EXCEPTIONAL = "67", "67 Charges exceptionnelles"
    ALLOWANCES = "68", "68 Dotations aux amortissements, provisions et engagements"


class RunningCostQuerySet(models.QuerySet["RunningCost"]):
    def visible_to(self, user: Any) -> RunningCostQuerySet:
        return self if user.has_perm("payments.view_grant") else self.none()


class RunningCost(models.Model):
    """A "dépense de fonctionnement"; it counts in the grant whose period holds its day, like an action."""

    spent_on = models.DateField("date", db_index=True)
    heading = models.CharField("rubrique", max_length=4, choices=CostHeading)
    label = WordsField("libellé", max_length=200)
    amount_cents = models.PositiveBigIntegerField("montant")
    entered_by = models.ForeignKey("association.User", models.PROTECT, related_name="+", verbose_name="saisie par")
    entered_at = models.DateTimeField("saisie le", default=timezone.now)
    version = models.PositiveIntegerField("version", default=0)

    JOURNALED = ("spent_on", "heading", "label", "amount_cents")

    objects = RunningCostQuerySet.as_manager()

    class Meta:
        verbose_name = "dépense de fonctionnement"
        ordering = ["-spent_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(amount_cents__gt=0),
                name="running_cost_is_positive",
                violation_error_message="Le montant d'une dépense est supérieur à zéro.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.label} ({self.spent_on:%d/%m/%Y})"
