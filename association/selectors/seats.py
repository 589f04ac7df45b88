"""Where a team is, when one place stands for its territory: the same on the map, in a report, in open data."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from django.conf import settings
from django.db.models.functions import Coalesce

from association.models import Commune, Team


def seat_of(communes: Iterable[str], people: Mapping[str, int]) -> str | None:
    """Return the commune where most people live, of equal ones the lowest code; None when none of them is known.

    Args:
        communes: codes of a team's territory.
        people: inhabitants by code of the communes that may be a seat; the others are passed over.
    """
    known = [code for code in communes if code in people]
    return min(known, key=lambda code: (-people[code], code), default=None)


def territories() -> dict[int, set[str]]:
    """Return the communes of each team as they are today: of a former commune, the one that it is part of now."""
    rows = Team.communes.through.objects.annotate(
        place=Coalesce("commune__merged_into", "commune__part_of", "commune")
    ).values_list("team_id", "place")  # type: ignore[misc] # the stubs do not know annotations of a through model
    found: dict[int, set[str]] = defaultdict(set)
    for team, place in rows.order_by():
        found[team].add(place)
    return found


def epcis_of_teams() -> dict[int, str]:
    """Return the SIREN of the EPCI of each team's seat in the region; a team without one is left out."""
    communes = (
        Commune.objects.filter(department__region=settings.REGION, is_current=True, kind=Commune.Kind.COMMUNE)
        .order_by()
        .values_list("pk", "population", "epci")
    )
    people, epcis = {}, {}
    for code, population, epci in communes:
        people[code], epcis[code] = population or 0, epci
    seats = {team: seat_of(places, people) for team, places in territories().items()}
    return {team: epcis[seat] for team, seat in seats.items() if seat and epcis[seat]}
