"""Structures around the teams, links with them, ETP programmes."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
