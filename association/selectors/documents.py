"""Documents of a dossier, as its page shows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse

from association.models import Document, DossierDocument, Team, User
from association.searching import having, words
from association.selectors.teams import teams_named

FILED, CLOSED, ERASED = "classe", "quarantaine", "efface"
DOCUMENT_STATES = ((FILED, "Classé"), (CLOSED, "En quarantaine"), (ERASED, "Effacé"))
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


def document_list(user: User) -> QuerySet[DossierDocument]:
    """Return what is filed in all dossiers of the user's scope, line by line as each dossier shows it.

    ``may_open`` says whether the user may open the document.
    """
    visible = Document.objects.visible_to(user).order_by().filter(pk=OuterRef("document"))
    names = Document.objects.order_by().values_list("permission", flat=True).distinct()
    allowed = [name for name in names if user.has_perm(name)]
    found = filings_for(user).select_related("team").annotate(may_open=Exists(visible.filter(permission__in=allowed)))
    return found if _sees_all(user) else found.filter(Exists(visible))


def lines_in_dossiers(keys: Sequence[int]) -> dict[int, str]:
    """Return the addresses of the lines of some documents, each in its dossier."""
    teams = DossierDocument.objects.filter(pk__in=keys).values_list("pk", "team")
    return {pk: f"{reverse('association:team_documents', args=[team])}#document-{pk}" for pk, team in teams}


def search_documents(filings: QuerySet[DossierDocument], text: str) -> QuerySet[DossierDocument]:
    """Return the documents of which every word typed is in the title or the team; a closed title is not searched."""
    for word in words(text):
        titled = having(DossierDocument.objects.filter(quarantined_at__isnull=True).order_by(), word, "title")
        filings = filings.filter(Q(team__in=teams_named(word).values("pk")) | Q(pk__in=titled.values("pk")))
    return filings


def in_document_state(filings: QuerySet[DossierDocument], state: str) -> QuerySet[DossierDocument]:
    """Return the documents that are open, in quarantine or erased."""
    if state == ERASED:
        return filings.filter(erased_at__isnull=False)
    return filings.filter(erased_at__isnull=True, quarantined_at__isnull=state == FILED)


def _sees_all(user: User) -> bool:
    return any(user.has_perm(permission) for permission in SEES_ALL)


def documents_of(team: Team, user: User) -> list[FiledDocument]:
    """Return the documents of a dossier, newest first.

    The office and those who check see every line, those in quarantine with their reason; the others see what they
    may open.
    """
    opened = set(Document.objects.visible_to(user).filter(filings__team=team).values_list("pk", flat=True))
    closes = user.has_perm("association.quarantine_document")
    sees_all = _sees_all(user)
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
