"""Bank accounts as their list and pages show them; never a whole IBAN."""

from __future__ import annotations

from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, OuterRef, Q, QuerySet

from association.models import Company, LookLog, Professional, User
from association.searching import having, words
from association.selectors.history import Entry, history_of
from association.selectors.teams import people_named
from payments.models import Account, Beneficiary

OF_BENEFICIARY = ("beneficiary__professional", "beneficiary__company")
# What a list is asked for beside its columns.
MINE, OF_OTHERS = "a-verifier", "par-un-autre"
WAITING = ((MINE, "À vérifier par vous"), (OF_OTHERS, "Saisi par vous, à vérifier par une autre personne"))
SHARED = "partage"
IN_DOUBT = ((SHARED, "Même IBAN pour plusieurs bénéficiaires"),)


def account_list(user: User) -> QuerySet[Account]:
    """Return the accounts that the user may see, without their encrypted IBAN, the last entered first."""
    return (
        Account.objects.visible_to(user)
        .select_related(*OF_BENEFICIARY, "entered_by", "verified_by")
        .defer("iban")
        .order_by("-entered_at", "-pk")
    )


def waiting_accounts(accounts: QuerySet[Account], what: str, *, user: User) -> QuerySet[Account]:
    """Return the proposed accounts that the user may verify, or those that they entered and somebody else verifies."""
    proposed = accounts.filter(state=Account.State.PROPOSED)
    return proposed.exclude(entered_by=user) if what == MINE else proposed.filter(entered_by=user)


def with_shared_iban(accounts: QuerySet[Account]) -> QuerySet[Account]:
    """Return the accounts whose IBAN is another beneficiary's too; one that was refused or withdrawn is nobody's."""
    given_up = (Account.State.REJECTED, Account.State.WITHDRAWN)
    others = Account.objects.filter(iban_hash=OuterRef("iban_hash")).exclude(state__in=given_up)
    return accounts.exclude(state__in=given_up).filter(
        Exists(others.exclude(beneficiary=OuterRef("beneficiary")).order_by())
    )


def beneficiaries_named(word: str) -> QuerySet[Beneficiary]:
    """Return the beneficiaries of whom a word typed is in the name or the RPPS."""
    companies = having(Company.objects.order_by(), word, "name")
    found = Q(professional__in=people_named(word).values("pk")) | Q(company__in=companies.values("pk"))
    return Beneficiary.objects.filter(found).order_by()


def search_accounts(accounts: QuerySet[Account], text: str) -> QuerySet[Account]:
    """Return the accounts of which every word typed is in a name or the RPPS, or is the end of the IBAN."""
    for word in words(text):
        named = having(Account.objects.order_by(), word, "holder")
        accounts = accounts.filter(
            Q(beneficiary__in=beneficiaries_named(word).values("pk"))
            | Q(pk__in=named.values("pk"))
            | Q(iban_last4__iexact=word)
        )
    return accounts


def accounts_of(owner: Professional | Company) -> QuerySet[Account]:
    """Return the accounts of a person or a company, without their encrypted IBAN, the last entered first."""
    of = {"beneficiary__company": owner} if isinstance(owner, Company) else {"beneficiary__professional": owner}
    return Account.objects.filter(**of).defer("iban").order_by("-pk")


def last_account_of(owner: Professional | Company) -> int:
    """Return the key of the account entered last, 0 without one: what a page has seen."""
    return accounts_of(owner).values_list("pk", flat=True).first() or 0


def standing_of(owner: Professional | Company) -> str:
    """Return the state that counts among a person's or a company's accounts: proposed, verified, suspended, or ""."""
    states = set(accounts_of(owner).values_list("state", flat=True))
    order = (Account.State.PROPOSED, Account.State.VERIFIED, Account.State.SUSPENDED)
    return next((str(state) for state in order if state in states), "")


def other_accounts(account: Account, user: User) -> list[Account]:
    """Return the other accounts of the same beneficiary."""
    return list(account_list(user).filter(beneficiary=account.beneficiary_id).exclude(pk=account.pk))


def sharing_iban(account: Account, user: User) -> list[Account]:
    """Return the accounts of other beneficiaries that have the same IBAN, given up or not."""
    return list(account_list(user).filter(iban_hash=account.iban_hash).exclude(beneficiary=account.beneficiary_id))


def history_of_account(account: Account) -> list[Entry]:
    """Return what happened to an account, newest first: its changes of state, and each look at its whole IBAN."""
    kind = ContentType.objects.get_for_model(Account)
    looks = LookLog.objects.filter(content_type=kind, object_id=account.pk).select_related("actor")
    seen = [Entry(f"{look.what} lu en entier", look.at, str(look.actor), look.reason) for look in looks]
    return sorted([*history_of(account), *seen], key=lambda entry: entry.at, reverse=True)
