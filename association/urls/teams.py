"""Teams."""

from django.urls import path

from association.views import teams as views

urlpatterns = [
    path("equipes/", views.team_list, name="team_list"),
    path("equipes/<int:pk>/", views.team, name="team"),
    path("equipes/<int:pk>/etape/", views.team_step, name="team_step"),
]
