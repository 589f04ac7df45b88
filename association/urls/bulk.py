"""Steps for many rows of a list, once they are drawn up."""

from django.urls import path

from association.views import bulk as views

urlpatterns = [
    path("lots/<int:pk>/", views.bulk, name="bulk"),
    path("lots/<int:pk>/confirmer/", views.bulk_confirm, name="bulk_confirm"),
    path("lots/<int:pk>/etape/", views.bulk_step, name="bulk_step"),
]
