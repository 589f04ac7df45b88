"""A whole demo region, always the same for the same numbers: invented people in real communes."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from actions.models import Action, Participation
from association.findings import refresh_findings
from association.models import Professional, Team
from config.demo.accounts import Accounts
from config.demo.activity import Activity
from config.demo.dossiers import Dossiers
from config.demo.grants import fund_examples, seat_examples
from config.demo.history import Opening, load_history
from config.demo.membership import Members
from config.demo.months import Settled, settle_months
from config.demo.oddities import plant
from config.demo.people import People
from config.demo.places import Places, themes
from config.demo.plan import Afterwards, TeamPlan
from config.demo.prices import publish_examples
from config.demo.reviews import seed_reviews
from config.demo.sheets import file_sheets
from config.demo.span import Span, at
from config.demo.teams import Teams
from config.demo.users import DemoUsers, link_referent, seed_users
from config.demo.writing import write_teams
from conventions.models import Convention

CHUNK = 100  # teams held in memory at a time


class AlreadySeeded(Exception):
    """The database has teams: a demo region is only made in an empty one."""


@dataclass(frozen=True)
class Summary:
    """What was made."""

    teams: int
    professionals: int
    conventions: int
    actions: int
    participations: int
    prices: int
    opening: Opening
    settled: list[Settled]
    last_month: date


def seed_region(*, teams: int, span: Span, seed: int, say: Callable[[str], None] = lambda sentence: None) -> Summary:
    """Make ``teams`` teams over the months of ``span``, paid up to the month before the last.

    The same arguments on an empty database give the same rows (ids, ciphertexts and instants of writing apart).
    Everything is made or nothing is.

    Raises:
        AlreadySeeded: when there are teams.
        NoTerritory: when the region of the settings has no commune.
    """
    with transaction.atomic():
        if Team.objects.exists():
            raise AlreadySeeded
        users, _ = seed_users(officers=True)
        prices = publish_examples(span=span, actor=users.admin, at=at(span.first))
        afterwards = _Stage(users, span, seed).play(teams, say)
        link_referent(users.referent)
        say("Reprise des mois déjà payés…")
        opening = load_history(span=span, actor=users.admin)
        say("Paiements mensuels par les services…")
        settled = settle_months(span=span, users=users, afterwards=afterwards)
        fund_examples(span=span, users=users)
        seat_examples(span=span, users=users)
        seed_reviews(span=span, seed=seed, users=users)
        refresh_findings()
    return Summary(
        teams=Team.objects.count(),
        professionals=Professional.objects.count(),
        conventions=Convention.objects.count(),
        actions=Action.objects.count(),
        participations=Participation.objects.count(),
        prices=prices,
        opening=opening,
        settled=settled,
        last_month=span.last,
    )


class _Stage:
    """Imagines and writes the teams, chunk after chunk."""

    def __init__(self, users: DemoUsers, span: Span, seed: int) -> None:
        rng = random.Random(f"demo {seed}")  # noqa: S311 - a demo wants the same draw again
        self._users, self._span, self._seed = users, span, seed
        self._teams = Teams(Places(rng), Members(People(rng), span, rng), themes(), users, span, rng)
        self._activity = Activity(span, rng)
        self._accounts = Accounts(users, span, rng)
        self._dossiers = Dossiers(users, span, seed)

    def play(self, count: int, say: Callable[[str], None]) -> Afterwards:
        afterwards = Afterwards()
        self._dossiers.settle()
        for first in range(0, count, CHUNK):
            numbers = range(first, min(first + CHUNK, count))
            plans = [self._imagine(number, afterwards) for number in numbers]
            write_teams(plans, actor=self._users.admin, staff=self._users.gestion)
            self._dossiers.write(plans)
            file_sheets(plans, span=self._span, users=self._users, seed=self._seed)
            self._accounts.write()
            say(f"Équipes\u00a0: {numbers.stop} sur {count}")
        return afterwards

    def _imagine(self, number: int, afterwards: Afterwards) -> TeamPlan:
        plan = self._teams.draw(number)
        self._activity.draw(plan)
        plant(plan, self._activity, afterwards)
        self._accounts.draw(plan)
        self._dossiers.introduce(plan)
        return plan
