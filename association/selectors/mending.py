"""Where what a finding says is mended: the record of a person, the page of a member, or a part of the dossier."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse

from association.eligibility import Code, Finding
from association.models import Membership, Team, User

ON_THE_RECORD = frozenset({Code.MSSANTE, Code.PROFESSION_NOT_LISTED})
ON_THE_STAY = frozenset({Code.SALARIED_WITHOUT_COMPANY, Code.EXPECTED_TOO_LONG, Code.GP_IN_ESS})


@dataclass(frozen=True)
class Place:
    """A page, and the words of the link that leads there."""

    url: str
    action: str


def places_of(team: Team, found: Iterable[Finding], *, user: User) -> dict[Finding, Place]:
    """Return where the findings about a person are mended, for who may mend them there; in one query.

    A finding names the person as sentences do. Of two members of one name neither is chosen.
    """
    concerned = [one for one in found if one.subject and one.code in ON_THE_RECORD | ON_THE_STAY]
    if not concerned or not user.has_perm("association.manage_team"):
        return {}
    stays: dict[str, list[Membership]] = {}
    rows = Membership.objects.filter(team=team).one_each().select_related("professional__merged_into")
    for stay in rows.current():
        stays.setdefault(f"{stay.person.first_name} {stay.person.last_name}", []).append(stay)
    return {one: _place(one, named[0]) for one in concerned if len(named := stays.get(one.subject, [])) == 1}


def _place(finding: Finding, stay: Membership) -> Place:
    if finding.code in ON_THE_RECORD:
        return Place(reverse("association:professional_edit", args=[stay.person.pk]), "Compléter sa fiche")
    return Place(reverse("association:member", args=[stay.pk]), "Ouvrir sa page de membre")
