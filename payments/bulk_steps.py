"""The steps that transfers and accounts take together; each calls the service of the single step."""

from __future__ import annotations

from association.forms.bulk import ReasonForm
from association.listing.bulk import BulkStep
from payments.forms.runs import SettlementForm
from payments.models import Account, Payment
from payments.models.accounts import MANAGE
from payments.models.ledger import MOVE
from payments.services.accounts import reject_account, verify_account
from payments.services.transfers import hold_payment, let_payment_go, pay_payment

HOLD = BulkStep(
    name="hold",
    label="Mettre en suspens",
    permission=MOVE,
    states=(Payment.State.PENDING,),
    form=ReasonForm,
    run=lambda payment, actor, comment: hold_payment(payment=payment, actor=actor, reason=comment),
)
LET_GO = BulkStep(
    name="release",
    label="Lever la suspension",
    permission=MOVE,
    states=(Payment.State.HELD,),
    run=lambda payment, actor: let_payment_go(payment=payment, actor=actor),
    text="Ces virements partent avec le prochain fichier.",
)
PAY = BulkStep(
    name="pay",
    label="Constater le paiement",
    permission=MOVE,
    states=(Payment.State.SENT,),
    form=SettlementForm,
    run=lambda payment, actor, paid_on: pay_payment(payment=payment, actor=actor, paid_on=paid_on),
)
PAYMENT_STEPS = (HOLD, LET_GO, PAY)

VERIFY = BulkStep(
    name="verify",
    label="Vérifier",
    permission=MANAGE,
    states=(Account.State.PROPOSED,),
    run=lambda account, actor: verify_account(account=account, actor=actor),
    text="Un compte que vous avez saisi est refusé : une autre personne le vérifie. Le compte d’avant est archivé.",
)
REJECT = BulkStep(
    name="reject",
    label="Refuser",
    permission=MANAGE,
    states=(Account.State.PROPOSED,),
    form=ReasonForm,
    run=lambda account, actor, comment: reject_account(account=account, actor=actor, reason=comment),
    danger=True,
)
ACCOUNT_STEPS = (VERIFY, REJECT)
