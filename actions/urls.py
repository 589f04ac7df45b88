"""The addresses of the actions."""

from django.urls import path

from actions.lists import ActionList
from actions.views import action, declaring, evidence, monthly, panels, queue, rapid, scans, settings
from association.listing.urls import listing_urls

app_name = "actions"
urlpatterns = [
    *listing_urls("actions/", ActionList),
    path("actions/nouvelle/", declaring.action_new, name="action_new"),
    path("actions/saisie/presence/", declaring.attendance, name="attendance"),
    path("actions/saisie/seances/", declaring.sessions, name="sessions"),
    path("actions/saisie/signalements/", declaring.alerts_typed, name="alerts"),
    path("actions/saisie-rapide/", rapid.rapid, name="rapid"),
    path("actions/saisie-rapide/<int:pk>/lignes/", rapid.rapid_more, name="rapid_more"),
    path("actions/saisie-rapide/<int:pk>/ligne/", rapid.rapid_row, name="rapid_row"),
    path("actions/import/", monthly.month_import, name="month_import"),
    path("actions/import/modele/", monthly.month_template, name="month_template"),
    path("actions/import/<int:pk>/", monthly.month_report, name="month_report"),
    path("actions/import/<int:pk>/charger/", monthly.month_load, name="month_load"),
    path("actions/numerisations/", scans.scans, name="scans"),
    path("actions/numerisations/<int:pk>/", scans.scan, name="scan"),
    path("actions/numerisations/<int:pk>/classer/", scans.scan_file, name="scan_file"),
    path("actions/a-valider/", queue.queue, name="queue"),
    path("actions/a-valider/<int:pk>/", queue.queue_one, name="queue_one"),
    path("actions/a-valider/<int:pk>/etape/", queue.queue_step, name="queue_step"),
    path("actions/reglages/", settings.settings, name="settings"),
    path("actions/<int:pk>/", action.action, name="action"),
    path("actions/<int:pk>/modifier/", declaring.action_edit, name="action_edit"),
    path("actions/<int:pk>/etape/", action.action_step, name="action_step"),
    path("actions/<int:pk>/delai/", action.deadline_lift, name="deadline_lift"),
    path("actions/<int:pk>/feuille/", evidence.attendance_sheet, name="attendance_sheet"),
    path("actions/<int:pk>/pieces/", evidence.evidence_add, name="evidence_add"),
    path("actions/pieces/<int:pk>/", evidence.evidence, name="evidence"),
    path("actions/pieces/<int:pk>/retirer/", evidence.evidence_withdraw, name="evidence_withdraw"),
    path("actions/participations/<int:pk>/etape/", action.participation_step, name="participation_step"),
    path("equipes/<int:pk>/actions/", panels.of_team, name="of_team"),
    path("professionnels/<int:pk>/actions/", panels.of_professional, name="of_professional"),
]
