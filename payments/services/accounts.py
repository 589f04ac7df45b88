"""Bank accounts: proposed by one person, verified by another."""

from __future__ import annotations

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import transaction

from association.documents import store_bytes
from association.fields import keyed_hash
from association.identifiers import bic_of, clean_iban
from association.machine import TransitionRefused
from association.models import Company, LookLog, Professional, User
from association.permissions import require
from association.services.companies import complete_company
from association.uploads import CheckedUpload
from association.workflow import enter_at, fire, lock
from payments.models import Account, Beneficiary
from payments.models.accounts import LOOK, OPEN_SCAN
from payments.services.account_warnings import warn_of_proposal, warn_of_verification


def propose_for(
    *,
    owner: Professional | Company,
    iban: str,
    holder: str,
    actor: User,
    scan: CheckedUpload | None = None,
    comment: str = "",
    siret: str = "",
    seen: int | None = None,
) -> Account:
    """Enter an account of a person or a company; see `propose_account`. All is written, or nothing.

    Args:
        siret: of a company that has none yet; a company is not paid without one.

    Raises:
        ValidationError: in French, by field.
        TransitionRefused: when the account is there already, or somebody entered one that the page had not shown.
    """
    require(actor, "payments.propose_account")
    with transaction.atomic():
        if isinstance(owner, Company):
            if siret and not owner.siret:
                owner = complete_company(company=owner, siret=siret, finess="", actor=actor)
            if not owner.siret:
                raise ValidationError({"siret": "Indiquez le SIRET : une société n’est pas payée sans lui."})
            beneficiary = Beneficiary.objects.get_or_create(company=owner)[0]
        else:
            beneficiary = Beneficiary.objects.get_or_create(professional=owner)[0]
        return propose_account(
            beneficiary=beneficiary, iban=iban, holder=holder, actor=actor, scan=scan, comment=comment, seen=seen
        )


def propose_account(
    *,
    beneficiary: Beneficiary,
    iban: str,
    holder: str,
    actor: User,
    scan: CheckedUpload | None = None,
    comment: str = "",
    seen: int | None = None,
) -> Account:
    """Enter a new account; the verified one is suspended until the change is decided, and its owner is warned.

    Args:
        iban: as typed; spaces and case do not matter.
        holder: the exact name at the bank.
        scan: the RIB, for those who may see an IBAN only.
        seen: the last account of the beneficiary that the page had shown (0: none); by default it is not asked.

    Raises:
        ValidationError: with what is wrong with the IBAN, in French.
        TransitionRefused: when that account is in force or proposed already, or another was entered meanwhile.
    """
    require(actor, "payments.propose_account")
    number = clean_iban(iban)
    account = Account(
        comment=comment.strip(),
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
        _refuse_overtaken(beneficiary, seen)
        _refuse_known(account)
        verified = beneficiary.accounts.filter(state=Account.State.VERIFIED).first()
        if verified is not None:
            account.replaces = fire(verified, "suspend", actor=actor, comment="Un changement de compte est proposé.")
        else:
            account.replaces = _suspended_by_another_proposal(beneficiary)
        if scan is not None:
            account.scan = store_bytes(
                content=scan.content,
                filename=scan.filename,
                content_type=scan.content_type,
                permission=OPEN_SCAN,
                actor=actor,
            )
        enter_at([(account, Account.State.PROPOSED)], actor=actor, origin="")
        if account.replaces is not None:
            warn_of_proposal(account, actor=actor)
    return account


def _suspended_by_another_proposal(beneficiary: Beneficiary) -> Account | None:
    """The account that is in force again once every proposed change of it is given up."""
    proposed = beneficiary.accounts.filter(state=Account.State.PROPOSED, replaces__state=Account.State.SUSPENDED)
    return next((one.replaces for one in proposed.select_related("replaces").order_by("-pk")), None)


def _refuse_overtaken(beneficiary: Beneficiary, seen: int | None) -> None:
    last = beneficiary.accounts.order_by("-pk").select_related("entered_by").defer("iban").first()
    if seen is not None and last is not None and last.pk != seen:
        raise TransitionRefused(
            f"{last.entered_by} vient de proposer un autre compte (•••• {last.iban_last4}, titulaire {last.holder}). "
            "S’il est le bon, il n’y a plus rien à faire ; sinon, enregistrez de nouveau."
        )


def _refuse_known(account: Account) -> None:
    """The same IBAN and holder once more is a second press, or says nothing new."""
    same = account.beneficiary.accounts.filter(iban_hash=account.iban_hash, holder=account.holder)
    live = (Account.State.PROPOSED, Account.State.VERIFIED)
    if found := same.filter(state__in=live).defer("iban").first():
        raise TransitionRefused(
            f"Ce compte (•••• {found.iban_last4}, titulaire {found.holder}) est déjà enregistré pour ce bénéficiaire : "
            f"il est « {found.get_state_label()} »."
        )


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
        replaced = [fire(older, "archive", actor=actor, comment="Remplacé par un nouveau compte.") for older in before]
        fresh = fire(account, "verify", actor=actor, by=actor)
        if replaced:
            warn_of_verification(fresh, actor=actor)
    return fresh


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


def archive_account(*, account: Account, actor: User, reason: str) -> Account:
    """Put an account away for good; its owner has none until another is verified."""
    return fire(account, "archive", actor=actor, comment=reason)


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
            fire(before, "resume", actor=actor, comment="Le changement proposé n’est pas retenu.")
    return fresh
