"""What a field suggests: a few names that hold every word typed, as the field understands them."""

from __future__ import annotations

from django.conf import settings
from django.db.models import BooleanField, Case, Value, When

from association.forms.places import CommuneField, EpciField, ProfessionalField, epcis_of_region
from association.models import Commune, Professional, User
from association.models.territory import search_key
from association.searching import words
from association.selectors.teams import people_named

MOST, SHORTEST = 12, 2  # suggestions; letters typed before there are any


def communes(text: str) -> list[str]:
    """Return communes in force, those of the region and those that begin so first."""
    wanted = words(text)
    if len(text) < SHORTEST or not wanted:
        return []
    found = Commune.objects.filter(is_current=True, kind=Commune.Kind.COMMUNE)
    if text[:2].isdigit():
        found = found.filter(code__startswith=text)
    for word in wanted if not text[:2].isdigit() else ():
        found = found.filter(search_name__contains=word)
    ours = Case(
        When(department__region_id=settings.REGION, then=Value(False)), default=Value(True), output_field=BooleanField()
    )
    starts = Case(
        When(search_name__startswith=search_key(text), then=Value(False)),
        default=Value(True),
        output_field=BooleanField(),
    )
    field = CommuneField()
    return [field.shown(commune) for commune in found.order_by(ours, starts, "search_name")[:MOST]]


def epcis(text: str) -> list[str]:
    """Return EPCI of the region."""
    wanted = words(text)
    if not wanted:
        return []
    field = EpciField()
    found = (epci for epci in epcis_of_region() if all(word in search_key(epci.name) for word in wanted))
    return [field.shown(epci) for epci in found][:MOST]


def professionals(text: str, user: User) -> list[str]:
    """Return professionals of the user's scope, duplicates left out."""
    wanted = words(text)
    if len(text) < SHORTEST or not wanted:
        return []
    found = Professional.objects.visible_to(user).filter(merged_into__isnull=True)
    for word in wanted:
        found = found.filter(pk__in=people_named(word).values("pk"))
    field = ProfessionalField()
    return [field.shown(person) for person in found.order_by("last_name", "first_name")[:MOST]]
