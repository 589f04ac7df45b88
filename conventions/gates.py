"""What has to hold before a convention is drafted, issued or signed."""

from __future__ import annotations

from datetime import date, timedelta

from django.conf import settings
from django.utils import timezone

from association.eligibility import NOTICE
from association.models import Team
from association.models.teams import may_have_convention
from association.nomenclature import TeamKind
from association.readiness import missing_for_convention
from association.registries import priced_kinds
from association.selectors.recognition import recognised_word
from conventions.models import Convention

IN_PREPARATION = (Convention.State.DRAFT, Convention.State.ISSUED, Convention.State.SIGNING)
RENEWABLE = (Convention.State.SIGNED, Convention.State.SUSPENDED, Convention.State.ENDED)


def renewable_from(convention: Convention) -> date:
    """Return the day from which a convention is renewed: when its end is near enough to be a finding."""
    return convention.ends_on - NOTICE


def is_paid(kind: str) -> bool:
    """Whether the actions of a kind of team are paid: an ESP CLAP, and an ESS once it has prices of its own."""
    return kind == TeamKind.ESP_CLAP or any(kind in source() for source in priced_kinds)


def missing_for_draft(team: Team) -> str | None:
    """Return what keeps a convention of the team from being prepared, in French, or nothing."""
    if reason := may_have_convention(team, None, {}):
        return reason
    if team.state not in (Team.State.RECOGNISED, Team.State.UNDER_CONVENTION):
        return (
            f"L'équipe est à l'état « {team.get_state_label()} » : une convention suppose que "
            f"l'équipe soit {recognised_word(team.kind)}."
        )
    other = Convention.objects.filter(team=team, state__in=IN_PREPARATION).first()
    if other:
        return f"La convention {other.number} est déjà en préparation : menez-la à la signature, ou abandonnez-la."
    return None


def missing_for_issue(convention: Convention) -> str | None:
    """Return what keeps a convention from being issued, in French, or nothing.

    A recognised team, the rules of its kind for a convention, terms, members to sign, no overlap with another.
    """
    if reason := may_have_convention(convention.team, None, {}) or missing_for_convention(convention.team):
        return reason
    if not convention.terms.exists():
        return "Indiquez le plafond et les types d'action de la convention."
    if not convention.adhesions.exists():
        return "Aucun membre n'est invité à signer."
    return overlap(convention)


def followed(convention: Convention) -> Convention | None:
    """Return the convention of the team that this one renews, by its dates alone, or nothing.

    It is the last one that ends, or has ended, before this one starts, by at most CONVENTION_RENEWAL_EFFECT_DAYS, and
    that nothing renews yet. Not one that was terminated: what follows it is another agreement. ``convention`` may be
    unsaved: its team and its start are all that is read.
    """
    bound = convention.starts_on - timedelta(days=settings.CONVENTION_RENEWAL_EFFECT_DAYS)
    renewals = Convention.objects.exclude(state=Convention.State.ABANDONED).exclude(pk=convention.pk)
    before = Convention.objects.filter(
        team=convention.team_id, state__in=RENEWABLE, ends_on__lt=convention.starts_on, ends_on__gte=bound
    )
    return before.exclude(pk__in=renewals.exclude(renews=None).values("renews")).order_by("ends_on", "pk").last()


def overlap(convention: Convention) -> str | None:
    """Return which other convention of the team covers one of its days, in French, or nothing.

    ``convention`` may be unsaved: its team and its two dates are all that is read.
    """
    others = Convention.objects.filter(
        team=convention.team_id, starts_on__lte=convention.ends_on, ends_on__gte=convention.starts_on
    ).exclude(pk=convention.pk)
    for other in others.exclude(state__in=[Convention.State.ABANDONED, Convention.State.DRAFT]):
        if other.terminated_on is None or other.terminated_on > convention.starts_on:
            last = other.terminated_on or other.ends_on
            return (
                f"La convention {other.number} de cette équipe court déjà du {other.starts_on:%d/%m/%Y} "
                f"au {last:%d/%m/%Y} : choisissez des dates qui ne se chevauchent pas."
            )
    return None


def day_is_refused(day: date, convention: Convention) -> str | None:
    """Return why nobody can have signed the text of a convention on a day, in French, or nothing."""
    if day > timezone.localdate():
        return "Cette date est à venir : indiquez le jour où la signature a été donnée."
    if convention.issued_on and day < convention.issued_on:
        return f"Le texte a été émis le {convention.issued_on:%d/%m/%Y} : la signature ne peut précéder."
    return None
