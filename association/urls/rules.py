"""The rules of eligibility that the association sets, and what they find on a team."""

from django.urls import path

from association.views import findings, rules

urlpatterns = [
    path("reglages/regles/", rules.rule_settings, name="rule_settings"),
    path("equipes/<int:pk>/constats/", findings.team_findings, name="team_findings"),
]
