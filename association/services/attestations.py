"""Issuing attestations of membership, and entering the public figures that they show."""

from __future__ import annotations

import io
from datetime import date

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from association.attestation_numbers import new_number
from association.attested_period import Days, NotAttestable, attested_days
from association.journal import record, save_changes
from association.machine import TransitionRefused
from association.models import (
    Attestation,
    CoordinationAllowance,
    DossierDocument,
    Membership,
    MembershipPeriod,
    Professional,
    User,
)
from association.models import Company as PaidCompany
from association.money import euros
from association.nomenclature import Profession, TeamKind
from association.pdf.attestation import AttestationContent, Company, attestation_pdf
from association.permissions import require
from association.selectors.attestations import allowance_cents, membership_facts, recognition_reference
from association.selectors.members import doubles_of
from association.services.filing import file_bytes
from association.workflow import lock

NOT_KNOWN = "Non renseigné"
ANY = "*"


class OfficineMissing(TransitionRefused):
    """A pharmacist is attested with an officine by its name, SIRET and FINESS (docs/sources.md, 4), and that lacks.

    Attributes:
        company: the officine whose record is incomplete, None when no officine is written of the member.
    """

    def __init__(self, reason: str, company: PaidCompany | None) -> None:
        super().__init__(reason)
        self.company = company


@transaction.atomic
def issue_attestation(*, membership: Membership, year: int, actor: User, replaces: str = ANY) -> Attestation:
    """Attest a stay in a team for a civil year: the PDF is filed in the dossier, the one before it is replaced.

    Args:
        replaces: number of the valid attestation of that year as the page had shown it ("" for none), so that a second
            press of the button does not make the first paper worthless; by default whatever is there.

    Raises:
        TransitionRefused: with the reason in French: not recognised then, nothing to attest, a year to come, or
            another attestation issued since the page was shown.
        OfficineMissing: of a pharmacist, when the officine is not written down, or not completely.
    """
    require(actor, "association.issue_attestation")
    team = lock(membership.team)
    stay = (
        Membership.objects.select_for_update(of=("self",))
        .select_related("professional__merged_into")
        .get(pk=membership.pk)
    )
    stay.team = team
    days = _days(stay, year)
    valid = Attestation.objects.filter(membership__in=[stay, *doubles_of(stay)], year=year, replaced_at=None)
    known = list(valid.order_by("-issued_at", "-pk"))
    before = known[0] if known else None
    if replaces not in (ANY, before.number if before else ""):
        raise TransitionRefused(
            f"Une attestation {year} a été délivrée entre-temps à cette personne : la voici. Vérifiez-la avant de la "
            "remplacer."
        )
    content = _content(stay, year, days, new_number(year), actor)
    filing = file_bytes(
        team=team,
        content=_pdf(content),
        filename=f"attestation-{year}-{stay.person.last_name}.pdf",
        kind=DossierDocument.Kind.ATTESTATION,
        title=f"Attestation {year}, {stay.person}"[:200],
        actor=actor,
    )
    for replaced in known:  # several of a person whose records were joined since
        replaced.replaced_at = timezone.now()
        replaced.save(update_fields=["replaced_at"])
    attestation = Attestation.objects.create(
        number=content.number,
        membership=stay,
        year=year,
        starts_on=days.first,
        ends_on=days.last,
        content=content.to_json(),
        document=filing.document,
        issued_by=actor,
    )
    label = f"Attestation {year}, {stay.person}"[:120]
    record(attestation, [("number", label, before.number if before else "", content.number)], actor=actor, team=team)
    return attestation


@transaction.atomic
def enter_allowance(
    *, profession: str, year: int, amount_cents: int, source: str, actor: User
) -> CoordinationAllowance:
    """Enter the figure of a profession for a year.

    Raises:
        ValidationError: when that profession has its figure for that year already.
    """
    require(actor, "association.manage_rules")
    allowance = CoordinationAllowance(
        profession=profession, year=year, amount_cents=amount_cents, source=source.strip()
    )
    allowance.full_clean()
    try:
        with transaction.atomic():
            allowance.save()
    except IntegrityError:
        allowance.full_clean()  # somebody else entered it in between: said as the form says it
        raise
    record(allowance, [("amount_cents", "Montant", "", euros(amount_cents))], actor=actor)
    return allowance


