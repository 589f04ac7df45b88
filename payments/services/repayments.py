"""Asking for what was paid too much, and noting what came of it (docs/payment-rules.md, "Trop-perçu")."""

from __future__ import annotations

from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone

from association.machine import TransitionRefused
from association.models import User
from association.money import euros
from association.permissions import require
from association.workflow import enter_at, fire, lock
from payments.models import Beneficiary, Recovery, RepaymentRequest
from payments.models.recoveries import MANAGE, request_number
from payments.selectors.recoveries import debt_lines, debts, left_of

# The longest delay that a judge may grant a debtor (code civil, article 1343-5): a later day is a typing mistake.
LONGEST_DELAY = 2  # years
ALREADY = "Une demande de remboursement est déjà en cours pour ce bénéficiaire : suivez-la, ou annulez-la d’abord."


def request_repayment(
    *, beneficiary: Beneficiary, reason: str, actor: User, due_on: date | None = None
) -> RepaymentRequest:
    """Ask a beneficiary to pay back the whole of what runs carry forward; the letter can be printed from then on.

    Raises:
        TransitionRefused: when nothing is owed back, a request is open already, or the day is past or too far.
        ValidationError: with what is wrong, in French.
    """
    require(actor, MANAGE)
    today = timezone.localdate()
    if due_on and (reason_why := due_day_refusal(due_on, today=today)):
        raise TransitionRefused(reason_why)
    with transaction.atomic():
        lock(beneficiary)
        debt = debts().get(beneficiary.pk, 0)
        if not debt:
            raise TransitionRefused("Ce bénéficiaire ne doit rien : il n’y a pas de trop-perçu à demander.")
        if RepaymentRequest.objects.open().filter(beneficiary=beneficiary).exists():
            raise TransitionRefused(ALREADY)
        made = RepaymentRequest(
            number=_next_number(today),
            beneficiary=beneficiary,
            amount_cents=debt,
            requested_on=today,
            due_on=due_on,
            reason=" ".join(reason.split()),
            detail=[
                [line.reference, line.held_on.isoformat(), line.action_type, line.kind, line.cents]
                for line in debt_lines(beneficiary)
            ],
            requested_by=actor,
        )
        made.full_clean(exclude=["state", "detail"])
        try:
            with transaction.atomic():
                return enter_at([(made, RepaymentRequest.State.REQUESTED)], actor=actor, origin="")[0]
        except IntegrityError:  # somebody else asked at the same moment
            raise TransitionRefused(ALREADY) from None


def due_day_refusal(day: date, *, today: date | None = None) -> str:
    """Return why a day cannot be the one until which a beneficiary is to pay back, in French; else nothing."""
    today = today or timezone.localdate()
    if day < today:
        return f"Le {day:%d/%m/%Y} est passé : choisissez un jour à venir, ou aucun."
    latest = _years_after(today, LONGEST_DELAY)
    if day > latest:
        return (
            f"Le {day:%d/%m/%Y} est trop loin : deux ans au plus, soit jusqu’au {latest:%d/%m/%Y} (article 1343-5 du "
            "code civil). Choisissez un jour plus proche, ou aucun."
        )
    return ""


def _years_after(day: date, count: int) -> date:
    try:
        return day.replace(year=day.year + count)
    except ValueError:  # 29 February
        return day.replace(year=day.year + count, day=28)


def _next_number(today: date) -> str:
    last = RepaymentRequest.objects.filter(number__startswith=f"TP-{today.year}-").order_by("-pk").first()
    return request_number(today, 1 + (int(last.number.rsplit("-", 1)[1]) if last else 0))


def receive_repayment(
    *, request: RepaymentRequest, amount_cents: int, received_on: date, actor: User, reference: str = ""
) -> RepaymentRequest:
    """Note money that came back, all of it or a part; the next run writes its lines.

    Args:
        amount_cents: euro cents, at most what is left to pay back.
        reference: of the line on the association's bank statement.

    Raises:
        TransitionRefused: with the reason in French.
    """
    require(actor, MANAGE)
    with transaction.atomic():
        fresh, left = _locked(request)
        if received_on > timezone.localdate():
            raise TransitionRefused(f"Le {received_on:%d/%m/%Y} est à venir : notez le jour où l’argent est arrivé.")
        if received_on < fresh.requested_on:
            raise TransitionRefused(
                f"La demande est du {fresh.requested_on:%d/%m/%Y} : l’argent est arrivé ce jour-là ou après."
            )
        if not 0 < amount_cents <= left:
            raise TransitionRefused(_too_much(left))
        _record(fresh, Recovery.Kind.RECEIVED, amount_cents, received_on, reference, actor)
        step = "receive_rest" if amount_cents == left else "receive_part"
        return fire(
            fresh, step, actor=actor, comment=reference, said=f"{euros(amount_cents)} le {received_on:%d/%m/%Y}."
        )


