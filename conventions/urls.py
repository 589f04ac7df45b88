"""The addresses of the conventions."""

from django.urls import path

from conventions.views import of_team

app_name = "conventions"
urlpatterns = [
    path("equipes/<int:pk>/conventions/", of_team.of_team, name="of_team"),
]
