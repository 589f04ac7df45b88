"""The addresses of the payments."""

from django.urls import path

from payments import views

app_name = "payments"
urlpatterns = [
    path("paiements/", views.run_list, name="run_list"),
    path("paiements/preparer/", views.run_prepare, name="run_prepare"),
    path("paiements/preparations/<int:pk>/", views.preparation, name="preparation"),
    path("paiements/<int:pk>/", views.run, name="run"),
    path("paiements/<int:pk>/etape/", views.run_step, name="run_step"),
    path("paiements/<int:pk>/indemnites/", views.run_lines, name="run_lines"),
    path("paiements/<int:pk>/non-indemnises/", views.run_exclusions, name="run_exclusions"),
    path("paiements/<int:pk>/totaux/", views.run_totals, name="run_totals"),
    path("paiements/<int:pk>/virements/", views.run_payments, name="run_payments"),
    path("equipes/<int:pk>/indemnites/", views.of_team, name="of_team"),
    path("professionnels/<int:pk>/indemnites/", views.of_professional, name="of_professional"),
]
