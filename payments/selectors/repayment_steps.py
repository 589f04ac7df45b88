"""What a person may do with a request for repayment, in words; and what it shows."""

from __future__ import annotations

from datetime import date
from typing import Any

from association.models import User
from association.workflow import offers
from payments.models import DueLine, RepaymentRequest
from payments.pdf import RepaymentLetter
from payments.selectors.run_steps import RunStep

# Receiving all or a part is one gesture: the amount decides.
TOGETHER = {"receive_part": "receive", "receive_rest": "receive"}
LABELS = {"receive": "Noter un remboursement", "write_off": "Noter un abandon par le bureau"}
WORDS = {
    "receive": "L’argent est arrivé sur le compte de l’association. Le prochain paiement mensuel l’écrit et solde ce "
    "qu’il rembourse.",
    "write_off": "L’association renonce à tout ce qui reste. Cela ne se reprend pas.",
    "offset": "Des indemnités dues depuis ont compensé ce trop-perçu : il n’y a plus rien à rembourser.",
    "withdraw": "Le trop-perçu reste, et se retient sur les prochaines indemnités. Il pourra être demandé de nouveau.",
}
ORDER = ("receive", "offset", "write_off", "withdraw")


def repayment_steps(request: RepaymentRequest, *, left: int, actor: User, forms: dict[str, Any]) -> list[RunStep]:
    """Return what the actor may do, each step with what prevents it; ``forms`` are what a step has to know."""
    found: dict[str, RunStep] = {}
    for offer in offers(request, actor=actor):
        name = TOGETHER.get(offer.name, offer.name)
        nothing = "Il ne reste rien à rembourser." if not left and name in ("receive", "write_off") else ""
        found[name] = RunStep(
            name,
            LABELS.get(name, offer.label),
            offer.reason or nothing,
            offer.needs_comment,
            offer.danger,
            WORDS[name],
            main=name == ("receive" if left else "offset"),
            form=forms.get(name),
        )
    return [found[name] for name in ORDER if name in found]


def lines_written(request: RepaymentRequest) -> list[DueLine]:
    """Return the lines that runs wrote of what came."""
    rows = DueLine.objects.filter(recovery__request=request).select_related("run", "participation__action")
    return list(rows.order_by("pk"))


def letter_of(request: RepaymentRequest, *, organisation: str) -> RepaymentLetter:
    """Return what the letter of a request says: as it was on its day, whatever came since."""
    owner = request.beneficiary
    return RepaymentLetter(
        number=request.number,
        organisation=organisation,
        recipient=str(owner),
        rpps=owner.professional.rpps if owner.professional else "",
        amount_cents=request.amount_cents,
        requested_on=request.requested_on,
        due_on=request.due_on,
        reason=request.reason,
        lines=tuple(
            (reference, date.fromisoformat(held_on), action_type, kind, cents)
            for reference, held_on, action_type, kind, cents in request.detail
        ),
    )
