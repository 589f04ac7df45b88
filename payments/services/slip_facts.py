"""What the slips of one run say, read at once: the queries do not grow with the beneficiaries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format

from actions.models import Participation
from association.nomenclature import ActionType, ParticipationRole
from association.selectors.people import kept_ids
from association.workbook.report import french
from payments.bank_reasons import reason_in_words
from payments.models import Allocation, Beneficiary, DueLine, Exclusion, LineKind, Payment, Run
from payments.pricing import MembershipFacts
from payments.reasons import Waiting, explain
from payments.selectors.candidates import Facts
from payments.selectors.joined import joined_payees
from payments.selectors.ledger import left_by
from payments.selectors.runs import exclusions_of
from payments.services.computation import Beneficiaries
from payments.slips.content import SlipContent, SlipExclusion, SlipLine, SlipPayment
from payments.slips.words import OVERPAID, WAITING, said_of

OF_LINE = ("participation__action", "team", "professional", "run")
TAKEN_UP = "Ces indemnités seront reprises par le prochain paiement."
SAID = {
    Payment.State.PENDING: "Ce virement n’est pas encore parti.",
    Payment.State.HELD: "Ce virement est en suspens : il partira dès que l’association l’aura vérifié.",
    Payment.State.SENT: "Virement remis à la banque.",
    Payment.State.PAID: "Virement remis à la banque.",
    Payment.State.CLEARED: "Indemnités et régularisations s’annulent : rien n’est viré.",
    Payment.State.VOID: f"Ce virement n’est pas parti : le compte n’était plus vérifié. {TAKEN_UP}",
}


class SlipFacts:
    """All that the slips of one run say; `content_of` puts one together without asking the database again."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self._approved_on = timezone.localdate(run.approved_at or run.created_at)
        self._kept = kept_ids()
        self._payees = joined_payees(at=run.approved_at or run.created_at)
        self._payments: dict[int, Payment] = {}
        self._paid: dict[int, list[DueLine]] = defaultdict(list)
        self._left: dict[int, list[DueLine]] = defaultdict(list)
        self._excluded: dict[int, list[SlipExclusion]] = defaultdict(list)
        self._read_payments()
        for line in left_by(run).select_related(*OF_LINE).order_by("held_on", "pk"):
            self._left[self._payees.get(line.beneficiary_id, line.beneficiary_id)].append(line)
        self._new: set[int] = set()
        self._read_exclusions()
        found = {*self._payments, *self._left, *self._new}
        self.beneficiaries: Mapping[int, Beneficiary] = Beneficiary.objects.select_related(
            "professional", "company"
        ).in_bulk(found)

    def _read_payments(self) -> None:
        for payment in self.run.payments.defer("iban"):
            self._payments[payment.beneficiary_id] = payment
        payees = {payment.pk: pk for pk, payment in self._payments.items()}
        rows = Allocation.objects.filter(payment__run=self.run).select_related(*(f"line__{name}" for name in OF_LINE))
        for one in rows.order_by("line__held_on", "line_id"):
            self._paid[payees[one.payment_id]].append(one.line)

    def _read_exclusions(self) -> None:
        memberships, payees = Facts.read().memberships, Beneficiaries.read()
        rows = exclusions_of(self.run).select_related("participation__action__team", "participation__professional")
        for one in rows.order_by("participation__action__held_on", "pk"):
            part: Participation = one.participation
            person = self._kept.get(part.professional_id, part.professional_id)
            company = _company_on(memberships.get((part.action.team_id, person), ()), part)
            beneficiary = payees.of(person, company)
            self._excluded[beneficiary].append(_exclusion(one, named=company is not None))
            if one.since == self.run.month:
                self._new.add(beneficiary)

    def content_of(self, beneficiary: Beneficiary, *, number: str) -> SlipContent:
        """Return what the slip of one beneficiary says, under a number."""
        pk = beneficiary.pk
        payment, left = self._payments.get(pk), self._left.get(pk, [])
        left_cents = sum(line.amount_cents for line in left)
        waits = explain((Waiting.NO_ACCOUNT if left_cents >= 0 else Waiting.OVERPAID).value)
        return SlipContent(
            number=number,
            organisation=settings.ORGANISATION_NAME,
            month=self.run.month,
            run=self.run.name,
            beneficiary=str(beneficiary),
            identifier=_identifier(beneficiary),
            approved_on=self._approved_on,
            payment=_payment(payment) if payment else None,
            lines=tuple(self._line(line, beneficiary) for line in self._paid.get(pk, [])),
            left=tuple(self._line(line, beneficiary) for line in left),
            left_cents=left_cents,
            left_label=waits.label if left else "",
            left_sentence=french(WAITING if left_cents >= 0 else OVERPAID) if left else "",
            exclusions=tuple(self._excluded.get(pk, [])),
        )

    def _line(self, line: DueLine, beneficiary: Beneficiary) -> SlipLine:
        own = line.professional_id == beneficiary.professional_id
        notes = []
        if line.cut_by and line.kind != LineKind.REVERSAL:
            notes.append("Réduite : " + ", ".join(explain(code).label.lower() for code in line.cut_by.split("+")))
        if line.run_id != self.run.pk:
            notes.append(f"Due depuis {date_format(line.run.month, 'F Y')}")
        part = line.participation
        return SlipLine(
            reference=part.action.reference,
            held_on=line.held_on,
            action_type=str(ActionType(line.action_type).label),
            team=line.team.name,
            role=str(ParticipationRole(part.role).label),
            person="" if own else str(line.professional),
            kind=str(LineKind(line.kind).label),
            price_cents=line.price_cents,
            amount_cents=line.amount_cents,
            note=french(". ".join(notes)),
        )


def _payment(payment: Payment) -> SlipPayment:
    gone = payment.state in Payment.GONE
    on = f" le {payment.back_on:%d/%m/%Y}" if payment.back_on else ""
    said = SAID.get(Payment.State(payment.state)) or (
        f"Ce virement est revenu de la banque{on} : {reason_in_words(payment.bank_reason).lower()}. {TAKEN_UP}"
    )
    return SlipPayment(
        reference=payment.reference,
        cents=payment.amount_cents,
        holder=payment.holder,
        account_end=payment.iban_last4,
        said=french(said),
        gone=gone,
    )


def _exclusion(one: Exclusion, *, named: bool) -> SlipExclusion:
    part, why = one.participation, explain(one.reason)
    return SlipExclusion(
        reference=part.action.reference,
        held_on=part.action.held_on,
        action_type=str(ActionType(part.action.type).label),
        team=part.action.team.name,
        role=str(ParticipationRole(part.role).label),
        person=str(part.professional) if named else "",
        label=french(why.label),
        sentence=french(said_of(one.reason)),
    )


def _company_on(stays: Iterable[MembershipFacts], part: Participation) -> int | None:
    """Return the company that would have been owed what a participation did not earn."""
    day = part.action.held_on
    for stay in stays:
        for practice in stay.practices:
            if practice.company_id and practice.period.covers(day):
                return practice.company_id
    return None


def _identifier(beneficiary: Beneficiary) -> str:
    if beneficiary.professional:
        return f"RPPS {beneficiary.professional.rpps}"
    company = beneficiary.company
    return f"SIRET {company.siret}" if company and company.siret else ""
