"""The calendar."""

from django.urls import path

from association.views import calendar as views

urlpatterns = [
    path("calendrier/", views.calendar, name="calendar"),
    path("calendrier/abonnement/", views.calendar_keys, name="calendar_keys"),
    path("calendrier/abonnement/<int:pk>/revoquer/", views.calendar_key_revoke, name="calendar_key_revoke"),
    path("calendrier/flux/<str:key>.ics", views.calendar_feed, name="calendar_feed"),
]
