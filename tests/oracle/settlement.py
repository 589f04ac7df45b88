"""docs/payment-rules.md read aloud: slow, naive, without any cache, and sharing nothing with the real code.

The only state is a ledger (a list of entries that grows) and a few lists of decisions. Every balance is the
sum of the ledger, computed again each time that it is needed. All amounts are integer euro cents.
"""

import calendar
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from .region import (
    CancelAction,
    Event,
    PublishPrice,
    RaiseCeiling,
    RefuseParticipation,
    Region,
    SetPersonalCeiling,
    VerifyAccount,
)

CONCERTATION = ("RCP", "RCPP")
BY_AN_ASSOCIATION = ("PREVENTION", "ETP")
DEFAULT_CEILING_CENTS = 10_000_00
DEFAULT_KIND = "ESP CLAP"


class MissingPriceError(Exception):
    """A participation is payable and the price list has nothing for it: an error of the run."""


# --------------------------------------------------------------------------------------------- what comes out


class Line(NamedTuple):
    """A due line of the run. `cut`: "", "CAP_TEAM", "CAP_PERSON" or "CAP_TEAM+CAP_PERSON"; a reversal has the
    tarif of the line that it reverses, the opposite amount and no cut."""

    kind: str  # initial, reversal, correction
    action: str
    rpps: str
    role: str  # participant, redacteur
    tarif_cents: int
    amount_cents: int
    cut: str


class Exclusion(NamedTuple):
    """Why a participation that was looked at in this run earns nothing in it."""

    action: str
    rpps: str
    reason: str


@dataclass
class MonthResult:
    """What one monthly run gives. Beneficiaries are named by the RPPS, or by the code of the company."""

    month: str
    lines: list[Line] = field(default_factory=list)
    exclusions: list[Exclusion] = field(default_factory=list)
    payments: dict[str, int] = field(default_factory=dict)  # above zero, or zero: compensation
    waiting: dict[str, int] = field(default_factory=dict)  # no verified account: zero or above
    carried: dict[str, int] = field(default_factory=dict)  # trop-perçu: below zero

    @property
    def due_cents(self) -> int:
        return sum(line.amount_cents for line in self.lines)

    @property
    def paid_cents(self) -> int:
        return sum(self.payments.values())

    @property
    def excluded(self) -> dict[str, int]:
        return dict(Counter(exclusion.reason for exclusion in self.exclusions))


# --------------------------------------------------------------------------------------- what the sheets say


@dataclass(eq=False)
class Price:
    kind: str
    type: str
    role: str
    profession: str | None
    start: date
    cents: int
    max_per_year: int | None

    @property
    def key(self) -> tuple[str, str, str, str | None, date]:
        return (self.kind, self.type, self.role, self.profession, self.start)


@dataclass(eq=False)
class Convention:
    number: str
    team: str
    effective_on: date | None  # None: not signed
    end: date
    types: list[str]
    ceiling_cents: int
    amendments: list[tuple[date, int]]  # (from, ceiling), in the order of the decisions

    def in_force(self, day: date) -> bool:
        return self.effective_on is not None and self.effective_on <= day <= self.end

    def ceiling_on(self, day: date) -> int:
        ceiling, since = self.ceiling_cents, date.min
        for start, amended in self.amendments:
            if since <= start <= day:
                ceiling, since = amended, start
        return ceiling


@dataclass(eq=False)
class Member:
    team: str
    rpps: str
    joined: date
    left: date | None
    confirmed: bool
    salaried: bool
    company: str | None
    signed_on: date | None


@dataclass(eq=False)
class Action:
    reference: str
    team: str
    type: str
    day: date
    validated: bool


@dataclass(eq=False)
class Participation:
    action: Action
    rpps: str
    role: str
    already_paid: int | None

    @property
    def place(self) -> tuple[date, str, str]:
        """The one fixed order; Python compares text by code point."""
        return (self.action.day, self.action.reference, self.rpps)


