"""The addresses of the conventions."""

from django.urls import path

from conventions import views

app_name = "conventions"
urlpatterns = [
    path("equipes/<int:pk>/conventions/", views.of_team, name="of_team"),
]