def write_off_repayment(
    *, request: RepaymentRequest, decided_on: date, reference: str, actor: User
) -> RepaymentRequest:
    """Give up all that is left to pay back, by a decision of the bureau; the next run writes its lines.

    Raises:
        TransitionRefused: with the reason in French.
    """
    require(actor, MANAGE)
    reference = " ".join(reference.split())
    if not reference:
        raise TransitionRefused("Un abandon cite la décision du bureau : indiquez sa référence.")
    with transaction.atomic():
        fresh, left = _locked(request)
        if decided_on > timezone.localdate():
            raise TransitionRefused(f"Le {decided_on:%d/%m/%Y} est à venir : notez le jour de la décision.")
        if not left:
            raise TransitionRefused("Il ne reste rien à rembourser : constatez plutôt la retenue.")
        _record(fresh, Recovery.Kind.WRITTEN_OFF, left, decided_on, reference, actor)
        said = f"{euros(left)}, décision du {decided_on:%d/%m/%Y}."
        return fire(fresh, "write_off", actor=actor, comment=reference, said=said)


def settle_by_offset(*, request: RepaymentRequest, actor: User) -> RepaymentRequest:
    """Close a request of which nothing is left, because later earnings made up for it."""
    return fire(request, "offset", actor=actor)


def withdraw_repayment(*, request: RepaymentRequest, reason: str, actor: User) -> RepaymentRequest:
    """Take a request back that nothing came of; the debt stays and may be asked for anew."""
    return fire(request, "withdraw", actor=actor, comment=reason)


def _locked(request: RepaymentRequest) -> tuple[RepaymentRequest, int]:
    fresh: RepaymentRequest = lock(request)
    if fresh.state not in RepaymentRequest.OPEN:
        raise TransitionRefused(f"Cette demande est « {fresh.get_state_label()} » : plus rien ne s’y note.")
    return fresh, left_of(fresh)


def _too_much(left: int) -> str:
    if not left:
        return "Il ne reste rien à rembourser : le trop-perçu a été retenu sur des indemnités."
    return f"Il reste {euros(left)} à rembourser : notez un montant de 0,01 € à {euros(left)}."


def _record(
    request: RepaymentRequest, kind: str, amount_cents: int, happened_on: date, reference: str, actor: User
) -> None:
    recovery = Recovery(
        request=request,
        kind=kind,
        amount_cents=amount_cents,
        happened_on=happened_on,
        reference=" ".join(reference.split()),
        recorded_by=actor,
    )
    recovery.full_clean()
    recovery.save()


def move_repayment(
    *,
    request: RepaymentRequest,
    step: str,
    actor: User,
    reason: str = "",
    amount_cents: int = 0,
    received_on: date | None = None,
    decided_on: date | None = None,
    reference: str = "",
) -> RepaymentRequest:
    """Do one step of a request by its name, for its page.

    Args:
        reason: for the step that asks for one.
        amount_cents, received_on, reference: with ``receive``.
        decided_on, reference: with ``write_off``.

    Raises:
        TransitionRefused: with the reason in French.
    """
    today = timezone.localdate()
    match step:
        case "receive":
            return receive_repayment(
                request=request,
                amount_cents=amount_cents,
                received_on=received_on or today,
                reference=reference,
                actor=actor,
            )
        case "write_off":
            return write_off_repayment(
                request=request, decided_on=decided_on or today, reference=reference, actor=actor
            )
        case "offset":
            return settle_by_offset(request=request, actor=actor)
        case "withdraw":
            return withdraw_repayment(request=request, reason=reason, actor=actor)
    raise TransitionRefused("Cette étape n’existe pas : la page a été mise à jour.")
