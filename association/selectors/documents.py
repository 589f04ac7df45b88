"""Documents of a dossier, as its page shows them."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from association.models import Document, DossierDocument, Team, User

SEES_ALL = ("association.view_dossier_document", "association.quarantine_document")


@dataclass(frozen=True)
class FiledDocument:
    """One line of a dossier's documents, and what its reader may do with it."""

    filing: DossierDocument
    may_open: bool
    may_quarantine: bool
    may_erase: bool

    @property
    def number(self) -> str:
        """The line's number as text, for the names of its dialogs."""
        return str(self.filing.pk)


def filings_for(user: User) -> QuerySet[DossierDocument]:
    """Return the documents that are filed in the dossiers of the user's scope, the one who opens none among them."""
    return DossierDocument.objects.filter(team__in=Team.objects.visible_to(user)).select_related(
        "document", "filed_by", "quarantined_by", "erased_by"
    )


def documents_of(team: Team, user: User) -> list[FiledDocument]:
    """Return the documents of a dossier, newest first.

    The office and those who check see every line, those in quarantine with their reason; the others see what they
    may open.
    """
    opened = set(Document.objects.visible_to(user).filter(filings__team=team).values_list("pk", flat=True))
    closes = user.has_perm("association.quarantine_document")
    sees_all = any(user.has_perm(permission) for permission in SEES_ALL)
    return [
        FiledDocument(
            filing=filing,
            may_open=filing.document_id in opened and user.has_perm(filing.document.permission),
            may_quarantine=closes and filing.quarantined_at is None,
            may_erase=closes and filing.quarantined_at is not None and filing.erased_at is None,
        )
        for filing in filings_for(user).filter(team=team)
        if sees_all or filing.document_id in opened
    ]
