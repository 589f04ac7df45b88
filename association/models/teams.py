"""Teams, from the first contact to what they become."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import models
from django.utils import timezone

from association.fields import WordsField
from association.machine import StateField, Stateful, transition
from association.models.history import TransitionLog
from association.models.members import Membership
from association.nomenclature import TeamKind
from association.registries import closing_obstacles, convention_facts

MANAGE = "association.manage_team"
DECIDE = "association.decide_recognition"
OF_ESP_CLAP = {"recognised": "Enregistrée", "withdrawn": "Enregistrement retiré"}
OF_THE_OTHERS = {"recognised": "Reconnue"}


def is_a_date(name: str, sentence: str) -> Any:
    """Return a guard that asks for the argument ``name``."""

    def guard(obj: Any, actor: Any, arguments: Any) -> str | None:
        return None if isinstance(arguments.get(name), date) or not arguments else sentence

    return guard


def may_be_recognised(team: Team, actor: Any, arguments: Any) -> str | None:
    if team.kind == TeamKind.INFORMAL:
        return "Une équipe informelle reste accompagnée ; elle n'est pas reconnue."
    return None


def may_have_convention(team: Team, actor: Any, arguments: Any) -> str | None:
    if team.kind not in (TeamKind.ESP_CLAP, TeamKind.ESS):
        return "Seules une ESP CLAP ou une ESS passent une convention ; une ESP s'arrête à la reconnaissance."
    return None


def nothing_keeps_it_open(team: Team, actor: Any, arguments: Any) -> str | None:
    """Each floor says what still runs on the day of the closing (a live convention); today, before a day is given."""
    day = arguments.get("closed_on") or timezone.localdate()
    for obstacle in closing_obstacles:
        if reason := obstacle(team, day):
            return reason
    return None


def is_ready_for_the_ars(team: Team, actor: Any, arguments: Any) -> str | None:
    """A project in writing that answers every question, nothing that blocks, every complement answered."""
    from association.readiness import missing_for_submission

    return missing_for_submission(team)


def suspended_out_of(team: Team) -> str:
    """Return the state that a suspended team was in; of one that was taken over suspended, its conventions tell."""
    if team.suspended_from:
        return team.suspended_from
    today = timezone.localdate()
    facts = [one for source in convention_facts for one in source([team], today).get(team.pk, ())]
    runs = any(one.state in ("signed", "suspended") for one in facts)
    return Team.State.UNDER_CONVENTION if runs else Team.State.RECOGNISED


def was_recognised(team: Team, actor: Any, arguments: Any) -> str | None:
    if suspended_out_of(team) == Team.State.UNDER_CONVENTION:
        return "L'équipe était sous convention : elle y revient."
    return None


def was_under_convention(team: Team, actor: Any, arguments: Any) -> str | None:
    if suspended_out_of(team) != Team.State.UNDER_CONVENTION:
        return "L'équipe n'était pas sous convention avant la suspension."
    return may_have_convention(team, actor, arguments)


def state_label(kind: str, state: str) -> str:
    """Return what a team of a kind is in a state: the ARS registers an ESP CLAP, and recognises the others."""
    registered = OF_ESP_CLAP.get(state) if kind == TeamKind.ESP_CLAP else OF_THE_OTHERS.get(state)
    return registered or str(dict(Team.State.choices).get(state, state))


class Theme(models.Model):
    """A theme that teams choose for their coordination (docs/sources.md, 3)."""

    name = WordsField("thématique", max_length=120, unique=True)

    class Meta:
        verbose_name = "thématique"
        ordering = ["name"]

    def __str__(self) -> str:
        """The name as the screen writes it; as it was written it stays the key of what is imported."""
        return self.name.replace("'", "’")


class TeamQuerySet(models.QuerySet["Team"]):
    def visible_to(self, user: Any) -> TeamQuerySet:
        """The office sees the region; the ARS its teams from the submission on, a délégation its department."""
        if not user.has_perm("association.view_team"):
            return self.none()
        if user.role == "referent":
            own = Membership.objects.of_person(user.professional_id).filter(is_referent=True).current()
            return self.filter(memberships__in=own).distinct()
        if user.role == "ars":
            seen = self.exclude(kind=TeamKind.INFORMAL).came_to_submission()
            return seen.filter(department=user.department_id) if user.department_id else seen
        return self

    def came_to_submission(self) -> TeamQuerySet:
        """Teams from the submission on; of the closed ones, those that had come that far before they were closed."""
        too_early = (*Team.BEFORE_SUBMISSION, Team.State.CLOSED)
        came_so_far = TransitionLog.objects.filter(
            content_type__app_label="association", content_type__model="team", object_id=models.OuterRef("pk")
        ).exclude(to_state__in=too_early)
        return self.exclude(state__in=Team.BEFORE_SUBMISSION).filter(
            ~models.Q(state=Team.State.CLOSED)
            | models.Q(recognised_on__isnull=False)  # taken over closed: nothing else tells it
            | models.Exists(came_so_far)
        )


class Team(Stateful):
    """An informal team, ESP, ESP CLAP or ESS, from the first contact on."""

    class State(models.TextChoices):
        REGISTERED = "registered", "Inscrite"
        ACCOMPANIED = "accompanied", "Accompagnée"
        DRAFTING = "drafting", "Projet en rédaction"
        SUBMITTED = "submitted", "Déposée à l’ARS"
        TO_COMPLETE = "to_complete", "À compléter"
        RECOGNISED = "recognised", "Reconnue ou enregistrée"
        REFUSED = "refused", "Refusée"
        UNDER_CONVENTION = "under_convention", "Sous convention"
        SUSPENDED = "suspended", "Suspendue"
        WITHDRAWN = "withdrawn", "Reconnaissance retirée"
        CLOSED = "closed", "Close"

    BEFORE_SUBMISSION = (State.REGISTERED, State.ACCOMPANIED, State.DRAFTING)

    class Outcome(models.TextChoices):
        DISSOLVED = "dissoute", "Dissoute"
        MSP = "msp", "Devenue MSP"
        CDS = "cds", "Devenue CDS"
        OTHER = "autre", "Autre"

    state = StateField(choices=State, default=State.REGISTERED)
    code = models.CharField("code", max_length=40, unique=True)
    name = WordsField("nom", max_length=200)
    kind = models.CharField("nature", max_length=12, choices=TeamKind)
    department = models.ForeignKey(
        "association.Department", models.PROTECT, related_name="teams", verbose_name="département"
    )
    communes = models.ManyToManyField("association.Commune", related_name="teams", verbose_name="communes")
    themes = models.ManyToManyField(Theme, blank=True, related_name="teams", verbose_name="thématiques")
    shared_patients = models.PositiveIntegerField("patients communs", null=True, blank=True)
    recognised_on = models.DateField("reconnue le", null=True, blank=True)
    recognition_withdrawn_on = models.DateField("reconnaissance retirée le", null=True, blank=True)
    closed_on = models.DateField("close le", null=True, blank=True)
    outcome = models.CharField("devenir", max_length=12, choices=Outcome, blank=True)
    officer = models.ForeignKey(
        "association.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="teams",
        verbose_name="chargé·e de mission",
    )
    ars_correspondent = models.ForeignKey(
        "association.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="correspondant·e à l'ARS",
    )
    contact_name = WordsField("contact", max_length=150, blank=True)
    contact_phone = models.CharField("téléphone du contact", max_length=30, blank=True)
    contact_email = models.EmailField("courriel du contact", blank=True)
    suspended_on = models.DateField("suspendue le", null=True, blank=True)
    suspended_from = models.CharField("état avant la suspension", max_length=20, blank=True, editable=False)
    version = models.PositiveIntegerField("version de la fiche", default=0, editable=False)
    created_at = models.DateTimeField("créée le", default=timezone.now)

    # What the journal follows, in the order of the form (association.journal).
    JOURNALED = (
        "name", "kind", "department", "communes", "themes", "shared_patients", "officer", "ars_correspondent",
        "contact_name", "contact_phone", "contact_email",
    )  # fmt: skip

    objects = TeamQuerySet.as_manager()

    class Meta:
        verbose_name = "équipe"
        ordering = ["name", "code"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state__in=["recognised", "under_convention"])
                | models.Q(recognised_on__isnull=False),
                name="team_recognised_has_date",
                violation_error_message="Une équipe reconnue a une date de reconnaissance.",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="closed") | (models.Q(closed_on__isnull=False) & ~models.Q(outcome="")),
                name="team_closed_has_outcome",
                violation_error_message="Une équipe close a une date de fin et un devenir.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_state_label(self) -> str:
        """Return the French label of the state, in the words of the team's kind."""
        return state_label(self.kind, str(self.state))

    def get_state_display(self) -> str:
        """The same: what a file of a list says, which asks Django for the label of a choice."""
        return self.get_state_label()

    @transition(state, source=State.REGISTERED, target=State.ACCOMPANIED, permission=MANAGE, label="Accompagner")
    def accompany(self) -> None: ...

    @transition(
        state,
        source=[State.ACCOMPANIED, State.REFUSED, State.WITHDRAWN],
        target=State.DRAFTING,
        permission=MANAGE,
        label="Commencer le projet de santé",
        guards=[may_be_recognised],
    )
    def draft(self) -> None: ...

    @transition(
        state,
        source=[State.DRAFTING, State.TO_COMPLETE],
        target=State.SUBMITTED,
        permission=MANAGE,
        label="Déposer à l’ARS",
        guards=[may_be_recognised, is_ready_for_the_ars],
    )
    def submit(self) -> None: ...

    @transition(
        state,
        source=State.SUBMITTED,
        target=State.TO_COMPLETE,
        permission=DECIDE,
        label="Demander des compléments",
        needs_comment=True,
    )
    def ask_complements(self) -> None: ...

    @transition(
        state,
        source=State.SUBMITTED,
        target=State.RECOGNISED,
        permission=DECIDE,
        label="Reconnaître",
        guards=[is_a_date("recognised_on", "Indiquez la date de la reconnaissance.")],
    )
    def recognise(self, *, recognised_on: date) -> None:
        self.recognised_on, self.recognition_withdrawn_on = recognised_on, None

    @transition(
        state,
        source=State.SUBMITTED,
        target=State.REFUSED,
        permission=DECIDE,
        label="Refuser",
        needs_comment=True,
        danger=True,
    )
    def refuse(self) -> None: ...

    @transition(
        state,
        source=State.RECOGNISED,
        target=State.UNDER_CONVENTION,
        permission="association.manage_team",
        label="Passer sous convention",
        guards=[may_have_convention],
    )
    def enter_convention(self) -> None: ...

    @transition(
        state,
        source=State.UNDER_CONVENTION,
        target=State.RECOGNISED,
        permission="association.end_convention_of_team",
        label="Constater la fin de la dernière convention",
    )
    def leave_convention(self) -> None: ...

    @transition(
        state,
        source=[State.RECOGNISED, State.UNDER_CONVENTION],
        target=State.SUSPENDED,
        permission=MANAGE,
        label="Suspendre",
        needs_comment=True,
        danger=True,
    )
    def suspend(self, *, suspended_on: date | None = None) -> None:
        self.suspended_from, self.suspended_on = self.state, suspended_on

    @transition(
        state,
        source=State.SUSPENDED,
        target=State.RECOGNISED,
        permission=MANAGE,
        label="Lever la suspension",
        guards=[was_recognised],
    )
    def resume(self) -> None:
        self.suspended_on = None

    @transition(
        state,
        source=State.SUSPENDED,
        target=State.UNDER_CONVENTION,
        permission=MANAGE,
        label="Lever la suspension, sous convention",
        guards=[was_under_convention],
    )
    def resume_under_convention(self) -> None:
        self.suspended_on = None

    @transition(
        state,
        source=[State.RECOGNISED, State.UNDER_CONVENTION, State.SUSPENDED],
        target=State.WITHDRAWN,
        permission=DECIDE,
        label="Retirer la reconnaissance",
        needs_comment=True,
        danger=True,
        guards=[is_a_date("withdrawn_on", "Indiquez la date du retrait.")],
    )
    def withdraw_recognition(self, *, withdrawn_on: date) -> None:
        self.recognition_withdrawn_on = withdrawn_on

    @transition(
        state,
        source=[
            State.REGISTERED,
            State.ACCOMPANIED,
            State.DRAFTING,
            State.SUBMITTED,
            State.TO_COMPLETE,
            State.RECOGNISED,
            State.REFUSED,
            State.UNDER_CONVENTION,
            State.SUSPENDED,
            State.WITHDRAWN,
        ],
        target=State.CLOSED,
        permission=MANAGE,
        label="Clore",
        needs_comment=True,
        danger=True,
        guards=[nothing_keeps_it_open, is_a_date("closed_on", "Indiquez la date de fin.")],
    )
    def close(self, *, closed_on: date, outcome: str) -> None:
        self.closed_on, self.outcome = closed_on, outcome
