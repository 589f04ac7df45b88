"""Prices, accounts, and rows of the ledger.

What a run writes (lines, payments, allocations) comes from the services in most tests; these factories make single rows
for tests of constraints and pages.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory
from schwifty import IBAN

from association.fields import keyed_hash
from association.identifiers import bic_of
from association.nomenclature import ActionType, ParticipationRole, TeamKind
from payments.models import (
    Account,
    Allocation,
    Beneficiary,
    DueLine,
    Exclusion,
    LineKind,
    Payment,
    Price,
    RepaymentRequest,
    Run,
)
from tests.factories.base import StatefulFactory, at
from tests.factories.field import ParticipationFactory
from tests.factories.ground import BEGINNING, CompanyFactory, ProfessionalFactory, UserFactory

MONTH = date(2026, 7, 1)
NOON = datetime(2026, 8, 3, 12, tzinfo=timezone.get_default_timezone())


def french_iban(number: int) -> str:
    """Return a valid French IBAN, another one for each number."""
    return str(IBAN.generate("FR", bank_code="30004", account_code=f"{number:011d}", branch_code="00823"))


class PriceFactory(DjangoModelFactory):
    """50 EUR to any participant of a concertation meeting, from 2026 on."""

    class Meta:
        model = Price

    kind = TeamKind.ESP_CLAP
    action_type = ActionType.RCP
    role = ParticipationRole.PARTICIPANT
    amount_cents = 50_00
    starts_on = BEGINNING
    published_by = factory.SubFactory(UserFactory, admin=True)


class BeneficiaryFactory(DjangoModelFactory):
    """A person; a company by the trait. The same one twice is the same row."""

    class Meta:
        model = Beneficiary
        django_get_or_create = ("professional", "company")

    class Params:
        of_company = factory.Trait(professional=None, company=factory.SubFactory(CompanyFactory))

    professional = factory.SubFactory(ProfessionalFactory)
    company = None


class AccountFactory(StatefulFactory):
    """Proposed by default; ``number`` makes the IBAN."""

    class Meta:
        model = Account
        exclude = ("number",)

    class Params:
        proposed = at("proposed")
        verified = at("verified", verified_by=factory.SubFactory(UserFactory, treasurer=True), verified_at=NOON)
        suspended = at("suspended", verified_by=factory.SubFactory(UserFactory, treasurer=True), verified_at=NOON)
        rejected = at("rejected")
        withdrawn = at("withdrawn")
        archived = at("archived")

    number = factory.Sequence(lambda n: n + 1)
    beneficiary = factory.SubFactory(BeneficiaryFactory)
    iban = factory.LazyAttribute(lambda one: french_iban(one.number))
    iban_hash = factory.LazyAttribute(lambda one: keyed_hash(one.iban))
    iban_last4 = factory.LazyAttribute(lambda one: one.iban[-4:])
    bic = factory.LazyAttribute(lambda one: bic_of(one.iban))
    holder = factory.LazyAttribute(lambda one: str(one.beneficiary))
    entered_by = factory.SubFactory(UserFactory, staff=True)


SUBMITTED: dict[str, Any] = {
    "build": 1,
    "checksum": "0" * 64,
    "prepared_at": NOON,
    "submitted_by": factory.SubFactory(UserFactory, staff=True),
    "submitted_at": NOON,
}
APPROVED: dict[str, Any] = {
    **SUBMITTED,
    "approved_by": factory.SubFactory(UserFactory, treasurer=True),
    "approved_at": NOON,
}


class RunFactory(StatefulFactory):
    """The empty run of July 2026; a draft that was not computed by default."""

    class Meta:
        model = Run

    class Params:
        draft = at("draft")
        submitted = at("submitted", **SUBMITTED)
        approved = at("approved", **APPROVED)
        exported = at("exported", **APPROVED)
        settled = at("settled", **APPROVED)
        cancelled = at("cancelled")
        voided = at("voided", **APPROVED)

    month = MONTH
    prepared_by = factory.SubFactory(UserFactory, staff=True)


class DueLineFactory(DjangoModelFactory):
    """What one participation earned: 50 EUR."""

    class Meta:
        model = DueLine

    run = factory.SubFactory(RunFactory, approved=True, kind=Run.Kind.OPENING)
    kind = LineKind.INITIAL
    participation = factory.SubFactory(ParticipationFactory)
    beneficiary = factory.SubFactory(
        BeneficiaryFactory, professional=factory.SelfAttribute("..participation.professional")
    )
    team = factory.SelfAttribute("participation.action.team")
    professional = factory.SelfAttribute("participation.professional")
    action_type = factory.SelfAttribute("participation.action.type")
    held_on = factory.SelfAttribute("participation.action.held_on")
    price_cents = 50_00
    amount_cents = 50_00


class ExclusionFactory(DjangoModelFactory):
    class Meta:
        model = Exclusion

    run = factory.SubFactory(RunFactory, approved=True, kind=Run.Kind.OPENING)
    participation = factory.SubFactory(ParticipationFactory)
    reason = "CONVENTION"
    since = MONTH


class PaymentFactory(StatefulFactory):
    """50 EUR to a verified account; pending by default."""

    class Meta:
        model = Payment

    class Params:
        pending = at("pending")
        held = at("held")
        sent = at("sent")
        paid = at("paid", paid_on=date(2026, 8, 5))
        cleared = at("cleared", amount_cents=0, account=None, iban="", iban_hash="", iban_last4="", bic="", holder="")
        void = at("void")
        rejected = at("rejected", bank_reason="AC04", back_on=date(2026, 8, 7))
        returned = at("returned", bank_reason="AC04", back_on=date(2026, 8, 7))

    run = factory.SubFactory(RunFactory, approved=True, kind=Run.Kind.OPENING)
    beneficiary = factory.SubFactory(BeneficiaryFactory)
    amount_cents = 50_00
    reference = factory.Sequence(lambda n: f"CLAP-202607-{n:05d}")
    label = "Indemnites ESP CLAP 07/2026"
    account = factory.SubFactory(AccountFactory, verified=True, beneficiary=factory.SelfAttribute("..beneficiary"))
    iban = factory.SelfAttribute("account.iban")
    iban_hash = factory.SelfAttribute("account.iban_hash")
    iban_last4 = factory.SelfAttribute("account.iban_last4")
    bic = factory.SelfAttribute("account.bic")
    holder = factory.SelfAttribute("account.holder")


class AllocationFactory(DjangoModelFactory):
    class Meta:
        model = Allocation

    class Params:
        released = factory.Trait(released_at=NOON, released_reason="AC04 compte clos")

    line = factory.SubFactory(DueLineFactory)
    payment = factory.SubFactory(
        PaymentFactory,
        run=factory.SelfAttribute("..line.run"),
        beneficiary=factory.SelfAttribute("..line.beneficiary"),
    )


class RepaymentRequestFactory(StatefulFactory):
    """Of 50 EUR paid too much in July 2026; the lines that make the debt are the runs' work."""

    class Meta:
        model = RepaymentRequest

    class Params:
        requested = at("requested")
        partly = at("partly")
        received = at("received")
        written_off = at("written_off")
        offset = at("offset")
        withdrawn = at("withdrawn")

    number = factory.Sequence(lambda n: f"TP-{n:05d}")
    beneficiary = factory.SubFactory(BeneficiaryFactory)
    amount_cents = 50_00
    requested_on = date(2026, 8, 12)
    reason = "Action annulée après son paiement."
    requested_by = factory.SubFactory(UserFactory, treasurer=True)
