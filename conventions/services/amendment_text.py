"""The agreed text of an amendment and its paper."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from django.conf import settings

from association.models import Document, DossierDocument, Membership, User
from association.money import euros
from association.nomenclature import ActionType
from association.pdf.text import long_date
from association.services.filing import file_bytes
from conventions import amendment_wording
from conventions.amendment_wording import Change
from conventions.models import Amendment
from conventions.pdf import AmendmentContent, Signatory, amendment_pdf
from conventions.selectors.members import quality_of
from conventions.selectors.terms import terms_on
from conventions.services.issuing import READ
from conventions.wording import agreed_articles, agreement, checksum_of


def change_of(amendment: Amendment) -> Change:
    """Return what an amendment changes, in words, as it would be issued now."""
    convention = amendment.convention
    day = long_date(amendment.effective_on)
    if "joined" in amendment.changes or "left" in amendment.changes:
        pk = amendment.changes.get("joined") or amendment.changes["left"]
        membership = Membership.objects.select_related("professional", "team").get(pk=pk)
        person = membership.person
        said = {"name": str(person), "quality": quality_of(person), "team": membership.team.name}
        if "joined" in amendment.changes:
            return amendment_wording.joined(since=long_date(membership.joined_on), **said)
        return amendment_wording.left(day=day, **said)
    before = terms_on(convention, amendment.effective_on)
    return amendment_wording.terms(
        day=day,
        types=(_labels(before.action_types), _labels(amendment.changes["action_types"])),
        ceiling=(euros(before.ceiling_cents), euros(amendment.changes["ceiling_cents"])),
    )


def change_to_read(amendment: Amendment) -> Change:
    """Return what an amendment changes as it was agreed; of a draft, as it would be issued now."""
    if amendment.agreed is None:
        return change_of(amendment)
    data = amendment.agreed["data"]
    rows = tuple((what, before, after) for what, before, after in data["rows"])
    return Change(title=data["title"], rows=rows, articles=agreed_articles(amendment.agreed))


def agreed_of(amendment: Amendment) -> tuple[dict[str, Any], str]:
    """Return what the parties agree on (articles, and the data behind them), and its SHA-256."""
    change = change_of(amendment)
    agreed = agreement(
        change.articles,
        {
            "number": amendment.number,
            "convention": amendment.convention.number,
            "association": settings.ORGANISATION_NAME,
            "title": change.title,
            "rows": [list(row) for row in change.rows],
            "effective_on": amendment.effective_on.isoformat(),
            "changes": amendment.changes,
            "members": [
                {"name": str(row.membership.person), "quality": quality_of(row.membership.person)}
                for row in amendment.signatures.one_each()
                .select_related("membership__professional__merged_into")
                .order_by("pk")
            ],
        },
    )
    return agreed, checksum_of(agreed)


def pdf_of(amendment: Amendment) -> bytes:
    """Return the amendment on paper; one that is not issued is marked as a draft, without a checksum."""
    if amendment.agreed is not None:
        return printed(amendment.agreed, amendment.agreed_sha256)
    return printed(agreed_of(amendment)[0], "")


def printed(agreed: dict[str, Any], checksum: str) -> bytes:
    """Return the PDF of what is agreed."""
    data, buffer = agreed["data"], BytesIO()
    content = AmendmentContent(
        number=str(data["number"]),
        convention_number=data["convention"],
        title=data["title"],
        organisation=data["association"],
        articles=tuple((article.title, article.text) for article in agreed_articles(agreed)),
        changes=tuple((what, before, after) for what, before, after in data["rows"]),
        signatories=tuple(Signatory(one["name"], one["quality"]) for one in data["members"]),
        association_signatory="",
        checksum=checksum,
        draft=not checksum,
    )
    amendment_pdf(content, buffer)
    return buffer.getvalue()


def filed_pdf(*, amendment: Amendment, agreed: dict[str, Any], checksum: str, actor: User) -> Document:
    """File the paper in the dossier and return it."""
    convention = amendment.convention
    filing = file_bytes(
        team=convention.team,
        content=printed(agreed, checksum),
        filename=f"{convention.number}-avenant-{amendment.number}.pdf",
        kind=DossierDocument.Kind.CONVENTION,
        title=f"Avenant n° {amendment.number} à la convention {convention.number}, à signer",
        permission=READ,
        actor=actor,
    )
    return filing.document


def _labels(codes: list[str]) -> list[str]:
    return [str(ActionType(code).label) for code in ActionType.values if code in codes]
