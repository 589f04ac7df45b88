"""Professionals and their duplicates."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
