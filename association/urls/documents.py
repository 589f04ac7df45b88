"""Documents of a dossier."""

from django.urls import path

from association.listing.urls import listing_urls
from association.lists import DocumentList
from association.views import documents as views

urlpatterns = [
    *listing_urls("documents/", DocumentList),
    path("equipes/<int:pk>/documents/", views.team_documents, name="team_documents"),
    path("equipes/<int:pk>/documents/classer/", views.document_file, name="document_file"),
    *listing_urls("documents/", DocumentList),
    path("documents/classes/<int:pk>/quarantaine/", views.document_quarantine, name="document_quarantine"),
    path("documents/classes/<int:pk>/quarantaine/lever/", views.document_release, name="document_release"),
    path("documents/classes/<int:pk>/effacer/", views.document_erase, name="document_erase"),
]
