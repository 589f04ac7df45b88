"""Attestations of membership: those of a member, what one is worth today, the figures of the years."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from association.attested_period import Days, MembershipFacts, NotAttestable, attested_days
from association.models import (
    Attestation,
    CoordinationAllowance,
    Membership,
    MembershipPeriod,
    RecognitionRequest,
    Team,
    User,
)
from association.nomenclature import MemberStatus
from association.pdf.attestation import AttestationContent
from association.selectors.members import doubles_of

YEARS_BACK = 4


@dataclass(frozen=True)
class Verdict:
    """What an attestation is worth on a day, as the page without sign-in says it.

    Attributes:
        code: ``valid``, ``replaced``, ``withdrawn``, ``departed``, ``closed`` or ``corrected``.
        label, tone: of its badge.
    """

    code: str
    label: str
    tone: str
    sentence: str


@dataclass(frozen=True)
class Standing:
    """An attestation with what it says and what it is worth today."""

    attestation: Attestation
    content: AttestationContent
    verdict: Verdict


def membership_facts(membership: Membership) -> MembershipFacts:
    """Return what the rules of an attestation judge of a stay; its doubles are the same person's presence."""
    team = membership.team
    stays = [membership, *doubles_of(membership)]
    ends = [withdrawn - timedelta(days=1)] if (withdrawn := team.recognition_withdrawn_on) else []
    ends += [team.closed_on] if team.closed_on else []
    return MembershipFacts(
        joined_on=min(stay.joined_on for stay in stays),
        left_on=last_day_of(stays),
        confirmed=tuple(confirmed_within(stays)),
        recognised_on=team.recognised_on,
        recognised_until=min(ends) if ends else None,
    )


def last_day_of(stays: Sequence[Membership]) -> date | None:
    """Return the last day of several stays of one person, None when one of them goes on."""
    ends = [stay.left_on for stay in stays]
    return None if None in ends else max(end for end in ends if end)


def confirmed_within(stays: Sequence[Membership]) -> Iterator[tuple[date | None, date | None]]:
    """Yield the days in which a person is confirmed, each period within the stay that it is of."""
    limits = {stay.pk: stay for stay in stays}
    confirmed = MembershipPeriod.objects.filter(status=MemberStatus.CONFIRMED, membership__in=stays).order_by("pk")
    for pk, starts_on, ends_on in confirmed.values_list("membership_id", "starts_on", "ends_on"):
        joined_on, left_on = limits[pk].joined_on, limits[pk].left_on
        last = min(ends_on or date.max, left_on or date.max)
        yield max(starts_on or joined_on, joined_on), None if last == date.max else last


def years_to_attest(membership: Membership, *, on: date | None = None) -> list[int]:
    """Return the civil years that one may ask for, the present one first: those of the stay, not those to come."""
    today = on or timezone.localdate()
    stays = [membership, *doubles_of(membership)]
    left_on = last_day_of(stays)
    last = min(today.year, left_on.year if left_on else today.year)
    first = max(min(min(stay.joined_on for stay in stays).year, last), last - YEARS_BACK)
    return list(range(last, first - 1, -1))


def attestations_of(membership: Membership, user: User) -> list[Standing]:
    """Return the attestations of a stay and its doubles that the user may see, the valid ones first within a year."""
    found = (
        Attestation.objects.visible_to(user)
        .filter(membership__in=[membership, *doubles_of(membership)])
        .select_related("membership__team", "membership__professional", "document", "issued_by")
        .order_by("-year", "-issued_at", "-pk")
    )
    return [standing(one) for one in found]


def attestation_numbered(number: str) -> Standing | None:
    """Return the attestation with this number, for whoever holds it: the number is the key."""
    found = (
        Attestation.objects.filter(number=number).select_related("membership__team", "membership__professional").first()
    )
    return standing(found) if found else None


def standing(attestation: Attestation, *, on: date | None = None) -> Standing:
    """Return an attestation with what it is worth on a day (today by default)."""
    verdict = _verdict(attestation, on or timezone.localdate())
    return Standing(attestation, AttestationContent.from_json(attestation.content), verdict)


def allowance_cents(profession: str, year: int) -> int | None:
    """Return the public figure of a profession and a year in euro cents, or None when it is not entered."""
    found = CoordinationAllowance.objects.filter(profession=profession, year=year).first()
    return found.amount_cents if found else None


def allowances() -> QuerySet[CoordinationAllowance]:
    """Return the figures, the latest year first."""
    return CoordinationAllowance.objects.order_by("-year", "profession")


def recognition_reference(team: Team) -> str:
    """Return the reference of the letter by which a team was recognised, or nothing."""
    accepted = team.recognition_requests.filter(decision=RecognitionRequest.Decision.ACCEPTED)
    last = accepted.order_by("-decided_on", "-pk").first()
    return last.letter_reference if last else ""


def _verdict(attestation: Attestation, today: date) -> Verdict:
    membership, team = attestation.membership, attestation.membership.team
    said = Days(attestation.starts_on, attestation.ends_on)
    if attestation.replaced_at is not None:
        day = timezone.localtime(attestation.replaced_at).date()
        return Verdict("replaced", "Remplacée", "over", f"Une autre attestation l'a remplacée le {day:%d/%m/%Y}.")
    # Whatever the paper says, what has ended since is said first.
    withdrawn, left = team.recognition_withdrawn_on, last_day_of([membership, *doubles_of(membership)])
    if withdrawn and withdrawn <= said.last:
        sentence = f"La reconnaissance de l'équipe a été retirée le {withdrawn:%d/%m/%Y} : elle ne vaut plus."
        return Verdict("withdrawn", "Reconnaissance retirée", "bad", sentence)
    if left and left <= said.last:
        return _departure(left, today)
    if team.closed_on and team.closed_on < said.last:
        return Verdict("closed", "Équipe close", "over", f"L'équipe a pris fin le {team.closed_on:%d/%m/%Y}.")
    if not _still_holds(attestation, said):
        sentence = "Le dossier de l'équipe a été corrigé depuis : demandez une nouvelle attestation."
        return Verdict("corrected", "Ne correspond plus au dossier", "bad", sentence)
    if said.last < today:
        return Verdict("valid", "Valable", "good", f"La période attestée a pris fin le {said.last:%d/%m/%Y}.")
    return Verdict("valid", "Valable", "good", f"Cette personne est membre de l'équipe, au {today:%d/%m/%Y}.")


def _departure(left: date, today: date) -> Verdict:
    if left < today:
        sentence = f"Cette personne a quitté l'équipe le {left:%d/%m/%Y} : l'attestation ne vaut que jusqu'à ce jour."
        return Verdict("departed", "Terminée par un départ", "over", sentence)
    sentence = f"Un départ est annoncé : l'attestation ne vaut que jusqu'au {left:%d/%m/%Y}."
    return Verdict("valid", "Valable", "good", sentence)


def _still_holds(attestation: Attestation, said: Days) -> bool:
    try:
        return attested_days(membership_facts(attestation.membership), attestation.year).contains(said)
    except NotAttestable:
        return False
