"""Members of a team."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
