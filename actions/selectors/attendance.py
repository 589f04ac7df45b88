"""Who may be ticked on an action: the members of its team on its day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from association.models import Membership, MembershipPeriod, Professional, Team
from association.nomenclature import ActionType, MemberStatus, ParticipationRole, Profession
from association.selectors.members import Member, members_of
from association.selectors.people import kept_ids
from conventions.models import Convention

if TYPE_CHECKING:
    from actions.models import Action

# Where somebody writes a document, whoever is a doctor is taken for its writer until somebody says otherwise.
WRITTEN_BY_ONE = (ActionType.PPS, ActionType.PROTOCOLE)


@dataclass(frozen=True)
class Attendee:
    """One member of the day: who, and whether he or she may take part (``why_not`` is empty then)."""

    person: Professional
    profession: str
    why_not: str = ""

    @property
    def may_take_part(self) -> bool:
        return not self.why_not

    def first_role(self, action_type: str) -> str:
        """The role that is the likely one for a type of action; the grid starts from it."""
        writes = action_type == ActionType.PROJET or (
            action_type in WRITTEN_BY_ONE and self.person.profession == Profession.MEDECIN
        )
        return (ParticipationRole.REDACTEUR if writes else ParticipationRole.PARTICIPANT).value


def day_of_membership(team: Team, action_type: str, held_on: date) -> date:
    """Return the day on which people have to be members.

    Writing the health project comes before the signature by nature: it is judged on the day on which the team's first
    convention after it takes effect (docs/payment-rules.md); everything else on its own day.
    """
    if action_type != ActionType.PROJET:
        return held_on
    conventions = Convention.objects.filter(team=team, state__in=Convention.PAYING, effective_on__isnull=False)
    days = list(conventions.order_by("effective_on").values_list("effective_on", "ends_on"))
    if any(effective_on <= held_on <= ends_on for effective_on, ends_on in days if effective_on):
        return held_on
    return next((effective_on for effective_on, _ in days if effective_on and effective_on > held_on), held_on)


def attendees(team: Team, *, action_type: str, held_on: date) -> list[Attendee]:
    """Return the members of a team on the day of an action, by name; one of a person known under several records."""
    day = day_of_membership(team, action_type, held_on)
    return [_attendee(member, day) for member in members_of(team, on=day) if member.is_current]


def confirmed_on(team: Team, *, action_type: str, held_on: date) -> set[int]:
    """Return the keys of those who may take part: of each person the record that stays."""
    return {one.person.pk for one in attendees(team, action_type=action_type, held_on=held_on) if one.may_take_part}


def strangers(action: Action) -> list[str]:
    """Return the names of the participants who were not confirmed members on the day."""
    members = confirmed_on(action.team, action_type=action.type, held_on=action.held_on)
    people = action.participations.filter(refused_at__isnull=True).select_related("professional__merged_into")
    return [str(one.professional.person) for one in people if one.professional.person.pk not in members]


def people_of(action: Action) -> dict[int, str]:
    """Return the roles of those who take part, refused ones apart, by the record that stays."""
    kept = kept_ids()
    rows = action.participations.filter(refused_at__isnull=True).order_by("pk").values_list("professional_id", "role")
    return {kept.get(professional, professional): role for professional, role in rows}


def profession_of(person: Professional) -> str:
    """Return what somebody is, in the words of the attendance grid."""
    return "Médecin généraliste" if person.is_general_practitioner else str(Profession(person.profession).label)


def _attendee(member: Member, day: date) -> Attendee:
    person = member.person
    stays = (member.membership, *member.doubles)
    is_confirmed = any(_covers(period, day) for stay in stays if _is_there(stay, day) for period in stay.periods.all())
    return Attendee(
        person, profession_of(person), "" if is_confirmed else "pressenti à cette date : ne compte pas encore"
    )


def _is_there(stay: Membership, day: date) -> bool:
    return stay.joined_on <= day and (stay.left_on is None or day <= stay.left_on)


def _covers(period: MembershipPeriod, day: date) -> bool:
    begun = period.starts_on is None or period.starts_on <= day
    return begun and (period.ends_on is None or day <= period.ends_on) and period.status == MemberStatus.CONFIRMED
