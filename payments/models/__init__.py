from payments.models.accounts import Account, Beneficiary
from payments.models.bank import BankDetails
from payments.models.bank_answers import BankAnswer, BankAnswerLine
from payments.models.control import ControlSample, ControlSampleItem
from payments.models.exports import RunExport
from payments.models.grants import (
    CostHeading,
    Grant,
    GrantAmendment,
    GrantDecision,
    GrantDeliverable,
    GrantInstalment,
    GrantTarget,
    Indicator,
    RunningCost,
)
from payments.models.ledger import Allocation, DueLine, Exclusion, Payment
from payments.models.mandates import BoardFunction, BoardMandate
from payments.models.preflight import PreflightSettings
from payments.models.prices import PaymentSettings, Price, YearReopening
from payments.models.provisional import ProvisionalExclusion, ProvisionalLine, RunError
from payments.models.recoveries import Recovery, RepaymentRequest
from payments.models.runs import EARNED, RECOVERED, LineKind, Run
from payments.models.scenarios import PriceScenario
from payments.models.slips import Slip, SlipMail
from payments.models.statements import StatementMail
from payments.models.year import (
    AccountingEntry,
    AccountingExport,
    AccountingSettings,
    Das2Threshold,
    TaxIdentity,
    YearClosing,
)

__all__ = [
    "EARNED",
    "RECOVERED",
    "Account",
    "AccountingEntry",
    "AccountingExport",
    "AccountingSettings",
    "Allocation",
    "BankAnswer",
    "BankAnswerLine",
    "BankDetails",
    "Beneficiary",
    "BoardFunction",
    "BoardMandate",
    "ControlSample",
    "ControlSampleItem",
    "CostHeading",
    "Das2Threshold",
    "DueLine",
    "Exclusion",
    "Grant",
    "GrantAmendment",
    "GrantDecision",
    "GrantDeliverable",
    "GrantInstalment",
    "GrantTarget",
    "Indicator",
    "LineKind",
    "Payment",
    "PaymentSettings",
    "PreflightSettings",
    "Price",
    "PriceScenario",
    "ProvisionalExclusion",
    "ProvisionalLine",
    "Recovery",
    "RepaymentRequest",
    "Run",
    "RunError",
    "RunExport",
    "RunningCost",
    "Slip",
    "SlipMail",
    "StatementMail",
    "TaxIdentity",
    "YearClosing",
    "YearReopening",
]
