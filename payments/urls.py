"""The addresses of the payments."""

from django.urls import path

from association.listing.urls import listing_urls
from payments.lists import AccountList, ExclusionList, LineList, PaymentList, RunList, RunPaymentList
from payments.views import accounts, bank, meter, preflight, proposals, transfers
from payments.views import runs as views

app_name = "payments"
urlpatterns = [
    *listing_urls("paiements/", RunList),
    path("paiements/preparer/", views.run_prepare, name="run_prepare"),
    path("paiements/preparations/<int:pk>/", views.preparation, name="preparation"),
    path("paiements/<int:pk>/", views.run, name="run"),
    path("paiements/<int:pk>/etape/", views.run_step, name="run_step"),
    *listing_urls("paiements/<int:pk>/indemnites/", LineList),
    *listing_urls("paiements/<int:pk>/non-indemnises/", ExclusionList),
    path("paiements/<int:pk>/controles/<str:check>/", preflight.run_check, name="run_check"),
    path("reglages/controles/", preflight.preflight_settings, name="preflight_settings"),
    path("paiements/<int:pk>/totaux/", views.run_totals, name="run_totals"),
    *listing_urls("paiements/<int:pk>/virements/", RunPaymentList),
    *listing_urls("virements/", PaymentList),
    path("paiements/<int:pk>/reste-du/", views.run_left_due, name="run_left_due"),
    path("virements/<int:pk>/", transfers.payment, name="payment"),
    path("virements/<int:pk>/etape/", transfers.payment_step, name="payment_step"),
    *listing_urls("comptes/", AccountList),
    path("comptes/<int:pk>/", accounts.account, name="account"),
    path("comptes/<int:pk>/etape/", accounts.account_step, name="account_step"),
    path("comptes/<int:pk>/iban/", accounts.account_iban, name="account_iban"),
    path("actions/compteur/", meter.meter, name="meter"),
    path("actions/compteur/total/", meter.total, name="meter_total"),
    path("actions/<int:pk>/indemnites/", meter.of_action, name="of_action"),
    path("comptes/<int:pk>/comparer/", proposals.account_compare, name="account_compare"),
    path("comptes/<int:pk>/rib/", proposals.account_scan, name="account_scan"),
    path("banque/", bank.bank_details, name="bank_details"),
    path("comptes/proposer/", proposals.account_propose, name="account_propose"),
    path("professionnels/<int:pk>/compte/", proposals.account_of_professional, name="account_of_professional"),
    path("societes/<int:pk>/compte/", proposals.account_of_company, name="account_of_company"),
    path("equipes/<int:pk>/indemnites/", views.of_team, name="of_team"),
    path("professionnels/<int:pk>/indemnites/", views.of_professional, name="of_professional"),
]
