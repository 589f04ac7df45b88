"""Bank accounts: nearly all verified, a few proposed, missing or suspended, so that something waits."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import timedelta

from association.fields import keyed_hash
from association.models import Company, Professional
from association.workflow import enter_at
from config.demo.banking import bic_of_bank, draw_iban, holder_of, holder_of_company
from config.demo.plan import TeamPlan
from config.demo.span import Span, at
from config.demo.users import DemoUsers
from payments.models import Account, Beneficiary

ORIGIN = "demo"


@dataclass
class Accounts:
    """Draws the accounts of a team's people and companies. ``drawn``: what is to be written."""

    users: DemoUsers
    span: Span
    rng: random.Random
    _beneficiaries: list[Beneficiary] = field(default_factory=list)
    _rows: list[tuple[Account, str]] = field(default_factory=list)
    _changes: list[tuple[Account, str]] = field(default_factory=list)

    def draw(self, plan: TeamPlan) -> None:
        """Draw accounts for the new people and the companies of a team that is, or was, paid."""
        paid = any(agreement.convention.signed_on for agreement in plan.agreements)
        for member in plan.members:
            if member.is_new:
                self._person(member.professional, paid=paid)
        for company in plan.companies:
            self._company(company, paid=paid)

    def write(self) -> None:
        """Write what was drawn, and forget it."""
        Beneficiary.objects.bulk_create(self._beneficiaries, batch_size=2_000)
        for state in (Account.State.VERIFIED, Account.State.SUSPENDED, Account.State.PROPOSED):
            # The history names who brought an account to its state: the one who verified did not enter it.
            verified = state == Account.State.VERIFIED
            rows = [row for row in self._rows if row[1] == state]
            enter_at(rows, actor=self.users.tresorier if verified else self.users.gestion, origin=ORIGIN)
        enter_at(self._changes, actor=self.users.gestion, origin=ORIGIN)
        self._beneficiaries, self._rows, self._changes = [], [], []

    def _person(self, person: Professional, *, paid: bool) -> None:
        beneficiary = Beneficiary(professional=person)
        self._beneficiaries.append(beneficiary)
        draw, holder = self.rng.random(), holder_of(person, self.rng)
        if not paid or draw < 0.025:
            return
        if draw < 0.05:
            self._rows.append((self._account(beneficiary, holder), Account.State.PROPOSED))
        elif draw < 0.055:
            self._rows.append((self._account(beneficiary, holder, verified=True), Account.State.SUSPENDED))
        elif draw < 0.065:
            before = self._account(beneficiary, holder, verified=True)
            self._rows.append((before, Account.State.SUSPENDED))
            change = self._account(beneficiary, holder, days_ago=6)
            change.replaces = before
            self._changes.append((change, Account.State.PROPOSED))
        else:
            self._rows.append((self._account(beneficiary, holder, verified=True), Account.State.VERIFIED))

    def _company(self, company: Company, *, paid: bool) -> None:
        beneficiary = Beneficiary(company=company)
        self._beneficiaries.append(beneficiary)
        if paid and self.rng.random() > 0.03:
            account = self._account(beneficiary, holder_of_company(company), verified=True)
            self._rows.append((account, Account.State.VERIFIED))

    def _account(self, beneficiary: Beneficiary, holder: str, *, verified: bool = False, days_ago: int = 0) -> Account:
        iban = draw_iban(self.rng)
        entered = self.span.end - timedelta(days=days_ago or self.rng.randint(20, 600))
        return Account(
            beneficiary=beneficiary,
            iban=iban,
            iban_hash=keyed_hash(iban),
            iban_last4=iban[-4:],
            bic=bic_of_bank(iban[4:9]),
            holder=holder,
            origin=ORIGIN,
            entered_by=self.users.gestion,
            entered_at=at(entered),
            verified_by=self.users.tresorier if verified else None,
            verified_at=at(entered + timedelta(days=4), 11) if verified else None,
        )
