"""The addresses of the payments."""

from django.urls import path

from association.listing.urls import listing_urls
from payments.bank_answer_lists import BankAnswerList, BankLineList
from payments.lists import AccountList, ExclusionList, LineList, PaymentList, PriceHistoryList, RunList, RunPaymentList
from payments.slip_list import SlipList
from payments.views import (
    accounts,
    bank,
    bank_answers,
    meter,
    preflight,
    prices,
    proposals,
    reopening,
    slips,
    transfers,
)
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
    path("actions/<int:pk>/indemnites/", meter.of_action, name="of_action"),
    path("comptes/<int:pk>/comparer/", proposals.account_compare, name="account_compare"),
    path("comptes/<int:pk>/rib/", proposals.account_scan, name="account_scan"),
    *listing_urls("paiements/<int:pk>/releves/", SlipList),
    path("paiements/<int:pk>/releves/etape/", slips.run_slips_step, name="run_slips_step"),
    path("paiements/<int:pk>/fichier-refuse/", views.run_file_refused, name="run_file_refused"),
    path("releves/<int:pk>/", slips.slip, name="slip"),
    path("releves/<int:pk>/envoyer/", slips.slip_send, name="slip_send"),
    *listing_urls("retours-de-la-banque/", BankAnswerList),
    path("retours-de-la-banque/importer/", bank_answers.bank_answer_import, name="bank_answer_import"),
    *listing_urls("retours-de-la-banque/<int:pk>/", BankLineList),
    path("retours-de-la-banque/<int:pk>/confirmer/", bank_answers.bank_answer_confirm, name="bank_answer_confirm"),
    path("banque/", bank.bank_details, name="bank_details"),
    path("comptes/proposer/", proposals.account_propose, name="account_propose"),
    path("professionnels/<int:pk>/compte/", proposals.account_of_professional, name="account_of_professional"),
    path("societes/<int:pk>/compte/", proposals.account_of_company, name="account_of_company"),
    path("baremes/", prices.price_grid, name="price_grid"),
    path("baremes/modifier/", prices.price_edit, name="price_edit"),
    path("baremes/classeur/", prices.price_export, name="price_export"),
    *listing_urls("baremes/historique/", PriceHistoryList),
    path("equipes/<int:pk>/plafond/", reopening.year_reopen, name="year_reopen"),
    path("equipes/<int:pk>/indemnites/", views.of_team, name="of_team"),
    path("professionnels/<int:pk>/indemnites/", views.of_professional, name="of_professional"),
]
