"""Recognition by the ARS."""

from django.urls import path

from association.listing.urls import listing_urls
from association.lists import RecognitionList
from association.views import recognition as views

urlpatterns = [
    *listing_urls("reconnaissances/", RecognitionList),
    path("reconnaissances/<int:pk>/", views.recognition_file, name="recognition_file"),
    path("reconnaissances/<int:pk>/avis/", views.recognition_opinion, name="recognition_opinion"),
    path("reconnaissances/<int:pk>/complements/", views.recognition_complements, name="recognition_complements"),
    path("reconnaissances/<int:pk>/reponses/", views.recognition_answers, name="recognition_answers"),
    path("reconnaissances/<int:pk>/decision/", views.recognition_decision, name="recognition_decision"),
    path("reconnaissances/<int:pk>/courrier/", views.recognition_letter, name="recognition_letter"),
    path("complements/<int:pk>/reponse/", views.complement_answer, name="complement_answer"),
    path("equipes/<int:pk>/reconnaissance/", views.team_recognition, name="team_recognition"),
    path("equipes/<int:pk>/reconnaissance/ouvrir/", views.recognition_open, name="recognition_open"),
    path("equipes/<int:pk>/reconnaissance/retrait/", views.recognition_withdrawal, name="recognition_withdrawal"),
]
