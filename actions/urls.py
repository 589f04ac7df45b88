"""The addresses of the actions."""

from django.urls import path

from actions import views

app_name = "actions"
urlpatterns = [
    path("actions/", views.action_list, name="action_list"),
    path("equipes/<int:pk>/actions/", views.of_team, name="of_team"),
    path("professionnels/<int:pk>/actions/", views.of_professional, name="of_professional"),
]
