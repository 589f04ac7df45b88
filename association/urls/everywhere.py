"""The search everywhere."""

from django.urls import path

from association.views import everywhere as views

urlpatterns = [path("recherche/", views.search, name="search")]
