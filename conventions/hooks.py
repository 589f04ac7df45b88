"""What conventions answer when the ground asks all floors (association.registries)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

from django.db.models import Count, OuterRef, Q, Subquery
from django.utils import timezone

from association.eligibility import ConventionFacts
from association.models import Team
from conventions.models import Adhesion, Amendment, Convention
from conventions.services.ending import concerned_by_withdrawal, still_runs


def live_convention(team: Team, day: date) -> str | None:
    """Why a team may not be closed on a day: a convention that runs then, or one that is being prepared."""
    known = Convention.objects.filter(team=team)
    running = known.filter(still_runs(day)).first()
    if running and running.terminated_on:
        last = running.terminated_on - timedelta(days=1)
        if running.terminated_on <= timezone.localdate():
            return f"La convention {running.number} a couru jusqu'au {last:%d/%m/%Y} : choisissez un jour d'après."
        return f"La convention {running.number} est résiliée, et court jusqu'au {last:%d/%m/%Y} : attendez ce jour."
    if running:
        return (
            f"La convention {running.number} est en cours : résiliez-la ou attendez son terme avant de clore l'équipe."
        )
    waiting = known.filter(state__in=[Convention.State.ISSUED, Convention.State.SIGNING]).first()
    if waiting:
        return f"La convention {waiting.number} attend des signatures : abandonnez-la avant de clore l'équipe."
    if draft := known.filter(state=Convention.State.DRAFT).first():
        return f"La convention {draft.number} est en préparation : abandonnez-la avant de clore l'équipe."
    return None


def facts_of_conventions(teams: Iterable[Team], on: date) -> dict[int, Sequence[ConventionFacts]]:
    """Return the conventions of each team as the rules of eligibility know them, in one query."""
    found: dict[int, list[ConventionFacts]] = {}
    to_issue = Q(amendments__state=Amendment.State.DRAFT)
    to_sign = Q(amendments__state__in=[Amendment.State.ISSUED, Amendment.State.SIGNING])
    known = Convention.objects.filter(team__in=[team.pk for team in teams]).annotate(
        to_issue=Count("amendments", filter=to_issue), to_sign=Count("amendments", filter=to_sign)
    )
    for convention in known.order_by("starts_on", "pk"):
        found.setdefault(convention.team_id, []).append(
            ConventionFacts(
                number=convention.number,
                state=str(convention.state),
                starts_on=convention.effective_on or convention.starts_on,
                ends_on=_last_day(convention),
                signed_on=convention.signed_on,
                amendments_to_issue=convention.to_issue,
                amendments_to_sign=convention.to_sign,
            )
        )
    return {team: tuple(facts) for team, facts in found.items()}


def ends_with_recognition(team: Team) -> Iterator[str]:
    """Say what `stop_with_recognition` would do today, before somebody decides it."""
    for convention in concerned_by_withdrawal(team, timezone.localdate()):
        yield f"La convention {convention.number}, qui court jusqu'au {_last_day(convention):%d/%m/%Y}, sera résiliée."
    for convention in Convention.objects.filter(team=team, state__in=Convention.IN_PREPARATION).order_by("pk"):
        yield f"La convention {convention.number}, en préparation, sera abandonnée."


def _last_day(convention: Convention) -> date:
    """Return the last day on which a convention is in force; the day of a termination is not."""
    if convention.terminated_on is None:
        return convention.ends_on
    return min(convention.ends_on, convention.terminated_on - timedelta(days=1))


def conventions_of_dossier(team: Team) -> Iterator[tuple[int, str]]:
    for pk, number in Convention.objects.filter(team=team).values_list("pk", "number"):
        yield pk, f"Convention {number}"


def adhesions_of_dossier(team: Team) -> Iterator[tuple[int, str]]:
    for adhesion in Adhesion.objects.filter(convention__team=team).select_related(
        "convention", "membership__professional__merged_into"
    ):
        yield adhesion.pk, f"Signature de {adhesion.membership.person}, {adhesion.convention.number}"


def amendments_of_dossier(team: Team) -> Iterator[tuple[int, str]]:
    rows = Amendment.objects.filter(convention__team=team).values_list("pk", "number", "convention__number")
    for pk, number, convention in rows:
        yield pk, f"Avenant n° {number} à {convention}"


def effect_of_running() -> Subquery:
    """The day from which a team that was taken over under convention is under the one that runs."""
    running = Convention.objects.filter(team=OuterRef("pk"), state__in=Convention.RUNNING)
    return Subquery(running.order_by("effective_on", "pk").values("effective_on")[:1])


def register() -> None:
    """Fill the registries of the ground."""
    from association import registries
    from association.registries import HistorySource
    from conventions.services.amendment_drafting import invite_newcomer, state_departure
    from conventions.services.departures import departure_is_signed, ends_with_stay, take_departure_back
    from conventions.services.ending import stop_with_recognition

    registries.closing_obstacles.add("conventions.live", live_convention)
    registries.convention_facts.add("conventions", facts_of_conventions)
    registries.after_joining.add("conventions.invite", invite_newcomer)
    registries.after_leaving.add("conventions.depart", state_departure)
    registries.leaving_effects.add("conventions.depart", ends_with_stay)
    registries.departure_obstacles.add("conventions.signed", departure_is_signed)
    registries.after_staying.add("conventions.stay", take_departure_back)
    registries.after_withdrawal.add("conventions.stop", stop_with_recognition)
    registries.withdrawal_effects.add("conventions.stop", ends_with_recognition)
    registries.state_dates.add(Team.State.UNDER_CONVENTION.value, effect_of_running)
    for name, model, of_team in (
        ("convention", Convention, conventions_of_dossier),
        ("adhesion", Adhesion, adhesions_of_dossier),
        ("amendment", Amendment, amendments_of_dossier),
    ):
        registries.history_sources.add(f"conventions.{name}", HistorySource(model, of_team))
