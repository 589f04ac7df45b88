"""Members of a team, and the suggestions under an input."""

from django.urls import path

from association.views import members as views
from association.views import named

urlpatterns = [
    path("equipes/<int:pk>/membres/", views.team_members, name="team_members"),
    path("equipes/<int:pk>/membres/ajouter/", views.member_add, name="member_add"),
    path("membres/<int:pk>/", views.member, name="member"),
    path("membres/<int:pk>/sortie/", views.member_leave, name="member_leave"),
    path("membres/<int:pk>/sortie/correction/", views.member_leave_correct, name="member_leave_correct"),
    path("membres/<int:pk>/referent/", views.member_referent, name="member_referent"),
    path("communes/", named.communes, name="communes"),
    path("epci/", named.epcis, name="epcis"),
    path("equipes/suggestions/", named.teams_named, name="teams_named"),
    path("professionnels/suggestions/", named.people_named, name="people_named"),
    path("societes/nouvelle/", views.company_new, name="company_new"),
    path("societes/<int:pk>/completer/", views.company_complete, name="company_complete"),
    path("societes/suggestions/", named.companies, name="companies"),
]
