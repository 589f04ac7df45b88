"""The addresses of the ground."""

from django.urls import path

from association import views

app_name = "association"
urlpatterns = [
    path("equipes/", views.team_list, name="team_list"),
    path("equipes/<int:pk>/", views.team, name="team"),
    path("equipes/<int:pk>/etape/", views.team_step, name="team_step"),
    path("taches/<int:pk>/", views.job, name="job"),
    path("taches/<int:pk>/avancement/", views.job_progress, name="job_progress"),
    path("taches/<int:pk>/etape/", views.job_step, name="job_step"),
    path("documents/<int:pk>/", views.document, name="document"),
]
