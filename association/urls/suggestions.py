"""What fields suggest as one types."""

from django.urls import path

from association.views import suggestions as views

urlpatterns = [
    path("communes/", views.communes, name="commune_suggestions"),
    path("epci/", views.epcis, name="epci_suggestions"),
    path("professionnels/suggestions/", views.professionals, name="professional_suggestions"),
]
