"""What many transfers, accounts, slips or lines of the bank take together, by the service of the single step."""

from __future__ import annotations

from django.db.models import QuerySet

from association.forms.bulk import ReasonForm
from association.listing.bulk import BulkStep
from payments.forms.runs import BankReasonInBulkForm, SettlementForm
from payments.models import Account, Payment, Slip
from payments.models.accounts import MANAGE
from payments.models.bank_answers import IMPORT_ANSWER
from payments.models.ledger import MOVE
from payments.models.slips import MAKE_SLIPS
from payments.selectors.bank_answers import proposals
from payments.services.accounts import reject_account, verify_account
from payments.services.bank_answers import confirm_line, set_line_aside
from payments.services.slips import send_slip
from payments.services.transfers import (
    hold_payment,
    let_payment_go,
    pay_payment,
    reject_payment,
    return_payment,
)

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
REJECT_PAYMENT = BulkStep(
    name="reject",
    label="Noter un rejet",
    permission=MOVE,
    states=(Payment.State.SENT,),
    form=BankReasonInBulkForm,
    run=lambda payment, actor, bank_reason, back_on, comment: reject_payment(
        payment=payment, actor=actor, bank_reason=bank_reason, back_on=back_on, comment=comment
    ),
    text="La banque a refusé ces virements du fichier : leurs indemnités sont de nouveau dues.",
    danger=True,
)
RETURN_PAYMENT = BulkStep(
    name="give_back",
    label="Noter un retour",
    permission=MOVE,
    states=(Payment.State.SENT, Payment.State.PAID),
    form=BankReasonInBulkForm,
    run=lambda payment, actor, bank_reason, back_on, comment: return_payment(
        payment=payment, actor=actor, bank_reason=bank_reason, back_on=back_on, comment=comment
    ),
    text="Ces virements sont revenus : leurs indemnités sont de nouveau dues.",
    danger=True,
)
PAYMENT_STEPS = (HOLD, LET_GO, PAY, REJECT_PAYMENT, RETURN_PAYMENT)

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


def _slips_to_send(slips: QuerySet[Slip]) -> QuerySet[Slip]:
    """Those that nobody sent, of persons with an address; a company has none."""
    addressed = slips.exclude(beneficiary__professional__email="").filter(beneficiary__professional__isnull=False)
    return addressed.filter(mails__isnull=True)


SEND_SLIP = BulkStep(
    name="send",
    label="Envoyer par courriel",
    permission=MAKE_SLIPS,
    fits=_slips_to_send,
    otherwise="déjà confiés à la messagerie, ou sans adresse",
    run=lambda slip, actor: send_slip(slip=slip, actor=actor).mail.to,
    text="Chaque relevé part une fois, en pièce jointe. Une adresse qui manque se complète sur sa fiche.",
)
SLIP_STEPS = (SEND_SLIP,)

CONFIRM_LINE = BulkStep(
    name="confirm",
    label="Confirmer",
    permission=IMPORT_ANSWER,
    fits=proposals,
    otherwise="ne proposent rien",
    run=lambda line, actor: confirm_line(line=line, actor=actor).sentence,
    text="Chaque virement change d’état comme la banque le dit ; ce qui est rejeté ou retourné est de nouveau dû.",
)
SET_ASIDE_LINE = BulkStep(
    name="set_aside",
    label="Écarter",
    permission=IMPORT_ANSWER,
    fits=proposals,
    otherwise="ne proposent rien",
    form=ReasonForm,
    run=lambda line, actor, comment: set_line_aside(line=line, actor=actor, reason=comment),
)
LINE_STEPS = (CONFIRM_LINE, SET_ASIDE_LINE)
