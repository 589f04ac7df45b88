"""Companies that are paid in a professional's place: registered by hand."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction

from association.journal import record
from association.machine import TransitionRefused
from association.models import Company, User
from association.permissions import require
from association.workflow import lock

PREFIX = "SOC-"


@transaction.atomic
def register_company(*, name: str, siret: str, finess: str, actor: User) -> Company:
    """Register a SEL, a pharmacy or an employer under the next free code.

    Raises:
        ValidationError: with what is wrong, by field, in French.
    """
    require(actor, "association.manage_team")
    company = Company(code=_next_code(), name=name, siret=siret, finess=finess)
    company.full_clean()
    company.save()
    record(company, [("code", "Société enregistrée", "", f"{name} ({company.code})")], actor=actor)
    return company


def note_siret(*, company: Company, siret: str, actor: User) -> Company:
    """Complete a company that has no SIRET yet.

    Raises:
        ValidationError: in French, under ``siret``: a wrong number, or one that is another company's.
        TransitionRefused: when the company has one already.
    """
    require(actor, "association.manage_team")
    with transaction.atomic():
        fresh: Company = lock(company)
        if fresh.siret:
            raise TransitionRefused(f"« {fresh} » a déjà un SIRET : {fresh.siret}.")
        if taken := Company.objects.filter(siret=siret).first():
            raise ValidationError({"siret": f"Ce SIRET est déjà celui de « {taken} » ({taken.code})."})
        fresh.siret = siret
        fresh.full_clean()
        fresh.save(update_fields=["siret"])
        record(fresh, [("siret", "SIRET", "", siret)], actor=actor)
    return fresh


def _next_code() -> str:
    """The rows are locked, so that two people at once do not take the same code."""
    codes = Company.objects.select_for_update().filter(code__startswith=PREFIX).values_list("code", flat=True)
    numbers = (code.removeprefix(PREFIX) for code in codes)
    return f"{PREFIX}{max((int(one) for one in numbers if one.isdecimal()), default=0) + 1:04d}"
