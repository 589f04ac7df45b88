"""The addresses of the site, in French like the pages."""

from django.urls import include, path

from config import import_views, views

urlpatterns = [
    path("", views.home, name="home"),
    path("accueil/chiffres/", views.home_figures, name="home_figures"),
    path("accueil/changements/", views.home_changes, name="home_changes"),
    path("", include("association.urls")),
    path("", include("conventions.urls")),
    path("", include("actions.urls")),
    path("", include("payments.urls")),
    path("", include("reports.urls")),
    path("import/", import_views.import_workbook, name="import_workbook"),
    path("import/<int:pk>/", import_views.import_report, name="import_report"),
    path("import/<int:pk>/charger/", import_views.import_load, name="import_load"),
    # An address is the name of the account: an administrator changes it, its owner does not.
    path("compte/email/", views.closed),
    path("compte/", include("allauth.urls")),
    path("sante/", views.health, name="health"),
]