@dataclass(eq=False)
class Entry:
    """One line of the ledger, written once."""

    kind: str  # opening, initial, reversal, correction
    participation: Participation
    price: Price | None
    tarif: int
    cents: int
    cut: tuple[str, ...]
    reverses: "Entry | None" = None

    @property
    def team(self) -> str:
        return self.participation.action.team

    @property
    def year(self) -> int:
        return self.participation.action.day.year

    @property
    def rpps(self) -> str:
        return self.participation.rpps

    def as_line(self) -> Line:
        p = self.participation
        return Line(self.kind, p.action.reference, p.rpps, p.role, self.tarif, self.cents, "+".join(self.cut))


@dataclass
class Books:
    """Everything known at one moment."""

    prices: list[Price]
    kinds: dict[str, str]
    structures: dict[str, str]
    professions: dict[str, str]
    members: list[Member]
    conventions: list[Convention]
    actions: list[Action]
    participations: list[Participation]
    verified: set[str]
    personal_ceiling: int | None = None
    cancelled: set[str] = field(default_factory=set)
    refused: set[tuple[str, str]] = field(default_factory=set)
    reopened: set[tuple[str, int]] = field(default_factory=set)
    final: list[tuple[Participation, str]] = field(default_factory=list)
    ledger: list[Entry] = field(default_factory=list)
    settled: list[Entry] = field(default_factory=list)


def cents(euros: Any) -> int:
    """Euros of a sheet (Decimal, int or float with two decimals) in cents."""
    amount = Decimal(str(euros)) * 100
    if amount != int(amount):
        raise ValueError(f"{euros!r} has more than two decimals")
    return int(amount)


def role_code(written: str) -> str:
    return {"participant": "participant", "rédacteur": "redacteur"}[written]


def codes(written: str) -> list[str]:
    return [code.strip() for code in written.split(";") if code.strip()]


def open_books(region: Region) -> Books:
    """Read the sheets, and write the opening lines (what was paid on paper before the start)."""
    sheets = region.sheets
    actions = [
        Action(r["Référence"], r["Code équipe"], r["Type"], r["Date"], r.get("Validée") == "oui")
        for r in sheets["Actions"]
    ]
    books = Books(
        prices=[read_price(row) for row in sheets["Barème"]],
        kinds={r["Code équipe"]: r["Nature"] for r in sheets["Équipes"]},
        structures={r["Code équipe"]: r.get("Structure juridique") or "aucune" for r in sheets["Équipes"]},
        professions={r["RPPS"]: r["Profession"] for r in sheets["Professionnels"]},
        members=[read_member(row) for row in sheets["Membres"]],
        conventions=[read_convention(row) for row in sheets["Conventions"]],
        actions=actions,
        participations=[read_participation(row, actions) for row in sheets["Participations"]],
        verified={r["Code"] for r in sheets.get("Bénéficiaires", []) if has_verified_account(r)}
        | {r["RPPS"] for r in sheets["Professionnels"] if has_verified_account(r)},
    )
    for p in books.participations:
        if p.already_paid is not None:
            books.ledger.append(Entry("opening", p, None, p.already_paid, p.already_paid, ()))
    return books


def has_verified_account(row: dict[str, Any]) -> bool:
    return bool(row.get("IBAN")) and row.get("Compte vérifié") == "oui"


def read_price(row: dict[str, Any]) -> Price:
    return Price(
        kind=row.get("Nature") or DEFAULT_KIND,
        type=row["Type d'action"],
        role=role_code(row["Rôle"]),
        profession=row.get("Profession"),
        start=row["En vigueur le"],
        cents=cents(row["Montant"]),
        max_per_year=row.get("Nombre maximal par an"),
    )


def read_member(row: dict[str, Any]) -> Member:
    return Member(
        team=row["Code équipe"],
        rpps=row["RPPS"],
        joined=row["Entrée le"],
        left=row.get("Sortie le"),
        confirmed=row["Statut"] == "confirmé",
        salaried=row.get("Mode d'exercice") == "salarié",
        company=row.get("Bénéficiaire"),
        signed_on=row.get("Signature le"),
    )


