"""Exchanges with a team, and the outbox."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
