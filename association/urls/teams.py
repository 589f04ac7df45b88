"""Teams."""

from django.urls import path

from association.listing.urls import listing_urls
from association.lists import TeamList
from association.views import teams as views

urlpatterns = [
    *listing_urls("equipes/", TeamList),
    path("equipes/nouvelle/", views.team_new, name="team_new"),
    path("equipes/<int:pk>/", views.team, name="team"),
    path("equipes/<int:pk>/modifier/", views.team_edit, name="team_edit"),
    path("equipes/<int:pk>/etape/", views.team_step, name="team_step"),
    path("equipes/<int:pk>/historique/", views.team_journal, name="team_journal"),
]
