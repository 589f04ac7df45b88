"""Find a place in the territory."""

from django.db.models import F, Q, QuerySet

from association.models.territory import Commune, Department, search_key


def department_codes(region: str) -> list[str]:
    """Return the codes of the departments of a region, sorted."""
    return list(Department.objects.filter(region_id=region).order_by("code").values_list("code", flat=True))


def search_communes(text: str) -> QuerySet[Commune]:
    """Find communes by beginning of name (no accent or hyphen needed), INSEE code or postal code.

    Those in force come first, the largest first. Nothing for an empty text.
    """
    key, code = search_key(text), text.strip().upper()
    if not key:
        return Commune.objects.none()
    wanted = Q(search_name__startswith=key) | Q(code=code)
    if code.isdigit() and len(code) == 5:
        wanted |= Q(postal_codes__contains=code)
    return (
        Commune.objects.filter(wanted)
        .select_related("department", "merged_into")
        .order_by("-is_current", F("population").desc(nulls_last=True), "code")
    )
