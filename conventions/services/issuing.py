"""The text of a convention, previewed while it is a draft and frozen when it is issued."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from association.machine import TransitionRefused
from association.models import DossierDocument, Team, User
from association.money import euros
from association.nomenclature import ActionType
from association.pdf.text import long_date
from association.services.filing import file_bytes
from association.workflow import fire, lock, refusal
from conventions.gates import is_paid
from conventions.models import Convention, ConventionTemplate
from conventions.pdf import ConventionContent, Signatory, convention_pdf
from conventions.selectors.members import quality_of
from conventions.wording import Article, agreed_articles, agreement, checksum_of, listed, rendered

READ = "conventions.view_text"  # who opens the papers of a convention: its referents too
NOT_GIVEN = "à préciser"
NO_TEMPLATE = "Aucun modèle de texte n'est publié pour une équipe « {} » : un administrateur en publie un d'abord."


def issue_convention(*, convention: Convention, actor: User, issued_on: date | None = None) -> Convention:
    """Freeze the text of a draft, with its checksum and its PDF filed in the dossier.

    Raises:
        TransitionRefused: with the reason in French; nothing is written.
    """
    with transaction.atomic():
        fresh = lock(convention)
        if reason := refusal(fresh, "issue", actor=actor, comment="", arguments={}):
            raise TransitionRefused(reason)
        template = template_of(fresh.team)
        if template is None:
            raise TransitionRefused(NO_TEMPLATE.format(fresh.team.get_kind_display()))
        agreed = agreement_of(fresh, template)
        checksum = checksum_of(agreed)
        filed = file_bytes(
            team=fresh.team,
            content=printed(fresh, agreed, title=template.title, checksum=checksum),
            filename=f"{fresh.number}.pdf",
            kind=DossierDocument.Kind.CONVENTION,
            title=f"Convention {fresh.number}, à signer",
            permission=READ,
            actor=actor,
        )
        return fire(
            fresh,
            "issue",
            actor=actor,
            issued_on=issued_on or timezone.localdate(),
            agreed=agreed,
            agreed_sha256=checksum,
            document=filed.document,
            template=template,
        )


def template_of(team: Team) -> ConventionTemplate | None:
    """Return the last published text for a team of this kind."""
    return ConventionTemplate.objects.filter(kind=team.kind, published_at__isnull=False).order_by("version").last()


def agreement_of(convention: Convention, template: ConventionTemplate) -> dict[str, Any]:
    """Return what the parties would agree on today: the articles, and the data behind them."""
    return agreement(rendered(template.body, _values(convention)), _data(convention, template))


def articles_to_read(convention: Convention) -> tuple[Article, ...]:
    """Return the articles as they were agreed; of a draft, as they would be issued now.

    None for a convention that was loaded from a workbook: its text is on paper, elsewhere.
    """
    if convention.agreed is not None:
        return agreed_articles(convention.agreed)
    if convention.state != Convention.State.DRAFT:
        return ()
    template = template_of(convention.team)
    return rendered(template.body, _values(convention)) if template else ()


def draft_pdf(convention: Convention) -> bytes:
    """Return a draft on paper, marked as such on each page, without a checksum.

    Raises:
        TransitionRefused: when its kind of team has no published text.
    """
    template = template_of(convention.team)
    if template is None:
        raise TransitionRefused(NO_TEMPLATE.format(convention.team.get_kind_display()))
    return printed(convention, agreement_of(convention, template), title=template.title, checksum="")


def printed(convention: Convention, agreed: dict[str, Any], *, title: str, checksum: str) -> bytes:
    """Return the PDF of what is agreed, a box for each member and the association; a draft has no checksum."""
    buffer = BytesIO()
    content = ConventionContent(
        number=convention.number,
        title=title,
        organisation=agreed["data"]["association"],
        articles=tuple((one.title, one.text) for one in agreed_articles(agreed)),
        signatories=tuple(Signatory(one["name"], one["quality"]) for one in agreed["data"]["members"]),
        association_signatory="",
        checksum=checksum,
        draft=not checksum,
    )
    convention_pdf(content, buffer)
    return buffer.getvalue()


def facts_of(convention: Convention) -> dict[str, Any]:
    """Return the data behind a convention: who, when, what; plain values, dates as ISO text."""
    team = convention.team
    terms = convention.terms.filter(effective_on__isnull=True).first()
    return {
        "number": convention.number,
        "association": settings.ORGANISATION_NAME,
        "team": {"code": team.code, "name": team.name, "kind": team.kind, "department": team.department_id},
        "recognised_on": team.recognised_on.isoformat() if team.recognised_on else None,
        "starts_on": convention.starts_on.isoformat(),
        "ends_on": convention.ends_on.isoformat(),
        "ceiling_cents": terms.ceiling_cents if terms else None,
        "action_types": list(terms.action_types) if terms else [],
        "members": [
            {
                "membership": adhesion.membership_id,
                "rpps": adhesion.membership.person.rpps,
                "name": str(adhesion.membership.person),
                "quality": quality_of(adhesion.membership.person),
            }
            for adhesion in convention.adhesions.one_each()
            .select_related("membership__professional__merged_into")
            .order_by("membership__professional__last_name", "membership__professional__first_name", "pk")
        ],
    }


def _data(convention: Convention, template: ConventionTemplate) -> dict[str, Any]:
    return {**facts_of(convention), "template": {"kind": template.kind, "version": template.version}}


def _values(convention: Convention) -> dict[str, str]:
    """Return what stands in place of each placeholder of `conventions.wording`."""
    data, team = facts_of(convention), convention.team
    people = [f"{one['name']}, {one['quality']}, RPPS {one['rpps']}" for one in data["members"]]
    types = [str(ActionType(code).label) for code in ActionType.values if code in data["action_types"]]
    paid = is_paid(team.kind) and data["ceiling_cents"]
    return {
        "numero": convention.number,
        "association": data["association"],
        "equipe": team.name,
        "code_equipe": team.code,
        "nature": str(team.get_kind_display()),
        "departement": team.department.name,
        "communes": ", ".join(team.communes.order_by("name").values_list("name", flat=True)) or NOT_GIVEN,
        "reconnaissance": long_date(team.recognised_on) if team.recognised_on else NOT_GIVEN,
        "membres": listed(people) or NOT_GIVEN,
        "debut": long_date(convention.starts_on),
        "fin": long_date(convention.ends_on),
        "duree": str(_months(convention)),
        "plafond": euros(data["ceiling_cents"]) if paid else "aucune indemnité tant qu’aucun barème n’est publié",
        "types": listed(types) or NOT_GIVEN,
    }


def _months(convention: Convention) -> int:
    """Return the length of the period in months, the nearest whole number."""
    days = (convention.ends_on - convention.starts_on).days + 1
    return max(1, round(days / (365.25 / 12)))
