from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "payments"
    verbose_name = "Paiements"

    def ready(self) -> None:
        from association.listing.declaration import register
        from association.permissions import grant
        from association.registries import (
            departure_obstacles,
            figures,
            inbox,
            job_kinds,
            mail_attachments,
            priced_kinds,
            separating_obstacles,
        )
        from payments import changes, due, found, immutability, sheets
        from payments.bank_answer_lists import BankAnswerList, BankLineList
        from payments.control_lists import AccessList, AccountChangeList, SampleList
        from payments.figures import ceiling_figures, run_figures
        from payments.grant_lists import BoardPaidList, CostList, GrantList, MandateList
        from payments.inbox import accounts_to_verify, grants_to_follow, waiting_runs
        from payments.ledger_lists import ExcludedList, LedgerList
        from payments.lists import (
            AccountList,
            DebtList,
            ExclusionList,
            LineList,
            PaymentList,
            PriceHistoryList,
            RepaymentList,
            RunList,
            RunPaymentList,
            ScenarioList,
        )
        from payments.permissions import PERMISSIONS
        from payments.selectors.departures import frozen_on_departure
        from payments.selectors.joined import frozen_since_joining
        from payments.selectors.prices import kinds_with_prices
        from payments.selectors.slips import SEND_JOB, SLIP_JOB
        from payments.selectors.statement_mails import SEND_STATEMENTS_JOB
        from payments.services.accounting import EXPORT_JOB as ACCOUNTING_JOB
        from payments.services.accounting import accounting_export_job
        from payments.services.control import CONTROL_JOB, control_job
        from payments.services.exporting import EXPORT_JOB, export_job
        from payments.services.preparing import PREPARE_JOB, prepare_job
        from payments.services.scenarios import SIMULATE_JOB, simulate_job
        from payments.services.slips import sending_job, slip_attached, slips_job
        from payments.services.statement_mails import statement_attached, statement_sending_job
        from payments.services.statements import STATEMENTS_JOB, statements_job
        from payments.slip_list import SlipList
        from payments.year_table import Das2List, StatementList

        grant(PERMISSIONS)
        register(RunList, LineList, ExclusionList, RunPaymentList, PaymentList, AccountList)
        register(LedgerList, ExcludedList)
        register(SlipList, BankAnswerList, BankLineList)
        register(StatementList, Das2List)
        register(GrantList, CostList, MandateList, BoardPaidList)
        register(SampleList, AccessList, AccountChangeList)
        register(PriceHistoryList, ScenarioList, DebtList, RepaymentList)
        sheets.register()
        immutability.declare()
        due.register()
        found.register()
        changes.register()
        inbox.add("payments.runs", waiting_runs)
        inbox.add("payments.accounts", accounts_to_verify)
        inbox.add("payments.grants", grants_to_follow)
        separating_obstacles.add("payments.runs", frozen_since_joining)
        departure_obstacles.add("payments.runs", frozen_on_departure)
        priced_kinds.add("payments.prices", kinds_with_prices)
        figures.add("payments.runs", run_figures)
        figures.add("payments.ceiling", ceiling_figures)
        job_kinds.add(CONTROL_JOB, control_job)
        job_kinds.add(EXPORT_JOB, export_job)
        job_kinds.add(PREPARE_JOB, prepare_job)
        job_kinds.add(SLIP_JOB, slips_job)
        job_kinds.add(SEND_JOB, sending_job)
        mail_attachments.add("payments.slips", slip_attached)
        job_kinds.add(STATEMENTS_JOB, statements_job)
        job_kinds.add(SEND_STATEMENTS_JOB, statement_sending_job)
        mail_attachments.add("payments.statements", statement_attached)
        job_kinds.add(ACCOUNTING_JOB, accounting_export_job)
        job_kinds.add(SIMULATE_JOB, simulate_job)
