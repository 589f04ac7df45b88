"""Attestations of membership, and their verification without sign-in."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
