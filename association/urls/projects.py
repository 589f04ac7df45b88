"""Health projects."""

from django.urls import path

from association.listing.urls import listing_urls
from association.lists import ProjectList
from association.views import projects as views

urlpatterns = [
    path("equipes/<int:pk>/projet/", views.team_project, name="team_project"),
    path("equipes/<int:pk>/projet/commencer/", views.project_start, name="project_start"),
    *listing_urls("projets/", ProjectList),
    path("projets/<int:pk>/", views.project, name="project"),
    path("projets/<int:pk>/rubrique/<slug:code>/", views.project_section, name="project_section"),
    path("projets/<int:pk>/depot/", views.project_gate, name="project_gate"),
    path("projets/<int:pk>/deposer/", views.project_submit, name="project_submit"),
    path("projets/<int:pk>/pdf/", views.project_pdf, name="project_pdf"),
    path("projets/<int:pk>/comparer/<int:other>/", views.project_compare, name="project_compare"),
]