def read_convention(row: dict[str, Any]) -> Convention:
    signed_on, effective_on = row.get("Signée le"), None
    if signed_on is not None:
        effective_on = row.get("Effet le") or max(row["Début"], signed_on)
    ceiling = row.get("Plafond annuel")
    return Convention(
        number=row["Numéro"],
        team=row["Code équipe"],
        effective_on=effective_on,
        end=row["Fin"],
        types=codes(row["Types d'action"]),
        ceiling_cents=DEFAULT_CEILING_CENTS if ceiling is None else cents(ceiling),
        amendments=[],
    )


def read_participation(row: dict[str, Any], actions: list[Action]) -> Participation:
    (action,) = [a for a in actions if a.reference == row["Référence action"]]
    paid = row.get("Déjà payé")
    return Participation(action, row["RPPS"], role_code(row["Rôle"]), None if paid is None else cents(paid))


# ------------------------------------------------------------------------------------------------- the events


def happen(books: Books, event: Event) -> None:
    """Write down a decision; what follows from it is the business of the next run."""
    match event:
        case SetPersonalCeiling():
            books.personal_ceiling = event.ceiling_cents
        case CancelAction():
            books.cancelled.add(event.action)
        case RefuseParticipation():
            books.refused.add((event.action, event.rpps))
        case PublishPrice():
            books.prices.append(
                Price(
                    event.kind,
                    event.action_type,
                    event.role,
                    event.profession,
                    event.start,
                    event.amount_cents,
                    event.max_per_year,
                )
            )
        case RaiseCeiling():
            (convention,) = [c for c in books.conventions if c.number == event.convention]
            convention.amendments.append((event.from_date, event.ceiling_cents))
            books.reopened.add((convention.team, event.year))
        case VerifyAccount():
            books.verified.add(event.beneficiary)


# ----------------------------------------------------------------------------------- questions to the ledger


def live(books: Books) -> list[Entry]:
    reversed_entries = [e.reverses for e in books.ledger if e.reverses is not None]
    return [e for e in books.ledger if e.kind != "reversal" and e not in reversed_entries]


def team_balance(books: Books, team: str, year: int) -> int:
    return sum(e.cents for e in books.ledger if e.team == team and e.year == year)


def personal_balance(books: Books, rpps: str, year: int) -> int:
    return sum(e.cents for e in books.ledger if e.rpps == rpps and e.year == year)


def paid_number(books: Books, rpps: str, action_type: str, year: int) -> int:
    """Paid participations of this type, whatever the role and the team, less those that were reversed."""
    mine = [e for e in books.ledger if e.rpps == rpps and e.year == year]
    same_type = [e for e in mine if e.participation.action.type == action_type]
    return sum(-1 if e.kind == "reversal" else 1 for e in same_type)


def price_of(books: Books, p: Participation) -> Price:
    """The one with the latest start: for the profession, else for any; of one start, the last published."""
    kind, profession = books.kinds[p.action.team], books.professions[p.rpps]
    for wanted in (profession, None):
        fitting = [
            price
            for price in books.prices
            if (price.kind, price.type, price.role, price.profession) == (kind, p.action.type, p.role, wanted)
            and price.start <= p.action.day
        ]
        if fitting:
            latest = max(price.start for price in fitting)
            return [price for price in fitting if price.start == latest][-1]
    raise MissingPriceError(f"{p.action.reference} {p.rpps} {p.role}")


def superseded(books: Books, price: Price | None) -> bool:
    """A newer version was published for the same kind, type, role, profession and start."""
    return price is not None and [p for p in books.prices if p.key == price.key][-1] is not price


# ----------------------------------------------------------------------------------------- reasons not to pay


def one_year_after(day: date) -> date:
    last = calendar.monthrange(day.year + 1, day.month)[1]
    return date(day.year + 1, day.month, min(day.day, last))


