"""A small association with one team under convention: what the tests of runs start from."""

from __future__ import annotations

from datetime import date

from django.utils import timezone

from actions.models import Action, Participation
from association.fields import keyed_hash
from association.models import Department, Membership, MembershipPeriod, Professional, Region, Role, Team, User
from association.workflow import enter_at
from conventions.models import Adhesion, Convention, ConventionTerms
from payments.models import Account, Beneficiary, Payment, Price, RepaymentRequest, Run
from payments.services.runs import approve_run, prepare_run, submit_run

JULY, AUGUST, SEPTEMBER = date(2026, 7, 1), date(2026, 8, 1), date(2026, 9, 1)
IBANS = (
    "FR7630004000031234567890143",
    "FR7610107001011234567890129",
    "FR7630006000011234567890189",
)
PEOPLE = (
    ("10000000017", "Évrard", "Loïc", "10"),
    ("10000000025", "Le Goff", "Anaïs", "60"),
    ("10000000033", "=Duval", "Zoé", "21"),
)


class Office:
    """Staff, two treasurers and an administrator; one ESP CLAP of a GP, a nurse and a pharmacist, paid 50 EUR a RCP."""

    def __init__(self) -> None:
        region = Region.objects.get_or_create(code="52", defaults={"name": "Pays de la Loire"})[0]
        department = Department.objects.get_or_create(
            code="44", defaults={"name": "Loire-Atlantique", "region": region}
        )[0]
        self.staff = User.objects.create_user(
            "gestion@test.example", role=Role.STAFF, full_name="Staff", seen_at=timezone.now()
        )
        self.treasurer = User.objects.create_user(
            "tresorier@test.example", role=Role.TREASURER, full_name="Trésorière", seen_at=timezone.now()
        )
        self.president = User.objects.create_user(
            "president@test.example", role=Role.TREASURER, full_name="Président", seen_at=timezone.now()
        )
        self.admin = User.objects.create_user(
            "admin@test.example", role=Role.ADMIN, full_name="Admin", seen_at=timezone.now()
        )
        self.team = Team(
            code="T1",
            name="Équipe d'Ancenis",
            kind="esp_clap",
            department=department,
            recognised_on=date(2025, 12, 1),
        )
        self._enter(self.team, Team.State.UNDER_CONVENTION)
        self.convention = Convention(
            number="C-1",
            team=self.team,
            starts_on=date(2026, 1, 1),
            ends_on=date(2027, 12, 31),
            signed_on=date(2026, 1, 1),
            effective_on=date(2026, 1, 1),
        )
        self._enter(self.convention, Convention.State.SIGNED)
        self.terms = ConventionTerms.objects.create(convention=self.convention, action_types=["RCP", "PPS"])
        self.people = [self._member(*person, iban=iban) for person, iban in zip(PEOPLE, IBANS, strict=True)]
        self.price = Price.objects.create(
            action_type="RCP",
            role="participant",
            amount_cents=50_00,
            starts_on=date(2026, 1, 1),
            published_by=self.admin,
        )

    def _enter(self, obj, state: str) -> None:
        enter_at([(obj, state)], actor=self.admin, origin="test")

    def _member(self, rpps: str, last_name: str, first_name: str, profession: str, *, iban: str) -> Professional:
        person = Professional.objects.create(
            rpps=rpps, last_name=last_name, first_name=first_name, profession=profession
        )
        membership = Membership.objects.create(team=self.team, professional=person, joined_on=date(2026, 1, 1))
        MembershipPeriod.objects.create(membership=membership, status="confirme")
        self._enter(Adhesion(convention=self.convention, membership=membership, signed_on=date(2026, 1, 1)), "signed")
        beneficiary = Beneficiary.objects.create(professional=person)
        account = Account(
            beneficiary=beneficiary,
            iban=iban,
            iban_hash=keyed_hash(iban),
            iban_last4=iban[-4:],
            bic="BNPAFRPPXXX",
            holder=f"{first_name} {last_name}",
            entered_by=self.staff,
            verified_by=self.treasurer,
        )
        self._enter(account, Account.State.VERIFIED)
        return person

    def rcp(self, held_on: date, *, people: int = 3, reference: str = "", state: str = "validated") -> Action:
        """Record a concertation meeting of the first ``people`` members."""
        action = Action(
            reference=reference or f"A-{Action.objects.count() + 1:03d}",
            team=self.team,
            type="RCP",
            held_on=held_on,
            declared_on=held_on,
        )
        self._enter(action, state)
        Participation.objects.bulk_create(
            Participation(action=action, professional=person, role="participant") for person in self.people[:people]
        )
        return action

    def account_of(self, person: Professional) -> Account:
        return Account.objects.filter(beneficiary__professional=person).latest("pk")

    def prepared(self, month: date = JULY) -> Run:
        return prepare_run(month=month, actor=self.staff)

    def submitted(self, month: date = JULY) -> Run:
        return submit_run(run=self.prepared(month), actor=self.staff)

    def approved(self, month: date = JULY) -> Run:
        return approve_run(run=self.submitted(month), actor=self.treasurer)


def payments_by_person(run: Run) -> dict[str, int]:
    """Return last name -> cents of the payments of a run."""
    rows = Payment.objects.filter(run=run).values_list("beneficiary__professional__last_name", "amount_cents")
    return dict(rows)


def asked_back(office: Office) -> RepaymentRequest:
    """Return a request for repayment of the first member, who need not owe anything any more."""
    request = RepaymentRequest(
        number="TP-2026-001",
        beneficiary=office.people[0].beneficiary,
        amount_cents=50_00,
        requested_on=date(2026, 9, 2),
        reason="Action déclarée deux fois",
        detail=[["A-001", "2026-07-06", "RCP", "reversal", -50_00]],
        requested_by=office.treasurer,
    )
    known = RepaymentRequest.objects.filter(number=request.number).first()
    return known or enter_at([(request, RepaymentRequest.State.REQUESTED)], actor=office.treasurer, origin="test")[0]
