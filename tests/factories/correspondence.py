"""What is filed in a dossier, said with a team, and sent."""

from __future__ import annotations

from datetime import date, datetime

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from association.models import Document, DossierDocument, Exchange, OutgoingMail
from tests.factories.ground import TeamFactory, UserFactory

NOON = datetime(2026, 3, 2, 12, tzinfo=timezone.get_default_timezone())


class DocumentFactory(DjangoModelFactory):
    """A row alone: its bytes are not on the disk."""

    class Meta:
        model = Document

    filename = "lettre.pdf"
    content_type = "application/pdf"
    sha256 = factory.Sequence(lambda n: f"{n:064x}")
    size = 12_345
    stored_as = factory.LazyAttribute(lambda row: f"sha256/{row.sha256[:2]}/{row.sha256}.pdf")
    permission = "association.view_dossier_document"
    created_by = factory.SubFactory(UserFactory, staff=True)


class DossierDocumentFactory(DjangoModelFactory):
    """Filed, and open to who may read it, by default."""

    class Meta:
        model = DossierDocument

    class Params:
        quarantined = factory.Trait(
            quarantined_at=NOON,
            quarantined_by=factory.SubFactory(UserFactory, staff=True),
            reason="Il nomme un patient.",
        )

    team = factory.SubFactory(TeamFactory)
    document = factory.SubFactory(DocumentFactory)
    kind = DossierDocument.Kind.OTHER
    title = "Pièce du dossier"
    filed_by = factory.SubFactory(UserFactory, staff=True)


class OutgoingMailFactory(DjangoModelFactory):
    """Kept, not sent, by default."""

    class Meta:
        model = OutgoingMail

    class Params:
        sent = factory.Trait(sent_at=NOON)
        uncertain = factory.Trait(sending_at=NOON)
        failed = factory.Trait(error="Le serveur de messagerie ne répond pas.")

    to = "referente@cabinet.example"
    subject = "Votre dossier"
    body = "Bonjour,\nà bientôt."
    created_by = factory.SubFactory(UserFactory, staff=True)


class ExchangeFactory(DjangoModelFactory):
    """A note by default."""

    class Meta:
        model = Exchange

    class Params:
        visit = factory.Trait(kind=Exchange.Kind.VISIT, minutes=90)
        message = factory.Trait(kind=Exchange.Kind.MESSAGE, mail=factory.SubFactory(OutgoingMailFactory))

    team = factory.SubFactory(TeamFactory)
    kind = Exchange.Kind.NOTE
    held_on = date(2026, 3, 2)
    body = "Point par téléphone sur le projet de santé."
    author = factory.SubFactory(UserFactory, staff=True)
