"""What an account chooses for itself."""

from django.urls import path

from association.views import preferences as views

urlpatterns = [
    path("compte/preferences/", views.preferences, name="preferences"),
    path("compte/resume/arreter/<str:token>/", views.digest_stop, name="digest_stop"),
]
