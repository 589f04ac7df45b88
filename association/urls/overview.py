"""The teams at a glance."""

from django.urls import path

from association.views import overview as views

urlpatterns = [
    path("tableau/", views.team_board, name="team_board"),
    path("carte/", views.team_map, name="team_map"),
    path("carte/tableaux/", views.team_map_tables, name="team_map_tables"),
]
