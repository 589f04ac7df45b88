"""Messages to the referents about their yearly review: when it is asked for, before and after its day, handed back."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from association.machine import TransitionRefused
from association.mails import queue_mail
from association.models import User
from association.permissions import require
from association.selectors.exchanges import Address, addresses_of
from association.workflow import lock
from reports.models import TeamReview
from reports.review_calendar import Plan, reminder_due
from reports.selectors.team_reviews import plan

ASK = "reports.ask_review"
REFERENT = "référent·e"
NOBODY = "Aucun référent de cette équipe n’a d’adresse : complétez sa fiche, ou joignez l’équipe autrement."
OPENED = """Bonjour {name},

Le bilan {year} de l’équipe « {team} » est à remplir avant le {due}. Ses chiffres de l’année et les objectifs de \
votre projet de santé y sont déjà : il reste à dire où vous en êtes, ce qui a été difficile et ce que vous prévoyez.

{link}

Chaque rubrique s’enregistre pendant que vous écrivez. N’y écrivez rien qui désigne un patient.

{organisation}"""
REMINDED = """Bonjour {name},

Le bilan {year} de l’équipe « {team} » {when}. {what}

{link}

Besoin d’aide ? Répondez à ce message, ou joignez votre chargé·e de mission.

{organisation}"""
HANDED_BACK = """Bonjour {name},

Le bilan {year} de l’équipe « {team} » vous est rendu pour être revu, avant le {due} :

{reason}

{link}

{organisation}"""


def tell_opened(*, review: TeamReview, actor: User) -> int:
    """Write to the referents that their review is open, and return how many were written to; the caller may ask."""
    return _write(review, actor, f"Bilan {review.year} de votre équipe, à remplir", OPENED)


def tell_handed_back(*, review: TeamReview, reason: str, actor: User) -> int:
    """Write to the referents what is to be mended, and return how many were written to; the caller may hand back."""
    return _write(review, actor, f"Bilan {review.year} de votre équipe, à revoir", HANDED_BACK, reason=reason)


def remind_of_reviews(*, on: date | None = None) -> int:
    """Send the reminders that are due, each once, and return how many reviews they were about.

    The days hang on the due date of each review (`reports.review_calendar`): a day on which the machine slept moves
    none of the next ones. Each review in a transaction of its own.
    """
    day, actor, in_force = on or timezone.localdate(), User.objects.system(), plan()
    count = 0
    for review in TeamReview.objects.filter(state__in=TeamReview.OPEN).order_by("pk"):
        if _planned(review, day, in_force):
            with transaction.atomic():
                count += _remind_as_planned(lock(review), day, in_force, actor)
    return count


@transaction.atomic
def remind_of_review(*, review: TeamReview, actor: User) -> int:
    """Remind the referents now, once a day at most, and return how many were written to.

    Raises:
        TransitionRefused: when the review is not awaited, was reminded of today, or nobody has an address.
    """
    require(actor, ASK)
    today = timezone.localdate()
    fresh = lock(review)
    if not fresh.is_open:
        raise TransitionRefused(
            f"Ce bilan est à l’état « {fresh.get_state_label()} » : l’équipe n’a plus à le remettre."
        )
    if fresh.reminded_at and timezone.localdate(fresh.reminded_at) == today:
        raise TransitionRefused("L’équipe a déjà été relancée aujourd’hui pour ce bilan.")
    written = _remind(fresh, today, actor)
    if not written:
        raise TransitionRefused(NOBODY)
    fresh.save(update_fields=["reminded_at"])
    return written


def recipients(review: TeamReview) -> list[Address]:
    """Return to whom one writes about a review: the referents of today, or else the team's contact."""
    known = [one for one in addresses_of(review.team) if _is_address(one.email)]
    return [one for one in known if one.quality == REFERENT] or known


def _remind_as_planned(review: TeamReview, day: date, in_force: Plan, actor: User) -> bool:
    """Under the lock of the review: of two that run at once the second finds it done."""
    planned = _planned(review, day, in_force) if review.is_open else None
    if planned is None:
        return False
    review.reminded_for = planned
    written = _remind(review, day, actor)
    review.save(update_fields=["reminded_for", "reminded_at"])
    return written > 0


def _planned(review: TeamReview, day: date, in_force: Plan) -> date | None:
    return reminder_due(review.due_on, in_force, asked_on=review.opened_on, done_for=review.reminded_for, today=day)


def _remind(review: TeamReview, day: date, actor: User) -> int:
    due = f"{review.due_on:%d/%m/%Y}"
    late = review.due_on < day
    written = _write(
        review,
        actor,
        f"Bilan {review.year} de votre équipe, {'en retard' if late else 'bientôt attendu'}",
        REMINDED,
        when=f"était attendu le {due}" if late else f"est attendu le {due}",
        what="Sans lui, le renouvellement de votre convention s’instruit sans votre bilan."
        if late
        else "Il vous reste quelques jours pour le remettre.",
    )
    if written:
        review.reminded_at = timezone.now()
    return written


def _write(review: TeamReview, actor: User, subject: str, body: str, **words: str) -> int:
    link = settings.SITE_URL.rstrip("/") + reverse("reports:review", args=[review.pk])
    found = recipients(review)
    for one in found:
        queue_mail(
            to=one.email,
            subject=subject,
            body=body.format(
                name=one.name,
                year=review.year,
                team=review.team.name,
                due=f"{review.due_on:%d/%m/%Y}",
                link=link,
                organisation=settings.ORGANISATION_NAME,
                **words,
            ),
            team=review.team,
            actor=actor,
        )
    return len(found)


def _is_address(email: str) -> bool:
    try:
        validate_email(email)
    except ValidationError:
        return False
    return True