def judged_on(books: Books, action: Action, month_end: date) -> tuple[Convention | None, date]:
    """The convention that counts for the action, and the date on which reasons 1 to 6 are judged."""
    own = [c for c in books.conventions if c.team == action.team and c.effective_on is not None]
    in_force = [c for c in own if c.in_force(action.day)]
    if in_force:
        return max(in_force, key=lambda c: (c.effective_on, c.number)), action.day
    if action.type == "PROJET":
        last_day = one_year_after(action.day)
        coming = [c for c in own if c.effective_on and action.day < c.effective_on <= last_day]
        if coming:
            first = min(coming, key=lambda c: (c.effective_on, c.number))
            if first.effective_on and first.effective_on <= month_end and first.in_force(first.effective_on):
                return first, first.effective_on
    return None, action.day


def membership(books: Books, p: Participation, day: date) -> Member | None:
    for m in books.members:
        here = m.team == p.action.team and m.rpps == p.rpps
        if here and m.confirmed and m.joined <= day and (m.left is None or day <= m.left):
            return m
    return None


def too_few(books: Books, action: Action) -> bool:
    """Fewer than two people or two professions among the participations that staff did not refuse."""
    people = {
        p.rpps for p in books.participations if p.action is action and (action.reference, p.rpps) not in books.refused
    }
    return len(people) < 2 or len({books.professions[rpps] for rpps in people}) < 2


def reason_not_to_pay(books: Books, p: Participation, month_end: date) -> str | None:
    action = p.action
    convention, day = judged_on(books, action, month_end)
    if convention is None:
        return "CONVENTION"
    if action.type not in convention.types:
        return "TYPE"
    if action.type in BY_AN_ASSOCIATION and books.structures[action.team] != "association":
        return "STRUCTURE"
    member = membership(books, p, day)
    if member is None:
        return "MEMBER"
    if member.salaried and not member.company:
        return "LIBERAL"
    if member.signed_on is None or member.signed_on > day:
        return "SIGNATURE"
    if action.type in CONCERTATION and too_few(books, action):
        return "PLURI"
    return None


# ------------------------------------------------------------------------------------------------- one month


def month_end(month: str) -> date:
    year, number = (int(part) for part in month.split("-"))
    return date(year, number, calendar.monthrange(year, number)[1])


def reverse(books: Books, entry: Entry) -> None:
    books.ledger.append(
        Entry("reversal", entry.participation, entry.price, entry.tarif, -entry.cents, (), reverses=entry)
    )


def write_reversals(books: Books) -> None:
    """First of all: what is given back is there for the rest of the run, in amount and in count."""
    for entry in live(books):
        p = entry.participation
        dead = p.action.reference in books.cancelled or (p.action.reference, p.rpps) in books.refused
        reopened = "CAP_TEAM" in entry.cut and (entry.team, entry.year) in books.reopened
        if dead or superseded(books, entry.price) or reopened:
            reverse(books, entry)
    books.final = [
        (p, reason)
        for p, reason in books.final
        if not (reason == "CAP_TEAM" and (p.action.team, p.action.day.year) in books.reopened)
    ]
    books.reopened = set()


def candidates(books: Books, end: date) -> list[Participation]:
    has_line = [e.participation for e in live(books)]
    has_end = [p for p, _ in books.final]
    found = [
        p
        for p in books.participations
        if p.action.validated
        and p.action.reference not in books.cancelled
        and (p.action.reference, p.rpps) not in books.refused
        and p.action.day <= end
        and p not in has_line
        and p not in has_end
    ]
    return sorted(found, key=lambda p: p.place)


