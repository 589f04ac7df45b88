"""Recognition by the ARS."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
