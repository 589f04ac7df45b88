"""The checks of a run before its submission: their facts in a number of queries that its payments do not change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Sum
from django.urls import reverse

from association.models import User
from payments.models import Account, Beneficiary, Grant, Payment, PreflightSettings, Run
from payments.preflight import AccountFact, Check, Facts, Found, Severity, Usual, judge
from payments.selectors.grant_watch import grants_after
from payments.selectors.ledger import Settlement
from payments.selectors.mandates import board_payees
from payments.selectors.runs import NEW, exclusions_of, lines_of, month_before, settlement_of, totals_by_team

ARRIVED = (Payment.State.SENT, Payment.State.PAID)
GIVEN_UP = (Account.State.REJECTED, Account.State.WITHDRAWN, Account.State.ARCHIVED)
LABELS = {
    Check.MISSING_PRICE: ("indemnité sans tarif", "indemnités sans tarif"),
    Check.NEW_ACCOUNT: ("compte nouveau ou changé", "comptes nouveaux ou changés"),
    Check.SHARED_IBAN: ("bénéficiaire qui partage son IBAN", "bénéficiaires qui partagent leur IBAN"),
    Check.UNUSUAL_AMOUNT: ("montant bien au-dessus de l’habitude", "montants bien au-dessus de l’habitude"),
    Check.WAITING: ("bénéficiaire en attente de RIB", "bénéficiaires en attente de RIB"),
    Check.NEW_EXCLUSIONS: ("non indemnisé nouveau", "non indemnisés nouveaux"),
    Check.ENVELOPE: ("dotation dépassée", "dotations dépassées"),
    Check.BOARD: ("bénéficiaire lié au bureau", "bénéficiaires liés au bureau"),
    Check.TEAM_DIFFERENCE: ("équipe dont le montant change beaucoup", "équipes dont le montant change beaucoup"),
}
SAID = {
    Check.MISSING_PRICE: "Publiez le tarif manquant, puis préparez de nouveau : rien n’est compté à zéro.",
    Check.NEW_ACCOUNT: "Aucun virement n’y est encore parti : un changement détourné se voit ici.",
    Check.SHARED_IBAN: "Possible pour un couple ou un cabinet ; chacun reçoit son propre virement.",
    Check.UNUSUAL_AMOUNT: "Comparé à la moyenne de leurs virements des douze derniers mois.",
    Check.WAITING: "Rien ne leur est viré : ce qui est dû attend leur RIB.",
    Check.NEW_EXCLUSIONS: "Le mois d’avant, ces participations n’étaient pas écartées.",
    Check.ENVELOPE: "Avec ces indemnités, il est dû plus que la part des équipes de la convention de financement.",
    Check.BOARD: "Ce paiement règle des indemnités de personnes qui ont un mandat au bureau.",
    Check.TEAM_DIFFERENCE: "Par rapport au paiement du mois d’avant.",
}
TONES = {
    Severity.BLOCKING: ("Bloquant", "bad"),
    Severity.WARNING: ("À vérifier", "attention"),
    Severity.NOTICE: ("À savoir", "idle"),
}
# Checks whose cases have a page of their own; the others lead to what shows them already.
OWN_PAGE = (Check.NEW_ACCOUNT, Check.SHARED_IBAN, Check.UNUSUAL_AMOUNT, Check.MISSING_PRICE, Check.ENVELOPE)

OF_BENEFICIARIES = (Check.NEW_ACCOUNT, Check.SHARED_IBAN, Check.UNUSUAL_AMOUNT)

LEADS_TO = {
    Check.WAITING: "payments:run_payments",
    Check.NEW_EXCLUSIONS: "payments:run_exclusions",
    Check.TEAM_DIFFERENCE: "payments:run_totals",
    Check.BOARD: "payments:run_board",
}


@dataclass(frozen=True)
class Remark:
    """A finding as the page of a run shows it."""

    found: Found
    label: str
    text: str
    badge: str
    tone: str
    url: str


@dataclass(frozen=True)
class Case:
    """One beneficiary whom a check named: what this run pays, what is usual, and with whom the IBAN is shared."""

    beneficiary: Beneficiary
    cents: int
    usual_cents: int | None
    account: Account | None
    sharing: tuple[str, ...] = ()


def preflight(run: Run, settlement: Settlement | None = None) -> list[Found]:
    """Return what stands out in an open run, the most severe first; nothing of one that is frozen or not prepared."""
    if run.state not in Run.OPEN or run.build is None:
        return []
    settings = PreflightSettings.current()
    facts = read_facts(run, settlement or settlement_of(run))
    return judge(facts, settings.severities, factor=settings.unusual_factor, percent=settings.difference_percent)


def blocking_reason(run: Run) -> str | None:
    """Return why the checks keep a run from being submitted, all of them in one French sentence; else None."""
    severities = PreflightSettings.current().severities
    if not any(severity is Severity.BLOCKING for check, severity in severities.items() if check in SAID_BY_SETTINGS):
        return None
    known = preflight(run) if run.findings is None else run.findings
    found = [one for one in known if one.severity is Severity.BLOCKING and one.check in SAID_BY_SETTINGS]
    if not found:
        return None
    said = ", ".join(f"{one.count} {_label(one)}" for one in found)
    return f"Les contrôles empêchent de soumettre : {said}. Réglez chaque cas, ou faites changer le réglage."


# A missing price is refused by the machine already, in its own words.
SAID_BY_SETTINGS = frozenset(Check) - {Check.MISSING_PRICE}


def remarks(run: Run, found: Sequence[Found]) -> list[Remark]:
    """Return findings in words, each with the address of its cases."""
    return [Remark(one, _label(one), SAID[one.check], *TONES[one.severity], _url(run, one.check)) for one in found]


def cases(run: Run, check: Check, *, user: User) -> list[Case]:
    """Return the beneficiaries whom a check names now, by name; their accounts for those who may see one."""
    settlement = settlement_of(run)
    found = next((one for one in preflight(run, settlement) if one.check is check), None)
    if found is None:
        return []
    people = Beneficiary.objects.select_related("professional", "company").in_bulk(found.cases)
    live = Account.objects.exclude(state__in=GIVEN_UP).select_related(
        "beneficiary__professional", "beneficiary__company"
    )
    accounts = {one.beneficiary_id: one for one in live.filter(state=Account.State.VERIFIED).defer("iban")}
    owners: dict[str, list[Account]] = defaultdict(list)
    for one in live.defer("iban"):
        owners[one.iban_hash].append(one)
    usual, sees = _usual(run), user.has_perm("payments.view_account")
    rows = []
    for pk in found.cases:
        account, habit = accounts.get(pk), usual.get(pk)
        others = owners[account.iban_hash] if account and check is Check.SHARED_IBAN else []
        rows.append(
            Case(
                people[pk],
                settlement.paid[pk],
                habit.cents // habit.count if habit else None,
                account if sees else None,
                tuple(sorted({str(one.beneficiary) for one in others if one.beneficiary_id != pk})),
            )
        )
    return sorted(rows, key=lambda row: (str(row.beneficiary), row.beneficiary.pk))


@dataclass(frozen=True)
class GrantCase:
    """A grant that a run would exceed, in euro cents: what would be due of its teams' part, and that part."""

    grant: Grant
    due_cents: int
    granted_cents: int

    @property
    def beyond_cents(self) -> int:
        return self.due_cents - self.granted_cents


