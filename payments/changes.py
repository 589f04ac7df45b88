"""The changes of the payments that people are told of (association.registries.change_sources).

Never an amount nor a holder: a month, a number of accounts or of transfers that came back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.db.models import Q

from association.registries import ChangeSource, change_sources
from payments.models import Account, Grant, Payment, Run

MONTHS, ACCOUNTS = "Paiements mensuels", "Comptes bancaires"


def _told_runs(pks: Iterable[int]) -> Iterator[tuple[int, None, str]]:
    for run in Run.objects.filter(pk__in=pks):
        yield run.pk, None, f" : {run.in_words}"


def _told_grants(pks: Iterable[int]) -> Iterator[tuple[int, None, str]]:
    for grant in Grant.objects.filter(pk__in=pks):
        yield grant.pk, None, f" : {grant.reference}"


def _without_a_name(pks: Iterable[int]) -> Iterator[tuple[int, None, str]]:
    for pk in pks:
        yield pk, None, ""


def register() -> None:
    """Fill the registry of the ground."""
    change_sources.add(
        "payments.run",
        ChangeSource(
            model=Run,
            one="Paiement mensuel",
            many="paiements mensuels",
            scope=lambda user, teams: Run.objects.visible_to(user).exclude(kind=Run.Kind.OPENING),
            told=_told_runs,
            page="payments:run",
            several="payments:run_list",
            heading=MONTHS,
            apart=True,
        ),
    )
    # That transfers leave and arrive is said by their run; one that did not is somebody's to look at.
    change_sources.add(
        "payments.payment",
        ChangeSource(
            model=Payment,
            one="Virement",
            many="virements",
            scope=lambda user, teams: Payment.objects.visible_to(user),
            told=_without_a_name,
            several="payments:run_list",
            heading=MONTHS,
            only=lambda user: Q(to_state__in=[Payment.State.REJECTED, Payment.State.RETURNED, Payment.State.HELD]),
        ),
    )
    change_sources.add(
        "payments.account",
        ChangeSource(
            model=Account,
            one="Compte bancaire",
            many="comptes bancaires",
            scope=lambda user, teams: Account.objects.visible_to(user),
            told=_without_a_name,
            several="payments:account_list",
            heading=ACCOUNTS,
        ),
    )
    change_sources.add(
        "payments.grant",
        ChangeSource(
            model=Grant,
            one="Dotation",
            many="dotations",
            scope=lambda user, teams: Grant.objects.visible_to(user),
            told=_told_grants,
            page="payments:grant",
            several="payments:grant_list",
            heading="Dotations",
            apart=True,
        ),
    )
