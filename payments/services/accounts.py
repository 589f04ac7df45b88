"""Bank accounts: proposed by one person, verified by another."""

from __future__ import annotations

from django.contrib.contenttypes.models import ContentType
from django.db import transaction

from association.fields import keyed_hash
from association.identifiers import bic_of, clean_iban
from association.models import LookLog, User
from association.permissions import require
from association.workflow import enter_at, fire, lock
from payments.models import Account, Beneficiary
from payments.models.accounts import LOOK


def propose_account(*, beneficiary: Beneficiary, iban: str, holder: str, actor: User) -> Account:
    """Enter a new account; the verified one is suspended until the change is decided.

    Args:
        iban: as typed; spaces and case do not matter.
        holder: the exact name at the bank.

    Raises:
        ValidationError: with what is wrong with the IBAN, in French.
    """
    require(actor, "payments.propose_account")
    number = clean_iban(iban)
    account = Account(
        beneficiary=beneficiary,
        iban=number,
        iban_hash=keyed_hash(number),
        iban_last4=number[-4:],
        bic=bic_of(number),
        holder=holder.strip(),
        entered_by=actor,
    )
    account.clean_fields(exclude=["state"])
    with transaction.atomic():
        lock(beneficiary)
        verified = beneficiary.accounts.filter(state=Account.State.VERIFIED).first()
        if verified is not None:
            account.replaces = fire(verified, "suspend", actor=actor, comment="Un changement de compte est proposé.")
        return enter_at([(account, Account.State.PROPOSED)], actor=actor, origin="")[0]


def verify_account(*, account: Account, actor: User) -> Account:
    """Verify a proposed account; the one before is archived in the same transaction.

    Raises:
        TransitionRefused: for whoever entered it.
    """
    with transaction.atomic():
        lock(account.beneficiary)
        before = account.beneficiary.accounts.exclude(pk=account.pk).filter(
            state__in=[Account.State.VERIFIED, Account.State.SUSPENDED]
        )
        for older in before:
            fire(older, "archive", actor=actor, comment="Remplacé par un nouveau compte.")
        return fire(account, "verify", actor=actor, by=actor)


def reject_account(*, account: Account, actor: User, reason: str) -> Account:
    """Reject a proposed account; the one that it had suspended is in force again."""
    return _give_up(account, "reject", actor, reason)


def withdraw_account(*, account: Account, actor: User, reason: str = "") -> Account:
    """Withdraw a proposed account; the one that it had suspended is in force again."""
    return _give_up(account, "withdraw", actor, reason)


def suspend_account(*, account: Account, actor: User, reason: str) -> Account:
    """Keep payments from a verified account until it is resumed or replaced."""
    return fire(account, "suspend", actor=actor, comment=reason)


def resume_account(*, account: Account, actor: User, reason: str) -> Account:
    """Put a suspended account in force again; not while a change is proposed."""
    return fire(account, "resume", actor=actor, comment=reason)


def look_at_iban(*, account: Account, actor: User, reason: str = "") -> str:
    """Return the whole IBAN; the look is logged."""
    require(actor, LOOK)
    LookLog.objects.create(
        content_type=ContentType.objects.get_for_model(Account),
        object_id=account.pk,
        what="IBAN",
        actor=actor,
        reason=reason,
    )
    return account.iban


def _give_up(account: Account, name: str, actor: User, reason: str) -> Account:
    with transaction.atomic():
        lock(account.beneficiary)
        fresh = fire(account, name, actor=actor, comment=reason)
        before = fresh.replaces
        still_proposed = fresh.beneficiary.accounts.filter(state=Account.State.PROPOSED).exists()
        if before and before.state == Account.State.SUSPENDED and not still_proposed:
            fire(before, "resume", actor=actor, comment="Le changement proposé n'est pas retenu.")
    return fresh