def change_allowance(
    *, allowance: CoordinationAllowance, amount_cents: int, source: str, version: int | None, actor: User
) -> CoordinationAllowance:
    """Correct a figure; attestations that were issued keep what they say.

    Raises:
        StaleEdit: when somebody else changed it since ``version``.
    """
    require(actor, "association.manage_rules")
    values = {"amount_cents": amount_cents, "source": source.strip()}
    return save_changes(allowance, values=values, version=version, actor=actor)


def _days(membership: Membership, year: int) -> Days:
    if year > timezone.localdate().year:
        raise TransitionRefused(f"L'année {year} n'a pas commencé : l'attestation se délivre à partir du 1er janvier.")
    try:
        return attested_days(membership_facts(membership), year)
    except NotAttestable as refusal:
        raise TransitionRefused(refusal.reason) from None


def _content(membership: Membership, year: int, days: Days, number: str, actor: User) -> AttestationContent:
    team, person = membership.team, membership.person
    quality = "Médecin généraliste" if person.is_general_practitioner else str(person.get_profession_display())
    return AttestationContent(
        number=number,
        verify_url=settings.SITE_URL.rstrip("/") + reverse("association:attestation_verify", args=[number]),
        year=year,
        professional=f"{person.last_name} {person.first_name}",
        rpps=person.rpps,
        profession=quality,
        company=_officine(membership, days.last) if keeps_an_officine(person) else _company(membership, days.last),
        team_code=team.code,
        team_name=team.name,
        team_kind=str(team.get_kind_display()),
        recognised_on=team.recognised_on,
        recognition_reference=recognition_reference(team),
        recognition_label="Enregistrement par l’ARS" if team.kind == TeamKind.ESP_CLAP else "Reconnaissance par l’ARS",
        period_from=days.first,
        period_to=days.last,
        amount_cents=allowance_cents(person.profession, year),
        issued_on=timezone.localdate(),
        issued_by=str(actor),
        organisation=settings.ORGANISATION_NAME,
    )


def _company(membership: Membership, day: date) -> Company | None:
    company = _paid_on(membership, day)
    if company is None:
        return None
    return Company(name=company.name, siret=company.siret or NOT_KNOWN, finess=company.finess or None)


def _officine(membership: Membership, day: date) -> Company:
    company, person = _paid_on(membership, day), membership.person
    if company is None:
        raise OfficineMissing(
            f"L’attestation d’un pharmacien nomme son officine, et aucune n’est inscrite pour {person} au "
            f"{day:%d/%m/%Y}. Ouvrez sa fiche de membre, et inscrivez l’officine comme société payée à sa place.",
            None,
        )
    named = {"SIRET": company.siret, "FINESS": company.finess}
    if missing := " et ".join(name for name, number in named.items() if not number):
        raise OfficineMissing(
            f"L’attestation d’un pharmacien porte le SIRET et le FINESS de son officine. De « {company} », il manque : "
            f"{missing}. Complétez l’officine, puis délivrez l’attestation.",
            company,
        )
    return Company(name=company.name, siret=company.siret, finess=company.finess)


def keeps_an_officine(person: Professional) -> bool:
    """Whether somebody works in an officine: a pharmacist who is not a biologist."""
    return person.profession == Profession.PHARMACIEN and not person.is_biologist


def _paid_on(membership: Membership, day: date) -> PaidCompany | None:
    """Return who is paid in the member's place on the last day attested, as registered."""
    stays = [membership, *doubles_of(membership)]
    periods = MembershipPeriod.objects.filter(membership__in=stays).select_related("company")
    return next((one.company for one in periods if one.company and _covers(one, day)), None)


def _covers(period: MembershipPeriod, day: date) -> bool:
    return (period.starts_on is None or period.starts_on <= day) and (period.ends_on is None or day <= period.ends_on)


def _pdf(content: AttestationContent) -> bytes:
    buffer = io.BytesIO()
    attestation_pdf(content, buffer)
    return buffer.getvalue()
