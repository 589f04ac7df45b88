"""Professionals and their duplicates."""

from django.urls import path

from association.listing.urls import listing_urls
from association.lists import PeopleList
from association.views import people as views

urlpatterns = [
    *listing_urls("professionnels/", PeopleList),
    path("professionnels/nouveau/", views.professional_create, name="professional_create"),
    path("professionnels/doublons/", views.possible_duplicates, name="possible_duplicates"),
    path("professionnels/<int:pk>/", views.professional, name="professional"),
    path("professionnels/<int:pk>/modifier/", views.professional_edit, name="professional_edit"),
    path("professionnels/<int:pk>/distincte/", views.professional_apart, name="professional_apart"),
    path("professionnels/<int:pk>/reunir/", views.professional_other, name="professional_other"),
    path("professionnels/<int:pk>/reunir/<int:other>/", views.professional_join, name="professional_join"),
    path("professionnels/<int:pk>/separer/", views.professional_separate, name="professional_separate"),
]
