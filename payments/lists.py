"""The lists of the payments: the runs, what is in one, all transfers, the bank accounts (docs/lists.md)."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from association.listing.declaration import Listing
from association.models import Job, User
from payments.bulk_steps import ACCOUNT_STEPS, PAYMENT_STEPS
from payments.filters import (
    AccountFilter,
    DebtFilter,
    ExclusionFilter,
    LineFilter,
    PaymentFilter,
    PriceHistoryFilter,
    RepaymentFilter,
    RunFilter,
    RunPaymentFilter,
    ScenarioFilter,
)
from payments.models import Account, Beneficiary, Payment, Price, PriceScenario, RepaymentRequest, Run
from payments.selectors import accounts, prices, recoveries, run_pages, simulation, transfers
from payments.selectors.runs import summary
from payments.services.preparing import PREPARE_JOB
from payments.tables import (
    AccountTable,
    DebtTable,
    ExclusionTable,
    LineTable,
    PaymentTable,
    PriceHistoryTable,
    RepaymentTable,
    RunPaymentTable,
    RunTable,
    ScenarioTable,
)


class RunList(Listing):
    """The monthly runs."""

    name = "paiements"
    title, noun = "Paiements mensuels", "paiement mensuel,paiements mensuels"
    lead = (
        "Chaque mois\u00a0: préparer, soumettre, donner le bon à payer, exporter, solder. "
        "Reste dû net\u00a0: trop-perçus déduits."
    )
    permission = "payments.view_run"
    address = "payments:run_list"
    row_address = "payments:run"
    table, filters = RunTable, RunFilter
    template = "payments/run_list.html"

    def about(self, user: User, **route: Any) -> dict[str, Any]:
        live = Job.objects.visible_to(user).filter(kind=PREPARE_JOB, state__in=["waiting", "running"])
        return {"job": live.first()}

    def rows(self, user: User, **about: Any) -> QuerySet[Run]:
        return run_pages.run_list(user)


class OfRun(Listing):
    """A list in the page of one run."""

    permission = "payments.view_run"

    def about(self, user: User, **route: Any) -> dict[str, Any]:
        run = get_object_or_404(run_pages.run_with_people(user), pk=route["pk"])
        return {"run": run, "tab": self.address.split(":")[1]}


class LineList(OfRun):
    """What a run pays, participation by participation."""

    name = "indemnites"
    title, noun = "Indemnités", "indemnité,indemnités"
    address = "payments:run_lines"
    table, filters = LineTable, LineFilter
    template = "payments/run_lines.html"

    def rows(self, user: User, **about: Any) -> QuerySet[Any]:
        return run_pages.line_rows(about["run"])


class ExclusionList(OfRun):
    """What a run does not pay, and why."""

    name = "non-indemnises"
    title, noun = "Non indemnisés", "participation,participations"
    address = "payments:run_exclusions"
    table, filters = ExclusionTable, ExclusionFilter
    template = "payments/run_exclusions.html"

    def about(self, user: User, **route: Any) -> dict[str, Any]:
        about = super().about(user, **route)
        return about | {"groups": run_pages.exclusion_groups(about["run"])}

    def rows(self, user: User, **about: Any) -> QuerySet[Any]:
        return run_pages.exclusion_rows(about["run"])

    def table_options(self, **about: Any) -> dict[str, Any]:
        return {"month": about["run"].month}


class RunPaymentList(OfRun):
    """The transfers of a run; none before they are made, none for whoever may not see them."""

    name = "virements"
    title, noun = "Virements", "virement,virements"
    address = "payments:run_payments"
    row_address = "payments:payment"
    table, filters = RunPaymentTable, RunPaymentFilter
    bulk = PAYMENT_STEPS
    template = "payments/run_payments.html"

    def about(self, user: User, **route: Any) -> dict[str, Any]:
        about = super().about(user, **route)
        run = about["run"]
        about["has_list"] = run.is_frozen and user.has_perm("payments.view_payment")
        return about if run.is_frozen else about | {"figures": summary(run)}

    def rows(self, user: User, **about: Any) -> QuerySet[Payment]:
        return run_pages.payment_rows(about["run"], user) if about["has_list"] else Payment.objects.none()


class PaymentList(Listing):
    """The transfers of all runs."""

    name = "tous-les-virements"
    title, noun = "Virements", "virement,virements"
    permission = "payments.view_payment"
    address = "payments:payment_list"
    row_address = "payments:payment"
    table, filters = PaymentTable, PaymentFilter
    shown = ("reference", "beneficiary", "run", "amount_cents", "state", "paid_on")
    bulk = PAYMENT_STEPS

    def rows(self, user: User, **about: Any) -> QuerySet[Payment]:
        return transfers.payment_list(user)


class AccountList(Listing):
    """The bank accounts, of which the end of the IBAN is shown."""

    name = "comptes"
    title, noun = "Comptes bancaires", "compte,comptes"
    lead = "Qui saisit un compte ne le vérifie pas. L’IBAN entier se lit sur la page d’un compte, et c’est noté."
    permission = "payments.view_account"
    address, row_address = "payments:account_list", "payments:account"
    template = "payments/account_list.html"
    table, filters = AccountTable, AccountFilter
    shown = ("beneficiary", "holder", "iban_last4", "bic", "state", "entered_by", "entered_at")
    bulk = ACCOUNT_STEPS

    def rows(self, user: User, **about: Any) -> QuerySet[Account]:
        return accounts.account_list(user)


class PriceHistoryList(Listing):
    """Every price ever published: who, when, from what to what."""

    name = "baremes-historique"
    title, noun = "Historique du barème", "tarif publié,tarifs publiés"
    lead = "Un tarif publié ne se modifie pas\u00a0: une nouvelle version, ou un tarif plus récent, le remplace."
    permission = "payments.view_price"
    address = "payments:price_history"
    table, filters = PriceHistoryTable, PriceHistoryFilter
    shown = ("what", "kind", "starts_on", "before_cents", "amount_cents", "yearly_cap", "published_by", "published_at")

    def rows(self, user: User, **about: Any) -> QuerySet[Price]:
        return prices.price_history(user)


class DebtList(Listing):
    """Who was paid too much, and what was asked of them."""

    name = "trop-percus"
    title, noun = "Trop-perçus", "bénéficiaire,bénéficiaires"
    lead = "Un solde négatif est retenu sur les indemnités suivantes, tant qu’il n’est ni remboursé ni abandonné."
    permission = "payments.view_repayment"
    address = "payments:debt_list"
    table, filters = DebtTable, DebtFilter
    template = "payments/debt_list.html"

    def about(self, user: User, **route: Any) -> dict[str, Any]:
        return {"may_ask": user.has_perm("payments.manage_repayment")}

    def rows(self, user: User, **about: Any) -> QuerySet[Beneficiary]:
        return recoveries.debtors(user)

    def table_options(self, **about: Any) -> dict[str, Any]:
        return {"may_ask": about["may_ask"]}


class RepaymentList(Listing):
    """The requests for repayment, open and closed."""

    name = "demandes-de-remboursement"
    title, noun = "Demandes de remboursement", "demande,demandes"
    permission = "payments.view_repayment"
    address, row_address = "payments:repayment_list", "payments:repayment"
    table, filters = RepaymentTable, RepaymentFilter

    def rows(self, user: User, **about: Any) -> QuerySet[RepaymentRequest]:
        return recoveries.requests_of(user)


class ScenarioList(Listing):
    """The simulations that are kept."""

    name = "simulations"
    title, noun = "Simulations", "simulation,simulations"
    lead = "Rejouer des mois passés sous un autre barème ou d’autres plafonds. Rien n’est payé ni changé."
    permission = "payments.simulate_prices"
    address, row_address = "payments:scenario_list", "payments:scenario"
    table, filters = ScenarioTable, ScenarioFilter
    template = "payments/scenario_list.html"

    def rows(self, user: User, **about: Any) -> QuerySet[PriceScenario]:
        return simulation.scenario_list(user)
