"""The addresses of the reports."""

from django.urls import path

from association.listing.urls import listing_urls
from reports.lists import ReportList
from reports.team_review_list import TeamReviewList
from reports.views import (
    ars_space,
    dashboards,
    extracts,
    financial,
    open_data,
    reports,
    schedules,
    team_review_settings,
    team_review_writing,
    team_reviews,
    templates,
)

app_name = "reports"
urlpatterns = [
    path("pilotage/", dashboards.dashboard, name="dashboard"),
    path("pilotage/<slug:code>/", dashboards.dashboard, name="dashboard"),
    *listing_urls("bilans/", TeamReviewList),
    path("bilans/<int:pk>/", team_reviews.review, name="review"),
    path("bilans/<int:pk>/rubriques/<str:code>/", team_review_writing.review_section, name="review_section"),
    path("bilans/<int:pk>/remise/", team_reviews.review_gate, name="review_gate"),
    path("bilans/<int:pk>/objectifs/", team_review_writing.objective_add, name="objective_add"),
    path("bilans/objectifs/<int:pk>/retirer/", team_review_writing.objective_remove, name="objective_remove"),
    path("bilans/<int:pk>/etape/", team_reviews.review_step, name="review_step"),
    path("bilans/<int:pk>/relancer/", team_reviews.review_remind, name="review_remind"),
    path("bilans/<int:pk>/pdf/", team_reviews.review_pdf, name="review_pdf"),
    path("reglages/bilans/", team_review_settings.review_settings, name="review_settings"),
    path("equipes/<int:pk>/bilans/", team_reviews.of_team, name="of_team"),
    path("equipes/<int:pk>/bilans/demander/", team_reviews.review_ask, name="review_ask"),
    *listing_urls("rapports/", ReportList),
    path("rapports/echeances/", schedules.report_schedules, name="report_schedules"),
    path("rapports/echeances/<int:pk>/arreter/", schedules.report_schedule_stop, name="report_schedule_stop"),
    path("rapports/modeles/", templates.report_templates, name="report_templates"),
    path("rapports/modeles/nouveau/", templates.report_template_new, name="report_template_new"),
    path("rapports/modeles/<int:pk>/", templates.report_template, name="report_template"),
    path("rapports/modeles/<int:pk>/retirer/", templates.report_template_retire, name="report_template_retire"),
    path("rapports/modeles/<int:pk>/remettre/", templates.report_template_restore, name="report_template_restore"),
    path("rapports/nouveau/", reports.report_new, name="report_new"),
    path("rapports/<int:pk>/", reports.report, name="report"),
    path("rapports/<int:pk>/etape/", reports.report_step, name="report_step"),
    path("rapports/<int:pk>/plan/", reports.report_plan, name="report_plan"),
    path("rapports/<int:pk>/versions/<int:number>/", reports.report_version, name="report_version"),
    path("rapports/<int:pk>/versions/<int:number>/<str:kind>/", reports.report_file, name="report_file"),
    path("espace-ars/", ars_space.space, name="ars_space"),
    path("extraits/", extracts.extract_list, name="extract_list"),
    path("extraits/demander/", extracts.extract_ask, name="extract_ask"),
    path("extraits/<int:pk>/", extracts.extract, name="extract"),
    path("extraits/<int:pk>/etape/", extracts.extract_step, name="extract_step"),
    path("extraits/<int:pk>/<str:form>/", extracts.extract_file, name="extract_file"),
    path("reglages/extraits/", extracts.extract_settings, name="extract_settings"),
    path("donnees-ouvertes/", open_data.open_data, name="open_data"),
    path("donnees-ouvertes/<slug:name>.csv", open_data.open_data_csv, name="open_data_csv"),
    path("donnees-ouvertes/<slug:name>.json", open_data.open_data_schema, name="open_data_schema"),
    path("dotations/<int:pk>/compte-rendu/", financial.statement, name="statement"),
    path("dotations/<int:pk>/compte-rendu/saisir/", financial.statement_edit, name="statement_edit"),
    path("dotations/<int:pk>/compte-rendu/fichier.<str:form>", financial.statement_file, name="statement_file"),
]
