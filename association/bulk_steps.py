"""The steps that rows of the ground's lists take together; each calls the service of the single step."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from association.forms.bulk import (
    ClosingInBulkForm,
    OfficerForm,
    ReasonForm,
    ResumptionInBulkForm,
    SuspensionInBulkForm,
)
from association.listing.bulk import BulkStep
from association.mails import VIEW as SEE_OUTBOX
from association.mails import send_again
from association.models import DossierDocument, OutgoingMail, Team, User
from association.services.filing import QUARANTINE, quarantine_document
from association.services.teams import MANAGE, change_team, take_step

State = Team.State


def _assign_officer(team: Team, actor: User, *, officer: User) -> str:
    if team.officer_id == officer.pk:
        return f"Déjà suivie par {officer}."
    change_team(team=team, values={"officer": officer}, version=None, actor=actor)
    return ""


def _team_step(name: str) -> Any:
    def take(team: Team, actor: User, **given: Any) -> None:
        take_step(team=team, step=name, actor=actor, **given)

    return take


ASSIGN_OFFICER = BulkStep(
    name="assign_officer",
    label="Attribuer à un·e chargé·e de mission",
    permission=MANAGE,
    states=tuple(state for state in State.values if state != State.CLOSED),
    form=OfficerForm,
    run=_assign_officer,
)
ACCOMPANY = BulkStep(
    name="accompany",
    label="Accompagner",
    permission=MANAGE,
    states=(State.REGISTERED,),
    run=_team_step("accompany"),
    text="Les équipes inscrites passent à l’état « Accompagnée ».",
)
SUSPEND = BulkStep(
    name="suspend",
    label="Suspendre",
    permission=MANAGE,
    states=(State.RECOGNISED, State.UNDER_CONVENTION),
    form=SuspensionInBulkForm,
    run=_team_step("suspend"),
    danger=True,
)
RESUME = BulkStep(
    name="resume",
    label="Lever la suspension",
    permission=MANAGE,
    states=(State.SUSPENDED,),
    form=ResumptionInBulkForm,
    run=_team_step("resume"),
    text="Chaque équipe revient à l’état où elle était avant la suspension.",
)
CLOSE = BulkStep(
    name="close",
    label="Clore",
    permission=MANAGE,
    states=tuple(state for state in State.values if state != State.CLOSED),
    form=ClosingInBulkForm,
    run=_team_step("close"),
    danger=True,
    text="Les dossiers restent lisibles. Une équipe dont une convention court encore est refusée.",
)
TEAM_STEPS = (ASSIGN_OFFICER, ACCOMPANY, SUSPEND, RESUME, CLOSE)


def _still_open(filings: QuerySet[DossierDocument]) -> QuerySet[DossierDocument]:
    return filings.filter(quarantined_at__isnull=True)


def _quarantine(filing: DossierDocument, actor: User, *, comment: str) -> None:
    quarantine_document(filing=filing, reason=comment, actor=actor)


QUARANTINE_DOCUMENT = BulkStep(
    name="quarantine",
    label="Mettre en quarantaine",
    permission=QUARANTINE,
    fits=_still_open,
    otherwise="déjà en quarantaine",
    form=ReasonForm,
    run=_quarantine,
    named=lambda filing: f"{filing}, {filing.team}",
    danger=True,
    text="Plus personne n’ouvre ces documents, dans aucun dossier. Ne nommez pas le patient dans le motif.",
)
DOCUMENT_STEPS = (QUARANTINE_DOCUMENT,)


def _not_sent(mails: QuerySet[OutgoingMail]) -> QuerySet[OutgoingMail]:
    return mails.filter(sent_at__isnull=True)


SEND_AGAIN = BulkStep(
    name="send_again",
    label="Envoyer de nouveau",
    permission=SEE_OUTBOX,
    fits=_not_sent,
    otherwise="déjà envoyés",
    run=lambda mail, actor: send_again(mail=mail, actor=actor) and None,
    text="Ce qui est déjà parti n’est jamais envoyé une seconde fois.",
)
MAIL_STEPS = (SEND_AGAIN,)
