"""Jobs and the files that they leave."""

from django.urls import path

from association.views import jobs as views
from association.views import stored

urlpatterns = [
    path("taches/<int:pk>/", views.job, name="job"),
    path("taches/<int:pk>/avancement/", views.job_progress, name="job_progress"),
    path("taches/<int:pk>/etape/", views.job_step, name="job_step"),
    path("documents/<int:pk>/", stored.document, name="document"),
]
