"""The rules of eligibility that the association sets."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
