"""The addresses of the actions."""

from django.urls import path

from actions.views import panels
from actions.lists import ActionList
from association.listing.urls import listing_urls

app_name = "actions"
urlpatterns = [
    *listing_urls("actions/", ActionList),
    path("equipes/<int:pk>/actions/", panels.of_team, name="of_team"),
    path("professionnels/<int:pk>/actions/", panels.of_professional, name="of_professional"),
]
