"""The addresses of the ground: one list per subject, one namespace."""

from association.urls import (
    attestations,
    bulk,
    calendar,
    documents,
    everywhere,
    exchanges,
    jobs,
    looks,
    members,
    overview,
    people,
    preferences,
    projects,
    recognition,
    rules,
    structures,
    teams,
)

app_name = "association"
urlpatterns = [
    *teams.urlpatterns,
    *overview.urlpatterns,
    *everywhere.urlpatterns,
    *calendar.urlpatterns,
    *preferences.urlpatterns,
    *members.urlpatterns,
    *projects.urlpatterns,
    *recognition.urlpatterns,
    *documents.urlpatterns,
    *exchanges.urlpatterns,
    *people.urlpatterns,
    *structures.urlpatterns,
    *attestations.urlpatterns,
    *rules.urlpatterns,
    *jobs.urlpatterns,
    *looks.urlpatterns,
    *bulk.urlpatterns,
]
