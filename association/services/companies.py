"""Companies that are paid in a professional's place: registered by hand."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction

from association.journal import record
from association.models import Company, User
from association.permissions import require

PREFIX = "SOC-"


@transaction.atomic
def register_company(*, name: str, siret: str, finess: str, email: str = "", actor: User) -> Company:
    """Register a SEL, a pharmacy or an employer under the next free code.

    Args:
        email: where its slips and the warning of a change of account go; empty when it is not known.

    Raises:
        ValidationError: with what is wrong, by field, in French.
    """
    require(actor, "association.manage_team")
    company = Company(code=_next_code(), name=name, siret=siret, finess=finess, email=email)
    company.full_clean()
    company.save()
    record(company, [("code", "Société enregistrée", "", f"{name} ({company.code})")], actor=actor)
    return company


@transaction.atomic
def complete_company(
    *, company: Company, siret: str, finess: str, email: str | None = None, actor: User
) -> Company:
    """Write the numbers that a company lacks, and its address; a number that is known is never overwritten.

    Args:
        siret, finess: 14 and 9 digits; empty when it is still not known.
        email: the address from now on, empty for none; None leaves it as it is. The journal keeps the one before:
            it is warned of a change of account too.

    Raises:
        ValidationError: with what is wrong, by field, in French.
    """
    require(actor, "association.manage_team")
    fresh = Company.objects.select_for_update().get(pk=company.pk)
    if siret and (taken := Company.objects.filter(siret=siret).exclude(pk=fresh.pk).first()):
        raise ValidationError({"siret": f"Ce SIRET est déjà celui de « {taken} » ({taken.code})."})
    typed = {"siret": siret, "finess": finess}
    new = {name: number for name, number in typed.items() if number and not getattr(fresh, name)}
    for name, number in new.items():
        setattr(fresh, name, number)
    changes = [(name, name.upper(), "", number) for name, number in new.items()]
    if email is not None and email != fresh.email:
        changes.append(("email", "Courriel", fresh.email, email))
        fresh.email = email
    fresh.full_clean()
    fresh.save(update_fields=[name for name, *_ in changes])
    record(fresh, changes, actor=actor)
    return fresh


def _next_code() -> str:
    """The rows are locked, so that two people at once do not take the same code."""
    codes = Company.objects.select_for_update().filter(code__startswith=PREFIX).values_list("code", flat=True)
    numbers = (code.removeprefix(PREFIX) for code in codes)
    return f"{PREFIX}{max((int(one) for one in numbers if one.isdecimal()), default=0) + 1:04d}"