def shares(left: int, amounts: list[int]) -> list[int]:
    """What each line gets of what is left, in the fixed order."""
    left, total = max(left, 0), sum(amounts)
    if total <= left:
        return list(amounts)
    given = [left * amount // total for amount in amounts]
    for i in range(left - sum(given)):
        given[i] += 1
    return given


def settle_action(books: Books, action: Action, group: list[Participation], end: date) -> list[Exclusion]:
    """The candidates of one action: exclusions, price, number cap, team ceiling, personal ceiling."""
    out: list[tuple[Participation, str]] = []
    priced: list[tuple[Participation, Price]] = []
    for p in group:
        reason = reason_not_to_pay(books, p, end)
        if reason is not None:
            out.append((p, reason))
            continue
        price = price_of(books, p)
        number = paid_number(books, p.rpps, action.type, action.day.year)
        if price.max_per_year is not None and number >= price.max_per_year:
            out.append((p, "CAP_COUNT"))
        else:
            priced.append((p, price))
    if priced:
        convention, _ = judged_on(books, action, end)
        if convention is None:
            raise AssertionError("a priced line has a convention")
        used = team_balance(books, action.team, action.day.year)
        given = shares(convention.ceiling_on(action.day) - used, [price.cents for _, price in priced])
        for (p, price), share in zip(priced, given, strict=True):
            refusal = write_line(books, p, price, share)
            if refusal:
                out.append((p, refusal))
    books.final += [(p, reason) for p, reason in out if reason.startswith("CAP_")]
    return [Exclusion(action.reference, p.rpps, reason) for p, reason in out]


def write_line(books: Books, p: Participation, price: Price, share: int) -> str | None:
    """Write what the personal ceiling leaves of the share; the reason instead when that is nothing."""
    if share == 0:
        return "CAP_TEAM"
    amount, cut = share, ["CAP_TEAM"] if share < price.cents else []
    if books.personal_ceiling is not None:
        left = books.personal_ceiling - personal_balance(books, p.rpps, p.action.day.year)
        if left <= 0:
            return "CAP_PERSON"
        if left < share:
            amount = left
            cut.append("CAP_PERSON")
    kind = "correction" if any(e.participation is p for e in books.ledger) else "initial"
    books.ledger.append(Entry(kind, p, price, price.cents, amount, tuple(cut)))
    return None


def beneficiary(books: Books, p: Participation) -> str:
    """The company recorded on the membership, else the professional."""
    for m in books.members:
        if m.team == p.action.team and m.rpps == p.rpps and m.company:
            return m.company
    return p.rpps


def pay(books: Books, result: MonthResult) -> None:
    """Sum, per beneficiary, all lines that no payment has settled; opening lines were paid on paper."""
    due = [e for e in books.ledger if e.kind != "opening" and e not in books.settled]
    for who in sorted({beneficiary(books, e.participation) for e in due}):
        mine = [e for e in due if beneficiary(books, e.participation) == who]
        net = sum(e.cents for e in mine)
        if net < 0:
            result.carried[who] = net
        elif who not in books.verified:
            result.waiting[who] = net
        else:
            result.payments[who] = net
            books.settled += mine


def run_month(books: Books, month: str) -> MonthResult:
    """One regular run: prepared, submitted, approved and exported."""
    result, end, before = MonthResult(month), month_end(month), len(books.ledger)
    write_reversals(books)
    todo = candidates(books, end)
    done: list[Action] = []
    for p in todo:
        if p.action not in done:
            done.append(p.action)
            group = [other for other in todo if other.action is p.action]
            result.exclusions += settle_action(books, p.action, group, end)
    new = books.ledger[before:]
    new.sort(key=lambda e: (e.participation.place, e.kind != "reversal"))
    result.lines = [e.as_line() for e in new]
    pay(books, result)
    return result


def settle(region: Region, months: list[str]) -> list[MonthResult]:
    """Run the months ("2026-01", ...) one after the other, with the region's events between them."""
    books, results, coming = open_books(region), [], list(region.events)
    for month in months:
        for event in [e for e in coming if e.after_month is None or e.after_month < month]:
            happen(books, event)
            coming.remove(event)
        results.append(run_month(books, month))
    return results
