"""Structures around the teams, links with them, ETP programmes."""

from django.urls import path

from association.listing.urls import listing_urls
from association.lists import StructureList
from association.views import structures as views

CARRYING, LINK, PROGRAMME = {"sort": "carrying"}, {"sort": "link"}, {"sort": "programme"}

urlpatterns = [
    *listing_urls("structures/", StructureList),
    path("structures/nouvelle/", views.structure_create, name="structure_create"),
    path("structures/<int:pk>/", views.structure, name="structure"),
    path("structures/<int:pk>/modifier/", views.structure_edit, name="structure_edit"),
    path("equipes/<int:pk>/structures/", views.team_structures, name="team_structures"),
    path("equipes/<int:pk>/structures/porteuse/", views.team_add, CARRYING, name="carrying_add"),
    path("equipes/<int:pk>/structures/lien/", views.team_add, LINK, name="link_add"),
    path("equipes/<int:pk>/structures/programme/", views.team_add, PROGRAMME, name="programme_add"),
    path("structures/porteuses/<int:pk>/", views.team_change, CARRYING, name="carrying_change"),
    path("structures/liens/<int:pk>/", views.team_change, LINK, name="link_change"),
    path("structures/programmes/<int:pk>/", views.team_change, PROGRAMME, name="programme_change"),
    path("structures/porteuses/<int:pk>/retirer/", views.team_remove, CARRYING, name="carrying_remove"),
    path("structures/liens/<int:pk>/retirer/", views.team_remove, LINK, name="link_remove"),
    path("structures/programmes/<int:pk>/retirer/", views.team_remove, PROGRAMME, name="programme_remove"),
]
