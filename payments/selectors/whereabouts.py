"""Where a person's payments are: each action in one plain sentence, for who answers the telephone. No IBAN."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, OuterRef
from django.utils import timezone

from actions.models import Action, Participation
from association.models import Professional, TransitionLog, User
from association.selectors.people import same_person
from payments.bank_reasons import reason_in_words
from payments.models import EARNED, Account, Allocation, DueLine, Exclusion, Payment, Run
from payments.reasons import explain

NOT_YET = {
    Action.State.DRAFT: "Brouillon : pas encore déclarée.",
    Action.State.NOT_RETAINED: "Non retenue.",
    Action.State.WITHDRAWN: "Retirée par l’équipe.",
}
ON_ITS_WAY = {
    Payment.State.PENDING: "virement {reference} prêt, pas encore remis à la banque",
    Payment.State.HELD: "virement {reference} mis en suspens",
    Payment.State.SENT: "virement {reference} remis à la banque",
}


@dataclass(frozen=True)
class Whereabouts:
    """One participation: its sentence, and the tone of its badge.

    ``cents`` is what stands for it now, 0 before a run decided it.
    """

    action: Action
    role: str
    label: str
    tone: str
    sentence: str
    cents: int
    run: Run | None = None
    payment: Payment | None = None


def whereabouts_of(person: Professional, *, user: User, year: int | None = None) -> list[Whereabouts]:
    """Return the participations of a person, under all numbers, in actions that the user sees, the latest first.

    Args:
        year: only those of actions of that civil year.
    """
    if not user.has_perm("payments.view_whereabouts"):
        return []
    rows = (
        Participation.objects.filter(
            professional__in=same_person([person.pk]), action__in=Action.objects.visible_to(user)
        )
        .select_related("action__team", "professional")
        .order_by("-action__held_on", "-action__reference", "pk")
    )
    if year is not None:
        rows = rows.filter(action__held_on__year=year)
    found = list(rows)
    facts = _Facts(found)
    return [facts.of(one) for one in found]


def years_of(person: Professional, *, user: User) -> list[int]:
    """Return the civil years in which the person took part in something, the latest first."""
    mine = Participation.objects.filter(
        professional__in=same_person([person.pk]), action__in=Action.objects.visible_to(user)
    )
    return sorted(set(mine.order_by().values_list("action__held_on__year", flat=True)), reverse=True)


class _Facts:
    """What is known of some participations, read at once."""

    def __init__(self, participations: list[Participation]) -> None:
        keys = [one.pk for one in participations]
        self._lines: dict[int, list[DueLine]] = defaultdict(list)
        reversals = DueLine.objects.filter(reverses=OuterRef("pk"))
        lines = DueLine.objects.filter(participation__in=keys).select_related("run", "beneficiary__company")
        for line in lines.annotate(is_reversed=Exists(reversals)).order_by("pk"):
            self._lines[line.participation_id].append(line)
        self._allocations: dict[int, list[Allocation]] = defaultdict(list)
        rows = Allocation.objects.filter(line__participation__in=keys).select_related("payment__run")
        for row in rows.defer("payment__iban").order_by("pk"):
            self._allocations[row.line_id].append(row)
        self._excluded: dict[int, Exclusion] = {}
        for excluded in Exclusion.objects.filter(participation__in=keys).select_related("run").order_by("pk"):
            self._excluded[excluded.participation_id] = excluded
        actions = {one.action_id for one in participations}
        self._validated = _validated(actions)
        self._refusals = _refusals(actions)
        payees = {line.beneficiary_id for found in self._lines.values() for line in found}
        verified = Account.objects.filter(beneficiary__in=payees, state=Account.State.VERIFIED)
        self._has_account = set(verified.values_list("beneficiary_id", flat=True))
        joined = Account.objects.filter(
            state=Account.State.VERIFIED, beneficiary__professional__duplicates__beneficiary__in=payees
        )
        self._has_account |= set(joined.values_list("beneficiary__professional__duplicates__beneficiary", flat=True))

    def of(self, one: Participation) -> Whereabouts:
        lines = self._lines.get(one.pk, [])
        live = [line for line in lines if line.kind in EARNED and not line.is_reversed]  # type: ignore[attr-defined]
        if live:
            return self._due(one, live[-1])
        if lines:
            return self._taken_back(one, lines)
        return self._undecided(one)

    def _undecided(self, one: Participation) -> Whereabouts:
        action = one.action
        if one.refused_at is not None:
            return _told(one, "Refusée", "bad", f"Participation refusée : {_end(one.refused_reason)}")
        if action.state in NOT_YET:
            reason = self._refusals.get(action.pk, "")
            said = f"Non retenue : {_end(reason)}" if reason else NOT_YET[Action.State(action.state)]
            return _told(one, str(action.get_state_label()), "idle", said)
        if action.state == Action.State.CANCELLED:
            return _told(one, "Annulée", "idle", "Action annulée avant d’être indemnisée.")
        if action.state == Action.State.TO_COMPLETE:
            return _told(one, "À compléter", "attention", "Déclarée, renvoyée à l’équipe pour être complétée.")
        if action.state == Action.State.DECLARED:
            return _told(one, "À valider", "waiting", f"Déclarée le {_day(action.declared_on)}, à valider.")
        excluded = self._excluded.get(one.pk)
        if excluded is None:
            said = f"{self._since(one)}attend le prochain paiement mensuel."
            return _told(one, "À indemniser", "waiting", _capital(said))
        why = explain(excluded.reason)
        said = f"{self._since(one)}non indemnisée : {why.label.lower()} ({excluded.run.in_words}). {why.sentence}"
        return _told(one, "Non indemnisée", "bad", _capital(said), run=excluded.run)

    def _due(self, one: Participation, line: DueLine) -> Whereabouts:
        history = self._allocations.get(line.pk, [])
        now = next((row for row in history if row.released_at is None), None)
        before = [row.payment for row in history if row.released_at is not None]
        to = f" à {line.beneficiary.company}" if line.beneficiary.company_id else ""
        since = self._since(one)
        if now is None:
            return self._waiting(one, line, before, since)
        payment = now.payment
        after = f" Un premier virement ({before[-1].reference}) n’avait pas abouti." if before else ""
        facts: dict[str, Any] = {"cents": line.amount_cents, "run": line.run, "payment": payment}
        if payment.state == Payment.State.PAID:
            by = f"par le virement {payment.reference}"
            if payment.run.kind == Run.Kind.OPENING:
                by = "avant la reprise"
            said = f"{since}payée le {_day(payment.paid_on)}{to} {by}.{after}"
            return _told(one, "Payée", "good", _capital(said), **facts)
        if payment.state == Payment.State.CLEARED:
            said = f"{since}compensée avec une régularisation ({payment.run.in_words}) : rien n’a été viré.{after}"
            return _told(one, "Compensée", "good", _capital(said), **facts)
        on_its_way = ON_ITS_WAY[Payment.State(payment.state)].format(reference=payment.reference)
        return _told(one, "Virement en cours", "waiting", _capital(f"{since}{on_its_way}{to}.{after}"), **facts)

    def _waiting(self, one: Participation, line: DueLine, before: list[Payment], since: str) -> Whereabouts:
        has_account = line.beneficiary_id in self._has_account
        why = "le prochain paiement mensuel la réglera" if has_account else "pas de compte vérifié"
        last = before[-1] if before else None
        facts: dict[str, Any] = {"cents": line.amount_cents, "run": line.run, "payment": last}
        if last is not None:
            because = f" ({reason_in_words(last.bank_reason).lower()})" if last.bank_reason else ""
            words = {Payment.State.VOID: "annulé avant son envoi", Payment.State.REJECTED: "rejeté par la banque"}
            what = words.get(Payment.State(last.state), "revenu de la banque")
            on = f" le {_day(last.back_on)}" if last.back_on else ""
            said = f"{since}virement {last.reference} {what}{on}{because} : due de nouveau, {why}."
            return _told(one, "Due de nouveau", "attention", _capital(said), **facts)
        return _told(one, "En attente", "attention", _capital(f"{since}en attente : {why}."), **facts)

    def _taken_back(self, one: Participation, lines: list[DueLine]) -> Whereabouts:
        last = lines[-1]
        why = "action annulée" if one.action.state == Action.State.CANCELLED else "indemnité reprise"
        if one.refused_at is not None:
            why = f"participation refusée ({one.refused_reason})"
        said = f"Régularisée par le paiement {last.run.in_words} : {why}. Ce qui avait été versé est repris."
        return _told(one, "Régularisée", "idle", said, run=last.run)

    def _since(self, one: Participation) -> str:
        at = self._validated.get(one.action_id)
        return f"validée le {_day(timezone.localdate(at))}, " if at else ""


def _validated(actions: Iterable[int]) -> dict[int, datetime]:
    """Return when each action was last validated; of one that was taken over validated nothing is known."""
    rows = TransitionLog.objects.filter(
        content_type=ContentType.objects.get_for_model(Action),
        object_id__in=list(actions),
        to_state=Action.State.VALIDATED,
        origin="",
    )
    return dict(rows.order_by("pk").values_list("object_id", "at"))


def _refusals(actions: Iterable[int]) -> dict[int, str]:
    """Return why actions were not retained."""
    rows = TransitionLog.objects.filter(
        content_type=ContentType.objects.get_for_model(Action),
        object_id__in=list(actions),
        to_state=Action.State.NOT_RETAINED,
    )
    return dict(rows.order_by("pk").values_list("object_id", "comment"))


def _told(
    one: Participation,
    label: str,
    tone: str,
    sentence: str,
    *,
    cents: int = 0,
    run: Run | None = None,
    payment: Payment | None = None,
) -> Whereabouts:
    role = str(one.get_role_display())
    return Whereabouts(one.action, role, label, tone, sentence, cents, run, payment)


def _day(day: date | None) -> str:
    return f"{day:%d/%m/%Y}" if day else "—"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _end(text: str) -> str:
    return text if text.endswith(".") else f"{text}."
