"""Whether the holder of an account is the beneficiary, as one reads it: banks compare the two since October 2025."""

from __future__ import annotations

from association.models.territory import search_key
from payments.models import Account


def differs(holder: str, name: str, *, of_company: bool = False) -> bool:
    """Tell whether a holder names somebody else: a notice for who verifies, never a refusal.

    Case, accents, order and whatever else the bank writes (« M. ou Mme ») do not matter. A company's long and short
    names are the same.

    >>> differs("M OU MME LE GOFF ANAIS", "Le Goff Anaïs")
    False
    >>> differs("SELARL DU PORT", "Le Goff Anaïs")
    True
    """
    held, named = set(search_key(holder).split()), set(search_key(name).split())
    return not (named <= held or (of_company and held <= named))


def is_another_name(account: Account) -> bool:
    """Tell whether an account's holder names somebody else than its beneficiary."""
    owner = account.beneficiary
    return differs(account.holder, str(owner), of_company=owner.company_id is not None)
