"""The addresses of the conventions."""

from django.urls import path

from association.listing.urls import listing_urls
from conventions.lists import ConventionList
from conventions.views import (
    amendment_signing,
    amendments,
    conventions,
    drafting,
    life,
    of_professional,
    of_team,
    signing,
    texts,
)

app_name = "conventions"
urlpatterns = [
    path("equipes/<int:pk>/conventions/", of_team.of_team, name="of_team"),
    path("equipes/<int:pk>/conventions/preparer/", drafting.draft_new, name="draft_new"),
    path("equipes/<int:pk>/conventions/deposer/", drafting.file_signed, name="file_signed"),
    path("professionnels/<int:pk>/signatures/", of_professional.of_professional, name="of_professional"),
    *listing_urls("conventions/", ConventionList),
    path("conventions/<int:pk>/", conventions.convention, name="convention"),
    path("conventions/<int:pk>/modifier/", drafting.draft_edit, name="draft_edit"),
    path("conventions/<int:pk>/texte/", conventions.convention_text, name="convention_text"),
    path("conventions/<int:pk>/texte.pdf", conventions.convention_pdf, name="convention_pdf"),
    path("conventions/<int:pk>/etape/", conventions.convention_step, name="convention_step"),
    path("conventions/<int:pk>/signatures/", signing.signatures, name="signatures"),
    path("conventions/<int:pk>/signature-association/", signing.association_signature, name="association_signature"),
    path("conventions/<int:pk>/relances/", signing.reminders, name="reminders"),
    path("conventions/<int:pk>/signer/", signing.own_signature, name="own_signature"),
    path("conventions/adhesions/<int:pk>/refus/", signing.decline, name="decline"),
    path("conventions/<int:pk>/vie/", life.life_of, name="life_of"),
    path("conventions/<int:pk>/suspendre/", life.suspend, name="suspend"),
    path("conventions/<int:pk>/reprendre/", life.resume, name="resume"),
    path("conventions/<int:pk>/resilier/", life.terminate, name="terminate"),
    path("conventions/<int:pk>/renouveler/", life.renew, name="renew"),
    path("conventions/<int:pk>/avenants/", amendments.amendments_of, name="amendments_of"),
    path("conventions/<int:pk>/avenants/proposer/", amendments.amendment_new, name="amendment_new"),
    path("conventions/<int:pk>/avenants/inviter/", amendments.amendment_invite, name="amendment_invite"),
    path("avenants/<int:pk>/", amendments.amendment, name="amendment"),
    path("avenants/<int:pk>/texte.pdf", amendments.amendment_pdf, name="amendment_pdf"),
    path("avenants/<int:pk>/etape/", amendments.amendment_step, name="amendment_step"),
    path("avenants/<int:pk>/signatures/", amendment_signing.amendment_signatures, name="amendment_signatures"),
    path("avenants/<int:pk>/relances/", amendment_signing.amendment_reminders, name="amendment_reminders"),
    path("avenants/<int:pk>/signer/", amendment_signing.amendment_own, name="amendment_own"),
    path("modeles-de-convention/", texts.template_list, name="template_list"),
    path("modeles-de-convention/nouveau/", texts.template_new, name="template_new"),
    path("modeles-de-convention/<int:pk>/", texts.template, name="template"),
    path("modeles-de-convention/<int:pk>/modifier/", texts.template_edit, name="template_edit"),
    path("modeles-de-convention/<int:pk>/publier/", texts.template_publish, name="template_publish"),
]
