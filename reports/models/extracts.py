"""The individual extract for a contrôle: asked for by the ARS with a reason, decided by the association, for some days.

What it says is frozen when it is granted (`reports.extracts`); each download is a row of `LookLog`.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone

from association.fields import WordsField
from association.identifiers import rpps
from association.machine import StateField, Stateful, transition

ASK, DECIDE = "reports.ask_extract", "reports.decide_extract"
MOST_REASON = 500  # characters
MOST_DAYS = 366  # of one extract: a civil year, and a leap day


def is_not_who_asked(request: ExtractRequest, actor: Any, arguments: Any) -> str | None:
    """Two persons: whoever asks never decides, whatever role they have had since."""
    if request.asked_by_id == actor.pk:
        return "Vous avez fait cette demande : une autre personne doit la décider."
    return None


def does_not_concern_who_decides(request: ExtractRequest, actor: Any, arguments: Any) -> str | None:
    """Nobody decides on an extract of themselves."""
    person = actor.professional
    if person is not None and request.rpps in (person.rpps, person.person.rpps):
        return "Cet extrait vous concerne : une autre personne doit le décider."
    return None


def is_who_asked(request: ExtractRequest, actor: Any, arguments: Any) -> str | None:
    if request.asked_by_id != actor.pk:
        return "Seule la personne qui a fait la demande peut la retirer."
    return None


class ExtractRequestQuerySet(models.QuerySet["ExtractRequest"]):
    def visible_to(self, user: Any) -> ExtractRequestQuerySet:
        """The association and who checks it see all; somebody of the ARS what they asked for themselves."""
        if not user.has_perm("reports.view_extract"):
            return self.none()
        return self.filter(asked_by=user.pk) if user.role == "ars" else self


class ExtractRequest(Stateful):
    """A request for the extract of one team, or of one professional by the RPPS that was typed.

    The ARS finds nobody by name here: whether somebody is known under an RPPS, it learns from the extract alone.
    ``scope_department`` narrows the extract of a person to the département of a délégation, as it was when asked.
    """

    class State(models.TextChoices):
        ASKED = "asked", "À décider"
        GRANTED = "granted", "Accordée"
        REFUSED = "refused", "Refusée"
        WITHDRAWN = "withdrawn", "Retirée"
        CLOSED = "closed", "Accès fermé"

    state = StateField(choices=State, default=State.ASKED)
    team = models.ForeignKey(
        "association.Team", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="équipe"
    )
    rpps = models.CharField("RPPS du professionnel", max_length=11, blank=True, validators=[rpps])
    scope_department = models.ForeignKey(
        "association.Department", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="délégation"
    )
    first_on = models.DateField("du")
    last_on = models.DateField("au")
    reason = WordsField("motif du contrôle", max_length=MOST_REASON)
    asked_by = models.ForeignKey("association.User", models.PROTECT, related_name="+", verbose_name="demandé par")
    asked_at = models.DateTimeField("demandé le", default=timezone.now)
    decided_by = models.ForeignKey(
        "association.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="décidé par"
    )
    decided_at = models.DateTimeField("décidé le", null=True, blank=True)
    decision_reason = WordsField("motif de la décision", max_length=2_000, blank=True)
    open_until = models.DateField("téléchargeable jusqu’au", null=True, blank=True)
    content = models.JSONField("contenu", default=dict, blank=True)

    objects = ExtractRequestQuerySet.as_manager()

    class Meta:
        verbose_name = "demande d’extrait"
        verbose_name_plural = "demandes d’extrait"
        ordering = ["-asked_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=(models.Q(team__isnull=False) & models.Q(rpps=""))
                | (models.Q(team__isnull=True) & ~models.Q(rpps="")),
                name="extract_of_team_or_person",
                violation_error_message="Un extrait porte sur une équipe ou sur un professionnel, l’un des deux.",
            ),
            models.CheckConstraint(
                condition=models.Q(last_on__gte=models.F("first_on")),
                name="extract_dates_in_order",
                violation_error_message="La fin de la période précède son début.",
            ),
            models.CheckConstraint(
                condition=~models.Q(reason=""),
                name="extract_has_reason",
                violation_error_message="Un extrait se demande avec le motif du contrôle.",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["asked", "withdrawn"])
                | (models.Q(decided_by__isnull=False) & models.Q(decided_at__isnull=False)),
                name="extract_decided_by_somebody",
                violation_error_message="Une décision porte un nom et une date.",
            ),
            models.CheckConstraint(
                condition=models.Q(decided_by__isnull=True) | ~models.Q(decided_by=models.F("asked_by")),
                name="extract_two_persons",
                violation_error_message="Qui demande un extrait ne le décide pas.",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="granted") | models.Q(open_until__isnull=False),
                name="extract_granted_for_some_days",
                violation_error_message="Un extrait accordé a une date de fin.",
            ),
        ]

    def __str__(self) -> str:
        return f"Extrait {self.number}"

    @property
    def number(self) -> str:
        """How the request is called, on its files too: ``EXT-2026-0012``."""
        return f"EXT-{timezone.localdate(self.asked_at):%Y}-{self.pk:04d}"

    @property
    def subject(self) -> str:
        """Of what it is, without a name and without the whole RPPS: pages show this, files alone name somebody."""
        if self.team is not None:
            return str(self.team.name)
        return f"professionnel, RPPS se terminant par {self.rpps[-4:]}"

    @property
    def is_open(self) -> bool:
        """Whether its files can be downloaded today."""
        return self.state == self.State.GRANTED and bool(self.open_until and self.open_until >= timezone.localdate())

    @transition(
        state,
        source=State.ASKED,
        target=State.GRANTED,
        permission=DECIDE,
        label="Accorder l’extrait",
        guards=[is_not_who_asked, does_not_concern_who_decides],
    )
    def grant(self, *, decided_by: Any, reason: str, open_until: date, content: dict[str, Any]) -> None:
        """Freezes what the extract says."""
        self._decide(decided_by, reason)
        self.open_until, self.content = open_until, content

    @transition(
        state,
        source=State.ASKED,
        target=State.REFUSED,
        permission=DECIDE,
        label="Refuser",
        guards=[is_not_who_asked, does_not_concern_who_decides],
        needs_comment=True,
        danger=True,
    )
    def refuse(self, *, decided_by: Any, reason: str) -> None:
        self._decide(decided_by, reason)

    @transition(
        state, source=State.ASKED, target=State.WITHDRAWN, permission=ASK, label="Retirer la demande",
        guards=[is_who_asked],
    )  # fmt: skip
    def withdraw(self) -> None: ...

    @transition(
        state,
        source=State.GRANTED,
        target=State.CLOSED,
        permission=DECIDE,
        label="Fermer l’accès",
        guards=[is_not_who_asked],
        needs_comment=True,
        danger=True,
    )
    def close(self) -> None:
        """Before its last day: nothing can be downloaded any more."""

    def _decide(self, decided_by: Any, reason: str) -> None:
        self.decided_by, self.decided_at, self.decision_reason = decided_by, timezone.now(), reason


class ExtractSettings(models.Model):
    """How long an extract can be downloaded once it is granted; one row."""

    days_open = models.PositiveSmallIntegerField(
        "jours pendant lesquels un extrait accordé se télécharge",
        default=15,
        validators=[MinValueValidator(1), MaxValueValidator(90)],
    )
    version = models.PositiveIntegerField("version", default=0)

    class Meta:
        verbose_name = "réglage des extraits"
        verbose_name_plural = "réglages des extraits"
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="extract_settings_one_row")]

    def __str__(self) -> str:
        return "Extraits pour un contrôle"

    @classmethod
    def current(cls) -> ExtractSettings:
        """Return the settings in force (the default until somebody changes it)."""
        return cls.objects.filter(pk=1).first() or cls(pk=1)