def grant_cases(run: Run, *, user: User) -> list[GrantCase]:
    """Return the grants that an open run would exceed now, by reference."""
    found = {pk: sums for pk, sums in grants_after(lines_of(run)).items() if sums[0] > sums[1]}
    grants = Grant.objects.visible_to(user).filter(pk__in=found).order_by("reference")
    return [GrantCase(grant, *found[grant.pk]) for grant in grants]


def missing_prices(run: Run) -> list[str]:
    """Return the participations of an open run that have no price, each in a French sentence."""
    return list(run.errors.filter(build=run.build or 0).order_by("pk").values_list("sentence", flat=True))


def read_facts(run: Run, settlement: Settlement) -> Facts:
    """Read what the checks need; in a number of queries that grows with the signed grants alone."""
    paid = {pk: cents for pk, cents in settlement.paid.items() if cents}
    earlier = month_before(run)
    return Facts(
        paid=paid,
        waiting=settlement.waiting,
        accounts=_accounts(paid),
        iban_owners=_iban_owners(),
        usual=_usual(run),
        new_exclusions=exclusions_of(run).filter(since=run.month).count() if earlier else 0,
        missing_prices=run.errors.filter(build=run.build or 0).count(),
        teams=_teams(run, earlier) if earlier else None,
        grants=grants_after(lines_of(run)),
        board=board_payees(run),
    )


def _accounts(paid: Mapping[int, int]) -> list[AccountFact]:
    """An account that was taken over with the file of the start is known from before."""
    sent = Payment.objects.filter(account=OuterRef("pk"), state__in=ARRIVED)
    rows = (
        Account.objects.filter(state=Account.State.VERIFIED)
        .order_by("pk")
        .annotate(is_used=Exists(sent))
        .values_list("beneficiary_id", "iban_hash", "is_used", "origin")
    )
    return [AccountFact(pk, iban, used or bool(origin)) for pk, iban, used, origin in rows if pk in paid]


def _iban_owners() -> dict[str, frozenset[int]]:
    owners: dict[str, set[int]] = defaultdict(set)
    for iban, pk in Account.objects.exclude(state__in=GIVEN_UP).order_by().values_list("iban_hash", "beneficiary_id"):
        owners[iban].add(pk)
    return {iban: frozenset(pks) for iban, pks in owners.items()}


def _usual(run: Run) -> dict[int, Usual]:
    since = run.month.replace(year=run.month.year - 1)
    rows = (
        Payment.objects.filter(state__in=ARRIVED, run__month__gte=since, run__month__lt=run.month)
        .exclude(run__kind=Run.Kind.OPENING)
        .order_by()
        .values_list("beneficiary_id")
        .annotate(count=Count("id"), cents=Sum("amount_cents"))
    )
    return {pk: Usual(count, cents) for pk, count, cents in rows}


def _teams(run: Run, earlier: Run) -> dict[int, tuple[int, int]]:
    now, before = totals_by_team(run), totals_by_team(earlier)
    return {pk: (now.get(pk, 0), before.get(pk, 0)) for pk in sorted(now.keys() | before.keys())}


def _label(found: Found) -> str:
    return LABELS[found.check][found.count > 1]


def _url(run: Run, check: Check) -> str:
    if check in OWN_PAGE:
        return reverse("payments:run_check", args=[run.pk, check.value])
    url = reverse(LEADS_TO[check], args=[run.pk])
    return f"{url}?depuis={NEW}" if check is Check.NEW_EXCLUSIONS else url
