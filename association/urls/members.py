"""Members of a team, and the suggestions under an input."""

from django.urls import path

from association.views import named

urlpatterns = [
    path("communes/", named.communes, name="communes"),
    path("epci/", named.epcis, name="epcis"),
    path("professionnels/suggestions/", named.people_named, name="people_named"),
    path("societes/suggestions/", named.companies, name="companies"),
]
